"""Giving a review to somebody else, because whoever was asked is away or has left."""

from __future__ import annotations

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.sample_vocabulary import ReviewPart
from portal.models.samples import SampleReview
from portal.services.changes import LOST, changing
from portal.services.notices.samples import tell_asked
from portal.services.samples.people import Reviewer, reviewers_to_choose
from portal.services.samples.reviewing import review_called
from portal.services.samples.settling import reviews_of


def to_hand_over(viewer: Viewer, review_id: int) -> tuple[SampleReview, list[Reviewer]]:
    """A review that may be given away, and to whom. Raises NotVisible, NotPermitted."""
    review = review_called(viewer, review_id)
    _check(viewer, review)
    return review, _others(viewer, review)


def hand_over(viewer: Viewer, review_id: int, membership_id: int, *, version: int) -> None:
    """Ask somebody else; what was written so far is the other's own, and goes.

    Raises NotVisible, NotPermitted, Conflict, and Invalid where they chaired the meeting or review it already.
    """
    with changing(viewer) as change:
        review = review_called(viewer, review_id, locked=True)
        _check(viewer, review)
        if review.version != version:
            raise Conflict(LOST)
        if membership_id not in {one.membership_id for one in _others(viewer, review)}:
            raise Invalid("Choose who reviews instead", errors={"reviewer": ["Choose who reviews instead"]})
        review.membership_id = membership_id
        review.grade, review.grades, review.findings, review.saved_at = None, {}, "{}", None
        review.asked_at = viewer.now
        change.session.flush()
        change.log("sample_review.handed_over", "sample_review", review.id)
        tell_asked(change, review.sampled.sample, [(review, [membership_id])])


def _check(viewer: Viewer, review: SampleReview) -> None:
    if not access.may_hand_over(viewer, review, review.sampled, review.sampled.sample):
        raise NotPermitted("A review is given to somebody else until it is finished.")


def _others(viewer: Viewer, review: SampleReview) -> list[Reviewer]:
    """Those who neither chaired the meeting nor review it."""
    reviews = reviews_of(viewer, review.sampled_id)
    taken = {one.membership_id for one in reviews if one.part is not ReviewPart.AGENCY}
    taken.add(review.sampled.meeting.chair_membership_id)
    return [one for one in reviewers_to_choose(viewer) if one.membership_id not in taken]
