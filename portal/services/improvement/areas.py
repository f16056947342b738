"""The areas of the plan: the list with how far each is, and writing them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_vocabulary import ImprovementStep
from portal.models.improvement import ImprovementArea
from portal.services.changes import LOST, Change, changing
from portal.services.improvement.history import Entry, entries_of, hold_plan, month_for, write_entry
from portal.services.sent_forms import once

MOST_AREAS = 99


@dataclass(frozen=True, slots=True)
class AreaDetails:
    """What is said of an area."""

    number: int
    title: str
    aim: str = ""

    @property
    def in_words(self) -> dict[str, str]:
        """By what pages call it."""
        return {"Number": str(self.number), "Area": self.title, "What it is to come to": self.aim}


@dataclass(frozen=True, slots=True)
class AreaPage:
    """An area's own page, with its history."""

    id: int
    details: AreaDetails
    version: int
    history: list[Entry]


def list_areas(viewer: Viewer) -> list[tuple[int, AreaDetails]]:
    """The areas that the viewer reads, in their order."""
    rows = db.session.scalars(access.areas_visible_to(viewer).order_by(ImprovementArea.number))
    return [(area.id, details_of(area)) for area in rows]


def find_area(viewer: Viewer, area_id: int) -> AreaPage:
    """An area that the viewer keeps. Raises NotVisible, NotPermitted."""
    area = _kept(viewer, db.session(), area_id)
    return AreaPage(area.id, details_of(area), area.version, entries_of(db.session(), area_id=area.id))


def next_number(viewer: Viewer) -> int:
    """The number that the next area gets."""
    return max((area.number for _, area in list_areas(viewer)), default=0) + 1


def add_area(viewer: Viewer, details: AreaDetails) -> int:
    """Add an area to the plan; gives its id. Raises NotPermitted, and Invalid where the number is taken."""
    with changing(viewer) as change:
        once(change)
        return put_area(change, details).id


def put_area(change: Change, details: AreaDetails) -> ImprovementArea:
    """Add an area within a change; raises as `add_area`."""
    viewer, session = change.viewer, change.session
    if not access.may_add(viewer) or viewer.partnership_id is None:
        raise NotPermitted("Writing the improvement plan is not part of this role.")
    _check(session, viewer.partnership_id, details)
    area = ImprovementArea(partnership_id=viewer.partnership_id, created_at=viewer.now)
    _write(area, details)
    session.add(area)
    session.flush()
    write_entry(change, area, ImprovementStep.ADDED, month_for(change, area.id), after=details.in_words)
    change.log("improvement_area.added", "improvement_area", area.id)
    return area


def change_area(viewer: Viewer, area_id: int, details: AreaDetails, *, version: int) -> bool:
    """Change an area; says whether anything changed. Raises NotVisible, NotPermitted, Conflict, Invalid."""
    if details_of(_kept(viewer, db.session(), area_id)) == details:
        return False
    with changing(viewer) as change:
        area = _kept(viewer, change.session, area_id)
        before = details_of(area)
        if area.version != version:
            raise Conflict(LOST, mine=details.in_words, theirs=before.in_words)
        put_change(change, area, details)
    return True


def put_change(change: Change, area: ImprovementArea, details: AreaDetails) -> None:
    """Change an area within a change, for those who have asked what they may."""
    before = details_of(area)
    _check(change.session, area.partnership_id, details, but=area.id)
    month = month_for(change, area.id)
    _write(area, details)
    write_entry(change, area, ImprovementStep.CHANGED, month, before=before.in_words, after=details.in_words)
    change.log("improvement_area.changed", "improvement_area", area.id)


def details_of(area: ImprovementArea) -> AreaDetails:
    """What is said of an area now."""
    return AreaDetails(area.number, area.title, area.aim or "")


def _kept(viewer: Viewer, session: Session, area_id: int) -> ImprovementArea:
    area: ImprovementArea | None = session.scalar(access.areas_visible_to(viewer).where(ImprovementArea.id == area_id))
    if area is None:
        raise NotVisible("There is no such area.")
    if not access.may_keep(viewer, area):
        raise NotPermitted("Writing the improvement plan is not part of this role.")
    return area


def _write(area: ImprovementArea, details: AreaDetails) -> None:
    area.number, area.title, area.aim = details.number, details.title, details.aim or None


def _check(session: Session, partnership_id: int, details: AreaDetails, *, but: int | None = None) -> None:
    if not 1 <= details.number <= MOST_AREAS:
        raise Invalid("No such number.", errors={"number": [f"Enter a number from 1 to {MOST_AREAS}"]})
    if not details.title.strip():
        raise Invalid("No title.", errors={"title": ["Enter what the area is called"]})
    hold_plan(session, partnership_id)
    same = select(ImprovementArea.id).where(
        ImprovementArea.partnership_id == partnership_id, ImprovementArea.number == details.number
    )
    taken = session.scalar(same)
    if taken is not None and taken != but:
        words = f"There is an area {details.number} already: choose another number"
        raise Invalid("The number is taken.", errors={"number": [words]})
