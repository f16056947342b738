"""The page of one measure: its words, its months with their limits, its definition, and what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.figure_words import all_of_type, many_meetings
from portal.domain.measures import Direction, Measure, Of, Series, Source
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType
from portal.services import pictures
from portal.services.measures.naming import agencies_named
from portal.services.measures.reading import measure_of
from portal.services.pictures import asked
from portal.services.pictures.figures import Figure
from portal.services.rooms.rows import may_open
from portal.services.rule_sets import rule_book

_BETTER = {
    Direction.HIGHER: "More is better",
    Direction.LOWER: "Less is better",
    Direction.NEITHER: "Neither more nor less is better by itself",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a measure can be narrowed to for one viewer; empty where there is no choice."""

    agency_types: tuple[tuple[AgencyType, str], ...]
    meeting_types: tuple[tuple[str, str], ...]
    agencies: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """What the page of a measure shows to one viewer."""

    measure: Measure
    series: Series
    figure: Figure
    hides_small: bool
    may_open_rows: bool
    definition: tuple[tuple[str, str], ...]


def offered(viewer: Viewer, measure_id: str, agency_type: AgencyType | None) -> Offered:
    """Return what a measure can be narrowed to. Raises NotPermitted, Invalid; by three queries at most."""
    measure = measure_of(measure_id)
    allowed = access.narrowed(viewer, Of(agency_type=agency_type), [measure])
    session, partnership_id = db.session(), access.partnership_of(viewer)
    book = rule_book(session, partnership_id)
    kinds = [
        (known.code, _begun(many_meetings(known.name)))
        for known in book.meeting_types
        if not measure.meeting_types or known.code in measure.meeting_types
    ]
    if measure.source is not Source.INVITATIONS:
        several = measure.source is Source.MEETINGS and len(kinds) > 1
        return Offered((), tuple(kinds) if several else (), ())
    if allowed.agency_id is not None:
        return Offered((), tuple(kinds), ())
    sector = access.sector_of(viewer)
    types = () if sector else tuple((one, all_of_type(one)) for one in AgencyType)
    named = {}
    if allowed.agency_type is not None and allowed.chair_membership_id is None:
        named = agencies_named(session, partnership_id, None, allowed.agency_type)
    return Offered(types, tuple(kinds), tuple(named.items()))


def measure_page(viewer: Viewer, measure_id: str, months: Sequence[Month], of: Of) -> MeasurePage:
    """Return a measure over months with all that belongs to it. Raises NotPermitted, NotVisible, Invalid."""
    measure = measure_of(measure_id)
    found = asked.run_of(viewer, measure_id, months, of)
    held = found.held
    figure = pictures.run_figure(found.series, held.comparators, held.target, found.last_year, phases=held.phases)
    return MeasurePage(
        measure=measure,
        series=found.series,
        figure=figure,
        hides_small=access.hides_small(viewer, [measure]),
        may_open_rows=may_open(viewer, measure),
        definition=definition_of(measure),
    )


def definition_of(measure: Measure) -> tuple[tuple[str, str], ...]:
    """What a measure means, as names and words, in the order in which people ask."""
    return (
        ("What is counted", f"{measure.numerator}."),
        *((("Of what", f"{measure.denominator}."),) if measure.denominator else ()),
        ("Which way is better", f"{_BETTER[measure.direction]}."),
        ("By which rule", f"{measure.rule}."),
        ("Counted from", f"{_SOURCES[measure.source]}."),
        ("Since when", f"{measure.since}."),
        ("Name in files and for machines", measure.id),
    )


_SOURCES = {
    Source.INVITATIONS: "The invitations to meetings, by the monthly rollup; one chair’s from the meetings themselves",
    Source.MEETINGS: "The meetings, by the monthly rollup; section 47 starts and one chair’s from the rows themselves",
    Source.PAPERS: "What was sent after meetings, from the rows themselves: no rollup keeps them",
    Source.ACTIONS: "The actions, from the rows themselves: no rollup keeps them",
    Source.ESCALATIONS: "The escalations and their logs, from the rows themselves: there are few",
    Source.AUDITS: "The audit rounds, from the rows themselves: there are few",
    Source.PLANS: "The child protection plans, from the rows themselves: they are counted at a day, not over months",
    Source.FEEDBACK: "The feedback cards, from the rows themselves: there are few",
    Source.SAMPLES: "The samples of practice, from the rows themselves: there are few",
}


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
