"""The parts of packs that have tables of their own: how escalations ended, and what audits found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from portal.domain.count_tables import Part
from portal.domain.escalation_figures import By, Population
from portal.domain.escalation_vocabulary import Category, Resolution
from portal.domain.labels import label
from portal.domain.pack_papers import PaperCell, PaperPart, PaperTable, shown_count
from portal.domain.packs import day_words
from portal.domain.rounds import RoundState
from portal.services.audits.results import Results, results
from portal.services.audits.rounds import RoundRow, list_rounds
from portal.services.escalations import figures as escalations
from portal.services.escalations.figures import Section
from portal.services.packs import parts
from portal.services.packs.source import Source

ROUNDS = 3
"""The newest rounds of audits that were open in the period, at most."""

_ALL = "All"


def how_escalations_went(source: Source) -> PaperPart:
    """Measures of escalations and alerts, and how those resolved in the period ended."""
    found = escalations.figures(source.viewer, source.days)
    part = parts.measured(
        source,
        "Escalations and practice alerts",
        parts.OF_ESCALATIONS,
        drawn=("escalations_open",),
        words=[f"Tables of what is open show how it stood on {day_words(source.viewer.today)}."],
    )
    tables = [
        *part.tables,
        *_of_section("Escalations", found.escalations),
        *_of_section("Practice alerts", found.alerts.section),
    ]
    return PaperPart(part.title, part.as_at, part.words, pictures=part.pictures, tables=tables, counts=part.counts)


def what_audits_found(source: Source) -> PaperPart:
    """Measures of audits, and of the newest rounds who returned and which standards are weak."""
    part = parts.measured(source, "Audits", parts.OF_AUDITS)
    tables = list(part.tables)
    for row in _rounds(source):
        tables += _of_round(row, results(source.viewer, row.id))
    return PaperPart(part.title, part.as_at, part.words, tables=tables, counts=part.counts)


def _of_section(title: str, section: Section) -> Iterator[PaperTable]:
    if section.open.rows(By.STAGE):
        yield _population(f"{title} open now, by stage", "Stage", section.open, By.STAGE, section.stages)
    if not section.resolved.rows(By.STAGE):
        return
    yield _population(f"{title} resolved in the period, by stage", "Stage", section.resolved, By.STAGE, section.stages)
    yield _population(
        f"{title} resolved in the period, by what they were about", "About", section.resolved, By.CATEGORY,
        _labels(Category),
    )  # fmt: skip
    yield _population(
        f"{title} resolved in the period, by how they ended", "How it ended", section.resolved, By.RESOLUTION,
        _labels(Resolution),
    )  # fmt: skip


def _population(title: str, head: str, found: Population, by: By, names: Mapping[str, str]) -> PaperTable:
    rows: list[list[PaperCell]] = [
        [names.get(row, row) or "Nobody has said", shown_count(found.count(by, row))] for row in sorted(found.rows(by))
    ]
    rows.append([_ALL, shown_count(found.count(by, None))])
    return PaperTable(title, [head, "Number"], rows)


def _labels(words: type[StrEnum]) -> dict[str, str]:
    return {word.value: label(word) for word in words}


def _rounds(source: Source) -> Sequence[RoundRow]:
    ran = [
        row
        for row in list_rounds(source.viewer)
        if row.state is not RoundState.PLANNED and row.opens_on <= source.days.last
    ]
    return ran[:ROUNDS]


def _of_round(row: RoundRow, found: Results) -> Iterator[PaperTable]:
    note = "From signed returns only."
    yield PaperTable(
        f"{row.title}: who has returned it",
        ["Agencies", "Signed, %", "Signed", "Asked"],
        [[title, *_share(part)] for title, part in found.return_rates],
    )
    if not found.is_empty:
        yield PaperTable(
            f"{row.title}: standards that are weak",
            ["Standard", "Amber or red, %", "Agencies", "Of"],
            [[line.standard.words, *_share(line.weak)] for line in found.themes],
            note,
        )


def _share(part: Part) -> list[PaperCell]:
    if part.whole == 0:
        return [None, 0, 0]
    return [part.percentage if part.is_known else shown_count(None), shown_count(part.count), shown_count(part.whole)]
