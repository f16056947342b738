"""The databases of a worker: a template with the world in it, and the copy that a test works on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from flask import Flask
from sqlalchemy import Connection, event

from portal.commands.db import configuration
from portal.config import Settings
from portal.database.session import db, writing
from portal.services.activity_store import anchor_store
from portal.services.filing import filing
from tests.harness import make_app, make_settings
from tests.kept_world import keep, kept_folder, take
from tests.mending import Mender
from tests.postgres import APPLICATION, OWNER, SUPERUSER, address_for, server_address
from tests.uncounted import uncounted
from tests.world import World
from tests.world_actions import ActionBuilder
from tests.world_audits import AuditBuilder
from tests.world_board import BoardBuilder
from tests.world_clinical import ClinicalBuilder
from tests.world_comparators import ComparatorBuilder
from tests.world_contests import ContestBuilder
from tests.world_escalations import EscalationBuilder
from tests.world_families import FamilyBuilder
from tests.world_feedback import FeedbackBuilder
from tests.world_files import FileBuilder
from tests.world_improvement import ImprovementBuilder
from tests.world_meeting_actions import MeetingActionBuilder
from tests.world_meetings import MeetingBuilder
from tests.world_messages import MessageBuilder
from tests.world_outcomes import OutcomeBuilder
from tests.world_packs import PackBuilder
from tests.world_passkeys import PasskeyBuilder
from tests.world_people import PeopleBuilder
from tests.world_records import RecordBuilder
from tests.world_report_sharing import SharingBuilder
from tests.world_report_templates import TemplateBuilder
from tests.world_restrictions import RestrictionBuilder
from tests.world_return_links import ReturnLinkBuilder
from tests.world_samples import SampleBuilder
from tests.world_saved_views import SavedViewBuilder
from tests.world_scheduling import SchedulingBuilder
from tests.world_scrutiny import ScrutinyBuilder
from tests.world_strategy import StrategyBuilder
from tests.world_withdrawals import WithdrawalBuilder

BACKENDS = ("sqlite", "postgresql")
BUILDERS: tuple[Callable[..., Any], ...] = (
    *(MeetingBuilder, ClinicalBuilder, TemplateBuilder, AuditBuilder, ActionBuilder, FileBuilder),
    *(WithdrawalBuilder, RestrictionBuilder, ComparatorBuilder, PackBuilder, SharingBuilder, EscalationBuilder),
    *(MessageBuilder, StrategyBuilder, FamilyBuilder, SchedulingBuilder, ContestBuilder, ReturnLinkBuilder),
    *(BoardBuilder, MeetingActionBuilder, OutcomeBuilder, ImprovementBuilder, ScrutinyBuilder, FeedbackBuilder),
    *(SavedViewBuilder, SampleBuilder, RecordBuilder, PasskeyBuilder),
)
"""What makes the rest of the world, once there are partnerships and people; some build on those before them."""
_READING = ("SELECT", "PRAGMA", "SHOW", "EXPLAIN", "BEGIN", "ROLLBACK")


@dataclass
class Database:
    """One worker's databases on one backend: a template with the world in it, and the copy that a test works on."""

    backend: str
    folder: Path
    worker: str
    server: str = ""
    _app: Flask | None = None
    _world: World | None = field(default=None, repr=False)
    _is_as_made: bool = False
    """Whether nothing has been written into the copy since it was made, as far as this process knows."""
    _mender: Mender | None = None
    """On PostgreSQL: what puts the copy back."""

    @classmethod
    def on(cls, backend: str, run_folder: Path, worker: str) -> Database:
        """Make ready; the server of PostgreSQL starts here if no other worker has started it."""
        folder = run_folder / worker / backend
        folder.mkdir(parents=True, exist_ok=True)
        if backend == "sqlite":
            return cls(backend, folder, worker)
        made = cls(backend, folder, worker, server_address(run_folder))
        pattern, copy = (address_for(made.server, f"{name}_{worker}", SUPERUSER) for name in ("world", "portal"))
        made._mender = Mender(pattern, copy)
        return made

    def url(self, name: str) -> str:
        """The address of one of this worker's databases for the portal: on PostgreSQL, as a role that owns nothing.

        Whoever asks for that of the copy may write into it.
        """
        return self._address(name, APPLICATION)

    def owner_url(self, name: str) -> str:
        """The address for whoever owns the tables, and migrates them."""
        return self._address(name, OWNER)

    def superuser_url(self, name: str) -> str:
        """The database of this name for whoever looks after the server (PostgreSQL only)."""
        return self._address(name, SUPERUSER)

    def _address(self, name: str, role: str) -> str:
        self._is_as_made = self._is_as_made and name != "portal"
        if self.backend == "sqlite":
            return f"sqlite:///{(self.folder / name).as_posix()}.sqlite3"
        return address_for(self.server, f"{name}_{self.worker}", role)

    def settings(self, instance: Path, name: str, **changes: Any) -> Settings:
        """Settings of a portal on one of these databases, with both its roles."""
        return make_settings(instance, self.url(name), database_owner_url=self.owner_url(name), **changes)

    def shared(self, run_folder: Path) -> Database:
        """The databases on this backend that every worker of the run copies from; whoever makes one holds a lock."""
        return Database.on(self.backend, run_folder, "shared")

    def copy_from(self, other: Database, source: str, target: str) -> str:
        """Make `target` a fresh copy of another worker's `source`, to which nobody may be connected; its address."""
        self._copy(other, source, target)
        return self.url(target)

    def copy(self, source: str | None, target: str) -> None:
        """Make `target` a fresh copy of `source`, or empty, whatever still holds on to its old self."""
        self._copy(self, source, target)

    def _copy(self, other: Database, source: str | None, target: str) -> None:
        self._is_as_made = self._is_as_made and target != "portal"
        self._leave(source, target)
        if self.backend == "sqlite":
            path = self.folder / f"{target}.sqlite3"
            for old in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
                old.unlink(missing_ok=True)
            if source:
                shutil.copyfile(other.folder / f"{source}.sqlite3", path)
            return
        # LOCALE 'C' so that texts sort the same on every machine; copying files is quicker here than writing blocks.
        origin = f"{source}_{other.worker} STRATEGY FILE_COPY" if source else "template0 ENCODING 'UTF8' LOCALE 'C'"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {target}_{self.worker} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {target}_{self.worker} OWNER {OWNER} TEMPLATE {origin}")

    def empty(self, name: str = "empty") -> str:
        """The address of a database without a table, for whoever is to make some."""
        self.copy(None, name)
        return self.owner_url(name)

    @property
    def app(self) -> Flask:
        """The worker's one app on this backend; it always works on the database called `portal`."""
        if self._app is None:
            instance = self.folder / "instance"
            with uncounted():
                self._app = make_app(self.settings(instance, "portal"))
            with self._app.app_context():
                event.listen(db.engine, "before_cursor_execute", self._note_writing)
        return self._app

    def _note_writing(
        self, _connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        if not statement.lstrip().upper().startswith(_READING):
            self._is_as_made = False

    @property
    def world(self) -> World:
        """Where everything in the copy is."""
        assert self._world is not None
        return self._world

    def renew(self) -> World:
        """Give the app a fresh copy of the world, and say where everything in it is.

        One that was only read from is as good as fresh: on PostgreSQL, making one takes longer than most tests do.
        """
        if self._world is None:
            with uncounted():
                self._world = self._build_world()
        if self._is_as_made and self._stored() == self._stored(self.folder / "files"):
            return self._world
        with self.app.app_context():
            shutil.rmtree(filing().store.folder)
            shutil.rmtree(anchor_store().folder, ignore_errors=True)
            shutil.copytree(self.folder / "files", filing().store.folder)
            if self._mender is None or not self._mender.mend():
                db.engine.dispose()
                self.copy("world", "portal")
                if self._mender is not None:
                    self._mender.begin()
        self._is_as_made = True
        return self._world

    def let_go(self) -> None:
        """Have the next test work on a whole copy, not on one that was put back: it reads the database's own files."""
        self._is_as_made = False
        self._leave("portal")

    def rest(self) -> None:
        """A test is over: connections end where the next one drops the database, or where somebody still holds one.

        PostgreSQL's stay otherwise: a new one would look up every table anew.
        """
        if self._mender is None or db.engine.pool.checkedout():  # type: ignore[attr-defined]
            db.engine.dispose()

    def _leave(self, *names: str | None) -> None:
        """Hold on to none of these databases: the one that the portal works on is dropped, renamed or copied."""
        if self._mender is not None and "portal" in names:
            self._mender.forget()

    def _stored(self, folder: Path | None = None) -> set[str]:
        """What lies in the app's file store, or in another folder: files are never written into again."""
        if folder is None:
            with self.app.app_context():
                folder = filing().store.folder
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}

    @contextmanager
    def lost(self) -> Iterator[None]:
        """Take the app's database away for as long as this lasts, as a server that is down does."""
        away = "away"
        self._is_as_made = False
        self._leave("portal")
        db.session.remove()
        with self.app.app_context():
            db.engine.dispose()
        if self.backend == "sqlite":
            path, kept = self.folder / "portal.sqlite3", self.folder / f"{away}.sqlite3"
            path.rename(kept)
            path.mkdir()
        else:
            self._rename("portal", away)
        try:
            yield
        finally:
            if self.backend == "sqlite":
                path.rmdir()
                kept.rename(path)
            else:
                self._rename(away, "portal")

    def _rename(self, name: str, other: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            # Whoever is connected still, such as another app that an earlier test made, would be waited for in vain.
            part = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(part, [f"{name}_{self.worker}"])
            connection.execute(f"ALTER DATABASE {name}_{self.worker} RENAME TO {other}_{self.worker}")

    def _build_world(self) -> World:
        kept = kept_folder(self.backend)
        self.copy(None, "portal")
        with self.app.app_context():
            found = take(kept, self.folder, self.folder / "files", filing().store.folder)
            if found is not None:
                db.engine.dispose()
                return found
            command.upgrade(configuration(self.owner_url("portal"), self.url("portal")), "head")
            with writing() as session:
                people = PeopleBuilder(session)
                people.build_partnerships()
                for builder in BUILDERS:
                    builder(session, people.world).build()
            db.session.remove()
            db.engine.dispose()
            shutil.copytree(filing().store.folder, self.folder / "files", dirs_exist_ok=True)
        self.copy("portal", "world")
        keep(kept, self.folder, people.world)
        return people.world
