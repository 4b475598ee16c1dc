"""The door to Mux: typed answers, typed failures, and never a wait without end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, cast

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from localmux.testing import Running, running
from mux_client import MuxClient
from mux_errors import (
    MuxBusy,
    MuxError,
    MuxLockedOut,
    MuxNotFound,
    MuxRefused,
    MuxUnreachable,
    MuxUnwell,
)
from mux_transport import MuxTransport
from patience import Patience
from settings import Settings, load_settings
from tests.harness import free_port


@pytest.fixture(scope="module")
def localmux() -> Generator[Running]:
    """A localmux for this module."""
    with running() as process:
        yield process


@pytest.fixture(autouse=True)
def no_faults(localmux: Running) -> None:
    """Every test begins with a Mux that works."""
    httpx.delete(localmux.urls["api"] + "/_localmux/faults")


def settings_for(url: str, secret: str = "localmux") -> Settings:
    return load_settings(
        {
            "SESSION_SECRET": "s",
            "MUX_TOKEN_ID": "localmux",
            "MUX_TOKEN_SECRET": secret,
            "MUX_API_URL": url,
            "MUX_POSTS_PER_SECOND": "1000",
            "MUX_OTHERS_PER_SECOND": "1000",
        }
    )


def ask[Answer](settings: Settings, call: Callable[[MuxClient], Awaitable[Answer]]) -> Answer:
    async def asking() -> Answer:
        return await call(MuxClient(MuxTransport(settings)))

    return asyncio.run(asking())


def test_an_upload_carries_title_passthrough_and_origin(localmux: Running) -> None:
    async def create_and_read(mux: MuxClient) -> None:
        made = await mux.create_upload(
            title="Sea", passthrough="ours", policy="public", cors_origin="http://localhost:8000"
        )
        assert made.url
        assert (made.status, made.title, made.passthrough) == ("waiting", "Sea", "ours")
        assert await mux.get_upload(made.id) == made
        assert made in await mux.list_uploads(1)
        assert (await mux.cancel_upload(made.id)).status == "cancelled"
        with pytest.raises(MuxRefused):
            await mux.cancel_upload(made.id)

    ask(settings_for(localmux.urls["api"]), create_and_read)


def test_one_page_of_a_list_has_a_hundred(localmux: Running) -> None:
    with httpx.Client(base_url=localmux.urls["api"], auth=localmux.token) as somebody:
        for _ in range(101):
            assert somebody.post("/video/v1/uploads", json={}).is_success
    assert len(ask(settings_for(localmux.urls["api"]), lambda mux: mux.list_uploads(1))) == 100


def test_what_is_gone_already_can_be_deleted(localmux: Running) -> None:
    ask(settings_for(localmux.urls["api"]), lambda mux: mux.delete_asset("unknown"))


def test_a_wrong_token_is_told_apart(localmux: Running) -> None:
    with pytest.raises(MuxLockedOut):
        ask(settings_for(localmux.urls["api"], "wrong"), lambda mux: mux.get_asset("unknown"))


def test_what_is_not_there_is_told_apart(localmux: Running) -> None:
    with pytest.raises(MuxNotFound):
        ask(settings_for(localmux.urls["api"]), lambda mux: mux.get_asset("unknown"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"action": "status", "status": 500}, MuxUnwell),
        ({"action": "status", "status": 503}, MuxUnwell),
        ({"action": "status", "status": 429}, MuxBusy),
        ({"action": "status", "status": 400}, MuxRefused),
        ({"action": "drop"}, MuxUnreachable),
        ({"action": "half"}, MuxError),
        ({"action": "html"}, MuxUnwell),
    ],
)
def test_every_failure_has_its_own_name_and_a_sentence(
    localmux: Running, fault: dict[str, object], error: type[MuxError]
) -> None:
    httpx.post(localmux.urls["api"] + "/_localmux/faults", json=fault).raise_for_status()
    with pytest.raises(error) as raised:
        ask(settings_for(localmux.urls["api"]), lambda mux: mux.list_assets(None))
    assert raised.value.message.endswith(".") or isinstance(raised.value, MuxRefused)
    assert "localmux" not in raised.value.message


def test_nobody_listening_is_said_at_once() -> None:
    begun = time.monotonic()
    with pytest.raises(MuxUnreachable):
        ask(settings_for(f"http://127.0.0.1:{free_port()}"), lambda mux: mux.list_assets(None))
    assert time.monotonic() - begun < 3


def test_silence_has_an_end(localmux: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mux_transport.CALL_SECONDS", 0.5)
    silence = {"action": "delay", "seconds": 5}
    httpx.post(localmux.urls["api"] + "/_localmux/faults", json=silence).raise_for_status()
    begun = time.monotonic()
    with pytest.raises(MuxUnreachable):
        ask(settings_for(localmux.urls["api"]), lambda mux: mux.list_assets(None))
    assert time.monotonic() - begun < 4


def test_all_calls_for_one_request_share_one_time(
    localmux: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patience.PATIENCE_SECONDS", 1.0)
    slow = {"action": "delay", "seconds": 0.7}
    httpx.post(localmux.urls["api"] + "/_localmux/faults", json=slow).raise_for_status()

    async def three_calls(mux: MuxClient) -> None:
        async def page(_scope: Scope, _receive: Receive, _send: Send) -> None:
            for _ in range(3):
                await mux.list_assets(None)

        nothing = cast("Any", None)
        await Patience(page)({"type": "http"}, nothing, nothing)

    begun = time.monotonic()
    with pytest.raises(MuxUnreachable):
        ask(settings_for(localmux.urls["api"]), three_calls)
    assert time.monotonic() - begun < 1.8


def test_a_hundred_calls_at_once_do_not_mix_up_their_answers(localmux: Running) -> None:
    async def many(mux: MuxClient) -> None:
        made = [
            await mux.create_upload(title=f"{n}", passthrough="", policy="public", cors_origin="*")
            for n in range(10)
        ]
        read = await asyncio.gather(*(mux.get_upload(each.id) for each in made * 10))
        assert [each.title for each in read] == [f"{n}" for n in range(10)] * 10

    ask(settings_for(localmux.urls["api"]), many)
