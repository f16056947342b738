"""A test client that looks at every page it fetches, and fills in forms as a person does."""

from __future__ import annotations

import contextvars
import re
from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page_checks import check_page, check_response

_NOT_FIELDS = ("submit", "button", "reset", "image", "file")

_VARIES = re.compile(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"|<b class="app-number">[^<]+</b>')
_CHECKED: set[tuple[str, str]] = set()
"""Pages that were found right in this run: the same refusal, a thousand times over, need not be parsed again."""


class PageAnswer(TestResponse):
    """An answer whose HTML is parsed when first looked at."""

    @cached_property
    def page(self) -> BeautifulSoup:
        """The parsed page."""
        return BeautifulSoup(self.get_data(as_text=True), "html.parser")


def without_what_varies(response: TestResponse) -> str:
    """A page without its nonce, token and error number, which differ from one answer to the next."""
    return _VARIES.sub("", response.get_data(as_text=True))


class PageClient(FlaskClient):
    """Every answer is checked (tests/page_checks.py); an HTML answer is parsed as `response.page`."""

    def __init__(self, application: Flask, _response_class: Any = None, **kwargs: Any) -> None:
        super().__init__(application, PageAnswer, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> PageAnswer:
        """Ask for a page outside the test's own app context, so that neither sees the other's session or `g`."""
        kwargs["buffered"] = True
        response: PageAnswer = contextvars.Context().run(super().open, *args, **kwargs)
        check_response(self.application, response)
        has_page = response.mimetype == "text/html" and response.request.method not in ("HEAD", "OPTIONS")
        if has_page and not 300 <= response.status_code < 400:
            sort = (response.request.path if response.status_code < 400 else "", without_what_varies(response))
            if sort not in _CHECKED:
                check_page(self.application, response.page, response)
                _CHECKED.add(sort)
        return response

    def submit(self, path: str, *, action: str | None = None, button: str | None = None, **fields: Any) -> PageAnswer:
        """Fetch a page, fill in its form, send it, and give back the answer to that.

        The form is the page's only one besides "Sign out", or that which posts to `action`. Fields not named keep what
        the page had in them; naming one that the form does not have is an error; None leaves one out. `button` is the
        name of the button pressed, or "name=value".
        """
        page: PageAnswer = self.get(path)
        assert page.status_code == 200, f"{path} answered {page.status_code}"
        return self.send(page, action=action, button=button, **fields)

    def send(
        self, response: PageAnswer, *, action: str | None = None, button: str | None = None, **fields: Any
    ) -> PageAnswer:
        """Fill in and send the form of a page that was already fetched."""
        path = response.request.path
        form = _form(response.page, path, action)
        values = form_values(form)
        names = {str(field["name"]) for field in form.find_all(["input", "select", "textarea"]) if field.get("name")}
        for name, value in fields.items():
            # Python's names have no hyphen, the portal's date boxes do: born__day stands for born-day.
            field = name if name in names else name.replace("__", "-")
            assert field in names, f"the form of {path} has no field {field!r}, but {sorted(names)}"
            values.pop(field, None)
            if value is not None:
                values[field] = value
        values |= _pressed(form, button)
        sent: PageAnswer = self.post(str(form.get("action") or response.request.full_path), data=values)
        return sent


def form_values(form: Tag) -> dict[str, Any]:
    """What a browser would send for a form as it stands."""
    values: dict[str, Any] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = str(field.get("name") or ""), str(field.get("type") or "text")
        if not name or kind in _NOT_FIELDS or field.has_attr("disabled"):
            continue
        if kind == "radio" and field.has_attr("checked"):
            values[name] = field.get("value", "on")
        elif kind == "checkbox" and field.has_attr("checked"):
            values.setdefault(name, []).append(field.get("value", "on"))
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            values[name] = chosen.get("value", chosen.get_text()) if chosen else ""
        elif field.name == "textarea":
            # Browsers drop the line break that templates write after the opening tag.
            values[name] = field.get_text().removeprefix("\r\n").removeprefix("\n")
        elif kind not in ("radio", "checkbox"):
            values[name] = field.get("value", "")
    return values


def _form(page: BeautifulSoup, path: str, action: str | None) -> Tag:
    forms = [form for form in page.find_all("form", method="post") if form.get("action") != "/sign-out"]
    if action is not None:
        forms = [form for form in page.find_all("form", method="post") if (form.get("action") or path) == action]
    assert len(forms) == 1, f"{path} has {len(forms)} forms to send: name one by its action"
    return forms[0]


def _pressed(form: Tag, button: str | None) -> dict[str, str]:
    if button is None:
        return {}
    name, _, value = button.partition("=")
    for found in form.find_all("button", attrs={"name": name}):
        if not value or found.get("value") == value:
            return {name: str(found.get("value", ""))}
    raise AssertionError(f"the form has no button {button!r}")
