"""The page of one video: watching it, and for its uploader renaming and deleting it."""

import air
from air.tags.models.base import BaseTag

from access import AnyVideo, OwnVideo, Someone, Viewer, Visitor, as_now
from playback import Playback
from records import Signup, Video
from sessions import say
from text import TITLE_MAX
from views.cards import ago, clock
from views.choices import check_visibility, visibility_choice
from views.events import Update, event_stream
from views.forms import Errors, check_title, error_summary, field, read_form
from views.layout import Extras, page
from views.limited import by_account
from views.player import address_anew, video_player
from views.services import TheMux, ThePlayback, TheStore, TheSync, TheVisibilities
from views.signups import locked, signup_form, signup_list
from views.tags import LiveUpdates

router = air.AirRouter()


@router.get("/video/{asset_id}")
async def watch(
    visitor: Someone, video: AnyVideo, store: TheStore, playback: ThePlayback
) -> air.TagResponse:
    """Show the video, or how far it is from being one, or how to be let in."""
    return _watch_page(visitor, video, playback, await store.signups(video.asset_id), {})


@router.get("/video/{asset_id}/events")
async def events(
    viewer: Viewer, video: AnyVideo, store: TheStore, playback: ThePlayback
) -> air.responses.StreamingResponse:
    """Push the page's fragments whenever the video changes, or who may watch it."""

    async def update() -> Update | None:
        current, present = await store.video(video.asset_id), await as_now(store, viewer)
        if current is None:
            return Update(location="/videos")
        return Update(_state(present, current, playback)) if present else None

    watched = (video.asset_id, video.stream_id) if video.stream_id else (video.asset_id,)
    return event_stream(store, watched, update)


@router.get("/video/{asset_id}/playback")
async def playback_url(
    viewer: Viewer, video: AnyVideo, playback: ThePlayback
) -> air.responses.JSONResponse:
    """Give the player its URL anew."""
    return address_anew(viewer, video, playback, playable=video.status == "ready")


@router.post("/video/{asset_id}/edit", dependencies=[by_account("change")])
async def edit(
    request: air.Request,
    visitor: Someone,
    video: OwnVideo,
    store: TheStore,
    visibilities: TheVisibilities,
    playback: ThePlayback,
) -> air.responses.Response:
    """Change title and visibility, at Mux first so that they survive a restart."""
    errors: Errors = {}
    form = await read_form(request)
    title = check_title(form, errors)
    visibility = check_visibility(form, errors, video.visibility)
    if errors:
        signups = await store.signups(video.asset_id)
        return _watch_page(visitor, video, playback, signups, errors)
    await visibilities.change_video(video, title, visibility)
    say(request, "Saved.")
    return air.RedirectResponse(f"/video/{video.asset_id}", status_code=303)


@router.post("/video/{asset_id}/delete", dependencies=[by_account("change")])
async def delete(
    request: air.Request, video: OwnVideo, mux: TheMux, sync: TheSync
) -> air.RedirectResponse:
    """Delete the video at Mux, and take it off every page at once."""
    await mux.delete_asset(video.asset_id)
    await sync.forget("asset", video.asset_id)
    say(request, f"“{video.title}” is deleted.")
    return air.RedirectResponse("/account", status_code=303)


def _watch_page(
    visitor: Visitor, video: Video, playback: Playback, signups: list[Signup], errors: Errors
) -> air.TagResponse:
    pending = video.status == "processing" or video.live or video.unsettled
    changes = pending or video.visibility == "signup"
    state = _state(visitor, video, playback)
    content = page(
        visitor,
        f"Error: {video.title}" if errors else video.title,
        *([LiveUpdates(*state, src=f"/video/{video.asset_id}/events")] if changes else state),
        _owner_tools(video, signups, errors) if visitor.owns(video) else "",
        extras=Extras(
            scripts=("hls-player", "live-updates", "local-time"),
            refreshes_without_scripts=pending,
        ),
    )
    return air.TagResponse(content, status_code=422 if errors else 200)


def _state(visitor: Visitor, video: Video, playback: Playback) -> tuple[BaseTag, ...]:
    """Everything on the page that changes when the video does."""
    watching = visitor.may_watch(video)
    article = air.Article(
        air.Div(
            _picture(video, playback) if watching else locked(visitor, video),
            class_="stage",
        ),
        air.H1(video.title),
        air.P(
            video.uploader_name,
            " · ",
            ago(video.upload_time),
            f" · {clock(video.duration)}" if watching and video.duration else "",
            class_="facts",
        ),
        id_="video-state",
        class_="watch",
    )
    return (article, signup_form(visitor, video, playback.signer.lifetime))


def _picture(video: Video, playback: Playback) -> BaseTag:
    if video.status == "ready" and video.playback_id:
        return video_player(video, playback)
    if video.status == "error":
        return air.Div(
            air.P("This video could not be made playable.", class_="lead"),
            air.P(video.error or "The file may be damaged."),
            air.P(air.A("Try another file", href="/upload", class_="button secondary")),
            class_="placeholder",
        )
    return air.Div(
        air.Div(class_="spinner", aria_hidden="true"),
        air.P("This video is being prepared. It plays here as soon as it is ready.", role="status"),
        class_="placeholder",
    )


def _owner_tools(video: Video, signups: list[Signup], errors: Errors) -> air.Section:
    address = f"/video/{video.asset_id}"
    return air.Section(
        air.Details(
            air.Summary("Title and visibility", class_="button secondary"),
            air.Form(
                error_summary(errors),
                field(
                    "title", "Title", errors=errors, value=video.title, required=True,
                    maxlength=str(TITLE_MAX),
                ),
                visibility_choice(video.visibility, errors),
                air.Button("Save", type_="submit"),
                method="post", action=f"{address}/edit",
            ),
            **({"open_": ""} if errors else {}),
        ),
        air.Details(
            air.Summary("Delete…", class_="button secondary"),
            air.Form(
                air.P(
                    "Deleting removes the video for everybody, at once and for ever. "
                    "Links to it stop working."
                ),
                air.Button("Delete for ever", type_="submit", class_="danger"),
                method="post", action=f"{address}/delete",
            ),
        ),
        signup_list(signups) if signups or video.visibility == "signup" else "",
        class_="owner-tools", aria_label="Your tools for this video",
    )  # fmt: skip
