"""Who reads the results of an audit round, which agencies they see by name, and whose feedback letter they open."""

from __future__ import annotations

from sqlalchemy import Select, and_, false, select

from portal.access import audits
from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import SIGNED_STATUSES
from portal.domain.vocabulary import Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound

READS_LETTERS = frozenset({Role.AGENCY_LEAD, Role.SIGNATORY})
"""Of an agency: those who answer for the whole of its return."""


def rounds_visible_to(viewer: Viewer) -> Select[AuditRound]:
    """Rounds whose results the viewer reads: the board, its manager, the scrutineer and sector leads."""
    if not viewer.may(Permission.AUDITS_READ):
        return select(AuditRound).where(false())
    return audits.rounds_visible_to(viewer)


def counted_for(viewer: Viewer) -> Select[AuditReturn]:
    """Returns that stand in the figures: all that were asked for in the viewer's partnership, signed or not.

    Whoever reads results reads figures over all agencies; who sees an agency by name is `named_for`.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.AUDITS_READ):
        return select(AuditReturn).where(false())
    return select(AuditReturn).where(AuditReturn.partnership_id == viewer.partnership_id)


def named_for(viewer: Viewer) -> Select[AuditReturn]:
    """Returns whose own scores the viewer reads: all for the board, their sector's (or panel's) for sector leads."""
    if not viewer.may(Permission.AUDITS_READ):
        return select(AuditReturn).where(false())
    return audits.visible_to(viewer)


def hides_small(viewer: Viewer) -> bool:
    """Whether small counts are withheld from the viewer, as in the other figures (access/indicators.py)."""
    return not viewer.is_system and viewer.role not in CASE_ROLES


def letters_visible_to(viewer: Viewer) -> Select[AuditReturn]:
    """Returns whose letter the viewer opens: the agency's lead and signatories once it is released.

    The business manager and the scrutineer read it from the day the return is signed, as a draft until then.
    """
    signed = and_(AuditReturn.status.in_(SIGNED_STATUSES), AuditReturn.signed_at.is_not(None))
    rows = audits.visible_to(viewer).where(signed)
    if viewer.is_system or viewer.role in audits.READS_EVERY_RETURN:
        return rows
    if viewer.role in READS_LETTERS:
        return rows.where(AuditReturn.released_at.is_not(None))
    return rows.where(false())


def may_read_letter(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the viewer may open the return's feedback letter now."""
    if audit_return.partnership_id != viewer.partnership_id or not viewer.may(Permission.AUDITS_VIEW):
        return False
    if audit_return.status not in SIGNED_STATUSES or audit_return.signed_at is None:
        return False
    if viewer.is_system or viewer.role in audits.READS_EVERY_RETURN:
        return True
    return viewer.role in READS_LETTERS and audits.is_own(viewer, audit_return) and audit_return.released_at is not None


def compared_with(viewer: Viewer, audit_return: AuditReturn) -> Select[AuditReturn]:
    """Returns whose means a letter may name beside its agency's own: all of the round, for whoever may open it."""
    if not may_read_letter(viewer, audit_return):
        return select(AuditReturn).where(false())
    return select(AuditReturn).where(
        AuditReturn.partnership_id == audit_return.partnership_id, AuditReturn.round_id == audit_return.round_id
    )


def actions_in_letter(viewer: Viewer, audit_return: AuditReturn) -> Select[Action]:
    """The actions that a letter repeats: those of its return, for whoever may open it."""
    if not may_read_letter(viewer, audit_return):
        return select(Action).where(false())
    return select(Action).where(
        Action.partnership_id == audit_return.partnership_id, Action.return_id == audit_return.id
    )
