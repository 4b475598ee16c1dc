"""Form fields with their errors.

The look of an error follows https://design-system.service.gov.uk/components/error-summary/: a box
on top that links to each field, and the same words beside the field.
"""

from collections.abc import Mapping
from typing import Any

import air

from attempts import FIELD, new_attempt
from text import TITLE_MAX, clean_line

PASSWORD_MIN = 8
PASSWORD_MAX = 200

# What is wrong with no field in particular.
WHOLE_FORM = ""

type Errors = dict[str, str]


async def read_form(request: air.Request) -> dict[str, str]:
    """The text fields of a posted form; files have no business here and are left out."""
    try:
        form = await request.form()
    except UnicodeError as error:
        # Whoever sends a form in several parts may name any encoding for them.
        raise air.HTTPException(400, "This form is not written in an encoding of text.") from error
    return {name: value for name, value in form.items() if isinstance(value, str)}


def attempt_field(form: Mapping[str, str]) -> air.Input:
    """Has a form sent twice make one thing; a form that is shown again keeps its value."""
    return air.Input(type_="hidden", name=FIELD, value=form.get(FIELD, "")[:50] or new_attempt())


def safe_to_repeat(form: Mapping[str, str]) -> str:
    """What to tell people when it is not known whether their form did its work."""
    return "You can send this form again: nothing is made twice." if form.get(FIELD) else ""


def check_title(form: Mapping[str, str], errors: Errors) -> str:
    """Clean the title; what is wrong with it goes to `errors`."""
    typed = form.get("title", "")
    title = clean_line(typed)
    if not title:
        errors["title"] = "Give it a title."
    elif len(title) > TITLE_MAX:
        errors["title"] = f"Shorten the title to {TITLE_MAX} characters; it has {len(typed):,}."
    return title


def field(
    name: str,
    label: str,
    *,
    errors: Mapping[str, str],
    value: str = "",
    hint: str = "",
    **attributes: Any,
) -> air.Div:
    """One labelled input, with its hint and its error read out together with it."""
    error = errors.get(name, "")
    notes = [f"{name}-{kind}" for kind, text in (("hint", hint), ("error", error)) if text]
    return air.Div(
        air.Label(label, for_=name),
        air.P(hint, id_=f"{name}-hint", class_="hint") if hint else "",
        air.P(error, id_=f"{name}-error", class_="field-error") if error else "",
        air.Input(
            id_=name,
            name=name,
            value=value,
            aria_describedby=" ".join(notes) or False,
            aria_invalid="true" if error else False,
            **attributes,
        ),
        class_="field",
    )


def error_summary(errors: Mapping[str, str]) -> air.Div | str:
    """The box that says what is wrong with the form below it; nothing when nothing is."""
    if not errors:
        return ""
    links = [
        air.Li(air.A(text, href=f"#{name}") if name != WHOLE_FORM else text)
        for name, text in errors.items()
    ]
    return air.Div(
        air.H2("There is a problem"),
        air.Ul(*links),
        class_="error-summary",
        role="alert",
        tabindex="-1",
        autofocus=True,
    )
