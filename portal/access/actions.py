"""Who sees which actions, who reads what is said about them, and who takes which step."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from portal.access import cases, meetings
from portal.access.audits import OPEN_STATUSES, is_own
from portal.access.closed_records import open_meetings_where
from portal.access.kept import kept_for_hat
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.action_rules import may_check_word_of
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ActionSource, ActionStatus
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, Answer, Expectation, MeetingStatus, Post, Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency

READS_HISTORY = frozenset({Role.BUSINESS_MANAGER, Role.SCRUTINEER})
"""Roles outside the agency that read how an audit's action goes and what shows that it was done."""

BOARDS_WORLD = frozenset({Role.SECTOR_LEAD, Role.BOARD_MEMBER, Role.BUSINESS_MANAGER, Role.SCRUTINEER})
"""Roles that see what agencies promised in audits, and nothing of any meeting."""

FROM_MEETING = Action.source == ActionSource.MEETING


@dataclass(frozen=True, slots=True)
class MeetingPart:
    """What the viewer has to do with the meeting that an action came from.

    `sees`: whether they see it at all. `has_part`: whether their agency is invited to it, relevant, and not "not ours";
    never where the meeting is for named people only, nor where its record is closed to the viewer.
    """

    sees: bool = False
    has_part: bool = False
    chair_membership_id: int | None = None


NO_MEETING = MeetingPart()


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Action]:
    """What is to be done, by whom, by when, and how it stands.

    From audits, which hold no child. An agency's lead: their agency's. A practitioner: those they own. A sector lead:
    their sector's. The rest of the board's world: all of the partnership. Chairs, coordinators, managers: none.

    From meetings, which are about a child. Whoever sees the meeting; and its owner, in whichever team, while their
    agency has a part in it, it is not for named people only, and its record is not closed to them. The board's world:
    none, and none is counted for it.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.ACTIONS_VIEW):
        return select(Action).where(false())
    of_either = or_(and_(~FROM_MEETING, _audit_where(viewer)), and_(FROM_MEETING, _meeting_where(viewer)))
    return select(Action).where(Action.partnership_id == viewer.partnership_id, of_either)


def _audit_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_system or viewer.role is None:
        return Action.partnership_id == viewer.system_partnership_id
    if viewer.role is Role.PRACTITIONER:
        return and_(Action.agency_id == viewer.agency_id, Action.owner_membership_id == viewer.membership_id)
    if viewer.role in AGENCY_ROLES:
        return Action.agency_id == viewer.agency_id
    if viewer.role is Role.SECTOR_LEAD:
        return Action.agency_id.in_(select(Agency.id).where(Agency.agency_type == viewer.sector))
    return true() if viewer.role in BOARDS_WORLD else false()


def _meeting_where(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.may(Permission.MEETINGS_VIEW):
        return false()
    sees = exists().where(Meeting.id == Action.meeting_id, meetings.visible_where(viewer)).correlate(Action)
    if viewer.is_system or viewer.role not in AGENCY_ROLES:
        return sees
    has_part = exists().where(
        Meeting.id == Action.meeting_id,
        Meeting.named_people_only.is_(False),
        open_meetings_where(viewer),
        Invitation.meeting_id == Meeting.id,
        Invitation.agency_id == viewer.agency_id,
        Invitation.expectation != Expectation.NOT_RELEVANT,
        or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
    )
    owns = and_(Action.agency_id == viewer.agency_id, Action.owner_membership_id == viewer.membership_id)
    return or_(sees, and_(owns, has_part.correlate(Action)))


@kept_for_hat
def listed_where(viewer: Viewer) -> ColumnElement[bool]:
    """Of what the viewer sees, what their own list holds: an agency's its own, not the other agencies' of a meeting."""
    if viewer.role in AGENCY_ROLES:
        return Action.agency_id == viewer.agency_id
    return true()


@kept_for_hat
def workable_where(viewer: Viewer) -> ColumnElement[bool]:
    """Of what the viewer sees, what is theirs to do: what they own, and for a lead what is their agency's."""
    if not viewer.may(Permission.ACTIONS_OWN):
        return false()
    if viewer.role is Role.AGENCY_LEAD:
        return Action.agency_id == viewer.agency_id
    return Action.owner_membership_id == viewer.membership_id


def may_view(viewer: Viewer, action: Action, agency_type: AgencyType, part: MeetingPart = NO_MEETING) -> bool:
    """Whether the viewer sees this action; `agency_type` is that of the agency whose it is."""
    if action.partnership_id != viewer.partnership_id or not viewer.may(Permission.ACTIONS_VIEW):
        return False
    is_owner = viewer.membership_id is not None and action.owner_membership_id == viewer.membership_id
    is_agencys = action.agency_id == viewer.agency_id
    if action.source is ActionSource.MEETING:
        if not viewer.may(Permission.MEETINGS_VIEW):
            return False
        return part.sees or (viewer.role in AGENCY_ROLES and is_agencys and is_owner and part.has_part)
    if viewer.is_system:
        return True
    if viewer.role is Role.SECTOR_LEAD:
        return agency_type == viewer.sector
    if viewer.role not in AGENCY_ROLES:
        return viewer.role in BOARDS_WORLD
    return is_agencys and (is_owner or viewer.role is not Role.PRACTITIONER)


