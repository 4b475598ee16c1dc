"""No stream key, token or secret in a log, and none on a page of somebody else."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.harness import PASSWORD, WEBHOOK_SECRET, Person, Site

TARGET_KEY = "target-key-5d1f"


def test_no_secret_comes_into_a_log_or_to_somebody_else(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site(SESSION_SECRET="cookie-secret-81c2")
    ada, bob = visit(site).join(), visit(site).join()
    studio = ada.post("/create-stream", data={"title": "Sea"}).headers["location"]
    stream = studio.removesuffix("/studio")
    target = {"url": "rtmp://localhost/app", "stream_key": TARGET_KEY}
    ada.post(f"{stream}/targets", data=target)
    ada.post(f"{stream}/record")
    first_key = site.mux_api("GET", f"/video/v1/live-streams/{stream.split('/')[-1]}").json()
    ada.post(f"{stream}/reset-key")
    second_key = site.mux_api("GET", f"/video/v1/live-streams/{stream.split('/')[-1]}").json()
    upload = ada.create_upload(clip)
    httpx.put(upload["url"], content=clip.read_bytes(), timeout=20).raise_for_status()
    video = ada.upload(clip, "Waves")
    bob.post("/login", data={"name": ada.name, "password": "a wrong guess 3e"})
    bob.post(f"/nowhere?token={TARGET_KEY}")
    ada.post("/account", data={"current": PASSWORD, "password": "a new horse 77"})

    keys = [each["data"]["stream_key"] for each in (first_key, second_key)]
    own = [*keys, TARGET_KEY, *parse_qs(urlsplit(upload["url"]).query).get("token", [])]
    secrets = [
        *own, PASSWORD, "a wrong guess 3e", "a new horse 77", WEBHOOK_SECRET,
        "cookie-secret-81c2", ada.cookies["session"], bob.cookies["session"],
    ]  # fmt: skip
    for log in (site.app.log(), site.mux.log()):
        assert [secret for secret in secrets if secret in log] == []
    paths = ("/", "/streams", "/videos", stream, video, f"{stream}/playback", "/account")
    for path in paths:
        for somebody in (bob, visit(site)):
            answer = somebody.get(path)
            assert [secret for secret in own if secret in answer.text] == [], path
    assert keys[1] in ada.get(studio).text
    assert TARGET_KEY not in ada.get(studio).text
