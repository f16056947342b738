"""The names that must not stand in a quotation: of the children of the meeting's families, and of those around them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.domain.quotations import names_in
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Meeting


def names_said(session: Session, meeting: Meeting, text: str) -> list[str]:
    """Which names of the meeting's families stand in a text; by two queries.

    Held against are the children of every family that the meeting is about, and whoever was ever written down as of
    the family, or at its side, at any meeting of the case.
    """
    children = session.execute(
        cases_access.children_of_meeting(meeting.id).with_only_columns(Child.given_name, Child.surname)
    )
    names = [part for row in children for part in (row.given_name, row.surname)]
    around = session.scalars(
        select(FamilyAttendance.name)
        .join(Meeting, Meeting.id == FamilyAttendance.meeting_id)
        .where(
            Meeting.partnership_id == meeting.partnership_id,
            Meeting.case_id == meeting.case_id,
            FamilyAttendance.name.is_not(None),
        )
    )
    names.extend(name for name in around if name)
    return names_in(text, names)
