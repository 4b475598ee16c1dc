"""Mux's clients for browsers and hls.js, unmodified, each at its main job in Chromium.

The encoders are tested elsewhere: ffmpeg in every test of `live` and `broadcasts`, OBS itself with
`make test-obs`.
"""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route

from localmux.answers import Document
from localmux.testing import Running, eventually

Show = Callable[[str, str], Page]
UPCHUNK = """<input type=file><output></output><script>
document.querySelector("input").onchange = ({ target }) => {
  const upload = UpChunk.createUpload({ endpoint: "%s", file: target.files[0], chunkSize: 256 });
  const tell = (text) => document.querySelector("output").append(text + " ");
  upload.on("chunkSuccess", () => tell("chunk"));
  upload.on("success", () => tell("success"));
  upload.on("error", ({ detail }) => tell(detail.message));
};
</script>"""
PLAYS = """() => {
    const player = document.querySelector("mux-player, video");
    return player.currentTime > 0.5 && player.videoWidth !== 0;
}"""


@pytest.fixture
def playback_id(
    new_upload: Callable[..., Document],
    video: Path,
    ready: Callable[..., Document],
) -> str:
    upload = new_upload()
    assert httpx.put(upload["url"], content=video.read_bytes()).status_code == 200
    return ready(upload)["playback_ids"][0]["id"]


@pytest.fixture
def ready(api: httpx.Client) -> Callable[[Document], Document]:
    """Waits until the upload's asset is ready, and returns it."""

    def look(upload: Document) -> Document | None:
        told = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]
        if "asset_id" not in told:
            return None
        asset = api.get(f"/video/v1/assets/{told['asset_id']}").json()["data"]
        return asset if asset["status"] == "ready" else None

    return lambda upload: eventually(lambda: look(upload)) or pytest.fail("never ready")


def test_upchunk_sends_a_file_in_chunks(
    show: Show,
    new_upload: Callable[..., Document],
    video: Path,
    ready: Callable[[Document], Document],
) -> None:
    upload = new_upload()
    page = show("upchunk.js", UPCHUNK % upload["url"])
    page.locator("input").set_input_files(video)
    page.get_by_text("success").wait_for()
    chunks = -(-video.stat().st_size // (256 << 10))
    assert page.locator("output").inner_text().split() == ["chunk"] * chunks + ["success"]
    assert chunks > 1
    assert ready(upload)["duration"] == pytest.approx(2, abs=0.2)


def test_mux_uploader_sends_a_file_and_says_so(
    show: Show,
    new_upload: Callable[..., Document],
    video: Path,
    ready: Callable[[Document], Document],
) -> None:
    upload = new_upload()
    page = show("mux-uploader.js", f'<mux-uploader endpoint="{upload["url"]}"></mux-uploader>')
    page.locator("mux-uploader input[type=file]").first.set_input_files(video)
    page.get_by_text("Upload complete!").first.wait_for()
    assert ready(upload)["duration"] == pytest.approx(2, abs=0.2)


def test_mux_player_plays_by_playback_id_and_by_src(
    show: Show, localmux: Running, playback_id: str
) -> None:
    """By id it asks Mux's own hosts, which are led to localmux as a name server could."""
    page = show("mux-player.js", "")

    def lead(host: str) -> Callable[[Route], None]:
        def answer(route: Route) -> None:
            path = route.request.url.partition("mux.com")[2]
            asked.append(f"{host}{path.partition('?')[0]}")
            route.fulfill(response=route.fetch(url=localmux.urls[host] + path))

        return answer

    asked: list[str] = []
    for host in ("stream", "image"):
        page.context.route(f"https://{host}.mux.com/**", lead(host))
    source = f"{localmux.urls['stream']}/{playback_id}.m3u8"
    for attribute in (f'playback-id="{playback_id}"', f'src="{source}"'):
        page.locator("body").evaluate(
            "(body, html) => { body.innerHTML = html; }",
            f"<mux-player {attribute} muted autoplay disable-tracking></mux-player>",
        )
        page.wait_for_function(PLAYS)
    assert f"stream/{playback_id}.m3u8" in asked
    assert f"image/{playback_id}/thumbnail.webp" in asked


def test_hls_js_plays_an_asset(show: Show, localmux: Running, playback_id: str) -> None:
    source = f"{localmux.urls['stream']}/{playback_id}.m3u8"
    page = show("hls.js", "<video muted autoplay></video>")
    page.evaluate(
        """source => {
            const hls = new Hls();
            hls.loadSource(source);
            hls.attachMedia(document.querySelector("video"));
        }""",
        source,
    )
    page.wait_for_function(PLAYS)


def test_hls_js_shows_a_text_track_at_its_time(
    show: Show, localmux: Running, api: httpx.Client, playback_id: str, pages: tuple[Path, str]
) -> None:
    folder, address = pages
    (folder / "de.srt").write_text("1\n00:00:00,250 --> 00:00:01,750\nGuten Tag\n")
    asset_id = api.get(f"/video/v1/playback-ids/{playback_id}").json()["data"]["object"]["id"]
    track = {"type": "text", "text_type": "subtitles", "language_code": "de", "name": "Deutsch"}
    path = f"/video/v1/assets/{asset_id}"
    api.post(f"{path}/tracks", json=track | {"url": f"{address}/de.srt"}).raise_for_status()
    eventually(lambda: api.get(path).json()["data"]["tracks"][-1]["status"] == "ready")
    page = show("hls.js", "<video muted autoplay loop></video>")
    page.evaluate(
        """source => {
            const hls = new Hls();
            const video = document.querySelector("video");
            video.addEventListener("playing", () => { video.textTracks[0].mode = "showing"; });
            hls.loadSource(source);
            hls.attachMedia(video);
        }""",
        f"{localmux.urls['stream']}/{playback_id}.m3u8",
    )
    page.wait_for_function("document.querySelector('video').textTracks[0]?.cues?.length")
    cue = page.evaluate(
        """() => {
            const { label, language, cues } = document.querySelector("video").textTracks[0];
            return [label, language, cues[0].startTime, cues[0].endTime, cues[0].text];
        }"""
    )
    assert cue[:2] == ["Deutsch", "de"]
    assert cue[2:4] == pytest.approx([0.25, 1.75], abs=0.1)
    assert cue[4] == "Guten Tag"
