"""Steps of practice audits: draw, review, finish, close, as people do it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.practice_tools import ToolQuestion
from portal.domain.sample_grades import OVERALL
from portal.domain.sample_vocabulary import Grade, Judged
from portal.domain.sampling import drawn
from portal.domain.vocabulary import AgencyType
from portal.models.meetings import Meeting
from portal.models.samples import PracticeSample, SampledMeeting, SampleReview
from portal.services.samples import drawing, reviewing
from portal.services.samples.drawing import Drawing
from portal.services.samples.reviewing import Written
from tests.services.rows import change

DUE = date(2026, 6, 30)
SEED = "feedfacecafebeef"


def find(viewer: Viewer, sample_id: int) -> PracticeSample:
    """A sample as it stands now."""
    db.session.rollback()
    return drawing.sample_called(viewer, sample_id)


def draw(
    manager: Viewer,
    sample_id: int,
    reviewers: Sequence[Viewer],
    *,
    two_each: bool = False,
    agency_types: Sequence[AgencyType] = (),
    seed: str | None = SEED,
) -> PracticeSample:
    """Draw a sample for some reviewers."""
    who = tuple(one.membership_id or 0 for one in reviewers)
    wanted = Drawing(who, DUE, two_each=two_each, agency_types=tuple(agency_types))
    drawing.draw(manager, sample_id, wanted, version=find(manager, sample_id).version, seed=seed)
    return find(manager, sample_id)


def sampled_of(sample_id: int) -> list[SampledMeeting]:
    """Its meetings in the order of the draw, those that were taken out included."""
    db.session.rollback()
    rows = select(SampledMeeting).where(SampledMeeting.sample_id == sample_id)
    return list(db.session.scalars(rows.order_by(SampledMeeting.place)))


def reviews_of(sampled_id: int) -> list[SampleReview]:
    """The reviews of one of them."""
    db.session.rollback()
    rows = select(SampleReview).where(SampleReview.sampled_id == sampled_id)
    return list(db.session.scalars(rows.order_by(SampleReview.id)))


def written(
    questions: Sequence[ToolQuestion], grade: Grade = Grade.GOOD, words: str = "Quick.", **otherwise: Judged
) -> Written:
    """A whole review: every question graded alike, but for some."""
    answers = {question.code: Judged(grade.value) for question in questions} | otherwise
    return Written(grade, answers, {OVERALL: words})


def finish(
    viewer: Viewer, review_id: int, grade: Grade = Grade.GOOD, words: str = "Quick.", **otherwise: Judged
) -> bool:
    """Finish a review; says whether its meeting is settled."""
    db.session.rollback()
    review, questions = reviewing.form_of(viewer, review_id)
    said = written(questions, grade, words, **otherwise)
    return reviewing.finish_review(viewer, review_id, said, version=review.version)


def sees_review(viewer: Viewer, review_id: int) -> bool:
    """Whether a review is the viewer's to open."""
    rows = access.reviews_visible_to(viewer).where(SampleReview.id == review_id)
    return db.session.scalar(rows.with_only_columns(SampleReview.id)) is not None


def two(drawer: Viewer, second: Viewer, theme: int) -> tuple[int, int, int]:
    """A meeting with two reviewers: the manager and the second chair."""
    change(PracticeSample, theme, how_many=1)
    draw(drawer, theme, [drawer, second], two_each=True, seed=seed_for(drawer, theme, second))
    (sampled,) = sampled_of(theme)
    by = {review.membership_id: review.id for review in reviews_of(sampled.id)}
    return sampled.id, by[drawer.membership_id], by[second.membership_id]


def seed_for(drawer: Viewer, theme: int, second: Viewer) -> str:
    """A seed that draws a meeting which the second chair did not chair."""
    sample = find(drawer, theme)
    frame = [
        row.id
        for row in db.session.execute(
            select(Meeting.id).where(
                Meeting.partnership_id == sample.partnership_id,
                Meeting.held_on.between(sample.from_on, sample.until_on),
            )
        )
    ]
    free = set(
        db.session.scalars(
            select(Meeting.id).where(Meeting.id.in_(frame), Meeting.chair_membership_id != second.membership_id)
        )
    )
    return next(f"{number:016x}" for number in range(99) if drawn(frame, f"{number:016x}", 1)[0] in free)
