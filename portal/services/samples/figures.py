"""Grades as figures: how they move from month to month or quarter to quarter, and under each question.

Samples are small by their nature: some meetings a month. Their grades are counted as they stand, in statements that
read one kind's samples of two years along an index, and not through the monthly rollup, which knows no samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.count_tables import Part
from portal.domain.errors import NotPermitted
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.months import Month
from portal.domain.practice_tools import PracticeTool
from portal.domain.sample_grades import (
    GradeRow,
    Movement,
    grade_row,
    is_settled_quarter,
    movement,
    quarter_of,
    quarter_words,
)
from portal.domain.sample_vocabulary import Grade, Judged, SampleKind, SampleStatus
from portal.domain.vocabulary import MeetingFormat
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingType
from portal.models.samples import PracticeSample, SampledMeeting
from portal.services.rule_sets import rule_book

SHOWN_MONTHS = 24
GRADES = tuple(grade.value for grade in Grade)
JUDGED = tuple(one.value for one in Judged)
_YES_NO = ("yes", "no")

PUBLISHED = "Barking and Dagenham 2017"
"""Whose figures stand beside those of strategy meetings: a council's published self-evaluation (docs/board.md)."""


@dataclass(frozen=True, slots=True)
class SampledKind:
    """A kind of meeting that dip samples were drawn of."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Trend:
    """How grades of one kind's dip samples move; rows oldest first."""

    kinds: tuple[SampledKind, ...]
    kind: SampledKind | None
    is_by_quarter: bool
    hidden_up_to: int | None
    rows: tuple[GradeRow, ...]
    questions: tuple[GradeRow, ...]
    questions_of: str
    """The period that the questions are of, in words: the newest that is shown."""

    @property
    def movement(self) -> Movement | None:
        """The newest period against the one before it."""
        return movement(self.rows)

    @property
    def may_choose_months(self) -> bool:
        """Whether months may be shown: whoever gets no small counts reads quarters alone, which no month completes."""
        return self.hidden_up_to is None


@dataclass(frozen=True, slots=True)
class Fact:
    """What the portal counts of sampled strategy meetings, beside a published figure in per cent."""

    title: str
    part: Part
    published: int


@dataclass(frozen=True, slots=True)
class SampleGrades:
    """The grades of one sample, as far as the viewer may see them."""

    overall: GradeRow
    questions: tuple[GradeRow, ...]
    facts: tuple[Fact, ...]
    hidden_up_to: int | None


def trend(viewer: Viewer, kind_id: int | None = None, *, by_month: bool = False, until: Month | None = None) -> Trend:
    """How grades move, to a month where one is given, for one kind of meeting or the first. Raises NotPermitted.

    Whoever may not see small counts gets quarters that ended a month ago or more and of which every sample is closed: a
    quarter that still grows, or a single month, could be held against the rest to find a small count.
    """
    if not access.may_read_figures(viewer):
        raise NotPermitted("Practice audits are not part of this role.")
    session: Session = db.session()
    kinds = _kinds(session, viewer)
    kind = next((one for one in kinds if one.id == kind_id), kinds[0] if kinds else None)
    limit = _limit(session, viewer)
    is_by_quarter = limit is not None or not by_month
    if kind is None:
        return Trend(kinds, None, is_by_quarter, limit, (), (), "")
    months = _months(session, viewer, kind.id)
    periods = _periods(months, viewer.today, is_by_quarter=is_by_quarter, only_complete=limit is not None)
    periods = [one for one in periods if until is None or one[0] <= until]
    counts = _counts(session, viewer, kind.id)
    rows = tuple(
        grade_row(_words(first, is_by_quarter), _sum(counts.get(month, {}) for month in within), GRADES, limit)
        for first, within in periods
    )
    shown = [(first, within) for (first, within), row in zip(periods, rows, strict=True) if row.total]
    # No row of zeros for what is not graded yet.
    rows = tuple(row for row in rows if row.total != 0)
    if not shown:
        return Trend(kinds, kind, is_by_quarter, limit, rows, (), "")
    first, within = shown[-1]
    of_questions = _question_rows(session, _dips(viewer, kind.id).where(_of_months(within)), limit)
    return Trend(kinds, kind, is_by_quarter, limit, rows, of_questions, _words(first, is_by_quarter))


def grades_of(viewer: Viewer, sample: PracticeSample) -> SampleGrades | None:
    """The grades of one sample that the caller has found visible; None where they are not the viewer's to see.

    Whoever may not see small counts reads dip samples by quarter alone, and an audit of a theme once it is closed.
    """
    if sample.tool is None:
        return None
    session: Session = db.session()
    limit = _limit(session, viewer)
    if limit is not None and (sample.kind is SampleKind.DIP or sample.status is not SampleStatus.CLOSED):
        return None
    settled = select(SampledMeeting).where(
        SampledMeeting.sample_id == sample.id,
        SampledMeeting.replaced_at.is_(None),
        SampledMeeting.settled_at.is_not(None),
    )
    grades = session.execute(
        settled.group_by(SampledMeeting.grade).with_only_columns(SampledMeeting.grade, func.count())
    )
    overall = grade_row("Overall", {str(grade): number for grade, number in grades}, GRADES, limit)
    graded = session.scalars(settled.with_only_columns(SampledMeeting.grades))
    of_questions = _rows_of(PracticeTool.from_plain(sample.tool), graded, limit)
    return SampleGrades(overall, of_questions, _facts(session, sample, limit), limit)


def _limit(session: Session, viewer: Viewer) -> int | None:
    """Up to which count numbers are withheld from the viewer; None where none is."""
    if not access.hides_small(viewer) or viewer.partnership_id is None:
        return None
    return rule_book(session, viewer.partnership_id).on(viewer.today).small_count_limit


