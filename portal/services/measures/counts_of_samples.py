"""Grades of dip samples by the month that each was drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, func, select

from portal.domain.months import Month
from portal.domain.published_counts import Published
from portal.domain.sample_measure import SampledMonth, published_grades
from portal.domain.sample_vocabulary import SampleKind, SampleStatus
from portal.models.samples import PracticeSample, SampledMeeting
from portal.services.indicators.published import months_of_years
from portal.services.measures.asking import Asking


def count_samples(asking: Asking, years: Sequence[int]) -> Published:
    """Count the settled meetings of all kinds together, as far as they may be shown; by one query."""
    months = months_of_years(years, asking.now)
    settled = and_(
        SampledMeeting.sample_id == PracticeSample.id,
        SampledMeeting.replaced_at.is_(None),
        SampledMeeting.settled_at.is_not(None),
    )
    # A sample that is proposed has no meetings, and keeps its quarter from being complete.
    rows = asking.session.execute(
        select(
            PracticeSample.from_on,
            PracticeSample.status,
            PracticeSample.meeting_type_id,
            SampledMeeting.grade,
            func.count(SampledMeeting.id),
        )
        .outerjoin(SampledMeeting, settled)
        .where(
            PracticeSample.partnership_id == asking.partnership_id,
            PracticeSample.kind == SampleKind.DIP,
            PracticeSample.from_on.in_([month.first for month in months]),
        )
        .group_by(PracticeSample.from_on, PracticeSample.status, PracticeSample.meeting_type_id, SampledMeeting.grade)
    )
    found: defaultdict[Month, SampledMonth] = defaultdict(SampledMonth)
    for from_on, status, kind, grade, number in rows:
        month = found[Month.of(from_on)]
        month.is_closed = month.is_closed and status is SampleStatus.CLOSED
        if grade is not None:
            month.add(kind or 0, grade.value, number)
    return published_grades(years, asking.today, asking.limit, found)
