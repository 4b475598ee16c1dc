"""How a call to Mux can fail, in the words that the visitor reads.

MuxError
├── MuxUnreachable   no answer: refused, cut off, too slow
├── MuxUnwell        an answer of 5xx, or one that makes no sense
├── MuxBusy          429: too many requests
├── MuxLockedOut     401: the access token is wrong or lacks a permission
│   └── MuxGivesNoKey    the same, when asked for a signing key
├── MuxNotFound      404: no such upload or asset
└── MuxRefused       any other 4xx; carries Mux's own reason
"""


class MuxError(Exception):
    """A call to Mux failed. `message` says to the visitor what happened and what to do."""

    message = "The video service could not do this."


class MuxUnreachable(MuxError):
    """Mux did not answer in time, or at all."""

    message = "The video service cannot be reached. Nothing was lost; try again in a minute."


class MuxUnwell(MuxError):
    """Mux answered with an error of its own, or with something that is not its API."""

    message = (
        "The video service has a problem of its own. Nothing was lost; try again in a few minutes."
    )


class MuxBusy(MuxError):
    """Mux's rate limit was exceeded: https://www.mux.com/docs/core/make-api-requests."""

    message = "The video service has too much to do right now. Wait a few seconds and try again."


class MuxLockedOut(MuxError):
    """The access token is unknown to Mux, or may not do this."""

    message = (
        "The video service does not accept this site's access token. "
        "The site's owner must check MUX_TOKEN_ID and MUX_TOKEN_SECRET."
    )


class MuxGivesNoKey(MuxLockedOut):
    """The access token may not make signing keys, which takes the permission System write."""

    message = (
        "This site cannot open videos to people who sign up: the video service gives it no signing "
        "key. The site's owner must set MUX_SIGNING_KEY_ID and MUX_SIGNING_PRIVATE_KEY, or give "
        "the access token the permission to write System."
    )


class MuxNotFound(MuxError):
    """Mux has no such upload or asset, or not any more."""

    message = "The video service does not have this any more."


class MuxRefused(MuxError):
    """Mux understood the request and said no, for the reason in its error messages."""

    def __init__(self, reasons: str) -> None:
        super().__init__(reasons)
        self.message = f"The video service refused this: {reasons}"
