"""What is kept of the figures: adding up what triggers noted, and holding it against the records.

Whoever saves only ever adds a row, and so waits for nobody. These here are the only ones who write what was added up,
one at a time: on PostgreSQL a lock that nobody waits for says whose turn it is, which whoever makes an agency another
type shares meanwhile; on SQLite there is one writer anyway. See ADR 37.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Table,
    case,
    cast,
    delete,
    extract,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db, is_writing, writing
from portal.domain.figure_spans import period_written
from portal.domain.vocabulary import COUNTED_STATUSES
from portal.models.figure_rollups import (
    AgencyFigures,
    FigureChange,
    MeetingFigureChange,
    MeetingFigures,
    TypeFigures,
)
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.indicators.conditions import OF_INVITATIONS, OF_MEETINGS, Conditions

LOCK = 370016
"""As in migrations/versions/0016_figure_rollups.py."""
ADDED_AT_ONCE = 10_000
TRIGGERS = frozenset(
    {
        *(f"figures_invitation_{what}" for what in ("added", "attended", "changed", "moved", "removed")),
        *(f"figures_meeting_{what}" for what in ("added", "changed", "moved", "removed")),
        "figures_agency_retyped",
    }
)
"""What must stand in the database, or changes are not noted."""

Statement = Select[Any]

_CHANGES: Any = FigureChange.__table__
_MEETING_CHANGES: Any = MeetingFigureChange.__table__
_FIRST_DAY = 1_000_000
"""No month's number reaches this, and every day's does."""


@dataclass(frozen=True)
class _Kept:
    """One table's rows of one length of time: what they are kept by, what is counted, and what is noted of it."""

    words: str
    table: Any
    is_daily: bool
    noted: Any
    conditions: Conditions
    names: dict[str, tuple[Any, Any]]
    """What they are kept by beside partnership, time and meeting type: in a note, and in the records."""

    @property
    def keys(self) -> list[str]:
        """The names of the columns that tell its rows apart."""
        return ["partnership_id", "period", "meeting_type_id", *self.names]

    def of_notes(self) -> Statement:
        """What is noted, added up by the table's keys."""
        noted = self.noted.c
        keys = [noted.partnership_id, _period(noted.held_on, self.is_daily), noted.meeting_type_id]
        keys += [column for column, _ in self.names.values()]
        query = _summed(self, keys, [noted[name] for name in self.conditions])
        if "agency_type" in self.names:
            query = query.select_from(_CHANGES).outerjoin(Agency, Agency.id == _CHANGES.c.agency_id)
        # What moves between types when an agency becomes another one is no agency's.
        return query.where(_CHANGES.c.agency_id.is_not(None)) if "agency_id" in self.names else query

    def of_records(self, partnership_id: int) -> Statement:
        """What there is, counted one by one."""
        keys = [Meeting.partnership_id, _period(Meeting.held_on, self.is_daily), Meeting.meeting_type_id]
        keys += [column for _, column in self.names.values()]
        ones = [case((condition, 1), else_=0) for condition in self.conditions.values()]
        query = _summed(self, keys, ones).select_from(Meeting)
        if self.names:
            query = query.join(Invitation, Invitation.meeting_id == Meeting.id)
        if "agency_type" in self.names:
            query = query.join(Agency, Agency.id == Invitation.agency_id)
        return query.where(
            Meeting.partnership_id == partnership_id,
            Meeting.status.in_(COUNTED_STATUSES),
            Meeting.held_on.is_not(None),
        )

    def of_table(self, partnership_id: int) -> Statement:
        """What is kept."""
        columns = [self.table.c[name].label(name) for name in (*self.keys, *self.conditions)]
        return select(*columns).where(self.table.c.partnership_id == partnership_id, *self._of_its_length())

    def differing(self, partnership_id: int) -> Statement:
        """What would have to be added to what is kept and noted, to be what there is: by one statement, one state."""
        there = self.of_records(partnership_id).subquery("there")
        parts = [select(*there.c)]
        for other in (
            self.of_table(partnership_id).subquery("kept"),
            self.of_notes().where(self.noted.c.partnership_id == partnership_id).subquery("noted"),
        ):
            parts.append(select(*(other.c[name] for name in self.keys), *(-other.c[name] for name in self.conditions)))
        both = union_all(*parts).subquery("both")
        sums = {name: func.sum(both.c[name]) for name in self.conditions}
        keys = [both.c[name] for name in self.keys]
        found = select(*keys, *(one.label(name) for name, one in sums.items())).group_by(*keys)
        return found.having(or_(*(one != 0 for one in sums.values())))

    def clear(self, partnership_id: int) -> Any:
        """Take away what has come to nothing."""
        nothing = [self.table.c[name] == 0 for name in self.conditions]
        return delete(self.table).where(self.table.c.partnership_id == partnership_id, *nothing)

    def _of_its_length(self) -> list[Any]:
        return [self.table.c.period >= _FIRST_DAY if self.is_daily else self.table.c.period < _FIRST_DAY]


