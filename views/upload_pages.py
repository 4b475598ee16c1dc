"""What uploading looks like: the form, the progress, and every way an upload can end."""

import shlex
from collections.abc import Mapping
from pathlib import PurePath

import air
from air.tags.models.base import BaseTag

from records import Upload, Video
from settings import Settings
from text import TITLE_MAX
from views.choices import visibility_choice
from views.forms import Errors, attempt_field, error_summary, field
from views.tags import UploadForm

ACCEPTED = (
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".3gp", ".3g2", ".ts", ".mts",
    ".m2ts", ".mpg", ".mpeg", ".mp3", ".m4a", ".aac", ".wav", ".ogg", ".ogv", ".flac",
)  # fmt: skip
EXAMPLES = "MP4, MOV, MKV, WebM, AVI, MP3 and more"


def shortened(filename: str) -> str:
    """A file name fit for a sentence: the beginning and the ending of a long one."""
    path = PurePath(filename)
    return filename if len(filename) <= 60 else f"{path.stem[:40]}…{path.suffix[:10]}"


def new_upload_form(settings: Settings, form: Mapping[str, str], errors: Errors) -> UploadForm:
    """The form that starts an upload; without scripts it posts the file's name, not the file."""
    return UploadForm(
        error_summary(errors),
        air.Div(class_="form-errors", role="alert", tabindex="-1", hidden=True),
        air.Form(
            _drop_zone(
                "Choose a video",
                f"{EXAMPLES}, up to {settings.max_upload_mb:,} MB "
                f"and {settings.max_video_minutes:,} minutes. You can also drop it here.",
                errors,
            ),
            field(
                "title", "Title", errors=errors, value=form.get("title", "")[: 2 * TITLE_MAX],
                required=True, maxlength=str(TITLE_MAX),
                hint="You can change it later. Everybody can see the title.",
            ),
            visibility_choice(form.get("visibility", "public"), errors),
            attempt_field(form),
            air.Button("Upload", type_="submit"),
            method="post", action="/create-upload",
        ),
        _progress(),
        create="/create-upload", max_bytes=settings.max_upload_bytes, accept=",".join(ACCEPTED),
    )  # fmt: skip


def upload_state(upload: Upload, video: Video | None, settings: Settings) -> air.Section:
    """The upload as it is now; the page swaps this in whenever it changes."""
    return air.Section(*_state(upload, video, settings), id_="upload-state")


def _state(upload: Upload, video: Video | None, settings: Settings) -> tuple[BaseTag, ...]:
    if upload.status == "waiting":
        return _resume(upload, settings)
    if upload.status == "cancelled":
        return _ended("This upload was cancelled.", "Nothing of the file was kept.")
    if upload.status == "timed_out":
        return _ended("This upload took longer than a day.", "Its address is no longer valid.")
    if upload.status == "errored" or (video and video.status == "error"):
        reason = (video.error if video else None) or upload.error
        return _ended("This file could not be made playable.", reason or "It may be damaged.")
    if video and video.status == "ready":
        return (
            air.P("Your video is ready.", class_="lead", role="status"),
            air.P(air.A("Watch it", href=f"/video/{video.asset_id}", class_="button")),
        )
    return (
        air.Div(
            air.Div(class_="spinner", aria_hidden="true"),
            air.P("The file has arrived and is being prepared.", class_="lead", role="status"),
            air.P("This takes a moment. You can leave this page; nothing will be lost."),
            class_="placeholder",
        ),
    )


def _ended(what: str, why: str) -> tuple[BaseTag, ...]:
    return (
        air.P(what, class_="lead", role="status"),
        air.P(why),
        air.P(air.A("Upload another file", href="/upload", class_="button")),
    )


def _resume(upload: Upload, settings: Settings) -> tuple[BaseTag, ...]:
    """Browsers forget which file was chosen, so it must be chosen again; the bytes are kept."""
    size = f" ({upload.size / 1e6:,.1f} MB)" if upload.size else ""
    address = f"/upload/{upload.id}"
    chosen = f"{shortened(upload.filename)}{size}" if upload.filename else "the same file"
    return (
        UploadForm(
            air.P(f"Choose {chosen} to send it, or to go on where it was interrupted."),
            air.Div(class_="form-errors", role="alert", tabindex="-1", hidden=True),
            air.Form(
                _drop_zone("Choose the file", "You can also drop it here.", {}),
                air.Button("Continue", type_="submit"),
            ),
            _progress(),
            data_keep=upload.id, url=upload.url or False, page=address, cancel=f"{address}/cancel",
            filename=upload.filename or False, size=upload.size or False,
            max_bytes=settings.max_upload_bytes, accept=",".join(ACCEPTED),
        ),
        _by_command(upload),
        air.Form(
            air.Button("Cancel this upload", type_="submit", class_="quiet"),
            method="post", action=f"{address}/cancel",
        ),
    )  # fmt: skip


def only_by_command(upload: Upload) -> air.Noscript:
    """What takes the place of the form where no script can send a file."""
    return air.Noscript(
        air.P("Send the file with this command, then reload this page."), _command(upload)
    )


def _by_command(upload: Upload) -> air.Details:
    """Also for servers without browsers."""
    return air.Details(
        air.Summary("Send it from a terminal instead"),
        air.P("This page goes on by itself when the file has arrived."),
        _command(upload),
    )


def _command(upload: Upload) -> air.Pre:
    file = upload.filename or "video.mp4"
    # A name that begins with a dash would be read as an option.
    command = f"curl -T {shlex.quote('./' + file)} {shlex.quote(upload.url or '')}"
    return air.Pre(air.Code(command), tabindex="0")


def _drop_zone(label: str, hint: str, errors: Errors) -> air.Div:
    chooser = field(
        "filename", label, errors=errors, hint=hint, type_="file",
        accept="video/*,audio/*," + ",".join(ACCEPTED), required=True,
    )  # fmt: skip
    return air.Div(chooser, class_="drop-zone")


def _progress() -> air.Section:
    return air.Section(
        air.P(class_="upload-name"),
        air.Progress(value="0", max_="100", aria_label="Upload progress"),
        air.P(class_="upload-facts"),
        air.P(class_="upload-status", role="status"),
        air.Div(
            air.Button("Pause", type_="button", class_="upload-pause secondary"),
            air.Button("Resume", type_="button", class_="upload-resume", hidden=True),
            air.Button("Cancel", type_="button", class_="upload-cancel quiet"),
            class_="actions",
        ),
        class_="upload-progress",
        aria_label="Progress",
        hidden=True,
    )
