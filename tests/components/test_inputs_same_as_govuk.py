"""What people type and choose is drawn as GOV.UK Frontend draws it for the same parameters, for any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tests.components.govuk import attributes, flags, library, maybe, names, text, words

Ours = Callable[..., Any]
classes = st.sampled_from(["", "govuk-input--width-10", "one two"])


@given(
    name=names,
    label=words,
    value=st.just("") | words,
    hint=maybe,
    error=maybe,
    width=classes,
    heading=flags,
    spellcheck=st.none() | flags,
    autocomplete=st.none() | st.just("email"),
    prefix=maybe,
    suffix=maybe,
    disabled=flags,
    attributes=attributes,
)
def test_text_input(ours: Ours, name: str, label: str, width: str, heading: bool, **given_: Any) -> None:
    mine = ours("inputs", "text_input", name, label, classes=width, page_heading=heading, type="tel", **given_)
    theirs = {
        "name": name,
        "type": "tel",
        "label": {"text": label, "isPageHeading": heading},
        "classes": width,
        "value": given_["value"] or None,
        "hint": text(given_["hint"]),
        "errorMessage": text(given_["error"]),
        "spellcheck": given_["spellcheck"],
        "autocomplete": given_["autocomplete"],
        "prefix": text(given_["prefix"]),
        "suffix": text(given_["suffix"]),
        "disabled": given_["disabled"],
        "attributes": given_["attributes"],
    }
    assert mine == library("input", "govukInput", theirs)


@given(name=names, label=words, hint=maybe, error=maybe, new=flags)
def test_password_input(ours: Ours, name: str, label: str, hint: str, error: str, new: bool) -> None:
    autocomplete = "new-password" if new else "current-password"
    mine = ours("inputs", "password_input", name, label, hint=hint, error=error, autocomplete=autocomplete)
    theirs = {
        "name": name,
        "label": {"text": label},
        "hint": text(hint),
        "errorMessage": text(error),
        "autocomplete": autocomplete,
    }
    assert mine == library("password-input", "govukPasswordInput", theirs)


@given(
    name=names,
    label=words,
    value=st.sampled_from(["", "\nfirst line empty", "a\nb", "</textarea><b>"]) | words,
    hint=maybe,
    error=maybe,
    rows=st.integers(1, 20),
    spellcheck=st.none() | flags,
    disabled=flags,
    attributes=attributes,
)
def test_textarea(ours: Ours, name: str, label: str, **given_: Any) -> None:
    mine = ours("inputs", "textarea", name, label, **given_)
    theirs = {
        "name": name,
        "label": {"text": label},
        "hint": text(given_["hint"]),
        "errorMessage": text(given_["error"]),
        **{key: given_[key] for key in ("rows", "spellcheck", "disabled", "attributes")},
        # The library leaves out the newline that browsers drop, so it would lose a first empty line.
        "value": "\n" + given_["value"],
    }
    assert mine == library("textarea", "govukTextarea", theirs)


@given(
    name=names,
    label=words,
    hint=maybe,
    error=maybe,
    disabled=flags,
    multiple=flags,
    attributes=attributes,
)
def test_file_input(ours: Ours, name: str, label: str, multiple: bool, **given_: Any) -> None:
    mine = ours("inputs", "file_input", name, label, multiple=multiple, **given_)
    theirs = {
        "name": name,
        "label": {"text": label},
        "hint": text(given_["hint"]),
        "errorMessage": text(given_["error"]),
        "multiple": multiple,
        **{key: given_[key] for key in ("disabled", "attributes")},
    }
    assert mine == library("file-upload", "govukFileUpload", theirs)


choices = st.lists(st.tuples(names, words), min_size=1, max_size=4, unique_by=lambda pair: pair[0])


@given(name=names, label=words, items=choices, chosen=st.integers(-1, 3), hint=maybe, error=maybe, disabled=flags)
def test_select(
    ours: Ours, name: str, label: str, items: Any, chosen: int, hint: Any, error: Any, disabled: Any
) -> None:
    value = items[chosen][0] if 0 <= chosen < len(items) else None
    mine = ours("inputs", "select", name, label, items, value, hint=hint, error=error, disabled=disabled)
    theirs = {
        "name": name,
        "label": {"text": label},
        "items": [{"value": key, "text": words_} for key, words_ in items],
        "value": value,
        "hint": text(hint),
        "errorMessage": text(error),
        "disabled": disabled,
    }
    assert mine == library("select", "govukSelect", theirs)


rich_items = st.lists(
    st.tuples(names, words, maybe, st.none() | st.just(Markup("<p>More</p>"))) | st.just("or"),
    min_size=1,
    max_size=5,
    unique_by=lambda item: item[0],
)


def library_items(items: list[Any]) -> list[dict[str, Any]]:
    """Choices as the library takes them."""
    return [
        {"divider": item}
        if isinstance(item, str)
        else {
            "value": item[0],
            "text": item[1],
            "hint": text(item[2]),
            "conditional": {"html": item[3]} if item[3] else None,
        }
        for item in items
    ]


@given(
    name=names,
    legend=words,
    items=rich_items,
    chosen=st.integers(-1, 4),
    prefix=st.none() | names,
    hint=maybe,
    error=maybe,
    style=st.sampled_from(["", "govuk-radios--inline app-choices"]),
    heading=flags,
    attributes=attributes,
)
def test_radios(ours: Ours, name: str, legend: str, items: Any, chosen: int, prefix: Any, **given_: Any) -> None:
    picked = items[chosen] if 0 <= chosen < len(items) else ""
    value = picked[0] if isinstance(picked, tuple) else None
    hint, error, style, heading = (given_[key] for key in ("hint", "error", "style", "heading"))
    mine = ours(
        "inputs",
        "radios",
        name,
        legend,
        items,
        value,
        id_prefix=prefix,
        hint=hint,
        error=error,
        classes=style,
        page_heading=heading,
        legend_classes="govuk-fieldset__legend--l",
        attributes=given_["attributes"],
    )
    theirs = {
        "name": name,
        "idPrefix": prefix,
        "fieldset": {"legend": {"text": legend, "classes": "govuk-fieldset__legend--l", "isPageHeading": heading}},
        "items": library_items(items),
        "value": value,
        "hint": text(hint),
        "errorMessage": text(error),
        "classes": style,
        "attributes": given_["attributes"],
    }
    assert mine == library("radios", "govukRadios", theirs)


@given(
    name=names,
    legend=maybe,
    items=rich_items,
    ticked=st.sets(st.integers(0, 4)),
    hint=maybe,
    error=maybe,
    attributes=attributes,
)
def test_checkboxes(
    ours: Ours, name: str, legend: Any, items: Any, ticked: Any, hint: Any, error: Any, attributes: Any
) -> None:
    values = [item[0] for at, item in enumerate(items) if at in ticked and isinstance(item, tuple)]
    mine = ours("inputs", "checkboxes", name, legend, items, values, hint=hint, error=error, attributes=attributes)
    theirs = {
        "name": name,
        "fieldset": {"legend": {"text": legend}} if legend else None,
        "items": library_items(items),
        "values": values,
        "hint": text(hint),
        "errorMessage": text(error),
        "attributes": attributes,
    }
    assert mine == library("checkboxes", "govukCheckboxes", theirs)


@given(
    name=names,
    legend=words,
    parts=st.tuples(st.just("") | words, st.just("") | words, st.just("") | words),
    hint=maybe,
    error=maybe,
    wrong=st.sets(st.sampled_from(["day", "month", "year"]), min_size=1),
    birthday=flags,
)
def test_date_input(ours: Ours, name: str, legend: str, parts: Any, wrong: Any, **given_: Any) -> None:
    hint, error = given_["hint"], given_["error"]
    autocomplete = "bday" if given_["birthday"] else None
    mine = ours(
        "inputs", "date_input", name, legend, *parts, hint=hint, error=error, wrong=wrong, autocomplete=autocomplete
    )
    theirs = {
        "id": name,
        "namePrefix": name,
        "fieldset": {"legend": {"text": legend}},
        "hint": text(hint),
        "errorMessage": text(error),
        "items": [
            {
                "name": part,
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}"
                + (" govuk-input--error" if error and part in wrong else ""),
                "value": value or None,
                "autocomplete": f"{autocomplete}-{part}" if autocomplete else None,
            }
            for part, value in zip(("day", "month", "year"), parts, strict=True)
        ],
    }
    assert mine == library("date-input", "govukDateInput", theirs)


@given(words, st.sampled_from(["", "secondary", "warning", "inverse"]), maybe, maybe, flags)
def test_button(ours: Ours, label: str, kind: str, name: Any, value: Any, once: bool) -> None:
    mine = ours("inputs", "button", label, kind, name=name, value=value, once=once)
    theirs = {
        "text": label,
        "classes": f"govuk-button--{kind}" if kind else None,
        "name": name,
        "value": value,
        **({"preventDoubleClick": True} if once else {}),
    }
    assert mine == library("button", "govukButton", theirs)


@given(words, st.sampled_from(["", "secondary"]), attributes)
def test_button_link(ours: Ours, label: str, kind: str, attributes: Any) -> None:
    mine = ours("inputs", "button_link", label, "/meetings", kind, attributes=attributes)
    theirs = {
        "text": label,
        "href": "/meetings",
        "classes": f"govuk-button--{kind}" if kind else None,
        "attributes": attributes,
    }
    assert mine == library("button", "govukButton", theirs)
