"""One database's part of a run: the portal on it, in this process, and who is signed in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from alembic import command
from flask import Flask

from benchmarks.area import Area, build_area
from benchmarks.databases import Database
from benchmarks.doors import sign_in
from benchmarks.in_process import InProcess
from portal.commands.db import configuration
from portal.database.session import db
from portal.domain.signing_in import IDLE_FOR
from portal.factory import create_app
from portal.services.reach import for_commands
from tests.world import Person

_LASTS = IDLE_FOR.total_seconds() / 2
"""Seconds for which a sign-in is taken to hold that nobody has used: some areas of a run take longer than one lasts."""


@dataclass
class Run:
    """What every benchmark is given."""

    database: Database
    folder: Path
    app: Flask
    area: Area
    rounds: int
    bulk: int
    """How many meetings were asked for, before those of today's registers."""
    invitations: tuple[int, ...] = ()
    """Of how many invitations the databases are to be that figures are measured in."""
    _cookies: dict[str, tuple[float, str]] = field(default_factory=dict)

    def cookie(self, person: Person) -> str:
        """The person's cookie; they sign in when first asked for, and again when nobody has used it for long."""
        made, cookie = self._cookies.get(person.key, (0.0, ""))
        if not cookie or monotonic() - made > _LASTS:
            cookie = sign_in(self.app, person)
        # Whoever asks for it uses it.
        self._cookies[person.key] = (monotonic(), cookie)
        return cookie

    def inside(self, person: Person | None = None) -> InProcess:
        """The portal in this process, as somebody sees it."""
        return InProcess(self.app.wsgi_app, self.cookie(person) if person else "")

    @property
    def log(self) -> Path:
        """Where servers write."""
        return self.folder / "servers.log"


@contextmanager
def prepared(
    database: Database, folder: Path, *, meetings: int, rounds: int, invitations: tuple[int, ...]
) -> Iterator[Run]:
    """Migrate, fill and give a run; its log lines go to a file, as a service's do."""
    with (folder / "portal.log").open("a") as log, _stderr_to(log.fileno()):
        app = create_app(database.environment)
        # To fill and to count in this process; each request begins closed all the same.
        for_commands()
        with app.app_context():
            command.upgrade(configuration(database.url, database.environment["DATABASE_URL"]), "head")
        area = build_area(app, meetings)
        # As every server does before it says that it is ready.
        app.extensions["make_ready"]()
        try:
            yield Run(database, folder, app, area, rounds, meetings, invitations)
        finally:
            with app.app_context():
                db.engine.dispose()


@contextmanager
def _stderr_to(number: int) -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(number, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
