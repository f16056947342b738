"""Drawing a sample: the frame, the seed, whose reviews are asked for; and a meeting that is taken out for the next."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.sample_vocabulary import REVIEWERS, ReviewPart, ReviewState, SampleStatus
from portal.domain.sampling import SEED_BYTES, dealt, digest_of, drawn, next_drawn, ordered
from portal.domain.vocabulary import AgencyType, MeetingStatus
from portal.models.meetings import Meeting
from portal.models.samples import PracticeSample, SampledMeeting, SampleReview
from portal.services.changes import LOST, Change, changing
from portal.services.notices.recipients import NOBODY, people_of
from portal.services.notices.samples import tell_asked
from portal.services.samples.people import invited_to, reviewers_to_choose
from portal.services.samples.tools import tool_called

TOO_FEW = "Choose more reviewers: nobody reviews a meeting that they chaired themselves"
NONE_HELD = "No meeting that could be drawn was held in these days. Nothing is drawn"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a sample is to be reviewed: by whom (memberships), by two each or one, by when, and by which agencies too."""

    reviewers: tuple[int, ...]
    due_on: date
    two_each: bool = False
    agency_types: tuple[AgencyType, ...] = ()


def sample_called(viewer: Viewer, sample_id: int, *, locked: bool = False) -> PracticeSample:
    """A sample with its kind of meeting; raises NotVisible."""
    rows = access.visible_to(viewer).where(PracticeSample.id == sample_id)
    if locked:
        rows = rows.with_for_update(of=PracticeSample).execution_options(populate_existing=True)
    sample = db.session.scalar(rows.options(joinedload(PracticeSample.meeting_type)))
    if sample is None:
        raise NotVisible("There is no such sample.")
    return sample


def is_drawn(viewer: Viewer, sample_id: int) -> bool:
    """Whether somebody drew a sample already; raises NotVisible."""
    return sample_called(viewer, sample_id).status is not SampleStatus.PROPOSED


def to_draw(viewer: Viewer, sample_id: int) -> tuple[PracticeSample, int]:
    """A sample that waits to be drawn, and how many meetings it would be drawn from now."""
    sample = sample_called(viewer, sample_id)
    if not access.may_draw_now(viewer, sample):
        raise NotPermitted("This sample was drawn already.")
    return sample, len(_frame(db.session(), viewer, sample))


def draw(viewer: Viewer, sample_id: int, drawing: Drawing, *, version: int, seed: str | None = None) -> int:
    """Draw a sample and ask for its reviews; returns how many meetings came in.

    The seed is random unless one is given. Raises NotVisible, NotPermitted, Conflict, and Invalid by field.
    """
    with changing(viewer) as change:
        sample = sample_called(viewer, sample_id, locked=True)
        if not access.may_draw_now(viewer, sample):
            raise NotPermitted("This sample was drawn already.")
        if sample.version != version:
            raise Conflict(LOST)
        _check(viewer, drawing)
        frame = _frame(change.session, viewer, sample)
        if not frame:
            raise Invalid(NONE_HELD, errors={"": [NONE_HELD]})
        tool = tool_called(viewer, sample.tool_code)
        sample.seed = seed or secrets.token_hex(SEED_BYTES)
        sample.frame, sample.frame_size, sample.frame_digest = frame, len(frame), digest_of(frame)
        sample.tool = tool.to_plain()
        sample.agency_types = sorted(one.value for one in drawing.agency_types)
        sample.status = SampleStatus.OPEN
        sample.drawn_at, sample.drawn_by_id, sample.due_on = viewer.now, viewer.user_id, drawing.due_on
        chosen = drawn(frame, sample.seed, sample.how_many)
        _ask(change, sample, chosen, drawing.reviewers, each=2 if drawing.two_each else 1)
        change.log("practice_sample.drawn", "practice_sample", sample.id)
        return len(chosen)


def to_replace(viewer: Viewer, sampled_id: int, *, locked: bool = False) -> SampledMeeting:
    """A sampled meeting that may be taken out. Raises NotVisible, NotPermitted."""
    sampled = sampled_called(viewer, sampled_id, locked=locked)
    if not access.may_replace(viewer, sampled, sampled.sample):
        raise NotPermitted("A meeting is taken out while it is being reviewed.")
    return sampled


def replace(viewer: Viewer, sampled_id: int, because: str, *, version: int) -> int | None:
    """Take a meeting out with a reason and bring in the next of the order; gives its id, None where there is none.

    Raises NotVisible, NotPermitted, Conflict and Invalid.
    """
    if not because:
        raise Invalid("Say why", errors={"because": ["Say why this meeting is taken out"]})
    with changing(viewer) as change:
        old = to_replace(viewer, sampled_id, locked=True)
        if old.version != version:
            raise Conflict(LOST)
        sample = sample_called(viewer, old.sample_id, locked=True)
        old.replaced_at, old.replaced_by_id, old.replaced_because = viewer.now, viewer.user_id, because
        change.log("sampled_meeting.replaced", "sampled_meeting", old.id)
        taken = set(change.session.scalars(_of_sample(sample.id).with_only_columns(SampledMeeting.meeting_id)))
        # One that has become a meeting for named people only since is no longer anybody's to review.
        seen = set(_frame(change.session, viewer, sample))
        frame = sample.frame or []
        gone = set(frame) - seen
        new = next_drawn(frame, sample.seed or "", taken | gone)
        change.session.flush()
        if new is None:
            return None
        reviewers, each = _reviewers_of(change.session, sample.id, old.id)
        return _ask(change, sample, [new], reviewers, each=each)[0].id


