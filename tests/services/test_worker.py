"""The worker's table: what is due is done, by itself, and noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from portal.database.session import db, writing
from portal.models.messages import WorkerBeat
from portal.services.worker import WORKS, Done, Work, run_due
from tests.world import NOW


@pytest.fixture(autouse=True)
def no_beats(database) -> None:
    """No worker has run yet."""
    with writing() as session:
        session.execute(delete(WorkerBeat))


def beats() -> dict[str, WorkerBeat]:
    db.session.rollback()
    db.session.expire_all()
    return {beat.work: beat for beat in db.session.scalars(select(WorkerBeat))}


def test_each_work_is_done_as_often_as_it_says():
    done: list[str] = []
    works = [
        Work("often", 10, lambda now: done.append("often") or 1),
        Work("seldom", 60, lambda now: done.append("seldom") or 2),
    ]
    assert run_due(NOW, works) == [Done("often", 1), Done("seldom", 2)]
    assert run_due(NOW + timedelta(seconds=9), works) == []
    assert run_due(NOW + timedelta(seconds=10), works) == [Done("often", 1)]
    assert run_due(NOW + timedelta(seconds=60), works) == [Done("often", 1), Done("seldom", 2)]
    assert done == ["often", "seldom", "often", "often", "seldom"]
    assert {name: (beat.last_run_at, beat.last_done) for name, beat in beats().items()} == {
        "often": (NOW + timedelta(seconds=60), 1),
        "seldom": (NOW + timedelta(seconds=60), 2),
    }


def test_cron_has_all_of_it_done():
    works = [Work("seldom", 3600, lambda now: 1)]
    assert run_due(NOW, works) == run_due(NOW, works, whatever_the_time=True) == [Done("seldom", 1)]


def test_a_fault_stops_neither_the_others_nor_the_next_time(capsys):
    def broken(now):
        with writing() as session:
            session.execute(delete(WorkerBeat))
            raise ValueError("ZQ-SECRET-QZ")

    works = [Work("before", 10, lambda now: 1), Work("broken", 10, broken), Work("after", 10, lambda now: 3)]
    assert run_due(NOW, works) == [Done("before", 1), Done("broken", 0, "ValueError"), Done("after", 3)]
    noted = beats()
    assert (noted["broken"].fault, noted["broken"].last_fault_at) == ("ValueError", NOW)
    assert noted["after"].fault is None
    later = NOW + timedelta(seconds=10)
    mended = [Work("broken", 10, lambda now: 1)]
    assert run_due(later, mended) == [Done("broken", 1)]
    broken_once = beats()["broken"]
    assert (broken_once.last_run_at, broken_once.last_fault_at, broken_once.fault) == (later, NOW, "ValueError")


def test_a_transaction_that_a_work_left_open_is_not_the_next_ones(world):
    seen: list[bool] = []

    def leaves_open(now):
        db.session.add(WorkerBeat(work="stray", last_run_at=NOW, last_done=0))
        return 0

    def looks(now):
        seen.append(bool(db.session.new))
        return 0

    run_due(NOW, [Work("leaves_open", 10, leaves_open), Work("looks", 10, looks)])
    assert seen == [False]
    assert "stray" not in beats()


def test_the_portals_own_works_run_on_an_ordinary_day(world):
    done = run_due(NOW)
    assert [one.name for one in done] == [work.name for work in WORKS]
    assert [one.fault for one in done] == [None] * len(WORKS)
    names = [work.name for work in WORKS]
    assert len(set(names)) == len(names)
    assert names.index("digests") < names.index("at_once") < names.index("sending")
