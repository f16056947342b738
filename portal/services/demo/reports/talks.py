"""Talks by telephone with agencies that send no report: confirmed, put right, and one that waits."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType
from portal.models.consultations import Consultation
from portal.services.consultations.talking import record_talk, settle_talk
from portal.services.demo.reports import words
from portal.services.demo.reports.parts import Casework, Part

_OTHERS = (AgencyType.HEALTH_VISITING, AgencyType.MENTAL_HEALTH, AgencyType.EARLY_HELP, AgencyType.HOUSING)


@dataclass(slots=True)
class _Talk:
    """One talk; whose it is and its id are known once the chair has written it down."""

    place: int
    kinds: tuple[AgencyType, ...]
    day: int
    settled: int | None = None
    correction: str = ""
    part: Part | None = None
    id: int = 0


def plan(work: Casework) -> None:
    """The chair talks with two surgeries and with another agency."""
    talks = (
        _Talk(0, (AgencyType.GP,), -4, settled=-3),
        _Talk(1, _OTHERS, -3, settled=-2, correction=words.CORRECTED),
        _Talk(2, (AgencyType.GP,), -1),
    )
    for talk in talks:
        _plan(work, talk)


def _plan(work: Casework, talk: _Talk) -> None:
    work.at(talk.day, lambda viewer: _write_down(work, viewer, talk), 14)
    if talk.settled is not None:
        work.at(talk.settled, lambda viewer: _settle(work, viewer, talk), 11)


def _write_down(work: Casework, worker: Viewer, talk: _Talk) -> None:
    talk.part = work.take([part for part in work.parts() if not part.is_sent], *talk.kinds)
    if talk.part is not None:
        talk.id = record_talk(
            work.acting(talk.part.chair, worker.now),
            talk.part.meeting_id,
            talk.part.invitation_id,
            talked_on=worker.today,
            talked_with=words.TALKED_WITH[talk.place],
            said=work.said(words.TALKED[talk.place], "C"),
        )


def _settle(work: Casework, worker: Viewer, talk: _Talk) -> None:
    if talk.part is not None:
        version = db.session.get_one(Consultation, talk.id).version
        correction = work.said(talk.correction, "C") if talk.correction else ""
        lead, meeting_id = work.lead(talk.part, worker.now), talk.part.meeting_id
        # What was put right is to be read out and no more: of the two, one stands in the bundle.
        settle_talk(lead, meeting_id, talk.id, version, correction, is_read_out=bool(correction))
