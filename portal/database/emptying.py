"""Taking what was deleted off the disk: SQLite leaves it in its file and its journal until both are written anew."""

from __future__ import annotations

import sqlite3

import structlog

from portal.database.session import db, turn

log = structlog.get_logger("portal.database")

PATIENCE = 3_000
"""Milliseconds for which it waits for readers."""


def empty_free_space() -> bool:
    """Write SQLite's file anew and empty its journal, so that nothing that was deleted stands in them; whether it did.

    It takes as much room again and about a second for each 100 MB, while nobody else writes. PostgreSQL gives room back
    by itself, by and by (docs/records.md). Never to be called inside `writing()`.
    """
    db.session.commit()
    engine = db.engine
    if engine.dialect.name != "sqlite":
        return False
    # Straight to the driver: neither goes within a transaction, and the engine begins one for whatever it is asked.
    plain = engine.raw_connection()
    try:
        with turn(engine):
            driver: sqlite3.Connection = plain.driver_connection  # type: ignore[assignment]  # SQLite's
            driver.execute("VACUUM")
            # Whoever reads for longer than that keeps the journal from being emptied, and this from being done.
            driver.execute(f"PRAGMA busy_timeout = {PATIENCE}")
            is_busy, _pages, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as fault:
        log.warning("what was deleted still lies in the database's file", fault=str(fault))
        return False
    finally:
        # Not to the pool, whose connections wait for longer.
        plain.detach()
        plain.close()
    if is_busy:
        log.warning("what was deleted still lies in the database's journal, which somebody is reading")
    return not is_busy
