"""What stream.mux.com and image.mux.com answer, over HTTP."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import av
import httpx
import pytest
from starlette.applications import Starlette

from localmux.media.asset_media import DESCRIPTION, AssetMedia
from localmux.media.encoders import Encoders
from localmux.media.image_shelf import FOLDER, KEPT
from localmux.media.testing import counting_frames, tone
from localmux.media.testing import prepare as prepare_asset
from localmux.playback import Playable, playback_routes

type Sample = Callable[..., Path]
type Prepare = Callable[[Path], AssetMedia]
type Playables = dict[str, Playable]

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="session")
def asset(
    sample: Sample, tmp_path_factory: pytest.TempPathFactory, playables: Playables
) -> AssetMedia:
    """A video of nine seconds under the playback ID `video`."""
    picture = counting_frames(seconds=9, size="1280x720")
    source = sample("video.mp4", *picture, *tone(seconds=9), *H264)
    media = prepare_asset(source, tmp_path_factory.mktemp("assets") / "video")
    playables["video"] = Playable("public", "ready", media.folder)
    return media


@pytest.mark.usefixtures("asset")
def test_a_player_finds_every_segment_from_the_master_on(client: httpx.Client) -> None:
    master = client.get("/stream/video.m3u8")
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    playlists = re.findall(r"^[^#\n].*m3u8$|(?<=URI=\")[^\"]+", master.text, re.MULTILINE)
    assert len(playlists) == 5
    for address in playlists:
        playlist = client.get(f"/stream/{address}")
        assert playlist.text.splitlines()[-1] == "#EXT-X-ENDLIST"
        assert "#EXT-X-PLAYLIST-TYPE:VOD" in playlist.text
        for line in playlist.text.splitlines():
            if not line.startswith("#"):
                segment = client.get(playlist.url.join(line))
                assert segment.headers["content-type"] == "video/mp2t"
                assert segment.content[0] == 0x47


@pytest.mark.usefixtures("asset")
def test_a_master_is_shaped_as_mux_shapes_it(client: httpx.Client) -> None:
    lines = client.get("/stream/video.m3u8").text.splitlines()
    assert lines[:3] == ["#EXTM3U", "#EXT-X-VERSION:5", "#EXT-X-INDEPENDENT-SEGMENTS"]
    first = next(line for line in lines if line.startswith("#EXT-X-STREAM-INF"))
    for attribute in (
        "RESOLUTION=1280x720",
        'CODECS="mp4a.40.2,avc1.64',
        "CLOSED-CAPTIONS=NONE",
        "AVERAGE-BANDWIDTH=",
    ):
        assert attribute in first


@pytest.mark.usefixtures("asset")
@pytest.mark.parametrize(
    ("query", "sides"),
    [
        ("", [720, 540, 360, 270]),
        ("max_resolution=540p", [540, 360, 270]),
        ("min_resolution=480p", [720, 540]),
        ("min_resolution=480p&max_resolution=540p", [540]),
        ("min_resolution=1080p", [720]),
        ("rendition_order=desc&max_resolution=360p", [360, 270]),
    ],
)
def test_a_query_chooses_renditions(query: str, sides: list[int], client: httpx.Client) -> None:
    text = client.get(f"/stream/video.m3u8?{query}").text
    assert [int(side) for side in re.findall(r"RESOLUTION=\d+x(\d+)", text)] == sides


@pytest.mark.usefixtures("asset")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/stream/unknown.m3u8", 404),
        ("/stream/not-an-id.m3u8", 400),
        ("/stream/video/9000p.m3u8", 404),
        ("/stream/video/720p/99.ts", 404),
        ("/stream/video/720p/one.ts", 400),
        ("/stream/video/..%2F..%2Fsource", 404),
        ("/stream/video.m3u8?token=e30.e30.", 403),
        ("/stream/video.m3u8?max_resolution=4k", 400),
        ("/stream/video.m3u8?min_resolution=720p&max_resolution=360p", 400),
        ("/stream/video.m3u8?rendition_order=random", 400),
        ("/image/unknown/thumbnail.jpg", 404),
        ("/image/video/thumbnail.bmp", 404),
        ("/image/video/thumbnail.jpg?width=0", 400),
        ("/image/video/thumbnail.jpg?width=99999", 400),
        ("/image/video/thumbnail.jpg?time=nan", 400),
        ("/image/video/thumbnail.jpg?fit_mode=squeeze", 400),
        ("/image/video/thumbnail.jpg?rotate=45", 400),
        ("/image/video/animated.gif?fps=31", 400),
        ("/image/video/animated.gif?start=0&end=11", 400),
        ("/image/video/animated.gif?start=20", 400),
        ("/image/video/storyboard.json?format=gif", 400),
        ("/image/video/anything", 404),
    ],
)
def test_what_cannot_be_played_gets_the_code_mux_gives(
    path: str, status: int, client: httpx.Client
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]["messages"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("policy", "status", "code"),
    [
        ("public", "preparing", 412),
        ("public", "errored", 412),
        ("signed", "ready", 403),
        ("signed", "preparing", 403),
    ],
)
def test_an_asset_is_served_only_when_it_is_ready_and_public(
    policy: str, status: str, code: int, client: httpx.Client, playables: Playables, tmp_path: Path
) -> None:
    playables["other"] = Playable(policy, status, tmp_path)
    for path in ("/stream/other.m3u8", "/stream/other.m3u8?token=x", "/image/other/thumbnail.png"):
        expected = 403 if policy == "signed" or "token" in path else code
        assert client.get(path).status_code == expected


def test_every_answer_is_open_to_other_origins(client: httpx.Client, asset: AssetMedia) -> None:
    assert client.options("/stream/video/720p/0.ts").status_code == 204
    for path in ("/stream/video.m3u8", "/stream/video/720p/0.ts", "/image/video/thumbnail.jpg"):
        answer = client.get(path)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "max-age" in answer.headers["cache-control"]
    assert asset.segment_path("720p", 0).exists()


@pytest.mark.usefixtures("asset")
def test_segments_come_in_ranges_and_as_headers_alone(client: httpx.Client) -> None:
    whole = client.get("/stream/video/270p/0.ts")
    part = client.get("/stream/video/270p/0.ts", headers={"range": "bytes=188-375"})
    assert part.status_code == 206
    assert part.content == whole.content[188:376]
    alone = client.head("/stream/video/270p/0.ts")
    assert alone.headers["content-length"] == str(len(whole.content))
    assert not alone.content


@pytest.mark.usefixtures("asset")
@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("thumbnail.jpg", (1280, 720)),
        ("thumbnail.png?width=320", (320, 180)),
        ("thumbnail.webp?height=90&time=1000", (160, 90)),
        ("thumbnail.jpg?width=200&height=200", (200, 112)),
        ("thumbnail.jpg?width=200&height=200&fit_mode=stretch", (200, 200)),
        ("thumbnail.jpg?width=200&height=200&fit_mode=smartcrop", (200, 200)),
        ("thumbnail.jpg?width=200&height=200&fit_mode=pad&flip_h=true", (200, 200)),
        ("thumbnail.jpg?width=320&rotate=90", (180, 320)),
        ("animated.gif?width=160&start=1&end=1.5", (160, 90)),
        ("storyboard.jpg", (2560, 720)),
        ("storyboard.png", (2560, 720)),
    ],
)
def test_an_image_has_the_size_asked_for(
    query: str, size: tuple[int, int], client: httpx.Client, tmp_path: Path
) -> None:
    answer = client.get(f"/image/video/{query}")
    kind = query.partition("?")[0].partition(".")[2].replace("jpg", "jpeg")
    assert answer.headers["content-type"] == f"image/{kind}"
    path = tmp_path / "image"
    path.write_bytes(answer.content)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == pytest.approx(size, abs=1)


@pytest.mark.usefixtures("asset")
def test_an_animation_is_a_moving_image(client: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "animation.gif"
    path.write_bytes(client.get("/image/video/animated.gif?end=1&fps=10&width=64").content)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == pytest.approx(10, abs=1)
    webp = client.get("/image/video/animated.webp?end=1&width=64").content
    assert webp[:4] + webp[8:12] == b"RIFFWEBP"
    assert b"ANMF" in webp


@pytest.mark.usefixtures("asset")
def test_a_storyboard_tells_where_its_tiles_lie(client: httpx.Client) -> None:
    board = json.loads(client.get("/image/video/storyboard.json").text)
    assert len(board["tiles"]) == 50
    assert board["tiles"][11] == {"start": pytest.approx(11 * 9 / 50, abs=0.01), "x": 256, "y": 144}
    track = client.get("/image/video/storyboard.vtt?format=webp").text
    cues = re.findall(r"(http\S+)#xywh=(\d+),(\d+),256,144", track)
    assert len(cues) == 50
    assert client.get(cues[0][0]).headers["content-type"] == "image/webp"


def test_a_stranger_cannot_fill_the_disk_with_images(
    client: httpx.Client, asset: AssetMedia
) -> None:
    for width in range(2, KEPT + 8):
        assert client.get(f"/image/video/thumbnail.jpg?width={width}&time=0").status_code == 200
    assert len(list((asset.folder / FOLDER).iterdir())) == KEPT


def test_sound_alone_plays_and_has_no_pictures(
    client: httpx.Client, sample: Sample, prepare: Prepare, playables: Playables
) -> None:
    media = prepare(sample("sound.m4a", *tone(seconds=5)))
    playables["sound"] = Playable("public", "ready", media.folder)
    master = client.get("/stream/sound.m3u8").text
    assert 'CODECS="mp4a.40.2"' in master
    assert master.splitlines()[-1] == "sound/audio.m3u8"
    assert client.get("/stream/sound/audio/0.ts").status_code == 200
    assert client.get("/image/sound/thumbnail.jpg").status_code == 404
    assert client.get("/image/sound/storyboard.vtt").status_code == 404


def test_an_asset_is_described_in_mux_words(asset: AssetMedia) -> None:
    described = AssetMedia.open(asset.folder).describe()
    assert described == asset.describe()
    assert {key: described[key] for key in ("aspect_ratio", "resolution_tier")} == {
        "aspect_ratio": "16:9",
        "resolution_tier": "720p",
    }
    assert "non_standard_input_reasons" not in described
    tracks = described["tracks"]
    assert isinstance(tracks, list)
    assert [track["type"] for track in tracks] == ["video", "audio"]


def test_portrait_and_turned_videos_stand_upright(
    client: httpx.Client, sample: Sample, prepare: Prepare, playables: Playables
) -> None:
    flat = sample("flat.mp4", *counting_frames(seconds=2, size="640x360"), *H264)
    turned = ["-display_rotation", "90", "-i", str(flat), "-c", "copy"]
    media = prepare(sample("turned.mp4", *turned))
    playables["turned"] = Playable("public", "ready", media.folder)
    assert media.describe()["aspect_ratio"] == "9:16"
    assert "RESOLUTION=360x640" in client.get("/stream/turned.m3u8").text
    assert [one.copied for one in media.renditions] == [False, False]


def test_media_of_another_version_is_prepared_again_rather_than_misread(
    sample: Sample, prepare: Prepare
) -> None:
    media = prepare(sample("old.mp4", *counting_frames(seconds=1), *H264))
    description = media.folder / DESCRIPTION
    description.write_text(json.dumps(json.loads(description.read_text()) | {"format": 0}))
    stale = media.segment_path("180p", 0)
    stale.parent.mkdir()
    stale.write_bytes(b"cut otherwise")
    with pytest.raises(FileNotFoundError):
        AssetMedia.open(media.folder)
    asyncio.run(AssetMedia.prepare(media.folder, Encoders()))
    assert AssetMedia.open(media.folder).describe()["duration"] == pytest.approx(1)
    assert not stale.exists()


def test_media_that_was_never_prepared_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        AssetMedia.open(tmp_path)


def test_what_is_deleted_while_it_is_encoded_is_not_there(sample: Sample, prepare: Prepare) -> None:
    media = prepare(sample("short.mp4", *counting_frames(seconds=3), *H264))
    answers = iter([Playable("public", "ready", media.folder), None])

    async def ask() -> httpx.Response:
        encoders = Encoders()
        for path in media.folder.glob("source*"):
            path.write_bytes(b"")
        app = Starlette(routes=playback_routes(lambda _: next(answers), encoders))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            answer = await client.get("http://localmux/stream/video/180p/0.ts")
        await encoders.close()
        return answer

    assert asyncio.run(ask()).status_code == 404
