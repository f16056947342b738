"""Several processes that write to one SQLite database: none is turned away, nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

PROCESSES = 4
TIMES = 25

WRITER = """
import sys
from flask import Flask
from sqlalchemy import text
from portal.database.engines import engine_options, prepare_engine
from portal.database.session import db, writing

url, times = sys.argv[1], int(sys.argv[2])
app = Flask("writer")
app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
db.init_app(app)
with app.app_context():
    prepare_engine(db.engine)
    for _ in range(times):
        with writing() as session:
            number = session.execute(text("SELECT number FROM counter")).scalar_one()
            session.execute(text("UPDATE counter SET number = :next"), {"next": number + 1})
"""


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    """A database with one number in it."""
    path = tmp_path / "counter.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE counter (number INTEGER)")
        connection.execute("INSERT INTO counter VALUES (0)")
    return path


def test_every_read_and_write_of_every_process_counts(counter: Path) -> None:
    url = f"sqlite:///{counter.as_posix()}"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, str(TIMES)], stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    said = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * PROCESSES, said
    with sqlite3.connect(counter) as connection:
        assert connection.execute("SELECT number FROM counter").fetchone() == (PROCESSES * TIMES,)


def test_a_writer_that_is_killed_gives_its_turn_back(counter: Path) -> None:
    url = f"sqlite:///{counter.as_posix()}"
    held = "with writing() as session:"
    stuck = WRITER.replace(held, f"{held}\n            print(flush=True); __import__('time').sleep(60)")
    killed = subprocess.Popen([sys.executable, "-c", stuck, url, "1"], stdout=subprocess.PIPE)
    assert killed.stdout is not None
    killed.stdout.readline()
    killed.kill()
    killed.wait(timeout=10)
    done = subprocess.run([sys.executable, "-c", WRITER, url, "1"], check=False, timeout=60)
    assert done.returncode == 0
