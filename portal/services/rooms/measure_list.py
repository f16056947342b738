"""All measures by what they are about, each with its value of some months and of the same months a year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Measure, Of, Source, Value
from portal.domain.months import Month
from portal.services import measures


class Part(StrEnum):
    """A page of the list: so many sources at once that a page stays quick."""

    MEETINGS = "meetings"
    WORK = "work"
    MATTERS = "matters"
    AUDITS = "audits"
    PLANS = "plans"
    FEEDBACK = "feedback"


PARTS = {
    Part.MEETINGS: ("Meetings and reports", frozenset({Source.INVITATIONS, Source.MEETINGS})),
    Part.WORK: ("Papers and actions", frozenset({Source.PAPERS, Source.ACTIONS})),
    Part.MATTERS: ("Escalations and alerts", frozenset({Source.ESCALATIONS})),
    Part.AUDITS: ("Audits", frozenset({Source.AUDITS, Source.SAMPLES})),
    Part.PLANS: ("Plans", frozenset({Source.PLANS})),
    Part.FEEDBACK: ("Feedback", frozenset({Source.FEEDBACK})),
}


@dataclass(frozen=True, slots=True)
class ListedMeasure:
    """One measure with its two values."""

    measure: Measure
    value: Value
    before: Value


@dataclass(frozen=True, slots=True)
class MeasureList:
    """One page of the list."""

    part: Part
    parts: tuple[tuple[Part, str], ...]
    months: tuple[Month, ...]
    measures: tuple[ListedMeasure, ...]
    hides_small: bool


def parts_for(viewer: Viewer) -> tuple[tuple[Part, str], ...]:
    """Which pages the viewer has."""
    found = []
    for part, (words, sources) in PARTS.items():
        if any(_may_read(viewer, measure) for measure in MEASURES.values() if measure.source in sources):
            found.append((part, words))
    return tuple(found)


def measure_list(viewer: Viewer, part: Part, months: Sequence[Month]) -> MeasureList:
    """Return the measures of a part that the viewer reads. Raises NotPermitted where there is none."""
    listed = [
        measure for measure in MEASURES.values() if measure.source in PARTS[part][1] and _may_read(viewer, measure)
    ]
    if not listed:
        raise NotPermitted("These measures cover the whole partnership.")
    covered = [*(month.plus(-12) for month in months), *months]
    reading, of = measures.reading_for(viewer, [measure.id for measure in listed], covered)
    first, last = months[0], months[-1]
    return MeasureList(
        part,
        parts_for(viewer),
        tuple(months),
        tuple(
            ListedMeasure(
                one,
                reading.value(one, of, first, last),
                reading.value(one, of, first.plus(-12), last.plus(-12)),
            )
            for one in listed
        ),
        access.hides_small(viewer, listed),
    )


def _may_read(viewer: Viewer, measure: Measure) -> bool:
    try:
        access.narrowed(viewer, Of(), [measure])
    except NotPermitted:
        return False
    return True
