"""The heat map of a round: agencies down, standards across, and the means of groups of agencies above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portal.domain.audit_levels import AuditLevels
from portal.domain.audit_results import Tally, as_percentage, level_words, may_be_shown, mean
from portal.domain.figure_words import all_of_type
from portal.domain.ratings import Colour
from portal.domain.vocabulary import AgencyType
from portal.services.audits.result_counts import Asked, AskedQuestion, Cells

ALL_AGENCIES = "All agencies"


@dataclass(frozen=True, slots=True)
class StandardHead:
    """A column: one standard or theme, by its number in the edition."""

    id: int
    number: int
    code: str
    title: str

    @property
    def words(self) -> str:
        """Number and title, for lists and tables."""
        return f"{self.number}. {self.title}"


@dataclass(frozen=True, slots=True)
class Cell:
    """How much of a standard is in place: a colour with its word and its percentage; `red` answers are named."""

    level: Colour
    score: Decimal | None
    red: int = 0

    @property
    def word(self) -> str:
        """What stands beside the colour."""
        return level_words(self.level)


@dataclass(frozen=True, slots=True)
class MapRow:
    """An agency, or the mean of a group; a cell is None where a mean would give a few agencies away."""

    title: str
    overall: Cell | None
    cells: tuple[Cell | None, ...]
    return_id: int | None = None
    agency_type: AgencyType | None = None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What the viewer sees of it: groups, then the agencies that they may see by name, the weakest first."""

    standards: tuple[StandardHead, ...]
    groups: tuple[MapRow, ...]
    agencies: tuple[MapRow, ...]


def standards_of(questions: Iterable[AskedQuestion]) -> tuple[StandardHead, ...]:
    """Return the standards of an edition's questions, in their order."""
    found = {one.standard_id: (one.standard_code, one.standard_title) for one in questions}
    return tuple(StandardHead(key, number, *words) for number, (key, words) in enumerate(found.items(), start=1))


def heat_map(
    standards: Sequence[StandardHead],
    asked: Sequence[Asked],
    cells: Cells,
    levels: AuditLevels,
    agency_type: AgencyType | None = None,
) -> HeatMap:
    """Lay out the tallies of the signed returns; `agency_type` narrows the rows, never what a mean may give away."""
    signed = [one for one in asked if one.return_id in cells]
    of_type = [one for one in signed if agency_type in (None, one.agency_type)]
    rows = [_row(one, standards, cells[one.return_id], levels) for one in of_type if one.is_named]
    return HeatMap(
        tuple(standards),
        _groups(standards, signed, cells, levels, agency_type),
        tuple(sorted(rows, key=_weakest_first)),
    )


def overall(cells: Mapping[int, Tally]) -> Tally:
    """Add up all standards of one return."""
    return sum(cells.values(), Tally())


def _row(one: Asked, standards: Sequence[StandardHead], cells: Mapping[int, Tally], levels: AuditLevels) -> MapRow:
    # A red answer keeps its standard from being green; over everything it would leave hardly anybody green.
    whole = overall(cells)
    tallies = [cells.get(standard.id, Tally()) for standard in standards]
    return MapRow(
        one.agency,
        Cell(levels.level_of(whole.share), whole.score, whole.red),
        tuple(Cell(tally.level(levels), tally.score, tally.red) for tally in tallies),
        one.return_id,
        one.agency_type,
    )


def _weakest_first(row: MapRow) -> tuple[bool, Decimal, str]:
    score = row.overall.score if row.overall else None
    return score is None, score or Decimal(0), row.title


def _groups(
    standards: Sequence[StandardHead],
    signed: Sequence[Asked],
    cells: Cells,
    levels: AuditLevels,
    agency_type: AgencyType | None,
) -> tuple[MapRow, ...]:
    """The means of all agencies and of each type, as far as nobody's own score follows from them."""
    shares = {
        standard_id: _shares(
            signed,
            {
                return_id: (overall(found) if standard_id is None else found.get(standard_id, Tally())).share
                for return_id, found in cells.items()
            },
        )
        for standard_id in (None, *(standard.id for standard in standards))
    }
    named = {one.agency_type.value for one in signed if one.is_named}
    made: list[MapRow] = []
    kinds = [kind for kind in AgencyType if any(one.agency_type is kind for one in signed)]
    wanted: list[AgencyType | None] = [kind for kind in kinds if agency_type in (None, kind)]
    for kind in [None, *wanted] if len(kinds) != 1 else wanted:
        row = [_mean(shares[None], kind, named, levels)]
        row += [_mean(shares[standard.id], kind, named, levels) for standard in standards]
        if any(row):
            title = ALL_AGENCIES if kind is None else all_of_type(kind)
            made.append(MapRow(title, row[0], tuple(row[1:]), agency_type=kind))
    return tuple(made)


def _shares(signed: Sequence[Asked], found: Mapping[int, Fraction | None]) -> dict[str, list[Fraction]]:
    """The shares of the agencies that have one, by type."""
    by_type: dict[str, list[Fraction]] = {}
    for one in signed:
        share = found.get(one.return_id)
        if share is not None:
            by_type.setdefault(one.agency_type.value, []).append(share)
    return by_type


def _mean(
    by_type: Mapping[str, list[Fraction]], kind: AgencyType | None, named: Iterable[str], levels: AuditLevels
) -> Cell | None:
    shown, all_may = may_be_shown({name: len(shares) for name, shares in by_type.items()}, named)
    if kind is None:
        known = [share for shares in by_type.values() for share in shares] if all_may else []
    else:
        known = by_type[kind.value] if kind.value in shown else []
    together, _size = mean(known)
    return None if together is None else Cell(levels.level_of(together), as_percentage(together))
