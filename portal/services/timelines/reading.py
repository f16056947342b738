"""A family's timeline, or one child's, as one viewer may read it: found, narrowed, put in order, and paged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import families as families_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.family_vocabulary import KnowsChild
from portal.domain.timelines import Happening, Wanted, in_order, of_child
from portal.models.cases import Case, Child
from portal.models.families import InvitationChild
from portal.services import activity
from portal.services.paging import PER_PAGE, Page, page_number
from portal.services.timelines.sources import SOURCES

EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class TimelineChild:
    """A child of the family."""

    id: int
    name: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of it, the newest first; `child` is empty where it is the whole family's."""

    case_id: int
    reference: str
    children: tuple[TimelineChild, ...]
    child: TimelineChild | None
    page: Page[Happening]


def timeline(
    viewer: Viewer,
    case_id: int,
    wanted: Wanted = EVERYTHING,
    *,
    child_id: int | None = None,
    page: int | None = 1,
) -> Timeline:
    """A family's timeline for somebody who sees a meeting of it, or one child's; that it was read is logged.

    `page` None gives the whole of it on one page, to be printed. By two statements and one for each source, however
    much has happened. Raises NotVisible.
    """
    session: Session = db.session()
    reference = session.scalar(
        cases_access.visible_to(viewer).where(Case.id == case_id).with_only_columns(Case.reference)
    )
    if reference is None:
        raise NotVisible("No such family.")
    children = _children(session, viewer, case_id)
    child = next((one for one in children if one.id == child_id), None)
    if child is None and child_id is not None:
        raise NotVisible("No such child.")
    found = [
        one for kind, read in SOURCES if wanted.kind in (None, kind) for one in read(viewer, case_id) if wanted.has(one)
    ]
    if child is not None:
        found = of_child(found, child.id, _not_known(session, viewer, child.id))
    ordered = in_order(found)
    return Timeline(case_id, reference, children, child, _paged(ordered, page))


def _children(session: Session, viewer: Viewer, case_id: int) -> tuple[TimelineChild, ...]:
    rows = session.execute(
        cases_access.children_visible_to(viewer)
        .where(Child.case_id == case_id)
        .order_by(Child.id)
        .with_only_columns(Child.id, Child.given_name, Child.surname, Child.date_of_birth)
    ).all()
    activity.record_reading(viewer, "case.read", "case", [case_id])
    return tuple(
        TimelineChild(
            row.id,
            f"{row.given_name} {row.surname}",
            date.fromisoformat(row.date_of_birth) if row.date_of_birth else None,
        )
        for row in rows
    )


def _not_known(session: Session, viewer: Viewer, child_id: int) -> frozenset[int]:
    """The invitations of which the viewer may know that their agencies do not know the child."""
    rows = session.scalars(
        families_access.said_visible_to(viewer)
        .where(InvitationChild.child_id == child_id, InvitationChild.knows == KnowsChild.NO)
        .with_only_columns(InvitationChild.invitation_id)
    )
    return frozenset(rows)


def _paged(ordered: list[Happening], page: int | None) -> Page[Happening]:
    if page is None:
        return Page(ordered, 1, len(ordered))
    number = page_number(page, len(ordered))
    return Page(ordered[(number - 1) * PER_PAGE : number * PER_PAGE], number, len(ordered))
