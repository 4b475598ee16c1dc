"""The app: `python main.py` serves it, beside localmux when there are no Mux credentials."""

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import air
import uvicorn
from fastapi.exceptions import RequestValidationError

import logs
from access import LoginRequired
from attempts import Attempts
from audience import Audience
from body_limit import BodyLimit
from doubles import Doubles
from headers import ProtectiveHeaders, protective_headers
from inbox import Inbox
from mux_budget import in_background
from mux_client import MuxClient
from mux_errors import MuxError
from mux_live import MuxLive
from mux_transport import MuxTransport
from origin import OwnOrigin
from patience import Patience
from playback import Playback
from rate_limits import RateLimits, TooOften
from reconcile import Reconciliation
from recordings import Recordings
from server import Server
from settings import Settings, SettingsError, load_settings
from signing import Signer
from signing_keys import SigningKeys
from store import Store
from sync import Sync
from video_length import VideoLength
from views import (
    accounts,
    errors,
    home,
    own_page,
    signups,
    stream_watch,
    streams,
    studio,
    studio_actions,
    uploads,
    videos,
    watch,
    webhooks,
)
from views.events import Shared
from visibilities import Visibilities

AREAS = (
    home, accounts, own_page, videos, watch, uploads, streams, stream_watch, studio, studio_actions,
    signups, webhooks,
)  # fmt: skip
REBUILD_PATIENCE_SECONDS = 2
SILENCE_MILLISECONDS = 9_000
# Browsers let no other host of the domain set a cookie of such a name, and so nobody be signed in
# as somebody else: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#name.
SECURE_COOKIE = "__Host-session"
NOTICE = "No Mux account is set up, so videos stay on this machine: localmux stands in for Mux."

log = logging.getLogger("mux-live")


def create_app(settings: Settings, notice: str = "") -> air.Air:
    """Put the app together; `notice` is shown on every page."""

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as group:
            reconciliation = Reconciliation(
                store, mux, live, sync, recordings, visibilities, lengths, doubles
            )
            tasks = [
                group.create_task(_for_ever(work)) for work in (inbox.follow, reconciliation.run)
            ]
            # Pages are right from the first one on, unless Mux is slow or away.
            with suppress(TimeoutError):
                async with asyncio.timeout(REBUILD_PATIENCE_SECONDS):
                    await store.complete.wait()
            yield
            for task in tasks:
                task.cancel()

    store, transport = Store(), MuxTransport(settings)
    mux, live = MuxClient(transport), MuxLive(transport)
    longest_seconds = settings.max_video_minutes * 60
    attempts = Attempts()
    sync = Sync(store, mux, live, attempts, longest_seconds)
    doubles = Doubles(mux, live, sync, attempts)
    lengths = VideoLength(store, mux, sync, longest_seconds)
    inbox, recordings = Inbox(store, sync), Recordings(store, mux, sync)
    signer = Signer.from_settings(settings)
    keys = SigningKeys(store, mux, signer)
    visibilities = Visibilities(store, mux, live, sync, keys)
    app = air.Air(lifespan=lifespan)
    app.state.settings, app.state.notice, app.state.transport = settings, notice, transport
    app.state.store, app.state.mux, app.state.live, app.state.sync = store, mux, live, sync
    app.state.inbox, app.state.recordings, app.state.audience = inbox, recordings, Audience(store)
    app.state.shared, app.state.attempts = Shared(store), attempts
    app.state.keys, app.state.visibilities = keys, visibilities
    app.state.playback = Playback.from_settings(settings, signer)
    app.state.rate_limits = RateLimits(settings.rate_limit_factor)
    _add_doors(app, settings)
    for area in AREAS:
        app.include_router(area.router)
    return app


