"""Packs of a year: the annual tables, and the four quarterly board packs, each from the click to the kept files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy import func, select

from benchmarks.databases import settle
from benchmarks.measuring import Limit, Result
from benchmarks.run import Run
from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing
from portal.domain.packs import PackKind, completed_quarters
from portal.domain.quarters import Quarter
from portal.domain.vocabulary import Role
from portal.models.files import StoredFile
from portal.models.packs import PackFile
from portal.models.people import Membership, User
from portal.services.packs.asking import ask_for_pack
from portal.services.packs.making import make_packs

SECONDS = Limit(10)
QUARTERS = 4


def measure(run: Run) -> Iterator[Result]:
    """Counted, suppressed, drawn, set as a tagged PDF, written as a workbook and as CSV, encrypted and kept."""
    with run.app.app_context():
        maker = _maker(run)
        settle(db.engine)
        quarters = completed_quarters(run.area.today, QUARTERS)
        yield _timed(run, maker, "The tables for an annual report", PackKind.ANNUAL, quarters[:1])
        yield _timed(run, maker, "The four quarterly board packs of a year", PackKind.BOARD, quarters)


def _timed(run: Run, maker: Viewer, what: str, kind: PackKind, quarters: Sequence[Quarter]) -> Result:
    seconds = []
    now = run.area.now
    for round_ in range(run.rounds):
        later = now + timedelta(minutes=round_)
        start = perf_counter()
        for quarter in quarters:
            ask_for_pack(_at(maker, later), kind, quarter)
        done = make_packs(later)
        seconds.append(perf_counter() - start)
        if done != len(quarters):
            raise RuntimeError(f"{done} of {len(quarters)} packs were made")
    size = db.session.scalar(select(func.avg(StoredFile.size)).join(PackFile, PackFile.file_id == StoredFile.id))
    db.session.remove()
    return Result(
        what=f"{what} as PDF, Excel and CSV, in seconds",
        database=run.database.kind,
        how="in process",
        values=tuple(seconds),
        limit=SECONDS,
        samples=f"{run.rounds} × {len(quarters)}",
        rows=run.area.rows,
        aside=f"{float(size or 0) / 1024:,.0f} KB a file",
    )


def _at(maker: Viewer, now: datetime) -> Viewer:
    return Viewer(now=now, user_id=maker.user_id, name=maker.name, hat=maker.hat)


def _maker(run: Run) -> Viewer:
    """A business manager of the area."""
    area, role = run.area, Role.BUSINESS_MANAGER
    with writing() as session:
        # Seen just now: whoever has not been seen for long is put to sleep by a server that starts.
        user = User(
            name="The business manager", email="manager@example.org", created_at=area.now, last_signed_in_at=area.now
        )
        session.add(user)
        session.flush()
        membership = Membership(partnership_id=area.partnership_id, user_id=user.id, role=role, created_at=area.now)
        session.add(membership)
        session.flush()
        hat = Hat(membership.id, area.partnership_id, "Eastmarsh", role)
        return Viewer(now=area.now, user_id=user.id, name=user.name, hat=hat)
