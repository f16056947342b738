"""Samples as they are listed, one sample with its meetings, and the reviews that somebody is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.sample_vocabulary import (
    REVIEWERS,
    Grade,
    ReviewPart,
    ReviewState,
    SampleKind,
    SampleStatus,
)
from portal.domain.sampling import digest_of, ordered
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.models.samples import PracticeSample, SampledMeeting, SampleReview
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.samples.drawing import sampled_called
from portal.services.samples.settling import reviews_of

MOST_REVIEWS = 200


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample in a list; how many meetings came in is for those who work with the children."""

    id: int
    kind: SampleKind
    status: SampleStatus
    title: str
    from_on: date
    until_on: date
    due_on: date | None
    meetings: int
    settled: int


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review in a list; `by` is the reviewer's or the agency's name."""

    id: int
    part: ReviewPart
    by: str
    state: ReviewState
    grade: Grade | None
    membership_id: int | None
    due_on: date


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A sampled meeting for whoever drew it: no child is named, the meeting's own page names them."""

    id: int
    meeting_id: int
    meeting_type: str
    reference: str
    held_on: date | None
    place: int
    grade: Grade | None
    is_replaced: bool
    is_moderated: bool
    reviews: tuple[ReviewLine, ...]

    @property
    def differs(self) -> bool:
        """Whether its reviewers have finished, and nobody has settled on what they differ."""
        mine = [review for review in self.reviews if review.part in REVIEWERS]
        is_done = bool(mine) and all(review.state is ReviewState.DONE for review in mine)
        return is_done and self.grade is None and not self.is_replaced


@dataclass(frozen=True, slots=True)
class OwnReview:
    """A review that the viewer is asked for."""

    id: int
    meeting_type: str
    held_on: date | None
    place: int
    sample_title: str
    due_on: date
    state: ReviewState
    is_open: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """How a sample was drawn, and whether drawing it again gives the same: what was kept is worked out anew."""

    seed: str
    frame_digest: str
    is_same: bool


def list_samples(viewer: Viewer, page: int = 1) -> Page[SampleLine]:
    """The samples that the viewer sees, the newest first."""
    rows = access.visible_to(viewer)
    total = count(rows)
    number = page_number(page, total)
    there = SampledMeeting.replaced_at.is_(None)
    listed = db.session.execute(
        rows.outerjoin(SampledMeeting, SampledMeeting.sample_id == PracticeSample.id)
        .group_by(PracticeSample.id)
        .order_by(PracticeSample.until_on.desc(), PracticeSample.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
        .with_only_columns(
            PracticeSample.id,
            PracticeSample.kind,
            PracticeSample.status,
            PracticeSample.title,
            PracticeSample.from_on,
            PracticeSample.until_on,
            PracticeSample.due_on,
            func.count(case((there, SampledMeeting.id))),
            func.count(case((there, SampledMeeting.settled_at))),
            maintain_column_froms=True,
        )
    )
    return Page([SampleLine(*row) for row in listed], number, total)


def meetings_of(viewer: Viewer, sample_id: int) -> list[MeetingLine]:
    """The meetings of a sample that the viewer may read, in the order in which they were drawn, with their reviews."""
    rows = db.session.execute(
        access.sampled_visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(SampledMeeting.sample_id == sample_id)
        .order_by(SampledMeeting.place, SampledMeeting.id)
        .with_only_columns(
            SampledMeeting.id,
            SampledMeeting.meeting_id,
            MeetingType.name,
            Meeting.reference,
            Meeting.held_on,
            SampledMeeting.place,
            SampledMeeting.grade,
            SampledMeeting.replaced_at.is_not(None),
            SampledMeeting.is_moderated,
            maintain_column_froms=True,
        )
    ).all()
    reviews = _reviews([row[0] for row in rows])
    return [MeetingLine(*row, tuple(reviews.get(row[0], ()))) for row in rows]


def found_of(viewer: Viewer, sampled_id: int) -> tuple[SampledMeeting, list[SampleReview]]:
    """All that was found of one meeting, for its chair and whoever draws. Raises NotVisible."""
    sampled = sampled_called(viewer, sampled_id)
    reviews = reviews_of(viewer, sampled_id)
    if not access.may_draw(viewer):
        # What an agency has not finished is its own yet.
        reviews = [review for review in reviews if review.state is ReviewState.DONE]
    return sampled, reviews


def own_reviews(viewer: Viewer) -> list[OwnReview]:
    """The reviews that the viewer or their agency is asked for: those that wait first, by day."""
    is_open = (
        (SampleReview.state == ReviewState.ASKED)
        & (PracticeSample.status == SampleStatus.OPEN)
        & SampledMeeting.replaced_at.is_(None)
    )
    rows = db.session.execute(
        select(
            SampleReview.id,
            MeetingType.name,
            Meeting.held_on,
            SampledMeeting.place,
            PracticeSample.title,
            SampleReview.due_on,
            SampleReview.state,
            is_open.label("is_open"),
        )
        .join(SampledMeeting, SampledMeeting.id == SampleReview.sampled_id)
        .join(Meeting, Meeting.id == SampledMeeting.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(PracticeSample, PracticeSample.id == SampledMeeting.sample_id)
        .where(access.own_reviews_where(viewer))
        .order_by(is_open.desc(), SampleReview.due_on, SampleReview.id)
        .limit(MOST_REVIEWS)
    )
    return [OwnReview(*row[:7], bool(row[7])) for row in rows]


def settled_for_chair(viewer: Viewer) -> list[SampledMeeting]:
    """Meetings that the viewer chaired and that were graded, the newest first; for chairs."""
    rows = (
        access.sampled_visible_to(viewer)
        .where(SampledMeeting.settled_at.is_not(None), Meeting.chair_membership_id == viewer.membership_id)
        .options(joinedload(SampledMeeting.meeting).joinedload(Meeting.meeting_type))
        .order_by(SampledMeeting.settled_at.desc(), SampledMeeting.id.desc())
        .limit(MOST_REVIEWS)
    )
    return list(db.session.scalars(rows)) if viewer.membership_id else []


def proof_of(sample: PracticeSample, meetings: Sequence[MeetingLine]) -> Proof | None:
    """What anybody needs to draw a sample again; None before it was drawn. `meetings` are those that came in."""
    if sample.seed is None or sample.frame is None or sample.frame_digest is None:
        return None
    order = ordered(sample.frame, sample.seed)
    as_drawn = all(line.place <= len(order) and order[line.place - 1] == line.meeting_id for line in meetings)
    is_same = digest_of(sample.frame) == sample.frame_digest and len(order) == sample.frame_size and as_drawn
    return Proof(sample.seed, sample.frame_digest, is_same)


def _reviews(sampled_ids: Sequence[int]) -> dict[int, list[ReviewLine]]:
    rows = db.session.execute(_lines().where(SampleReview.sampled_id.in_(sampled_ids)))
    found: dict[int, list[ReviewLine]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(ReviewLine(*row[1:]))
    return found


def _lines() -> Select[*tuple[Any, ...]]:
    order = case({ReviewPart.FIRST.value: 0, ReviewPart.SECOND.value: 1}, value=SampleReview.part, else_=2)
    return (
        select(
            SampleReview.sampled_id,
            SampleReview.id,
            SampleReview.part,
            func.coalesce(User.name, Agency.name),
            SampleReview.state,
            SampleReview.grade,
            SampleReview.membership_id,
            SampleReview.due_on,
        )
        .outerjoin(Membership, Membership.id == SampleReview.membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == SampleReview.agency_id)
        .order_by(order, Agency.name, SampleReview.id)
    )
