"""Who is asking, and what they may do: accounts, passwords, and the guards of routes.

A route says in its signature who may call it: `SignedIn` for anybody with an account, `OwnVideo`,
`OwnUpload` and `OwnStream` for whoever made the thing.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass, replace
from typing import Annotated

import air
from fastapi import Depends
from pwdlib import PasswordHash

from records import Account, Stream, Upload, Video
from sessions import account_of, take_messages
from store import Store

passwords = PasswordHash.recommended()
# Compared with when there is no such account, so that the answer takes as long as for a real one.
_nobodys_hash = passwords.hash(secrets.token_hex())

PATH_MAX = 500

STARTING = "This site has just started and is still fetching its videos. Try again in a moment."
SIGN_IN_FIRST = "This is for people who signed up. Sign in, then sign up to watch."
SIGN_UP_FIRST = "This is for people who signed up. Sign up to watch."
NOT_YOURS = "This belongs to somebody else. Sign in with the account that made it."


class LoginRequired(Exception):
    """The page is for people with an account; they are sent to sign in and come back after."""


class NameTaken(Exception):
    """There is an account of this name already."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is looking at a page.

    `messages` are what their last action has to say, `notice` what everybody must be told, and
    `signups` the IDs of what they signed up to watch.
    """

    account: Account | None
    path: str
    messages: tuple[str, ...] = ()
    notice: str = ""
    signups: frozenset[str] = frozenset()

    def owns(self, thing: Video | Stream) -> bool:
        """Whether this is the visitor's."""
        owner = thing.host if isinstance(thing, Stream) else thing.uploader
        return self.account is not None and self.account.id == owner

    def signed_up(self, thing: Video | Stream) -> bool:
        """Whether they signed up to watch this, or the live stream that this was recorded from."""
        if isinstance(thing, Stream):
            return thing.id in self.signups
        return thing.asset_id in self.signups or thing.stream_id in self.signups

    def may_watch(self, thing: Video | Stream) -> bool:
        """Whether they get an address at which this plays: every such address comes after this."""
        return thing.visibility == "public" or self.owns(thing) or self.signed_up(thing)

    def check_may_watch(self, thing: Video | Stream) -> None:
        """Raises HTTPException with 401 or 403 for those who may not, saying what they can do."""
        if not self.may_watch(thing):
            status, words = (403, SIGN_UP_FIRST) if self.account else (401, SIGN_IN_FIRST)
            raise air.HTTPException(status, words)


def store_of(request: air.Request) -> Store:
    """The store that the app was started with."""
    return request.app.state.store


async def register(store: Store, name: str, password: str) -> Account:
    """Open an account. Raises NameTaken."""
    password_hash = await asyncio.to_thread(passwords.hash, password)
    if await store.account_named(name):
        raise NameTaken
    account = Account(
        id=secrets.token_hex(8), name=name, password_hash=password_hash, password_set_at=_now()
    )
    await store.save_account(account)
    return account


async def authenticate(store: Store, name: str, password: str) -> Account | None:
    """Find the account with this name and password; None for a wrong one of either."""
    account = await store.account_named(name)
    known_hash = account.password_hash if account else None
    fits = await asyncio.to_thread(passwords.verify, password, known_hash or _nobodys_hash)
    return account if known_hash and fits else None


async def set_password(store: Store, account: Account, password: str) -> Account:
    """Give the account a new password; every session from before ends."""
    password_hash = await asyncio.to_thread(passwords.hash, password)
    changed = replace(account, password_hash=password_hash, password_set_at=_now())
    await store.save_account(changed)
    return changed


def _now() -> int:
    return time.time_ns() // 1_000_000


async def password_fits(account: Account, password: str) -> bool:
    """Whether this is the account's password; any is, while a restored account has none."""
    if account.password_hash is None:
        return True
    return await asyncio.to_thread(passwords.verify, password, account.password_hash)


def same_site_path(target: str) -> str:
    """The path to go on to after signing in; anything but a path of this site becomes `/`.

    Browsers read `//host` and `/\\host` as another site, so neither may pass.
    """
    plain = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if plain and target.isprintable() and len(target) <= PATH_MAX else "/"


