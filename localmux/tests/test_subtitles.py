"""Subtitle files as people have them, and the WebVTT and text that are made of them."""

import pytest

from localmux.subtitles import UnreadableSubtitles, read_subtitles

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\nyou\n\n2\n00:01:00,000 --> 00:01:01,000\nBye\n"
AS_WEBVTT = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello\nyou\n\n00:01:00.000 --> 00:01:01.000\nBye\n"
)


@pytest.mark.parametrize(
    "raw",
    [
        SRT.encode(),
        SRT.replace("\n", "\r\n").encode("utf-8-sig"),
        SRT.encode("utf-16"),
        SRT.replace("1\n00:00:01", "00:00:01").encode(),
        AS_WEBVTT.encode(),
        AS_WEBVTT.replace("00:00:01.000 --> 00:00:02.500", "00:01.000 --> 00:02.500").encode(),
        AS_WEBVTT.replace("\n\n00:01", "\n\nNOTE of the author\n\nsecond\n00:01").encode(),
    ],
    ids=["srt", "windows", "utf-16", "unnumbered", "webvtt", "short", "notes and names"],
)
def test_every_usual_form_becomes_the_same_webvtt(raw: bytes) -> None:
    subtitles = read_subtitles(raw)
    assert subtitles.as_webvtt() == AS_WEBVTT
    assert subtitles.as_text() == "Hello you\nBye\n"


def test_what_only_srt_knows_is_left_out() -> None:
    text = "1\n00:00:01,0 --> 00:00:02,0\n{\\an8}<font color=red>A</font> & <i>B</i>\n"
    subtitles = read_subtitles(text.encode())
    assert subtitles.cues[0].text == "A &amp; <i>B</i>"
    assert subtitles.as_text() == "A & B\n"


def test_styles_and_places_of_webvtt_are_kept() -> None:
    style = "STYLE\n::cue { color: red }"
    cue = "00:00:01.000 --> 00:00:02.000 line:0 align:start\nTop"
    text = f"WEBVTT - a title\n\n{style}\n\n{cue}\n"
    assert read_subtitles(text.encode()).as_webvtt() == f"WEBVTT\n\n{style}\n\n{cue}\n"


def test_old_files_of_western_europe_are_read() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nÀ bientôt\n"
    assert read_subtitles(text.encode("cp1252")).as_text() == "À bientôt\n"


def test_hls_gets_the_time_stamp_of_the_beginning() -> None:
    text = read_subtitles(SRT.encode()).as_webvtt(first_timestamp=900_000)
    assert text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n")


@pytest.mark.parametrize(
    "raw", [b"", b"Just text.", b"\x00\x01\x02", b"<html></html>", b"\xff\xfe"]
)
def test_anything_else_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableSubtitles):
        read_subtitles(raw)
