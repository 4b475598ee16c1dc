"""Examining a source in a short-lived process of its own.

A hostile file can crash or hang libav; it then takes that process with it and not the server,
which also never loads libav's libraries (20 MB of memory).
"""

import json
import subprocess
import sys
from pathlib import Path

from .media_info import MediaInfo
from .refusal import DAMAGED, TOO_SLOW, InvalidInput

__all__ = ["InvalidInput", "probe"]

TIME_LIMIT = 30.0  # seconds; ordinary files take a quarter of one


def probe(path: Path) -> MediaInfo:
    """Examine the file; blocks, so call it in a thread.

    Raises InvalidInput when it cannot become an asset.
    """
    command = [sys.executable, "-m", "localmux.media.inspection", str(path)]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=True)
    except subprocess.TimeoutExpired:
        raise InvalidInput(TOO_SLOW) from None
    except subprocess.CalledProcessError:
        raise InvalidInput(DAMAGED) from None
    document = json.loads(answer.stdout)
    if "refused" in document:
        raise InvalidInput(document["refused"])
    return MediaInfo.from_json(document)
