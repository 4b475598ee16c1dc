"""Playback restrictions: rules about web pages and programs that a token can name.

https://www.mux.com/docs/api-reference/video/playback-restrictions
"""

import re

from starlette.responses import Response

from localmux.answers import Document, data, invalid, listed, no_content
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful
from localmux.api.pages import page
from localmux.resources import Resource, new_id

MOST_RESTRICTIONS = 100  # in one environment
MOST_DOMAINS = 100  # in one restriction
LONGEST_DOMAIN = 253  # characters
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"\*|(?:\*\.)?{LABEL}(?:\.{LABEL})*")


async def create_playback_restriction(call: Call) -> Response:
    """A rule left out denies every domain and allows every user agent."""
    store, now = call.environment.store, call.environment.clock.timestamp()
    given = Fields(call.body)
    referrer = _referrer(given.inner("referrer") or Fields({}))
    user_agent = _user_agent(given.inner("user_agent") or Fields({}))
    if len(store.newest("playback_restriction", limit=MOST_RESTRICTIONS)) == MOST_RESTRICTIONS:
        raise invalid(f"There are {MOST_RESTRICTIONS} playback restrictions, which is the limit.")
    times = {"created_at": now, "updated_at": now}
    restriction = {"id": new_id(), **times, "referrer": referrer, "user_agent": user_agent}
    return data(store.add("playback_restriction", restriction).document, 201)


async def list_playback_restrictions(call: Call) -> Response:
    return listed(restriction.document for restriction in page(call, "playback_restriction"))


async def get_playback_restriction(call: Call) -> Response:
    return data(call.find("playback_restriction").document)


async def delete_playback_restriction(call: Call) -> Response:
    """Tokens that name it are refused from now on."""
    call.environment.store.delete(call.find("playback_restriction"))
    return no_content()


async def update_referrer(call: Call) -> Response:
    restriction = call.find("playback_restriction")
    return _saved(call, restriction, referrer=_referrer(Fields(call.body)))


async def update_user_agent(call: Call) -> Response:
    restriction = call.find("playback_restriction")
    return _saved(call, restriction, user_agent=_user_agent(Fields(call.body)))


def _referrer(given: Fields) -> Document:
    """Raises MuxError 400."""
    domains = given.listed("allowed_domains", MOST_DOMAINS) or []
    return {
        "allowed_domains": [_domain(given, domain) for domain in domains],
        "allow_no_referrer": given.truth("allow_no_referrer") or False,
    }


def _domain(given: Fields, text: object) -> str:
    domain = text.lower() if isinstance(text, str) else ""
    if len(domain) > LONGEST_DOMAIN or not DOMAIN.fullmatch(domain):
        raise invalid(
            f"{given.within}allowed_domains must hold domains: example.com, *.example.com or *."
        )
    return domain


def _user_agent(given: Fields) -> Document:
    names = ("allow_no_user_agent", "allow_high_risk_user_agent")
    return {name: given.truth(name) is not False for name in names}


def _saved(call: Call, restriction: Resource, **rules: Document) -> Response:
    restriction.document |= rules | {"updated_at": call.environment.clock.timestamp()}
    call.environment.store.save(restriction)
    return data(restriction.document)


PATH = "/video/v1/playback-restrictions"
ROUTES: dict[str, Handler] = {
    f"POST {PATH}": create_playback_restriction,
    f"GET {PATH}": list_playback_restrictions,
    f"GET {PATH}/{{id}}": get_playback_restriction,
    f"DELETE {PATH}/{{id}}": delete_playback_restriction,
    f"PUT {PATH}/{{id}}/referrer": update_referrer,
    f"PUT {PATH}/{{id}}/user_agent": update_user_agent,
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful()) | {
    f"PUT {PATH}/{{id}}/user_agent": approximate(
        "download programs and libraries count as high-risk user agents"
    ),
}
