"""Who sees which meetings and invitations, and who may do what to them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from portal.access.kept import kept_for_hat
from portal.access.roles import WHOLE_PARTNERSHIP, Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, Answer, Expectation, MeetingStatus, Role
from portal.models.meetings import Invitation, Meeting

OPEN_STATUSES = frozenset({MeetingStatus.SCHEDULED})


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Meeting]:
    """Meetings of the active partnership that the viewer's role reaches.

    Practitioners: those their agency is invited to and relevant for, within their team. Leads: their whole
    agency's. Chairs: those they chair. Manager and coordinator: all. Everybody else: none.
    """
    return select(Meeting).where(visible_where(viewer))


@kept_for_hat
def visible_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visible_to` as a condition, for a select that starts elsewhere."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return false()
    own_partnership = Meeting.partnership_id == viewer.partnership_id
    if viewer.is_system or viewer.role in WHOLE_PARTNERSHIP:
        return own_partnership
    if viewer.role is Role.CHAIR:
        return and_(own_partnership, Meeting.chair_membership_id == viewer.membership_id)
    own_invitation = (
        exists().where(Invitation.meeting_id == Meeting.id, own_invitation_where(viewer)).correlate(Meeting)
    )
    return and_(own_partnership, own_invitation)


@kept_for_hat
def invitations_visible_to(viewer: Viewer) -> Select[Invitation]:
    """Invitations whose text the viewer may open: an agency its own, the meeting's keepers all of them.

    That other agencies were invited, what they answered and whether their report has come is part of the
    meeting, for whoever sees the meeting; notes and drafts are not.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(Invitation).where(false())
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return select(Invitation).where(own_invitation_where(viewer))
    return (
        select(Invitation)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.partnership_id == viewer.partnership_id, visible_where(viewer))
    )


@kept_for_hat
def own_invitation_where(viewer: Viewer) -> ColumnElement[bool]:
    """Invitations of the viewer's agency that still open its meeting to the viewer."""
    within_agency = and_(
        Invitation.partnership_id == viewer.partnership_id,
        Invitation.agency_id == viewer.agency_id,
        Invitation.expectation != Expectation.NOT_RELEVANT,
        or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
    )
    if viewer.agency_id is None:
        return false()
    return and_(within_agency, _within_team(viewer))


def _within_team(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.AGENCY_LEAD or viewer.hat is None:
        return true()
    if viewer.hat.team_id is None:
        return Invitation.team_id.is_(None)
    return Invitation.team_id == viewer.hat.team_id


def may_view(viewer: Viewer, meeting: Meeting, own: Invitation | None) -> bool:
    """Whether the viewer sees this meeting; `own` is their agency's invitation to it, if there is one."""
    if meeting.partnership_id != viewer.partnership_id or not viewer.may(Permission.MEETINGS_VIEW):
        return False
    if viewer.is_system or viewer.role in WHOLE_PARTNERSHIP:
        return True
    if viewer.role is Role.CHAIR:
        return meeting.chair_membership_id is not None and meeting.chair_membership_id == viewer.membership_id
    return own is not None and own.meeting_id == meeting.id and _is_own(viewer, own)


def may_view_invitation(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """Whether the viewer may open this invitation's own text (answer's note, chair's note)."""
    if invitation.meeting_id != meeting.id or not may_view(viewer, meeting, invitation):
        return False
    return viewer.is_system or viewer.role not in AGENCY_ROLES or _is_own(viewer, invitation)


def _is_own(viewer: Viewer, invitation: Invitation) -> bool:
    if invitation.agency_id != viewer.agency_id or invitation.partnership_id != viewer.partnership_id:
        return False
    if invitation.expectation is Expectation.NOT_RELEVANT or invitation.answer is Answer.NOT_OURS:
        return False
    team = viewer.hat.team_id if viewer.hat else None
    return viewer.role is Role.AGENCY_LEAD or invitation.team_id == team


def may_answer(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """An agency answers for itself, until the meeting is held, cancelled or its register closed."""
    return (
        viewer.may(Permission.INVITATIONS_ANSWER)
        and _is_own(viewer, invitation)
        and meeting.status is MeetingStatus.SCHEDULED
        and meeting.register_closed_at is None
    )


def may_declare(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """An agency says who came, from the meeting's day until the chair has confirmed it."""
    return (
        viewer.may(Permission.ATTENDANCE_DECLARE)
        and _is_own(viewer, invitation)
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.day <= viewer.today
        and invitation.confirmed_attendance is None
    )


def may_keep_register(viewer: Viewer, meeting: Meeting) -> bool:
    """The meeting's chair, or a coordinator, confirms attendance from its day on, until the register is closed."""
    return (
        viewer.may(Permission.REGISTER_KEEP)
        and may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.scheduled_on <= viewer.today
        and meeting.register_closed_at is None
    )


def may_set_expectation(viewer: Viewer, meeting: Meeting) -> bool:
    """The coordinator says what is expected of whom, until the register is closed."""
    return (
        viewer.may(Permission.EXPECTATIONS_SET)
        and may_view(viewer, meeting, None)
        and meeting.register_closed_at is None
    )


def may_give_to_team(viewer: Viewer, invitation: Invitation) -> bool:
    """An agency's lead gives its meetings to its teams."""
    return viewer.may(Permission.TEAMS_ASSIGN) and _is_own(viewer, invitation)
