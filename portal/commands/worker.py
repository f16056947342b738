"""`flask worker`: what is due in the background, done every few seconds until it is told to stop, or once."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import click
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info, with_appcontext

from portal.commands.groups import PlainCommand
from portal.commands.outcomes import now
from portal.services.worker import run_due

LOOKS_EVERY = timedelta(seconds=5)
"""Each kind of work says itself how often it is due; this is how often a worker looks which ones are."""

log = structlog.get_logger("portal.worker")


@click.command(
    "worker", cls=PlainCommand, help="Do what is due in the background, until stopped. Start as many as you like."
)
@click.option("--once", is_flag=True, help="Do each work once, as cron wants it, and end: 1 where some work failed.")
@with_appcontext
@pass_script_info
def group(info: ScriptInfo, once: bool) -> None:
    """Work until SIGTERM or Ctrl-C, finishing what is under way."""
    app = info.load_app()
    if once:
        raise SystemExit(0 if look_once(app, whatever_the_time=True) else 1)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    with working(app):
        log.info("worker started", looks_every_seconds=LOOKS_EVERY.total_seconds())
        stopped.wait()
        log.info("worker stopping")
    log.info("worker stopped")


@contextmanager
def working(app: Flask, *, first_after: timedelta = timedelta()) -> Iterator[None]:
    """Look for work in a thread of its own meanwhile; at the end, what is under way is finished first."""
    # That a look took longer than the time between two is no fault, and nothing to say in another form than the log's.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    # Not the blocking one: a signal that came while it looks at its jobs would shut down what it is holding.
    clock = BackgroundScheduler(timezone="UTC", executors={"default": {"type": "threadpool", "max_workers": 1}})
    clock.add_job(
        look_once,
        "interval",
        args=(app,),
        seconds=LOOKS_EVERY.total_seconds(),
        next_run_time=now() + first_after,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    clock.start()
    try:
        yield
    finally:
        clock.shutdown(wait=True)


def look_once(app: Flask, *, whatever_the_time: bool = False) -> bool:
    """Do what is due, in a context of its own; says whether all of it went well. What failed stands in the log."""
    with app.app_context():
        try:
            done = run_due(now(), whatever_the_time=whatever_the_time)
        except Exception:
            # No database for a moment is no reason to end: the next look may find it again.
            log.exception("worker could not look for work")
            return False
    for work in done:
        if work.number:
            log.info("work done", work=work.name, things=work.number)
    return all(work.fault is None for work in done)
