"""Child-level lists as a pack: what they are and lack on the first sheet, then Annex A's list 5 and list 7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.annex_a import (
    COUNTED_MONTHS,
    LIST_5,
    LIST_7,
    LOOK_BACK_MONTHS,
    NOT_KEPT,
    Conference,
    Discussion,
    Listed,
    PlanOf,
    enquiries_of,
    list_5_rows,
    list_7_row,
)
from portal.domain.annex_a import Row as ListRow
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.pack_papers import Paper, PaperPart, PaperTable
from portal.domain.packs import day_words
from portal.domain.plans import PlanSpan
from portal.domain.vocabulary import MeetingKind
from portal.domain.working_days import add_months
from portal.services.packs.child_records import Records, read_records

READ_MONTHS = LOOK_BACK_MONTHS + 2 * COUNTED_MONTHS
"""How far back meetings are read: an enquiry of the six months, the year before it, and a year for its conference."""


@dataclass(frozen=True, slots=True)
class ChildLists:
    """The lists as a paper, and the families and children that stand in them."""

    paper: Paper
    listed: frozenset[tuple[int, int | None]]


def child_lists(session: Session, viewer: Viewer, partnership: str, as_at: date) -> ChildLists:
    """Make the lists as at a day from what the viewer sees."""
    records = read_records(session, viewer, add_months(as_at, -READ_MONTHS), as_at)
    enquiries = [(child, row) for child, row in _list_5(records, as_at)]
    plans = [(child, row) for child, row in _list_7(records, as_at)]
    listed = [child for child, _ in (*enquiries, *plans)]
    paper = Paper(
        title="Child-level lists: Annex A lists 5 and 7",
        about=partnership,
        as_at=f"As at {day_words(as_at)}",
        warning="Children are identified here. For the inspector alone; delete it when the inspection is over.",
        notes=_declared(records, as_at, unnamed=len({child.case_id for child in listed if child.child_id is None})),
        parts=(
            _part("List 5", "Section 47 enquiries and initial conferences", LIST_5, [row for _, row in enquiries]),
            _part("List 7", "Child protection plans", LIST_7, [row for _, row in plans]),
        ),
    )
    return ChildLists(paper, frozenset((child.case_id, child.child_id) for child in listed))


def _part(name: str, title: str, heads: Sequence[str], rows: Sequence[ListRow]) -> PaperPart:
    return PaperPart(title=f"{name}: {title}", as_at="", tables=(PaperTable(name, heads, rows),))


def _list_5(records: Records, as_at: date) -> Iterator[tuple[Listed, ListRow]]:
    discussions: dict[int, list[Discussion]] = defaultdict(list)
    conferences: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in records.meetings:
        for case_id in records.cases_of[row.id]:
            if row.code == MeetingKind.INITIAL_CONFERENCE:
                conferences[case_id].append(row)
            elif records.enquiries.get(row.id):
                discussions[case_id].append(Discussion(row.held_on, records.teams.get(row.id, "")))
    for case_id in sorted(discussions.keys() | conferences.keys()):
        for child in records.families.all_of(case_id):
            held = [_conference(records, row, child) for row in conferences[case_id]]
            days = [one.held_on for one in held]
            for line in list_5_rows(child, enquiries_of(discussions[case_id], held), days, as_at):
                yield child, line


def _conference(records: Records, row: Row[*tuple[Any, ...]], child: Listed) -> Conference:
    decided = None if child.child_id is None else records.decided.get((row.id, child.child_id))
    return Conference(
        held_on=row.held_on,
        asked_on=row.trigger_on,
        resulted_in_plan=_resulted(records, row, child) if decided is None else decided.plan,
        team=records.teams.get(row.id, ""),
        worker=decided.worker if decided else "",
    )


def _resulted(records: Records, row: Row[*tuple[Any, ...]], child: Listed) -> bool | None:
    """Where nothing was signed here: true if a plan began with the conference, else not known."""
    for plan in records.plans:
        is_childs = plan.case_id == child.case_id and plan.child_id in (None, child.child_id)
        if is_childs and (plan.started_by_meeting_id == row.id or plan.started_on == row.held_on):
            return True
    return None


def _list_7(records: Records, as_at: date) -> Iterator[tuple[Listed, ListRow]]:
    meetings: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in records.meetings:
        for case_id in records.cases_of[row.id]:
            if row.family is MeetingFamily.CONFERENCE:
                meetings[case_id].append(row)
    for plan in records.plans:
        child = records.families.one(plan.case_id, plan.child_id)
        known = PlanOf(
            span=PlanSpan(plan.started_on, plan.ended_on, plan.previous_plans),
            first_category=plan.first_category,
            latest_category=plan.latest_category,
            last_review_on=_last_review(meetings[plan.case_id], plan),
            team=_last(records.teams.get(row.id, "") for row in meetings[plan.case_id]),
            worker=_last(_workers(records, meetings[plan.case_id], child)),
        )
        line = list_7_row(child, known, as_at)
        if line is not None:
            yield child, line


def _last_review(meetings: Iterable[Row[*tuple[Any, ...]]], plan: Row[*tuple[Any, ...]]) -> date | None:
    days = [row.held_on for row in meetings if row.code == MeetingKind.REVIEW_CONFERENCE]
    return max((day for day in days if day >= plan.started_on), default=None)


def _workers(records: Records, meetings: Iterable[Row[*tuple[Any, ...]]], child: Listed) -> Iterator[str]:
    for row in meetings:
        decided = None if child.child_id is None else records.decided.get((row.id, child.child_id))
        yield decided.worker if decided else ""


def _last(words: Iterable[str]) -> str:
    return next((one for one in reversed(list(words)) if one), "")


def _declared(records: Records, as_at: date, *, unnamed: int) -> list[str]:
    """What the lists are, and what they do not have: the first sheet."""
    since = add_months(as_at, -LOOK_BACK_MONTHS)
    span = f"from {day_words(since)} to {day_words(as_at)}"
    strategies = [row for row in records.meetings if row.family is MeetingFamily.STRATEGY and row.held_on >= since]
    unsigned = sum(row.id not in records.enquiries for row in strategies)
    lines = [
        f"List 5: section 47 enquiries that began {span}, with their initial conferences; a row for each child.",
        f"List 7: child protection plans open on {day_words(as_at)}, and those that ended since {day_words(since)}.",
        "Child Unique ID is the case reference and the child’s place in the case: the portal keeps no child number of "
        "the local authority’s. Only a reference stands there where the portal knows no child’s name.",
        "Age is in whole years; -1 stands for a child who was not born on that day.",
    ]
    lines += [
        f"{name}: blank in every row, because the portal does not keep it: {'; '.join(columns)}."
        for name, columns in NOT_KEPT.items()
    ]
    lines += [
        "Blank where the portal does not know: a day, a team or a worker that nobody entered; whether a conference "
        "resulted in a plan where nothing was signed and no plan began with it; whether a conference was deemed "
        "unnecessary where none was held.",
        "An enquiry is known from a signed strategy record, or from the initial conference that it led to.",
        f"Strategy meetings {span} without a signed record, of which it is not known whether an enquiry began: "
        f"{unsigned:,}.",
        f"Families that stand in the lists by their reference alone: {unnamed:,}.",
        "Meetings for named people only are in it where whoever made the lists is named.",
    ]
    return lines
