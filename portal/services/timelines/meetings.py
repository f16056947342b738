"""The meetings about a family, held or to come, and who came to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Select

from portal.access import cases as cases_access
from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.labels import short_label
from portal.domain.timelines import Happening, TimelineKind
from portal.domain.vocabulary import COUNTED_STATUSES, PRESENT, Attendance
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.meetings.outlook import HAS_PART


def meetings_about(viewer: Viewer, case_id: int) -> Select[Meeting]:
    """The meetings about a family that the viewer sees, with their kinds: here begins what is part of a meeting."""
    return (
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(cases_access.is_about(case_id))
    )


def meetings(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """Every meeting, on the day on which it was or will be."""
    rows = db.session.execute(
        meetings_about(viewer, case_id).with_only_columns(
            Meeting.id, Meeting.scheduled_on, Meeting.held_on, MeetingType.name, Meeting.status
        )
    )
    for row in rows:
        on = row.held_on or row.scheduled_on
        yield Happening(TimelineKind.MEETING, on, row.id, row.name, row.status, meeting_id=row.id)


def attendance(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """Which agencies came to each meeting that was opened, and which did not, as far as somebody has said."""
    rows = db.session.execute(
        meetings_about(viewer, case_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(HAS_PART, Meeting.status.in_(COUNTED_STATUSES), Invitation.attendance.is_not(None))
        .order_by(Meeting.id, Agency.name, Invitation.id)
        .with_only_columns(
            Meeting.id,
            Meeting.scheduled_on,
            Meeting.held_on,
            MeetingType.name,
            Agency.name.label("agency"),
            Invitation.attendance,
        )
    ).all()
    said: dict[int, list[tuple[str, Attendance]]] = {}
    for row in rows:
        said.setdefault(row.id, []).append((row.agency, row.attendance))
    for meeting_id, meeting in {row.id: row for row in rows}.items():
        agencies = said[meeting_id]
        came = [_words(agency, how) for agency, how in agencies if how in PRESENT]
        missing = [_words(agency, how) for agency, how in agencies if how not in PRESENT]
        yield Happening(
            TimelineKind.ATTENDANCE,
            meeting.held_on or meeting.scheduled_on,
            meeting_id,
            f"{len(came)} of {len(agencies)} agencies came: {meeting.name}",
            details=tuple(_lines(("Came", came), ("Not there", missing))),
            meeting_id=meeting_id,
        )


def _words(agency: str, how: Attendance) -> str:
    return f"{agency} ({short_label(how).lower()})"


def _lines(*named: tuple[str, list[str]]) -> Iterable[str]:
    return (f"{name}: {', '.join(agencies)}" for name, agencies in named if agencies)
