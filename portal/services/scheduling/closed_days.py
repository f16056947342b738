"""When the agencies of a meeting are closed, for whoever plans it: the days alone, not who covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.domain.closures import Closure
from portal.models.closures import ClosurePeriod
from portal.models.partnerships import Agency


def closures_of(
    session: Session, viewer: Viewer, agency_ids: Collection[int], first: date, last: date
) -> Mapping[str, list[Closure]]:
    """When some agencies of the viewer's partnership are closed within these days, by their names; by one query."""
    if not agency_ids or not access.may_ask_who_is_busy(viewer):
        return {}
    rows = session.execute(
        select(Agency.name, ClosurePeriod.begins_on, ClosurePeriod.ends_on)
        .join(Agency, Agency.id == ClosurePeriod.agency_id)
        .where(
            ClosurePeriod.partnership_id == viewer.partnership_id,
            is_among(ClosurePeriod.agency_id, "agencies"),
            ClosurePeriod.begins_on <= last,
            ClosurePeriod.ends_on >= first,
        )
        .order_by(Agency.name, ClosurePeriod.begins_on),
        {"agencies": bound_ids(sorted(agency_ids))},
    )
    found: dict[str, list[Closure]] = defaultdict(list)
    for row in rows:
        found[row.name].append(Closure(row.begins_on, row.ends_on))
    return dict(found)
