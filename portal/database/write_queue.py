"""One writer at a time on SQLite, in the order of asking.

SQLite's own busy handler polls and is unfair: under load a writer can starve until its time-out. A lock on a
file beside the database (between processes) after a lock in memory (between threads) makes writers queue
instead, so that none sees "database is locked". PostgreSQL needs none of this.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: one process (waitress) serves, and the lock in memory is enough
    fcntl = None  # type: ignore[assignment]  # a module, or none


class WriteQueue:
    """The queue in front of one SQLite database file."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-queue")
        self._threads = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this writer's turn and hold it; the system gives it back if the process dies."""
        with self._threads:
            if fcntl is None:
                yield
                return
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
