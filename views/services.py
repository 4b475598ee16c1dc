"""What `main` put together at start, as types that a route can ask for in its signature."""

from typing import Annotated

import air
from fastapi import Depends

from access import store_of
from attempts import Attempts
from audience import Audience
from inbox import Inbox
from mux_client import MuxClient
from mux_live import MuxLive
from playback import Playback
from recordings import Recordings
from settings import Settings
from signing_keys import SigningKeys
from store import Store
from sync import Sync
from views.events import Shared
from visibilities import Visibilities


def _settings(request: air.Request) -> Settings:
    return request.app.state.settings


def _mux(request: air.Request) -> MuxClient:
    return request.app.state.mux


def _sync(request: air.Request) -> Sync:
    return request.app.state.sync


def _playback(request: air.Request) -> Playback:
    return request.app.state.playback


def _live(request: air.Request) -> MuxLive:
    return request.app.state.live


def _inbox(request: air.Request) -> Inbox:
    return request.app.state.inbox


def _recordings(request: air.Request) -> Recordings:
    return request.app.state.recordings


def _audience(request: air.Request) -> Audience:
    return request.app.state.audience


def _shared(request: air.Request) -> Shared:
    return request.app.state.shared


def _keys(request: air.Request) -> SigningKeys:
    return request.app.state.keys


def _visibilities(request: air.Request) -> Visibilities:
    return request.app.state.visibilities


def _attempts(request: air.Request) -> Attempts:
    return request.app.state.attempts


TheSettings = Annotated[Settings, Depends(_settings)]
TheStore = Annotated[Store, Depends(store_of)]
TheMux = Annotated[MuxClient, Depends(_mux)]
TheLive = Annotated[MuxLive, Depends(_live)]
TheInbox = Annotated[Inbox, Depends(_inbox)]
TheRecordings = Annotated[Recordings, Depends(_recordings)]
TheAttempts = Annotated[Attempts, Depends(_attempts)]
TheAudience = Annotated[Audience, Depends(_audience)]
TheShared = Annotated[Shared, Depends(_shared)]
TheSync = Annotated[Sync, Depends(_sync)]
TheKeys = Annotated[SigningKeys, Depends(_keys)]
TheVisibilities = Annotated[Visibilities, Depends(_visibilities)]
ThePlayback = Annotated[Playback, Depends(_playback)]