async def current_account(request: air.Request) -> Account | None:
    """Whose session this is; None for a visitor without an account."""
    return await account_of(request, store_of(request))


async def viewer(request: air.Request) -> Visitor:
    """Read who is asking, and leave the messages to the next page."""
    account = await current_account(request)
    signups = await store_of(request).signed_up_for(account.id) if account else frozenset()
    return Visitor(account, request.url.path, signups=signups)


async def as_now(store: Store, viewer: Visitor) -> Visitor | None:
    """The same viewer, whose page is open for a while, with the sign-ups of this moment.

    None when a new password has ended the session meanwhile.
    """
    if viewer.account is None:
        return viewer
    present = await store.account(viewer.account.id)
    if present is None or present.password_set_at != viewer.account.password_set_at:
        return None
    return replace(viewer, signups=await store.signed_up_for(viewer.account.id))


async def visitor(request: air.Request) -> Visitor:
    """Read who is asking and take the messages left for them."""
    present = await viewer(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return replace(
        present,
        path=request.url.path + query,
        messages=take_messages(request),
        notice=request.app.state.notice,
    )


async def signed_in(request: air.Request) -> Account:
    """Let people with an account pass. Raises LoginRequired."""
    account = await current_account(request)
    if account is None:
        raise LoginRequired
    return account


async def own_video(request: air.Request, asset_id: str) -> Video:
    """Find a video for its uploader.

    Raises LoginRequired, what `find_video` raises, and HTTPException with 403 for another's.
    """
    account = await signed_in(request)
    video = await find_video(request, asset_id)
    if video.uploader != account.id:
        raise air.HTTPException(403, NOT_YOURS)
    return video


async def find_video(request: air.Request, asset_id: str) -> Video:
    """Find a video for anybody.

    Raises HTTPException with 404 when there is none, and 503 while that cannot be known yet.
    """
    store = store_of(request)
    video = await store.video(asset_id)
    if video is None:
        raise _missing(store, "This video is gone, or never was. Its uploader may know.")
    return video


async def own_upload(request: air.Request, upload_id: str) -> Upload:
    """Find an upload for the account that started it.

    Raises LoginRequired, and HTTPException with 404 when there is none, 503 while that cannot be
    known yet, 403 when it is another's.
    """
    account = await signed_in(request)
    store = store_of(request)
    upload = await store.upload(upload_id)
    if upload is None:
        raise _missing(store, "There is no such upload any more. You can start a new one.")
    if upload.user != account.id:
        raise air.HTTPException(403, NOT_YOURS)
    return upload


def _missing(store: Store, message: str) -> air.HTTPException:
    return (
        air.HTTPException(404, message)
        if store.complete.is_set()
        else air.HTTPException(503, STARTING)
    )


async def find_stream(request: air.Request, stream_id: str) -> Stream:
    """Find a live stream for anybody.

    Raises HTTPException with 404 when there is none, and 503 while that cannot be known yet.
    """
    store = store_of(request)
    stream = await store.stream(stream_id)
    if stream is None:
        raise _missing(store, "This live stream is gone, or never was. Its host may know.")
    return stream


async def own_stream(request: air.Request, stream_id: str) -> Stream:
    """Find a live stream for its host.

    Raises LoginRequired, what `find_stream` raises, and HTTPException with 403 for another's.
    """
    account = await signed_in(request)
    stream = await find_stream(request, stream_id)
    if stream.host != account.id:
        raise air.HTTPException(403, NOT_YOURS)
    return stream


Someone = Annotated[Visitor, Depends(visitor)]
Viewer = Annotated[Visitor, Depends(viewer)]
SignedIn = Annotated[Account, Depends(signed_in)]
AnyVideo = Annotated[Video, Depends(find_video)]
OwnVideo = Annotated[Video, Depends(own_video)]
AnyStream = Annotated[Stream, Depends(find_stream)]
OwnStream = Annotated[Stream, Depends(own_stream)]
OwnUpload = Annotated[Upload, Depends(own_upload)]
