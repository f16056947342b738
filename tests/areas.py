"""A partnership of a test's own, filled through the imports as a real one is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.errors import Unusable
from portal.domain.vocabulary import AgencyType, Role
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership, User
from portal.services.imports import Imported, import_agencies, import_attendance, import_meetings
from portal.services.partnerships import create_partnership

NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)

AGENCY_COLUMNS = ("agency_code", "name", "agency_type", "urn", "ods_code", "email")
MEETING_COLUMNS = (
    "meeting_ref", "meeting_type", "case_ref", "trigger_on", "scheduled_for", "held_on", "status", "format",
    "interim_safety_plan", "chair_email",
)  # fmt: skip
ATTENDANCE_COLUMNS = (
    "meeting_ref", "agency_code", "expectation", "attendance", "report_due_on", "report_received_on",
    "report_shared_with_family_on", "consulted_on",
)  # fmt: skip

Row = Mapping[str, str]


def sheet(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A CSV file as bytes; a column that a row does not name is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def meeting(ref: str, kind: str, on: str, **more: str) -> dict[str, str]:
    """A meeting held in person on the day it was planned for, of a case of its own; `more` says otherwise."""
    row = {
        "meeting_ref": ref,
        "meeting_type": kind,
        "case_ref": f"CASE-{ref}",
        "scheduled_for": on,
        "held_on": on,
        "status": "held",
        "format": "in_person",
    }
    return row | more


def part(ref: str, agency: str, attendance: str = "", expectation: str = "expected", **more: str) -> dict[str, str]:
    """One agency's part in a meeting."""
    return {
        "meeting_ref": ref,
        "agency_code": agency,
        "expectation": expectation,
        "attendance": attendance,
        **more,
    }


@dataclass(frozen=True)
class Area:
    """A partnership and whoever imports into it."""

    viewer: Viewer
    name: str = "Newmarsh"

    @classmethod
    def of(cls, partnership_id: int) -> Area:
        """One that is there already."""
        return cls(Viewer.of_system("tests", NOW, partnership_id))

    @classmethod
    def new(cls) -> Area:
        """One with an agency of each type, whose code is the type's name."""
        area = cls.of(create_partnership(Viewer.of_system("tests", NOW), cls.name).id)
        area.agencies({"agency_code": kind, "name": kind.title(), "agency_type": kind} for kind in AgencyType)
        return area

    def at(self, now: datetime) -> Area:
        """The same at another time."""
        return replace(self, viewer=replace(self.viewer, now=now))

    @property
    def partnership_id(self) -> int:
        """The new partnership."""
        assert self.viewer.partnership_id is not None
        return self.viewer.partnership_id

    def agencies(self, rows: Iterable[Row], label: str = "agencies.csv") -> Imported:
        """Import agencies."""
        return import_agencies(self.viewer, sheet(AGENCY_COLUMNS, rows), label)

    def meetings(self, *rows: Row, label: str = "meetings.csv") -> Imported:
        """Import meetings."""
        return import_meetings(self.viewer, sheet(MEETING_COLUMNS, rows), label)

    def attendance(self, *rows: Row, label: str = "attendance.csv") -> Imported:
        """Import attendance."""
        return import_attendance(self.viewer, sheet(ATTENDANCE_COLUMNS, rows), label)

    def stored(self, ref: str) -> Meeting:
        """A meeting as it stands now."""
        db.session.rollback()
        db.session.expire_all()
        query = select(Meeting).where(Meeting.partnership_id == self.partnership_id, Meeting.reference == ref)
        return db.session.scalars(query).one()

    def invitation(self, ref: str, agency: str) -> Invitation:
        """An agency's part in a meeting as it stands now."""
        found = self.stored(ref)
        query = select(Invitation).join(
            PartnershipAgency,
            (PartnershipAgency.agency_id == Invitation.agency_id)
            & (PartnershipAgency.partnership_id == Invitation.partnership_id),
        )
        return db.session.scalars(
            query.where(Invitation.meeting_id == found.id, PartnershipAgency.code == agency)
        ).one()

    def trail(self) -> list[str]:
        """The verbs of the partnership's activity, the oldest first."""
        query = select(Activity.verb).where(Activity.partnership_id == self.partnership_id).order_by(Activity.sequence)
        return list(db.session.scalars(query))


def faults_of(bring_in: Any, viewer: Viewer, content: bytes, label: str = "file.csv") -> list[str]:
    with pytest.raises(Unusable) as refused:
        bring_in(viewer, content, label)
    return refused.value.reasons


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: what "changes nothing" is held against."""
    db.session.rollback()
    return {
        table.name: sorted(tuple(map(str, row)) for row in db.session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }


def chair(area: Area, email: str, *, ended: bool = False, role: Role = Role.CHAIR) -> int:
    """Somebody who chairs in the area, or did."""
    session = db.session()
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        user = User(email=email, name="Somebody", created_at=NOW)
        session.add(user)
        session.flush()
    row = Membership(
        partnership_id=area.partnership_id,
        user_id=user.id,
        role=role,
        created_at=NOW,
        ended_at=NOW if ended else None,
    )
    session.add(row)
    session.commit()
    return row.id
