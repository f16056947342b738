"""A restore that is killed (`kill -9`): what people work with is what it was, or all of the backup, and never a mix."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from portal.database.session import db
from portal.services.activity_checks import verify
from portal.services.backup.contents import place_of
from portal.services.backup.restoring import restore
from portal.services.reports.writing import save_answer, seen
from tests.services.backup_steps import all_of_it, all_rows
from tests.services.key_steps import SYSTEM
from tests.services.report_steps import answers_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the restore is forked")

STEPS = 3
"""How often a restore says what it does next; the last time, before the rows take their place."""


@pytest.fixture
def killed(app, backup) -> Callable[[int, float], None]:
    """Begins a restore in a process of its own, and kills that so many seconds after it told of a step."""
    settings = app.extensions["settings"]

    def kill_at(step: int, seconds: float) -> None:
        db.session.remove()
        db.engine.dispose()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            # Whatever happens here, pytest must not go on in two processes.
            try:
                told: list[str] = []

                def tell(words: str) -> None:
                    told.append(words)
                    if len(told) == step:
                        os.write(writing, b"x")
                        if not seconds:
                            time.sleep(60)

                restore(SYSTEM, settings, place_of(settings, str(backup)), tell)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read(1) == b"x"
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    return kill_at


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_killed_before_its_rows_take_their_place_it_has_changed_nothing(command, backup, killed, head, place, step):
    then = all_of_it()
    save_answer(head, place.id, "worries", seen(answers_of(place).get("worries", "")), "Written later.")
    before = all_of_it()
    assert before != then
    killed(step, 0)
    assert all_of_it() == before
    again = command("backup", "restore", backup)
    assert again.exit_code == 0, again.output
    assert all_of_it() == then


def test_killed_while_they_take_it_all_of_them_have_or_none(command, backup, killed, head, place):
    then = all_rows()
    for number, seconds in enumerate((0.001, 0.004, 0.02)):
        save_answer(head, place.id, "worries", seen(answers_of(place).get("worries", "")), f"Written later {number}.")
        now = all_rows()
        assert now != then
        killed(STEPS, seconds)
        assert all_rows() in (then, now)
        assert verify(SYSTEM).faults == []
