"""What `main` put together at start, as types that a route can ask for in its signature."""

from typing import Annotated

import air
from fastapi import Depends

from access import store_of
from mux_client import MuxClient
from playback import Playback
from settings import Settings
from store import Store
from sync import Sync


def _settings(request: air.Request) -> Settings:
    return request.app.state.settings


def _mux(request: air.Request) -> MuxClient:
    return request.app.state.mux


def _sync(request: air.Request) -> Sync:
    return request.app.state.sync


def _playback(request: air.Request) -> Playback:
    return request.app.state.playback


TheSettings = Annotated[Settings, Depends(_settings)]
TheStore = Annotated[Store, Depends(store_of)]
TheMux = Annotated[MuxClient, Depends(_mux)]
TheSync = Annotated[Sync, Depends(_sync)]
ThePlayback = Annotated[Playback, Depends(_playback)]
