"""A planted string as the demonstration lists it, and who may read the rows that hold one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Select

from portal.access.viewer import Viewer
from portal.database.session import db

MARK = re.compile(r"\b[A-Z]{2}[A-HK-OQ-TVWX]-\d{4}-\d{4}\b")

SeenBy = dict[int, list[str]]


@dataclass(frozen=True, slots=True)
class Marker:
    """One planted string; `record` names its row, `visible_to` the demo accounts that may read it."""

    marker: str
    kind: str
    partnership: str
    record: str
    visible_to: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The marker as `flask demo markers --json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Held:
    """A text of a row, in which marks may stand, and who reads that row."""

    record: str
    text: str
    readers: Iterable[str]


def seen_by(viewers: Iterable[Viewer], ids: Callable[[Viewer], Select[int]]) -> SeenBy:
    """Who sees which rows, by the rows' ids."""
    found: SeenBy = {}
    for viewer in viewers:
        for row_id in db.session.scalars(ids(viewer)):
            found.setdefault(row_id, []).append(viewer.email)
    return found


def markers_in(held: Iterable[Held], kind: str, partnership: str) -> Iterator[Marker]:
    """Each mark once, under the first row that holds it, with everybody who reads any of its rows."""
    records: dict[str, str] = {}
    readers: dict[str, set[str]] = {}
    for one in held:
        for mark in MARK.findall(one.text):
            records.setdefault(mark, one.record)
            readers.setdefault(mark, set()).update(one.readers)
    for mark, record in records.items():
        yield Marker(mark, kind, partnership, record, tuple(sorted(readers[mark])))
