"""Midway checks: which are asked for, which are made and when, and making one.

A check is asked for half way (by the rule set) from a held conference to the day by which the next one is due, where a
child of the family has a plan on that day and no conference was held before it. It is worked out, not stored: only
what was found is a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import meetings as meetings_access
from portal.access import plans as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import last_day_of
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.plans import NOTE_LIMIT, MidwayFinding, PlanSpan, is_open_on, midway_on, next_conference_due
from portal.domain.vocabulary import MeetingStatus
from portal.models.cases import Case
from portal.models.meetings import Meeting
from portal.models.people import Membership, User
from portal.models.plans import MidwayCheck, Plan
from portal.models.rule_sets import MeetingType
from portal.services import activity, case_facts
from portal.services.changes import changing
from portal.services.rule_sets import RuleBook, rule_book

SHOWN_AHEAD = timedelta(days=14)
"""So long before its day a check stands in the list."""


@dataclass(frozen=True, slots=True)
class Midway:
    """One check that is asked for, or was made."""

    meeting_id: int
    case_id: int
    case: str
    kind: str
    conference_on: date
    next_due_on: date
    due_on: date
    chair: str
    chair_membership_id: int | None
    plans: int
    """How many plans of the family are open on the day."""
    done_on: date | None

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and nobody has looked."""
        return self.done_on is None and self.due_on < today


@dataclass(frozen=True, slots=True)
class MidwayPage:
    """One conference's check, with what was found where it was made."""

    midway: Midway
    finding: MidwayFinding | None
    note: str
    done_by: str
    may_check: bool


def next_due_on(book: RuleBook, meeting_type: str, held_on: date) -> date | None:
    """The day by which the conference after one is due, by the rules of that one's day; none where no rule says."""
    conferences = {known.code for known in book.meeting_types if known.family is MeetingFamily.CONFERENCE}
    rules = (rule.due for code, rule in book.on(held_on).meeting_rules.items() if code in conferences)
    return next_conference_due(rules, meeting_type, held_on)


def midway_list(viewer: Viewer) -> list[Midway]:
    """The checks that the viewer makes or oversees and that nobody has made: due or soon due, the earliest first."""
    if not viewer.partnership_id:
        return []
    session: Session = db.session()
    book = rule_book(session, viewer.partnership_id)
    found = asked_for(
        session, book, viewer.partnership_id, meetings_access.visible_where(viewer), until=viewer.today + SHOWN_AHEAD
    )
    return sorted(found, key=lambda one: (one.due_on, one.meeting_id))


def asked_for(
    session: Session,
    book: RuleBook,
    partnership_id: int,
    which: ColumnElement[bool],
    *,
    first: date | None = None,
    until: date,
) -> list[Midway]:
    """Every check asked for from `first` to a day; without `first`, those that still wait to be made.

    One still waits while the family has an open plan and had no conference since.
    """
    rows = _conferences(partnership_id, which)
    counts: ColumnElement[bool] = Plan.ended_on.is_(None)
    if first is None:
        rows = rows.where(MidwayCheck.id.is_(None), later_conference().is_(None))
    else:
        rows = rows.where(Meeting.held_on.between(first - _longest(book), until))
        counts = or_(counts, Plan.ended_on > first)
    spans: dict[int, list[PlanSpan]] = defaultdict(list)
    for plan in session.execute(
        select(Plan.case_id, Plan.started_on, Plan.ended_on).where(
            Plan.partnership_id == partnership_id,
            Plan.withdrawn_at.is_(None),
            Plan.started_on <= until,
            counts,
        )
    ):
        spans[plan.case_id].append(PlanSpan(plan.started_on, plan.ended_on))
    made = (_midway(row, book, spans[row.case_id]) for row in session.execute(rows))
    return [one for one in made if one is not None and (first or one.due_on) <= one.due_on <= until]


def find_midway(viewer: Viewer, meeting_id: int) -> MidwayPage:
    """One conference's check; that the family's record was read is logged. Raises NotVisible."""
    session: Session = db.session()
    conference, midway = _found(session, viewer, meeting_id)
    row = session.execute(
        access.checks_visible_to(viewer)
        .join(User, User.id == MidwayCheck.done_by_id)
        .where(MidwayCheck.meeting_id == meeting_id)
        .with_only_columns(MidwayCheck.finding, MidwayCheck.note, User.name)
    ).one_or_none()
    activity.record_reading(viewer, "case.read", "case", [conference.case_id])
    return MidwayPage(
        midway=midway,
        finding=MidwayFinding(row.finding) if row else None,
        note=row.note if row else "",
        done_by=row.name if row else "",
        may_check=access.may_check(viewer, conference) and row is None,
    )


