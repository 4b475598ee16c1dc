"""HTTP that waits for a client, but not for ever.

uvicorn closes a connection that idles between two requests and waits without end for the rest of
one: https://www.uvicorn.org/settings/#timeouts
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """Closes a connection whose request does not come, or whose body has fallen silent.

    A body may come as slowly as it likes, as long as something comes.
    """

    head_within = 30.0  # seconds from the first byte, or the connection, to the end of the headers
    silent_for = 60.0  # seconds without a byte of a body

    patience: asyncio.TimerHandle | None = None
    expected: type[h11.IDLE] | type[h11.SEND_BODY] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.patience:
            self.patience.cancel()

    def _expect(self) -> None:
        """Begin to wait for what is missing; more of the headers does not begin anew."""
        state = self.conn.their_state
        if state is h11.IDLE and self.expected is h11.IDLE:
            return
        if self.patience:
            self.patience.cancel()
        self.patience, self.expected = None, None
        if state is h11.IDLE:
            self.expected = h11.IDLE
            self.patience = self.loop.call_later(self.head_within, self._close)
        elif state is h11.SEND_BODY:
            self.expected = h11.SEND_BODY
            self.patience = self.loop.call_later(self.silent_for, self._close)

    def _close(self) -> None:
        """What has arrived is kept by whoever reads it; a body we do not read keeps its client."""
        if self.flow.read_paused:
            self.expected, self.patience = None, None
            self._expect()
        else:
            self.transport.close()
