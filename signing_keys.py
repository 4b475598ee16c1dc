"""Where the signing key comes from when the settings name none: it is made when it is first needed.

https://www.mux.com/docs/api-reference/system/signing-keys
"""

import asyncio
import logging

from mux_client import MuxClient
from mux_errors import MuxError, MuxGivesNoKey, MuxLockedOut, MuxRefused, MuxUnwell
from records import Visibility
from signing import Signer, SigningKey
from store import Store

log = logging.getLogger(__name__)


class SigningKeys:
    """Makes the signer's key, once."""

    def __init__(self, store: Store, mux: MuxClient, signer: Signer) -> None:
        self._store = store
        self._mux = mux
        self._signer = signer
        self._making = asyncio.Lock()

    async def prepare(self, visibility: Visibility) -> None:
        """Have what it takes to open something to these people. Raises MuxError."""
        if visibility == "public":
            return
        async with self._making:
            if not self._signer.ready:
                await self._make()

    async def _make(self) -> None:
        try:
            made = await self._mux.create_signing_key()
            self._signer.use(SigningKey.read(made.id, made.private_key))
        except (MuxLockedOut, MuxRefused) as error:
            self._signer.problem = MuxGivesNoKey.message
            raise MuxGivesNoKey from error
        except ValueError as error:
            self._signer.problem = MuxUnwell.message
            raise MuxUnwell from error
        except MuxError as error:
            self._signer.problem = error.message
            raise
        finally:
            self._store.wake_all()
        log.warning(
            "made the signing key %s, for this run only. To keep one, make it in Mux's dashboard "
            "(Settings, Signing Keys) or with a POST to /system/v1/signing-keys of Mux's API, then "
            "set MUX_SIGNING_KEY_ID and MUX_SIGNING_PRIVATE_KEY.",
            made.id,
        )
