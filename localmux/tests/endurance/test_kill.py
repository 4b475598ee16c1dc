"""kill -9 in the middle of everything at once: what was answered is kept, what was half made is not
served. Half-received uploads are in test_server.py, broadcasts in live_media/test_clips.py.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import av
import httpx

from localmux.answers import Document
from localmux.media.ffmpeg import ffmpeg_executable
from localmux.testing import Running, eventually

RATE = 30  # frames per second of the test's video


def test_after_kill_9_nothing_is_lost_and_nothing_half_made_is_served(
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    new_upload: Callable[..., Document],
    settled: Callable[..., Document],
    old_video: Path,
    tmp_path: Path,
) -> None:
    slow, data = _slow_ffmpeg(tmp_path, "-readrate 0.3", ""), tmp_path / "data"
    first = start("--data-dir", str(data), variables={"LOCALMUX_FFMPEG": str(slow)})
    api = connect(first)
    upload = new_upload(api)
    httpx.put(upload["url"], content=old_video.read_bytes())
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    asset = settled(asset_id, api)
    clip_id = _clip(api, asset_id)

    [half] = eventually(lambda: _growing(data / "assets" / asset_id))
    created = _creating(first, api)
    eventually(lambda: len(created) > 20)
    first.kill()
    with half.open("r+b") as left_behind:  # what an ffmpeg that goes on would write to
        name = f"{half.parent.name}/{half.name.removesuffix('.part')}"
        cut_off = len(_frames(half))

        api = connect(start("--data-dir", str(data)))
        path = f"/stream/{asset['playback_ids'][0]['id']}/{name}"
        served = api.get(path)
        left_behind.write(bytes(5000))
        left_behind.flush()
        assert api.get(path).content == served.content
    playlist = api.get(path.removesuffix("/0.ts") + ".m3u8").text
    assert cut_off < _count(served.content, tmp_path) == _promised(playlist)

    clip = settled(clip_id, api)
    assert (clip["status"], clip["duration"]) == ("ready", 1.0)
    for stream_id in created:
        assert api.get(f"/video/v1/live-streams/{stream_id}").status_code == 200
    told = api.get("/_localmux/events", params={"type": "video.live_stream.created"}).json()
    assert {*created} <= {one["object"]["id"] for one in told["data"]}
    with contextlib.closing(sqlite3.connect(data / "localmux.sqlite3")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_no_ffmpeg_works_for_hours_for_a_localmux_that_was_killed(
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    new_upload: Callable[..., Document],
    settled: Callable[..., Document],
    children: Callable[[Running], list[Path]],
    old_video: Path,
    tmp_path: Path,
) -> None:
    slow = _slow_ffmpeg(tmp_path, "-readrate 0.05", "highest.mp4")
    process = start("--data-dir", str(tmp_path / "data"), variables={"LOCALMUX_FFMPEG": str(slow)})
    api = connect(process)
    upload = new_upload(api)
    httpx.put(upload["url"], content=old_video.read_bytes())
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    settled(asset_id, api)
    wanted = {"resolution": "highest"}
    api.post(f"/video/v1/assets/{asset_id}/static-renditions", json=wanted).raise_for_status()
    [works] = eventually(
        lambda: [one for one in children(process) if "highest.mp4" in _command_line(one)]
    )
    process.kill()
    eventually(lambda: not _command_line(works))


def _command_line(process: Path) -> str:
    """Empty for one that has ended, whether somebody has asked for its status or not."""
    with contextlib.suppress(OSError):
        return (process / "cmdline").read_text()
    return ""


def _slow_ffmpeg(folder: Path, pace: str, what: str) -> Path:
    """An ffmpeg that keeps this pace with all work that has `what` on its command line."""
    path, ffmpeg = folder / "ffmpeg", ffmpeg_executable()
    slow = f'*"{what}"*) exec {ffmpeg} {pace} "$@";;'
    path.write_text(f'#!/bin/sh\ncase "$*" in {slow} *) exec {ffmpeg} "$@";; esac\n')
    path.chmod(0o700)
    return path


def _count(segment: bytes, folder: Path) -> int:
    """How many frames a segment really has."""
    path = folder / "served.ts"
    path.write_bytes(segment)
    return len(_frames(path))


def _promised(playlist: str) -> int:
    """How many frames the first segment has by its length."""
    length = next(line for line in playlist.splitlines() if line.startswith("#EXTINF"))
    return round(float(length.partition(":")[2].rstrip(",")) * RATE)


def _clip(api: httpx.Client, asset_id: str) -> str:
    """A part of the asset that is not ready before the end."""
    api.put("/_localmux/time", json={"ready_after": 3600})
    source = {"url": f"mux://assets/{asset_id}", "start_time": 0.5, "end_time": 1.5}
    return api.post("/video/v1/assets", json={"inputs": [source]}).json()["data"]["id"]


def _creating(process: Running, api: httpx.Client) -> list[str]:
    """Ids of live streams that are created one after the other until localmux is gone."""
    created: list[str] = []

    def create() -> None:
        with (
            contextlib.suppress(httpx.TransportError),
            httpx.Client(base_url=api.base_url, auth=process.token) as client,
        ):
            while True:
                answer = client.post("/video/v1/live-streams", json={})
                created.append(answer.json()["data"]["id"])

    threading.Thread(target=create, daemon=True).start()
    return created


def _growing(folder: Path) -> list[Path]:
    """The first segment of the picture, while it is being made."""
    return [path for path in folder.glob("*p/0.ts*") if path.stat().st_size > 10_000]


def _frames(path: Path) -> list[object]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))
