"""Who sees which escalations and practice alerts, who may read what they say, and who may do what to them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from portal.access import meetings
from portal.access.closed_records import is_closed_of, open_at_where, open_of_where
from portal.access.kept import kept_for_hat
from portal.access.roles import STRUCTURED_ONLY, Permission
from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import (
    EscalationStatus,
    LadderKind,
    ProposalStatus,
    Turn,
)
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.models.escalations import Escalation, EscalationTold
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Meeting

WHOLE_LOG = frozenset({Role.SAFEGUARDING_MANAGER, Role.BUSINESS_MANAGER, Role.SCRUTINEER})
"""Roles that see every escalation of their partnership, the last two without narrative."""


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Escalation]:
    """Escalations of the active partnership that the viewer's role reaches.

    Leads: those that their agency raised or that were raised with it. Practitioners: of these their team's, and what
    they raised themselves. Chairs: what they raised, and what is about a meeting of theirs. The safeguarding manager,
    the business manager and the scrutineer: all. A signatory: what they were told of. Everybody else: none. Nobody sees
    one about a family whose record is closed to them.
    """
    return select(Escalation).where(visible_where(viewer))


@kept_for_hat
def visible_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visible_to` as a condition, for a select that starts elsewhere."""
    if viewer.partnership_id is None or not viewer.may(Permission.ESCALATIONS_VIEW):
        return false()
    own_partnership = and_(
        Escalation.partnership_id == viewer.partnership_id,
        open_of_where(viewer, Escalation.case_id),
        open_at_where(viewer, Escalation.meeting_id),
    )
    if viewer.is_system or viewer.role in WHOLE_LOG:
        return own_partnership
    mine = Escalation.raised_by_membership_id == viewer.membership_id
    if viewer.role is Role.CHAIR:
        chaired = (
            exists()
            .where(Meeting.id == Escalation.meeting_id, Meeting.chair_membership_id == viewer.membership_id)
            .correlate(Escalation)
        )
        return and_(own_partnership, or_(mine, chaired))
    if viewer.role is Role.SIGNATORY:
        told = (
            exists()
            .where(EscalationTold.escalation_id == Escalation.id, EscalationTold.membership_id == viewer.membership_id)
            .correlate(Escalation)
        )
        return and_(own_partnership, told)
    if viewer.agency_id is None or viewer.role not in ANSWERING_ROLES:
        return false()
    raised_by = and_(Escalation.raised_by_agency_id == viewer.agency_id, or_(mine, _by_team(viewer)))
    raised_with = and_(Escalation.raised_with_agency_id == viewer.agency_id, _with_team(viewer))
    return and_(own_partnership, or_(raised_by, raised_with))


