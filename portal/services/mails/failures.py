"""Mails that will never arrive: marked as failed, and told to whoever can put the address right."""

from __future__ import annotations

from collections import defaultdict
from typing import cast

from sqlalchemy import ColumnElement, Table, or_, select, update

from portal.domain.message_vocabulary import MailState, NoticeKind
from portal.domain.vocabulary import Role
from portal.domain.working_days import london_day
from portal.models.messages import Mail
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell

LONGEST_FAULT = 200

_MAILS = cast(Table, Mail.__table__)


def fail(change: Change, mail_id: int, user_id: int, fault: str, *still: ColumnElement[bool]) -> bool:
    """Mark a mail as failed while `still` holds of it, and tell of it; says whether it held."""
    done = change.session.execute(
        update(_MAILS)
        .where(_MAILS.c.id == mail_id, *still)
        .values(state=MailState.FAILED, claimed_until=None, fault=fault[:LONGEST_FAULT], delivery_reference=None)
        .returning(_MAILS.c.id)
    ).first()
    if done is not None:
        tell_of_failure(change, user_id)
    return done is not None


def tell_of_failure(change: Change, user_id: int) -> int:
    """Tell the leads of a person's agencies that a mail did not reach them; says how many were told.

    Where there is no agency, or no other lead in it, the partnership's administrators are told. Once a month for each
    person: whoever is told every day stops reading.
    """
    session, today = change.session, london_day(change.viewer.now)
    own = session.execute(
        select(Membership.id, Membership.partnership_id, Membership.agency_id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    keepers = _keepers(change, user_id, {row.partnership_id for row in own})
    told = 0
    for row in own:
        leads = keepers.get((row.partnership_id, row.agency_id)) if row.agency_id is not None else None
        telling = Telling(
            NoticeKind.MAIL_FAILED,
            "membership",
            row.id,
            place=today.year * 100 + today.month,
            what=f"Mail for {row.name} does not arrive",
        )
        told += tell(change, row.partnership_id, leads or keepers.get((row.partnership_id, None), []), telling)
    return told


def _keepers(change: Change, user_id: int, partnership_ids: set[int]) -> dict[tuple[int, int | None], list[int]]:
    """Other people who look after accounts: the leads of each agency, and the administrators under None."""
    rows = change.session.execute(
        select(Membership.id, Membership.partnership_id, Membership.agency_id, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id.in_(partnership_ids),
            Membership.user_id != user_id,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
            User.asleep_at.is_(None),
            or_(Membership.role == Role.AGENCY_LEAD, Membership.role == Role.ADMINISTRATOR),
        )
        .order_by(Membership.id)
    )
    found: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for row in rows:
        agency_id = row.agency_id if row.role is Role.AGENCY_LEAD else None
        found[row.partnership_id, agency_id].append(row.id)
    return found
