"""Work in the background: a table of what is done how often, for any number of workers at once.

Each work finds for itself what is due and does it once, so that two workers that run it together do no harm, and one
that dies leaves what it had to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.database.session import db, writing
from portal.models.messages import WorkerBeat
from portal.services.activity_keeping import keep_due
from portal.services.escalations.clocks import end_clocks
from portal.services.feedback.ending import forget_ended
from portal.services.indicators.recounts import fold_noted, recount_due
from portal.services.kept_forms import forget_old
from portal.services.mails.at_once import mail_at_once
from portal.services.mails.deliveries import ask_deliveries
from portal.services.mails.digests import make_digests
from portal.services.mails.sending import send_mails
from portal.services.notices.reminders import remind
from portal.services.packs.making import make_packs
from portal.services.records.erasing import propose_due as propose_erasures
from portal.services.reports.bundle_clock import cut_due
from portal.services.samples.proposing import propose_due
from portal.services.saved_views.sending import send_due
from portal.services.upkeep import remind_and_sleep

log = structlog.get_logger("portal.worker")

MINUTE = 60
LONGEST_FAULT = 200

_BEATS = cast(Table, WorkerBeat.__table__)


@dataclass(frozen=True, slots=True)
class Work:
    """Something that is done every so many seconds; `run` is told the time (UTC) and says how many things it did."""

    name: str
    every_seconds: int
    run: Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one work: how many things it did, or what stopped it."""

    name: str
    number: int
    fault: str | None = None


# In this order in each round: what tells people something, then the mails about it, then their sending. The day's mail
# comes before what goes at once, so that what is in it need not go twice.
WORKS: tuple[Work, ...] = (
    Work("clocks", 20, end_clocks),
    Work("bundles", MINUTE, cut_due),
    Work("packs", 5, make_packs),
    Work("reminders", 15 * MINUTE, remind),
    Work("upkeep", 60 * MINUTE, remind_and_sleep),
    Work("feedback", 60 * MINUTE, forget_ended),
    Work("kept_forms", 60 * MINUTE, forget_old),
    Work("dip_samples", 60 * MINUTE, propose_due),
    Work("erasures", 6 * 60 * MINUTE, propose_erasures),
    Work("saved_views", 15 * MINUTE, send_due),
    Work("digests", 5 * MINUTE, make_digests),
    Work("at_once", MINUTE, mail_at_once),
    Work("sending", 10, send_mails),
    Work("deliveries", 10 * MINUTE, ask_deliveries),
    Work("figures", 20, fold_noted),
    Work("recounts", 30 * MINUTE, recount_due),
    Work("anchors", 60 * MINUTE, keep_due),
)


def run_due(now: datetime, works: Sequence[Work] | None = None, *, whatever_the_time: bool = False) -> list[Done]:
    """Do what is due at `now` (UTC), each work by itself: a fault in one does not stop the others.

    A work is due when no worker has begun it for its time; `whatever_the_time` does them all, as cron wants it. Raises
    what the database raises where it is away.
    """
    begun = {} if whatever_the_time else _begun()
    return [_do(work, now) for work in works or WORKS if _is_due(work, begun.get(work.name), now)]


def _is_due(work: Work, begun: datetime | None, now: datetime) -> bool:
    return begun is None or begun + timedelta(seconds=work.every_seconds) <= now


def _begun() -> dict[str, datetime]:
    db.session.rollback()
    rows = db.session.execute(select(WorkerBeat.work, WorkerBeat.last_run_at))
    return {row.work: row.last_run_at for row in rows}


def _do(work: Work, now: datetime) -> Done:
    try:
        done = Done(work.name, work.run(now))
    except Exception as fault:
        # In the row its kind alone: what it says may hold what an administrator may not read.
        done = Done(work.name, 0, type(fault).__name__[:LONGEST_FAULT])
        log.exception("work stopped", work=work.name)
    finally:
        # Whatever it left open or had read is not the next one's.
        db.session.remove()
    _beat(done, now)
    return done


def _beat(done: Done, now: datetime) -> None:
    """Note it, also what was stopped: otherwise a work that cannot be done would be tried without end."""
    facts: dict[str, Any] = {"last_run_at": now, "last_done": done.number}
    if done.fault is not None:
        facts |= {"last_fault_at": now, "fault": done.fault}
    with writing() as session:
        noted = update(_BEATS).where(_BEATS.c.work == done.name).values(facts).returning(_BEATS.c.work)
        if session.execute(noted).first() is None:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            session.execute(insert(_BEATS).values(work=done.name, **facts).on_conflict_do_nothing())
