"""The panel of a round: who moderates its returns, besides the business manager."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, delete, select

from portal.access import audits as access
from portal.access.roles import ROLES, Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.vocabulary import Role
from portal.models.audits import AuditRound, PanelMember
from portal.models.people import Membership, User
from portal.services.audits.asked import running_round
from portal.services.audits.rounds import runnable
from portal.services.changes import changing

MODERATES = frozenset(role for role, permissions in ROLES.items() if Permission.AUDITS_MODERATE in permissions)


@dataclass(frozen=True, slots=True)
class Panelist:
    """Somebody who sits on a panel, or could."""

    membership_id: int
    name: str
    role: Role


def panel_of(viewer: Viewer, round_id: int) -> list[Panelist]:
    """Who sits on a round's panel and still works here, by name."""
    seen = access.rounds_visible_to(viewer).where(AuditRound.id == round_id).with_only_columns(AuditRound.id)
    rows = _people(viewer).join(PanelMember, PanelMember.membership_id == Membership.id)
    return [Panelist(*row) for row in db.session.execute(rows.where(PanelMember.round_id.in_(seen)))]


def panel_candidates(viewer: Viewer) -> list[Panelist]:
    """Everybody of the partnership whose role moderates, by name."""
    return [Panelist(*row) for row in db.session.execute(_people(viewer))]


def set_panel(viewer: Viewer, round_id: int, membership_ids: Collection[int]) -> bool:
    """Make these people the panel; says whether that changed anything. Raises NotVisible for no such round."""
    runnable(viewer, round_id)
    wanted = set(membership_ids)
    if wanted == {one.membership_id for one in panel_of(viewer, round_id)}:
        return False
    with changing(viewer) as change:
        asked = running_round(change, round_id)
        if not wanted <= {one.membership_id for one in panel_candidates(viewer)}:
            raise Invalid("Not all can moderate.", errors={"panel": ["Choose only from the people shown"]})
        change.session.execute(delete(PanelMember).where(PanelMember.round_id == asked.id))
        change.session.add_all(
            PanelMember(partnership_id=asked.partnership_id, round_id=asked.id, membership_id=membership_id)
            for membership_id in sorted(wanted)
        )
        change.log("audit_round.panel_changed", "audit_round", round_id)
    return True


def _people(viewer: Viewer) -> Select[int, str, Role]:
    return (
        select(Membership.id, User.name, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            Membership.role.in_(MODERATES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, Membership.id)
    )
