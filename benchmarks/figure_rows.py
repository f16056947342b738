"""Databases that differ in one thing: how many areas of 100,000 invitations lie beside the one that is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from alembic import command
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

from benchmarks.databases import further_address, settle
from benchmarks.run import Run
from portal.commands.db import configuration
from portal.database.engines import engine_options, prepare_engine, writing_options
from portal.domain.vocabulary import AgencyType, Attendance, Expectation, MeetingKind, MeetingStatus
from portal.services.indicators.rollups import mend

SIZES = (100_000, 1_000_000, 10_000_000)
OF_AN_AREA = 100_000
YEARS = 5
FIRST, LAST = date(2021, 1, 1), date(2025, 12, 31)
ASKED = 1
"""The area of which figures are asked; the same rows in each database."""
_EACH = 10
"""Invitations to a meeting."""
_AGENCIES = {
    AgencyType.SOCIAL_CARE: 1,
    AgencyType.POLICE: 1,
    AgencyType.GP: 60,
    AgencyType.SCHOOL: 120,
    AgencyType.HEALTH_VISITING: 2,
    AgencyType.SCHOOL_NURSING: 2,
    AgencyType.HOSPITAL: 3,
    AgencyType.MENTAL_HEALTH: 2,
    AgencyType.PROBATION: 1,
    AgencyType.YOUTH_JUSTICE: 1,
    AgencyType.HOUSING: 4,
    AgencyType.EARLY_HELP: 3,
}
_KINDS = tuple(MeetingKind)
_MEETING = (
    "id, kind, held_on, status, format, interim_safety_plan, in_time, quorate, all_core_agencies, "
    "all_expected_agencies, group_meeting"
)
_INVITATION = (
    "meeting, agency, expectation, attendance, report_due_on, report_received_on, report_shared_on, consulted_on"
)


@dataclass(frozen=True)
class Size:
    """One of the databases."""

    invitations: int
    areas: int
    engine: Engine

    @property
    def words(self) -> str:
        """How much there is in it."""
        return f"{self.invitations:,} invitations of {self.areas} areas"


@contextmanager
def databases_of(run: Run, sizes: tuple[int, ...]) -> Iterator[list[Size]]:
    """A database for each size, the smallest first; gone afterwards, because the greatest fills much of a disk."""
    made: list[Size] = []
    try:
        for size in sorted(sizes):
            made.append(_make(run, size))
        yield made
    finally:
        for one in made:
            one.engine.dispose()
            _remove(run, one)


def open_engine(url: str) -> Engine:
    """An engine as the portal makes them."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


@contextmanager
def untriggered(run: Run, size: Size) -> Iterator[Engine]:
    """The same database without triggers; on PostgreSQL a connection can go without, and it is the same one."""
    if size.engine.dialect.name == "postgresql":
        yield size.engine
        return
    with size.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = run.folder / "untriggered.sqlite3"
    shutil.copyfile(str(size.engine.url.database), path)
    engine = open_engine(f"sqlite:///{path.as_posix()}")
    with engine.connect().execution_options(**writing_options(engine)) as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.commit()
    yield engine
    engine.dispose()


