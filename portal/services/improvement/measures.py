"""The measures that matter to an action: linked by their ids, so that their course stands beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.improvement_rules import MOST_MEASURES
from portal.domain.improvement_vocabulary import ImprovementStep
from portal.domain.labels import label
from portal.domain.measures import Breakdown, Of, in_words
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType
from portal.models.improvement import ImprovementAction, ImprovementMeasure
from portal.models.rule_sets import MeetingType
from portal.services.changes import LOST, Change, changing
from portal.services.improvement.actions import kept_action
from portal.services.improvement.history import month_for, write_entry
from portal.services.measures import MEASURES, several_series

MONTHS_SHOWN = 6
"""So many months that are over stand beside an action; the measure's own page has the rest."""


@dataclass(frozen=True, slots=True)
class MeasureLink:
    """A measure, whole or of one kind of agency or meeting."""

    measure_id: str
    agency_type: AgencyType | None = None
    meeting_type: str | None = None

    @property
    def of(self) -> Of:
        """What of the measure is asked for."""
        return Of(self.agency_type, self.meeting_type)

    @property
    def title(self) -> str:
        """What pages call it; its own id, should nobody count it any more."""
        known = MEASURES.get(self.measure_id)
        return self.measure_id if known is None else known.title

    @property
    def in_full(self) -> str:
        """Its title, with what it is of."""
        kind = "" if self.agency_type is None else label(self.agency_type)
        return ", ".join(filter(None, (self.title, kind, self.meeting_type)))


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure beside an action: its title, what it is of, and its last months in words; none where not the viewer's.

    `points` holds the month's name and its value, the earliest first.
    """

    link: MeasureLink
    title: str
    about: str
    points: tuple[tuple[str, str], ...] = ()
    is_readable: bool = True


def trends(viewer: Viewer, links: Sequence[MeasureLink]) -> list[Trend]:
    """How the measures of an action went, as the viewer may read it; what they may not is named and no more."""
    months = tuple(Month.of(viewer.today).plus(-back) for back in range(MONTHS_SHOWN, 0, -1))
    by_of: dict[Of, list[MeasureLink]] = {}
    for link in links:
        if link.measure_id in MEASURES:
            by_of.setdefault(link.of, []).append(link)
    read: dict[MeasureLink, Trend] = {}
    for of, some in by_of.items():
        try:
            found = several_series(viewer, [link.measure_id for link in some], months, of)
        except (NotPermitted, Invalid):
            # Not part of this role, or of a kind of meeting that is kept no more.
            continue
        for link in some:
            series = found[link.measure_id]
            points = tuple((point.month.name, in_words(series.measure, point.value)) for point in series.points)
            read[link] = Trend(link, link.title, series.about, points)
    return [read.get(link, Trend(link, link.title, "", is_readable=False)) for link in links]


def links_of(session: Session, action_id: int) -> list[MeasureLink]:
    """The measures of an action in their order, by one query."""
    rows = session.scalars(
        select(ImprovementMeasure).where(ImprovementMeasure.action_id == action_id).order_by(ImprovementMeasure.place)
    )
    return [_link(row) for row in rows]


def all_links(session: Session, action_ids: Collection[int]) -> Mapping[int, Sequence[MeasureLink]]:
    """The measures of several actions, by one query."""
    rows = session.scalars(
        select(ImprovementMeasure)
        .where(is_among(ImprovementMeasure.action_id, "actions"))
        .order_by(ImprovementMeasure.action_id, ImprovementMeasure.place),
        {"actions": bound_ids(sorted(action_ids))},
    )
    found: dict[int, list[MeasureLink]] = {}
    for row in rows:
        found.setdefault(row.action_id, []).append(_link(row))
    return found


def choose_measures(viewer: Viewer, action_id: int, links: Sequence[MeasureLink], *, version: int) -> bool:
    """Link an action to these measures; says whether anything changed.

    Raises NotVisible, NotPermitted, Conflict, Invalid by field (measure_1, agency_type_1, meeting_type_1 …).
    """
    wanted = list(dict.fromkeys(links))
    if links_of(db.session(), kept_action(viewer, db.session(), action_id).id) == wanted:
        return False
    with changing(viewer) as change:
        action = kept_action(viewer, change.session, action_id)
        now = links_of(change.session, action.id)
        if action.version != version:
            mine, theirs = ({"Measures": measure_words(some)} for some in (wanted, now))
            raise Conflict(LOST, mine=mine, theirs=theirs)
        put_measures(change, action, wanted)
    return True


def put_measures(change: Change, action: ImprovementAction, links: Sequence[MeasureLink]) -> None:
    """Link an action to these measures within a change, for those who have asked what they may."""
    session = change.session
    kinds = set(session.scalars(select(MeetingType.code).where(MeetingType.partnership_id == action.partnership_id)))
    if errors := faults_of(links, kinds):
        raise Invalid("A measure is not right.", errors={name: [words] for name, words in errors.items()})
    before = links_of(session, action.id)
    month = month_for(change, action.area_id)
    session.execute(delete(ImprovementMeasure).where(ImprovementMeasure.action_id == action.id))
    session.add_all(
        ImprovementMeasure(
            partnership_id=action.partnership_id,
            action_id=action.id,
            place=place,
            measure_id=link.measure_id,
            agency_type="" if link.agency_type is None else link.agency_type.value,
            meeting_type=link.meeting_type or "",
        )
        for place, link in enumerate(links, start=1)
    )
    action.version += 1
    was, now = ({"Measures": measure_words(some)} for some in (before, links))
    write_entry(change, action, ImprovementStep.CHANGED, month, before=was, after=now)
    change.log("improvement_action.measured", "improvement_action", action.id)


def at_places(refused: Invalid, places: Sequence[int]) -> Invalid:
    """The same refusal, each sentence at the place of the form from which its measure came."""
    errors = {}
    for name, reasons in refused.errors.items():
        stem, _, number = name.rpartition("_")
        errors[f"{stem}_{places[int(number) - 1]}"] = reasons
    return Invalid(str(refused), errors=errors)


def faults_of(links: Sequence[MeasureLink], meeting_types: set[str]) -> Mapping[str, str]:
    """Say which measures there are not, or cannot be asked for so, a sentence for each field."""
    found: dict[str, str] = {}
    for number, link in enumerate(links, start=1):
        measure = MEASURES.get(link.measure_id)
        if measure is None:
            found[f"measure_{number}"] = "Choose a measure from those on offer"
            continue
        if link.agency_type is not None and Breakdown.AGENCY_TYPE not in measure.breakdowns:
            found[f"agency_type_{number}"] = f"“{measure.title}” is not counted by kind of agency"
        if link.meeting_type is None:
            continue
        if link.meeting_type not in meeting_types:
            found[f"meeting_type_{number}"] = "Choose a kind of meeting from those on offer"
        elif Breakdown.MEETING_TYPE not in measure.breakdowns or (
            measure.meeting_types and link.meeting_type not in measure.meeting_types
        ):
            found[f"meeting_type_{number}"] = f"“{measure.title}” is not counted for this kind of meeting"
    if len(links) > MOST_MEASURES:
        found["measure_1"] = f"Choose {MOST_MEASURES} measures at most"
    return found


def meeting_types(viewer: Viewer) -> list[tuple[str, str]]:
    """The partnership's kinds of meetings, to choose from."""
    rows = db.session.execute(
        select(MeetingType.code, MeetingType.name)
        .where(MeetingType.partnership_id == viewer.partnership_id)
        .order_by(MeetingType.id)
    )
    return [(row.code, row.name) for row in rows]


def _link(row: ImprovementMeasure) -> MeasureLink:
    return MeasureLink(
        row.measure_id, AgencyType(row.agency_type) if row.agency_type else None, row.meeting_type or None
    )


def measure_words(links: Sequence[MeasureLink]) -> str:
    """Measures as the history and the look at a file say them."""
    return "; ".join(link.in_full for link in links)
