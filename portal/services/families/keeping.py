"""Keeping the family's part of a record: people added, asked about one question at a time, confirmed, taken out."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import families as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.families import questions_for
from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.labels import short_label
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Meeting
from portal.services.changes import LOST, Change, changing
from portal.services.families.answers import (
    NOTE_LIMIT,
    Said,
    Setting,
    Who,
    columns_not_asked,
    columns_of,
    said_of,
)
from portal.services.families.found import meeting_to_keep
from portal.services.families.in_words import answer_words
from portal.services.sent_forms import once


def add_person(viewer: Viewer, meeting_id: int, who: Who) -> int:
    """Add somebody of the family to a meeting's record; gives the id. Raises NotVisible, NotPermitted, Invalid."""
    with changing(viewer) as change:
        once(change)
        meeting = meeting_to_keep(change, meeting_id)
        columns = columns_of(who, _setting(change, meeting))
        _refuse_twice(change.session, meeting_id, who)
        person = FamilyAttendance(
            partnership_id=meeting.partnership_id,
            meeting_id=meeting_id,
            for_chair_only=False,
            confirmed_at=viewer.now,
            confirmed_by_id=viewer.user_id,
            created_at=viewer.now,
            created_by_id=viewer.user_id,
            **columns,
        )
        change.session.add(person)
        change.session.flush()
        change.log("family.added", "family_attendance", person.id)
        return person.id


def answer(viewer: Viewer, meeting_id: int, attendee_id: int, said: Said, *, version: int) -> None:
    """Answer one question about somebody; whoever is asked about is thereby confirmed.

    Raises NotVisible, NotPermitted, Invalid by field, or Conflict, with both answers, where somebody else was quicker.
    """
    with changing(viewer) as change:
        meeting = meeting_to_keep(change, meeting_id)
        person = _person(change, meeting_id, attendee_id)
        if said.question not in questions_for(person.relation):
            raise NotVisible("This is not asked of such a person.")
        columns = columns_of(said, _setting(change, meeting))
        if person.version != version:
            names = _names(change.session, meeting_id)
            raise Conflict(
                LOST,
                mine={short_label(said.question): answer_words(said.question, columns, names, viewer.today)},
                theirs={
                    short_label(said.question): answer_words(
                        said.question, said_of(person, said.question), names, viewer.today
                    )
                },
            )
        if isinstance(said, Who):
            _refuse_twice(change.session, meeting_id, said, but=attendee_id)
            columns |= columns_not_asked(said.relation)
        for name, value in columns.items():
            setattr(person, name, value)
        _confirm(change, person)
        change.log("family.changed", "family_attendance", person.id)


def confirm_person(viewer: Viewer, meeting_id: int, attendee_id: int, *, version: int) -> None:
    """Say that somebody who was brought along from the last meeting belongs to this one too.

    Raises NotVisible, NotPermitted, or Conflict where somebody changed them meanwhile.
    """
    with changing(viewer) as change:
        meeting_to_keep(change, meeting_id)
        person = _person(change, meeting_id, attendee_id)
        if person.version != version:
            raise Conflict(LOST)
        _confirm(change, person)
        change.log("family.confirmed", "family_attendance", person.id)


def remove_person(viewer: Viewer, meeting_id: int, attendee_id: int, because: str, *, version: int) -> None:
    """Take somebody out of the record; the entry stays, with the reason, for those who keep it.

    Raises NotVisible, NotPermitted, Invalid by field ("because"), or Conflict.
    """
    because = because.strip()
    with changing(viewer) as change:
        meeting_to_keep(change, meeting_id)
        person = _person(change, meeting_id, attendee_id)
        if person.version != version:
            raise Conflict(LOST)
        if not because:
            raise Invalid("Say why.", errors={"because": ["Say why they are taken out"]})
        if len(because) > NOTE_LIMIT:
            sentence = f"Shorten this to {NOTE_LIMIT:,} characters or fewer. It has {len(because):,} now"
            raise Invalid(sentence, errors={"because": [sentence]})
        person.removed_at, person.removed_by_id, person.removed_because = viewer.now, viewer.user_id, because
        change.log("family.removed", "family_attendance", person.id)


def _person(change: Change, meeting_id: int, attendee_id: int) -> FamilyAttendance:
    """Somebody of the record as it stands now, under the meeting's lock; not one who was taken out."""
    found = change.session.scalars(
        access.visible_to(change.viewer)
        .where(
            FamilyAttendance.id == attendee_id,
            FamilyAttendance.meeting_id == meeting_id,
            FamilyAttendance.removed_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotVisible("No such person.")
    return found


def _confirm(change: Change, person: FamilyAttendance) -> None:
    if person.confirmed_at is None:
        person.confirmed_at, person.confirmed_by_id = change.viewer.now, change.viewer.user_id


def _setting(change: Change, meeting: Meeting) -> Setting:
    children = cases_access.children_of_meeting(meeting.id).with_only_columns(Child.id)
    return Setting(change.viewer.today, meeting.day, frozenset(change.session.scalars(children)))


def _names(session: Session, meeting_id: int) -> Mapping[int, str]:
    rows = session.execute(
        cases_access.children_of_meeting(meeting_id).with_only_columns(Child.id, Child.given_name, Child.surname)
    )
    return {row.id: f"{row.given_name} {row.surname}" for row in rows}


def _refuse_twice(session: Session, meeting_id: int, who: Who, *, but: int = 0) -> None:
    """A child is at a meeting once; of two mothers of one name nobody can say that they are the same."""
    if who.relation is not FamilyRelation.CHILD:
        return
    there = session.scalar(
        select(FamilyAttendance.id).where(
            FamilyAttendance.meeting_id == meeting_id,
            FamilyAttendance.relation == FamilyRelation.CHILD,
            FamilyAttendance.child_id == who.child_id,
            FamilyAttendance.removed_at.is_(None),
            FamilyAttendance.id != but,
        )
    )
    if there is not None:
        raise Invalid("The child is there.", errors={"child_id": ["This child is in the record already"]})
