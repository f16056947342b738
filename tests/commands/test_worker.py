"""`flask worker`: real processes that start, work, and end when told to; once, for cron; and beside a demonstration."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select

from portal.commands import serve
from portal.commands.worker import working
from portal.config import ROOT
from portal.database.session import db
from portal.models.messages import WorkerBeat
from portal.services import worker
from portal.services.worker import WORKS, Work
from tests.harness import FIELD_KEY, SECRET_KEY, apart
from tests.services.notice_steps import tell_nobody_anything

LONG = 60
"""Seconds until a test gives up on a process: machines of tests are shared."""

FLASK = [sys.executable, "-m", "flask"]


@pytest.fixture(autouse=True)
def quiet(database):
    """No work was done yet."""
    tell_nobody_anything()


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """works(name=function, …): what there is to do in this test."""

    def use(**runs):
        monkeypatch.setattr(worker, "WORKS", tuple(Work(name, 0, run) for name, run in runs.items()))

    return use


def beats() -> dict[str, WorkerBeat]:
    """What was noted of each work so far."""
    db.session.rollback()
    return {beat.work: beat for beat in db.session.scalars(select(WorkerBeat))}


def until(what: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something is so; fail where it is not within LONG, or where the process that should do it has gone."""
    end = time.monotonic() + LONG
    while not what():
        assert process is None or process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@contextmanager
def started(database, folder, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own on the test's database."""
    settings = {
        "PORTAL_MODE": "demo",
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": database.url("portal"),
        "SECRET_KEY": SECRET_KEY,
        "FIELD_KEYS": f"t1:{b64encode(FIELD_KEY).decode()}",
    }
    process = subprocess.Popen(
        [*FLASK, *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_works_until_it_is_told_to_end(database, tmp_path):
    with started(database, tmp_path, "worker") as process:
        until(lambda: set(beats()) == {work.name for work in WORKS}, process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, err
    assert out == ""
    assert '"worker started"' in err
    assert '"worker stopped"' in err.splitlines()[-1]
    assert "Traceback" not in err


def test_any_number_may_run_and_ctrl_c_ends_each(database, tmp_path):
    with started(database, tmp_path, "worker") as first, started(database, tmp_path, "worker") as second:
        until(lambda: len(beats()) == len(WORKS), first)
        for process in (first, second):
            process.send_signal(signal.SIGINT)
        for process in (first, second):
            _out, err = process.communicate(timeout=LONG)
            # One told to end while it still starts has nothing to finish; it may end by the signal itself.
            assert process.returncode in (0, 1, -signal.SIGINT), err


def test_once_does_each_work_and_ends(database, tmp_path):
    with started(database, tmp_path, "worker", "--once") as process:
        out, err = process.communicate(timeout=LONG)
    assert (process.returncode, out) == (0, ""), err
    assert set(beats()) == {work.name for work in WORKS}


def test_once_does_what_was_just_done_too(command, works):
    done: list[str] = []
    works(first=lambda _now: done.append("first") or 2, second=lambda _now: done.append("second") or 0)
    for _ in range(2):
        assert command("worker", "--once").exit_code == 0
    assert done == ["first", "second"] * 2
    assert {name: beat.last_done for name, beat in beats().items()} == {"first": 2, "second": 0}


def test_once_says_by_its_exit_that_some_work_failed_and_does_the_rest(command, works):
    def fail(_now):
        raise LookupError("ZQ-SECRET-QZ")

    works(broken=fail, fine=lambda _now: 1)
    answer = command("worker", "--once")
    assert (answer.exit_code, answer.stdout) == (1, "")
    found = beats()
    assert (found["broken"].fault, found["fine"].last_done) == ("LookupError", 1)


def test_once_without_a_database_fails_in_one_piece(command, database):
    with database.lost():
        answer = command("worker", "--once")
    assert answer.exit_code == 1
    assert "could not look for work" in answer.stderr


def test_bad_use_is_refused(command):
    answer = command("worker", "--twice")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1
    assert "--twice" in answer.stderr


def test_what_is_under_way_is_finished_before_it_ends(app, works):
    begun, finished = Event(), Event()

    def slow(_now):
        begun.set()
        time.sleep(0.3)
        finished.set()
        return 1

    works(slow=slow)
    with working(app):
        assert begun.wait(LONG)
    assert finished.is_set()
    assert beats()["slow"].last_done == 1


def test_a_fault_does_not_end_it(app, works, monkeypatch):
    monkeypatch.setattr("portal.commands.worker.LOOKS_EVERY", timedelta(seconds=0.05))
    tries: list[int] = []

    def fail_twice(_now):
        tries.append(1)
        if len(tries) < 3:
            raise LookupError
        return 1

    works(mended=fail_twice)
    with working(app):
        until(lambda: len(tries) >= 3)


class ServesUntilWorked:
    """In place of a web server: it serves until the work was done, or shows that nobody does it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.was_worked_beside = False
        self.waited = 0.0

    def run(self) -> None:
        """Wait for a beat."""
        begun = time.monotonic()
        while self.waited < 3 and not self.was_worked_beside:
            with self.app.app_context():
                self.was_worked_beside = bool(beats())
            self.waited = time.monotonic() - begun
            time.sleep(0.05)


@pytest.mark.parametrize(("mode", "is_alive"), [("demo", True), ("production", False)])
def test_a_demonstration_is_alive_without_a_second_process(app, works, monkeypatch, mode, is_alive):
    works(simple=lambda _now: 1)
    server = ServesUntilWorked(app)
    monkeypatch.setattr(serve, "create_server", lambda *_args, **_options: server)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mode=mode))
    monkeypatch.setitem(app.extensions, "make_ready", lambda: None)
    monkeypatch.setattr(serve, "LOOKS_EVERY", timedelta(seconds=0.5))
    answer = apart(app.test_cli_runner().invoke, args=["serve"])
    assert answer.exit_code == 0, answer.output
    assert server.was_worked_beside is is_alive
    assert server.waited > 0.4, "whoever opens the first pages does not wait for a worker"
