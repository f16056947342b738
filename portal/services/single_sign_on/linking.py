"""Which accounts are linked with which identities: shown, opened to be linked by an administrator, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, insert, select

from portal.access import identities as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.vocabulary import JoiningPurpose
from portal.models.identities import Identity
from portal.models.people import User
from portal.services import joining
from portal.services.changes import LOST, Change, changing
from portal.services.people_list import find_person
from portal.services.people_locks import current_memberships, lock_person
from portal.services.sessions import end_sessions
from portal.services.single_sign_on.providers import title_of

_IDENTITIES = cast(Table, Identity.__table__)


@dataclass(frozen=True, slots=True)
class Linked:
    """An identity as whoever looks after the account sees it: never what the provider knows the person by."""

    id: int
    title: str
    linked_at: datetime
    linked_by: str | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's single sign-on, for the page of one of their roles."""

    membership_id: int
    name: str
    identities: list[Linked]
    may_link: bool


def of_person(viewer: Viewer, membership_id: int) -> Person:
    """With which providers somebody signs in; raises NotVisible."""
    entry = find_person(viewer, membership_id)
    held = current_memberships(db.session(), entry.row.user_id)
    return Person(
        membership_id=membership_id,
        name=entry.row.name,
        identities=_linked(viewer, entry.row.user_id),
        may_link=access.may_link(viewer, held),
    )


def open_link(viewer: Viewer, membership_id: int) -> str | None:
    """Open a one-time link by which a person links their account: its token, or None where it goes to them by mail.

    Links that they have not used yet end. Raises NotVisible, and NotPermitted for anybody but an administrator who
    looks after every role that the person has.
    """
    with changing(viewer) as change:
        user = _locked(change, membership_id)
        return joining.hand_over_link(change, user.id, JoiningPurpose.SIGN_ON)


def end(viewer: Viewer, membership_id: int) -> None:
    """End what links a person's account with providers: they sign in by none any more, and all their sign-ins end.

    Raises NotVisible, NotPermitted as `open_link` does, and Conflict where somebody else has just ended it.
    """
    with changing(viewer) as change:
        user = _locked(change, membership_id)
        gone = change.session.execute(
            delete(_IDENTITIES).where(_IDENTITIES.c.user_id == user.id).returning(_IDENTITIES.c.id)
        ).all()
        if not gone:
            raise Conflict(LOST)
        end_sessions(change.session, user.id)
        change.log("identity.unlinked", "person", user.id)


def owner_of(issuer: str, subject: str) -> int | None:
    """Whose account is linked with this identity."""
    return db.session.scalar(select(Identity.user_id).where(Identity.issuer == issuer, Identity.subject == subject))


def put(change: Change, user_id: int, provider: str, issuer: str, subject: str, linked_by_id: int | None) -> None:
    """Link the account with the identity; the one that it had at the same provider goes."""
    change.session.execute(delete(_IDENTITIES).where(_IDENTITIES.c.user_id == user_id, _IDENTITIES.c.issuer == issuer))
    change.session.execute(
        insert(_IDENTITIES).values(
            user_id=user_id,
            provider=provider,
            issuer=issuer,
            subject=subject,
            linked_at=change.viewer.now,
            linked_by_id=linked_by_id,
            last_used_at=change.viewer.now,
        )
    )
    change.log("identity.linked", "person", user_id)


def _linked(viewer: Viewer, user_id: int) -> list[Linked]:
    rows = db.session.execute(
        access.visible_to(viewer)
        .outerjoin(User, User.id == Identity.linked_by_id)
        .where(Identity.user_id == user_id)
        .with_only_columns(Identity.id, Identity.provider, Identity.linked_at, User.name, Identity.last_used_at)
        .order_by(Identity.id)
    )
    return [Linked(row.id, title_of(row.provider), row.linked_at, row.name, row.last_used_at) for row in rows]


def _locked(change: Change, membership_id: int) -> User:
    user, _membership = lock_person(change, membership_id)
    if not access.may_link(change.viewer, current_memberships(change.session, user.id)):
        raise NotPermitted("Only an administrator who looks after all of a person’s roles links their account.")
    return user