def _make(run: Run, size: int) -> Size:
    areas = max(1, size // OF_AN_AREA)
    url = further_address(run.database, run.folder, f"figures_{size}")
    command.upgrade(configuration(url), "head")
    engine = open_engine(url)
    with engine.connect().execution_options(**writing_options(engine)) as connection, _unwatched(connection):
        _fill(connection, areas, size // areas)
        connection.commit()
    for area in range(1, areas + 1):
        with Session(engine) as session:
            session.connection(execution_options=writing_options(engine))
            mend(session, area)
            session.commit()
    settle(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    return Size(size, areas, engine)


def _remove(run: Run, one: Size) -> None:
    url = one.engine.url
    if one.engine.dialect.name == "sqlite":
        for path in run.folder.glob(f"figures_{one.invitations}.sqlite3*"):
            path.unlink()
        for path in run.folder.glob("untriggered.sqlite3*"):
            path.unlink()
        return
    owner = create_engine(run.database.url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)"))
    owner.dispose()


@contextmanager
def _unwatched(connection: Connection) -> Iterator[None]:
    """Load without triggers and without looking up each foreign key: the rows are right."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET session_replication_role = replica")
        yield
        connection.exec_driver_sql("SET session_replication_role = DEFAULT")
        return
    rows = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(rows).all()
    driver: Any = connection.connection.driver_connection
    connection.rollback()
    driver.execute("PRAGMA foreign_keys = OFF")
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)
    connection.commit()
    driver.execute("PRAGMA foreign_keys = ON")


def _fill(connection: Connection, areas: int, invitations: int) -> None:
    """One area's rows made here, and copied by the database into as many areas, one beside the other as life has it."""
    chance = Random(11)
    agencies = [kind for kind, number in _AGENCIES.items() for _ in range(number)]
    of_kind: dict[AgencyType, list[int]] = {}
    for number, kind in enumerate(agencies, start=1):
        of_kind.setdefault(kind, []).append(number)
    meetings, parts = [], []
    for number in range(1, invitations // _EACH + 1):
        meetings.append(_meeting(number, chance))
        for kind in chance.sample(list(of_kind), _EACH):
            parts.append(_part(number, chance.choice(of_kind[kind]), meetings[-1][2], chance))
    _copy_of(connection, "some_areas", "number INTEGER PRIMARY KEY", [(number,) for number in range(1, areas + 1)])
    _copy_of(connection, "some_agencies", "id INTEGER PRIMARY KEY, kind VARCHAR", list(enumerate(agencies, start=1)))
    facts = "interim_safety_plan BOOLEAN, in_time BOOLEAN, quorate BOOLEAN, all_core_agencies BOOLEAN"
    _copy_of(
        connection,
        "some_meetings",
        "id INTEGER PRIMARY KEY, kind INTEGER, held_on DATE, status VARCHAR, format VARCHAR, "
        f"{facts}, all_expected_agencies BOOLEAN, group_meeting BOOLEAN",
        meetings,
    )
    days = "report_due_on DATE, report_received_on DATE, report_shared_on DATE, consulted_on DATE"
    _copy_of(
        connection,
        "some_parts",
        f"id INTEGER PRIMARY KEY, meeting INTEGER, agency INTEGER, expectation VARCHAR, attendance VARCHAR, {days}",
        [(number, *part) for number, part in enumerate(parts, start=1)],
    )
    for statement in _copies(areas):
        connection.exec_driver_sql(statement)
    for table in ("some_areas", "some_agencies", "some_meetings", "some_parts"):
        connection.exec_driver_sql(f"DROP TABLE {table}")


def _copy_of(connection: Connection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    connection.exec_driver_sql(f"CREATE TABLE {table} ({columns})")
    sign = "?" if connection.dialect.name == "sqlite" else "%s"
    places = ", ".join(sign for _ in rows[0])
    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", [_plain(row) for row in rows])


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _copies(areas: int) -> Iterator[str]:
    """Ids go round the areas, so that the rows of one lie among those of the others."""

    def placed(number: str) -> str:
        return f"({number} - 1) * {areas} + a.number"

    yield (
        "INSERT INTO partnerships (id, name, created_at, account_sleeps_after_days, version) "
        "SELECT number, 'Area ' || number, CURRENT_TIMESTAMP, 90, 1 FROM some_areas"
    )
    for place, kind in enumerate(_KINDS, start=1):
        yield (
            "INSERT INTO meeting_types (id, partnership_id, code, name, position, family, sections, several_families, "
            f"named_people_only, version) SELECT {placed(str(place))}, a.number, '{kind}', '{kind}', {place}, "
            "'conference', '[]', FALSE, FALSE, 1 FROM some_areas a"
        )
    yield (
        "INSERT INTO agencies (id, name, agency_type, created_at, version) "
        f"SELECT {placed('t.id')}, 'Agency ' || t.id, t.kind, CURRENT_TIMESTAMP, 1 "
        "FROM some_agencies t CROSS JOIN some_areas a"
    )
    yield (
        "INSERT INTO partnership_agencies (partnership_id, agency_id, code, reports_signed_off, link_returns, version) "
        f"SELECT a.number, {placed('t.id')}, 'A-' || t.id, FALSE, TRUE, 1 "
        "FROM some_agencies t CROSS JOIN some_areas a"
    )
    yield (
        "INSERT INTO cases (id, partnership_id, reference, created_at, version) "
        "SELECT number, number, 'CASE', CURRENT_TIMESTAMP, 1 FROM some_areas"
    )
    names = [name for name in _MEETING.split(", ") if name not in {"id", "kind"}]
    yield (
        "INSERT INTO meetings (id, partnership_id, reference, meeting_type_id, case_id, named_people_only, "
        f"scheduled_on, calendar_sequence, created_at, version, {', '.join(names)}) "
        f"SELECT {placed('t.id')}, a.number, 'M-' || t.id, {placed('t.kind')}, a.number, FALSE, t.held_on, 0, "
        f"CURRENT_TIMESTAMP, 1, {', '.join(f't.{name}' for name in names)} "
        "FROM some_meetings t CROSS JOIN some_areas a ORDER BY t.id, a.number"
    )
    names = [name for name in _INVITATION.split(", ") if name not in {"meeting", "agency"}]
    yield (
        "INSERT INTO invitations (id, partnership_id, meeting_id, meeting_on, agency_id, is_deputy, left_early, "
        f"created_at, version, {', '.join(names)}) "
        f"SELECT {placed('t.id')}, a.number, {placed('t.meeting')}, m.held_on, {placed('t.agency')}, FALSE, FALSE, "
        f"CURRENT_TIMESTAMP, 1, {', '.join(f't.{name}' for name in names)} "
        "FROM some_parts t JOIN some_meetings m ON m.id = t.meeting CROSS JOIN some_areas a ORDER BY t.id, a.number"
    )


def _meeting(number: int, chance: Random) -> tuple[Any, ...]:
    held_on = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))
    status = MeetingStatus.INQUORATE if chance.random() < 0.03 else MeetingStatus.HELD
    facts = [chance.choice([None, True, True, False]) for _ in range(6)]
    return number, chance.randint(1, len(_KINDS)), held_on, status.value, "in_person", *facts


def _part(meeting: int, agency: int, held_on: date, chance: Random) -> tuple[Any, ...]:
    expectation = chance.choices(list(Expectation), [80, 8, 8, 4])[0]
    attendance = chance.choices([*Attendance, None], [45, 15, 5, 2, 5, 18, 5, 5])[0]
    due = held_on - timedelta(days=4) if chance.random() < 0.7 else None
    received = held_on - timedelta(days=chance.randint(-2, 9)) if due and chance.random() < 0.8 else None
    shared = received + timedelta(days=1) if received and chance.random() < 0.5 else None
    consulted = held_on - timedelta(days=2) if chance.random() < 0.1 else None
    return meeting, agency, expectation.value, attendance and attendance.value, due, received, shared, consulted
