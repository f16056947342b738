"""The parts of packs about practice and what follows from it: samples of practice, feedback, the improvement plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portal.access import samples as samples_access
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import NotVisible
from portal.domain.improvement_months import Line, MonthView
from portal.domain.improvement_timing import is_late
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.labels import label, short_label
from portal.domain.months import Month
from portal.domain.pack_papers import TOO_FEW, PaperCell, PaperPart, PaperTable, shown_count
from portal.domain.packs import day_words
from portal.domain.sample_grades import GradeRow
from portal.domain.sample_vocabulary import Grade, SampleKind, SampleStatus
from portal.domain.working_days import london_day
from portal.models.samples import PracticeSample
from portal.services.improvement.months import MonthPage, month_page
from portal.services.packs import parts
from portal.services.packs.source import Source
from portal.services.samples import figures as samples
from portal.services.samples.drawing import sample_called

OF_SAMPLES = ("practice_grades",)
OF_FEEDBACK = (
    "feedback_report_given",
    "feedback_understood",
    "feedback_not_met",
    "feedback_chair_shared",
    "feedback_shared_before",
)
SAMPLES = "Practice audits and dip samples"
PLAN = "Improvement plan"

_GRADES = tuple(label(grade) for grade in Grade)
_GRADED = ("Graded", *_GRADES, "Good or better, %")
_WHEN_SHOWN = "A quarter stands here once the month after it is over and every sample of it is closed."
_ONCE_CLOSED = "Audits of a theme stand here once they are closed."

_PLAN_HEADS = ("Open", "Red", "Amber", "Green", "Overdue", "Complete", "Stopped")
_PLAN_COUNTS = (
    ("Open actions", "Counted: actions of the plan that are neither complete nor stopped on the day."),
    ("Red, amber, green", "Counted: open actions by how their leads last said that they go."),
    ("Overdue actions", "Counted: open actions of which the next day was due before the day."),
    ("Complete, stopped", "Counted: actions that their leads completed, and those that were stopped with a reason."),
)


def what_samples_found(source: Source) -> PaperPart:
    """How grades of dip samples moved, by kind of meeting, and the grades of themes closed in the period."""
    lines = parts.defined(OF_SAMPLES)
    # Not month by month: a month has some meetings, and readers without case access read quarters.
    return PaperPart(
        SAMPLES,
        f"{parts.NOT_FROZEN} {day_words(source.viewer.today)}.",
        (_WHEN_SHOWN, _ONCE_CLOSED),
        tables=[parts.side_by_side(source, SAMPLES, lines), *_trends(source), *_themes(source)],
        counts=parts.definitions(lines),
    )


def what_people_said(source: Source) -> PaperPart:
    """Feedback after conferences: what families and professionals answered, nothing in their own words."""
    words = (
        "Answers on feedback cards, about the conferences of each month. They are tied to no child and no family.",
    )
    return parts.measured(source, "Feedback from families and professionals", OF_FEEDBACK, words=words)


def how_the_plan_stands(source: Source) -> PaperPart:
    """The improvement plan at the end of the period, area by area, and how that compares with earlier ends."""
    ends = sorted({Month.of(days.last) for _words, days in source.compared})
    pages = {month: page for month in ends if (page := _page(source, month)) is not None}
    page = pages.get(Month.of(source.days.last))
    if page is None:
        # A plan that began later.
        return PaperPart(PLAN, f"As at {day_words(source.days.last)}.", ("There was no plan on that day.",))
    # It counts actions and not people: no number of it points at anybody, and pages show the same to the same readers.
    words = ["Numbers of actions are shown whole, since they count no people."] if source.hidden_up_to else []
    tables = [_by_area(page.view)]
    if len(pages) > 1:
        rows = [[month.words, *_counts(page.view.lines, page.view)] for month, page in pages.items()]
        tables.append(PaperTable("The plan at the end of", ["Month", *_PLAN_HEADS], rows))
    tables += _pressing(page.view)
    return PaperPart(PLAN, _as_at(page), words, tables=tables, counts=_PLAN_COUNTS)


def _trends(source: Source) -> Iterator[PaperTable]:
    until = Month.of(source.days.last)
    kinds = samples.trend(source.viewer, until=until).kinds
    for kind in kinds:
        found = samples.trend(source.viewer, kind.id, until=until)
        if found.rows:
            title = f"{kind.name}: grades of dip samples"
            yield PaperTable(title, ["Quarter", *_GRADED], [_graded(row) for row in found.rows])


def _themes(source: Source) -> Iterator[PaperTable]:
    closed = db.session.execute(
        samples_access.visible_to(source.viewer)
        .where(PracticeSample.kind == SampleKind.THEMATIC, PracticeSample.status == SampleStatus.CLOSED)
        .order_by(PracticeSample.closed_at, PracticeSample.id)
        .with_only_columns(PracticeSample.id, PracticeSample.title, PracticeSample.closed_at)
    ).all()
    rows: list[list[PaperCell]] = []
    for one in closed:
        if not source.days.first <= london_day(one.closed_at) <= source.days.last:
            continue
        found = samples.grades_of(source.viewer, sample_called(source.viewer, one.id))
        if found is not None:
            rows.append([one.title, *_graded(found.overall)[1:]])
    if rows:
        yield PaperTable("Audits of a theme closed in the period", ["Theme", *_GRADED], rows)


def _graded(row: GradeRow) -> list[PaperCell]:
    good = row.good
    share: PaperCell = None if row.total == 0 else good.percentage if good.is_known else TOO_FEW
    return [row.title, shown_count(row.total), *(shown_count(part.count) for part in row.parts), share]


def _page(source: Source, month: Month) -> MonthPage | None:
    try:
        return month_page(source.viewer, month)
    except NotVisible:
        return None


def _as_at(page: MonthPage) -> str:
    as_at = f"As at {day_words(page.view.as_at)}."
    if page.closed_at is None:
        return f"{as_at} The month is not closed in the plan: what is said of it may still change."
    return f"{as_at} The month was closed in the plan on {day_words(london_day(page.closed_at))}."


def _by_area(view: MonthView) -> PaperTable:
    areas: dict[str, list[Line]] = {}
    for line in view.lines:
        areas.setdefault(line.area, []).append(line)
    rows: list[list[PaperCell]] = [[area, *_counts(lines, view)] for area, lines in areas.items()]
    rows.append(["All areas", *_counts(view.lines, view)])
    return PaperTable("The plan area by area", ["Area", *_PLAN_HEADS], rows)


def _counts(lines: Iterable[Line], view: MonthView) -> Sequence[PaperCell]:
    lines = list(lines)
    there = [line for line in lines if line.is_open]
    return (
        len(there),
        *(sum(line.rag is rag for line in there) for rag in (ActionRag.RED, ActionRag.AMBER, ActionRag.GREEN)),
        sum(_is_late(line, view) for line in there),
        sum(line.status is ImprovementStatus.COMPLETE for line in lines),
        sum(line.status is ImprovementStatus.STOPPED for line in lines),
    )


def _pressing(view: MonthView) -> Iterator[PaperTable]:
    lines = [line for line in view.lines if line.is_open and (line.rag is ActionRag.RED or _is_late(line, view))]
    if lines:
        rows = [[line.reference, line.what, line.leads, line.by_when, _how(line, view)] for line in lines]
        yield PaperTable(
            "Actions that are red or overdue", ["Number", "Action", "Lead", "By when", "How it goes"], rows
        )


def _how(line: Line, view: MonthView) -> str:
    how = short_label(line.rag)
    return f"{how}, overdue" if _is_late(line, view) else how


def _is_late(line: Line, view: MonthView) -> bool:
    return is_late(line.due_on, view.as_at)
