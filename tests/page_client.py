"""A test client that looks at every page it fetches, and fills in forms as a person does."""

from __future__ import annotations

import contextvars
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page_checks import check_page, check_response

_NOT_FIELDS = ("submit", "button", "reset", "image", "file")


class PageClient(FlaskClient):
    """Every answer is checked (tests/page_checks.py); an HTML answer is parsed as `response.page`."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask for a page outside the test's own app context, so that neither sees the other's session or `g`."""
        kwargs["buffered"] = True
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        check_response(self.application, response)
        if response.mimetype == "text/html":
            response.page = BeautifulSoup(response.get_data(as_text=True), "html.parser")  # type: ignore[attr-defined]
            if not 300 <= response.status_code < 400:
                check_page(self.application, response.page, response)  # type: ignore[attr-defined]
        return response

    def submit(self, path: str, *, action: str | None = None, button: str | None = None, **fields: Any) -> TestResponse:
        """Fetch a page, fill in its form, send it, and give back the answer to that.

        The form is the page's only one besides "Sign out", or that which posts to `action`. Fields not named keep what
        the page had in them; naming one that the form does not have is an error; None leaves one out. `button` is the
        name of the button pressed, or "name=value".
        """
        page = self.get(path)
        assert page.status_code == 200, f"{path} answered {page.status_code}"
        return self.send(page, action=action, button=button, **fields)

    def send(
        self, response: TestResponse, *, action: str | None = None, button: str | None = None, **fields: Any
    ) -> TestResponse:
        """Fill in and send the form of a page that was already fetched."""
        path = response.request.path
        form = _form(response.page, path, action)  # type: ignore[attr-defined]
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
        return self.post(str(form.get("action") or response.request.full_path), data=values)


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
