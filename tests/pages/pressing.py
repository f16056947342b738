"""Pressing a button as a browser without scripts does: which form it sends, with which fields, and where to."""

from __future__ import annotations

from bs4 import Tag

from tests.page_client import PageAnswer, PageClient, form_values


def press(client: PageClient, response: PageAnswer, button: Tag, **typed: str) -> PageAnswer:
    """Fill in and send the form that a button of a page belongs to, wherever on the page its fields stand."""
    page = response.page
    form = page.find("form", id=button["form"]) if button.has_attr("form") else button.find_parent("form")
    assert form is not None, f"the button {button.get_text(strip=True)!r} belongs to no form"
    values = form_values(form)
    for field in page.find_all(["input", "select", "textarea"], attrs={"form": True}):
        if field["form"] == form.get("id"):
            values |= form_values(_alone(field))
    for name, value in typed.items():
        assert page.find(attrs={"name": name}) is not None, f"the page has no field {name!r}"
        values[name] = value
    if button.get("name"):
        values[str(button["name"])] = str(button.get("value", ""))
    address = button.get("formaction") or form.get("action") or response.request.full_path
    # Browsers say from which page of the same site a form comes.
    sent: PageAnswer = client.post(str(address), data=values, headers={"Referer": response.request.url})
    return sent


def _alone(field: Tag) -> Tag:
    """A field as if it stood alone in a form."""
    form = Tag(name="form")
    form.append(field.__copy__())
    return form
