"""Keeping views: the list, saving one, renaming it, saying how often a link comes, and removing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import saved_views as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.saved_views import MOST_VIEWS, SendEvery, is_of_figures, next_day
from portal.models.saved_views import SavedView
from portal.services.changes import LOST, changing
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class KeptView:
    """One view, in the list or on its own page."""

    id: int
    name: str
    address: str
    send_every: SendEvery
    next_on: date | None
    version: int


def list_views(viewer: Viewer) -> list[KeptView]:
    """The viewer's own views by their names; by one query."""
    session: Session = db.session()
    found = [_kept(view) for view in session.scalars(access.visible_to(viewer))]
    return sorted(found, key=lambda view: (view.name.casefold(), view.id))


def find_view(viewer: Viewer, view_id: int) -> KeptView:
    """One view. Raises NotVisible."""
    return _kept(_own(viewer, view_id))


def save_view(viewer: Viewer, name: str, address: str, send_every: SendEvery) -> int:
    """Keep an address under a name; gives the view's id. Raises NotPermitted, Invalid."""
    if not access.may_save(viewer):
        raise NotPermitted("Saving views is not part of this role.")
    if not is_of_figures(address):
        raise Invalid("This is not a page of the figures. Open the page that you want to save, and save it from there.")
    with changing(viewer) as change:
        once(change)
        count = select(func.count()).select_from(access.visible_to(viewer).subquery())
        if (change.session.scalar(count) or 0) >= MOST_VIEWS:
            raise Invalid(f"You keep {MOST_VIEWS} views already. Remove one that you no longer need.")
        view = SavedView(
            partnership_id=viewer.partnership_id or 0,
            membership_id=viewer.membership_id or 0,
            name=name,
            address=address,
            send_every=send_every,
            next_on=next_day(send_every, viewer.today),
            created_at=viewer.now,
        )
        change.session.add(view)
        change.session.flush()
        change.log("saved_view.saved", "saved_view", view.id)
        return view.id


def change_view(viewer: Viewer, view_id: int, name: str, send_every: SendEvery, *, version: int) -> None:
    """Rename a view, or say how often its link comes. Raises NotVisible, Conflict."""
    with changing(viewer) as change:
        view = _changed(viewer, view_id)
        if view.version != version:
            theirs = {"Name": view.name, "By mail": label(view.send_every)}
            raise Conflict(LOST, mine={"Name": name, "By mail": label(send_every)}, theirs=theirs)
        if view.send_every is not send_every:
            view.next_on = next_day(send_every, viewer.today)
        view.name, view.send_every = name, send_every
        change.log("saved_view.changed", "saved_view", view.id)


def remove_view(viewer: Viewer, view_id: int) -> None:
    """Remove a view, and with it the mails. Raises NotVisible."""
    with changing(viewer) as change:
        view = _changed(viewer, view_id)
        change.session.delete(view)
        change.log("saved_view.removed", "saved_view", view_id)


def _own(viewer: Viewer, view_id: int) -> SavedView:
    view = db.session().scalar(access.visible_to(viewer).where(SavedView.id == view_id))
    if view is None:
        raise NotVisible("There is no such view.")
    return view


def _changed(viewer: Viewer, view_id: int) -> SavedView:
    view = _own(viewer, view_id)
    if not access.may_change(viewer, view):
        raise NotPermitted("This view is somebody else’s.")
    return view


def _kept(view: SavedView) -> KeptView:
    return KeptView(view.id, view.name, view.address, view.send_every, view.next_on, view.version)
