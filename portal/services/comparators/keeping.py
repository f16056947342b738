"""The page of what measures are held against, the file to take along, and the file that takes its place."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from io import StringIO
from typing import cast

from sqlalchemy import Table, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from portal.access import comparators as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.comparators import CHILDREN, COLUMNS, Kind, period_key
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Measure, Unit
from portal.domain.spreadsheets import neutralised
from portal.models.comparators import Comparator, ComparatorFile
from portal.services.changes import changing
from portal.services.comparators.file_rows import FileRow, read_rows
from portal.services.sent_forms import once

CHILDREN_TITLE = "Children of the area"
_ROWS = cast(Table, Comparator.__table__)
_UNITS = {Unit.PER_CENT: " %", Unit.DAYS: " working days", Unit.PER_10000: " for every 10,000", Unit.NUMBER: ""}
_ORDER = {Kind.TARGET: 0, Kind.AREA: 1, Kind.PHASE: 2, Kind.CHILDREN: 3}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the page shows it."""

    kind: Kind
    measure_id: str
    title: str
    area: str
    period: str
    value: Decimal | None
    unit: str
    source: str

    @property
    def value_words(self) -> str:
        """The value with its unit; empty for a phase."""
        if self.value is None:
            return ""
        said = f"{self.value:,.1f}".removesuffix(".0")
        return f"{said}{self.unit}"


@dataclass(frozen=True, slots=True)
class Kept:
    """The file as it stands."""

    lines: tuple[Line, ...]
    version: int
    """0 where there is none yet."""
    kept_at: datetime | None
    kept_by: str
    may_keep: bool


def kept(viewer: Viewer) -> Kept:
    """Return the partnership's file as it stands, by measure in the order of the definitions."""
    file = db.session.scalar(access.files_visible_to(viewer).options(joinedload(ComparatorFile.kept_by)))
    rows = db.session.scalars(access.visible_to(viewer))
    places = {measure_id: place for place, measure_id in enumerate([*MEASURES, CHILDREN])}
    lines = sorted(
        (_line(row) for row in rows),
        key=lambda one: (places.get(one.measure_id, 0), _ORDER[one.kind], one.area, period_key(one.period)),
    )
    return Kept(
        tuple(lines),
        version=file.version if file else 0,
        kept_at=file.kept_at if file else None,
        kept_by=file.kept_by.name if file and file.kept_by else "",
        may_keep=access.may_keep(viewer),
    )


def as_csv(viewer: Viewer) -> str:
    """Return the file as it stands, in the columns in which it comes in: changed by hand it takes its own place."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in kept(viewer).lines:
        value = "" if line.value is None else f"{line.value:.1f}".removesuffix(".0")
        writer.writerow([line.measure_id, neutralised(line.area), line.period, value, neutralised(line.source)])
    return text.getvalue()


def keep(viewer: Viewer, content: bytes, *, seen: int) -> int:
    """Let a file take the place of the one that stands, whole or not at all; return how many rows it has.

    `seen` is the version that the page showed, 0 for none. Raises NotPermitted, Invalid by field ("file") with a
    sentence for each fault, Conflict where somebody else was quicker.
    """
    if not access.may_keep(viewer):
        raise NotPermitted("The business manager keeps what measures are held against.")
    rows = read_rows(content)
    if viewer.posted is not None:
        # What was posted is known by its fields alone: another file in the same form is another deed.
        viewer.posted.digest = sha256(viewer.posted.digest + content).digest()
    try:
        with changing(viewer) as change:
            once(change)
            file = change.session.scalar(
                access.files_visible_to(viewer)
                .with_for_update(of=ComparatorFile)
                .execution_options(populate_existing=True)
            )
            if (file.version if file else 0) != seen:
                raise _lost()
            if file is None:
                file = ComparatorFile(partnership_id=viewer.partnership_id, kept_at=viewer.now)
                change.session.add(file)
            file.kept_at, file.kept_by_id = viewer.now, viewer.user_id
            # Its rows are what changes: the version rises also where the same person was here a moment ago.
            flag_modified(file, "kept_at")
            change.session.flush()
            change.session.execute(delete(_ROWS).where(_ROWS.c.file_id == file.id))
            _insert(change.session, file, rows)
            change.log("comparators.kept", "comparator_file", file.id)
            return len(rows)
    except IntegrityError:
        raise _lost() from None


def _insert(session: Session, file: ComparatorFile, rows: list[FileRow]) -> None:
    if rows:
        fixed = {"partnership_id": file.partnership_id, "file_id": file.id}
        session.execute(insert(_ROWS), [{**fixed, **row.columns()} for row in rows])


def _line(row: Comparator) -> Line:
    measure: Measure | None = MEASURES.get(row.measure_id)
    return Line(
        row.kind,
        row.measure_id,
        CHILDREN_TITLE if row.kind is Kind.CHILDREN else measure.title if measure else row.measure_id,
        row.area,
        row.period,
        None if row.tenths is None else Decimal(row.tenths) / 10,
        "" if measure is None else _UNITS[measure.unit],
        row.source,
    )


def _lost() -> Conflict:
    return Conflict(
        "Somebody else has put another file in place a moment ago. Nothing of yours was taken.",
        mine={"File": "The file that you chose"},
        theirs={"File": "See the list as it stands now"},
    )
