"""Signing up to watch a live stream, so that its host knows who is coming."""

from datetime import UTC, datetime

import air

from access import AnyStream, SignedIn, Visitor
from records import Signup, Stream
from sessions import say
from views.services import TheStore
from views.stream_cards import moment

router = air.AirRouter()


@router.post("/stream/{stream_id}/signup")
async def sign_up(
    request: air.Request, stream: AnyStream, account: SignedIn, store: TheStore
) -> air.RedirectResponse:
    """Sign up to watch."""
    await store.sign_up(stream.id, Signup(account.id, account.name, datetime.now(UTC)))
    say(request, "You are signed up.")
    return air.RedirectResponse(f"/stream/{stream.id}", status_code=303)


@router.post("/stream/{stream_id}/signup/cancel")
async def cancel(
    request: air.Request, stream: AnyStream, account: SignedIn, store: TheStore
) -> air.RedirectResponse:
    """Take the sign-up back."""
    await store.cancel_signup(stream.id, account.id)
    say(request, "You are not signed up any more.")
    return air.RedirectResponse(f"/stream/{stream.id}", status_code=303)


def signup_form(visitor: Visitor, stream: Stream, signups: list[Signup]) -> air.Form | str:
    """The button for viewers; the host needs none, nor who is watching already."""
    if visitor.owns(stream) or stream.status == "live":
        return ""
    account_id = visitor.account.id if visitor.account else ""
    address = f"/stream/{stream.id}/signup"
    if any(each.account_id == account_id for each in signups):
        return air.Form(
            air.P("You are signed up. The host sees your name."),
            air.Button("Cancel", type_="submit", class_="secondary"),
            method="post",
            action=f"{address}/cancel",
        )
    return air.Form(
        air.P("Tell the host that you are coming."),
        air.Button("Sign up to watch", type_="submit", class_="secondary"),
        method="post",
        action=address,
    )


def signup_list(signups: list[Signup]) -> air.Section:
    """Who signed up and when, for the host."""
    rows = [air.Li(each.name, " · ", moment(each.at)) for each in signups]
    shown = air.Ul(*rows, class_="plain-list") if rows else air.P("Nobody yet.", class_="facts")
    return air.Section(air.H2("Signed up"), shown, id_="studio-signups")
