"""How many minutes and decision sheets were sent by their day, of the meetings of a period: for the board's figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.minutes import Timeliness, sent_papers, unsent_papers
from portal.domain.minutes_rules import MinutesRule
from portal.domain.months import Month
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.periods import Days
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.meetings import Meeting
from portal.models.minutes import SentPaper
from portal.services.rule_sets import RuleBook

_SECTIONS = {PaperKind.MINUTES: RecordSection.MINUTES, PaperKind.DECISIONS: RecordSection.OUTCOMES}


def papers_on_time(
    session: Session, partnership_id: int, book: RuleBook, days: Days, today: date
) -> Mapping[PaperKind, Timeliness]:
    """Count each paper's first versions, of a partnership's meetings held in a period; by one query."""
    found = dict.fromkeys(PaperKind, Timeliness())
    for by_kind in papers_by_month(session, partnership_id, book, days, today).values():
        for kind, counted in by_kind.items():
            found[kind] += counted
    return found


def papers_by_month(
    session: Session, partnership_id: int, book: RuleBook, days: Days, today: date
) -> Mapping[Month, Mapping[PaperKind, Timeliness]]:
    """Count them by the month in which the meeting was held; by one query.

    What was sent keeps the due day that it had then. One that is not due yet and not sent does not count, nor does a
    meeting whose kind has no such paper; nothing is decided at a meeting that was not quorate.
    """
    papers = {kind: aliased(SentPaper, name=f"of_{kind.value}") for kind in PaperKind}
    query = select(
        Meeting.meeting_type_id,
        Meeting.held_on,
        Meeting.status,
        *(column for kind, paper in papers.items() for column in _counts(kind, paper)),
    ).where(
        Meeting.partnership_id == partnership_id,
        Meeting.status.in_(COUNTED_STATUSES),
        Meeting.held_on.between(days.first, days.last),
    )
    for kind, paper in papers.items():
        first = and_(paper.meeting_id == Meeting.id, paper.kind == kind, paper.number == 1)
        query = query.outerjoin(paper, first)
    months: dict[Month, dict[PaperKind, Timeliness]] = {}
    for row in session.execute(query.group_by(Meeting.meeting_type_id, Meeting.held_on, Meeting.status)).mappings():
        found = months.setdefault(Month.of(row["held_on"]), dict.fromkeys(PaperKind, Timeliness()))
        rule = book.rule(row["meeting_type_id"], row["held_on"]).minutes
        sections = book.with_id(row["meeting_type_id"]).sections
        for kind in PaperKind:
            if kind is PaperKind.DECISIONS and row["status"] is not MeetingStatus.HELD:
                continue
            found[kind] += sent_papers(row[f"{kind.value}_in_time"], in_time=True)
            found[kind] += sent_papers(row[f"{kind.value}_late"], in_time=False)
            if _SECTIONS[kind] in sections:
                found[kind] += unsent_papers(row[f"{kind.value}_unsent"], _due(rule, kind, row["held_on"]), today)
    return months


def _counts(kind: PaperKind, paper: Any) -> list[ColumnElement[int]]:
    numbers = {
        "in_time": paper.sent_on <= paper.due_on,
        "late": paper.sent_on > paper.due_on,
        "unsent": paper.id.is_(None),
    }
    return [func.count(Meeting.id).filter(which).label(f"{kind.value}_{name}") for name, which in numbers.items()]


def _due(rule: MinutesRule, kind: PaperKind, held_on: date) -> date | None:
    return rule.minutes_due(held_on) if kind is PaperKind.MINUTES else rule.decisions_due(held_on)
