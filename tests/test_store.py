"""The store wakes whoever watches a thing when, and only when, that thing changed."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from records import Account, Upload, Video
from store import NEWS_KEPT, Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VIDEO = Video(
    asset_id="a1",
    title="Sea",
    uploader="u1",
    uploader_name="Ada",
    upload_time=NOW,
    status="processing",
)
UPLOAD = Upload(
    id="p1", user="u1", created_at=NOW, status="waiting", title="Sea", filename="sea.mp4", size=1
)


def test_a_change_wakes_who_watches_it() -> None:
    async def scenario() -> None:
        store = Store()
        with store.watch("a1") as watcher, store.watch("a2") as other:
            await store.save_video(VIDEO)
            assert await watcher.changed(0.01)
            assert not await watcher.changed(0.01)
            assert not await other.changed(0.01)

    asyncio.run(scenario())


def test_saving_the_same_again_wakes_nobody() -> None:
    async def scenario() -> None:
        store = Store()
        await store.save_video(VIDEO)
        with store.watch("a1") as watcher:
            await store.save_video(replace(VIDEO))
            assert not await watcher.changed(0.01)

    asyncio.run(scenario())


def test_a_change_of_the_video_wakes_who_watches_its_upload() -> None:
    async def scenario() -> None:
        store = Store()
        await store.save_upload(replace(UPLOAD, status="asset_created", asset_id="a1"))
        with store.watch("p1") as watcher:
            await store.save_video(VIDEO)
            assert await watcher.changed(0.01)

    asyncio.run(scenario())


def test_changes_between_two_looks_count_as_one() -> None:
    async def scenario() -> None:
        store = Store()
        with store.watch("a1") as watcher:
            await store.save_video(VIDEO)
            await store.delete_video("a1")
            assert await watcher.changed(0.01)
            assert not await watcher.changed(0.01)

    asyncio.run(scenario())


def test_closing_wakes_everybody() -> None:
    async def scenario() -> None:
        store = Store()
        with store.watch("a1") as watcher:
            store.close()
            assert await watcher.changed(0.01)
            assert store.closing

    asyncio.run(scenario())


def test_of_the_news_the_latest_are_kept() -> None:
    async def scenario() -> None:
        store = Store()
        for number in range(NEWS_KEPT + 10):
            await store.add_news("s1", NOW + timedelta(seconds=number), f"{number}")
        news = await store.news("s1")
        assert len(news) == NEWS_KEPT
        assert news[0].text == f"{NEWS_KEPT + 9}"

    asyncio.run(scenario())


def test_the_newest_comes_first() -> None:
    async def scenario() -> None:
        store = Store()
        later = replace(VIDEO, asset_id="a2", upload_time=NOW.replace(year=2027))
        await store.save_video(VIDEO)
        await store.save_video(later)
        assert await store.videos() == [later, VIDEO]

    asyncio.run(scenario())


def test_a_name_is_found_whatever_its_capitals() -> None:
    async def scenario() -> None:
        store = Store()
        account = Account(id="1", name="Straße")
        await store.save_account(account)
        assert await store.account_named("STRASSE") == account

    asyncio.run(scenario())
