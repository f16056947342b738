"""Reviewing a sampled meeting: what the reviewer has before them, saved as it is typed, and finished once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.practice_tools import PracticeTool, ToolQuestion
from portal.domain.sample_grades import OVERALL, Given, lacking
from portal.domain.sample_vocabulary import Grade, Judged, ReviewPart, ReviewState
from portal.domain.vocabulary import Attendance, Expectation, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.models.samples import PracticeSample, SampledMeeting, SampleReview
from portal.models.strategy_records import StrategyRecord, StrategyVersion
from portal.services import activity
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.meetings.children import NamedChild, children_of_meeting
from portal.services.samples.settling import settle_if_agreed
from portal.services.samples.tools import tool_of
from portal.services.strategy_records.snapshots import Shown, shown_from

Review = SampleReview
"""A review's row, as services hand it to pages."""

NOT_NOW = "A review is written by those who are asked, until it is finished or its sample closed."
CHANGED = "Somebody else changed this review while you were writing."


@dataclass(frozen=True, slots=True)
class Written:
    """What a review says: the grade of the whole, of each question, and findings in words by question."""

    grade: Grade | None = None
    answers: Mapping[str, Judged] = field(default_factory=dict)
    findings: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> Given:
        """The grades alone."""
        return Given(self.grade, self.answers)


@dataclass(frozen=True, slots=True)
class AgencyPart:
    """What the portal knows of one agency's part in the meeting."""

    agency: str
    expectation: Expectation
    attendance: Attendance | None
    report_due_on: date | None
    report_received_on: date | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review with the meeting that it is about, as far as the reviewer sees it."""

    review: SampleReview
    tool: PracticeTool
    written: Written
    by: str
    children: tuple[NamedChild, ...]
    parts: tuple[AgencyPart, ...]
    record: Shown | None
    """The strategy record as it was signed; None where there is none."""
    may_grade: bool
    opens_meeting: bool
    """Whether the viewer may go to the meeting's own page."""
    sees_child: bool
    """Whether the child is named, and the record shown: not to another meeting's chair who has finished."""

    @property
    def sampled(self) -> SampledMeeting:
        """The meeting's place in its sample."""
        return self.review.sampled

    @property
    def sample(self) -> PracticeSample:
        """The sample."""
        return self.review.sampled.sample

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type."""
        return self.review.sampled.meeting

    @property
    def questions(self) -> tuple[ToolQuestion, ...]:
        """What this review is asked."""
        return questions_of(self.review, self.tool)


@dataclass(frozen=True, slots=True)
class Saved:
    """When it was saved (UTC), and the version that the next save is based on."""

    at: datetime
    version: int


def review_called(viewer: Viewer, review_id: int, *, locked: bool = False) -> SampleReview:
    """A review with its meeting and sample; raises NotVisible."""
    rows = access.reviews_visible_to(viewer).where(SampleReview.id == review_id)
    if locked:
        # The meeting's row is locked too: of two reviewers who finish at once, the second sees that the first has.
        rows = rows.with_for_update(of=(SampledMeeting, SampleReview)).execution_options(populate_existing=True)
    sampled = joinedload(SampleReview.sampled)
    review = db.session.scalar(
        rows.options(
            sampled.joinedload(SampledMeeting.sample),
            sampled.joinedload(SampledMeeting.meeting).joinedload(Meeting.meeting_type),
            joinedload(SampleReview.reviewer).joinedload(Membership.user),
            joinedload(SampleReview.agency),
        )
    )
    if review is None:
        raise NotVisible("There is no such review.")
    return review


def review_page(viewer: Viewer, review_id: int) -> ReviewPage:
    """A review as it is written or read; that the child's record was read is logged. Raises NotVisible."""
    session: Session = db.session()
    review = review_called(viewer, review_id)
    meeting = review.sampled.meeting
    opens_meeting = viewer.role is not Role.CHAIR
    may_grade = may_write(viewer, review)
    # A chair who has finished needs no other chair's family any more.
    sees_child = opens_meeting or may_grade
    record = _record(session, meeting) if sees_child else None
    if record is not None:
        activity.record_reading(viewer, "strategy_record.read", "meeting", [meeting.id])
    return ReviewPage(
        review=review,
        tool=tool_of(review.sampled.sample),
        written=written_in(review),
        by=reviewer_words(review),
        children=children_of_meeting(viewer, meeting.id, meeting.case_id) if sees_child else (),
        parts=_parts(session, meeting.id),
        record=record,
        may_grade=may_grade,
        opens_meeting=opens_meeting,
        sees_child=sees_child,
    )


def form_of(viewer: Viewer, review_id: int) -> tuple[SampleReview, tuple[ToolQuestion, ...]]:
    """A review and its questions, without opening the child's record. Raises NotVisible."""
    review = review_called(viewer, review_id)
    return review, questions_of(review, tool_of(review.sampled.sample))


def may_write(viewer: Viewer, review: SampleReview) -> bool:
    """Whether the viewer still writes this review."""
    return access.may_grade(viewer, review, review.sampled, review.sampled.sample)


