"""Who has opened a meeting's bundles, as the trail says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.vocabulary import ActivityOutcome
from portal.models.activity import Activity
from portal.models.partnerships import Agency
from portal.models.people import User

OPENED = "bundle.opened"


@dataclass(frozen=True, slots=True)
class Reader:
    """One person who opened a bundle: first, and how often."""

    name: str
    agency: str
    first_at: datetime
    times: int


def readers_of(session: Session, viewer: Viewer, bundle_ids: Collection[int]) -> dict[int, tuple[Reader, ...]]:
    """Who opened each bundle, from the trail; the first who did stands first."""
    found: dict[int, tuple[Reader, ...]] = {}
    rows = session.execute(
        select(
            Activity.subject_id,
            User.name,
            Agency.name.label("agency"),
            func.min(Activity.at).label("first_at"),
            func.count().label("times"),
        )
        .join(User, User.id == Activity.user_id)
        .outerjoin(Agency, Agency.id == Activity.agency_id)
        .where(
            Activity.partnership_id == viewer.partnership_id,
            Activity.outcome == ActivityOutcome.DONE,
            Activity.verb == OPENED,
            Activity.subject == "bundle",
            Activity.subject_id.in_(bundle_ids),
        )
        .group_by(Activity.subject_id, Activity.user_id, Activity.agency_id, User.name, Agency.name)
        .order_by(func.min(Activity.at), User.name)
    )
    for row in rows:
        reader = Reader(row.name, row.agency or "", row.first_at, row.times)
        found[row.subject_id] = (*found.get(row.subject_id, ()), reader)
    return found
