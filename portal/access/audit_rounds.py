"""Who sets up audit rounds, and who chases the agencies that a round asks; access/audits.py says who sees them."""

from __future__ import annotations

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.audits import AuditRound


def may_open(viewer: Viewer) -> bool:
    """Whether the viewer opens audit rounds in their partnership."""
    return viewer.partnership_id is not None and viewer.may(Permission.AUDITS_RUN)


def may_chase(viewer: Viewer, audit_round: AuditRound) -> bool:
    """Whether the viewer reminds agencies, and so is given their leads' addresses: its manager and a sector's lead.

    A sector lead's list holds their sector's agencies alone.
    """
    if audit_round.partnership_id != viewer.partnership_id:
        return False
    return viewer.may(Permission.AUDITS_RUN) or viewer.role is Role.SECTOR_LEAD
