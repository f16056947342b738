"""The rows of a register as HTML: templates/registers/rows.html draws each piece once, here they are stamped.

Drawing twenty rows one by one takes longer than everything else of the page together, and a chair works through
them with people arriving.
"""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from portal.domain.labels import short_label
from portal.domain.registers import CHOICES
from portal.domain.vocabulary import Answer, Attendance, Expectation
from portal.forms.registers import TypedRow
from portal.services.registers.sheet import Register, RegisterRow
from portal.web.stencils import Stencil, in_ascii

Pieces = Mapping[str, Stencil]

_PIECES = ("to_read", "sent", "late", "due", "not_needed", "declared", "differs", "fault")
_EXPECTED = {expectation: Markup.escape(short_label(expectation)) for expectation in Expectation}
_EXPECTED[Expectation.EXPECTED] = Markup("Yes")
_ANSWERED = {answer: Markup.escape(short_label(answer)) for answer in Answer}
_NO_ANSWER = Markup("No answer")
_SAYS = {attendance: Markup.escape(short_label(attendance).lower()) for attendance in Attendance}
_OPEN, _LATE, _CHECKED, _NOTHING = Markup(" open"), Markup(", late"), Markup(" checked"), Markup()

_TICKS = (*(choice.value for choice in CHOICES), "deputy", "left")
_PLACES = (
    *("id", "agency", "expected", "answered", "declared", "report", "meeting", "hidden", "seen", "fault"),
    *("open", "note", *_TICKS),
)
"""The places of a row in templates/registers/rows.html, in the order in which they are given here."""


def register_rows(
    sheet: Register,
    typed: Mapping[int, TypedRow],
    faults: Mapping[int, str],
    meeting_url: str,
    hidden: Markup,
    *,
    one_form: bool,
    reads_reports: bool,
) -> Markup:
    """All rows, with what was typed where it could not be saved and why; `hidden` goes into each row's own form."""
    pieces = draw_pieces()
    row_piece = pieces["all" if one_form else "row"]
    meeting = Markup.escape(meeting_url)
    stamped = []
    for row in sheet.rows:
        invitation_id = row.invitation_id
        given = typed.get(invitation_id, row) if typed else row
        note = given.note
        declared = fault = _NOTHING
        if row.declared is not None:
            declared = pieces["differs" if row.differs else "declared"].stamp({"says": _SAYS[row.declared]})
        if invitation_id in faults:
            fault = pieces["fault"].stamp({"words": faults[invitation_id]})
        stamped.append(
            (
                invitation_id,
                _name(row.agency_name),
                _EXPECTED[row.expectation],
                _ANSWERED[row.answer] if row.answer else _NO_ANSWER,
                declared,
                _report(row, pieces, meeting, reads_reports=reads_reports),
                meeting,
                hidden,
                given.seen,
                fault,
                _OPEN if note else _NOTHING,
                note or _NOTHING,
                *_ticks(given.mark.entered),
            )
        )
    return row_piece.stamp_named(_PLACES, stamped)


@lru_cache(maxsize=256)
def _ticks(entered: tuple[str, ...]) -> tuple[Markup, ...]:
    """What stands in the places of the inputs: those in `entered` are checked."""
    return tuple(_CHECKED if name in entered else _NOTHING for name in _TICKS)


def _report(row: RegisterRow, pieces: Pieces, meeting: Markup, *, reads_reports: bool) -> Markup:
    day = row.report_received_on
    if day is None:
        return pieces[row.report].stamp({})
    values: dict[str, object] = {"day": _day(day)}
    if row.report == "sent_late":
        values["late"] = _LATE
    if reads_reports and row.report_id is not None:
        values |= {"meeting": meeting, "id": row.invitation_id, "agency": _name(row.agency_name)}
        return pieces["to_read"].stamp(values)
    return pieces["sent"].stamp(values)


@lru_cache(maxsize=1024)
def _name(agency: str) -> Markup:
    return in_ascii(agency)


@lru_cache(maxsize=1024)
def _day(day: date) -> Markup:
    return Markup(f"{day.day} {month_abbr[day.month]}")  # noqa: S704 - a number and a month


def draw_pieces() -> Pieces:
    """The stencils, drawn when first asked for."""
    found: Pieces | None = current_app.extensions.get("register_pieces")
    if found is None:
        drawn: Any = current_app.jinja_env.get_template("registers/rows.html").module
        choices = [(choice.value, short_label(choice)) for choice in CHOICES]
        found = {
            **{name: Stencil(getattr(drawn, name)()) for name in _PIECES},
            "row": Stencil(drawn.row(choices, one_form=False)),
            "all": Stencil(drawn.row(choices, one_form=True)),
        }
        current_app.extensions["register_pieces"] = found
    return found
