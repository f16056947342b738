"""Who sees samples of practice as grades, who draws them, who reviews which meeting, and who reads what was found."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from portal.access import meetings
from portal.access.closed_records import is_closed, open_meetings_where, sees_every_record
from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.sample_vocabulary import ReviewPart, ReviewState, SampleStatus
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.samples import DipRule, PracticeSample, PracticeTool, SampledMeeting, SampleReview

REVIEWING_ROLES = frozenset({Role.SAFEGUARDING_MANAGER, Role.CHAIR})
"""Who is asked for a first or second review; agencies are asked for their own part."""


def visible_to(viewer: Viewer) -> Select[PracticeSample]:
    """Samples as grades and themes: those that were drawn for the board, all of them for whoever draws."""
    return select(PracticeSample).where(visible_where(viewer))


def visible_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visible_to` as a condition, for a select that starts elsewhere."""
    if viewer.partnership_id is None or not viewer.may(Permission.SAMPLES_VIEW):
        return false()
    own = PracticeSample.partnership_id == viewer.partnership_id
    return own if may_draw(viewer) else and_(own, PracticeSample.status != SampleStatus.PROPOSED)


def may_view(viewer: Viewer, sample: PracticeSample) -> bool:
    """Whether the viewer sees this sample as grades and themes."""
    if sample.partnership_id != viewer.partnership_id or not viewer.may(Permission.SAMPLES_VIEW):
        return False
    return may_draw(viewer) or sample.status is not SampleStatus.PROPOSED


def may_read_figures(viewer: Viewer) -> bool:
    """Whether the viewer reads grades as figures at all."""
    return viewer.partnership_id is not None and viewer.may(Permission.SAMPLES_VIEW)


def hides_small(viewer: Viewer) -> bool:
    """Whether small counts of grades are withheld: from whoever does not work with children, or is shut out."""
    return not viewer.is_system and (viewer.role not in CASE_ROLES or not sees_every_record(viewer))


def may_draw(viewer: Viewer) -> bool:
    """The safeguarding manager keeps the rules, draws samples, moderates and closes them."""
    return viewer.partnership_id is not None and viewer.may(Permission.SAMPLES_DRAW)


def may_draw_now(viewer: Viewer, sample: PracticeSample) -> bool:
    """Whether the viewer draws this sample: one that is proposed."""
    return may_draw(viewer) and may_view(viewer, sample) and sample.status is SampleStatus.PROPOSED


def may_close(viewer: Viewer, sample: PracticeSample) -> bool:
    """Whether the viewer closes this sample: one that is being reviewed."""
    return may_draw(viewer) and may_view(viewer, sample) and sample.status is SampleStatus.OPEN


def may_recommend(viewer: Viewer, sample: PracticeSample) -> bool:
    """Whether the viewer takes something from this sample into the improvement plan: once it was drawn."""
    return may_draw(viewer) and may_view(viewer, sample) and sample.status is not SampleStatus.PROPOSED


def rules_visible_to(viewer: Viewer) -> Select[DipRule]:
    """Standing rules, for whoever draws by them."""
    own = DipRule.partnership_id == viewer.partnership_id
    return select(DipRule).where(own if may_draw(viewer) else false())


def tools_visible_to(viewer: Viewer) -> Select[PracticeTool]:
    """Tools of the partnership's own, for whoever draws with them."""
    own = PracticeTool.partnership_id == viewer.partnership_id
    return select(PracticeTool).where(own if may_draw(viewer) else false())


def frame_for(viewer: Viewer) -> Select[Meeting]:
    """Meetings that may be drawn: those that the drawer sees, without those for named people only."""
    if not may_draw(viewer):
        return select(Meeting).where(false())
    return meetings.visible_to(viewer).where(Meeting.named_people_only.is_(False))


def sampled_visible_to(viewer: Viewer) -> Select[SampledMeeting]:
    """Sampled meetings with all that was found: for whoever draws, and settled ones for the meeting's own chair.

    Both see the meeting itself: one that has become a meeting for named people only takes its findings with it.
    """
    # Joined for everybody: whoever goes on from here asks for columns of the meeting.
    rows = select(SampledMeeting).join(Meeting, Meeting.id == SampledMeeting.meeting_id)
    if viewer.partnership_id is None or not viewer.may(Permission.SAMPLES_GRADE):
        return rows.where(false())
    rows = rows.where(SampledMeeting.partnership_id == viewer.partnership_id, meetings.visible_where(viewer))
    if may_draw(viewer):
        return rows
    if viewer.role is not Role.CHAIR:
        return rows.where(false())
    return rows.where(SampledMeeting.settled_at.is_not(None))


def may_view_sampled(viewer: Viewer, sampled: SampledMeeting, meeting: Meeting, *, is_named: bool = True) -> bool:
    """Whether the viewer reads all that was found of this meeting."""
    if sampled.meeting_id != meeting.id or not viewer.may(Permission.SAMPLES_GRADE):
        return False
    if not meetings.may_view(viewer, meeting, None, is_named=is_named):
        return False
    return may_draw(viewer) or (viewer.role is Role.CHAIR and sampled.settled_at is not None)


