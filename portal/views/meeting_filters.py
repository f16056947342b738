"""The filters and the search above the list of meetings: most people touch neither, so those are drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from portal.forms.meetings import MeetingFilter
from portal.services.meetings.kinds import Kind
from portal.web.stencils import Stencil

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


def draw_search(hidden: Markup) -> Markup:
    """The box that finds a family or a meeting, with nothing typed into it and the page's own hidden fields."""
    stencil: Stencil | None = current_app.extensions.get("blank_meeting_search")
    if stencil is None:
        drawn: Any = current_app.jinja_env.get_template("meetings/search_box.html").module
        stencil = current_app.extensions["blank_meeting_search"] = Stencil(drawn.search_box("%(hidden)s"))
    return stencil.stamp({"hidden": hidden})


def _draw(form: MeetingFilter, kept: list[tuple[str, str]]) -> Markup:
    drawn: Any = current_app.jinja_env.get_template("meetings/filters.html").module
    made: Markup = drawn.meeting_filters(form, url_for("meetings.index"), kept)
    return made
