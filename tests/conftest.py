"""What every test of the app works with: a running site, people, and files to upload."""

import subprocess
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import imageio_ffmpeg
import pytest

from localmux.forked import forked_localmux
from localmux.live.flv import HEADER, Tag, tags
from localmux.testing import Encoder, Running, make_footage, read_certificates_once
from tests.broadcasting import Channel, create_channel
from tests.forked import forked_app
from tests.harness import App, Person, Site, a_site

App.begin = forked_app
Running.begin = forked_localmux
read_certificates_once()

FIGURES = "mux faults"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, whatever order chance has given to the rest."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line of figures: how often Mux failed somebody, and what that cost them."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    figures = [value for each in reports for name, value in each.user_properties if name == FIGURES]
    if figures:
        tried, lost = (sum(each[what] for each in figures) for what in ("faults", "lost"))
        terminalreporter.write_line(f"faults tried: {tried}, lost resources: {lost}")


@pytest.fixture(scope="session")
def shared_site() -> Generator[Site]:
    """One app and one localmux for all tests that do not disturb each other."""
    with a_site() as site:
        yield site


@pytest.fixture
def site(shared_site: Site, request: pytest.FixtureRequest) -> Generator[Site]:
    """The shared site; if the test fails, what app and localmux logged meanwhile is shown."""
    before = len(shared_site.app.log()), len(shared_site.mux.log())
    yield shared_site
    request.node.add_report_section("teardown", "app log", shared_site.app.log()[before[0] :])
    request.node.add_report_section("teardown", "localmux log", shared_site.mux.log()[before[1] :])


@pytest.fixture
def start_site(request: pytest.FixtureRequest) -> Generator[Callable[..., Site]]:
    """Starts a site of the test's own, to be stopped, killed or misled."""
    with ExitStack() as stack:
        started: list[Site] = []

        def begin(*localmux_options: str, **settings: str) -> Site:
            started.append(stack.enter_context(a_site(*localmux_options, **settings)))
            return started[-1]

        yield begin
        for site in started:
            request.node.add_report_section("teardown", "app log", site.app.log())
            request.node.add_report_section("teardown", "localmux log", site.mux.log())


@pytest.fixture
def visit() -> Generator[Callable[[Site], Person]]:
    """Opens a browser without scripts, with a session of its own."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(Person(site))


@pytest.fixture
def stranger(site: Site, visit: Callable[[Site], Person]) -> Person:
    """Somebody without an account."""
    return visit(site)


@pytest.fixture
def ada(site: Site, visit: Callable[[Site], Person]) -> Person:
    """Somebody with an account, signed in."""
    return visit(site).join()


@pytest.fixture
def bob(site: Site, visit: Callable[[Site], Person]) -> Person:
    """Somebody else with an account, signed in."""
    return visit(site).join()


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a test picture with a tone, of any length in seconds and any size."""
    folder = tmp_path_factory.mktemp("media")

    def make(
        name: str = "clip.mp4", seconds: float = 2, size: str = "640x360", bit_rate: str = "1M"
    ) -> Path:
        path = folder / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
        command += ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration={seconds}"]
        command += ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60"]
        command += ["-b:v", bit_rate, "-minrate", bit_rate, "-maxrate", bit_rate]
        command += ["-bufsize", bit_rate, "-nal-hrd", "cbr", "-c:a", "aac"]
        subprocess.run([*command, str(path)], check=True)
        return path

    return make


@pytest.fixture(scope="session")
def clip(make_video: Callable[..., Path]) -> Path:
    """Two seconds of video."""
    return make_video()


@pytest.fixture(scope="session")
def not_a_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text file that claims to be a video."""
    path = tmp_path_factory.mktemp("media") / "notes.mp4"
    path.write_text("Milk, eggs, bread.\n" * 20)
    return path


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What encoders send again and again."""
    return make_footage(tmp_path_factory.mktemp("footage") / "footage.flv")


@pytest.fixture(scope="session")
def media(footage: Path) -> list[Tag]:
    """The footage as the messages of RTMP."""
    return list(tags(footage.read_bytes()[len(HEADER) :]))


@pytest.fixture
def encode(footage: Path) -> Generator[Callable[..., Encoder]]:
    """Starts an encoder that publishes to a live stream; all are gone after the test."""
    with ExitStack() as stack:

        def begin(channel: Channel, media: Path = footage) -> Encoder:
            encoder = Encoder(media, channel.ingest)
            stack.callback(encoder.crash)
            return encoder

        yield begin


@pytest.fixture
def channel(ada: Person) -> Channel:
    """A live stream of Ada's."""
    return create_channel(ada)
