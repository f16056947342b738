"""What is told of practice audits: a sample to draw, a review to write, two reviewers who differ; and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Exists, exists

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.sample_vocabulary import ReviewState, SampleStatus
from portal.domain.vocabulary import Role
from portal.models.messages import Notice
from portal.models.samples import PracticeSample, SampledMeeting, SampleReview
from portal.services.changes import Change
from portal.services.notices.recipients import with_role
from portal.services.notices.telling import Addressed, Telling, tell, tell_all
from portal.services.notices.timing import office_day


def tell_proposed(change: Change, sample: PracticeSample, kind: str) -> int:
    """Tell the managers that a month's dip sample waits to be drawn."""
    telling = Telling(NoticeKind.SAMPLE_PROPOSED, "practice_sample", sample.id, what=f"Dip sample: {kind}"[:200])
    managers = with_role(change.session, sample.partnership_id, Role.SAFEGUARDING_MANAGER)
    return tell(change, sample.partnership_id, managers, telling)


def tell_asked(change: Change, sample: PracticeSample, asked: Sequence[tuple[SampleReview, Collection[int]]]) -> int:
    """Tell each review's people that it waits for them, by when; nothing of the meeting."""
    day = office_day(change.session, sample.partnership_id, change.viewer.today)
    addressed: list[Addressed] = [
        (
            frozenset(memberships),
            Telling(
                NoticeKind.SAMPLE_REVIEW,
                "sample_review",
                review.id,
                what="Review of a sampled meeting",
                due_at=day.end_of(review.due_on),
                again=str(review.membership_id or ""),
            ),
        )
        for review, memberships in asked
    ]
    return tell_all(change, sample.partnership_id, addressed)


def tell_differing(change: Change, sampled: SampledMeeting) -> int:
    """Tell the managers that two reviewers graded a meeting differently, so that one of them settles it."""
    telling = Telling(NoticeKind.SAMPLE_DIFFERS, "sampled_meeting", sampled.id, what="Sampled meeting")
    managers = with_role(change.session, sampled.partnership_id, Role.SAFEGUARDING_MANAGER)
    return tell(change, sampled.partnership_id, managers, telling)


def still_wanted() -> Iterator[tuple[str, tuple[NoticeKind, ...], Exists]]:
    """Of each kind: its subject, and the condition that what it tells of still wants doing."""
    proposed = exists().where(PracticeSample.id == Notice.subject_id, PracticeSample.status == SampleStatus.PROPOSED)
    yield "practice_sample", (NoticeKind.SAMPLE_PROPOSED,), proposed.correlate(Notice)
    at_work = (PracticeSample.status == SampleStatus.OPEN, SampledMeeting.replaced_at.is_(None))
    asked = exists().where(
        SampleReview.id == Notice.subject_id,
        SampleReview.state == ReviewState.ASKED,
        SampledMeeting.id == SampleReview.sampled_id,
        PracticeSample.id == SampledMeeting.sample_id,
        *at_work,
    )
    yield "sample_review", (NoticeKind.SAMPLE_REVIEW,), asked.correlate(Notice)
    differs = exists().where(
        SampledMeeting.id == Notice.subject_id,
        PracticeSample.id == SampledMeeting.sample_id,
        SampledMeeting.settled_at.is_(None),
        *at_work,
    )
    yield "sampled_meeting", (NoticeKind.SAMPLE_DIFFERS,), differs.correlate(Notice)
