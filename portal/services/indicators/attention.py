"""What stands out in an overview, in words: the lowest rates, each below what all agencies reach together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from portal.domain import figure_words
from portal.domain.figure_words import many_meetings, percentage
from portal.services.indicators.overview import Group, Line, Overview

AT_MOST = {"attendance_rate": 3, "report_rate": 2, "in_time_rate": 2, "quorate_rate": 1}
"""How many sentences a rate is given, so that what needs attention stays short."""

Say = Callable[[str, str, int, int], str]

_SENTENCES: dict[str, Say] = {
    "attendance_rate": figure_words.came_to,
    "report_rate": figure_words.sent_reports,
}
_STATES = {"in_time_rate": "in time", "quorate_rate": "quorate"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence, the indicator that it is about, and what to compare it with."""

    words: str
    indicator: str
    compare: str = ""


def remarks(figures: Overview) -> list[Remark]:
    """Return the lowest rates as sentences, a few of each kind, the lowest first.

    An agency type is named where it stays below all agencies together, a meeting type where not every meeting
    reached what was asked. Nothing is said of numbers too small to say something of, nor of any that is withheld.
    """
    found: list[Remark] = []
    for rate_id, say in _SENTENCES.items():
        found.extend(_lowest(rate_id, _of_agencies(figures, rate_id, say)))
    for rate_id, state in _STATES.items():
        found.extend(_lowest(rate_id, _of_meetings(figures, rate_id, state)))
    return found


def _lowest(rate_id: str, found: Iterator[tuple[Fraction, Remark]]) -> list[Remark]:
    return [remark for _, remark in sorted(found, key=lambda pair: pair[0])[: AT_MOST[rate_id]]]


def _of_agencies(figures: Overview, rate_id: str, say: Say) -> Iterator[tuple[Fraction, Remark]]:
    together = _rates(figures, figures.everybody, rate_id)
    for group in figures.groups:
        if group.agency_type is None:
            continue
        for line in group.lines:
            known = _worth_saying(figures, line, rate_id)
            if known is None or line.meeting_type is None:
                continue
            other = together.get(line.meeting_type)
            rate = Fraction(*known)
            if figures.everybody is not None and other is None:
                continue
            if rate < (Fraction(*other) if other else 1):
                words = say(group.title, many_meetings(line.title), *known)
                compare = f"All agencies together: {percentage(*other)}" if other else ""
                yield rate, Remark(words, rate_id, compare)


def _rates(figures: Overview, group: Group | None, rate_id: str) -> dict[str, tuple[int, int]]:
    lines = group.lines if group else ()
    known = ((line.meeting_type, _worth_saying(figures, line, rate_id)) for line in lines)
    return {meeting_type: counts for meeting_type, counts in known if meeting_type is not None and counts is not None}


def _of_meetings(figures: Overview, rate_id: str, state: str) -> Iterator[tuple[Fraction, Remark]]:
    for line in figures.meetings:
        known = _worth_saying(figures, line, rate_id)
        if known is not None and known[0] < known[1]:
            yield Fraction(*known), Remark(figure_words.were(many_meetings(line.title), state, *known), rate_id)


def _worth_saying(figures: Overview, line: Line, rate_id: str) -> tuple[int, int] | None:
    share = line.shares.get(rate_id)
    known = share.known if share else None
    return known if known is not None and known[1] >= figures.worth_saying_from else None
