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
    script = shutil.copy(SCRIPT, _install(tmp_path))
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


def test_the_program_of_the_readme_uploads_a_video_that_plays(
    localmux: Running, video: Path, tmp_path: Path
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    program = readme.partition("```js\n")[2].partition("```")[0]
    program = program.replace("http://localhost:8010", localmux.urls["api"])
    (_install(tmp_path) / "upload.mjs").write_text(program)
    shutil.copy(video, tmp_path / "video.mp4")
    said = subprocess.check_output([node(), "upload.mjs"], cwd=tmp_path, text=True, timeout=WITHIN)
    status, address = said.split()
    assert status == "ready"
    assert httpx.get(address).text.startswith("#EXTM3U")


def _install(folder: Path) -> Path:
    """As `npm install @mux/mux-node` does it in a project."""
    installed = folder / "node_modules" / "@mux"
    installed.mkdir(parents=True)
    (installed / "mux-node").symlink_to(bring(MUX_NODE))
    return folder


def _webhook(inbox: Inbox, asset_id: str) -> str:
    """The delivery that says the asset is ready, byte for byte, as a line of JSON."""
    inbox.wait("video.asset.ready", asset_id)
    headers, body = next(
        (headers, body.decode())
        for headers, body in inbox.received
        if asset_id in body.decode() and "video.asset.ready" in body.decode()
    )
    return json.dumps({"headers": headers, "body": body}) + "\n"
