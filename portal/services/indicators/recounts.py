"""What is kept of the figures held against the records: each night by the worker, and when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.working_days import london_day
from portal.models.figure_rollups import FigureRecount
from portal.models.partnerships import Partnership
from portal.services.changes import Change
from portal.services.indicators.rollups import STEPS, Difference, differences, fold, mend, missing_triggers

log = structlog.get_logger("portal.figures")

Progress = Callable[[int], None]
"""Told how many more steps are done."""

WORKER = "worker"
NIGHT_BEGINS = timedelta(hours=2)
"""After London's midnight."""
BUSY = "Somebody is adding figures up at this moment. Nothing was changed; run this again."


def fold_noted(now: datetime) -> int:
    """Add up what triggers have noted, whatever the time; returns how many notes that were."""
    return fold()


def recount_due(now: datetime) -> int:
    """Recount each partnership once a night, and mend what differs; returns how many were recounted.

    A difference is a fault of ours, or somebody changed rows with the triggers off: it is logged, stands in the trail,
    and in the metrics until the next night finds none.
    """
    session: Session = db.session()
    rows = session.execute(
        select(Partnership.id, FigureRecount.recounted_at)
        .outerjoin(FigureRecount, FigureRecount.partnership_id == Partnership.id)
        .order_by(Partnership.id)
    ).all()
    session.rollback()
    due = [row.id for row in rows if row.recounted_at is None or _night(row.recounted_at) < _night(now)]
    return sum(_recount(Viewer.of_system(WORKER, now, one), one) is not None for one in due)


def count_steps(viewer: Viewer) -> int:
    """How many steps `check` and `rebuild` take. Raises NotPermitted."""
    return len(_partnerships(viewer)) * STEPS


def check(viewer: Viewer, progress: Progress = lambda _: None) -> Iterator[tuple[str, list[Difference]]]:
    """Hold what is kept against the records, and change nothing: each partnership's name, and what differs.

    Raises NotPermitted.
    """
    for partnership_id, name in _partnerships(viewer):
        found = differences(db.session(), partnership_id, progress)
        db.session.rollback()
        yield name, found


def rebuild(viewer: Viewer, progress: Progress = lambda _: None) -> int:
    """Bring what is kept to what there is, partnership by partnership; returns how many rows differed.

    People may work meanwhile. Raises NotPermitted, and Conflict where a worker is adding up.
    """
    number = 0
    for partnership_id, _ in _partnerships(viewer):
        its_own = Viewer.of_system(viewer.system or WORKER, viewer.now, partnership_id)
        found = _recount(its_own, partnership_id, progress)
        if found is None:
            raise Conflict(BUSY)
        number += found
    fold()
    return number


def faults(viewer: Viewer) -> list[str]:
    """Why changes are not noted, in sentences; empty where they are. Raises NotPermitted."""
    _check_is_system(viewer)
    missing = missing_triggers(db.session())
    return [f"the database lacks the trigger {name}: changes are not noted" for name in missing]


def _recount(viewer: Viewer, partnership_id: int, progress: Progress = lambda _: None) -> int | None:
    """Recount one partnership and say how many rows differed; None where another is at it."""
    found = differences(db.session(), partnership_id, progress)
    with writing() as session:
        if found:
            if not mend(session, partnership_id):
                return None
            Change(session, viewer).log("figures.mended", "partnership", partnership_id)
        _note(session, viewer, partnership_id, len(found))
    if found:
        log.error("kept figures differed", partnership=partnership_id, rows=len(found), first=str(found[0]))
    return len(found)


def _note(session: Session, viewer: Viewer, partnership_id: int, differing: int) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    facts = {"recounted_at": viewer.now, "differing": differing}
    session.execute(
        insert(FigureRecount)
        .values(partnership_id=partnership_id, **facts)
        .on_conflict_do_update(index_elements=["partnership_id"], set_=facts)
    )


def count_differing(session: Session) -> int:
    """How many rows differed when each partnership was recounted last."""
    return session.scalar(select(func.coalesce(func.sum(FigureRecount.differing), 0))) or 0


def _partnerships(viewer: Viewer) -> list[tuple[int, str]]:
    _check_is_system(viewer)
    rows = db.session.execute(select(Partnership.id, Partnership.name).order_by(Partnership.name)).all()
    return [(row.id, row.name) for row in rows]


def _check_is_system(viewer: Viewer) -> None:
    if not viewer.is_system:
        raise NotPermitted("What is kept is checked by whoever runs the portal.")


def _night(at: datetime) -> date:
    return london_day(at - NIGHT_BEGINS)
