"""The page of one video: watching it, and for its uploader renaming and deleting it."""

import air
from air.tags.models.base import BaseTag

from access import AnyVideo, OwnVideo, Someone, Visitor
from playback import Playback
from records import Video
from sessions import say
from text import TITLE_MAX
from views.cards import ago, clock
from views.events import Update, event_stream
from views.forms import Errors, check_title, error_summary, field, read_form
from views.layout import Extras, page
from views.player import video_player
from views.services import TheMux, ThePlayback, TheStore, TheSync
from views.tags import LiveUpdates

router = air.AirRouter()


@router.get("/video/{asset_id}")
async def watch(visitor: Someone, video: AnyVideo, playback: ThePlayback) -> air.TagResponse:
    """Show the video, or how far it is from being one."""
    return _watch_page(visitor, video, playback, {})


@router.get("/video/{asset_id}/events")
async def events(
    video: AnyVideo, store: TheStore, playback: ThePlayback
) -> air.responses.StreamingResponse:
    """Push the page's fragments whenever the video changes."""

    async def update() -> Update:
        current = await store.video(video.asset_id)
        return Update((_state(current, playback),)) if current else Update(location="/videos")

    return event_stream(store, (video.asset_id,), update)


@router.get("/video/{asset_id}/playback")
async def playback_url(video: AnyVideo, playback: ThePlayback) -> air.responses.JSONResponse:
    """Give the player its URL anew; 409 while there is nothing to play."""
    if video.status != "ready" or video.playback_id is None:
        return air.responses.JSONResponse({"error": {"message": "Not ready."}}, status_code=409)
    return air.responses.JSONResponse({"src": playback.hls(video.playback_id), "expires_at": None})


@router.post("/video/{asset_id}/edit")
async def edit(
    request: air.Request,
    visitor: Someone,
    video: OwnVideo,
    mux: TheMux,
    sync: TheSync,
    playback: ThePlayback,
) -> air.responses.Response:
    """Rename the video, at Mux first so that the title survives a restart."""
    errors: Errors = {}
    title = check_title(await read_form(request), errors)
    if errors:
        return _watch_page(visitor, video, playback, errors)
    await sync.take_asset(await mux.rename_asset(video.asset_id, title))
    say(request, "The title is changed.")
    return air.RedirectResponse(f"/video/{video.asset_id}", status_code=303)


@router.post("/video/{asset_id}/delete")
async def delete(
    request: air.Request, video: OwnVideo, mux: TheMux, sync: TheSync
) -> air.RedirectResponse:
    """Delete the video at Mux, and take it off every page at once."""
    await mux.delete_asset(video.asset_id)
    await sync.forget("asset", video.asset_id)
    say(request, f"“{video.title}” is deleted.")
    return air.RedirectResponse("/account", status_code=303)


def _watch_page(
    visitor: Visitor, video: Video, playback: Playback, errors: Errors
) -> air.TagResponse:
    pending = video.status == "processing" or video.live or video.unsettled
    state = _state(video, playback)
    content = page(
        visitor,
        f"Error: {video.title}" if errors else video.title,
        LiveUpdates(state, src=f"/video/{video.asset_id}/events") if pending else state,
        _owner_tools(video, errors) if visitor.owns(video) else "",
        extras=Extras(
            scripts=("hls-player", "live-updates") if pending else ("hls-player",),
            refreshes_without_scripts=pending,
        ),
    )
    return air.TagResponse(content, status_code=422 if errors else 200)


def _state(video: Video, playback: Playback) -> air.Article:
    """Everything on the page that changes when the video does."""
    return air.Article(
        air.Div(_picture(video, playback), class_="stage"),
        air.H1(video.title),
        air.P(
            video.uploader_name,
            " · ",
            ago(video.upload_time),
            f" · {clock(video.duration)}" if video.duration else "",
            class_="facts",
        ),
        id_="video-state",
        class_="watch",
    )


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


def _owner_tools(video: Video, errors: Errors) -> air.Section:
    address = f"/video/{video.asset_id}"
    return air.Section(
        air.Details(
            air.Summary("Rename", class_="button secondary"),
            air.Form(
                error_summary(errors),
                field(
                    "title", "Title", errors=errors, value=video.title, required=True,
                    maxlength=str(TITLE_MAX),
                ),
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
        class_="owner-tools", aria_label="Your tools for this video",
    )  # fmt: skip
