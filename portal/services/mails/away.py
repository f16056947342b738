"""Who is away on a day, with or without somebody who stands in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.absences import Absence
from portal.models.closures import ClosurePeriod
from portal.models.people import Membership


def away_among(session: Session, membership_ids: Collection[int], day: date) -> set[int]:
    """Those of these memberships that are absent on a day, or whose agency is closed while they do not cover for it."""
    if not membership_ids:
        return set()
    absent = select(Absence.membership_id).where(
        Absence.membership_id.in_(membership_ids), Absence.begins_on <= day, Absence.ends_on >= day
    )
    closed = (
        select(Membership.id)
        .join(
            ClosurePeriod,
            and_(
                ClosurePeriod.partnership_id == Membership.partnership_id,
                ClosurePeriod.agency_id == Membership.agency_id,
            ),
        )
        .where(
            Membership.id.in_(membership_ids),
            Membership.role.in_(AGENCY_ROLES),
            ClosurePeriod.begins_on <= day,
            ClosurePeriod.ends_on >= day,
            or_(ClosurePeriod.cover_membership_id.is_(None), ClosurePeriod.cover_membership_id != Membership.id),
        )
    )
    return set(session.scalars(absent.union(closed)))
