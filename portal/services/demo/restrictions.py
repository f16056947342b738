"""The demonstration's closed records: a practitioner's relatives, a chair's neighbours; and a report held back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from portal.access import restrictions as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.restriction_vocabulary import HoldReason, Reach
from portal.domain.vocabulary import AgencyType, MeetingStatus, Role
from portal.domain.working_days import add_working_days, london_instant
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, Partnership
from portal.models.people import Membership
from portal.models.restrictions import CaseRestriction, EmergencyOpening
from portal.services.demo import accounts
from portal.services.demo.audits.cast import Cast
from portal.services.demo.marks import Held, Marker, markers_in, seen_by
from portal.services.meetings.outlook import HAS_PART
from portal.services.restrictions.holding import Holding, hold_back
from portal.services.restrictions.keeping import Closing, close_record
from portal.services.restrictions.openings import note_page, open_record

_YESTERDAY = -1
"""Working days to the demonstration's day."""


def plan(cast: Cast) -> None:
    """Have a record closed to a practitioner, another to a chair who opens it at night, and a report held back."""
    day = add_working_days(cast.today, _YESTERDAY)
    manager, (_, chair) = cast.wide(Role.SAFEGUARDING_MANAGER), cast.chairs()
    closed, neighbour, night = cast.mark("X"), cast.mark("X"), cast.mark("X")
    cast.diary.add(london_instant(day, time(16, 5)), manager, lambda viewer: _close(viewer, closed))
    cast.diary.add(london_instant(day, time(16, 20)), manager, _hold)
    cast.diary.add(
        london_instant(day, time(16, 40)), manager, lambda viewer: _close_to_chair(viewer, chair.email, neighbour)
    )
    cast.diary.add(london_instant(day, time(21, 15)), chair, lambda viewer: _open(viewer, night))
    cast.diary.add(london_instant(day, time(21, 17)), chair, _read)


def list_of_restrictions(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """The marks in the reasons of restrictions and openings, with whoever reads them."""

    def kept(viewer: Viewer) -> Select[int]:
        return access.visible_to(viewer).with_only_columns(CaseRestriction.id)

    def opened(viewer: Viewer) -> Select[int]:
        return access.openings_visible_to(viewer).with_only_columns(EmergencyOpening.id)

    readers = seen_by(viewers, kept)
    rows = select(CaseRestriction.id, CaseRestriction.reason).where(CaseRestriction.partnership_id == partnership.id)
    held = [Held(f"restriction {row.id}", row.reason, readers.get(row.id, [])) for row in db.session.execute(rows)]
    yield from markers_in(held, "restriction", partnership.name)
    readers = seen_by(viewers, opened)
    others = select(EmergencyOpening.id, EmergencyOpening.reason).where(
        EmergencyOpening.partnership_id == partnership.id
    )
    held = [Held(f"opening {row.id}", row.reason, readers.get(row.id, [])) for row in db.session.execute(others)]
    yield from markers_in(held, "emergency_opening", partnership.name)


def _close(viewer: Viewer, mark: str) -> None:
    """The family of the last meeting to come with a practitioner who has a lead beside them."""
    lead = aliased(Membership)
    found = db.session.execute(
        select(Meeting.case_id, Membership.user_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .join(
            Membership,
            (Membership.agency_id == Invitation.agency_id) & (Membership.partnership_id == Meeting.partnership_id),
        )
        .where(
            Meeting.partnership_id == viewer.partnership_id,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.named_people_only.is_(False),
            HAS_PART,
            Membership.role == Role.PRACTITIONER,
            Membership.ended_at.is_(None),
            exists().where(
                lead.agency_id == Membership.agency_id,
                lead.partnership_id == Membership.partnership_id,
                lead.role == Role.AGENCY_LEAD,
                lead.ended_at.is_(None),
                lead.user_id != Membership.user_id,
            ),
        )
        .order_by(Meeting.scheduled_on.desc(), Meeting.id.desc(), Membership.id)
        .limit(1)
    ).first()
    if found is not None:
        reason = f"A cousin of the children’s mother. They asked for it themselves. Ref. {mark}."
        close_record(viewer, found.case_id, Closing(Reach.NAMED, frozenset({found.user_id}), reason, viewer.today))


def _close_to_chair(viewer: Viewer, email: str, mark: str) -> None:
    """The chair's oldest family with one meeting only: little of their work goes with it."""
    chair = accounts.viewer_of(email, viewer.partnership_id or 0, viewer.now)
    alone = (
        select(Meeting.case_id)
        .where(Meeting.partnership_id == viewer.partnership_id)
        .group_by(Meeting.case_id)
        .having(func.count(Meeting.id) == 1)
    )
    case_id = db.session.scalar(
        select(Meeting.case_id)
        .where(
            Meeting.chair_membership_id == chair.membership_id,
            Meeting.status == MeetingStatus.HELD,
            Meeting.named_people_only.is_(False),
            Meeting.case_id.in_(alone),
        )
        .order_by(Meeting.scheduled_on, Meeting.id)
        .limit(1)
    )
    if case_id is not None and chair.user_id is not None:
        reason = f"The family has moved in next door to the chair. Ref. {mark}."
        close_record(viewer, case_id, Closing(Reach.NAMED, frozenset({chair.user_id}), reason, viewer.today))


def _open(viewer: Viewer, mark: str) -> None:
    """The chair, on call that evening."""
    chair = accounts.viewer_of(viewer.email, viewer.partnership_id or 0, viewer.now)
    closed = select(Case.reference).where(Case.id.in_(sorted(chair.closed_cases))).order_by(Case.id).limit(1)
    reference = db.session.scalar(closed)
    if reference is not None:
        reason = f"The duty team rang: the child is at the hospital, and nobody else could be reached. Ref. {mark}."
        open_record(chair, reference, reason)


def _read(viewer: Viewer) -> None:
    """What a browser would have noted of the pages that the chair reads then."""
    chair = accounts.viewer_of(viewer.email, viewer.partnership_id or 0, viewer.now)
    for record in chair.opened:
        meeting_id = db.session.scalar(select(Meeting.id).where(Meeting.case_id == record.case_id).order_by(Meeting.id))
        note_page(chair, "timelines.show", record.case_id)
        note_page(chair, "meetings.show", meeting_id)


def _hold(viewer: Viewer) -> None:
    """What the police give to the last conference to come at which a school has a part, from that school."""
    police, school = aliased(Invitation), aliased(Invitation)
    of_police, of_school = aliased(Agency), aliased(Agency)
    found = db.session.execute(
        select(Meeting.id, police.id.label("invitation_id"), school.agency_id)
        .join(police, police.meeting_id == Meeting.id)
        .join(of_police, (of_police.id == police.agency_id) & (of_police.agency_type == AgencyType.POLICE))
        .join(school, school.meeting_id == Meeting.id)
        .join(of_school, (of_school.id == school.agency_id) & (of_school.agency_type == AgencyType.SCHOOL))
        .where(
            Meeting.partnership_id == viewer.partnership_id,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.named_people_only.is_(False),
            police.report_due_on.is_not(None),
        )
        .order_by(Meeting.scheduled_on.desc(), Meeting.id.desc())
        .limit(1)
    ).first()
    if found is not None:
        reason = "The school’s head is the father’s brother."
        hold_back(viewer, found.id, Holding(found.invitation_id, found.agency_id, HoldReason.RELATIVE, reason))
