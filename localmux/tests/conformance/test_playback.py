"""Rules of the hosts of playlists and images."""

import re
from urllib.parse import urljoin

import httpx
import pytest

from localmux.answers import Document

STREAM = "#EXT-X-STREAM-INF:"


def attribute(line: str, name: str) -> str:
    found = re.search(rf'[:,]{name}=("[^"]*"|[^,]*)', line)
    return found[1].strip('"') if found else ""


def renditions(answer: httpx.Response) -> list[tuple[str, str]]:
    """Of a master playlist: each attribute line and the address that follows it."""
    lines = answer.text.splitlines()
    return [
        (line, urljoin(str(answer.url), lines[place + 1]))
        for place, line in enumerate(lines)
        if line.startswith(STREAM)
    ]


def heights(answer: httpx.Response) -> list[int]:
    return [int(attribute(line, "RESOLUTION").split("x")[1]) for line, _ in renditions(answer)]


def test_a_master_playlist_tells_its_renditions(stream: httpx.Client, playback_id: str) -> None:
    answer = stream.get(f"{playback_id}.m3u8")
    assert answer.status_code == 200
    assert "mpegurl" in answer.headers["content-type"].lower()
    assert answer.text.startswith("#EXTM3U")
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in answer.text
    assert renditions(answer)
    for line, _ in renditions(answer):
        assert int(attribute(line, "BANDWIDTH")) >= int(attribute(line, "AVERAGE-BANDWIDTH")) > 0
        assert "avc1." in attribute(line, "CODECS")
        assert "mp4a." in attribute(line, "CODECS")
    assert max(heights(answer)) == 360


def test_a_media_playlist_is_complete_and_as_long_as_the_asset(
    stream: httpx.Client, playback_id: str, asset: Document
) -> None:
    _, address = renditions(stream.get(f"{playback_id}.m3u8"))[0]
    answer = stream.get(address)
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in answer.text
    assert answer.text.rstrip().endswith("#EXT-X-ENDLIST")
    durations = [float(one) for one in re.findall(r"#EXTINF:([\d.]+)", answer.text)]
    target = int(re.findall(r"#EXT-X-TARGETDURATION:(\d+)", answer.text)[0])
    assert all(round(duration) <= target for duration in durations)
    assert sum(durations) == pytest.approx(asset["duration"], abs=0.3)


def test_segments_can_be_fetched_by_pages_of_any_site(
    stream: httpx.Client, playback_id: str
) -> None:
    origin = {"origin": "https://example.com"}
    master = stream.get(f"{playback_id}.m3u8", headers=origin)
    _, address = renditions(master)[0]
    media = stream.get(address, headers=origin)
    first = next(line for line in media.text.splitlines() if line and not line.startswith("#"))
    segment = stream.get(urljoin(str(media.url), first), headers=origin)
    assert segment.status_code == 200
    assert len(segment.content) > 1000
    for answer in (master, media, segment):
        assert answer.headers["access-control-allow-origin"] in ("*", "https://example.com")


def test_renditions_can_be_bounded_and_ordered(stream: httpx.Client, playback_id: str) -> None:
    every = heights(stream.get(f"{playback_id}.m3u8"))
    ordered = stream.get(f"{playback_id}.m3u8", params={"rendition_order": "desc"})
    assert heights(ordered) == sorted(every, reverse=True)
    bounded = stream.get(f"{playback_id}.m3u8", params={"max_resolution": "270p"})
    assert max(heights(bounded)) <= 270
    unknown = stream.get(f"{playback_id}.m3u8", params={"max_resolution": "271p"})
    assert unknown.status_code == 400


def test_an_unknown_playback_id_is_404(stream: httpx.Client, asset: Document) -> None:
    assert stream.get(f"{'Zz0' * 14}.m3u8").status_code == 404
    assert stream.get(f"{asset['id']}.m3u8").status_code == 404


def test_a_signed_playback_id_without_a_token_is_403(
    stream: httpx.Client, image: httpx.Client, asset: Document
) -> None:
    signed = asset["playback_ids"][1]["id"]
    assert stream.get(f"{signed}.m3u8").status_code == 403
    assert image.get(f"{signed}/thumbnail.jpg").status_code == 403


def test_an_idle_live_stream_is_412(stream: httpx.Client, live_stream: Document) -> None:
    assert stream.get(f"{live_stream['playback_ids'][0]['id']}.m3u8").status_code == 412


@pytest.mark.parametrize(
    ("extension", "begin"), [("jpg", b"\xff\xd8\xff"), ("png", b"\x89PNG"), ("webp", b"RIFF")]
)
def test_thumbnails_come_in_three_formats(
    image: httpx.Client, playback_id: str, extension: str, begin: bytes
) -> None:
    answer = image.get(f"{playback_id}/thumbnail.{extension}", params={"time": 1, "width": 160})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/")
    assert answer.content.startswith(begin)


def test_an_animated_preview_is_a_gif(image: httpx.Client, playback_id: str) -> None:
    query = {"start": 0, "end": 1, "width": 160}
    answer = image.get(f"{playback_id}/animated.gif", params=query)
    assert answer.content.startswith(b"GIF8")


def test_a_storyboard_tells_where_its_tiles_lie(image: httpx.Client, playback_id: str) -> None:
    told = image.get(f"{playback_id}/storyboard.json").json()
    assert told["tile_width"] > 0
    assert told["tile_height"] > 0
    assert told["tiles"][0]["start"] == 0
    text = image.get(f"{playback_id}/storyboard.vtt").text
    assert text.startswith("WEBVTT")
    assert "#xywh=0,0," in text
