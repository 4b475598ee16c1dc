"""Broadcasts for people who sign up: the picture, and what is recorded of it."""

import json
from collections.abc import Callable

import httpx
from selectolax.lexbor import LexborHTMLParser

from localmux.testing import Encoder, eventually
from tests.broadcasting import Channel, create_channel
from tests.harness import Person
from tests.showing import LOCKED


def make_for(channel: Channel, visibility: str) -> None:
    channel.act("edit", title="Evening concert", visibility=visibility)


def plays(person: Person, path: str) -> bool:
    answer = person.get(f"{path}/playback")
    return answer.status_code == 200 and httpx.get(answer.json()["src"]).status_code == 200


def stills(person: Person, channel: Channel) -> list[str]:
    """The addresses of the broadcast's picture in the list of live streams."""
    page = LexborHTMLParser(person.get("/streams").text)
    cards = [each for each in page.css(".card") if channel.path in (each.html or "")]
    return [str(image.attributes["src"]) for card in cards for image in card.css("img")]


def test_a_recording_is_for_whom_its_stream_was_when_it_was_made(
    ada: Person, bob: Person, stranger: Person, encode: Callable[..., Encoder]
) -> None:
    # Mux was told once that recordings are for everybody, and takes no other word.
    channel = create_channel(ada, visibility="public")
    make_for(channel, "signup")
    encode(channel)
    channel.await_live()
    eventually(lambda: channel.policies() == [["signed"], ["signed"]], within=30)
    recording = f"/video/{channel.recordings()[0]['id']}"
    for path in (channel.path, recording):
        assert LOCKED in bob.get(path).text
        assert bob.get(f"{path}/playback").status_code == 403
    assert "Watch from the start" not in bob.get(channel.path).text
    bob.post(f"{channel.path}/signup")
    for path in (channel.path, recording):
        assert plays(bob, path)
    assert [httpx.get(each).status_code for each in stills(bob, channel)] == [200]
    assert stills(stranger, channel) == []
    expect_both_to_follow(channel, stranger, recording)
    channel.act("end")
    expect_to_stay(channel, bob, stranger, recording)


def expect_both_to_follow(channel: Channel, stranger: Person, recording: str) -> None:
    """Another choice during the broadcast is for the recording that is being made too."""
    make_for(channel, "public")
    assert channel.policies() == [["public"], ["public"]]
    assert plays(stranger, channel.path)
    assert plays(stranger, recording)
    make_for(channel, "signup")
    assert channel.policies() == [["signed"], ["signed"]]
    assert LOCKED in stranger.get(recording).text


def expect_to_stay(channel: Channel, bob: Person, stranger: Person, recording: str) -> None:
    """When it is over, that is written down, whatever becomes of the stream."""

    def written() -> str:
        return json.loads(channel.recordings()[0]["passthrough"])["see"]

    eventually(lambda: written() == "signup", within=30)
    make_for(channel, "public")
    assert channel.policies() == [["public"], ["signed"]]
    assert LOCKED in stranger.get(recording).text
    assert plays(bob, recording)
    assert "Sign up to watch" in stranger.get(channel.path).text