def _add_doors(app: air.Air, settings: Settings) -> None:
    """What every request passes; the one added last sees it first."""
    headers = app.state.headers = protective_headers(settings)
    app.add_middleware(
        air.SessionMiddleware,
        secret_key=settings.session_secret,
        session_cookie=SECURE_COOKIE if settings.secure else "session",
        https_only=settings.secure,
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(Patience)
    app.add_middleware(OwnOrigin, app_url=settings.app_url)
    app.add_middleware(ProtectiveHeaders, headers=headers)
    app.exception_handler(air.HTTPException)(errors.on_http_error)
    for status in (404, 405):
        app.exception_handler(status)(errors.on_http_error)
    app.exception_handler(RequestValidationError)(errors.on_invalid_request)
    app.exception_handler(MuxError)(errors.on_mux_error)
    app.exception_handler(LoginRequired)(errors.on_login_required)
    app.exception_handler(TooOften)(errors.on_too_often)
    app.exception_handler(500)(errors.on_bug)


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Keep background work going: a mistake in it must not leave the store stale for good."""
    in_background.set(True)
    while True:
        try:
            await work()
        except Exception:
            log.exception("background work failed and starts again")
            await asyncio.sleep(1)


@contextmanager
def localmux(settings: Settings) -> Generator[Settings]:
    """Run localmux beside the app, and give the settings that lead to it.

    It ends when its standard input closes, so it also ends when the app is killed. Raises
    SettingsError when it cannot start; it has said why on the console.
    """
    token_id, token_secret, webhook_secret = (secrets.token_hex(16) for _ in range(3))
    command = [sys.executable, "-m", "localmux", "--stop-with-stdin"]
    command += ["--port", str(settings.localmux_port)]
    command += ["--rtmp-port", str(settings.localmux_rtmp_port)]
    command += ["--data-dir", settings.localmux_data_dir]
    command += ["--webhook-url", f"http://127.0.0.1:{settings.port}/webhooks/mux"]
    secret = {
        "LOCALMUX_TOKEN_ID": token_id,
        "LOCALMUX_TOKEN_SECRET": token_secret,
        "LOCALMUX_WEBHOOK_SECRET": webhook_secret,
    }
    process = subprocess.Popen(
        command,
        env=os.environ | secret,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        ready = process.stdout.readline() if process.stdout else b""
        if not ready:
            raise SettingsError("localmux did not start, so there is no Mux to talk to.")
        urls = json.loads(ready)
        yield replace(
            settings,
            mux_token_id=token_id,
            mux_token_secret=token_secret,
            mux_webhook_secret=webhook_secret,
            mux_api_url=urls["api"],
            mux_stream_url=urls["stream"],
            mux_image_url=urls["image"],
            mux_media_hosts=urls["api"],
            mux_rtmp_url=urls["rtmp"],
            mux_control_url=urls["control"],
        )
    finally:
        process.terminate()
        process.wait()


def serve(settings: Settings, listener: socket.socket, notice: str) -> None:
    """Serve the app until a signal ends it."""
    app = create_app(settings, notice)
    log.info("Mux Live is at %s", settings.app_url)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    Server(config, app.state.store, app.state.transport).run(sockets=[listener])


def main() -> None:
    """Start everything; whatever prevents that is said in one sentence."""
    os.chdir(Path(__file__).parent)
    # Raised as an exception, so that what was started is stopped again.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        settings = load_settings()
        logs.set_up("json" if settings.log_format == "json" else "text")
        with _listener(settings) as listener:
            if settings.has_mux_credentials:
                serve(settings, listener, notice="")
                return
            with localmux(settings) as local:
                log.info(
                    "localmux is at %s, data in %s; its inspector at %s/",
                    local.mux_api_url,
                    local.localmux_data_dir,
                    local.mux_control_url,
                )
                serve(local, listener, NOTICE)
    except SettingsError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit()


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
            "Stop what uses it, or set PORT to another one."
        ) from error
    # asyncio sets this only where the protocol is named; without it answers wait 40 ms for nothing.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # A viewer whose machine died never says so; this ends the connection, and the count falls.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MILLISECONDS)
    return listener


if __name__ == "__main__":
    main()
