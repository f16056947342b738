"""The filters above the list of meetings: most people never touch them, so the untouched ones are drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from portal.forms.meetings import MeetingFilter
from portal.services.meetings.kinds import Kind

_KEPT = 256


def draw_filters(form: MeetingFilter, kinds: Sequence[Kind], kept: list[tuple[str, str]]) -> Markup:
    """The filters as a form of the address; `kept` are (name, value) of what stays in the address besides.

    A form with nothing set depends on the kinds of meetings alone and has nobody's words in it.
    """
    if form.number_set or form.errors or len(kept) > 1:
        return _draw(form, kept)
    drawn: dict[object, Markup] = current_app.extensions.setdefault("blank_meeting_filters", {})
    here = tuple(kept), tuple([(kind.code, kind.name) for kind in kinds])
    found = drawn.get(here)
    if found is None:
        if len(drawn) >= _KEPT:
            drawn.clear()
        found = drawn[here] = _draw(form, kept)
    return found


def _draw(form: MeetingFilter, kept: list[tuple[str, str]]) -> Markup:
    drawn: Any = current_app.jinja_env.get_template("meetings/filters.html").module
    made: Markup = drawn.meeting_filters(form, url_for("meetings.index"), kept)
    return made
