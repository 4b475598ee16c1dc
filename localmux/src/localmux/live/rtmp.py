"""One RTMP connection that publishes: commands, then media until it ends.

Sources: Adobe RTMP specification 1.0, section 7,
https://rtmp.veriskope.com/pdf/rtmp_specification_1.0.pdf; how encoders use it:
https://github.com/obsproject/obs-studio (plugins/obs-outputs) and
https://github.com/FFmpeg/FFmpeg (libavformat/rtmpproto.c).
"""

from collections.abc import AsyncGenerator, Mapping

from localmux.live import flv, replies
from localmux.live.amf0 import Value
from localmux.live.messages import Command, command_in, stream_key, tags_in
from localmux.live.wire import Ended, Wire

STOP = {"FCUnpublish", "deleteStream", "closeStream"}
CALLS_WITHOUT_EFFECT = {"releaseStream", "FCPublish", "_checkbw"}


class Session:
    """The upper half: what is said between the handshake and the end."""

    def __init__(self, wire: Wire) -> None:
        self.parameters: Mapping[str, Value] = {}  # of `connect`
        self._wire = wire
        self._messages = wire.messages()

    async def requested_key(self) -> str:
        """Answer everything up to `publish`; the stream key. Raises Ended or Malformed."""
        await self._wire.shake_hands()
        async for message in self._messages:
            if command := command_in(message):
                if command.name == "publish":
                    return stream_key(str(self.parameters.get("app", "")), command.argument)
                self._answer(command)
        raise Ended("the connection broke")

    def accept(self) -> None:
        """Tell the encoder to begin."""
        self._wire.expect_media()
        self._wire.send(replies.user_control(replies.STREAM_BEGIN, replies.STREAM_ID))
        self._wire.send(replies.status("status", "NetStream.Publish.Start", "Go ahead."))

    async def tags(self) -> AsyncGenerator[flv.Tag]:
        """What the encoder publishes, until it says that it stops.

        Raises Ended for every other end, or Malformed.
        """
        async for message in self._messages:
            if command := command_in(message):
                if command.name in STOP:
                    return
                self._answer(command)
            for tag in tags_in(message):
                yield tag

    def refuse(self, description: str) -> None:
        """OBS and ffmpeg give up on this status; a mere close makes OBS try again for ever."""
        self._wire.send(replies.status("error", "NetStream.Publish.BadName", description))

    def dismiss(self, description: str) -> None:
        """Say that publishing is over."""
        status = replies.status("status", "NetStream.Unpublish.Success", description)
        self._wire.send(status)

    def _answer(self, command: Command) -> None:
        """Raises Ended for a player: this server only receives."""
        match command.name:
            case "connect":
                self.parameters = command.members
                answer = replies.connected(command.transaction, command.members)
            case "createStream":
                answer = replies.result(command.transaction, replies.STREAM_ID)
            case "play":
                answer = replies.status("error", "NetStream.Play.Failed", "Only for publishing.")
            case name if name in CALLS_WITHOUT_EFFECT:
                answer = replies.result(command.transaction)
            case _:
                answer = replies.failed(command.transaction)
        self._wire.send(answer)
        if command.name == "play":
            raise Ended("somebody tried to play the address for encoders")
