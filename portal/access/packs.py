"""Who knows of a pack, who opens it, and who has one made."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from portal.access.closed_records import sees_every_record
from portal.access.kept import kept_for_hat
from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.packs import PackKind, PackState
from portal.models.files import StoredFile
from portal.models.packs import Pack, PackChild, PackFile


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Pack]:
    """That packs were made: board, business manager, scrutineer and safeguarding manager, those of the partnership.

    Not a sector lead, who reads the figures of a sector: a pack has them all. One with whole numbers is known to roles
    alone that work with the children, and to whom no record is closed; child-level lists to those who make such lists.
    """
    return select(Pack).where(_visible_where(viewer))


def _visible_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.partnership_id is None or not viewer.may(Permission.PACKS_VIEW):
        return false()
    own = Pack.partnership_id == viewer.partnership_id
    if not _reads_whole(viewer):
        # Child-level lists count nothing: whoever makes them reads their own, without what is closed to them.
        own = and_(own, or_(Pack.is_whole.is_(False), Pack.kind == PackKind.CHILD_LISTS))
    if not viewer.may(Permission.CHILD_LISTS_MAKE):
        own = and_(own, Pack.kind != PackKind.CHILD_LISTS)
    return own


@kept_for_hat
def openable_by(viewer: Viewer) -> Select[Pack]:
    """The packs that the viewer reads.

    Child-level lists were made with the eyes of whoever asked for them, who may be named on a meeting that is for named
    people only: nobody else opens these, and another manager has their own made. Nor do they themselves, once a record
    in it has been closed to them: then they have new ones made.
    """
    # A command has no membership, and so no lists of its own.
    own_or_no_lists = or_(Pack.kind != PackKind.CHILD_LISTS, Pack.asked_by_membership_id == viewer.membership_id)
    return select(Pack).where(
        _visible_where(viewer), Pack.state == PackState.READY, own_or_no_lists, _of_open_records(viewer)
    )


def _of_open_records(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.closed_cases:
        return true()
    lists_closed = exists().where(PackChild.pack_id == Pack.id, PackChild.case_id.in_(sorted(viewer.closed_cases)))
    return ~lists_closed.correlate(Pack)


def files_visible_to(viewer: Viewer) -> Select[StoredFile]:
    """The files of these packs."""
    found = (
        openable_by(viewer)
        .join(PackFile, PackFile.pack_id == Pack.id)
        .where(PackFile.file_id == StoredFile.id)
        .with_only_columns(Pack.id)
    )
    return select(StoredFile).where(found.correlate(StoredFile).exists())


def may_view(viewer: Viewer, pack: Pack) -> bool:
    """Whether the viewer knows of this pack."""
    if pack.partnership_id != viewer.partnership_id or not viewer.may(Permission.PACKS_VIEW):
        return False
    if pack.kind is PackKind.CHILD_LISTS:
        return viewer.may(Permission.CHILD_LISTS_MAKE)
    return not pack.is_whole or _reads_whole(viewer)


def may_open(viewer: Viewer, pack: Pack, *, lists_closed: bool = False) -> bool:
    """Whether the viewer reads it; `lists_closed`: whether a child stands in it whose record is closed to them."""
    if not may_view(viewer, pack) or pack.state is not PackState.READY or lists_closed:
        return False
    if pack.kind is not PackKind.CHILD_LISTS:
        return True
    return viewer.membership_id is not None and pack.asked_by_membership_id == viewer.membership_id


def may_make(viewer: Viewer, kind: PackKind) -> bool:
    """Whether the viewer has a pack of this kind made; child-level lists are the safeguarding manager's."""
    if viewer.membership_id is None:
        return False
    return viewer.may(Permission.CHILD_LISTS_MAKE if kind is PackKind.CHILD_LISTS else Permission.PACKS_MAKE)


def may_ask_again(viewer: Viewer, pack: Pack) -> bool:
    """Whether the viewer has one tried again that could not be made; child-level lists by whoever asked for them."""
    if pack.state is not PackState.FAILED or not may_view(viewer, pack) or not may_make(viewer, pack.kind):
        return False
    return not pack.is_whole or pack.asked_by_membership_id == viewer.membership_id


def may_delete(viewer: Viewer, pack: Pack) -> bool:
    """Whether the viewer deletes its files: those who make such packs, once one is made."""
    return pack.state is PackState.READY and may_view(viewer, pack) and may_make(viewer, pack.kind)


def makes_whole(viewer: Viewer, kind: PackKind) -> bool:
    """Whether what the viewer asks for has small numbers in it; what the board reads never has, whoever makes it."""
    if kind is PackKind.CHILD_LISTS:
        return True
    return kind is PackKind.DATASET and _reads_whole(viewer)


def sees_openings(viewer: Viewer) -> bool:
    """Whether the viewer sees who has opened a pack: those who have packs made."""
    return viewer.may(Permission.PACKS_MAKE)


def _reads_whole(viewer: Viewer) -> bool:
    """Whether small numbers are the viewer's to read: of roles that work with children, if none is closed to them."""
    return viewer.is_system or (viewer.role in CASE_ROLES and sees_every_record(viewer))
