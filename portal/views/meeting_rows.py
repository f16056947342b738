"""The rows of the list of meetings as HTML: templates/meetings/rows.html draws each piece once, here they are stamped.

A hundred rows drawn cell by cell take longer than finding them among a hundred thousand meetings.
"""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from portal.domain.deadlines import ReportState
from portal.domain.labels import short_label
from portal.domain.quoracy import Foresight, Outlook
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus
from portal.services.meetings.listing import ListedMeeting, MeetingList
from portal.services.meetings.outlook import Standing
from portal.web.stencils import Stencil, in_ascii

_PARTS = {expectation: Markup.escape(short_label(expectation)) for expectation in Expectation}
_ANSWERS = {answer: Markup.escape(short_label(answer)) for answer in Answer}
_NOTHING = Markup()

# The places of templates/meetings/rows.html, in their order; `_agency_cells` and `_keeper_cells` give those between.
_FIRST, _LAST = ("id", "type", "reference", "when"), ("status",)
_AGENCY_PLACES = (*_FIRST, "part", "answer", "report", *_LAST)
_KEEPER_PLACES = (*_FIRST, "answered", "reports", "quorate", *_LAST)


@dataclass(slots=True)
class _Pieces:
    """What stands in cells, drawn from the templates when it is first wanted."""

    drawn: Any
    agency: Stencil
    keeper: Stencil
    tags: dict[object, Markup] = field(default_factory=dict)

    def tag(self, kind: str) -> Markup:
        """A state's tag, by the names of components/status.html."""
        return self.tags.get(kind) or self._keep(kind, self.drawn.state(kind))

    def due(self, days: int) -> Markup:
        """How long there is."""
        return self.tags.get(days) or self._keep(days, self.drawn.due(days))

    def other(self, words: str, colour: str) -> Markup:
        """A tag of the list's own."""
        return self.tags.get(words) or self._keep(words, self.drawn.other(words, colour))

    def quiet(self, words: str) -> Markup:
        """Words that ask for nothing."""
        key = ("quiet", words)
        return self.tags.get(key) or self._keep(key, self.drawn.quiet(words))

    def _keep(self, key: object, drawn: str) -> Markup:
        if len(self.tags) > 2000:
            self.tags.clear()
        self.tags[key] = Markup(drawn.strip())  # noqa: S704 - drawn by a template, which has escaped what was not its own
        return self.tags[key]


def meeting_rows(found: MeetingList, today: date, *, is_agency: bool, is_coming: bool) -> Markup:
    """All rows of one page; in a list of coming meetings only other states than "scheduled" are worth a tag."""
    pieces = draw_pieces()
    implied = MeetingStatus.SCHEDULED if is_coming else None
    implied_state = pieces.quiet(short_label(MeetingStatus.SCHEDULED))
    cells = _agency_cells(found, pieces, today) if is_agency else _keeper_cells(found, pieces)
    rows = []
    for meeting, between in zip(found.rows, cells, strict=True):
        number, reference, type_name, on, at, status = meeting[:6]
        state = implied_state if status is implied else pieces.tag(status)
        rows.append((number, _type(type_name), reference, _when(on, at), *between, state))
    return (pieces.agency if is_agency else pieces.keeper).stamp_all(rows)


def _agency_cells(found: MeetingList, pieces: _Pieces, today: date) -> Iterator[tuple[Markup, Markup, Markup]]:
    for meeting in found.rows:
        part = _PARTS[meeting.expectation] if meeting.expectation else _NOTHING
        yield part, _answer(meeting, pieces, today), _report(meeting, pieces, today)


def _keeper_cells(found: MeetingList, pieces: _Pieces) -> Iterator[tuple[Markup, Markup, Markup]]:
    not_needed = pieces.quiet("Not needed")
    for meeting in found.rows:
        standing = meeting.standing or Standing()
        asked, answered, due, received = standing[:4]
        yield _of(answered, asked), _of(received, due) if due else not_needed, _quorate(meeting, pieces)


@lru_cache(maxsize=256)
def _type(name: str) -> Markup:
    return in_ascii(name)


@lru_cache(maxsize=4096)
def _when(on: date, at: time | None) -> Markup:
    day = f"{on.day} {month_abbr[on.month]} {on.year}"
    return Markup(f"{day}, {at.isoformat('minutes')}" if at else day)  # noqa: S704 - numbers and a month


@lru_cache(maxsize=1024)
def _of(part: int, whole: int) -> Markup:
    return Markup(f"{part} of {whole}")  # noqa: S704 - two numbers


def _answer(meeting: ListedMeeting, pieces: _Pieces, today: date) -> Markup:
    if meeting.answer is not None:
        return _ANSWERS[meeting.answer]
    if meeting.status is MeetingStatus.SCHEDULED and meeting.on >= today:
        return pieces.tag("not_answered")
    return pieces.quiet("No answer")


def _report(meeting: ListedMeeting, pieces: _Pieces, today: date) -> Markup:
    state = meeting.report
    if state is ReportState.DUE and meeting.report_due_on is not None:
        return pieces.due((meeting.report_due_on - today).days)
    if state is ReportState.SENT_LATE:
        return pieces.other("Sent late", "yellow")
    if state is ReportState.NOT_NEEDED or state is None:
        return pieces.quiet("Not needed")
    return pieces.tag(state)


_OUTLOOKS = {
    Outlook.WILL_BE: ("Will be", "green"),
    Outlook.MAY_BE: ("Not yet", "blue"),
    Outlook.WILL_NOT_BE: ("Will not be", "red"),
}


def _quorate(meeting: ListedMeeting, pieces: _Pieces) -> Markup:
    if meeting.status is MeetingStatus.SCHEDULED:
        foresight: Foresight | None = meeting.foresight
        return pieces.other(*_OUTLOOKS[foresight.outlook]) if foresight else pieces.quiet("No quorum")
    if meeting.quorate is None:
        return pieces.quiet("–")
    return pieces.tag("quorate" if meeting.quorate else "not_quorate")


def draw_pieces() -> _Pieces:
    """The stencils, drawn when first asked for."""
    found: _Pieces | None = current_app.extensions.get("meeting_pieces")
    if found is None:
        drawn: Any = current_app.jinja_env.get_template("meetings/rows.html").module
        here = url_for("meetings.index")
        found = _Pieces(drawn, Stencil(drawn.agency(here)), Stencil(drawn.keeper(here)))
        if (found.agency.places, found.keeper.places) != (_AGENCY_PLACES, _KEEPER_PLACES):
            raise LookupError("templates/meetings/rows.html and meeting_rows.py disagree about the places of a row")
        current_app.extensions["meeting_pieces"] = found
    return found
