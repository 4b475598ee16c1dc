"""OBS Studio itself goes live with what the studio page shows, and people can watch it later."""

import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from localmux.media.ffmpeg import ffmpeg_executable
from localmux.testing import eventually
from tests.broadcasting import RECONNECTING, Channel, create_channel
from tests.harness import Person, Site
from tests.obs.studio import COLOUR, CONNECTS, RETRY_DELAY, STARTED, STOPPED, Obs

StartObs = Callable[[str, str], Obs]


@pytest.fixture
def channel(ada: Person) -> Channel:
    """A live stream of Ada's."""
    return create_channel(ada)


def shown(channel: Channel) -> tuple[str, str]:
    """The server URL and the stream key, as the host copies them from the studio."""
    server, _, key = channel.ingest.rpartition("/")
    return server, key


def the_recording(channel: Channel) -> dict[str, Any]:
    """The one recording of the channel, once it is ready."""

    def finished() -> list[dict[str, Any]]:
        return [one for one in channel.recordings() if one["status"] != "preparing"]

    eventually(finished, within=60)
    (recording,) = channel.recordings()
    assert recording["status"] == "ready"
    return recording


def colour_of(site: Site, recording: dict[str, Any]) -> list[int]:
    """The red, green and blue of its first picture, all of it taken together."""
    url = f"{site.mux.urls['stream']}/{recording['playback_ids'][0]['id']}.m3u8"
    one_dot = ["-frames:v", "1", "-vf", "scale=1:1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    command = [ffmpeg_executable(), "-v", "error", "-i", url, *one_dot]
    return list(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


def test_obs_goes_live_and_its_recording_is_ready_when_it_stops(
    site: Site, stranger: Person, channel: Channel, start_obs: StartObs
) -> None:
    channel.set_window(2)
    obs = start_obs(*shown(channel))
    channel.await_live()
    time.sleep(6)  # of media, so that its length says something
    obs.press("stop")
    obs.await_said(STOPPED)
    recording = the_recording(channel)
    assert sum(obs.seconds_sent()) > 6
    assert recording["duration"] == pytest.approx(sum(obs.seconds_sent()), abs=1)
    assert colour_of(site, recording) == pytest.approx(list(COLOUR), abs=12)
    eventually(lambda: "<hls-player" in stranger.get(f"/video/{recording['id']}").text)
    assert obs.quit() == 0


def test_obs_that_is_started_again_in_time_continues_its_recording(
    channel: Channel, start_obs: StartObs
) -> None:
    obs = start_obs(*shown(channel))
    channel.await_live()
    obs.press("stop")
    channel.await_page(RECONNECTING)
    obs.press("start")
    obs.await_said(STARTED, times=2)
    channel.await_live()
    time.sleep(4)  # of media, so that there is a second part
    obs.press("stop")
    obs.await_said(STOPPED, times=2)
    channel.await_page(RECONNECTING)
    channel.act("end")
    recording = the_recording(channel)
    assert len(obs.seconds_sent()) == 2
    assert recording["duration"] == pytest.approx(sum(obs.seconds_sent()), abs=1)
    assert obs.quit() == 0


def test_obs_with_a_wrong_key_says_so_and_does_not_try_again(
    channel: Channel, start_obs: StartObs
) -> None:
    server, key = shown(channel)
    obs = start_obs(server, f"{key}x")
    obs.await_said(STOPPED)
    obs.await_said("NetStream.Publish.BadName (No live stream has this stream key.)")
    time.sleep(5 * RETRY_DELAY)  # in which it could have tried again
    assert obs.log().count(CONNECTS) == 1
    assert "Waiting for the host" in channel.host.get(channel.path).text
    assert channel.recordings() == []
    assert obs.quit() == 0