def make_check(viewer: Viewer, meeting_id: int, finding: MidwayFinding, note: str) -> None:
    """Keep what was found. Raises NotVisible, NotPermitted, Invalid by field, and Conflict where it was made before."""
    with changing(viewer) as change:
        session = change.session
        conference, midway = _found(session, viewer, meeting_id)
        if not access.may_check(viewer, conference) or viewer.user_id is None:
            raise NotPermitted("The midway check is for the conference's chair or the safeguarding manager.")
        if not note.strip():
            raise Invalid("Nothing was written.", errors={"note": ["Say what you found"]})
        if len(note) > NOTE_LIMIT:
            raise Invalid("Too long.", errors={"note": [f"Use {NOTE_LIMIT:,} characters or fewer"]})
        # Two who check at once are let in one after the other.
        case_facts.hold(session, conference.partnership_id, [conference.case_id])
        earlier = session.scalar(select(MidwayCheck).where(MidwayCheck.meeting_id == meeting_id))
        if earlier is not None:
            raise Conflict(
                "Somebody else made this check a moment ago.",
                mine={"Yours": note.strip()},
                theirs={"Found": label(MidwayFinding(earlier.finding)), "What they wrote": earlier.note},
            )
        check = MidwayCheck(
            partnership_id=conference.partnership_id,
            meeting_id=meeting_id,
            due_on=midway.due_on,
            done_on=viewer.today,
            finding=finding.value,
            note=note.strip(),
            done_at=viewer.now,
            done_by_id=viewer.user_id,
        )
        session.add(check)
        session.flush()
        change.log("plan.checked_midway", "meeting", meeting_id)


def count_midway(session: Session, book: RuleBook, partnership_id: int, first: date, last: date) -> tuple[int, int]:
    """How many checks fell due from one day to another, both included, and how many of them were made in time."""
    every = asked_for(session, book, partnership_id, Meeting.partnership_id == partnership_id, first=first, until=last)
    return sum(one.done_on is not None and one.done_on <= one.due_on for one in every), len(every)


def _found(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Meeting, Midway]:
    if viewer.partnership_id is None:
        raise NotVisible("There is no such check.")
    book = rule_book(session, viewer.partnership_id)
    conference = session.scalar(meetings_access.visible_to(viewer).where(Meeting.id == meeting_id))
    row = session.execute(_conferences(viewer.partnership_id, Meeting.id == meeting_id)).one_or_none()
    if conference is None or row is None:
        raise NotVisible("There is no such check.")
    plans = session.execute(
        select(Plan.started_on, Plan.ended_on).where(
            Plan.partnership_id == viewer.partnership_id, Plan.case_id == row.case_id, Plan.withdrawn_at.is_(None)
        )
    )
    midway = _midway(row, book, [PlanSpan(plan.started_on, plan.ended_on) for plan in plans])
    if midway is None:
        raise NotVisible("No midway check is asked for after this meeting.")
    return conference, midway


@cache
def later_conference() -> Any:
    """The day of the next conference that the family had; built once."""
    after, kind = aliased(Meeting), aliased(MeetingType)
    return (
        select(func.min(after.held_on))
        .join(kind, kind.id == after.meeting_type_id)
        .where(
            after.case_id == Meeting.case_id,
            after.status == MeetingStatus.HELD,
            after.held_on > Meeting.held_on,
            kind.family == MeetingFamily.CONFERENCE,
        )
        .correlate(Meeting)
        .scalar_subquery()
    )


def _conferences(partnership_id: int, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    is_conference = and_(
        Meeting.partnership_id == partnership_id,
        Meeting.status == MeetingStatus.HELD,
        Meeting.held_on.is_not(None),
        MeetingType.family == MeetingFamily.CONFERENCE,
    )
    return (
        select(
            Meeting.id,
            Meeting.case_id,
            Case.reference.label("case"),
            MeetingType.code,
            MeetingType.name.label("kind"),
            Meeting.held_on,
            Meeting.chair_membership_id,
            User.name.label("chair"),
            MidwayCheck.done_on,
            later_conference().label("later"),
        )
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Case, Case.id == Meeting.case_id)
        .outerjoin(Membership, Membership.id == Meeting.chair_membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .outerjoin(MidwayCheck, MidwayCheck.meeting_id == Meeting.id)
        .where(is_conference, which)
    )


def _midway(row: Row[*tuple[Any, ...]], book: RuleBook, spans: Iterable[PlanSpan]) -> Midway | None:
    next_due = next_due_on(book, row.code, row.held_on)
    if next_due is None:
        return None
    due = midway_on(row.held_on, next_due, book.on(row.held_on).plan_rules.midway_percent)
    number = sum(is_open_on(span, due) for span in spans)
    if row.done_on is None and (not number or (row.later is not None and row.later <= due)):
        return None
    return Midway(
        meeting_id=row.id,
        case_id=row.case_id,
        case=row.case,
        kind=row.kind,
        conference_on=row.held_on,
        next_due_on=next_due,
        due_on=due,
        chair=row.chair or "",
        chair_membership_id=row.chair_membership_id,
        plans=number,
        done_on=row.done_on,
    )


def _longest(book: RuleBook) -> timedelta:
    """The longest that the rules ever let pass between two conferences."""
    return max(_lengths(book), default=timedelta())


def _lengths(book: RuleBook) -> Iterator[timedelta]:
    # From here every period of the rules is as long as it gets, to a month that is added.
    start = date(2000, 7, 1)
    for rule_set in book.rule_sets:
        for rule in rule_set.meeting_rules.values():
            for step in rule.due.after:
                yield last_day_of(start, step.within) - start + timedelta(days=31)
