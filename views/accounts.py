"""Join, sign in and sign out."""

from collections.abc import Mapping
from urllib.parse import urlencode

import air

import access
import logs
from access import Someone, Visitor
from records import Account
from sessions import sign_in, sign_out
from text import NAME_MAX, alike, clean_line, problem_with_name
from views.forms import (
    PASSWORD_MAX,
    PASSWORD_MIN,
    Errors,
    error_summary,
    field,
    read_form,
)
from views.layout import page
from views.limited import TheLimits, by_address
from views.services import TheStore

WRONG_LOGIN = "This name and password do not belong together. Check both and try again."
NEW_PASSWORD_HINT = f"At least {PASSWORD_MIN} characters."

router = air.AirRouter()


@router.get("/register")
async def register_page(visitor: Someone, next: str = "/") -> air.TagResponse:  # noqa: A002 - in the URL
    """Show the form that opens an account."""
    return _credentials_page(visitor, "Join", {"next": next}, {})


@router.post("/register", dependencies=[by_address("registration from one address")])
async def register(
    request: air.Request, visitor: Someone, store: TheStore
) -> air.responses.Response:
    """Open an account and sign in with it."""
    form, errors = await read_form(request), {}
    name = clean_line(form.get("name", ""))
    if problem := problem_with_name(name):
        errors["name"] = problem
    password = check_new_password(form, errors)
    if not errors:
        try:
            account = await access.register(store, name, password)
            logs.event("account opened", account=account.id)
            return _welcomed(request, account, form)
        except access.NameTaken:
            errors["name"] = "This name is taken. Choose another one, or sign in."
    return _credentials_page(visitor, "Join", form, errors)


@router.get("/login")
async def login_page(visitor: Someone, next: str = "/") -> air.TagResponse:  # noqa: A002 - in the URL
    """Show the sign-in form."""
    return _credentials_page(visitor, "Sign in", {"next": next}, {})


@router.post("/login", dependencies=[by_address("login from one address")])
async def login(
    request: air.Request, visitor: Someone, store: TheStore, limits: TheLimits
) -> air.responses.Response:
    """Sign in and go back to where it was asked for."""
    form = await read_form(request)
    name, password = clean_line(form.get("name", "")), form.get("password", "")
    limits.spend("login to one name", alike(name))
    account = None
    if name and len(password) <= PASSWORD_MAX:
        account = await access.authenticate(store, name, password)
    if account is None:
        return _credentials_page(visitor, "Sign in", form, {"name": WRONG_LOGIN})
    limits.forgive("login to one name", alike(name))
    return _welcomed(request, account, form)


@router.post("/logout")
async def logout(request: air.Request) -> air.RedirectResponse:
    """Sign out."""
    sign_out(request)
    return air.RedirectResponse("/", status_code=303)


def check_new_password(form: Mapping[str, str], errors: Errors) -> str:
    """The new password; what is wrong with it goes to `errors`."""
    password = form.get("password", "")
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        errors["password"] = f"Choose a password of {PASSWORD_MIN} to {PASSWORD_MAX} characters."
    return password


def _welcomed(
    request: air.Request, account: Account, form: Mapping[str, str]
) -> air.RedirectResponse:
    sign_in(request, account)
    target = access.same_site_path(form.get("next", "/"))
    return air.RedirectResponse(target, status_code=303)


def _credentials_page(
    visitor: Visitor, title: str, form: Mapping[str, str], errors: Errors
) -> air.TagResponse:
    """The form for joining and for signing in; it keeps what was typed, but for the password."""
    joining = title == "Join"
    back = access.same_site_path(form.get("next", "/"))
    content = air.Section(
        air.H1(title),
        error_summary(errors),
        air.Form(
            field(
                "name", "Name", errors=errors, value=form.get("name", "")[: 2 * NAME_MAX],
                required=True, autocomplete="username", maxlength=str(NAME_MAX),
            ),
            field(
                "password", "Password", errors=errors, hint=NEW_PASSWORD_HINT if joining else "",
                required=True, type_="password",
                autocomplete="new-password" if joining else "current-password",
            ),
            air.Input(type_="hidden", name="next", value=back),
            air.Button(title, type_="submit"),
            method="post",
        ),
        _other_way(back, joining=joining),
        class_="narrow",
    )  # fmt: skip
    shown = page(visitor, f"Error: {title}" if errors else title, content)
    return air.TagResponse(shown, status_code=422 if errors else 200)


def _other_way(back: str, *, joining: bool) -> air.P:
    query = "" if back == "/" else "?" + urlencode({"next": back})
    if joining:
        return air.P("Have an account? ", air.A("Sign in", href=f"/login{query}"))
    return air.P("New here? ", air.A("Join", href=f"/register{query}"))
