"""Who signs a return: the people of its agency with their posts, and the signatures that stand under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import signing as access
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.sign_off import Place, Signed
from portal.models.audits import SignOff
from portal.models.people import Membership, User


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature under a version."""

    step: SignOffStep
    user_id: int
    name: str
    declaration: str
    signed_at: datetime


def places_of(session: Session, viewer: Viewer) -> list[Place]:
    """Who of the viewer's agency may have to sign."""
    rows = session.execute(
        access.signers_visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(User.deactivated_at.is_(None))
        .order_by(User.name, Membership.id)
        .with_only_columns(Membership.id, Membership.user_id, User.name, Membership.role, Membership.post)
    )
    return [Place(*row) for row in rows]


def signatures_of(
    session: Session, viewer: Viewer, return_id: int, order: Sequence[SignOffStep]
) -> dict[int, list[Signature]]:
    """The signatures under each version of a return that the viewer sees, in the order of the steps."""
    rows = session.execute(
        access.sign_offs_visible_to(viewer)
        .where(SignOff.return_id == return_id)
        .with_only_columns(
            SignOff.number, SignOff.step, SignOff.user_id, SignOff.name, SignOff.declaration, SignOff.signed_at
        )
    )
    found: dict[int, list[Signature]] = {}
    for row in rows:
        one = Signature(row.step, row.user_id, row.name, row.declaration, row.signed_at)
        found.setdefault(row.number, []).append(one)
    for signatures in found.values():
        signatures.sort(key=lambda one: order.index(one.step))
    return found


def signed(signatures: Sequence[Signature]) -> list[Signed]:
    """Signatures as the rules take them."""
    return [Signed(one.step, one.user_id) for one in signatures]