def reviews_visible_to(viewer: Viewer) -> Select[SampleReview]:
    """Reviews that the viewer writes or reads: their own, their agency's part, and all of them for whoever draws."""
    return (
        select(SampleReview)
        .join(SampledMeeting, SampledMeeting.id == SampleReview.sampled_id)
        .join(Meeting, Meeting.id == SampledMeeting.meeting_id)
        .where(reviews_where(viewer))
    )


def reviews_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `reviews_visible_to` for a select of reviews, sampled meetings and meetings."""
    if viewer.partnership_id is None or not viewer.may(Permission.SAMPLES_GRADE):
        return false()
    own_partnership = SampleReview.partnership_id == viewer.partnership_id
    if may_draw(viewer):
        return and_(own_partnership, meetings.visible_where(viewer))
    return and_(own_partnership, _own_where(viewer))


def own_reviews_where(viewer: Viewer) -> ColumnElement[bool]:
    """The reviews that the viewer themselves, or their agency, is asked for."""
    if viewer.partnership_id is None or not viewer.may(Permission.SAMPLES_GRADE):
        return false()
    sees = meetings.visible_where(viewer) if may_draw(viewer) else true()
    return and_(SampleReview.partnership_id == viewer.partnership_id, sees, _own_where(viewer))


def _own_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role in AGENCY_ROLES:
        own = meetings.own_invitation_where(viewer)
        invited = exists().where(Invitation.meeting_id == Meeting.id, own).correlate(Meeting)
        return and_(SampleReview.agency_id == viewer.agency_id, invited)
    named_only = Meeting.named_people_only.is_(False)
    seen = and_(or_(named_only, meetings.visible_where(viewer)), open_meetings_where(viewer))
    return and_(SampleReview.membership_id == viewer.membership_id, seen)


def may_view_review(
    viewer: Viewer, review: SampleReview, meeting: Meeting, own: Invitation | None, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads this review; `own` is their agency's invitation to the meeting, if there is one."""
    if review.partnership_id != viewer.partnership_id or not viewer.may(Permission.SAMPLES_GRADE):
        return False
    if may_draw(viewer):
        return meetings.may_view(viewer, meeting, None, is_named=is_named)
    if viewer.role in AGENCY_ROLES:
        is_own = review.agency_id is not None and review.agency_id == viewer.agency_id
        return is_own and meetings.may_view(viewer, meeting, own, is_named=is_named)
    is_own = review.membership_id is not None and review.membership_id == viewer.membership_id
    if not is_own or is_closed(viewer, meeting):
        return False
    return not meeting.named_people_only or meetings.may_view(viewer, meeting, None, is_named=is_named)


def may_grade(viewer: Viewer, review: SampleReview, sampled: SampledMeeting, sample: PracticeSample) -> bool:
    """Whether the viewer writes this review: their own or their agency's, until it is finished or the sample closed.

    An agency may finish its part also when the reviewers have settled their grades.

    Asked of a review that `reviews_visible_to` has found.
    """
    if review.part is ReviewPart.AGENCY:
        is_own = viewer.role in AGENCY_ROLES and review.agency_id == viewer.agency_id
    else:
        is_chair = sampled.meeting.chair_membership_id == viewer.membership_id
        is_own = review.membership_id == viewer.membership_id and not is_chair
    return (
        is_own
        and viewer.may(Permission.SAMPLES_GRADE)
        and review.state is ReviewState.ASKED
        and sample.status is SampleStatus.OPEN
        and sampled.replaced_at is None
    )


def may_replace(viewer: Viewer, sampled: SampledMeeting, sample: PracticeSample) -> bool:
    """Whether the viewer takes this meeting out for the next of the order: until its grades are settled."""
    return may_draw(viewer) and is_at_work(sampled, sample)


def may_hand_over(viewer: Viewer, review: SampleReview, sampled: SampledMeeting, sample: PracticeSample) -> bool:
    """Whether the viewer gives this review to somebody else: one that is not finished, and no agency's."""
    return may_replace(viewer, sampled, sample) and review.state is ReviewState.ASKED and review.agency_id is None


def may_settle(
    viewer: Viewer, sampled: SampledMeeting, sample: PracticeSample, reviews: Collection[SampleReview]
) -> bool:
    """Whether the viewer moderates: where every reviewer has finished and their grades are not settled."""
    mine = [review for review in reviews if review.part is not ReviewPart.AGENCY]
    return (
        may_draw(viewer)
        and is_at_work(sampled, sample)
        and bool(mine)
        and all(review.state is ReviewState.DONE for review in mine)
    )


def is_at_work(sampled: SampledMeeting, sample: PracticeSample) -> bool:
    """Whether a meeting is still being reviewed."""
    return sample.status is SampleStatus.OPEN and sampled.replaced_at is None and sampled.settled_at is None
