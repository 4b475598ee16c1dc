"""Examining a source in a short-lived process of its own.

A hostile file can crash or hang libav; it then takes that process with it and not the server,
which also never loads libav's libraries (20 MB of memory).
"""

import json
from pathlib import Path

from .encoders import Encoders, EncodingError
from .media_info import MediaInfo
from .refusal import DAMAGED, InvalidInput

__all__ = ["InvalidInput", "probe"]

TIME_LIMIT = 30.0  # seconds; ordinary files take a tenth of one


async def probe(path: Path, encoders: Encoders) -> MediaInfo:
    """Examine the file. Raises InvalidInput when it cannot become an asset."""
    module = "localmux.media.inspection"
    try:
        answer = await encoders.run_module(module, str(path), time_limit=TIME_LIMIT)
    except EncodingError:
        raise InvalidInput(DAMAGED) from None
    document = json.loads(answer)
    if "refused" in document:
        raise InvalidInput(document["refused"])
    return MediaInfo.from_json(document)
