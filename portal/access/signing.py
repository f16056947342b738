"""Who sends an audit return to be signed, signs it, opens it again, and sees its signatures and versions."""

from __future__ import annotations

from sqlalchemy import Select, false, or_, select

from portal.access import audits
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.sign_off import SIGNING_POSTS, SIGNING_ROLES
from portal.models.audits import AuditReturn, AuditRound, ReturnVersion, SignOff
from portal.models.people import Membership

_CLOSED_TO_ANSWERS = frozenset({ReturnStatus.SUBMITTED, ReturnStatus.SIGNED, ReturnStatus.MODERATED})


def sign_offs_visible_to(viewer: Viewer) -> Select[SignOff]:
    """Signatures under the returns whose progress the viewer sees: names and days, no answer."""
    returns = audits.visible_to(viewer).with_only_columns(AuditReturn.id)
    return select(SignOff).where(SignOff.return_id.in_(returns))


def versions_visible_to(viewer: Viewer) -> Select[ReturnVersion]:
    """Versions of the returns that the viewer sees: an agency all of its own, everybody else those that were signed."""
    returns = audits.visible_to(viewer).with_only_columns(AuditReturn.id)
    rows = select(ReturnVersion).where(ReturnVersion.return_id.in_(returns))
    if viewer.is_system or viewer.role in SIGNING_ROLES:
        return rows
    return rows.where(ReturnVersion.signed_at.is_not(None))


def may_submit(viewer: Viewer, audit_return: AuditReturn, audit_round: AuditRound) -> bool:
    """Whether the viewer sends it to be signed: the agency's lead, while its answers are open."""
    return audits.may_lead(viewer, audit_return) and (
        audit_return.status is ReturnStatus.IN_PROGRESS
        and audit_round.closed_at is None
        and audit_round.opens_on <= viewer.today
    )


def may_withdraw(viewer: Viewer, audit_return: AuditReturn, *, signatures: int) -> bool:
    """Whether the viewer takes it back: the agency's lead, before anybody has signed."""
    return audits.may_lead(viewer, audit_return) and audit_return.status is ReturnStatus.SUBMITTED and signatures == 0


def may_sign(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the viewer is among those who sign this return at all; whose turn it is says domain/sign_off.py."""
    return (
        viewer.may(Permission.AUDITS_SIGN)
        and viewer.role in SIGNING_ROLES
        and audits.is_own(viewer, audit_return)
        and audit_return.status is ReturnStatus.SUBMITTED
    )


def may_reopen(viewer: Viewer, audit_return: AuditReturn, audit_round: AuditRound, *, signatures: int) -> bool:
    """Whether the viewer opens it again: the agency's lead or whoever runs the round, once somebody has signed."""
    return (
        (audits.may_lead(viewer, audit_return) or audits.may_run(viewer, audit_round))
        and audit_return.status in _CLOSED_TO_ANSWERS
        and signatures > 0
        and audit_round.closed_at is None
    )


def may_invite(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the viewer invites somebody to sign it: the agency's lead, who looks after its people."""
    return audits.may_lead(viewer, audit_return) and viewer.may(Permission.PEOPLE_MANAGE)


def signers_visible_to(viewer: Viewer) -> Select[Membership]:
    """Who in the viewer's own agency may have to sign: its leads and signatories, and whoever holds such a post."""
    if viewer.agency_id is None or not viewer.may(Permission.AUDITS_SIGN):
        return select(Membership).where(false())
    return select(Membership).where(
        Membership.partnership_id == viewer.partnership_id,
        Membership.agency_id == viewer.agency_id,
        Membership.ended_at.is_(None),
        or_(Membership.role.in_(SIGNING_ROLES), Membership.post.in_(SIGNING_POSTS)),
    )
