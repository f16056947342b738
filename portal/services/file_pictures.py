"""A file looked at in the page: pictures that are made of its pages, under the same rule as the file itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select

from portal.access import files as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible, PortalError
from portal.gateways.file_store import Damaged
from portal.gateways.page_pictures import CannotDraw, can_draw, count_pages, draw_page
from portal.models.files import StoredFile
from portal.services import activity
from portal.services.file_reading import HeldBack
from portal.services.files import stored_bytes
from portal.services.filing import filing


class CannotShow(PortalError):
    """The file has no pictures of its pages: it can only be taken along."""

    def __init__(self, stored: StoredFile) -> None:
        super().__init__("This file cannot be shown here.")
        self.stored = stored


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file, one of whose pages is looked at."""

    stored: StoredFile
    page: int
    pages: int


def may_show(media_type: str) -> bool:
    """Whether files of this type are drawn at all: Word, spreadsheets, mail and text are taken along instead."""
    return can_draw(media_type)


def may_look_at(stored: StoredFile) -> bool:
    """Whether a file that somebody sees can be looked at now: nothing holds it back, and its type is drawn."""
    return stored.status in filing().open_statuses and can_draw(stored.media_type)


def show_file(viewer: Viewer, file_id: int, page: int) -> ShownFile:
    """Which page is looked at, of how many. Raises NotVisible (also beyond the last page), HeldBack, CannotShow."""
    stored = _stored(viewer, access.visible_to(viewer).where(StoredFile.id == file_id))
    try:
        pages = count_pages(stored_bytes(stored), stored.media_type)
    except (CannotDraw, Damaged):
        raise CannotShow(stored) from None
    if not 1 <= page <= pages:
        raise NotVisible("No such page.")
    return ShownFile(stored, page, pages)


def picture_of(viewer: Viewer, file_id: int, page: int) -> bytes:
    """One page as a PNG; the looking is logged. Raises NotVisible, HeldBack, CannotShow."""
    stored = _stored(viewer, access.visible_to(viewer).where(StoredFile.id == file_id))
    try:
        picture = draw_page(stored_bytes(stored), stored.media_type, page)
    except (CannotDraw, Damaged):
        raise CannotShow(stored) from None
    activity.record_reading(viewer, "file.viewed", "file", [stored.id])
    return picture


def _stored(viewer: Viewer, found: Select[StoredFile]) -> StoredFile:
    stored = db.session.scalar(found)
    if stored is None:
        raise NotVisible("No such file.")
    if stored.status not in filing().open_statuses:
        raise HeldBack(stored)
    if not can_draw(stored.media_type):
        raise CannotShow(stored)
    return stored