def save_review(viewer: Viewer, review_id: int, written: Written, *, version: int) -> Saved:
    """Keep what has been written so far.

    Raises NotVisible, NotPermitted once it is finished, and Conflict with both texts.
    """
    try:
        with changing(viewer) as change:
            review = _to_write(viewer, review_id)
            saved = Saved(review.saved_at or viewer.now, review.version)
            if written_in(review) == _tidied(review, written):
                raise AlreadySo
            saved = _write(change, review, written, version)
            change.log("sample_review.saved", "sample_review", review.id)
    except AlreadySo:
        pass
    return saved


def finish_review(viewer: Viewer, review_id: int, written: Written, *, version: int) -> bool:
    """Finish a review, which cannot be changed afterwards; says whether its meeting's grades are settled by it.

    Raises NotVisible, NotPermitted, Conflict, and Invalid by field with what is lacking.
    """
    with changing(viewer) as change:
        review = _to_write(viewer, review_id)
        sampled = review.sampled
        tool = tool_of(sampled.sample)
        if written_in(review) != _tidied(review, written):
            _write(change, review, written, version)
        lacks = lacking([one.code for one in questions_of(review, tool)], written.given)
        if lacks:
            raise Invalid("Something is missing", errors=_missing(tool, lacks))
        review.state, review.done_at, review.done_by_id = ReviewState.DONE, viewer.now, viewer.user_id
        change.session.flush()
        change.log("sample_review.finished", "sample_review", review.id)
        return review.part is not ReviewPart.AGENCY and settle_if_agreed(change, sampled, tool)


def written_in(review: SampleReview) -> Written:
    """What a review says so far."""
    grades = {code: Judged(grade) for code, grade in review.grades.items()}
    return Written(review.grade, grades, json.loads(review.findings))


def questions_of(review: SampleReview, tool: PracticeTool) -> tuple[ToolQuestion, ...]:
    """What a review is asked: a reviewer's questions, or an agency's."""
    return tool.questions_for(agency=review.part is ReviewPart.AGENCY)


def reviewer_words(review: SampleReview) -> str:
    """Whose review it is, by name."""
    if review.agency is not None:
        return review.agency.name
    return review.reviewer.user.name if review.reviewer is not None else ""


def in_words(questions: tuple[ToolQuestion, ...], written: Written) -> dict[str, str]:
    """What a review says, for the page that shows two of them side by side."""
    found = {}
    for question in questions:
        grade = written.answers.get(question.code)
        found[question.text] = ": ".join(
            filter(None, (label(grade) if grade else "", written.findings.get(question.code, "")))
        )
    overall = label(written.grade) if written.grade else ""
    found["Overall"] = ": ".join(filter(None, (overall, written.findings.get(OVERALL, ""))))
    return found


def _to_write(viewer: Viewer, review_id: int) -> SampleReview:
    review = review_called(viewer, review_id, locked=True)
    if not may_write(viewer, review):
        raise NotPermitted(NOT_NOW)
    return review


def _write(change: Change, review: SampleReview, written: Written, version: int) -> Saved:
    questions = questions_of(review, tool_of(review.sampled.sample))
    if review.version != version:
        raise Conflict(CHANGED, mine=in_words(questions, written), theirs=in_words(questions, written_in(review)))
    tidied = _tidied(review, written)
    review.grade = tidied.grade
    review.grades = {code: grade.value for code, grade in tidied.answers.items()}
    review.findings = json.dumps(dict(tidied.findings), ensure_ascii=False)
    review.saved_at = change.viewer.now
    change.session.flush()
    return Saved(change.viewer.now, review.version)


def _tidied(review: SampleReview, written: Written) -> Written:
    """What is kept of it: of the questions that are asked, without what is empty."""
    codes = [question.code for question in questions_of(review, tool_of(review.sampled.sample))]
    answers = {code: written.answers[code] for code in codes if code in written.answers}
    findings = {code: words for code in (*codes, OVERALL) if (words := written.findings.get(code, ""))}
    return Written(written.grade, answers, findings)


def _missing(tool: PracticeTool, lacks: list[str]) -> dict[str, list[str]]:
    texts = {question.code: question.text for question in tool.questions}
    return {
        f"grade_{code}": ["Grade the meeting as a whole" if code == OVERALL else f"Grade: {texts[code]}"]
        for code in lacks
    }


def _parts(session: Session, meeting_id: int) -> tuple[AgencyPart, ...]:
    rows = session.execute(
        select(
            Agency.name,
            Invitation.expectation,
            Invitation.attendance,
            Invitation.report_due_on,
            Invitation.report_received_on,
        )
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id, Invitation.expectation != Expectation.NOT_RELEVANT)
        .order_by(Agency.name, Invitation.id)
    )
    return tuple(AgencyPart(*row) for row in rows)


def _record(session: Session, meeting: Meeting) -> Shown | None:
    """The strategy record that holds, for whoever reviews its meeting."""
    content = session.scalar(
        select(StrategyVersion.content)
        .join(StrategyRecord, StrategyRecord.id == StrategyVersion.record_id)
        .where(StrategyRecord.meeting_id == meeting.id, StrategyVersion.number == StrategyRecord.signed_number)
    )
    return None if content is None else shown_from(content)
