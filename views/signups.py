"""Signing up to watch: what it is for, and the pages' part for those who have not done it yet."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import air
from air.tags.models.base import BaseTag

import logs
from access import AnyStream, AnyVideo, SignedIn, Visitor
from records import Account, Signup, Stream, Video
from sessions import say
from store import Store
from views.limited import by_account
from views.services import TheStore
from views.stream_cards import moment

router = air.AirRouter()


@router.post("/stream/{stream_id}/signup", dependencies=[by_account("sign-up")])
async def sign_up_for_stream(
    request: air.Request, stream: AnyStream, account: SignedIn, store: TheStore
) -> air.RedirectResponse:
    """Sign up to watch a live stream and what is recorded of it."""
    return await _sign_up(request, store, account, stream)


@router.post("/stream/{stream_id}/signup/cancel")
async def cancel_for_stream(
    request: air.Request, stream: AnyStream, account: SignedIn, store: TheStore
) -> air.RedirectResponse:
    """Take the sign-up back."""
    return await _cancel(request, store, account, stream)


@router.post("/video/{asset_id}/signup", dependencies=[by_account("sign-up")])
async def sign_up_for_video(
    request: air.Request, video: AnyVideo, account: SignedIn, store: TheStore
) -> air.RedirectResponse:
    """Sign up to watch a video."""
    return await _sign_up(request, store, account, video)


@router.post("/video/{asset_id}/signup/cancel")
async def cancel_for_video(
    request: air.Request, video: AnyVideo, account: SignedIn, store: TheStore
) -> air.RedirectResponse:
    """Take the sign-up back."""
    return await _cancel(request, store, account, video)


async def _sign_up(
    request: air.Request, store: Store, account: Account, thing: Video | Stream
) -> air.RedirectResponse:
    await store.sign_up(thing.key, Signup(account.id, account.name, datetime.now(UTC)))
    kind = "stream" if isinstance(thing, Stream) else "asset"
    logs.event("signed up", **{kind: thing.key}, account=account.id)
    say(request, "You are signed up.")
    return air.RedirectResponse(address_of(thing), status_code=303)


async def _cancel(
    request: air.Request, store: Store, account: Account, thing: Video | Stream
) -> air.RedirectResponse:
    await store.cancel_signup(thing.key, account.id)
    say(request, "You are not signed up any more.")
    return air.RedirectResponse(address_of(thing), status_code=303)


def address_of(thing: Video | Stream) -> str:
    """The page on which it is watched."""
    kind = "stream" if isinstance(thing, Stream) else "video"
    return f"/{kind}/{thing.key}"


def locked(visitor: Visitor, thing: Video | Stream) -> air.Div:
    """What stands in the place of the picture for those who may not watch."""
    what = "This live stream is" if isinstance(thing, Stream) else "This video is"
    return air.Div(
        air.Span(class_="lock", aria_hidden="true"),
        air.P(f"{what} for people who sign up", class_="lead"),
        *_way_in(visitor, thing),
        class_="placeholder",
    )


def _way_in(visitor: Visitor, thing: Video | Stream) -> tuple[BaseTag, ...]:
    if visitor.account:
        return (
            air.P("It opens at once, and its owner sees your name."),
            _button("Sign up to watch", f"{address_of(thing)}/signup", ""),
        )
    query = urlencode({"next": address_of(thing)})
    return (
        air.P("Sign in or join, then sign up here."),
        air.P(
            air.A("Sign in", href=f"/login?{query}", class_="button"),
            air.A("Join", href=f"/register?{query}", class_="button secondary"),
            class_="actions",
        ),
    )


def signup_form(visitor: Visitor, thing: Video | Stream, token_seconds: int) -> air.Div:
    """The way in or out for those who see the picture already; owners need neither."""
    return air.Div(*_signup(visitor, thing, token_seconds), id_="signup", class_="signup")


def _signup(visitor: Visitor, thing: Video | Stream, token_seconds: int) -> tuple[BaseTag, ...]:
    if visitor.owns(thing) or not visitor.may_watch(thing):
        return ()
    address = f"{address_of(thing)}/signup"
    if thing.key in visitor.signups:
        after = ""
        if thing.visibility == "signup":
            after = (
                " If you cancel, this page closes at once, "
                f"and whatever else plays it within {_length(token_seconds)}."
            )
        return (
            air.P(f"You are signed up, and its owner sees your name.{after}", class_="facts"),
            _button("Cancel the sign-up", f"{address}/cancel", "secondary"),
        )
    if isinstance(thing, Stream) and thing.visibility == "public" and thing.status != "live":
        if visitor.account is None:
            query = urlencode({"next": address_of(thing)})
            link = air.A("Sign in", href=f"/login?{query}")
            return (air.P(link, " to tell the host that you are coming.", class_="facts"),)
        return (
            air.P("Tell the host that you are coming.", class_="facts"),
            _button("Sign up to watch", address, "secondary"),
        )
    return ()


def _button(label: str, action: str, look: str) -> air.Form:
    return air.Form(air.Button(label, type_="submit", class_=look), method="post", action=action)


def _length(seconds: int) -> str:
    if seconds >= 2 * 3600:
        return f"{-(-seconds // 3600)} hours"
    return f"{-(-seconds // 60)} minutes" if seconds >= 120 else f"{seconds} seconds"


def signup_list(signups: list[Signup]) -> air.Section:
    """Who signed up and when, for the owner."""
    rows = [air.Li(each.name, " · ", moment(each.at)) for each in signups]
    shown = air.Ul(*rows, class_="plain-list") if rows else air.P("Nobody yet.", class_="facts")
    return air.Section(air.H2("Signed up"), shown, id_="signups")
