"""Who sees a challenge session, who reads what came of it, and who plans, holds and releases it."""

from __future__ import annotations

from sqlalchemy import Select, exists, false, select, true

from portal.access import audits
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import SIGNED_STATUSES, SessionStatus
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.audits import AuditReturn, PanelMember
from portal.models.moderation import ChallengeSession


def visible_to(viewer: Viewer) -> Select[ChallengeSession]:
    """When and where sessions are: for the agency's lead and signatories, its panel, the manager and the scrutineer."""
    rows = select(ChallengeSession)
    if viewer.partnership_id is None or not viewer.may(Permission.AUDITS_VIEW) or viewer.role is Role.PRACTITIONER:
        return rows.where(false())
    returns = audits.visible_to(viewer).with_only_columns(AuditReturn.id)
    if not viewer.is_system and viewer.role not in AGENCY_ROLES:
        on_panel = exists().where(
            PanelMember.round_id == AuditReturn.round_id, PanelMember.membership_id == viewer.membership_id
        )
        reads = true() if viewer.role in audits.READS_EVERY_RETURN else on_panel.correlate(AuditReturn)
        returns = returns.where(reads)
    return rows.where(ChallengeSession.return_id.in_(returns))


def may_view(viewer: Viewer, audit_return: AuditReturn, *, on_panel: bool) -> bool:
    """Whether the viewer sees when and where the return's session is; `on_panel`: they sit on the round's panel."""
    if audit_return.partnership_id != viewer.partnership_id or not viewer.may(Permission.AUDITS_VIEW):
        return False
    if viewer.is_system:
        return True
    if viewer.role in AGENCY_ROLES:
        return audit_return.agency_id == viewer.agency_id and viewer.role is not Role.PRACTITIONER
    return on_panel or viewer.role in audits.READS_EVERY_RETURN


def may_see_outcome(viewer: Viewer, session: ChallengeSession) -> bool:
    """Whether the viewer, who sees the session, reads what came of it: the agency once it is released."""
    return viewer.role not in AGENCY_ROLES or session.status is SessionStatus.RELEASED


def may_plan(viewer: Viewer, audit_return: AuditReturn, session: ChallengeSession | None) -> bool:
    """Whether the viewer gives the return a session, or moves it: until it has been held."""
    return _runs(viewer, audit_return) and (session is None or session.status is SessionStatus.PLANNED)


def may_hold(viewer: Viewer, audit_return: AuditReturn, session: ChallengeSession | None) -> bool:
    """Whether the viewer writes down what came of the session: until it is released."""
    return (
        _runs(viewer, audit_return)
        and session is not None
        and session.status is not SessionStatus.RELEASED
        and session.held_on <= viewer.today
    )


def may_release(viewer: Viewer, audit_return: AuditReturn, session: ChallengeSession | None) -> bool:
    """Whether the viewer sends the session's outcome to the agency: once, after it was held."""
    return _runs(viewer, audit_return) and session is not None and session.status is SessionStatus.HELD


def _runs(viewer: Viewer, audit_return: AuditReturn) -> bool:
    return (
        viewer.may(Permission.AUDITS_RUN)
        and audit_return.partnership_id == viewer.partnership_id
        and audit_return.status in SIGNED_STATUSES
    )
