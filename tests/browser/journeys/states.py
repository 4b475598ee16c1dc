"""The pages of the site in the states that people see, each with the action that matters there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.harness import Person


@dataclass(slots=True)
class Scene:
    """What the states of pages are made of."""

    new_tab: NewTab
    owner: Person
    prepare_for: Callable[[int], None]
    video: str
    clip: Path
    not_a_video: Path
    page_errors: PageErrors

    def open(self, path: str, person: Person | None = None) -> Page:
        """A tab at this page."""
        tab = self.new_tab(person)
        tab.goto(path)
        return tab


type Shown = tuple[Page, Locator]


def home(scene: Scene) -> Shown:
    """The front page for strangers."""
    tab = scene.open("/")
    return tab, tab.get_by_role("link", name="Join to upload")


def gallery(scene: Scene) -> Shown:
    """The gallery with videos in it."""
    tab = scene.open("/videos?q=Waves+at+night")
    return tab, tab.get_by_role("link", name="Waves at night")


def empty_gallery(scene: Scene) -> Shown:
    """A search that finds nothing."""
    tab = scene.open("/videos?q=nothing+is+called+so")
    return tab, tab.get_by_role("link", name="Show all videos")


def watching_as_stranger(scene: Scene) -> Shown:
    """The watch page for anybody."""
    tab = scene.open(scene.video)
    quality = tab.get_by_label("Quality")
    expect(quality).to_be_visible()
    return tab, quality


def watching_as_owner(scene: Scene) -> Shown:
    """The watch page with the tools of its owner open."""
    tab = scene.open(scene.video, scene.owner)
    tab.get_by_text("Title and visibility").click()
    tab.get_by_text("Delete…").click()
    return tab, tab.get_by_role("button", name="Save")


def upload_form(scene: Scene) -> Shown:
    """The form before anything is chosen."""
    tab = scene.open("/upload", scene.owner)
    return tab, tab.get_by_role("button", name="Upload")


def upload_form_with_error(scene: Scene) -> Shown:
    """The form after a file that cannot be sent."""
    tab = scene.open("/upload", scene.owner)
    tab.get_by_label("Choose a video").set_input_files(Path(__file__))
    expect(tab.get_by_text("There is a problem")).to_be_visible()
    return tab, tab.get_by_role("button", name="Upload")


def uploading(scene: Scene) -> Shown:
    """An upload that has been paused, so that it stays."""
    tab = scene.open("/upload", scene.owner)
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_label("Choose a video").set_input_files(scene.clip)
    expect(tab.get_by_label("Title")).to_have_value(scene.clip.stem)
    tab.route("**/upload/*?token=*", lambda _: None)
    tab.get_by_role("button", name="Upload").click()
    pause = tab.get_by_role("button", name="Pause")
    expect(pause).to_be_visible()
    return tab, pause


def resuming(scene: Scene) -> Shown:
    """The page of an upload of which nothing has been sent."""
    tab = scene.open(scene.owner.create_upload(scene.clip)["page"], scene.owner)
    tab.get_by_text("Send it from a terminal instead").click()
    return tab, tab.get_by_role("button", name="Cancel this upload")


def preparing(scene: Scene) -> Shown:
    """The page of an upload that has arrived and is not ready."""
    scene.prepare_for(60)
    upload = scene.owner.create_upload(scene.clip)
    httpx.put(upload["url"], content=scene.clip.read_bytes(), timeout=20).raise_for_status()
    eventually(lambda: "being prepared" in scene.owner.get(upload["page"]).text)
    tab = scene.open(upload["page"], scene.owner)
    return tab, tab.get_by_role("link", name="Videos")


def failed(scene: Scene) -> Shown:
    """The page of an upload that was no video."""
    path = scene.owner.upload(scene.not_a_video, ends_with="could not be made playable")
    tab = scene.open(path, scene.owner)
    return tab, tab.get_by_role("link", name="Upload another file")


def signing_in(scene: Scene) -> Shown:
    """The sign-in form."""
    tab = scene.open("/login")
    return tab, tab.get_by_role("button", name="Sign in")


def joining_with_errors(scene: Scene) -> Shown:
    """The form for new accounts after a password that is too short."""
    scene.page_errors.allow("422")
    tab = scene.open("/register")
    tab.get_by_label("Name").fill("x" * 30)
    tab.get_by_label("Password").fill("short")
    tab.get_by_role("button", name="Join").click()
    expect(tab.get_by_text("There is a problem")).to_be_visible()
    return tab, tab.get_by_role("button", name="Join")


def account(scene: Scene) -> Shown:
    """One's own page with a video, a long title and an upload that waits."""
    scene.owner.upload(scene.clip, title="Anticonstitutionnellement" * 4)
    scene.owner.create_upload(scene.clip, title="Still to be sent")
    tab = scene.open("/account", scene.owner)
    return tab, tab.get_by_role("button", name="Change password")


def nothing_there(scene: Scene) -> Shown:
    """A page that does not exist."""
    scene.page_errors.allow("404")
    tab = scene.open("/video/nothing")
    return tab, tab.get_by_role("link", name="To the videos")


def streams(scene: Scene) -> Shown:
    """The list of live streams, with one coming up."""
    scene.owner.post("/create-stream", data={"title": "Full moon over the harbour"})
    tab = scene.open("/streams")
    return tab, tab.get_by_role("link", name="Full moon over the harbour").first


def new_stream(scene: Scene) -> Shown:
    """The form for a new live stream."""
    tab = scene.open("/stream/new", scene.owner)
    return tab, tab.locator("main").get_by_role("button").last


def waiting_for_a_stream(scene: Scene) -> Shown:
    """The page of a live stream before it starts."""
    answer = scene.owner.post("/create-stream", data={"title": "Full moon over the harbour"})
    tab = scene.open(answer.headers["location"].removesuffix("/studio"))
    return tab, tab.get_by_role("link", name="Videos")


def studio(scene: Scene) -> Shown:
    """The host's page of a live stream."""
    answer = scene.owner.post("/create-stream", data={"title": "Full moon over the harbour"})
    tab = scene.open(answer.headers["location"], scene.owner)
    return tab, tab.get_by_role("button").last


def locked_stream(scene: Scene) -> Shown:
    """The page of a live stream for people who sign up, for somebody who has not signed in."""
    form = {"title": "Full moon over the harbour", "visibility": "signup"}
    answer = scene.owner.post("/create-stream", data=form)
    tab = scene.open(answer.headers["location"].removesuffix("/studio"))
    return tab, tab.locator("main").get_by_role("link", name="Sign in")


def locked_cards(scene: Scene) -> Shown:
    """The list of live streams, with one that is locked."""
    form = {"title": "Full moon for few", "visibility": "signup"}
    scene.owner.post("/create-stream", data=form)
    tab = scene.open("/streams")
    expect(tab.get_by_text("Sign up to watch").first).to_be_visible()
    return tab, tab.get_by_role("link", name="Full moon for few").first


STATES = (
    home, gallery, empty_gallery, watching_as_stranger, watching_as_owner, upload_form,
    upload_form_with_error, uploading, resuming, preparing, failed, signing_in,
    joining_with_errors, account, nothing_there, streams, new_stream, waiting_for_a_stream, studio,
    locked_stream, locked_cards,
)  # fmt: skip
