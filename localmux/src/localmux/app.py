"""The Starlette app: every host of Mux on one port, told apart by path."""

import sqlite3

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from localmux.answers import (
    MuxError,
    answer_error,
    answer_full_disk,
    answer_nobody,
    answer_unknown_path,
)
from localmux.api import api_routes
from localmux.control import control_routes
from localmux.direct_upload import upload_routes
from localmux.environment import Environment
from localmux.fault_layer import FaultLayer
from localmux.mezzanine import mezzanine_routes
from localmux.playback import playback_routes
from localmux.request_log import RequestLog


def create_app(environment: Environment) -> Starlette:
    """Build the app around an environment; starting and closing that is the caller's part."""
    app = Starlette(
        routes=[
            *api_routes(environment),
            *upload_routes(environment),
            *playback_routes(
                environment.find_playable,
                environment.encoders,
                environment.maker,
                environment.tokens.check,
                environment.deliveries,
            ),
            *mezzanine_routes(environment),
            *control_routes(environment),
        ],
        middleware=[
            Middleware(RequestLog, environment.requests),
            Middleware(FaultLayer, environment.faults),
        ],
        exception_handlers={
            MuxError: answer_error,
            OSError: answer_full_disk,
            sqlite3.Error: answer_full_disk,
            404: answer_unknown_path,
            405: answer_unknown_path,
            ClientDisconnect: answer_nobody,
            500: answer_error,
        },
    )
    app.router.redirect_slashes = False
    return app