def sampled_called(viewer: Viewer, sampled_id: int, *, locked: bool = False) -> SampledMeeting:
    """A sampled meeting with its sample and its meeting; raises NotVisible."""
    rows = access.sampled_visible_to(viewer).where(SampledMeeting.id == sampled_id)
    if locked:
        rows = rows.with_for_update(of=SampledMeeting).execution_options(populate_existing=True)
    meeting = joinedload(SampledMeeting.meeting)
    sampled = db.session.scalar(
        rows.options(
            joinedload(SampledMeeting.sample).joinedload(PracticeSample.meeting_type),
            meeting.joinedload(Meeting.meeting_type),
        )
    )
    if sampled is None:
        raise NotVisible("There is no such sampled meeting.")
    return sampled


def _frame(session: Session, viewer: Viewer, sample: PracticeSample) -> list[int]:
    """The ids of the meetings that may be drawn, rising."""
    rows = access.frame_for(viewer).where(
        Meeting.status == MeetingStatus.HELD, Meeting.held_on.between(sample.from_on, sample.until_on)
    )
    if sample.meeting_type_id is not None:
        rows = rows.where(Meeting.meeting_type_id == sample.meeting_type_id)
    return list(session.scalars(rows.with_only_columns(Meeting.id).order_by(Meeting.id)))


def _check(viewer: Viewer, drawing: Drawing) -> None:
    errors: dict[str, list[str]] = {}
    known = {one.membership_id for one in reviewers_to_choose(viewer)}
    if not drawing.reviewers or not known.issuperset(drawing.reviewers):
        errors["reviewers"] = ["Choose who reviews"]
    elif drawing.two_each and len(set(drawing.reviewers)) < 2:
        errors["reviewers"] = ["Choose two reviewers or more, or let one review each meeting"]
    if drawing.due_on < viewer.today:
        errors["due_on"] = ["The day by which they finish must be today or later"]
    if errors:
        raise Invalid("Something about the draw cannot be", errors=errors)


def _ask(
    change: Change, sample: PracticeSample, meeting_ids: Sequence[int], reviewers: Sequence[int], *, each: int
) -> list[SampledMeeting]:
    """Put meetings into a sample, deal them out, ask the agencies that were invited, and tell everybody."""
    session, due_on = change.session, sample.due_on
    assert due_on is not None  # noqa: S101 - set when it was drawn
    rows = session.execute(select(Meeting.id, Meeting.chair_membership_id).where(Meeting.id.in_(meeting_ids)))
    chairs: Mapping[int, int | None] = {row.id: row.chair_membership_id for row in rows}
    try:
        whose = dealt({meeting_id: chairs[meeting_id] for meeting_id in meeting_ids}, reviewers, each=each)
    except ValueError:
        raise Invalid(TOO_FEW, errors={"reviewers": [TOO_FEW]}) from None
    places = {meeting_id: place for place, meeting_id in enumerate(ordered(sample.frame or [], sample.seed or ""), 1)}
    added = [
        SampledMeeting(
            partnership_id=sample.partnership_id,
            sample_id=sample.id,
            meeting_id=meeting_id,
            place=places[meeting_id],
            is_moderated=False,
        )
        for meeting_id in meeting_ids
    ]
    session.add_all(added)
    session.flush()
    types = [AgencyType(one) for one in sample.agency_types]
    invited = invited_to(session, sample.partnership_id, meeting_ids, types)
    people = people_of(session, sample.partnership_id, {one.agency_id for some in invited.values() for one in some})
    asked: list[tuple[SampleReview, Collection[int]]] = []
    for sampled in added:
        for part, membership_id in zip(REVIEWERS, whose[sampled.meeting_id], strict=False):
            asked.append((_review(change, sampled, part, due_on, membership_id=membership_id), [membership_id]))
        for one in invited.get(sampled.meeting_id, ()):
            review = _review(change, sampled, ReviewPart.AGENCY, due_on, agency_id=one.agency_id)
            asked.append((review, people.get(one.agency_id, NOBODY).invited(one.team_id)))
    session.flush()
    tell_asked(change, sample, asked)
    return added


def _review(
    change: Change,
    sampled: SampledMeeting,
    part: ReviewPart,
    due_on: date,
    *,
    membership_id: int | None = None,
    agency_id: int | None = None,
) -> SampleReview:
    review = SampleReview(
        partnership_id=sampled.partnership_id,
        sampled_id=sampled.id,
        part=part,
        membership_id=membership_id,
        agency_id=agency_id,
        state=ReviewState.ASKED,
        due_on=due_on,
        asked_at=change.viewer.now,
        grades={},
        findings="{}",
    )
    change.session.add(review)
    return review


def _reviewers_of(session: Session, sample_id: int, sampled_id: int) -> tuple[list[int], int]:
    """Those who review the sample, those of one meeting first, and how many of them it had."""
    rows = session.execute(
        select(SampleReview.sampled_id, SampleReview.membership_id)
        .join(SampledMeeting, SampledMeeting.id == SampleReview.sampled_id)
        .where(SampledMeeting.sample_id == sample_id, SampleReview.membership_id.is_not(None))
        .order_by(SampleReview.id)
    ).all()
    own = [row.membership_id for row in rows if row.sampled_id == sampled_id and row.membership_id]
    rest = [row.membership_id for row in rows if row.membership_id]
    return list(dict.fromkeys([*own, *rest])), len(own)


def _of_sample(sample_id: int) -> Select[SampledMeeting]:
    return select(SampledMeeting).where(SampledMeeting.sample_id == sample_id)
