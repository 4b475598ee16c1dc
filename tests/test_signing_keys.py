"""The signing key that no setting names: made once, when it is needed, and said in words if not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from localmux.testing import eventually
from tests.harness import Person, Site
from tests.showing import LOCKED, change, create_stream, source


def test_a_restart_keeps_for_whom_everything_is_and_makes_one_key(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    ada = visit(site).join()
    with ThreadPoolExecutor(4) as pool:
        stream, *_ = pool.map(lambda _: create_stream(ada), range(4))
    assert len(keys(site)) == 1
    video = ada.upload(clip, title="Rehearsal")
    change(ada, video, "signup")
    assert "MUX_SIGNING_PRIVATE_KEY" in site.app.log()
    assert "BEGIN" not in site.app.log()
    site.app.kill()
    site.app.start()
    eventually(lambda: len(keys(site)) == 2)
    for path in (video, stream):
        assert LOCKED in visit(site).get(path).text
    assert httpx.get(eventually(lambda: source(ada, video))).status_code == 200
    no_key = {"action": "status", "status": 401, "path": "/system/v1/signing-keys", "times": 1}
    site.app.kill()
    with site.mux_fault(no_key):
        site.app.start()
        eventually(lambda: "gives it no signing key" in ada.get(video).text)
        assert ada.get(f"{video}/playback").status_code == 409
        # The next one who needs it tries again, and those who wait are served.
        create_stream(ada)
    assert httpx.get(source(ada, video)).status_code == 200


def keys(site: Site) -> list[dict[str, str]]:
    return site.mux_api("GET", "/system/v1/signing-keys").json()["data"]


def test_a_refused_key_is_said_in_a_sentence_and_makes_nothing(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site()
    ada = visit(site).join()
    refusals = ((401, "gives it no signing key"), (503, "has a problem of its own"))
    form = {"title": "Premiere", "visibility": "signup", "filename": "a.mp4"}
    for status, words in refusals:
        fault = {"action": "status", "status": status, "path": "/system/v1/signing-keys"}
        with site.mux_fault(fault):
            for path in ("/create-stream", "/create-upload"):
                answer = ada.post(path, data=form)
                assert answer.status_code == 502
                assert words in answer.text
    assert site.mux_api("GET", "/video/v1/live-streams").json()["data"] == []
    create_stream(ada)
