"""How often one address and one account may do things, with the limits as they are."""

from collections.abc import Callable, Generator

import pytest
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rate_limits import COUNTERS, LIMITS, RateLimits, network
from tests.harness import ACCEPT_JSON, PASSWORD, Person, Site, a_site
from views.limited import in_words

type FromAddress = Callable[[Site, str], Person]


@pytest.fixture(scope="module")
def strict_site() -> Generator[Site]:
    """A site with the limits as they are."""
    with a_site(RATE_LIMIT_FACTOR="1") as site:
        yield site


@pytest.fixture
def from_address(visit: Callable[[Site], Person]) -> FromAddress:
    """Somebody whose requests come through a proxy on this machine, which uvicorn trusts."""

    def come(site: Site, address: str) -> Person:
        person = visit(site)
        person.headers["x-forwarded-for"] = address
        return person

    return come


def amount(what: str) -> int:
    return LIMITS[what].amount


def assert_too_often(person: Person, path: str, form: dict[str, str]) -> None:
    answer = person.post(path, data=form)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert "Try again in " in answer.text
    told = person.post(path, data=form, headers=ACCEPT_JSON).json()["error"]["message"]
    assert told.startswith("That was often enough for now.")


def test_guessing_a_password_ends_soon_for_everybody_but_whoever_knows_it_before(
    strict_site: Site, from_address: FromAddress
) -> None:
    name = from_address(strict_site, "192.0.2.1").join().name
    # Too long to be a password, so that no time is spent on comparing it.
    guess = {"name": name, "password": "a wrong guess" * 20}
    for number in range(amount("login to one name")):
        somebody = from_address(strict_site, f"198.51.100.{number}")
        assert somebody.post("/login", data=guess).status_code == 422
    assert_too_often(from_address(strict_site, "203.0.113.5"), "/login", guess)


def test_one_address_cannot_try_many_names(strict_site: Site, from_address: FromAddress) -> None:
    attacker = from_address(strict_site, "192.0.2.2")
    for number in range(amount("login from one address")):
        form = {"name": f"victim {number}", "password": "guess" * 50}
        assert attacker.post("/login", data=form).status_code == 422
    assert_too_often(attacker, "/login", {"name": "one more", "password": PASSWORD})


def test_one_address_cannot_open_accounts_without_end(
    strict_site: Site, from_address: FromAddress
) -> None:
    attacker = from_address(strict_site, "2001:db8::1")
    for _ in range(amount("registration from one address")):
        assert attacker.post("/register", data={"name": ""}).status_code == 422
    neighbour = from_address(strict_site, "2001:db8::ffff")
    assert_too_often(neighbour, "/register", {"name": "Neighbour", "password": PASSWORD})
    assert from_address(strict_site, "2001:db8:1::1").join().get("/account").status_code == 200


def test_signing_in_again_and_again_is_no_guessing(
    strict_site: Site, from_address: FromAddress
) -> None:
    ada = from_address(strict_site, "192.0.2.3").join()
    for _ in range(amount("login to one name") + 2):
        form = {"name": ada.name, "password": PASSWORD}
        assert ada.post("/login", data=form).status_code == 303


@pytest.mark.parametrize(
    ("what", "path", "first"),
    [
        ("upload", "/create-upload", 422),
        ("live stream", "/create-stream", 422),
        ("password change", "/account", 422),
        ("change", "/video/none/delete", 404),
    ],
)
def test_one_account_cannot_do_it_without_end(
    strict_site: Site, from_address: FromAddress, what: str, path: str, first: int
) -> None:
    ada = from_address(strict_site, f"192.0.2.1{len(what)}").join()
    for _ in range(amount(what)):
        assert ada.post(path, data={}).status_code == first
    assert_too_often(ada, path, {})


def test_keys_and_sign_ups_have_their_limits(strict_site: Site, from_address: FromAddress) -> None:
    ada = from_address(strict_site, "192.0.2.4").join()
    studio = ada.post("/create-stream", data={"title": "Sea"}).headers["location"]
    stream = studio.removesuffix("/studio")
    for what, path in (("stream key", "/reset-key"), ("sign-up", "/signup")):
        for _ in range(amount(what)):
            assert ada.post(stream + path).status_code in {303, 403}
        assert_too_often(ada, stream + path, {})


def test_an_address_that_no_proxy_vouches_for_is_not_believed(
    start_site: Callable[..., Site], from_address: FromAddress
) -> None:
    site = start_site(RATE_LIMIT_FACTOR="1", FORWARDED_ALLOW_IPS="192.0.2.254")
    form = {"name": "", "password": ""}
    for number in range(amount("login from one address")):
        assert from_address(site, f"192.0.2.{number}").post("/login", data=form).is_client_error
    assert_too_often(from_address(site, "192.0.2.200"), "/login", form)


def test_counters_are_bounded_however_many_addresses_there_are() -> None:
    limits, storage = RateLimits(1), MemoryStorage()
    limits.counted = MovingWindowRateLimiter(storage)
    for number in range(COUNTERS + 1000):
        limits.spend("upload", f"{number}")
    assert COUNTERS / 2 < len(storage.events) <= COUNTERS


@pytest.mark.parametrize(
    ("address", "household"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:a:b:1:2:3:4", "2001:0db8:000a:000b"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_ipv6_network_counts_as_one(address: str, household: str) -> None:
    assert network(address) == household


def test_times_are_told_in_words() -> None:
    assert [in_words(n) for n in (1, 40, 101, 3600)] == [
        "1 second", "40 seconds", "2 minutes", "60 minutes",
    ]  # fmt: skip
