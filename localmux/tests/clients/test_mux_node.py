"""mux-node, Mux's own client for Node.js, unmodified: uploads, live streams, tokens, webhooks."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import httpx

from localmux.answers import Document
from localmux.testing import Running
from tests.npm_packages import MUX_NODE, bring, node

SCRIPT = Path(__file__).with_name("mux_node.mjs")
WITHIN = 60  # seconds


class Inbox(Protocol):
    """The webhook endpoint of conftest."""

    received: list[tuple[dict[str, str], bytes]]

    def wait(self, kind: str, object_id: str) -> Document: ...


def test_mux_node_uploads_lists_signs_and_verifies_webhooks(
    localmux: Running, video: Path, tmp_path: Path, shared_inbox: Inbox
) -> None:
    installed = tmp_path / "node_modules" / "@mux"
    installed.mkdir(parents=True)
    (installed / "mux-node").symlink_to(bring(MUX_NODE))
    script = shutil.copy(SCRIPT, tmp_path)
    variables = {
        "MUX_BASE_URL": localmux.urls["api"],
        "MUX_STREAM_URL": localmux.urls["stream"],
        "MUX_TOKEN_ID": localmux.token[0],
        "MUX_TOKEN_SECRET": localmux.token[1],
        "MUX_WEBHOOK_SECRET": "webhook-secret",
    }
    with subprocess.Popen(
        [node(), script, str(video)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | variables,
    ) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        process.communicate(_webhook(shared_inbox, told["asset"]), timeout=WITHIN)
    assert process.returncode == 0
    playlist = httpx.get(f"{localmux.urls['stream']}/{told['playback']}.m3u8")
    assert playlist.text.startswith("#EXTM3U")


def _webhook(inbox: Inbox, asset_id: str) -> str:
    """The delivery that says the asset is ready, byte for byte, as a line of JSON."""
    inbox.wait("video.asset.ready", asset_id)
    headers, body = next(
        (headers, body.decode())
        for headers, body in inbox.received
        if asset_id in body.decode() and "video.asset.ready" in body.decode()
    )
    return json.dumps({"headers": headers, "body": body}) + "\n"