def may_read_history(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer, who sees the action, reads its updates and its evidence.

    The agency whose it is, and who checks it: of an audit the business manager (and the scrutineer), of a meeting
    those who run meetings. The other agencies of a meeting read what is to be done and how it stands.
    """
    if action.partnership_id != viewer.partnership_id or not viewer.may(Permission.ACTIONS_VIEW):
        return False
    if viewer.is_system:
        return True
    if viewer.role in AGENCY_ROLES:
        return action.agency_id == viewer.agency_id or may_check_of_meetings(viewer, action)
    if action.source is ActionSource.MEETING:
        return viewer.may(Permission.MEETINGS_VIEW)
    return viewer.role in READS_HISTORY


def may_check_of_meetings(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer is a team manager of social care, who checks what strategy meetings asked for."""
    hat = viewer.hat
    return (
        action.source is ActionSource.MEETING
        and hat is not None
        and hat.post is Post.TEAM_MANAGER
        and hat.agency_type is AgencyType.SOCIAL_CARE
    )


def may_work_on(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer says how it goes and that it is done: its owner and the agency's lead, while it is open."""
    if not viewer.may(Permission.ACTIONS_OWN) or action.partnership_id != viewer.partnership_id:
        return False
    is_owner = viewer.membership_id is not None and action.owner_membership_id == viewer.membership_id
    leads = viewer.role is Role.AGENCY_LEAD and action.agency_id == viewer.agency_id
    return (is_owner or leads) and action.status is ActionStatus.OPEN


def may_check(viewer: Viewer, action: Action, part: MeetingPart = NO_MEETING) -> bool:
    """Whether the viewer closes it or sends it back: never whoever said that it was done.

    Of an audit: the business manager. Of a meeting: its chair, or a team manager of social care who sees the meeting.
    """
    if action.partnership_id != viewer.partnership_id or action.status is not ActionStatus.DONE:
        return False
    if not may_check_word_of(viewer.user_id, action.done_by_id):
        return False
    if action.source is not ActionSource.MEETING:
        return viewer.may(Permission.ACTIONS_CHECK)
    chairs = viewer.role is Role.CHAIR and viewer.membership_id == part.chair_membership_id
    return viewer.may(Permission.ACTIONS_VIEW) and part.sees and (chairs or may_check_of_meetings(viewer, action))


def checkable_where(viewer: Viewer) -> ColumnElement[bool]:
    """Of the actions that the viewer sees and that were said to be done, those that they check."""
    not_own_word = or_(Action.done_by_id.is_(None), Action.done_by_id != viewer.user_id)
    asked = [and_(~FROM_MEETING, true() if viewer.may(Permission.ACTIONS_CHECK) else false())]
    hat = viewer.hat
    if viewer.role is Role.CHAIR:
        chairs = exists().where(Meeting.id == Action.meeting_id, Meeting.chair_membership_id == viewer.membership_id)
        asked.append(and_(FROM_MEETING, chairs.correlate(Action)))
    elif hat is not None and hat.post is Post.TEAM_MANAGER and hat.agency_type is AgencyType.SOCIAL_CARE:
        sees = exists().where(Meeting.id == Action.meeting_id, meetings.visible_where(viewer))
        asked.append(and_(FROM_MEETING, sees.correlate(Action)))
    return and_(Action.status == ActionStatus.DONE, not_own_word, or_(*asked))


def standing_before(viewer: Viewer, conference: Meeting) -> Select[Action]:
    """Open actions of the child's other meetings, for whoever keeps this conference.

    Its chair need not have chaired those meetings: what other panels asked for is part of what the conference decides.
    Of a meeting for named people only they learn nothing that they do not see anyway, and nothing of a closed record.
    """
    if not may_record(viewer, conference):
        return select(Action).where(false())
    of_case = or_(
        cases.is_about(conference.case_id),
        Action.child_id.in_(select(Child.id).where(Child.case_id == conference.case_id)),
    )
    return (
        select(Action)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .where(
            Action.partnership_id == conference.partnership_id,
            Action.status != ActionStatus.CLOSED,
            Meeting.id != conference.id,
            of_case,
            open_meetings_where(viewer),
            or_(Meeting.named_people_only.is_(False), meetings.visible_where(viewer)),
        )
    )


def may_record(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer keeps a meeting's actions: its chair and the coordinator, unless it was cancelled."""
    return (
        viewer.may(Permission.MEETINGS_RECORD)
        and not viewer.is_system
        and meeting.status is not MeetingStatus.CANCELLED
        and meetings.may_view(viewer, meeting, None)
    )


def may_add_to_meeting(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer writes down what a meeting asked for: whoever keeps it, from its day on."""
    return may_record(viewer, meeting) and meeting.scheduled_on <= viewer.today


def may_add(viewer: Viewer, audit_return: AuditReturn, *, given: bool, on_panel: bool) -> bool:
    """Whether the viewer adds an action to an answer that they may read.

    The agency's lead at any time, a colleague in a section that they were given while it is being answered; the
    business manager and the round's panel once the return is signed.
    """
    if not viewer.may(Permission.ACTIONS_VIEW) or audit_return.partnership_id != viewer.partnership_id:
        return False
    if viewer.role in AGENCY_ROLES:
        if not viewer.may(Permission.ACTIONS_OWN) or not is_own(viewer, audit_return):
            return False
        return viewer.may(Permission.AUDITS_LEAD) or (given and audit_return.status in OPEN_STATUSES)
    return (
        viewer.may(Permission.AUDITS_MODERATE)
        and (on_panel or viewer.may(Permission.AUDITS_RUN))
        and audit_return.status in SIGNED_STATUSES
    )
