"""A strategy record as its rows hold it: the meeting, its agencies, and what stands under each question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload

from portal.access import meetings as meetings_access
from portal.access import strategy_records as access
from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.strategy_records import Answer, Facts, Part, asked, is_late, tidied
from portal.domain.strategy_vocabulary import OF_EACH_AGENCY, StrategyQuestion
from portal.domain.vocabulary import COUNTED_STATUSES, PRESENT, Expectation
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.models.strategy_records import StrategyAnswer, StrategyRecord
from portal.services.meetings.outlook import HAS_PART


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a question, and for some of them the agency by its invitation."""

    question: StrategyQuestion
    invitation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is stored, by whom and when."""

    answer: dict[str, str | list[str]]
    version: int
    saved_at: datetime
    saved_by: str
    saved_by_id: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The whole of it; `answers` are those that the viewer reads."""

    meeting: Meeting
    record: StrategyRecord | None
    invited: tuple[Row[*tuple[Any, ...]], ...]
    facts: Facts
    answers: Mapping[Place, Kept]

    @property
    def of_meeting(self) -> dict[StrategyQuestion, Answer]:
        """The answers for the meeting, by question."""
        return {place.question: kept.answer for place, kept in self.answers.items() if place.invitation_id is None}

    @property
    def of_agencies(self) -> dict[tuple[StrategyQuestion, int], Answer]:
        """The answers for each agency."""
        return {
            (place.question, place.invitation_id): kept.answer
            for place, kept in self.answers.items()
            if place.invitation_id is not None
        }

    @property
    def agency_names(self) -> dict[str, str]:
        """What the agencies are called, by their invitations' ids as answers hold them."""
        return {str(row.id): row.agency for row in self.invited}

    @property
    def places(self) -> list[Place]:
        """Every place of the record, in its order: each agency that has a part or came, one after the other."""
        found = []
        for question in asked(self.facts, self.of_meeting):
            if question in OF_EACH_AGENCY:
                found += [Place(question, part.invitation_id) for part in self.facts.parts]
            else:
                found.append(Place(question))
        return found


def stored_record(session: Session, viewer: Viewer, meeting_id: int, *, locked: bool = False) -> Stored:
    """A meeting's record for whoever sees the meeting, by four queries; `locked` until the transaction ends.

    Raises NotVisible, also for a meeting whose kind has no such record.
    """
    visible = meetings_access.visible_to(viewer).where(Meeting.id == meeting_id)
    if locked:
        rows = visible.with_only_columns(Meeting.id).with_for_update(of=Meeting, key_share=True)
        session.execute(rows).all()
    meeting = session.scalars(
        visible.options(
            joinedload(Meeting.meeting_type),
            joinedload(Meeting.case),
            joinedload(Meeting.chair).joinedload(Membership.user),
        ).execution_options(populate_existing=locked)
    ).one_or_none()
    if meeting is None or RecordSection.STRATEGY.value not in meeting.meeting_type.sections:
        raise NotVisible("No such record.")
    invited = tuple(session.execute(_INVITED.where(Invitation.meeting_id == meeting_id)))
    record = session.scalars(
        select(StrategyRecord)
        .where(StrategyRecord.meeting_id == meeting_id)
        .execution_options(populate_existing=locked)
    ).one_or_none()
    answers = _answers(session, viewer, record) if record is not None else {}
    return Stored(meeting, record, invited, facts_of(meeting, invited, viewer.today), answers)


_INVITED = (
    select(
        Invitation.id,
        Agency.name.label("agency"),
        Agency.agency_type,
        Invitation.expectation,
        Invitation.attendance,
        Invitation.is_deputy,
        Invitation.left_early,
    )
    .join(Agency, Agency.id == Invitation.agency_id)
    .where(HAS_PART | Invitation.attendance.in_(PRESENT))
    .order_by(Agency.name, Invitation.id)
)


def facts_of(meeting: Meeting, invited: tuple[Row[*tuple[Any, ...]], ...], today: date) -> Facts:
    """What the record takes from its meeting."""
    is_held = meeting.status in COUNTED_STATUSES
    return Facts(
        is_missing_child=RecordSection.MISSING_CHILD.value in meeting.meeting_type.sections,
        is_register_closed=meeting.register_closed_at is not None,
        is_held=is_held,
        is_late=is_late(
            due_on=meeting.due_on,
            in_time=meeting.in_time,
            held_on=meeting.held_on if is_held else None,
            today=today,
        ),
        parts=tuple(
            Part(row.id, row.agency, row.attendance in PRESENT, row.expectation is Expectation.EXPECTED)
            for row in invited
        ),
    )


def read_answer(question: StrategyQuestion, content: str) -> dict[str, str | list[str]]:
    """An answer from its stored text."""
    return tidied(question, json.loads(content))


def _answers(session: Session, viewer: Viewer, record: StrategyRecord) -> dict[Place, Kept]:
    rows = session.scalars(
        access.answers_visible_to(viewer)
        .where(StrategyAnswer.record_id == record.id)
        .options(joinedload(StrategyAnswer.saved_by))
        .execution_options(populate_existing=True)
    )
    return {
        Place(row.question, row.invitation_id): Kept(
            read_answer(row.question, row.content), row.version, row.saved_at, row.saved_by.name, row.saved_by_id
        )
        for row in rows
    }