_BY_TYPE = {
    "agency_type": (func.coalesce(_CHANGES.c.agency_type, Agency.agency_type.expression), Agency.agency_type.expression)
}
_BY_AGENCY = {"agency_id": (_CHANGES.c.agency_id, Invitation.agency_id.expression)}
_KEPT = (
    _Kept("by agency type and month", TypeFigures.__table__, False, _CHANGES, OF_INVITATIONS, _BY_TYPE),
    _Kept("by agency type and day", TypeFigures.__table__, True, _CHANGES, OF_INVITATIONS, _BY_TYPE),
    _Kept("by agency and month", AgencyFigures.__table__, False, _CHANGES, OF_INVITATIONS, _BY_AGENCY),
    _Kept("of meetings by month", MeetingFigures.__table__, False, _MEETING_CHANGES, OF_MEETINGS, {}),
    _Kept("of meetings by day", MeetingFigures.__table__, True, _MEETING_CHANGES, OF_MEETINGS, {}),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of what is kept that is not what there is: which, and by how much each count is wrong."""

    words: str
    period: str
    """A month or a day, as files have them."""
    meeting_type: str
    agency: str
    """A type, or an agency's number; empty where it is of meetings."""
    too_low: dict[str, int]
    """By how much each count that differs is too low; negative where it is too high."""

    def __str__(self) -> str:
        """As the check prints it."""
        where = ", ".join(word for word in (self.words, self.period, self.meeting_type, self.agency) if word)
        return f"{where}: " + ", ".join(
            f"{name} is {abs(number)} too {'low' if number > 0 else 'high'}" for name, number in self.too_low.items()
        )


def missing_triggers(session: Session) -> list[str]:
    """The triggers that are missing or switched off, by name: while there are any, changes are not noted."""
    if session.get_bind().dialect.name == "sqlite":
        rows = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        rows = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
    return sorted(TRIGGERS - set(session.scalars(rows)))


STEPS = len(_KEPT)
"""How many times each partnership's records are counted to check what is kept."""


def differences(
    session: Session, partnership_id: int, progress: Callable[[int], None] = lambda _: None
) -> list[Difference]:
    """Hold what is kept of a partnership against its records; `progress` is told of each of `STEPS`."""
    codes = {
        row.id: row.code
        for row in session.execute(
            select(MeetingType.id, MeetingType.code).where(MeetingType.partnership_id == partnership_id)
        )
    }
    found = []
    for kept in _KEPT:
        progress(1)
        for row in session.execute(kept.differing(partnership_id)).mappings():
            found.append(
                Difference(
                    kept.words,
                    period_written(row["period"]),
                    codes.get(row["meeting_type_id"], f"meeting type {row['meeting_type_id']}"),
                    _agency(row),
                    {name: int(row[name]) for name in kept.conditions if row[name]},
                )
            )
    return found


def _agency(row: Any) -> str:
    if "agency_id" in row:
        return f"agency {row['agency_id']}"
    return str(row["agency_type"]) if "agency_type" in row else ""


def mend(session: Session, partnership_id: int) -> bool:
    """Bring what is kept of a partnership to what there is, inside `writing()`; False where it is not our turn.

    What is noted meanwhile is neither counted nor taken away: each statement sees records and notes as of one moment.
    """
    if not take_turn(session):
        return False
    for kept in _KEPT:
        _add(session, kept, kept.differing(partnership_id))
        session.execute(kept.clear(partnership_id))
    return True


def fold() -> int:
    """Add up what is noted, in short transactions, until nothing is; returns how many notes that were.

    Whoever finds another at it leaves it to them.
    """
    if is_writing():
        # A transaction that goes on is not the place: the next round finds what it leaves.
        return 0
    number = 0
    for table, of_it in ((_CHANGES, _KEPT[:3]), (_MEETING_CHANGES, _KEPT[3:])):
        while some := _fold_some(table, of_it):
            number += some
    return number


def _fold_some(table: Table, of_it: Sequence[_Kept]) -> int:
    session: Session = db.session()
    is_any = session.execute(select(table.c.id).limit(1)).first()
    session.rollback()
    if is_any is None:
        return 0
    with writing() as session:
        if not take_turn(session):
            return 0
        ids = session.scalars(select(table.c.id).order_by(table.c.id).limit(ADDED_AT_ONCE)).all()
        these = {"ids": bound_ids(ids)}
        for kept in of_it:
            _add(session, kept, kept.of_notes().where(is_among(table.c.id, "ids")).params(these))
        session.execute(delete(table).where(is_among(table.c.id, "ids")), these)
    return len(ids)


def take_turn(session: Session) -> bool:
    """Whether this transaction alone now writes what is added up; it never waits for its turn."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _add(session: Session, kept: _Kept, more: Statement) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    added = dialect.insert(kept.table).from_select([*kept.keys, *kept.conditions], more)
    together = {name: kept.table.c[name] + added.excluded[name] for name in kept.conditions}
    session.execute(added.on_conflict_do_update(index_elements=kept.keys, set_=together))


def _summed(kept: _Kept, keys: Sequence[Any], counts: Iterable[Any]) -> Statement:
    sums = [cast(func.sum(one), Integer).label(name) for name, one in zip(kept.conditions, counts, strict=True)]
    labelled = [key.label(name) for name, key in zip(kept.keys, keys, strict=True)]
    return select(*labelled, *sums).group_by(*keys)


def _period(day: Any, is_daily: bool) -> Any:
    # Written out: PostgreSQL does not see that two bound values are the same, and groups by what it sees.
    hundred = literal_column("100", Integer)
    month = extract("year", day) * hundred + extract("month", day)
    return cast(month * hundred + extract("day", day) if is_daily else month, Integer)
