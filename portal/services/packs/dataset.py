"""The dataset for analysts: the contract's columns by month, kind of agency and kind of meeting, and its dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from portal.database.session import db
from portal.domain.indicators import Indicator, Over, columns, shown, with_rates
from portal.domain.months import Month, months_within
from portal.domain.pack_papers import TOO_FEW, PaperCell, PaperPart, PaperTable
from portal.domain.published_counts import ALL, Published
from portal.domain.vocabulary import AgencyType, MeetingKind
from portal.services.indicators.published import financial_years, frozen_months, published
from portal.services.packs.source import Source

BY_AGENCY = ("month", "agency_type", "meeting_type")
BY_MEETING = ("month", "meeting_type")

KEYS: Mapping[str, str] = {
    "month": "The month in which the meeting was held, as YYYY-MM",
    "agency_type": "The kind of agency that was invited",
    "meeting_type": "The kind of meeting",
    "revision": "The revision of the frozen month that the figures were taken from; empty where it is not frozen",
}
REVISION = "revision"


def dictionary_part(source: Source) -> PaperPart:
    """What each column means."""
    rows: list[list[PaperCell]] = [[name, "", words] for name, words in KEYS.items()]
    rows += [
        [one.id, "rate, %" if one.is_rate else "count", one.description]
        for one in shown(BY_MEETING)
    ]  # fmt: skip
    words = [
        "Counted are meetings held, and those that opened and were not quorate, in the month in which they were held.",
        "A rate has one decimal, halves rounded up, and is empty where there is nothing to divide by. A column that "
        "does not apply to a kind of meeting is empty.",
    ]
    if source.hidden_up_to:
        words.append(
            f"“{TOO_FEW}” stands for a number from 1 to {source.hidden_up_to}, for one that would give such a number "
            "away, and for the rates of these. So that months added up give none away, some months stand so together."
        )
    return PaperPart(
        "Data dictionary",
        source.standing.sentence,
        words,
        tables=[PaperTable("Dictionary", ["Column", "Kind", "What it counts"], rows)],
    )


def dataset_part(source: Source) -> PaperPart:
    """The figures themselves, in two tables."""
    session, months = db.session(), months_within(source.days)
    now = Month.at(source.viewer.now)
    frozen = frozen_months(session, source.partnership_id, months)
    counts = published(
        session, source.partnership_id, financial_years(months, now), now, source.hidden_up_to, frozen=frozen
    )
    revisions = {month: kept.revision for month, kept in frozen.items()}
    tables = [
        PaperTable("By agency", [*columns(BY_AGENCY), REVISION], list(_by_agency(source, counts, months, revisions))),
        PaperTable(
            "By meeting", [*_of_meetings_alone(), REVISION], list(_by_meeting(source, counts, months, revisions))
        ),
    ]
    lines = sum(len(table.rows) for table in tables)
    words = f"The figures are in the Excel workbook and in the CSV files: {lines:,} rows in two tables."
    return PaperPart("Figures", source.standing.sentence, [words], tables=tables)


def _of_meetings_alone() -> tuple[str, ...]:
    return (*BY_MEETING, *(one.id for one in shown(BY_MEETING) if one.over is not Over.INVITATIONS))


def _by_agency(
    source: Source, counts: Published, months: Sequence[Month], revisions: Mapping[Month, int]
) -> Iterator[list[PaperCell]]:
    known = {key for year in counts.years.values() for key, _name in year.numbers}
    wanted = shown(BY_AGENCY)
    names = [one.id for one in wanted if not one.is_rate]
    for month in months:
        for agency_type in AgencyType:
            for meeting in source.book.meeting_types:
                key = (agency_type.value, meeting.code)
                found = {name: counts.count(key, name, month, month) for name in names}
                if key in known and any(count != 0 for count in found.values()):
                    cells = _cells(wanted, found, frozenset())
                    yield [str(month), *key, *cells, revisions.get(month)]


def _by_meeting(
    source: Source, counts: Published, months: Sequence[Month], revisions: Mapping[Month, int]
) -> Iterator[list[PaperCell]]:
    known = {key for year in counts.years.values() for key, _name in year.numbers}
    wanted = [one for one in shown(BY_MEETING) if one.over is not Over.INVITATIONS]
    names = [*(one.id for one in wanted if not one.is_rate), "due_day_known"]
    for month in months:
        for meeting in source.book.meeting_types:
            key = (ALL, meeting.code)
            found = {name: counts.count(key, name, month, month) for name in names}
            if key not in known or found["meetings"] == 0:
                continue
            left_out = {one.id for one in wanted if one.over is Over.STRATEGY_MEETINGS}
            if meeting.code == MeetingKind.STRATEGY_MEETING:
                left_out = set()
            if source.book.on(month.last).rule_for(meeting.code).quorum is None:
                left_out |= {"quorate", "quorate_rate"}
            cells = _cells(wanted, found, frozenset(left_out))
            yield [str(month), meeting.code, *cells, revisions.get(month)]


def _cells(
    wanted: Sequence[Indicator], found: Mapping[str, int | None], left_out: frozenset[str]
) -> Iterator[PaperCell]:
    """Counts and rates in the order of the columns: withheld in words, empty where one does not apply."""
    rates = with_rates(found)
    for one in wanted:
        of = (one.numerator or one.id, one.denominator or one.id)
        if one.id in left_out:
            yield None
        elif any(found.get(name) is None for name in of):
            yield TOO_FEW
        else:
            yield rates[one.id]
