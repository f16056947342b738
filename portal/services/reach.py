"""Whose rows the database opens to a viewer, below all that the portal itself asks (portal/database/scopes.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from portal.access.viewer import Hat, Viewer
from portal.database import scopes
from portal.database.scopes import Scope


def admit(viewer: Viewer) -> None:
    """Open to a viewer who has just proven who they are the partnerships that they work in, for this request."""
    opened = _partnerships_of(viewer)
    _enter(Scope.of(opened, opened))


def admit_to(partnership_id: int) -> None:
    """Open one partnership to whoever holds a link or a card of it, for this request."""
    _enter(Scope.of([partnership_id], [partnership_id]))


def scope_of(viewer: Viewer) -> Scope:
    """What a change by this viewer sees, and the one partnership in which it writes: that of the active membership.

    A system viewer's name opens nothing: it sees what the command or the worker that it stands for does.
    """
    own = viewer.partnership_id
    if viewer.is_system:
        here = scopes.current()
        return here if own is None else Scope(here.reads, Scope.of([own], [own]).writes)
    return Scope.of(_partnerships_of(viewer), [] if own is None else [own])


@contextmanager
def under_every_hat(viewer: Viewer) -> Iterator[None]:
    """Meanwhile, write in every partnership that a person works in: where one change is about what these share."""
    opened = _partnerships_of(viewer)
    with scopes.within(scope_of(viewer) if viewer.is_system else Scope.of(opened, opened)):
        yield


@contextmanager
def within_hats(hats: Iterable[Hat]) -> Iterator[None]:
    """Meanwhile, let in somebody who is known by a sign-in that has ended: to keep what they were sending."""
    opened = {hat.partnership_id for hat in hats}
    with scopes.within(Scope.of(opened, opened)):
        yield


def for_commands() -> None:
    """Open every partnership to this process, which serves nobody: commands and the worker."""
    scopes.rest_on(scopes.EVERYTHING)


def _enter(scope: Scope) -> None:
    # A command that does what people do, such as building the demonstration, loses nothing by it.
    if not scopes.current().sees_all:
        scopes.enter(scope)


def _partnerships_of(viewer: Viewer) -> set[int]:
    found = {hat.partnership_id for hat in viewer.hats}
    return found if viewer.partnership_id is None else found | {viewer.partnership_id}
