"""Signing in against the hash that it cannot do without, and the first page of an app that has just started."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from statistics import median
from time import perf_counter, sleep

from argon2 import PasswordHasher

from benchmarks.doors import Loopback, cookie_of, fetch, hidden_fields
from benchmarks.in_process import InProcess
from benchmarks.measuring import Limit, Result, by_turns, milliseconds
from benchmarks.pages import pages_of
from benchmarks.run import Run
from benchmarks.serving import POLL, PORTAL, SERVERS, served, wait_until_ready
from tests.world import PASSWORD

SIGN_IN = Limit(1.5)
FIRST_PAGE = Limit(2)
_CALLS = 10
_WARM_CALLS = 20


def measure(run: Run) -> Result:
    """The address and the right password sent, against one comparison with argon2-cffi's own settings."""
    hasher = PasswordHasher()
    stored = hasher.hash(PASSWORD)
    client = run.app.test_client()
    fields = hidden_fields(client.get("/sign-in").get_data())
    fields |= {"email": run.area.people["coordinator"].email, "password": PASSWORD}
    door = InProcess(run.app.wsgi_app, cookie_of(client))

    def sign_in() -> None:
        answer = door.post("/sign-in", fields)
        if answer.status != 302:
            raise RuntimeError(f"signing in answered {answer.status}")

    times = by_turns(
        sign_in,
        lambda: hasher.verify(stored, PASSWORD),
        rounds=run.rounds,
        first_calls=_CALLS,
        second_calls=_CALLS,
    )
    return Result(
        what="Sign in with the right password, against its hash",
        database=run.database.kind,
        how="in process",
        values=times.ratios,
        limit=SIGN_IN,
        samples=f"{run.rounds} × {_CALLS} to {_CALLS}",
        rows=run.area.rows,
        aside=f"sign-in {milliseconds(times.first)}, hash {milliseconds(times.second)}",
    )


def measure_restarts(run: Run) -> Iterator[Result]:
    """Of each page: a start, the first answer after /health/ready says yes, and the same page warm.

    The warm one is asked as the first has to be: after a pause, and after the question whether the app is ready. A
    processor that has rested for some milliseconds takes twice as long for whatever it is given, warm or not.
    """
    for server, (what, person, path, _limit) in product(SERVERS, pages_of(run.area)[:2]):
        starts = [_restart(run, server, path, run.cookie(person)) for _ in range(run.rounds)]
        firsts, warms, at_once = zip(*starts, strict=True)
        yield Result(
            what=f"First page after a start, against a warm one: {what[0].lower()}{what[1:]}",
            database=run.database.kind,
            how=server,
            values=tuple(first / warm for first, warm in zip(firsts, warms, strict=True)),
            limit=FIRST_PAGE,
            samples=f"{run.rounds} starts, {_WARM_CALLS} warm pages each",
            rows=run.area.rows,
            aside=f"first {milliseconds(firsts)}, warm {milliseconds(warms)}, and one at once after another "
            f"{milliseconds(at_once)}",
        )


def _restart(run: Run, server: str, path: str, cookie: str) -> tuple[float, float, float]:
    """The first page, a warm one that is asked as the first was, and a warm one at once after another."""
    with served(server, PORTAL, run.database.environment, run.log) as port:
        first = _time_when_ready(port, cookie, path)
        at_once = median(_time(port, cookie, path) for _ in range(_WARM_CALLS))
        warm = []
        for _ in range(_WARM_CALLS):
            sleep(POLL)
            warm.append(_time_when_ready(port, cookie, path))
        return first, median(warm), at_once


def _time_when_ready(port: int, cookie: str, path: str) -> float:
    wait_until_ready(port)
    return _time(port, cookie, path)


def _time(port: int, cookie: str, path: str) -> float:
    """One page over a connection of its own, as the first has to have one."""
    door = Loopback(port, cookie)
    start = perf_counter()
    try:
        fetch(door, path)
        return perf_counter() - start
    finally:
        door.close()
