"""The parts of packs that are made of measures: who came and who reported, how the meetings and the work went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from portal.database.session import db
from portal.domain.figure_words import many_meetings
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Breakdown, Measure, Of, Point, Series, Value, in_words
from portal.domain.measures import Source as Counted
from portal.domain.months import Month
from portal.domain.pack_papers import PaperCell, PaperFigure, PaperPart, PaperPicture, PaperTable
from portal.domain.packs import day_words
from portal.domain.vocabulary import CONFERENCES
from portal.services import indicators
from portal.services.packs.pictures import picture_of
from portal.services.packs.source import Source, figure

OF_INVITATIONS = ("attendance", "reports", "reports_on_time", "reports_shared", "absent_with_report")
_DRAWN_OF_INVITATIONS = ("attendance", "reports")
OF_CONFERENCES = ("quorate", "initial_in_time", "initial_in_time_section_47", "reviews_in_time")
OF_CORE_GROUPS = ("core_groups_in_time",)
OF_STRATEGY = (
    "strategy_in_time",
    "strategy_all_core",
    "strategy_all_expected",
    "strategy_group",
    "strategy_telephone",
    "strategy_safety_plan",
)
OF_PAPERS = ("minutes_on_time", "decisions_on_time", "actions_on_time", "audit_actions_on_time")
OF_PLANS = (
    "plans_open",
    "plans_per_10000",
    "plans_two_years",
    "plans_second",
    "plans_ended_two_years",
)
OF_ESCALATIONS = (
    "escalations_open",
    "escalations_overdue",
    "escalations_days",
    "alerts_open",
    "alerts_overdue",
    "alerts_days",
)
OF_AUDITS = ("audit_returns", "audit_ratings")

_FROZEN = frozenset({Counted.INVITATIONS, Counted.MEETINGS})
NOT_FROZEN = "A frozen month keeps the figures of meetings alone; these are counted from the records of"
BLOCKS = "“From April” beside a figure: it counts the months from then on, since one of them alone would be too few."


def defined(ids: Iterable[str]) -> list[Measure]:
    """Return measures by their ids; one that is not defined any more is left out."""
    return [MEASURES[one] for one in ids if one in MEASURES]


def attention(source: Source) -> PaperPart:
    """What stands out in the period, as the overview says it."""
    found = indicators.overview(source.viewer, source.days)
    points = [
        f"{remark.words}.{f' {remark.compare}.' if remark.compare else ''}" for remark in indicators.remarks(found)
    ]
    words = [] if points else ["Nothing stands out in this period."]
    return PaperPart("What needs attention", source.standing.sentence, words, points)


def participation(source: Source) -> PaperPart:
    """Who came and who reported: a table of the kinds of agency for each kind of meeting."""
    lines = defined(OF_INVITATIONS)
    of_conferences: list[PaperTable] = []
    of_others: list[PaperTable] = []
    for known in source.book.meeting_types:
        found = _of_agencies(source, known.name, Of(meeting_type=known.code), lines)
        (of_conferences if known.code in CONFERENCES else of_others).extend(found)
    if len(of_conferences) > 1:
        of_conferences += _of_agencies(source, "All conferences", Of(), lines)
    tables = [*of_conferences, *of_others]
    drawn = source.series(_DRAWN_OF_INVITATIONS)
    return PaperPart(
        "Who came and who reported",
        source.standing.sentence,
        () if tables else ("No meeting was held in this period.",),
        pictures=[picture for id_ in _DRAWN_OF_INVITATIONS for picture in _picture(source, drawn[id_])],
        tables=tables,
        counts=definitions(lines),
    )


def measured(
    source: Source, title: str, ids: Sequence[str], *, drawn: Sequence[str] = (), words: Sequence[str] = ()
) -> PaperPart:
    """A part of one table of measures with the periods side by side, one month by month, and charts of some."""
    lines = defined(ids)
    is_kept = all(one.source in _FROZEN for one in lines)
    as_at = source.standing.sentence if is_kept else f"{NOT_FROZEN} {day_words(source.viewer.today)}."
    months = source.series(one.id for one in lines)
    return PaperPart(
        title,
        as_at,
        words,
        pictures=[picture for id_ in drawn if id_ in months for picture in _picture(source, months[id_])],
        tables=[side_by_side(source, title, lines), *month_by_month(title, lines, months)],
        counts=definitions(lines),
    )


def side_by_side(source: Source, title: str, lines: Sequence[Measure]) -> PaperTable:
    """A line for each measure, a column for each period."""
    columns: list[Mapping[str, Value]] = []
    for _words, days in source.compared:
        (row,) = source.values([one.id for one in lines], days).values()
        columns.append(row.values)
    rows: list[list[PaperCell]] = []
    for one in lines:
        name = f"{one.title}, at the end" if one.is_at_end else one.title
        rows.append([name, *(figure(one, column.get(one.id)) for column in columns)])
    return PaperTable(title, ["Measure", *(words for words, _days in source.compared)], rows)


def month_by_month(title: str, lines: Sequence[Measure], found: Mapping[str, Series]) -> Iterator[PaperTable]:
    """The twelve months that end with the period: a row for each, a column for each measure that has anything."""
    lines = [one for one in lines if any(not point.value.is_empty or not one.whole for point in found[one.id].points)]
    if not lines:
        return
    by_month: dict[Month, list[PaperCell]] = {}
    for place, one in enumerate(lines):
        for point in found[one.id].points:
            row = by_month.setdefault(point.month, [None] * len(lines))
            row[place] = _point(one, point)
    rows = [[month.words, *cells] for month, cells in sorted(by_month.items())]
    is_joined = any(point.since is not None for one in lines for point in found[one.id].points)
    note = BLOCKS if is_joined else ""
    yield PaperTable(f"{title}, month by month", ["Month", *(one.title for one in lines)], rows, note)


def definitions(lines: Iterable[Measure]) -> list[tuple[str, str]]:
    """What each measure counts, of what, by which rule and since when."""
    found = []
    for one in lines:
        parts = [f"Counted: {one.numerator}", f"Out of: {one.denominator}" if one.denominator else ""]
        parts += [f"Rule: {one.rule}", f"Since: {one.since}"]
        found.append((one.title, " ".join(f"{part}." for part in parts if part)))
    return found


def _picture(source: Source, series: Series) -> tuple[PaperPicture, ...]:
    return picture_of(db.session(), source.partnership_id, series)


def _of_agencies(source: Source, name: str, of: Of, lines: Sequence[Measure]) -> Iterator[PaperTable]:
    """The kinds of agency at one kind of meeting; nothing where nobody was asked to one."""
    rows = source.values([one.id for one in lines], by=Breakdown.AGENCY_TYPE, of=of).values()
    if rows:
        title = many_meetings(name)
        yield PaperTable(
            f"{title[:1].upper()}{title[1:]}",
            ["Agencies", *(one.title for one in lines)],
            [[row.title, *(figure(one, row.values.get(one.id)) for one in lines)] for row in rows],
        )


def _point(measure: Measure, point: Point) -> PaperFigure | None:
    shown = figure(measure, point.value)
    if shown is None or point.since is None:
        return shown
    words = f"{in_words(measure, point.value)}, from {point.since.name}"
    return PaperFigure(words, shown.amount, shown.part, shown.whole, is_withheld=shown.is_withheld)
