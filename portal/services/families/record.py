"""The family's part of a meeting's record, as each viewer may read it, by a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session, defer

from portal.access import families as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.families import CAME, family_words, questions_for
from portal.domain.family_vocabulary import FamilyQuestion, FamilyRelation, ViewsGiven
from portal.domain.meeting_vocabulary import RecordSection
from portal.models.families import ChildViews, FamilyAttendance
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingType
from portal.services.families.answers import said_of
from portal.services.families.bringing import to_bring
from portal.services.families.found import MeetingChild, children_of, family_meeting
from portal.services.families.in_words import answer_words


@dataclass(frozen=True, slots=True)
class Answered:
    """One question about somebody with its answer in words; empty where nobody has said."""

    question: FamilyQuestion
    words: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the family, or at its side."""

    id: int
    version: int
    relation: FamilyRelation
    name: str
    answers: tuple[Answered, ...]
    is_confirmed: bool
    for_chair_only: bool
    removed_because: str = ""

    def next_question(self, *, has_come: bool) -> FamilyQuestion | None:
        """The first question that nobody has answered, whether they came only once the day `has_come`."""
        return next(
            (
                one.question
                for one in self.answers
                if not one.words and (has_come or one.question is not FamilyQuestion.CAME)
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class ChildsViews:
    """What one child thinks; `given` is empty where nobody has written it down, or not for this reader."""

    child: MeetingChild
    given: ViewsGiven | None
    words: str
    for_chair_only: bool
    version: int


@dataclass(frozen=True, slots=True)
class FamilyRecord:
    """All of it; `removed` is for those who keep it."""

    meeting: Meeting
    people: tuple[Person, ...]
    removed: tuple[Person, ...]
    views: tuple[ChildsViews, ...]
    may_keep: bool
    to_bring: int
    """How many of the last meeting's family are not here yet."""

    @property
    def children(self) -> tuple[MeetingChild, ...]:
        """The children whom the meeting is about."""
        return tuple(one.child for one in self.views)


def family_record(viewer: Viewer, meeting_id: int) -> FamilyRecord:
    """The family's part of the record, for whoever sees the meeting; the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    meeting = family_meeting(viewer, meeting_id)
    children = children_of(viewer, meeting)
    people = [_person(viewer, row, children) for row in _rows(session, viewer, meeting_id)]
    may_keep = access.may_keep(viewer, meeting)
    return FamilyRecord(
        meeting,
        tuple(person for person in people if not person.removed_because),
        tuple(person for person in people if person.removed_because),
        _views(session, viewer, meeting_id, children),
        may_keep,
        len(to_bring(session, viewer, meeting)) if may_keep else 0,
    )


def find_person(record: FamilyRecord, attendee_id: int) -> Person:
    """Somebody of the record who was not taken out. Raises NotVisible."""
    found = next((person for person in record.people if person.id == attendee_id), None)
    if found is None:
        raise NotVisible("No such person.")
    return found


def said_now(viewer: Viewer, meeting_id: int, attendee_id: int, question: FamilyQuestion) -> dict[str, Any]:
    """What stands in answer to a question about somebody, by column. Raises NotVisible."""
    row = db.session.scalars(
        access.visible_to(viewer).where(FamilyAttendance.id == attendee_id, FamilyAttendance.meeting_id == meeting_id)
    ).one_or_none()
    if row is None or question not in questions_for(row.relation):
        raise NotVisible("No such question about anybody here.")
    return said_of(row, question)


def line_for(viewer: Viewer, meeting_id: int) -> str:
    """How far the family's part is, in a word for the meeting's page; empty where its record has none, or not for them.

    By one query.
    """
    people = access.visible_to(viewer).where(
        FamilyAttendance.meeting_id == meeting_id, FamilyAttendance.removed_at.is_(None)
    )
    known = people.with_only_columns(func.count(FamilyAttendance.id))
    found = db.session.execute(
        meetings_access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Meeting.id == meeting_id)
        .with_only_columns(
            MeetingType.sections,
            known.scalar_subquery().label("known"),
            known.where(FamilyAttendance.presence.in_(CAME)).scalar_subquery().label("came"),
        )
    ).one_or_none()
    if found is None or RecordSection.FAMILY.value not in found.sections:
        return ""
    return family_words(found.came, found.known)


def _rows(session: Session, viewer: Viewer, meeting_id: int) -> list[FamilyAttendance]:
    """The people in the order in which they were added; what is not the viewer's to read is not even fetched."""
    query = access.visible_to(viewer).where(FamilyAttendance.meeting_id == meeting_id).order_by(FamilyAttendance.id)
    if not access.reads_all(viewer):
        query = query.options(defer(FamilyAttendance.exclusion_note, raiseload=True))
    return list(session.scalars(query))


def _person(viewer: Viewer, row: FamilyAttendance, children: tuple[MeetingChild, ...]) -> Person:
    names = {child.id: child.name for child in children}
    unread = () if access.reads_all(viewer) else ("exclusion_note",)
    questions = questions_for(row.relation)
    if unread:
        questions = tuple(question for question in questions if question is not FamilyQuestion.READERS)
    return Person(
        row.id,
        row.version,
        row.relation,
        row.name or names.get(row.child_id or 0, ""),
        tuple(
            Answered(question, answer_words(question, said_of(row, question, but=unread), names, viewer.today))
            for question in questions
        ),
        row.confirmed_at is not None,
        row.for_chair_only,
        row.removed_because or "",
    )


def _views(
    session: Session, viewer: Viewer, meeting_id: int, children: tuple[MeetingChild, ...]
) -> tuple[ChildsViews, ...]:
    rows = session.scalars(access.views_visible_to(viewer).where(ChildViews.meeting_id == meeting_id))
    written = {row.child_id: row for row in rows}
    return tuple(
        ChildsViews(child, row.given, row.words or "", row.for_chair_only, row.version)
        if (row := written.get(child.id)) is not None
        else ChildsViews(child, None, "", False, 0)
        for child in children
    )
