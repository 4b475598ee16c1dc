"""A few ffmpeg at a time, none left behind, and no half-made file under its name."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from localmux.media.encoders import Encoders, EncodersClosed, EncodingError, Priority
from localmux.media.maker import Maker

ENDLESS = ["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"]
SHORT = ["-f", "lavfi", "-i", "anullsrc=d=0.01", "-f", "null", "-"]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition for ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def test_no_more_run_than_the_limit_allows() -> None:
    async def work() -> int:
        encoders, most = Encoders(limit=2), 0
        jobs = asyncio.gather(*(encoders.run(SHORT) for _ in range(8)))
        while not jobs.done():
            most = max(most, encoders.running)
            await asyncio.sleep(0.001)
        return most

    assert asyncio.run(work()) == 2


def test_who_waits_for_the_result_goes_before_look_ahead() -> None:
    finished: list[str] = []

    async def work() -> None:
        encoders = Encoders(limit=1)

        async def job(name: str, priority: Priority) -> None:
            await encoders.run(SHORT, priority=priority)
            finished.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(job("first", Priority.NOW))
            await until(lambda: encoders.running == 1)
            group.create_task(job("ahead", Priority.AHEAD))
            await asyncio.sleep(0)
            group.create_task(job("now", Priority.NOW))

    asyncio.run(work())
    assert finished == ["first", "now", "ahead"]


def test_no_child_outlives_close() -> None:
    async def work() -> list[BaseException | None]:
        encoders = Encoders(limit=2)
        jobs = [asyncio.create_task(encoders.run(ENDLESS)) for _ in range(5)]
        await until(lambda: encoders.running == 2)
        await encoders.close()
        assert encoders.running == 0
        return await asyncio.gather(*jobs, return_exceptions=True)

    assert {type(outcome) for outcome in asyncio.run(work())} == {EncodersClosed}


def test_a_cancelled_call_kills_its_child_and_frees_its_turn() -> None:
    async def work() -> None:
        encoders = Encoders(limit=1)
        job = asyncio.create_task(encoders.run(ENDLESS))
        await until(lambda: encoders.running == 1)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        await encoders.run(SHORT)

    asyncio.run(work())


def test_a_child_that_hangs_is_stopped() -> None:
    with pytest.raises(EncodingError, match=r"after 0\.2 seconds"):
        asyncio.run(Encoders().run(ENDLESS, time_limit=0.2))


def test_a_failure_tells_the_last_line_of_the_complaints() -> None:
    with pytest.raises(EncodingError, match="No such file"):
        asyncio.run(Encoders().run(["-i", "/nowhere.mp4", "-f", "null", "-"]))


def test_a_half_made_segment_is_never_served(tmp_path: Path) -> None:
    path = tmp_path / "720p" / "0.ts"

    async def fails(unfinished: Path) -> None:
        _write(unfinished, b"half")
        raise EncodingError("broken")

    with pytest.raises(EncodingError):
        asyncio.run(Maker().make(path, fails))
    assert list(path.parent.iterdir()) == []


def test_many_who_ask_at_once_get_one_encode(tmp_path: Path) -> None:
    calls: list[Path] = []

    async def work() -> None:
        maker = Maker()
        build = _slow_build(calls)
        await asyncio.gather(*(maker.make(tmp_path / "a" / "0.ts", build) for _ in range(9)))

    asyncio.run(work())
    assert len(calls) == 1


def test_work_goes_on_when_the_asker_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "0.ts"
    calls: list[Path] = []

    async def work() -> None:
        asker = asyncio.create_task(Maker().make(path, _slow_build(calls)))
        await until(lambda: bool(calls))
        asker.cancel()
        await until(path.exists)

    asyncio.run(work())
    assert path.read_bytes() == b"whole"


def test_a_deleted_asset_does_not_come_back(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(Maker().make(tmp_path / "gone" / "720p" / "0.ts", _slow_build([])))
    assert list(tmp_path.iterdir()) == []


def _slow_build(calls: list[Path]) -> Callable[[Path], Awaitable[None]]:
    async def build(unfinished: Path) -> None:
        calls.append(unfinished)
        _write(unfinished, b"who")
        await asyncio.sleep(0)
        _write(unfinished, b"whole")

    return build


def _write(unfinished: Path, content: bytes) -> None:
    unfinished.write_bytes(content)
    assert not unfinished.with_suffix("").exists()
