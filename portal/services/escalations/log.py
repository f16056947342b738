"""The log of an escalation by pages, found by its own numbers: a long log costs what a short one does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import ChildSafe, EntryKind, Learning, Resolution, Side
from portal.domain.labels import role_name
from portal.models.escalations import Escalation, EscalationEntry
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.paging import PER_PAGE

CLOCK = "The portal, by the clock"

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody put right in an earlier entry, by another."""

    number: int
    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry as a page shows it; `text` is empty for those who read no narrative."""

    number: int
    kind: EntryKind
    side: Side
    at: datetime
    who: str
    where: str
    """The agency, or the role of somebody who belongs to none."""
    text: str
    from_stage: int | None
    to_stage: int | None
    due_at: datetime | None
    told: tuple[str, ...]
    resolution: Resolution | None
    child_safe: ChildSafe | None
    learning: Learning | None
    amends: int | None
    corrections: tuple[Correction, ...] = ()
    may_amend: bool = False


def log_page(
    session: Session, viewer: Viewer, escalation: Escalation, *, newest: int, page: int, reads: bool
) -> list[LogEntry]:
    """The entries of one page, the newest first; `newest` is the last entry's number.

    By two statements, which know an escalation that the caller has found visible. `reads` says whether the viewer
    reads its narrative; without, no text leaves the database.
    """
    last = newest - (page - 1) * PER_PAGE
    rows = session.execute(
        _entries(escalation.id, reads=reads)
        .where(EscalationEntry.number <= last, EscalationEntry.number > last - PER_PAGE)
        .order_by(EscalationEntry.number.desc())
    ).all()
    corrections = _corrections(session, escalation.id, [row.number for row in rows]) if reads else {}
    return [_entry(viewer, escalation, row, corrections.get(row.number, ())) for row in rows]


def whole_log(session: Session, viewer: Viewer, escalation: Escalation, *, most: int, reads: bool) -> list[LogEntry]:
    """The first `most` entries in their order, for a document, by one statement; for whom is as in `log_page`."""
    rows = session.execute(_entries(escalation.id, reads=reads).order_by(EscalationEntry.number).limit(most)).all()
    return [_entry(viewer, escalation, row, ()) for row in rows]


def one_entry(session: Session, viewer: Viewer, escalation: Escalation, number: int) -> LogEntry | None:
    """One entry with its text, of an escalation that the caller has found readable; None where there is none."""
    row = session.execute(_entries(escalation.id, reads=True).where(EscalationEntry.number == number)).one_or_none()
    if row is None:
        return None
    return _entry(viewer, escalation, row, _corrections(session, escalation.id, [number]).get(number, ()))


def _entries(escalation_id: int, *, reads: bool) -> Select[*tuple[Any, ...]]:
    shown = (
        EscalationEntry.number,
        EscalationEntry.kind,
        EscalationEntry.side,
        EscalationEntry.at,
        EscalationEntry.from_stage,
        EscalationEntry.to_stage,
        EscalationEntry.due_at,
        EscalationEntry.told,
        EscalationEntry.resolution,
        EscalationEntry.child_safe,
        EscalationEntry.learning,
        EscalationEntry.amends,
        EscalationEntry.by_user_id,
        User.name,
        Membership.role,
        Agency.name.label("agency"),
    )
    found: Select[*tuple[Any, ...]] = select(*shown)
    if reads:
        found = found.add_columns(EscalationEntry.text)
    return (
        found.select_from(EscalationEntry)
        .outerjoin(User, User.id == EscalationEntry.by_user_id)
        .outerjoin(Membership, Membership.id == EscalationEntry.by_membership_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(EscalationEntry.escalation_id == escalation_id)
    )


def _corrections(
    session: Session, escalation_id: int, numbers: Collection[int]
) -> Mapping[int, tuple[Correction, ...]]:
    """What corrects these entries, wherever in the log it stands, in the order in which it was written."""
    rows = session.execute(
        select(EscalationEntry.amends, EscalationEntry.number, EscalationEntry.at, User.name, EscalationEntry.text)
        .outerjoin(User, User.id == EscalationEntry.by_user_id)
        .where(EscalationEntry.escalation_id == escalation_id, EscalationEntry.amends.in_(numbers))
        .order_by(EscalationEntry.number)
    )
    found: dict[int, tuple[Correction, ...]] = {}
    for amends, number, at, name, text in rows:
        if amends is not None:
            found[amends] = (*found.get(amends, ()), Correction(number, at, name or CLOCK, text))
    return found


def _entry(viewer: Viewer, escalation: Escalation, row: _Row, corrections: tuple[Correction, ...]) -> LogEntry:
    where = row.agency or (role_name(row.role) if row.role else "")
    return LogEntry(
        number=row.number,
        kind=row.kind,
        side=row.side,
        at=row.at,
        who=row.name or CLOCK,
        where=where,
        text=getattr(row, "text", ""),
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        due_at=row.due_at,
        told=tuple(row.told),
        resolution=row.resolution,
        child_safe=row.child_safe,
        learning=row.learning,
        amends=row.amends,
        corrections=corrections,
        may_amend=row.kind is not EntryKind.AMENDMENT and access.may_amend(viewer, escalation, row.by_user_id),
    )