def _kinds(session: Session, viewer: Viewer) -> tuple[SampledKind, ...]:
    rows = session.execute(
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == PracticeSample.meeting_type_id)
        .where(PracticeSample.kind == SampleKind.DIP, PracticeSample.status != SampleStatus.PROPOSED)
        .with_only_columns(MeetingType.id, MeetingType.name, maintain_column_froms=True)
        .distinct()
        .order_by(MeetingType.id)
    )
    return tuple(SampledKind(*row) for row in rows)


def _months(session: Session, viewer: Viewer, kind_id: int) -> dict[Month, bool]:
    """The months with samples of a kind, and whether each of them is closed."""
    # Also those that are proposed, which not everybody is shown: with them a quarter is not complete.
    rows = session.execute(
        select(PracticeSample.from_on, PracticeSample.status).where(
            PracticeSample.partnership_id == viewer.partnership_id,
            PracticeSample.kind == SampleKind.DIP,
            PracticeSample.meeting_type_id == kind_id,
            PracticeSample.from_on >= _since(viewer.today),
        )
    )
    found: dict[Month, bool] = {}
    for from_on, status in rows:
        month = Month.of(from_on)
        found[month] = found.get(month, True) and status is SampleStatus.CLOSED
    return found


def _periods(
    months: Mapping[Month, bool], today: date, *, is_by_quarter: bool, only_complete: bool
) -> list[tuple[Month, list[Month]]]:
    """The periods that are shown, oldest first: what each begins with, and its months with samples."""
    found: dict[Month, list[Month]] = {}
    for month in sorted(months):
        found.setdefault(quarter_of(month) if is_by_quarter else month, []).append(month)
    return [
        (first, within)
        for first, within in found.items()
        if not only_complete or (is_settled_quarter(first, today) and all(months[month] for month in within))
    ]


def _dips(viewer: Viewer, kind_id: int) -> Select[SampledMeeting]:
    """Settled meetings of a kind's dip samples."""
    return (
        select(SampledMeeting)
        .join(PracticeSample, PracticeSample.id == SampledMeeting.sample_id)
        .where(
            access.visible_where(viewer),
            PracticeSample.kind == SampleKind.DIP,
            PracticeSample.meeting_type_id == kind_id,
            PracticeSample.from_on >= _since(viewer.today),
            SampledMeeting.replaced_at.is_(None),
            SampledMeeting.settled_at.is_not(None),
        )
    )


def _of_months(months: Sequence[Month]) -> ColumnElement[bool]:
    return PracticeSample.from_on.in_([month.first for month in months])


def _counts(session: Session, viewer: Viewer, kind_id: int) -> dict[Month, dict[str, int]]:
    rows = session.execute(
        _dips(viewer, kind_id)
        .group_by(PracticeSample.from_on, SampledMeeting.grade)
        .with_only_columns(PracticeSample.from_on, SampledMeeting.grade, func.count(), maintain_column_froms=True)
    )
    found: dict[Month, dict[str, int]] = {}
    for from_on, grade, number in rows:
        counts = found.setdefault(Month.of(from_on), {})
        counts[str(grade)] = counts.get(str(grade), 0) + number
    return found


def _sum(many: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for counts in many:
        total.update(counts)
    return dict(total)


def _question_rows(session: Session, rows: Select[SampledMeeting], limit: int | None) -> tuple[GradeRow, ...]:
    """The questions of the newest tool among some samples: a code that an older tool had too is the same question."""
    found = session.execute(
        rows.order_by(PracticeSample.from_on, PracticeSample.id).with_only_columns(
            PracticeSample.tool, SampledMeeting.grades, maintain_column_froms=True
        )
    ).all()
    return _rows_of(PracticeTool.from_plain(found[-1][0]), [grades for _tool, grades in found], limit)


def _rows_of(tool: PracticeTool, graded: Iterable[Mapping[str, str] | None], limit: int | None) -> tuple[GradeRow, ...]:
    counts: dict[str, Counter[str]] = {}
    for grades in graded:
        for code, grade in (grades or {}).items():
            counts.setdefault(code, Counter())[grade] += 1
    return tuple(
        grade_row(question.text, counts.get(question.code, {}), JUDGED, limit)
        for question in tool.questions_for(agency=False)
    )


def _facts(session: Session, sample: PracticeSample, limit: int | None) -> tuple[Fact, ...]:
    """What a published self-evaluation counts too, of the sampled strategy meetings."""
    if sample.meeting_type is None or sample.meeting_type.family is not MeetingFamily.STRATEGY:
        return ()
    telephone = Meeting.format == MeetingFormat.TELEPHONE
    rows = session.execute(
        select(Meeting.all_expected_agencies, telephone, Meeting.interim_safety_plan)
        .join(SampledMeeting, and_(SampledMeeting.meeting_id == Meeting.id, SampledMeeting.replaced_at.is_(None)))
        .where(SampledMeeting.sample_id == sample.id)
    ).all()
    asked = (
        ("Every expected agency was there", 59),
        ("By telephone only", 27),
        ("With an interim safety plan", 88),
    )
    facts = []
    for place, (title, published) in enumerate(asked):
        yes = sum(bool(row[place]) for row in rows)
        row = grade_row(title, {"yes": yes, "no": len(rows) - yes}, _YES_NO, limit)
        facts.append(Fact(title, row.parts[0], published))
    return tuple(facts)


def _since(today: date) -> date:
    """From when on samples are shown: quarters come into the table and leave it as a whole."""
    return quarter_of(Month.of(today).plus(-SHOWN_MONTHS)).first


def _words(first: Month, is_quarter: bool) -> str:
    return quarter_words(first) if is_quarter else first.words
