"""Uploading: the form, and the page that follows one upload through to the finished video.

The bytes never pass through the app. It asks Mux for a direct upload, and the browser sends the
file to the URL of that: https://www.mux.com/docs/guides/upload-files-directly.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import PurePath

import air

import logs
from access import OwnUpload, SignedIn, Someone, Viewer, Visitor, as_now
from attempts import made_from
from mux_client import MuxClient
from mux_errors import MuxError, MuxRefused
from mux_resources import MuxUpload
from passthrough import Passthrough
from records import POLICIES, Account, Visibility
from sessions import say
from settings import Settings
from signing_keys import SigningKeys
from text import FILENAME_MAX, bounded
from views.choices import check_visibility
from views.errors import note_mux_error
from views.events import Update, event_stream
from views.forms import WHOLE_FORM, Errors, check_title, read_form, safe_to_repeat
from views.layout import Extras, page, wants_json
from views.limited import by_account
from views.services import TheAttempts, TheKeys, TheMux, TheSettings, TheStore, TheSync
from views.tags import LiveUpdates
from views.upload_pages import ACCEPTED, new_upload_form, only_by_command, shortened, upload_state

SIZE_DIGITS = 15
# What browsers call such files; an empty one is a type the browser does not know.
KINDS = frozenset({"video", "audio", "application", ""})
USABLE = frozenset({"waiting", "asset_created"})

router = air.AirRouter()


@router.get("/upload")
async def upload_page(
    visitor: Someone, _account: SignedIn, settings: TheSettings
) -> air.TagResponse:
    """Show the form that takes a file."""
    return _form_page(visitor, settings, {}, {})


@router.post("/create-upload", dependencies=[by_account("upload")])
async def create_upload(
    request: air.Request,
    visitor: Someone,
    account: SignedIn,
    settings: TheSettings,
    mux: TheMux,
    sync: TheSync,
    keys: TheKeys,
    attempts: TheAttempts,
) -> air.responses.Response:
    """Ask Mux for a direct upload, and tell the browser where to send the file."""
    form = await read_form(request)
    errors: Errors = {}
    _check_file(form, settings, errors)
    title = check_title(form, errors)
    visibility = check_visibility(form, errors)
    if errors:
        return _refused(request, visitor, settings, form, errors, 422)
    create = _creation(form, title, visibility, account, settings, mux, keys)
    try:
        upload = await attempts.once(account.id, form, create, lambda mark: _find(mux, mark))
    except MuxError as error:
        status = note_mux_error(request, error)
        errors[WHOLE_FORM] = f"{error.message} {safe_to_repeat(form)}"
        return _refused(request, visitor, settings, form, errors, status)
    await sync.take_upload(upload)
    sync.hurry()
    address = f"/upload/{upload.id}"
    if wants_json(request):
        answer = {"id": upload.id, "url": upload.url, "page": address}
        return air.responses.JSONResponse(answer, status_code=201)
    return air.RedirectResponse(address, status_code=303)


@router.get("/upload/{upload_id}")
async def show(
    visitor: Someone, upload: OwnUpload, store: TheStore, settings: TheSettings
) -> air.TagResponse:
    """Show how far an upload is, and offer to go on with it."""
    return air.TagResponse(
        page(
            visitor,
            upload.title,
            air.H1(upload.title),
            only_by_command(upload) if upload.status == "waiting" else "",
            LiveUpdates(
                upload_state(upload, await store.video(upload.asset_id or ""), settings),
                src=f"/upload/{upload.id}/events",
            ),
            extras=Extras(
                scripts=("upload-form", "live-updates"),
                refreshes_without_scripts=upload.status == "asset_created",
            ),
        )
    )


@router.get("/upload/{upload_id}/events")
async def events(
    viewer: Viewer, upload: OwnUpload, store: TheStore, settings: TheSettings
) -> air.responses.StreamingResponse:
    """Push the state of the upload, then lead to the video once it plays."""

    async def update() -> Update | None:
        if await as_now(store, viewer) is None:
            return None
        current = await store.upload(upload.id)
        if current is None:
            return Update(location="/account")
        video = await store.video(current.asset_id or "")
        if video and video.status == "ready":
            return Update(location=f"/video/{video.asset_id}")
        return Update((upload_state(current, video, settings),))

    return event_stream(store, (upload.id,), update)


@router.post("/upload/{upload_id}/cancel", dependencies=[by_account("change")])
async def cancel(
    request: air.Request, upload: OwnUpload, mux: TheMux, sync: TheSync
) -> air.RedirectResponse:
    """Cancel the upload at Mux, so that its URL takes no more bytes."""
    try:
        await sync.take_upload(await mux.cancel_upload(upload.id))
        say(request, f"The upload of “{upload.title}” is cancelled.")
    except MuxRefused:
        # Only a waiting upload can be cancelled; the page shows what became of it instead.
        await sync.refresh("upload", upload.id)
        return air.RedirectResponse(f"/upload/{upload.id}", status_code=303)
    return air.RedirectResponse("/upload", status_code=303)


def _creation(
    form: Mapping[str, str],
    title: str,
    visibility: Visibility,
    account: Account,
    settings: Settings,
    mux: MuxClient,
    keys: SigningKeys,
) -> Callable[[str], Awaitable[MuxUpload]]:
    """How to ask Mux for this upload, marked as made from this form."""
    label = Passthrough(
        account_id=account.id,
        account_name=account.name,
        started_at=int(time.time()),
        filename=bounded(form["filename"], FILENAME_MAX),
        size=int(form.get("size") or 0),
        visibility=visibility,
    )

    async def create(mark: str) -> MuxUpload:
        await keys.prepare(visibility)
        made = await mux.create_upload(
            title=title, passthrough=replace(label, attempt=mark).encode(),
            policy=POLICIES[visibility], cors_origin=settings.app_url,
        )  # fmt: skip
        logs.event("upload created", upload=made.id, account=account.id)
        return made

    return create


async def _find(mux: MuxClient, mark: str) -> MuxUpload | None:
    """A form sent again after its upload ended otherwise is for a new one."""
    uploads = await mux.list_uploads(1)
    return made_from(mark, [each for each in uploads if each.status in USABLE])


def _form_page(
    visitor: Visitor,
    settings: Settings,
    form: Mapping[str, str],
    errors: Errors,
    status: int = 200,
) -> air.TagResponse:
    content = page(
        visitor,
        "Error: Upload" if errors else "Upload",
        air.H1("Upload a video"),
        new_upload_form(settings, form, errors),
        extras=Extras(scripts=("upload-form",)),
    )
    return air.TagResponse(content, status_code=status)


def _refused(
    request: air.Request,
    visitor: Visitor,
    settings: Settings,
    form: Mapping[str, str],
    errors: Errors,
    status: int,
) -> air.responses.Response:
    if not wants_json(request):
        return _form_page(visitor, settings, form, errors, status)
    fields = {name: text for name, text in errors.items() if name != WHOLE_FORM}
    error = {"message": " ".join(errors.values()), "fields": fields}
    return air.responses.JSONResponse({"error": error}, status_code=status)


def _check_file(form: Mapping[str, str], settings: Settings, errors: Errors) -> None:
    """Refuse early what Mux would refuse late; without scripts only the file's name is known."""
    name, size = form.get("filename", ""), form.get("size", "")
    kind = form.get("content_type", "").partition("/")[0]
    if not name:
        errors["filename"] = "Choose a file."
    elif PurePath(name).suffix.lower() not in ACCEPTED or kind not in KINDS:
        errors["filename"] = f"{shortened(name)} is not a video or audio file that can be played."
    elif size and not (size.isdecimal() and len(size) <= SIZE_DIGITS):
        errors["filename"] = "The size of the file must be a number of bytes."
    elif size and not 0 < int(size) <= settings.max_upload_bytes:
        errors["filename"] = (
            f"{shortened(name)} is {'empty' if not int(size) else 'too large'}. "
            f"A file may have up to {settings.max_upload_mb:,} MB."
        )
