"""What the app keeps of accounts, uploads, videos and live streams: plain, typed, unchangeable."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type VideoStatus = Literal["processing", "ready", "error"]
type UploadStatus = Literal["waiting", "asset_created", "errored", "cancelled", "timed_out"]
type Visibility = Literal["public", "signup"]
type StreamStatus = Literal["scheduled", "live", "ended"]
type Policy = Literal["public", "signed"]

# What Mux calls it: it plays a `signed` playback ID only with a token of ours.
POLICIES: dict[Visibility, Policy] = {"public": "public", "signup": "signed"}


@dataclass(frozen=True, slots=True)
class PlaybackID:
    """An address at which Mux plays something, and whether it asks for a token there."""

    id: str
    policy: str


class Playable:
    """What a video and a live stream have in common: who may watch decides where it is played.

    While that changes there are playback IDs of both policies; only the right one is ever shown.
    https://www.mux.com/docs/guides/secure-video-playback
    """

    __slots__ = ()
    visibility: Visibility
    playback_ids: tuple[PlaybackID, ...]

    @property
    def playback_id(self) -> PlaybackID | None:
        """The one that fits the visibility; None until Mux has made it."""
        return self.playback_id_for(self.visibility)

    def playback_id_for(self, visibility: Visibility) -> PlaybackID | None:
        """The one at which it would be played if it were for these people."""
        policy = POLICIES[visibility]
        return next((each for each in self.playback_ids if each.policy == policy), None)

    @property
    def stray_playback_ids(self) -> list[PlaybackID]:
        """Those through which the wrong people could watch, or nobody needs to any more."""
        others = {*POLICIES.values()} - {POLICIES[self.visibility]}
        return [each for each in self.playback_ids if each.policy in others]

    @property
    def settled(self) -> bool:
        """Whether Mux plays it to those for whom it is, and to nobody else."""
        return self.playback_id is not None and not self.stray_playback_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody with a login. `password_hash` is None until a restored account sets one again.

    Only sessions as old as the password are the account's: `password_set_at` in Unix milliseconds.
    """

    id: str
    name: str
    password_set_at: int = 0
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A direct upload: a URL at Mux that takes the bytes of one file from the browser."""

    id: str
    user: str
    created_at: datetime
    status: UploadStatus
    title: str
    filename: str
    size: int
    url: str | None = field(default=None, repr=False)
    asset_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Playable):
    """An asset at Mux that is one of our accounts'. `duration` is in seconds.

    A recording has the `stream_id` of its live stream, and is `live` as long as it grows.
    """

    asset_id: str
    title: str
    uploader: str
    uploader_name: str
    upload_time: datetime
    status: VideoStatus
    visibility: Visibility = "public"
    playback_ids: tuple[PlaybackID, ...] = ()
    duration: float | None = None
    aspect_ratio: str | None = None
    error: str | None = None
    stream_id: str | None = None
    live: bool = False
    source_asset_id: str | None = None
    # A recording is for whom its live stream is, until it is over and that is written down with it.
    follows_stream: bool = False
    # When the record switch was turned; for a part of a recording, where it begins and ends.
    marks: tuple[int, ...] = ()
    # Only parts of the recording are to stay, and that is not carried out yet.
    unsettled: bool = False

    @property
    def key(self) -> str:
        """The ID under which the store keeps sign-ups and watchers."""
        return self.asset_id

    @property
    def watchable(self) -> bool:
        """Whether it is finished, playable, and here to stay."""
        return self.status == "ready" and not self.live and not self.unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulcastTarget:
    """Another service that a broadcast is forwarded to, and how that goes."""

    id: str
    name: str
    url: str
    status: str
    error_severity: str | None


@dataclass(frozen=True, slots=True)
class Signup:
    """Somebody who signed up to watch."""

    account_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a live stream, in words for its host."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Playable):
    """A live stream, its host, and what is going on.

    `asset_id` is its latest recording. `reconnect_until` is when Mux will end the broadcast,
    should the encoder not be back; None while one is connected. `connection_at` is when the encoder
    last came or went, as far as events told; `live_since` when the broadcast became playable.
    """

    id: str
    title: str
    host: str
    host_name: str
    created_at: datetime
    start_time: datetime | None
    stream_key: str = field(repr=False)
    playback_ids: tuple[PlaybackID, ...]
    status: StreamStatus
    enabled: bool
    record: bool
    visibility: Visibility
    latency_mode: str
    reconnect_window: float
    asset_id: str | None = None
    recordings: tuple[str, ...] = ()
    targets: tuple[SimulcastTarget, ...] = ()
    connected: bool = False
    reconnect_until: datetime | None = None
    connection_at: datetime | None = None
    live_since: datetime | None = None

    @property
    def key(self) -> str:
        """The ID under which the store keeps sign-ups and watchers."""
        return self.id

    @property
    def reconnecting(self) -> bool:
        """Whether the broadcast goes on without an encoder at this moment."""
        return self.status == "live" and self.reconnect_until is not None
