"""Practice audits on Home: dip samples to draw, meetings to review, and grades on which two reviewers differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Date, Select, String, cast, func, literal, null, select

from portal.access import samples as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.types import UTCDateTime
from portal.domain.sample_vocabulary import REVIEWERS, ReviewState, SampleKind, SampleStatus
from portal.models.meetings import Meeting
from portal.models.samples import PracticeSample, SampledMeeting, SampleReview
from portal.services.home.tasks import TaskKind

SHOWN_AHEAD = timedelta(days=14)
"""How long before its day a review stands on Home; the notice tells of it at once."""


def sample_parts(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    """What one membership has to do about samples, as parts of the query in services/home/counted.py."""
    if viewer.may(Permission.SAMPLES_GRADE):
        yield _to_review(viewer)
    if access.may_draw(viewer):
        yield _to_draw(viewer)
        yield _to_settle(viewer)


def _to_review(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *_columns(viewer, TaskKind.SAMPLES_TO_REVIEW, func.count(SampleReview.id), func.min(SampleReview.due_on))
        )
        .join(SampledMeeting, SampledMeeting.id == SampleReview.sampled_id)
        .join(Meeting, Meeting.id == SampledMeeting.meeting_id)
        .join(PracticeSample, PracticeSample.id == SampledMeeting.sample_id)
        .where(
            access.own_reviews_where(viewer),
            SampleReview.state == ReviewState.ASKED,
            SampleReview.due_on <= viewer.today + SHOWN_AHEAD,
            PracticeSample.status == SampleStatus.OPEN,
            SampledMeeting.replaced_at.is_(None),
        )
    )


def _to_draw(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    columns = _columns(viewer, TaskKind.SAMPLES_TO_DRAW, func.count(PracticeSample.id), cast(null(), Date))
    # Whoever set up an audit of a theme is at it already; what the worker proposed has to be told.
    proposed = (PracticeSample.status == SampleStatus.PROPOSED, PracticeSample.kind == SampleKind.DIP)
    return access.visible_to(viewer).where(*proposed).with_only_columns(*columns)


def _to_settle(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    mine = select(SampleReview.id).where(SampleReview.sampled_id == SampledMeeting.id, SampleReview.part.in_(REVIEWERS))
    columns = _columns(viewer, TaskKind.SAMPLES_TO_SETTLE, func.count(SampledMeeting.id), cast(null(), Date))
    return (
        access.sampled_visible_to(viewer)
        .join(PracticeSample, PracticeSample.id == SampledMeeting.sample_id)
        .where(
            PracticeSample.status == SampleStatus.OPEN,
            SampledMeeting.replaced_at.is_(None),
            SampledMeeting.settled_at.is_(None),
            mine.correlate(SampledMeeting).exists(),
            ~mine.where(SampleReview.state == ReviewState.ASKED).correlate(SampledMeeting).exists(),
        )
        .with_only_columns(*columns, maintain_column_froms=True)
    )


def _columns(viewer: Viewer, kind: TaskKind, waiting: Any, first_on: Any) -> tuple[Any, ...]:
    return (
        literal(viewer.membership_id).label("membership_id"),
        literal(kind.value, String).label("kind"),
        waiting.label("waiting"),
        cast(null(), UTCDateTime).label("first_at"),
        first_on.label("first_on"),
    )
