"""The page of packs: what can be made, and what was; and one pack, how far it is, its files, and who opened them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.access import packs as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.packs import OFFERS, Offer, PackFormat, PackKind, PackState, days_of_pack
from portal.domain.periods import Days
from portal.domain.quarters import Quarter
from portal.domain.vocabulary import ActivityOutcome
from portal.models.activity import Activity
from portal.models.files import StoredFile
from portal.models.packs import Pack, PackChild, PackFile
from portal.models.people import User
from portal.services import activity, file_reading
from portal.services.packs.standing import Standing, standing_of
from portal.services.paging import PER_PAGE, Page, count, page_number

OPENED = "pack.opened"


@dataclass(frozen=True, slots=True)
class PackOffer:
    """A kind of pack that the viewer can have made, and what it would cover."""

    offer: Offer
    days: Days
    is_whole: bool


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack in the list."""

    id: int
    kind: PackKind
    days: Days
    state: PackState
    asked_at: datetime
    asked_by: str
    as_at: date | None
    is_frozen: bool | None
    is_whole: bool
    step: int
    steps: int

    @property
    def title(self) -> str:
        """What kind of pack it is."""
        return OFFERS[self.kind].title


@dataclass(frozen=True, slots=True)
class PackReader:
    """Somebody who opened a pack: first when, last when, and how often."""

    name: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One of a pack's files."""

    format: PackFormat
    size: int


@dataclass(frozen=True, slots=True)
class PackPage:
    """One pack as its page shows it."""

    line: PackLine
    version: int
    standing: str
    why_failed: str
    made_at: datetime | None
    deleted_at: datetime | None
    deleted_by: str
    files: tuple[KeptFile, ...]
    readers: tuple[PackReader, ...]
    may_open: bool
    may_ask_again: bool
    may_delete: bool
    sees_openings: bool


def offers(viewer: Viewer, quarter: Quarter) -> list[PackOffer]:
    """What the viewer can have made of a quarter."""
    return [
        PackOffer(offer, days_of_pack(kind, quarter, viewer.today), access.makes_whole(viewer, kind))
        for kind, offer in OFFERS.items()
        if access.may_make(viewer, kind)
    ]


def standing(viewer: Viewer, quarter: Quarter) -> Standing:
    """How a quarter stands now, by two queries at most."""
    return standing_of(viewer, quarter.days)


def list_packs(viewer: Viewer, *, page: int = 1) -> Page[PackLine]:
    """The packs that the viewer knows of, the newest first, by two queries."""
    rows = access.visible_to(viewer)
    total = count(rows.with_only_columns(Pack.id))
    number = page_number(page, total)
    shown = (
        rows.options(joinedload(Pack.asked_by))
        .order_by(Pack.asked_at.desc(), Pack.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    return Page([_line(pack) for pack in db.session.scalars(shown)], number, total)


def newest_id(viewer: Viewer) -> int:
    """The id of the newest pack that the viewer knows of, 0 for none: so that two presses ask for one."""
    rows = access.visible_to(viewer).with_only_columns(func.max(Pack.id))
    return db.session.scalar(rows) or 0


def pack_page(viewer: Viewer, pack_id: int) -> PackPage:
    """One pack, by three queries. Raises NotVisible."""
    pack = db.session.scalars(
        access.visible_to(viewer)
        .where(Pack.id == pack_id)
        .options(
            joinedload(Pack.asked_by),
            joinedload(Pack.deleted_by),
            selectinload(Pack.files).joinedload(PackFile.file),
        )
    ).one_or_none()
    if pack is None:
        raise NotVisible("No such pack.")
    may_open = access.may_open(viewer, pack, lists_closed=_lists_closed(viewer, pack_id))
    sees = access.sees_openings(viewer)
    return PackPage(
        line=_line(pack),
        version=pack.version,
        standing=pack.standing or "",
        why_failed=pack.why_failed or "",
        made_at=pack.made_at,
        deleted_at=pack.deleted_at,
        deleted_by=pack.deleted_by.name if pack.deleted_by else "",
        files=tuple(_files(pack)) if may_open else (),
        readers=tuple(_readers(viewer, [pack.id])) if sees else (),
        may_open=may_open,
        may_ask_again=access.may_ask_again(viewer, pack),
        may_delete=access.may_delete(viewer, pack),
        sees_openings=sees,
    )


def _lists_closed(viewer: Viewer, pack_id: int) -> bool:
    """Whether a child stands in it whose record is closed to the viewer; no query for whoever nothing is closed to."""
    if not viewer.closed_cases:
        return False
    listed = select(PackChild.id).where(
        PackChild.pack_id == pack_id, PackChild.case_id.in_(sorted(viewer.closed_cases))
    )
    return db.session.scalar(listed.limit(1)) is not None


def open_pack(viewer: Viewer, pack_id: int, wanted: PackFormat) -> tuple[StoredFile, Iterator[bytes]]:
    """One of a pack's files and its bytes in pieces; that it was opened is logged, and each child that stands in it.

    Raises NotVisible, HeldBack and Damaged as files do.
    """
    found = access.openable_by(viewer).where(Pack.id == pack_id).with_only_columns(Pack.id)
    if db.session.scalar(found) is None:
        raise NotVisible("No such pack.")
    of_format = select(PackFile.file_id).where(PackFile.pack_id == pack_id, PackFile.format == wanted)
    rows = access.files_visible_to(viewer).where(StoredFile.id == of_format.scalar_subquery())
    stored, chunks = file_reading.open_found(viewer, rows)
    listed = db.session.execute(
        select(PackChild.case_id, PackChild.child_id).where(PackChild.pack_id == pack_id).order_by(PackChild.id)
    ).all()
    activity.record_reading(viewer, OPENED, "pack", [pack_id])
    activity.record_reading(viewer, "case.read", "case", sorted({row.case_id for row in listed}))
    activity.record_reading(viewer, "child.read", "child", [row.child_id for row in listed if row.child_id is not None])
    return stored, chunks


def _line(pack: Pack) -> PackLine:
    return PackLine(
        id=pack.id,
        kind=pack.kind,
        days=Days(pack.first_on, pack.last_on),
        state=pack.state,
        asked_at=pack.asked_at,
        asked_by=pack.asked_by.name,
        as_at=pack.as_at,
        is_frozen=pack.is_frozen,
        is_whole=pack.is_whole,
        step=pack.step,
        steps=pack.steps,
    )


def _files(pack: Pack) -> Iterator[KeptFile]:
    kept = {one.format: one.file.size for one in pack.files}
    for one in OFFERS[pack.kind].formats:
        if one in kept:
            yield KeptFile(one, kept[one])


def _readers(viewer: Viewer, pack_ids: Collection[int]) -> Sequence[PackReader]:
    """Who opened it, from the trail; the first who did stands first."""
    rows = db.session.execute(
        select(User.name, func.min(Activity.at).label("first"), func.max(Activity.at).label("last"), func.count())
        .join(User, User.id == Activity.user_id)
        .where(
            Activity.partnership_id == viewer.partnership_id,
            Activity.outcome == ActivityOutcome.DONE,
            Activity.verb == OPENED,
            Activity.subject == "pack",
            Activity.subject_id.in_(pack_ids),
        )
        .group_by(Activity.user_id, User.name)
        .order_by(func.min(Activity.at), User.name)
    )
    return [PackReader(*row) for row in rows]