def _by_team(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.AGENCY_LEAD or viewer.hat is None:
        return true()
    if viewer.hat.team_id is None:
        return Escalation.raised_by_team_id.is_(None)
    return Escalation.raised_by_team_id == viewer.hat.team_id


def _with_team(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.AGENCY_LEAD or viewer.hat is None:
        return true()
    if viewer.hat.team_id is None:
        return Escalation.raised_with_team_id.is_(None)
    return Escalation.raised_with_team_id == viewer.hat.team_id


@kept_for_hat
def readable_to(viewer: Viewer) -> Select[Escalation]:
    """Escalations whose narrative, case and meeting the viewer may read: what they see, but for structured roles."""
    if not viewer.is_system and viewer.role in STRUCTURED_ONLY:
        return select(Escalation).where(false())
    return visible_to(viewer)


def may_view(viewer: Viewer, escalation: Escalation, *, chairs_meeting: bool = False, was_told: bool = False) -> bool:
    """Whether the viewer sees this escalation.

    `chairs_meeting`: the viewer's membership chairs the meeting that it is about; `was_told`: it was told of a stage.
    """
    if escalation.partnership_id != viewer.partnership_id or not viewer.may(Permission.ESCALATIONS_VIEW):
        return False
    if viewer.is_system:
        return True
    if is_closed_of(viewer, escalation.case_id) or escalation.meeting_id in viewer.closed_meetings:
        return False
    if viewer.role in WHOLE_LOG:
        return True
    is_mine = escalation.raised_by_membership_id == viewer.membership_id
    if viewer.role is Role.CHAIR:
        return is_mine or chairs_meeting
    if viewer.role is Role.SIGNATORY:
        return was_told
    if viewer.agency_id is None or viewer.role not in ANSWERING_ROLES:
        return False
    team = viewer.hat.team_id if viewer.hat else None
    is_lead = viewer.role is Role.AGENCY_LEAD
    raised = escalation.raised_by_agency_id == viewer.agency_id and (
        is_lead or is_mine or escalation.raised_by_team_id == team
    )
    asked = escalation.raised_with_agency_id == viewer.agency_id and (is_lead or escalation.raised_with_team_id == team)
    return raised or asked


def may_read(viewer: Viewer) -> bool:
    """Whether the viewer may read the narrative, the case and the meeting of an escalation that they see."""
    return viewer.may(Permission.ESCALATIONS_VIEW) and (viewer.is_system or viewer.role not in STRUCTURED_ONLY)


def is_raised_by(viewer: Viewer, escalation: Escalation) -> bool:
    """Whether the viewer acts for the side that raised it: its agency, its chair, or the manager for the partnership.

    A chair who sees it because of their meeting acts for the partnership, where the partnership raised it.
    """
    if viewer.is_system or not may_read(viewer) or escalation.partnership_id != viewer.partnership_id:
        return False
    if escalation.raised_by_agency_id is None:
        return viewer.role in (Role.CHAIR, Role.SAFEGUARDING_MANAGER)
    return escalation.raised_by_agency_id == viewer.agency_id and viewer.role in ANSWERING_ROLES


def is_raised_with(viewer: Viewer, escalation: Escalation) -> bool:
    """Whether the viewer acts for the agency that is asked."""
    return (
        not viewer.is_system
        and may_read(viewer)
        and viewer.role in ANSWERING_ROLES
        and escalation.partnership_id == viewer.partnership_id
        and escalation.raised_with_agency_id == viewer.agency_id
    )


def _is_open(viewer: Viewer, escalation: Escalation) -> bool:
    return (
        viewer.may(Permission.ESCALATIONS_ANSWER)
        and escalation.partnership_id == viewer.partnership_id
        and escalation.status is EscalationStatus.OPEN
    )


def may_reply(viewer: Viewer, escalation: Escalation) -> bool:
    """The agency that is asked replies while it is its turn: its lead, and at the first stage any who sees it."""
    return (
        _is_open(viewer, escalation)
        and escalation.turn is Turn.RAISED_WITH
        and is_raised_with(viewer, escalation)
        and (viewer.role is Role.AGENCY_LEAD or escalation.stage == 1)
    )


def may_drive(viewer: Viewer, escalation: Escalation) -> bool:
    """Those who raised it move it up, give more time and close it; so does the manager, for anybody."""
    return _is_open(viewer, escalation) and _drives(viewer, escalation)


def may_record_outcome(viewer: Viewer, escalation: Escalation) -> bool:
    """Whoever drives it says what it came to for the child, also afterwards; not of what was raised in error."""
    return (
        viewer.may(Permission.ESCALATIONS_ANSWER)
        and escalation.partnership_id == viewer.partnership_id
        and escalation.status is not EscalationStatus.WITHDRAWN
        and _drives(viewer, escalation)
    )


def _drives(viewer: Viewer, escalation: Escalation) -> bool:
    if viewer.role is Role.SAFEGUARDING_MANAGER:
        return True
    if not is_raised_by(viewer, escalation):
        return False
    return viewer.role in (Role.CHAIR, Role.AGENCY_LEAD) or escalation.raised_by_membership_id == viewer.membership_id


def may_add(viewer: Viewer, escalation: Escalation) -> bool:
    """Both sides add to the log while it is open, and the manager to any."""
    return _is_open(viewer, escalation) and (
        viewer.role is Role.SAFEGUARDING_MANAGER
        or is_raised_by(viewer, escalation)
        or is_raised_with(viewer, escalation)
    )


def may_amend(viewer: Viewer, escalation: Escalation, by_user_id: int | None) -> bool:
    """Whoever wrote an entry may correct it by another, also when the matter is closed."""
    return (
        viewer.may(Permission.ESCALATIONS_ANSWER)
        and may_read(viewer)
        and escalation.partnership_id == viewer.partnership_id
        and by_user_id is not None
        and by_user_id == viewer.user_id
    )


def may_raise(viewer: Viewer, kind: LadderKind) -> bool:
    """Agencies, chairs and the manager raise disagreements; chairs and the manager raise alerts and non-attendance."""
    if viewer.is_system or not viewer.may(Permission.ESCALATIONS_RAISE):
        return False
    if kind is LadderKind.DISAGREEMENT:
        return True
    if kind is LadderKind.PRACTICE_ALERT:
        return viewer.may(Permission.ALERTS_RAISE)
    return viewer.may(Permission.ESCALATIONS_PROPOSED)


@kept_for_hat
def proposals_visible_to(viewer: Viewer) -> Select[EscalationProposal]:
    """What the rules proposed about meetings that the viewer chairs; the manager sees all of the partnership."""
    proposals = select(EscalationProposal).join(Meeting, Meeting.id == EscalationProposal.meeting_id)
    if viewer.partnership_id is None or not viewer.may(Permission.ESCALATIONS_PROPOSED):
        return proposals.where(false())
    return proposals.where(EscalationProposal.partnership_id == viewer.partnership_id, meetings.visible_where(viewer))


def may_decide(viewer: Viewer, proposal: EscalationProposal) -> bool:
    """Whoever sees a proposal decides it, once."""
    return (
        viewer.may(Permission.ESCALATIONS_PROPOSED)
        and not viewer.is_system
        and proposal.partnership_id == viewer.partnership_id
        and proposal.status is ProposalStatus.OPEN
    )
