"""Thirty-two people who save at once over HTTP: how steady the answers are, and whether anything is lost."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from threading import Barrier, Thread
from time import perf_counter

from sqlalchemy import func, select

from benchmarks.area import PARTNERS, Sheet
from benchmarks.doors import Loopback
from benchmarks.measuring import Limit, Result
from benchmarks.run import Run
from benchmarks.saving import Keeper
from benchmarks.serving import PORTAL, SERVERS, served, wait_until_ready
from portal.database.session import db
from portal.domain.vocabulary import Attendance
from portal.models.activity import Activity
from portal.models.meetings import Invitation

STEADY = Limit(4)
NONE = Limit(0)
SAVES = 25
"""Each partner's, in each round."""


@dataclass
class Seen:
    """What the partners saw."""

    seconds: list[list[float]] = field(default_factory=list)
    """By round, of every save."""
    errors: list[str] = field(default_factory=list)
    saved: dict[int, tuple[Attendance, int]] = field(default_factory=dict)
    """By invitation, as in Keeper."""


def measure(run: Run) -> Iterator[Result]:
    """On each server that the project serves itself with."""
    for number, server in enumerate(SERVERS):
        # Rows that nobody has touched: then versions and the trail say how many saves were kept.
        partners = [(run.cookie(person), sheets[number]) for person, sheets in run.area.partners]
        before = _trail(run)
        with served(server, PORTAL, run.database.environment, run.log) as port:
            wait_until_ready(port)
            # A process of their own, so that asking does not hold up whoever measures or answers.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seen = pool.apply(save_at_once, (port, partners, run.rounds))
        yield from _results(run, server, seen, before)


def save_at_once(port: int, partners: list[tuple[str, Sheet]], rounds: int) -> Seen:
    """Let every partner save on a connection of their own, all together in each round."""
    seen = Seen()
    keepers = [Keeper(Loopback(port, cookie), sheet) for cookie, sheet in partners]
    for _ in range(rounds):
        together = Barrier(len(keepers))
        spent: list[float] = []
        threads = [Thread(target=_save, args=(keeper, together, spent, seen.errors)) for keeper in keepers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seen.seconds.append(spent)
    for keeper in keepers:
        seen.saved |= keeper.saved
    return seen


def _save(keeper: Keeper, together: Barrier, spent: list[float], errors: list[str]) -> None:
    together.wait()
    for _ in range(SAVES):
        start = perf_counter()
        try:
            keeper.save()
        except Exception as fault:  # each counts, whatever it is
            errors.append(f"{type(fault).__name__}: {fault}")
        else:
            spent.append(perf_counter() - start)


def _results(run: Run, server: str, seen: Seen, before: int) -> Iterator[Result]:
    saves = run.rounds * SAVES * PARTNERS
    shared = {"database": run.database.kind, "how": server, "rows": run.area.rows}
    middles = [median(spent) for spent in seen.seconds]
    tops = [quantiles(spent, n=100)[98] for spent in seen.seconds]
    yield Result(
        what=f"{PARTNERS} partners saving at once: p99 to p50",
        values=tuple(top / middle for top, middle in zip(tops, middles, strict=True)),
        limit=STEADY,
        samples=f"{run.rounds} × {SAVES * PARTNERS}",
        aside=f"p50 {median(middles) * 1000:.3g} ms, p99 {median(tops) * 1000:.3g} ms",
        **shared,
    )
    first = f"first: {seen.errors[0][:200]}" if seen.errors else ""
    yield Result(
        what=f"{PARTNERS} partners saving at once: errors",
        values=(len(seen.errors),),
        limit=NONE,
        samples=f"{saves} saves",
        aside=first,
        **shared,
    )
    yield Result(
        what=f"{PARTNERS} partners saving at once: saves lost",
        values=(_lost(run, seen, _trail(run) - before),),
        limit=NONE,
        samples=f"{saves} saves",
        aside="rows, versions and trail compared with the answers",
        **shared,
    )


def _trail(run: Run) -> int:
    """How many confirmations the trail tells of."""
    with run.app.app_context(), db.engine.connect() as connection:
        counted = select(func.count()).select_from(Activity).where(Activity.verb == "attendance.confirmed")
        return connection.execute(counted).scalar_one()


def _lost(run: Run, seen: Seen, trail: int) -> int:
    """Saves that were answered as kept and are not: by each row's version, its last value, and the trail."""
    wanted = select(Invitation.id, Invitation.version, Invitation.confirmed_attendance)
    with run.app.app_context(), db.engine.connect() as connection:
        rows = connection.execute(wanted.where(Invitation.id.in_(seen.saved))).all()
    stored = {row.id: (row.confirmed_attendance, row.version - 1) for row in rows}
    lost = 0
    for invitation_id, (choice, saves) in seen.saved.items():
        kept_choice, kept = stored[invitation_id]
        lost += max(0, saves - kept) + (kept_choice is not choice)
    return lost + max(0, sum(saves for _, saves in seen.saved.values()) - trail)
