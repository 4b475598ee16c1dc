"""Sessions: what the signed cookie says, read with care, and how one begins and ends.

The cookie holds the account's ID and name and when its password was set, so a restarted app knows
who comes back. Whoever changes the password ends every other session of the account; signing out
ends this browser's. The cookie is signed, HttpOnly, SameSite=Lax, on https Secure, and lasts two
weeks after signing in (see `main`).
"""

from dataclasses import replace
from typing import Any, Self

import air
from pydantic import BaseModel, ConfigDict, ValidationError

from records import Account
from store import Store
from text import NAME_MAX, bounded

# Somebody who never looks at a page must not fill the cookie, which browsers cut off at 4 KB.
MESSAGES_KEPT = 3


class Kept(BaseModel):
    """What a session says of its account; an older release may have written something else."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: str
    name: str
    password_set_at: int = 0

    @classmethod
    def read(cls, session: dict[str, Any]) -> Self | None:
        """Read it; None when nobody is signed in, or it makes no sense."""
        try:
            kept = cls.model_validate(session.get("account"))
        except ValidationError:
            return None
        return kept if kept.id and bounded(kept.name, NAME_MAX) else None


def sign_in(request: air.Request, account: Account) -> None:
    """Begin a new session; nothing of the one before carries over."""
    kept = Kept(id=account.id, name=account.name, password_set_at=account.password_set_at)
    request.session.clear()
    request.session["account"] = kept.model_dump()


def sign_out(request: air.Request) -> None:
    """End the session."""
    request.session.clear()


def say(request: air.Request, message: str) -> None:
    """Leave a message for the next page that this visitor sees."""
    request.session["messages"] = [*_messages(request), message][-MESSAGES_KEPT:]


def take_messages(request: air.Request) -> tuple[str, ...]:
    """What was left for this visitor, once."""
    messages = tuple(_messages(request))
    request.session.pop("messages", None)
    return messages


def _messages(request: air.Request) -> list[str]:
    messages = request.session.get("messages")
    if not isinstance(messages, list):
        return []
    return [each for each in messages if isinstance(each, str)]


async def account_of(request: air.Request, store: Store) -> Account | None:
    """Whose session this is; an account that a restart forgot comes back from its cookie."""
    kept = Kept.read(request.session)
    if kept is None:
        return None
    account = await store.account(kept.id) or await _restore(store, kept)
    if account.password_hash is None and kept.password_set_at > account.password_set_at:
        # A session that a new password had ended came back first after a restart.
        account = replace(account, password_set_at=kept.password_set_at)
        await store.save_account(account)
    return account if kept.password_set_at == account.password_set_at else None


async def _restore(store: Store, kept: Kept) -> Account:
    """Somebody may have taken the name since; then the older account is the numbered one."""
    name, number = bounded(kept.name, NAME_MAX), 2
    while await store.account_named(name):
        name, number = f"{bounded(kept.name, NAME_MAX - 5)} {number}", number + 1
    account = Account(id=kept.id, name=name, password_set_at=kept.password_set_at)
    await store.save_account(account)
    return account
