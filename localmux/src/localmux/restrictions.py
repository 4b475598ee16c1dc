"""Playback restrictions: from which web pages and by which programs something may be played.

https://www.mux.com/docs/guides/secure-video-playback#2-playback-restrictions
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from .answers import Document

# Mux keeps its list of high-risk user agents to itself; these are programs that download.
HIGH_RISK = re.compile(
    r"curl|wget|python|libwww|lavf|ffmpeg|vlc|youtube-dl|yt-dlp|go-http-client", re.IGNORECASE
)


def broken_rule(restriction: Document, headers: Mapping[str, str]) -> str | None:
    """Which of its rules a request breaks, as a sentence; None when it keeps them all."""
    referrer, user_agent = restriction["referrer"], restriction["user_agent"]
    page, program = headers.get("referer"), headers.get("user-agent")
    if not page and not referrer["allow_no_referrer"]:
        return "the request has no Referer header."
    if page and not _allowed(_host(page), referrer["allowed_domains"]):
        return "the referring page's domain is not among the allowed ones."
    if not program and not user_agent["allow_no_user_agent"]:
        return "the request has no User-Agent header."
    if program and HIGH_RISK.search(program) and not user_agent["allow_high_risk_user_agent"]:
        return "the user agent is a high-risk one."
    return None


def _host(page: str) -> str:
    try:
        return urlsplit(page).hostname or ""
    except ValueError:
        return ""


def _allowed(host: str, domains: list[str]) -> bool:
    """`*` is every domain, `*.x.com` those exactly one level below x.com."""
    below = f"*.{host.partition('.')[2]}"
    return any(domain in {"*", host, below} for domain in domains)
