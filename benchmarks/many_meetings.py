"""The diary's day and the search, among a hundred thousand meetings and among a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from alembic import command
from flask import Flask

from benchmarks.area import LEAST_COMING_DAYS, Area, build_area
from benchmarks.databases import for_the_portal, further_address
from benchmarks.doors import fetch, hidden_fields, sign_in
from benchmarks.families import surname_of
from benchmarks.in_process import InProcess
from benchmarks.measuring import Limit, Result, Work, by_turns, milliseconds
from benchmarks.run import Run
from portal.commands.db import configuration
from portal.database.session import db
from portal.factory import create_app

AMONG_MANY = Limit(1.3)
ONE_IN = 100
CALLS = 20
_FAMILY, _MEETING = 7, 11
"""Numbers of a family and of a meeting that both databases have."""


@dataclass(frozen=True)
class _Place:
    """One of the two databases as its coordinator sees it."""

    area: Area
    door: InProcess
    fields: dict[str, str]

    def day(self, on: date) -> bytes:
        """The diary of a day."""
        return fetch(self.door, f"/diary?view=day&on={on.isoformat()}")

    def find(self, text: str) -> str:
        """Where a search leads; raises RuntimeError where it finds nothing."""
        answer = self.door.post("/meetings/search", {**self.fields, "q": text})
        if answer.status != 303:
            raise RuntimeError(f"looking for {text} answered {answer.status}")
        return answer.location


def measure(run: Run) -> Iterator[Result]:
    """Each page of the large database and of the small one by turns; what they show is as much in both."""
    many = _place(run.app, run.area, run.cookie(run.area.people["coordinator"]))
    with _a_few(run) as few:
        on = run.area.today + timedelta(days=LEAST_COMING_DAYS // 2)
        shown = [place.day(on).count(b'href="/meetings/') for place in (many, few)]
        # A day's share of the meetings is no whole number: it may be one more or fewer.
        if min(shown) < 1 or abs(shown[0] - shown[1]) > 1:
            raise RuntimeError(f"the day has {shown[0]} and {shown[1]} meetings")
        surname, reference = surname_of(_FAMILY), f"m-{_MEETING:06}"
        listed = [fetch(place.door, place.find(surname)).count(b'href="/meetings/') for place in (many, few)]
        if listed[0] != listed[1]:
            raise RuntimeError(f"the family has {listed[0]} and {listed[1]} meetings")
        yield _result(run, few, f"Diary of a day with {shown[0]} meetings", lambda: many.day(on), lambda: few.day(on))
        yield _result(
            run,
            few,
            "Search by a surname, and the list of what was found",
            lambda: fetch(many.door, many.find(surname)),
            lambda: fetch(few.door, few.find(surname)),
        )
        yield _result(
            run, few, "Search by a meeting's reference", lambda: many.find(reference), lambda: few.find(reference)
        )


def _result(run: Run, few: _Place, what: str, large: Work, small: Work) -> Result:
    times = by_turns(large, small, rounds=run.rounds, first_calls=CALLS, second_calls=CALLS)
    return Result(
        what=f"{what}, among all against among {few.area.meetings:,}",
        database=run.database.kind,
        how="in process",
        values=times.ratios,
        limit=AMONG_MANY,
        samples=f"{run.rounds} × {CALLS} to {CALLS}",
        rows=run.area.rows,
        aside=f"among all {milliseconds(times.first)}, among few {milliseconds(times.second)}",
    )


def _place(app: Flask, area: Area, cookie: str) -> _Place:
    door = InProcess(app.wsgi_app, cookie)
    return _Place(area, door, hidden_fields(fetch(door, "/meetings")))


@contextmanager
def _a_few(run: Run) -> Iterator[_Place]:
    """A database like the run's, with one in a hundred of its meetings, in a portal of its own in this process."""
    url = further_address(run.database, run.folder, "a_few_meetings")
    served = for_the_portal(url)
    app = create_app(run.database.environment | {"DATABASE_URL": served, "DATABASE_OWNER_URL": url})
    with app.app_context():
        command.upgrade(configuration(url, served), "head")
    try:
        area = build_area(app, run.bulk, one_in=ONE_IN)
        yield _place(app, area, sign_in(app, area.people["coordinator"]))
    finally:
        with app.app_context():
            db.engine.dispose()
