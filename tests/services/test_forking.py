"""A server that loads the app and then forks its workers: no two of them may speak on one connection."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import text

from portal.database.session import db
from tests.databases import Database

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems that fork can get this wrong")


def test_a_forked_worker_connects_for_itself_and_leaves_its_parents_connection_alone(database: Database) -> None:
    # Tests before this one may have needed several at a time.
    db.engine.dispose()
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert db.engine.pool.checkedin() == 1

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in two processes.
        try:
            inherited = db.engine.pool.checkedin()
            with db.engine.connect() as connection:
                answer = connection.execute(text("SELECT 7")).scalar_one()
            os.write(writing, f"{inherited} {answer}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    assert os.read(reading, 100) == b"0 7"
    os.waitpid(child, 0)
    os.close(reading)

    assert db.engine.pool.checkedin() == 1
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT 8")).scalar_one() == 8
