"""Practice audits of the invented partnerships: three monthly dip samples of strategy meetings, and a theme at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from portal.access import cases as case_access
from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.months import Month
from portal.domain.sample_grades import OVERALL, differing
from portal.domain.sample_vocabulary import Grade, Judged, ReviewPart, ReviewState, SampleKind, SampleStatus
from portal.domain.vocabulary import AgencyType, MeetingKind, Role
from portal.domain.working_days import add_working_days
from portal.models.cases import Child
from portal.models.partnerships import Partnership
from portal.models.rule_sets import MeetingType
from portal.models.samples import DipRule, PracticeSample, SampledMeeting, SampleReview
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import THE_WORKER
from portal.services.demo.marks import Held, Marker, markers_in, seen_by
from portal.services.demo.plan import Period
from portal.services.samples import closing, drawing, listing, proposing, reviewing, rules, settling
from portal.services.samples.closing import Findings
from portal.services.samples.drawing import Drawing
from portal.services.samples.proposing import Theme
from portal.services.samples.reviewing import Written
from portal.services.samples.rules import RuleDetails
from portal.services.samples.settling import Settlement
from portal.services.samples.tools import tool_of

MONTHS, EACH = 3, 6
"""How many months are sampled, and how many strategy meetings of each."""

_RULED, _PROPOSED, _DRAWN, _REVIEWED, _SETTLED, _CLOSED = -13, -12, -11, -9, -7, -6
_THEME_SET_UP, _THEME_DRAWN, _THEME_REVIEWED = -5, -4, -2
"""Working days to the demonstration's day."""

_OPENED = frozenset({"child_name", "strategy_record"})
"""Kinds of markers that a review opens."""

_ASKED = (AgencyType.SOCIAL_CARE, AgencyType.POLICE, AgencyType.GP, AgencyType.HEALTH_VISITING)
_OFTEN = {
    Grade.OUTSTANDING: (1, 2, 3),
    Grade.GOOD: (6, 8, 10),
    Grade.REQUIRES_IMPROVEMENT: (8, 7, 5),
    Grade.INADEQUATE: (3, 2, 1),
}
"""How likely each grade is, in the first, second and third month: practice gets better."""

_FOUND = {
    Grade.OUTSTANDING: "Met within hours. Each agency brought history, and the plan was checked the same evening.",
    Grade.GOOD: "The right people shared what they knew, and the plan names who does what by when.",
    Grade.REQUIRES_IMPROVEMENT: "Two agencies spoke on the telephone. History of the adults is missing.",
    Grade.INADEQUATE: "Nobody had seen the child. The safety plan is a wish, with no name and no day in it.",
}


def plan(cast: Cast, period: Period) -> None:
    """Plan a rule, its three samples from the draw to the end, and an audit that is being reviewed."""
    manager = cast.wide(Role.SAFEGUARDING_MANAGER)
    first = Month.of(period.end).plus(1 - MONTHS)
    months = [first.plus(number) for number in range(MONTHS)]
    reviewers = (manager, *cast.chairs())
    cast.at(_RULED, lambda viewer: _rule(viewer, months[0]), manager)
    cast.at(_PROPOSED, lambda viewer: _propose(viewer, cast, months), THE_WORKER)
    cast.at(_DRAWN, lambda viewer: _draw(viewer, cast, SampleKind.DIP), manager)
    for hour, who in enumerate(reviewers, 9):
        cast.at(_REVIEWED, lambda viewer: _review(viewer, cast), who, hour)
    cast.at(_SETTLED, lambda viewer: _settle(viewer, cast), manager)
    cast.at(_CLOSED, _close, manager)
    cast.at(_THEME_SET_UP, lambda viewer: _set_up(viewer, period), manager)
    cast.at(_THEME_DRAWN, lambda viewer: _draw(viewer, cast, SampleKind.THEMATIC), manager)
    cast.at(_THEME_REVIEWED, lambda viewer: _review(viewer, cast, most=2), cast.chairs()[0])
    police = next(agency for agency in cast.place.agencies if agency.agency_type is AgencyType.POLICE)
    cast.at(_THEME_REVIEWED, lambda viewer: _review(viewer, cast, most=1), cast.lead(police.code), 11)


def list_of_samples(partnership: Partnership, viewers: Sequence[Viewer]) -> Iterator[Marker]:
    """What reviewers found: read by them, by whoever draws, and by the meeting's chair once its grades are settled."""
    own = seen_by(viewers, lambda v: access.reviews_visible_to(v).with_only_columns(SampleReview.id))
    chairs = seen_by(viewers, lambda v: access.sampled_visible_to(v).with_only_columns(SampledMeeting.id))
    rows = select(SampleReview).where(SampleReview.partnership_id == partnership.id).order_by(SampleReview.id)
    held = (
        Held(
            f"sample review {review.id}",
            review.findings,
            {
                *own.get(review.id, ()),
                *(chairs.get(review.sampled_id, ()) if review.state is ReviewState.DONE else ()),
            },
        )
        for review in db.session.scalars(rows)
    )
    yield from markers_in(held, "sample_finding", partnership.name)


def read_by_reviewers(found: Iterable[Marker], viewers: Sequence[Viewer]) -> list[Marker]:
    """Add to child and record those who read them for a review that they have still to finish."""
    readers: dict[str, set[str]] = {}
    for viewer in (one for one in viewers if one.role is Role.CHAIR):
        asked = (
            access.reviews_visible_to(viewer)
            .join(PracticeSample, PracticeSample.id == SampledMeeting.sample_id)
            .where(
                SampleReview.state == ReviewState.ASKED,
                PracticeSample.status == SampleStatus.OPEN,
                SampledMeeting.replaced_at.is_(None),
            )
        )
        for meeting_id in list(db.session.scalars(asked.with_only_columns(SampledMeeting.meeting_id))):
            children = db.session.scalars(case_access.children_of_meeting(meeting_id).with_only_columns(Child.id))
            for record in (f"meeting {meeting_id}", *(f"child {child_id}" for child_id in children)):
                readers.setdefault(record, set()).add(viewer.email)
    return [
        replace(one, visible_to=tuple(sorted({*one.visible_to, *readers[one.record]})))
        if one.kind in _OPENED and one.record in readers
        else one
        for one in found
    ]


