"""Which grades of a sampled meeting hold: one reviewer's, both reviewers' where they agree, else the moderator's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.practice_tools import PracticeTool
from portal.domain.sample_grades import OVERALL, Given, differing
from portal.domain.sample_vocabulary import REVIEWERS, Grade, Judged, ReviewState
from portal.models.people import Membership
from portal.models.samples import SampledMeeting, SampleReview
from portal.services.changes import LOST, Change, changing
from portal.services.notices.samples import tell_differing
from portal.services.samples.drawing import sampled_called
from portal.services.samples.tools import tool_of


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a moderator decides: the overall grade, a grade for each question that differs, and why."""

    grade: Grade
    answers: Mapping[str, Judged]
    because: str


def settle_if_agreed(change: Change, sampled: SampledMeeting, tool: PracticeTool) -> bool:
    """Settle a meeting whose reviewers have all finished and agree; where they differ, tell the managers."""
    reviews = _reviewers(change.session, sampled.id)
    if any(review.state is not ReviewState.DONE for review in reviews):
        return False
    given = [given_in(review) for review in reviews]
    codes = [question.code for question in tool.questions_for(agency=False)]
    if any(differing(codes, given[0], other) for other in given[1:]):
        tell_differing(change, sampled)
        return False
    _keep(change, sampled, reviews[0].grade, reviews[0].grades)
    change.log("sampled_meeting.settled", "sampled_meeting", sampled.id)
    return True


def to_settle(viewer: Viewer, sampled_id: int, *, locked: bool = False) -> tuple[SampledMeeting, list[SampleReview]]:
    """A meeting that is to be moderated, and its reviewers' reviews. Raises NotVisible, NotPermitted."""
    sampled = sampled_called(viewer, sampled_id, locked=locked)
    reviews = reviews_of(viewer, sampled_id)
    if not access.may_settle(viewer, sampled, sampled.sample, reviews):
        raise NotPermitted("A meeting is moderated once its reviewers have finished and differ.")
    return sampled, [review for review in reviews if review.part in REVIEWERS]


def settle(viewer: Viewer, sampled_id: int, settlement: Settlement, *, version: int) -> None:
    """Settle the grades of a meeting on which two reviewers differ; what they agree on stands.

    Raises NotVisible, NotPermitted, Conflict, and Invalid by field.
    """
    with changing(viewer) as change:
        sampled, reviews = to_settle(viewer, sampled_id, locked=True)
        if sampled.version != version:
            raise Conflict(LOST)
        if not settlement.because:
            raise Invalid("Say why", errors={"because": ["Say why you settle it so"]})
        codes = [question.code for question in tool_of(sampled.sample).questions_for(agency=False)]
        given = [given_in(review) for review in reviews]
        open_codes = differing(codes, given[0], given[-1])
        missing = [code for code in open_codes if code != OVERALL and code not in settlement.answers]
        if missing:
            raise Invalid("Something is missing", errors={f"grade_{code}": ["Choose the grade"] for code in missing})
        agreed = dict(reviews[0].grades)
        agreed |= {code: settlement.answers[code].value for code in open_codes if code != OVERALL}
        _keep(change, sampled, settlement.grade, agreed)
        sampled.is_moderated, sampled.moderation = True, settlement.because
        change.log("sampled_meeting.moderated", "sampled_meeting", sampled.id)


def given_in(review: SampleReview) -> Given:
    """The grades of a review."""
    return Given(review.grade, {code: Judged(grade) for code, grade in review.grades.items()})


def reviews_of(viewer: Viewer, sampled_id: int) -> list[SampleReview]:
    """All reviews of a meeting that the caller has found visible, the first reviewer's first, with their names."""
    rows = (
        select(SampleReview)
        .where(SampleReview.sampled_id == sampled_id, SampleReview.partnership_id == viewer.partnership_id)
        .options(joinedload(SampleReview.reviewer).joinedload(Membership.user), joinedload(SampleReview.agency))
    )
    found = list(db.session.scalars(rows))
    order = {part: place for place, part in enumerate(REVIEWERS)}
    return sorted(found, key=lambda review: (order.get(review.part, len(order)), review.id))


def _reviewers(session: Session, sampled_id: int) -> list[SampleReview]:
    rows = select(SampleReview).where(SampleReview.sampled_id == sampled_id, SampleReview.part.in_(REVIEWERS))
    return list(session.scalars(rows.order_by(SampleReview.part, SampleReview.id)))


def _keep(change: Change, sampled: SampledMeeting, grade: Grade | None, grades: Mapping[str, str]) -> None:
    sampled.grade, sampled.grades = grade, dict(grades)
    sampled.settled_at, sampled.settled_by_id = change.viewer.now, change.viewer.user_id
    change.session.flush()
