"""What cannot become an asset is refused with a sentence that the sender understands."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from localmux.media.asset_media import DESCRIPTION, AssetMedia
from localmux.media.encoders import Encoders
from localmux.media.probe import InvalidInput, probe
from localmux.media.testing import counting_frames, make_file, tone

type Sample = Callable[..., Path]
type Prepare = Callable[[Path], AssetMedia]

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-qp", "1")
WORDS = {
    "text.mp4": (b"Dear diary, this is no film.\n" * 50, "a text file"),
    "empty.mp4": (b"", "empty"),
    "list.mp4": (b"ffconcat version 1.0\nfile neighbour.mp4\n", "names other files"),
    "playlist.mp4": (b"#EXTM3U\n#EXTINF:1,\nneighbour.mp4\n", "names other files"),
    "page.mov": (b"<!DOCTYPE html><p>404</p>", "a web page"),
    "archive.mkv": (b"PK\x03\x04" + bytes(900), "a ZIP archive"),
    "zeroes.mp4": (bytes(50_000), "damaged"),
    "noise.mp4": (bytes((n * n + n // 7) % 251 for n in range(60_000)), "damaged"),
}


@pytest.mark.parametrize("name", WORDS)
def test_a_file_that_is_no_media_is_refused_by_what_it_is(
    name: str, tmp_path: Path, prepare: Prepare
) -> None:
    content, words = WORDS[name]
    source = tmp_path / name
    source.write_bytes(content)
    with pytest.raises(InvalidInput, match=words):
        prepare(source)
    assert not list(tmp_path.rglob(DESCRIPTION))


@pytest.mark.parametrize(("kind", "words"), [("gif", "a GIF image"), ("png", "a PNG image")])
def test_an_image_is_no_video(kind: str, words: str, tmp_path: Path, prepare: Prepare) -> None:
    image = make_file(tmp_path / f"image.{kind}", *counting_frames(seconds=0.04), "-frames:v", "1")
    with pytest.raises(InvalidInput, match=words):
        prepare(image.rename(tmp_path / "image.mp4"))


@pytest.mark.parametrize(
    ("name", "options", "kept", "words"),
    [
        ("index-last.mp4", [], 0.5, "index"),
        ("index-first.mp4", ["-movflags", "faststart"], 0.5, r"promises 10\.\d seconds"),
        ("matroska.mkv", [], 0.5, r"promises 10\.\d seconds"),
        ("old.avi", [], 0.5, "promises .* bytes"),
    ],
)
def test_a_file_that_is_cut_off_is_refused_and_says_so(
    name: str, options: list[str], kept: float, words: str, sample: Sample, prepare: Prepare
) -> None:
    inputs = [*counting_frames(seconds=10), *tone(seconds=10)]
    whole = sample(f"whole-{name}", *inputs, *H264, *options).read_bytes()
    cut = sample(f"whole-{name}").with_name(f"cut-{name}")
    cut.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InvalidInput, match=words):
        prepare(cut)


def test_a_list_does_not_read_its_neighbour_even_under_a_media_name(
    sample: Sample, prepare: Prepare
) -> None:
    neighbour = sample("neighbour.mp4", *counting_frames(seconds=1), *H264)
    listing = neighbour.with_name("listing.mkv")
    listing.write_text(f"ffconcat version 1.0\nfile {neighbour.name}\n")
    with pytest.raises(InvalidInput):
        prepare(listing)


def test_a_picture_track_that_cannot_be_decoded_is_refused(
    sample: Sample, prepare: Prepare
) -> None:
    whole = sample("intact.mp4", *counting_frames(seconds=2), *tone(seconds=2), *H264)
    broken = bytearray(whole.read_bytes())
    begin = broken.index(b"mdat") + 4
    broken[begin : broken.index(b"moov") - 4] = bytes(broken.index(b"moov") - 4 - begin)
    damaged = whole.with_name("broken.mp4")
    damaged.write_bytes(broken)
    with pytest.raises(InvalidInput, match="damaged"):
        prepare(damaged)


def test_cover_art_is_no_picture(sample: Sample, prepare: Prepare) -> None:
    cover = sample("cover.png", *counting_frames(seconds=0.04), "-frames:v", "1")
    attached = ["-map", "0:a", "-map", "1:v", "-disposition:v", "attached_pic"]
    song = sample("song.mp3", *tone(seconds=5), "-i", str(cover), *attached)
    described = prepare(song).describe()
    assert described["resolution_tier"] == "audio-only"
    assert described["duration"] == pytest.approx(5, abs=0.06)


def test_examining_ends_when_the_server_does(sample: Sample) -> None:
    source = sample("fine.mp4", *counting_frames(seconds=1), *H264)

    async def work() -> int:
        encoders = Encoders()
        examining = asyncio.create_task(probe(source, encoders))
        await asyncio.wait([examining], timeout=0.05)
        examining.cancel()
        await asyncio.gather(examining, return_exceptions=True)
        await encoders.close()
        return encoders.running

    assert asyncio.run(work()) == 0
