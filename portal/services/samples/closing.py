"""Closing a sample: the themes that the board reads, and the summary that it does not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.sample_vocabulary import SampleStatus
from portal.models.samples import PracticeSample, SampledMeeting
from portal.services.changes import LOST, changing
from portal.services.samples.drawing import sample_called

NOTHING_GRADED = "No meeting of this sample is graded yet. Finish at least one review first"


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of a sample: themes without a child, for the board, and a summary for those who work with children."""

    strengths: str
    improvements: str
    summary: str = ""
    without_rest: bool = False
    """Whether meetings that are not graded yet are left out."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many meetings of a sample there are, and of how many the grades hold."""

    meetings: int
    settled: int


def to_close(viewer: Viewer, sample_id: int) -> tuple[PracticeSample, Progress]:
    """A sample that may be closed, and how far it is. Raises NotVisible, NotPermitted."""
    sample = sample_called(viewer, sample_id)
    if not access.may_close(viewer, sample):
        raise NotPermitted("A sample is closed once, after it was drawn.")
    return sample, _progress(sample.id)


def close_sample(viewer: Viewer, sample_id: int, findings: Findings, *, version: int) -> None:
    """Close a sample for good; its grades count in the board's figures from then on.

    Raises NotVisible, NotPermitted, Conflict, and Invalid by field.
    """
    with changing(viewer) as change:
        sample = sample_called(viewer, sample_id, locked=True)
        if not access.may_close(viewer, sample):
            raise NotPermitted("A sample is closed once, after it was drawn.")
        if sample.version != version:
            raise Conflict(LOST)
        _check(findings, _progress(sample.id))
        sample.status = SampleStatus.CLOSED
        sample.closed_at, sample.closed_by_id = viewer.now, viewer.user_id
        sample.strengths, sample.improvements = findings.strengths, findings.improvements
        sample.summary = findings.summary or None
        change.log("practice_sample.closed", "practice_sample", sample.id)


def _check(findings: Findings, progress: Progress) -> None:
    errors: dict[str, list[str]] = {}
    if not findings.strengths:
        errors["strengths"] = ["Say what was good, or that nothing was"]
    if not findings.improvements:
        errors["improvements"] = ["Say what must get better, or that nothing must"]
    if not progress.settled:
        errors[""] = [NOTHING_GRADED]
    elif progress.settled < progress.meetings and not findings.without_rest:
        errors["without_rest"] = ["Finish the reviews that are open, or say that you close the sample without them"]
    if errors:
        raise Invalid("The sample cannot be closed like this", errors=errors)


def _progress(sample_id: int) -> Progress:
    row = db.session.execute(
        select(func.count(), func.count(SampledMeeting.settled_at)).where(
            SampledMeeting.sample_id == sample_id, SampledMeeting.replaced_at.is_(None)
        )
    ).one()
    return Progress(*row)
