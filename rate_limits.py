"""How often one address or one account may do what costs something, or what could be guessing.

Counted in memory, for this process alone: https://limits.readthedocs.io/en/stable/strategies.html
has the moving window, and storages that several processes can share.
"""

import math
import time
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

LIMITS = {
    "login from one address": parse("30 per 5 minutes"),
    "login to one name": parse("10 per 5 minutes"),
    "registration from one address": parse("20 per hour"),
    "password change": parse("10 per 5 minutes"),
    "upload": parse("60 per hour"),
    "live stream": parse("30 per hour"),
    "sign-up": parse("60 per 10 minutes"),
    "change": parse("120 per 10 minutes"),
    "stream key": parse("20 per hour"),
}

# Counters are kept for so many at most, however many addresses somebody has; two that share one
# also share its limit. Python's `hash` differs from process to process, so nobody can choose whom
# to share with.
COUNTERS = 2**13


class TooOften(Exception):
    """A limit is reached; in `seconds` there is room again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RateLimits:
    """Counts, and says when it is enough. `factor` multiplies every limit."""

    def __init__(self, factor: int) -> None:
        self._limits = {
            what: type(limit)(limit.amount * factor, limit.multiples)
            for what, limit in LIMITS.items()
        }
        self.counted = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, what: str, who: str) -> None:
        """Count one more. Raises TooOften."""
        limit, counter = self._limits[what], _counter(what, who)
        if not self.counted.hit(limit, counter):
            raise TooOften(self._wait(limit, counter))

    def forgive(self, what: str, who: str) -> None:
        """Count from nothing again."""
        self.counted.clear(self._limits[what], _counter(what, who))

    def _wait(self, limit: RateLimitItem, counter: str) -> int:
        free_at = self.counted.get_window_stats(limit, counter).reset_time
        return max(1, math.ceil(free_at - time.time()))


def network(address: str) -> str:
    """What one household has: an IPv4 address, or the 2⁶⁴ IPv6 addresses of one network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return parsed.ipv4_mapped.exploded if parsed.ipv4_mapped else parsed.exploded[:19]
    return parsed.exploded


def _counter(what: str, who: str) -> str:
    return f"{what} {hash((what, who)) % COUNTERS}"
