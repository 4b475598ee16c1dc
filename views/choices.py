"""Radio buttons, and the choice that most things here have: who may watch."""

from collections.abc import Mapping
from typing import cast

import air

from records import Visibility
from views.forms import Errors

VISIBILITIES: Mapping[Visibility, str] = {
    "public": "Everybody",
    "signup": "People who sign up – nobody else can play it or see a picture of it",
}


def visibility_choice(chosen: str, errors: Mapping[str, str], hint: str = "") -> air.Fieldset:
    """Who may watch."""
    return choice("visibility", "Who may watch", VISIBILITIES, chosen, errors, hint=hint)


def check_visibility(
    form: Mapping[str, str], errors: Errors, present: Visibility = "public"
) -> Visibility:
    """Who may watch, as it is at `present` if the form does not say; errors go to `errors`."""
    chosen = form.get("visibility", present)
    if chosen not in VISIBILITIES:
        errors["visibility"] = "Choose who may watch."
    return cast("Visibility", chosen)


def choice(
    name: str,
    legend: str,
    choices: Mapping[str, str] | Mapping[Visibility, str],
    chosen: str,
    errors: Mapping[str, str],
    *,
    hint: str = "",
) -> air.Fieldset:
    """One of several, each with its own words."""
    error = errors.get(name, "")
    options = (
        air.Div(
            air.Input(
                type_="radio", id_=f"{name}-{value}", name=name, value=value,
                checked=value == chosen,
            ),
            air.Label(words, for_=f"{name}-{value}"),
            class_="check",
        )
        for value, words in choices.items()
    )  # fmt: skip
    return air.Fieldset(
        air.Legend(legend),
        air.P(hint, class_="hint") if hint else "",
        air.P(error, class_="field-error", id_=name) if error else "",
        *options,
    )