def _rule(viewer: Viewer, first: Month) -> None:
    kind = _strategy_meetings(viewer)
    rules.add_rule(viewer, RuleDetails(kind, EACH, first.first, "strategy-meeting"))


def _propose(viewer: Viewer, cast: Cast, months: Sequence[Month]) -> None:
    """As the worker does on the first working day of each month, which this partnership began to use lately."""
    rule_id = db.session.scalar(select(DipRule.id).where(DipRule.partnership_id == viewer.partnership_id))
    assert rule_id is not None  # noqa: S101 - added before
    for month in months:
        proposing.propose(viewer, rule_id, month)


def _draw(viewer: Viewer, cast: Cast, kind: SampleKind) -> None:
    """Draw what is proposed; the newest month's meetings, and those of the theme, by two reviewers each."""
    who = [cast.membership(one, viewer.now) for one in (cast.wide(Role.SAFEGUARDING_MANAGER), *cast.chairs())]
    waiting = access.visible_to(viewer).where(
        PracticeSample.status == SampleStatus.PROPOSED, PracticeSample.kind == kind
    )
    samples = list(db.session.scalars(waiting.order_by(PracticeSample.from_on)))
    for number, sample in enumerate(samples, 1):
        is_theme = kind is SampleKind.THEMATIC
        wanted = Drawing(
            reviewers=tuple(who),
            due_on=add_working_days(cast.today, 8 if is_theme else _SETTLED),
            two_each=is_theme or number == len(samples),
            agency_types=_ASKED if is_theme else (),
        )
        drawing.draw(viewer, sample.id, wanted, version=sample.version, seed=f"{cast.chance.getrandbits(64):016x}")


def _review(viewer: Viewer, cast: Cast, most: int = 1000) -> None:
    """Finish the reviews that somebody is asked for, the first of them with a finding that can be traced."""
    for one in [review for review in listing.own_reviews(viewer) if review.is_open][:most]:
        review, questions = reviewing.form_of(viewer, one.id)
        month = ((one.held_on or cast.today).month - 1) % MONTHS
        grade = cast.chance.choices(list(Grade), [often[month] for often in _OFTEN.values()])[0]
        other = review.part is ReviewPart.SECOND and cast.chance.random() < 0.7
        if other:
            grade = Grade.GOOD
        written = Written(
            grade,
            {question.code: Judged(_near(cast, grade).value) for question in questions},
            {OVERALL: f"{_FOUND[grade]} Our reference {cast.mark('S')}."},
        )
        reviewing.finish_review(viewer, review.id, written, version=review.version)


def _near(cast: Cast, grade: Grade) -> Grade:
    """Most questions are graded as the whole is, some one step beside it."""
    order = list(Grade)
    step = cast.chance.choices((-1, 0, 1), (1, 4, 1))[0]
    return order[min(len(order) - 1, max(0, order.index(grade) + step))]


def _settle(viewer: Viewer, cast: Cast) -> None:
    """Settle where the two reviewers differ: the first reviewer is followed, after a talk."""
    samples = access.visible_to(viewer).where(PracticeSample.kind == SampleKind.DIP)
    for sample_id in list(db.session.scalars(samples.with_only_columns(PracticeSample.id))):
        for line in listing.meetings_of(viewer, sample_id):
            if not line.differs:
                continue
            sampled, reviews = settling.to_settle(viewer, line.id)
            given = [settling.given_in(review) for review in reviews]
            codes = [question.code for question in tool_of(sampled.sample).questions_for(agency=False)]
            answers = {
                code: Judged((given[0].answers or {})[code].value)
                for code in differing(codes, given[0], given[-1])
                if code != OVERALL
            }
            settlement = Settlement(
                given[0].overall or Grade.GOOD,
                answers,
                "Both reviewers met, and the record bears out the first of them.",
            )
            settling.settle(viewer, sampled.id, settlement, version=sampled.version)


def _close(viewer: Viewer) -> None:
    samples = access.visible_to(viewer).where(
        PracticeSample.kind == SampleKind.DIP, PracticeSample.status == SampleStatus.OPEN
    )
    for sample in list(db.session.scalars(samples)):
        findings = Findings(
            strengths="Meetings are quick, and social care comes prepared. Decisions have their reasons written down.",
            improvements="Health is missing too often. Plans until the next step lack names and times.",
            summary="Talk to the two team managers whose plans had no names in them.",
            without_rest=True,
        )
        closing.close_sample(viewer, sample.id, findings, version=sample.version)


def _set_up(viewer: Viewer, period: Period) -> None:
    theme = Theme(
        title="Who is there when it is decided",
        theme="Do the agencies that know the child come to strategy meetings, and does it change what is decided?",
        meeting_type_id=_strategy_meetings(viewer),
        from_on=period.end - timedelta(days=180),
        until_on=period.end,
        how_many=4,
        tool_code="multi-agency",
    )
    proposing.add_theme(viewer, theme)


def _strategy_meetings(viewer: Viewer) -> int:
    kind = db.session.scalar(
        select(MeetingType.id).where(
            MeetingType.partnership_id == viewer.partnership_id, MeetingType.code == MeetingKind.STRATEGY_MEETING.value
        )
    )
    assert kind is not None  # noqa: S101 - every partnership starts with it
    return kind
