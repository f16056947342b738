"""Locking people and their memberships, so that no two changes to one person cross."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access import people as access
from portal.database.scopes import ACROSS
from portal.domain.errors import NotPermitted, NotVisible
from portal.models.people import Membership, User
from portal.services.changes import Change

T = TypeVar("T")


def lock_person(change: Change, membership_id: int) -> tuple[User, Membership]:
    """A membership that the viewer sees and its person, who is locked first: no two changes to one person cross."""
    visible = access.visible_to(change.viewer).where(Membership.id == membership_id)
    user_id = change.session.scalar(visible.with_only_columns(Membership.user_id))
    if user_id is None:
        raise NotVisible("There is no such person.")
    user = change.session.scalars(for_change(select(User).where(User.id == user_id))).one()
    return user, lock_memberships(change, membership_id)[membership_id]


def lock_memberships(change: Change, *membership_ids: int) -> dict[int, Membership]:
    """These memberships and the viewer's own, which must still be what it was when the request began.

    Of two administrators who end each other's role at once, the second has none any more. Locked in one order, so
    that neither waits for the other for ever.
    """
    own = change.viewer.membership_id
    wanted = [*membership_ids, *([] if own is None else [own])]
    rows = select(Membership).where(Membership.id.in_(wanted)).order_by(Membership.id)
    held = {row.id: row for row in change.session.scalars(for_change(rows))}
    if own is not None and (held[own].ended_at is not None or held[own].role is not change.viewer.role):
        raise NotPermitted("Your own role has changed meanwhile.")
    return held


def for_change(rows: Select[T]) -> Select[T]:
    """Lock rows and read them as they are after that; what only points at them (a link, a session) need not wait."""
    return rows.with_for_update(key_share=True).execution_options(populate_existing=True)


def current_memberships(session: Session, user_id: int) -> list[Membership]:
    """What a person is now, in every partnership."""
    rows = select(Membership).where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    return list(session.scalars(rows.order_by(Membership.id).execution_options(**ACROSS)))
