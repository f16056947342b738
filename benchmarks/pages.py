"""Pages against the bare route: the chair's register, and the list of meetings as three people see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import bare
from benchmarks.area import Area
from benchmarks.doors import Door, Loopback, fetch
from benchmarks.in_process import InProcess
from benchmarks.measuring import Limit, Result, by_turns, milliseconds
from benchmarks.run import Run
from benchmarks.serving import BARE, GUNICORN, PORTAL, served, wait_until_ready
from tests.world import Person

REGISTER = Limit(30)
LIST = Limit(60)
LISTED = 100
LIST_PATH = f"/meetings?when=all&size={LISTED}"


def pages_of(area: Area) -> list[tuple[str, Person, str, Limit]]:
    """Every page that is measured: its name, who asks, its path and its limit."""
    people = area.people
    return [
        ("Register of 20 agencies × 5 choices", people["chair"], register_path(area.sheet.meeting_id), REGISTER),
        (f"{LISTED} meetings, as coordinator", people["coordinator"], LIST_PATH, LIST),
        (f"{LISTED} meetings, as the police", people["police"], LIST_PATH, LIST),
        (f"{LISTED} meetings, as a surgery", people["surgery"], LIST_PATH, LIST),
    ]


def register_path(meeting_id: int) -> str:
    """Where a register is kept."""
    return f"/meetings/{meeting_id}/register"


def measure_inside(run: Run) -> Iterator[Result]:
    """WSGI calls in this process."""
    route = InProcess(bare.app.wsgi_app)
    for what, person, path, limit in pages_of(run.area):
        yield _measure(run, what, path, limit, run.inside(person), route, "in process", calls=(30, 600))


def measure_served(run: Run) -> Iterator[Result]:
    """Over HTTP, the portal and the bare route under the same server."""
    with ExitStack() as stack:
        port = stack.enter_context(served(GUNICORN, PORTAL, run.database.environment, run.log))
        bare_port = stack.enter_context(served(GUNICORN, BARE, {}, run.log))
        wait_until_ready(port)
        wait_until_ready(bare_port, "/")
        route = Loopback(bare_port)
        for what, person, path, limit in pages_of(run.area):
            door = Loopback(port, run.cookie(person))
            yield _measure(run, what, path, limit, door, route, GUNICORN, calls=(30, 300))


def _measure(
    run: Run, what: str, path: str, limit: Limit, door: Door, route: Door, how: str, *, calls: tuple[int, int]
) -> Result:
    _make_sure(fetch(door, path), path)
    times = by_turns(
        lambda: fetch(door, path),
        lambda: fetch(route, "/"),
        rounds=run.rounds,
        first_calls=calls[0],
        second_calls=calls[1],
    )
    return Result(
        what=what,
        database=run.database.kind,
        how=how,
        values=times.ratios,
        limit=limit,
        samples=f"{run.rounds} × {calls[0]} to {calls[1]}",
        rows=run.area.rows,
        aside=f"page {milliseconds(times.first)}, bare route {milliseconds(times.second)}",
    )


def _make_sure(page: bytes, path: str) -> None:
    """A page that shows less than it should would be quick."""
    if path == LIST_PATH:
        shown, wanted = page.count(b'href="/meetings/'), LISTED
    else:
        shown, wanted = page.count(b'type="radio"'), 100
    if shown < wanted:
        raise RuntimeError(f"{path} shows {shown} of {wanted}")
