"""Who closes a family's record to people, who holds a report back from an agency, and who opens and reviews what."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from portal.access import cases, meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.restrictions import may_review as is_somebody_else
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.models.people import Membership
from portal.models.restrictions import CaseRestriction, EmergencyOpening, ReportHold


def visible_to(viewer: Viewer) -> Select[CaseRestriction]:
    """Restrictions of the families that the viewer keeps: those whose record they see, as manager, coordinator, chair.

    Whoever is shut out sees none of them, nor do they while they have opened the record in an emergency; but a manager
    does where nobody is left who keeps it, or nobody ever could.
    """
    return select(CaseRestriction).where(_kept_where(viewer, CaseRestriction))


def may_view(viewer: Viewer, restriction: CaseRestriction, *, sees_case: bool) -> bool:
    """Whether the viewer sees that this restriction is there; `sees_case`: whether they see the family's record."""
    return restriction.partnership_id == viewer.partnership_id and may_keep(
        viewer, restriction.case_id, sees_case=sees_case
    )


def may_keep(viewer: Viewer, case_id: int, *, sees_case: bool) -> bool:
    """Whether the viewer says to whom a family's record is closed."""
    return (
        viewer.may(Permission.RESTRICTIONS_KEEP)
        and not viewer.is_system
        and sees_case
        and case_id not in _opened_by(viewer)
    )


def may_change(viewer: Viewer, restriction: CaseRestriction) -> bool:
    """Whether the viewer, who sees a restriction, changes its list or ends it: until it has ended."""
    return viewer.may(Permission.RESTRICTIONS_KEEP) and not viewer.is_system and restriction.ended_at is None


def kept_cases(viewer: Viewer) -> Select[Case]:
    """Families whose restrictions the viewer keeps."""
    if viewer.is_system or not viewer.may(Permission.RESTRICTIONS_KEEP):
        return select(Case).where(false())
    return cases.visible_to(viewer).where(Case.id.not_in(sorted(_opened_by(viewer))))


def holds_visible_to(viewer: Viewer) -> Select[ReportHold]:
    """What is held back from whom, of meetings that the viewer sees: for those who keep them, never for agencies."""
    if viewer.partnership_id is None or not viewer.may(Permission.RESTRICTIONS_KEEP):
        return select(ReportHold).where(false())
    seen = exists().where(
        Invitation.id == ReportHold.invitation_id,
        Meeting.id == Invitation.meeting_id,
        meetings.visible_where(viewer),
    )
    return select(ReportHold).where(ReportHold.partnership_id == viewer.partnership_id, seen.correlate(ReportHold))


def may_view_hold(
    viewer: Viewer, hold: ReportHold, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer sees this hold, of what this invitation's agency gives; `is_named` as for the meeting."""
    return (
        hold.invitation_id == invitation.id
        and invitation.meeting_id == meeting.id
        and viewer.may(Permission.RESTRICTIONS_KEEP)
        and meetings.may_view(viewer, meeting, None, is_named=is_named)
    )


def may_hold(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer holds reports for a meeting that they see back from an agency, and lets them through again."""
    return (
        viewer.may(Permission.RESTRICTIONS_KEEP)
        and not viewer.is_system
        and meetings.may_view(viewer, meeting, None)
        and meeting.case_id not in _opened_by(viewer)
    )


def held_from(viewer: Viewer) -> Select[int]:
    """The invitations of which the viewer's agency gets neither report nor talk; none for those who run meetings."""
    held = select(ReportHold.invitation_id).where(ReportHold.ended_at.is_(None))
    if viewer.is_system or viewer.role not in AGENCY_ROLES or viewer.agency_id is None:
        return held.where(false())
    return held.where(ReportHold.partnership_id == viewer.partnership_id, ReportHold.agency_id == viewer.agency_id)


def openings_visible_to(viewer: Viewer) -> Select[EmergencyOpening]:
    """What was opened in an emergency: one's own, and for those who keep the record what others have opened of it."""
    if viewer.partnership_id is None or viewer.hat is None:
        return select(EmergencyOpening).where(false())
    own = and_(
        EmergencyOpening.partnership_id == viewer.partnership_id,
        EmergencyOpening.membership_id == viewer.membership_id,
    )
    mine = own if viewer.may(Permission.GLASS_BREAK) else false()
    return select(EmergencyOpening).where(or_(mine, _kept_where(viewer, EmergencyOpening)))


def may_view_opening(viewer: Viewer, opening: EmergencyOpening, *, sees_case: bool) -> bool:
    """Whether the viewer sees this opening; `sees_case`: whether they see the family's record."""
    if opening.partnership_id != viewer.partnership_id or viewer.hat is None:
        return False
    if viewer.may(Permission.GLASS_BREAK) and opening.membership_id == viewer.membership_id:
        return True
    return may_keep(viewer, opening.case_id, sees_case=sees_case)


def may_open(viewer: Viewer) -> bool:
    """Whether the viewer opens what is closed to them, in an emergency: chairs and safeguarding managers."""
    return viewer.hat is not None and viewer.may(Permission.GLASS_BREAK)


def may_close(viewer: Viewer, opening: EmergencyOpening) -> bool:
    """Whether the viewer closes it again before its time: whoever opened it, while it is open."""
    return may_open(viewer) and any(one.opening_id == opening.id for one in viewer.opened)


def may_review(viewer: Viewer, opening: EmergencyOpening, *, by_manager: bool) -> bool:
    """Whether the viewer, who sees an opening, says if it was justified: a manager other than whoever opened, once.

    Of what a manager opened (`by_manager`) whoever else keeps the record says so: a partnership may have one manager.
    """
    return (
        viewer.may(Permission.RESTRICTIONS_KEEP if by_manager else Permission.GLASS_REVIEW)
        and not viewer.is_system
        and opening.partnership_id == viewer.partnership_id
        and is_somebody_else(opening.user_id, viewer.user_id)
        and opening.reviewed_at is None
    )


def to_review(viewer: Viewer) -> Select[EmergencyOpening]:
    """Openings that wait for the viewer to say if they were justified."""
    if not viewer.may(Permission.RESTRICTIONS_KEEP) or viewer.is_system:
        return select(EmergencyOpening).where(false())
    waiting = openings_visible_to(viewer).where(
        EmergencyOpening.reviewed_at.is_(None), EmergencyOpening.user_id != viewer.user_id
    )
    if viewer.may(Permission.GLASS_REVIEW):
        return waiting
    managers = select(Membership.id).where(Membership.role == Role.SAFEGUARDING_MANAGER)
    return waiting.where(EmergencyOpening.membership_id.in_(managers))


def _kept_where(viewer: Viewer, of: type[CaseRestriction] | type[EmergencyOpening]) -> ColumnElement[bool]:
    """Rows of the families in `kept_cases`, without reading one: Home, which opens no record, counts them too."""
    if viewer.partnership_id is None or viewer.is_system or not viewer.may(Permission.RESTRICTIONS_KEEP):
        return false()
    is_kept = and_(of.case_id.not_in(sorted(_opened_by(viewer))), cases.seen_where(viewer, of, of.case_id))
    return and_(of.partnership_id == viewer.partnership_id, is_kept)


def _opened_by(viewer: Viewer) -> frozenset[int]:
    """What they see only because they opened it. Where nobody else keeps it any more, a manager does so meanwhile."""
    may_step_in = viewer.may(Permission.GLASS_REVIEW)
    return frozenset(one.case_id for one in viewer.opened if one.is_kept or not may_step_in)
