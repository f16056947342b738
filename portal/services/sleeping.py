"""Accounts that nobody uses go to sleep; whoever looks after the person wakes them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from portal.access import people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.partnerships import Partnership
from portal.models.people import Membership, User
from portal.services.changes import Change, changing
from portal.services.notices.telling import Telling, tell
from portal.services.people_locks import current_memberships, for_change, lock_person
from portal.services.sessions import end_sessions

WORKER = "upkeep"


class _NotNow(Exception):
    """The account is as it is wanted, was used since it was looked at, or nobody else could wake it."""


def wake(viewer: Viewer, membership_id: int) -> bool:
    """Wake the account of one of the people whom the viewer looks after; says whether it was asleep.

    It opens nothing by itself: the person signs in as before. Raises NotVisible, NotPermitted.
    """
    try:
        with changing(viewer) as change:
            user, membership = lock_person(change, membership_id)
            if not access.may_manage(viewer, membership):
                raise NotPermitted("This account is not yours to wake.")
            if user.asleep_at is None:
                raise _NotNow
            wake_in(change, user.id)
    except _NotNow:
        return False
    return True


def wake_in(change: Change, user_id: int) -> None:
    """Wake an account in the transaction of whatever gives cause to; how long it is not used is counted anew."""
    change.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(asleep_at=None, woken_at=change.viewer.now)
        .execution_options(synchronize_session=False)
    )
    change.log("person.woken", "person", user_id)


def sleep_unused(now: datetime) -> int:
    """Put each account to sleep that nobody has used for as long as its partnerships allow; says how many.

    Of several partnerships the longest time holds. The last administrator of a partnership who is awake stays so,
    because nobody could wake them. Several workers may do this at once.
    """
    session: Session = db.session()
    limits = session.scalars(select(Partnership.account_sleeps_after_days).distinct()).all()
    if not limits:
        return 0
    unused = (
        select(User.id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.ended_at.is_(None)))
        .join(Partnership, Partnership.id == Membership.partnership_id)
        .where(_is_awake(), User.password_hash.is_not(None))
        .group_by(User.id, User.last_signed_in_at, User.woken_at, User.created_at)
        .having(
            or_(
                *(
                    and_(func.max(Partnership.account_sleeps_after_days) == days, _unused_since(now, days))
                    for days in limits
                )
            )
        )
        .order_by(User.id)
    )
    return sum(put_to_sleep(user_id, now) for user_id in session.scalars(unused).all())


def _is_awake() -> ColumnElement[bool]:
    return and_(User.deactivated_at.is_(None), User.asleep_at.is_(None))


def _unused_since(now: datetime, days: int) -> ColumnElement[bool]:
    """Nobody has signed in or woken it for so many days; one that nobody ever signed in to counts from its making."""
    then = now - timedelta(days=days)
    return and_(
        func.coalesce(User.last_signed_in_at, User.created_at) <= then,
        or_(User.woken_at.is_(None), User.woken_at <= then),
    )


def put_to_sleep(user_id: int, now: datetime) -> bool:
    """Put one account to sleep if it is still unused at `now` (UTC); says whether it was."""
    memberships = current_memberships(db.session(), user_id)
    if not memberships:
        return False
    try:
        # For no partnership: it is told and noted in each that the person works in.
        with changing(Viewer.of_system(WORKER, now)) as change:
            _sleep(change, user_id)
    except _NotNow:
        return False
    return True


def _sleep(change: Change, user_id: int) -> None:
    session, now = change.session, change.viewer.now
    memberships = current_memberships(session, user_id)
    partnerships = sorted({row.partnership_id for row in memberships})
    administers = [row.partnership_id for row in memberships if row.role is Role.ADMINISTRATOR]
    # Locked, so that of two administrators who are put to sleep at once the second is seen to be the last.
    limits = session.scalars(
        select(Partnership.account_sleeps_after_days)
        .where(Partnership.id.in_(partnerships))
        .order_by(Partnership.id)
        .with_for_update(key_share=True)
    ).all()
    unused = select(User).where(User.id == user_id, _is_awake(), _unused_since(now, max(limits, default=0)))
    user = session.scalar(for_change(unused))
    if user is None or any(_is_last_administrator(session, user_id, number) for number in administers):
        raise _NotNow
    user.asleep_at = now
    session.flush()
    end_sessions(session, user_id)
    for partnership_id in partnerships:
        change.log("person.asleep", "person", user_id, partnership_id=partnership_id)
    for membership in memberships:
        telling = Telling(
            NoticeKind.ACCOUNT_ASLEEP, "membership", membership.id, place=now.toordinal(), what=f"{user.name} is asleep"
        )
        tell(change, membership.partnership_id, _keepers(session, membership), telling)


def _is_last_administrator(session: Session, user_id: int, partnership_id: int) -> bool:
    others = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == partnership_id,
            Membership.role == Role.ADMINISTRATOR,
            Membership.ended_at.is_(None),
            Membership.user_id != user_id,
            _is_awake(),
        )
        .limit(1)
    )
    return session.scalar(others) is None


def _keepers(session: Session, membership: Membership) -> list[int]:
    """Who looks after the person: the other leads of the agency, and failing them the administrators."""
    rows = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == membership.partnership_id,
            Membership.user_id != membership.user_id,
            Membership.ended_at.is_(None),
            _is_awake(),
        )
        .order_by(Membership.id)
    )
    if membership.role in AGENCY_ROLES:
        leads = rows.where(Membership.role == Role.AGENCY_LEAD, Membership.agency_id == membership.agency_id)
        if found := session.scalars(leads).all():
            return list(found)
    return list(session.scalars(rows.where(Membership.role == Role.ADMINISTRATOR)))
