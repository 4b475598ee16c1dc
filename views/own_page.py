"""One's own page: videos, unfinished uploads, and the password."""

import air

import access
from access import SignedIn, Someone, Visitor
from playback import Playback
from records import Account, Stream, Upload, Video
from sessions import say, sign_in
from store import Store
from views.accounts import NEW_PASSWORD_HINT, check_new_password
from views.cards import ago, card_grid
from views.forms import PASSWORD_MAX, Errors, error_summary, field, read_form
from views.layout import page
from views.limited import by_account
from views.services import ThePlayback, TheStore
from views.signups import address_of

router = air.AirRouter()


@router.get("/account")
async def account_page(
    visitor: Someone, account: SignedIn, store: TheStore, playback: ThePlayback
) -> air.TagResponse:
    """Show what is one's own."""
    videos = [video for video in await store.videos() if video.uploader == account.id]
    uploads = [each for each in await store.uploads() if each.user == account.id]
    return air.TagResponse(
        page(
            visitor,
            "Your account",
            air.H1(f"Hello, {account.name}"),
            _unfinished([upload for upload in uploads if upload.status == "waiting"]),
            _failed([upload for upload in uploads if upload.status == "errored"]),
            _own_streams([each for each in await store.streams() if each.host == account.id]),
            air.Section(air.H2("Your videos"), _own_videos(videos, visitor, playback)),
            await _signed_up_for(store, visitor),
            air.Section(air.H2("Password"), _password_form(account, {})),
        )
    )


@router.post("/account", dependencies=[by_account("password change")])
async def change_password(
    request: air.Request, visitor: Someone, account: SignedIn, store: TheStore
) -> air.responses.Response:
    """Change the password, or set one again after a restart forgot it."""
    form, errors = await read_form(request), {}
    password = check_new_password(form, errors)
    if not await access.password_fits(account, form.get("current", "")[:PASSWORD_MAX]):
        errors["current"] = "This is not your present password."
    if errors:
        content = (air.H1("Change your password"), _password_form(account, errors))
        return air.TagResponse(page(visitor, "Error: password", *content), status_code=422)
    sign_in(request, await access.set_password(store, account, password))
    say(request, "Your password is changed.")
    return air.RedirectResponse("/account", status_code=303)


def _unfinished(uploads: list[Upload]) -> air.Section | str:
    if not uploads:
        return ""
    rows = [
        air.Li(
            air.A(upload.title, href=f"/upload/{upload.id}"), " · begun ", ago(upload.created_at)
        )
        for upload in uploads
    ]
    return air.Section(air.H2("Unfinished uploads"), air.Ul(*rows, class_="plain-list"))


def _failed(uploads: list[Upload]) -> air.Section | str:
    """Mux keeps no video of these, so this is the only place that still speaks of them."""
    if not uploads:
        return ""
    rows = [
        air.Li(air.A(each.title, href=f"/upload/{each.id}"), " · ", each.error or "It failed.")
        for each in uploads
    ]
    return air.Section(air.H2("Uploads that failed"), air.Ul(*rows, class_="plain-list"))


def _own_streams(streams: list[Stream]) -> air.Section | str:
    if not streams:
        return ""
    rows = (
        air.Li(air.A(each.title, href=f"/stream/{each.id}/studio"), f" · {each.status}")
        for each in streams
    )
    return air.Section(air.H2("Your live streams"), air.Ul(*rows, class_="plain-list"))


async def _signed_up_for(store: Store, visitor: Visitor) -> air.Section | str:
    """What one signed up to watch; cancelling is on the page of each."""
    things = [
        each
        for each in (*await store.streams(), *await store.videos())
        if each.key in visitor.signups
    ]
    if not things:
        return ""
    rows = (air.Li(air.A(each.title, href=address_of(each))) for each in things)
    return air.Section(air.H2("Signed up to watch"), air.Ul(*rows, class_="plain-list"))


def _own_videos(videos: list[Video], visitor: Visitor, playback: Playback) -> air.Ul | air.Div:
    if videos:
        return card_grid(videos, visitor, playback)
    return air.Div(
        air.P("You have not uploaded anything yet."),
        air.P(air.A("Upload a video", href="/upload", class_="button secondary")),
        class_="empty",
    )


def _password_form(account: Account, errors: Errors) -> air.Form:
    current = field(
        "current", "Present password", errors=errors, type_="password", required=True,
        autocomplete="current-password",
    )  # fmt: skip
    return air.Form(
        error_summary(errors),
        current if account.password_hash else air.P("You have no password yet; set one here."),
        field(
            "password", "New password", errors=errors, hint=NEW_PASSWORD_HINT, required=True,
            type_="password", autocomplete="new-password",
        ),
        air.Button("Change password", type_="submit", class_="secondary"),
        method="post",
        action="/account",
        class_="narrow",
    )  # fmt: skip
