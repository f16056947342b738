"""The figures of a period, by two queries at most: from what is kept by month and day, however many meetings there are.

What each figure means stands in domain/indicators.py; domain/tally.py counts the same one invitation at a time, and
the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import exists, extract, func, select
from sqlalchemy.orm import Session

from portal.access import indicators as access
from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.indicators import check_by, counts_meetings, shown, with_rates
from portal.domain.vocabulary import AgencyType, MeetingKind
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from portal.services.indicators.conditions import OF_MEETINGS, conditions_of, invitations_of
from portal.services.indicators.kept import count_kept_invitations, count_kept_meetings
from portal.services.indicators.kept_statements import STRATEGY
from portal.services.indicators.questions import Counts, Figure, Key, Question

__all__ = ["Counts", "Figure", "Key", "Question", "count_invitations", "count_meetings", "indicators"]

_OF_STRATEGY = ("all_core_agencies", "all_expected_agencies", "group_meetings", "telephone_only", "interim_safety_plan")
_OF_INVITATIONS = (
    "expected",
    "attended",
    "reports_due",
    "reports_received",
    "reports_on_time",
    "reports_before_meeting",
    "absent_with_report",
    "consulted",
    "reports_shared_with_family",
)


def indicators(
    viewer: Viewer,
    *,
    start: date,
    end: date,
    by: Sequence[str] = (),
    meeting_types: Collection[str] | None = None,
    agency_types: Collection[AgencyType] | None = None,
) -> list[dict[str, Figure]]:
    """Return the figures of a period as rows with the columns of domain/indicators.columns(by), small counts included.

    `agency_types` narrows the invitations, never the figures of the meetings themselves. A lead's rows cover their
    own agency's invitations and the meetings it was invited to, a sector lead's those of the sector. Raises
    NotPermitted; Invalid for a period that ends before it begins, a breakdown or a meeting type that does not exist.
    """
    scope = access.scope(viewer)
    if end < start:
        raise Invalid("The last day is before the first.")
    try:
        check_by(by)
    except ValueError as fault:
        raise Invalid(str(fault)) from None
    if meeting_types is not None:
        _check_meeting_types(db.session(), scope.partnership_id, meeting_types)
    question = Question(
        start,
        end,
        tuple(by),
        None if meeting_types is None else frozenset(meeting_types),
        None if agency_types is None else frozenset(agency_types),
    )
    counted = count_invitations(db.session(), scope, question)
    if counts_meetings(by):
        of_meetings = count_meetings(db.session(), scope, question)
        counted = {key: counts | of_meetings[key] for key, counts in counted.items()}
    return [_row(question.by, key, counts) for key, counts in sorted(counted.items())]


def count_invitations(session: Session, scope: FigureScope, question: Question) -> dict[Key, Counts]:
    """Count invitations by the question's columns; a key stands where at least one meeting of its kind counts."""
    found = count_kept_invitations(session, scope, question, _OF_INVITATIONS)
    for counts in found.values():
        counts["absent"] = (counts["expected"] or 0) - (counts["attended"] or 0)
    return found


def count_meetings(session: Session, scope: FigureScope, question: Question) -> dict[Key, Counts]:
    """Count the meetings themselves, each once; None stands for what does not apply to a type.

    Those of a partnership are kept. The meetings that one agency or one sector was invited to are counted one by one: a
    meeting of two surgeries is one of the sector's, so what is kept by agency does not add up to it, and an agency has
    few enough of them.
    """
    is_scoped = scope.agency_id is not None or scope.agency_type is not None
    found = (_count_invited if is_scoped else count_kept_meetings)(session, scope, question)
    for counts in found.values():
        if not counts.pop("with_quorum"):
            counts["quorate"] = None
        if not counts.pop(STRATEGY):
            counts.update(dict.fromkeys(_OF_STRATEGY))
    return found


def _count_invited(session: Session, scope: FigureScope, question: Question) -> dict[Key, Counts]:
    columns: dict[str, list[Any]] = {
        "meeting_type": [MeetingType.code.expression],
        "month": [extract("year", Meeting.held_on), extract("month", Meeting.held_on)],
    }
    keys = [column for name in question.by for column in columns[name]]
    counted = {**OF_MEETINGS, STRATEGY: MeetingType.code == MeetingKind.STRATEGY_MEETING}
    query = (
        select(*keys, *(func.count().filter(condition).label(name) for name, condition in counted.items()))
        .select_from(Meeting)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            exists().where(Invitation.meeting_id == Meeting.id, *invitations_of(scope, None)).correlate(Meeting),
            *conditions_of(scope, question),
        )
        .group_by(*keys)
    )
    return {
        _key(question.by, tuple(row)): {name: getattr(row, name) for name in counted}
        for row in session.execute(query)
        if row.meetings
    }


def _key(by: Sequence[str], values: Sequence[Any]) -> Key:
    key, place = [], 0
    for name in by:
        if name == "month":
            key.append(f"{int(values[place]):04}-{int(values[place + 1]):02}")
            place += 2
        else:
            key.append(str(values[place]))
            place += 1
    return tuple(key)


def _row(by: Sequence[str], key: Key, counts: Counts) -> dict[str, Figure]:
    figures = with_rates(counts)
    row: dict[str, Figure] = dict(zip(by, key, strict=True))
    return row | {indicator.id: figures[indicator.id] for indicator in shown(by)}


def _check_meeting_types(session: Session, partnership_id: int, wanted: Collection[str]) -> None:
    codes = session.scalars(
        select(MeetingType.code).where(MeetingType.partnership_id == partnership_id).order_by(MeetingType.position)
    ).all()
    unknown = sorted(set(wanted) - set(codes))
    if unknown:
        raise Invalid(f"There is no meeting type {', '.join(unknown)}: choose from {', '.join(codes)}.")
