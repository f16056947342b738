"""A second PostgreSQL that follows the first, and answers for it while it is away: for reading alone.

Which of the two answers is settled for each new connection: the primary first, and where that cannot be reached its
replica, on which every transaction is read-only. While the replica answers nothing can be written, so no reading of a
child's record can be noted: text that may name a child does not open at all (`EncryptedText`), whoever asks. See
docs/adr/0053-a-replica-shows-no-child.md.
"""

from __future__ import annotations

from contextvars import ContextVar
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

log = structlog.get_logger("portal.database")

RETRY_AFTER = 5.0
"""Seconds for which a primary that could not be reached is not asked again: a page must not wait for it each time."""

SINCE = "portal_replica_since"
"""Note in a pooled connection that it leads to the replica, and since when."""

PRIMARY_WAITS = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 6000,
}
"""How soon a primary that has vanished without a word is given up (seconds; the last in milliseconds)."""

READ_ONLY = "-c default_transaction_read_only=on"
"""The server's own lock on such a connection, so that it holds even where somebody has promoted the replica."""

WITHOUT_CHILDREN = frozenset(
    {
        "board_meeting_records",
        "board_meetings",
        "challenge_sessions",
        "comparators",
        "evidence",
        "improvement_actions",
        "improvement_areas",
        "improvement_changes",
        "improvement_evidence",
        "improvement_months",
        "improvement_ticks",
        "moderations",
        "remark_wordings",
        "response_comments",
        "responses",
        "return_versions",
        "saved_views",
        "scrutiny_challenges",
        "scrutiny_drafts",
        "scrutiny_entries",
    }
)
"""Tables of audits and of the board's world: no child, no family, no case. Their texts open on the replica too."""

_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)


class PrimaryAway(Exception):
    """The database that can be written to does not answer: nothing was saved, and no child's record is shown."""


class _Standing:
    """What this process knows of one primary and its replica."""

    def __init__(self, dialect: Dialect, address: str) -> None:
        self._dialect = dialect
        self._where: tuple[list[Any], dict[str, Any]] = self._arguments(dialect, address)
        self._ask_again_at = 0.0

    @staticmethod
    def _arguments(dialect: Dialect, address: str) -> tuple[list[Any], dict[str, Any]]:
        places, named = dialect.create_connect_args(make_url(address))
        options = " ".join(filter(None, [named.get("options"), READ_ONLY]))
        return list(places), {**named, "connect_timeout": PRIMARY_WAITS["connect_timeout"], "options": options}

    def connect(
        self, dialect: Dialect, entry: ConnectionPoolEntry | None, places: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """A connection to the primary, or to its replica while the primary cannot be reached."""
        if entry is None:
            # Nowhere to note which one it is: whoever connects past the pool gets the primary or nothing.
            return None
        if monotonic() >= self._ask_again_at:
            try:
                made = dialect.connect(*places, **{**PRIMARY_WAITS, **named})
            except dialect.loaded_dbapi.OperationalError as away:
                self._ask_again_at = monotonic() + RETRY_AFTER
                log.warning("the primary database does not answer: its replica is read", reason=type(away).__name__)
            else:
                self._ask_again_at = 0.0
                return made
        try:
            made = dialect.connect(*self._where[0], **self._where[1])
        except dialect.loaded_dbapi.OperationalError:
            # With neither there, whichever comes back first is to answer.
            self._ask_again_at = 0.0
            raise
        entry.info[SINCE] = monotonic()
        return made

    def settle(self, connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        """Note whom this context reads from; leave a primary that has gone, and the replica once it may be back.

        Raises DisconnectionError, which the pool takes for "connect again": the primary is asked first.
        """
        since = entry.info.get(SINCE)
        if since is None:
            # Each time, also where it was used a moment ago: without this the first page after it went would fail.
            try:
                self._dialect.do_ping(connection)
            except self._dialect.loaded_dbapi.Error as gone:
                raise DisconnectionError("the primary has gone") from gone
        elif monotonic() - since >= RETRY_AFTER:
            raise DisconnectionError("the primary may be back")
        _reads_replica.set(since is not None)


def install_stand_in(engine: Engine, address: str) -> None:
    """Let `engine` fall back on the replica at `address`; without one, or on SQLite, nothing changes."""
    if not address or engine.dialect.name != "postgresql":
        return
    standing = _Standing(engine.dialect, address)
    event.listen(engine, "do_connect", standing.connect)
    # Before others that ask the connection for something.
    event.listen(engine, "checkout", standing.settle, insert=True)


def is_reading_replica() -> bool:
    """Whether the last connection of this context led to the replica."""
    return _reads_replica.get()


def forget_replica() -> None:
    """Begin anew: what an earlier request of this thread read from says nothing about the next one."""
    _reads_replica.set(False)


def refuse_on_replica(connection: Connection) -> None:
    """Raise PrimaryAway where a connection that is about to write leads to the replica."""
    if SINCE in connection.info:
        raise PrimaryAway("nothing can be written to the replica")


def may_open(place: str) -> bool:
    """Whether the text of a `table.column` may be opened now: on the replica only where no child can stand in it."""
    return not _reads_replica.get() or place.partition(".")[0] in WITHOUT_CHILDREN
