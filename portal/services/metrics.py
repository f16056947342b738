"""What whoever runs the portal measures: the queue of mails, and the age and faults of the work in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy import case, func, select

from portal.database.scopes import across
from portal.database.session import db
from portal.database.stand_in import is_reading_replica
from portal.domain.message_vocabulary import MailPlace
from portal.models.messages import Mail, Notice
from portal.services.indicators.recounts import count_differing
from portal.services.watching import HAS_FAILED, IS_QUEUED, is_stuck, list_beats

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _Queue(Collector):
    """The numbers at one moment, for one answer: nothing is kept between two, and nothing of the process is told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every gauge, by five queries."""
        yield from self._mails()
        waits = Notice.mail_place == MailPlace.WAITING
        waiting = db.session.scalar(select(func.count()).select_from(Notice).where(waits))
        yield GaugeMetricFamily("portal_notices_waiting", "Notices that are not in a mail yet.", waiting or 0)
        differing = count_differing(db.session())
        yield GaugeMetricFamily("portal_figures_differing", "Kept figures that the last recount mended.", differing)
        yield from self._works()
        # Last, when the questions above have shown which database answers.
        replica = int(is_reading_replica())
        yield GaugeMetricFamily("portal_reading_replica", "1 while only the replica of the database answers.", replica)

    def _mails(self) -> Iterator[GaugeMetricFamily]:
        queued, stuck, oldest = db.session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(case((is_stuck(self.now), 1), else_=0)), 0),
                func.min(Mail.next_attempt_at),
            ).where(IS_QUEUED)
        ).one()
        failed = db.session.scalar(select(func.count()).select_from(Mail).where(HAS_FAILED))
        yield GaugeMetricFamily("portal_mails_queued", "Mails that are still to be sent.", queued)
        yield GaugeMetricFamily("portal_mails_stuck", "Mails begun and not finished, or an hour late.", stuck)
        yield GaugeMetricFamily(
            "portal_mails_failed", "Mails given up, until somebody has them tried again.", failed or 0
        )
        yield GaugeMetricFamily(
            "portal_mails_late_seconds",
            "How long ago the first queued mail should have been tried.",
            max(0.0, (self.now - oldest).total_seconds()) if oldest is not None else 0.0,
        )

    def _works(self) -> Iterator[GaugeMetricFamily]:
        age = GaugeMetricFamily("portal_work_age_seconds", "Since the work was last done.", labels=["work"])
        every = GaugeMetricFamily("portal_work_every_seconds", "How often it is to be done.", labels=["work"])
        done = GaugeMetricFamily("portal_work_done", "How many things it did then.", labels=["work"])
        failing = GaugeMetricFamily("portal_work_failing", "1 where a fault stopped it the last time.", labels=["work"])
        for beat in list_beats():
            age.add_metric([beat.work], max(0.0, (self.now - beat.last_run_at).total_seconds()))
            every.add_metric([beat.work], beat.every_seconds)
            done.add_metric([beat.work], beat.last_done)
            failing.add_metric([beat.work], int(beat.is_failing))
        yield from (age, every, done, failing)


def exposition(now: datetime) -> bytes:
    """All of it in Prometheus's text format; raises what the database raises, so that a scrape fails loudly."""
    registry = CollectorRegistry()
    # Numbers of the whole portal, which name nothing of any partnership.
    with across():
        registry.register(_Queue(now.astimezone(UTC)))
        return generate_latest(registry)
