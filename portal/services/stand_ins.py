"""Who stands in on a day for people who are away, or whose agency is closed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Date as DateType
from sqlalchemy import Select, and_, bindparam, exists, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.database.id_lists import bound_ids, is_among
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.absences import Absence
from portal.models.closures import ClosurePeriod
from portal.models.people import Membership, User


def stand_in_for(session: Session, membership_ids: Collection[int], day: date) -> dict[int, int]:
    """The membership that gets each one's messages and tasks on a day; whoever is there has no entry.

    It is the deputy of an absence that the day lies in, else whoever works in a closure of the agency. One who is
    away too passes it on once more, but never back: then it stays with them. Two statements, however many are asked.
    """
    if not membership_ids:
        return {}
    first = _one_step(session, membership_ids, day)
    further = _one_step(session, set(first.values()), day)
    found = {}
    for away, deputy in first.items():
        passed_on = further.get(deputy, deputy)
        found[away] = deputy if passed_on == away else passed_on
    return found


def _one_step(session: Session, membership_ids: Collection[int], day: date) -> dict[int, int]:
    if not membership_ids:
        return {}
    found: dict[int, int] = {}
    for away, stand_in in session.execute(_STAND_INS, {"away": bound_ids(sorted(membership_ids)), "day": day}):
        found.setdefault(away, stand_in)
    return found


def _statement() -> Select[*tuple[Any, ...]]:
    """Absences before closures, and of several whichever ends last; nobody who cannot sign in stands in."""
    day = bindparam("day", type_=DateType)
    stand_in, person = aliased(Membership), aliased(User)

    def there(rows: Select[*tuple[Any, ...]], stand_in_id: Any) -> Select[*tuple[Any, ...]]:
        return (
            rows.join(stand_in, and_(stand_in.id == stand_in_id, stand_in.ended_at.is_(None)))
            .join(person, person.id == stand_in.user_id)
            .where(person.deactivated_at.is_(None), person.asleep_at.is_(None))
        )

    by_absence = there(
        select(
            Absence.membership_id.label("away"),
            stand_in.id.label("stand_in"),
            literal(0).label("place"),
            Absence.ends_on.label("until"),
        )
        .select_from(Absence)
        .where(is_among(Absence.membership_id, "away"), Absence.begins_on <= day, Absence.ends_on >= day),
        Absence.deputy_membership_id,
    )
    other = aliased(ClosurePeriod)
    # Whoever works in one of several closures is there, whatever the others say.
    works = exists().where(other.cover_membership_id == Membership.id, other.begins_on <= day, other.ends_on >= day)
    by_closure = there(
        select(Membership.id, stand_in.id, literal(1), ClosurePeriod.ends_on)
        .select_from(Membership)
        .join(
            ClosurePeriod,
            and_(
                ClosurePeriod.partnership_id == Membership.partnership_id,
                ClosurePeriod.agency_id == Membership.agency_id,
            ),
        )
        .where(
            is_among(Membership.id, "away"),
            Membership.role.in_(AGENCY_ROLES),
            ClosurePeriod.begins_on <= day,
            ClosurePeriod.ends_on >= day,
            ~works.correlate(Membership),
        ),
        ClosurePeriod.cover_membership_id,
    )
    rows = union_all(by_absence, by_closure).subquery()
    return select(rows.c.away, rows.c.stand_in).order_by(rows.c.place, rows.c.until.desc(), rows.c.stand_in)


_STAND_INS = _statement()
