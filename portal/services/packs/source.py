"""What the parts of a pack are counted from: a period, with whose eyes, and the measures as these may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from portal.access.viewer import Viewer
from portal.domain.measures import Breakdown, Measure, Of, Row, Series, Value, amount, in_words
from portal.domain.months import Month, months_within
from portal.domain.pack_papers import PaperFigure
from portal.domain.packs import QUARTER_MONTHS, YEAR_MONTHS, PackKind, period_words
from portal.domain.periods import Days
from portal.domain.working_days import add_months
from portal.services import measures
from portal.services.packs.standing import Standing
from portal.services.rule_sets import RuleBook


@dataclass(frozen=True, slots=True)
class Source:
    """One pack's period and reader. `days` are whole months."""

    kind: PackKind
    viewer: Viewer
    partnership: str
    days: Days
    standing: Standing
    book: RuleBook
    hidden_up_to: int | None
    counts: measures.SharedCounts = field(default_factory=measures.SharedCounts)
    """What one part has read of the measures and others ask for, too: so they say the same."""

    @property
    def partnership_id(self) -> int:
        """Whose figures they are."""
        assert self.viewer.partnership_id is not None  # noqa: S101 - whoever makes a pack has one
        return self.viewer.partnership_id

    @property
    def trend(self) -> tuple[Month, ...]:
        """The twelve months that end with the period."""
        last = Month.of(self.days.last)
        return tuple(last.plus(-place) for place in reversed(range(YEAR_MONTHS)))

    @property
    def compared(self) -> Sequence[tuple[str, Days]]:
        """The periods that stand side by side, with their names: this one, the one before, and a year ago.

        Of a year its quarters, too.
        """
        months = len(months_within(self.days))
        before = _shifted(self.days, -months)
        if months >= YEAR_MONTHS:
            quarters = [_quarter(self.days, place) for place in range(months // QUARTER_MONTHS)]
            return [(period_words(days), days) for days in (self.days, before, *quarters)]
        return [(period_words(days), days) for days in (self.days, before, _shifted(self.days, -YEAR_MONTHS))]

    def values(
        self, ids: Iterable[str], days: Days | None = None, by: Breakdown | None = None, of: Of | None = None
    ) -> dict[Of, Row]:
        """The measures of a period, this one where none is named, in rows."""
        return measures.values(self.viewer, ids, days or self.days, by, of or Of(), self.counts)

    def series(self, ids: Iterable[str], of: Of | None = None) -> dict[str, Series]:
        """The measures over the twelve months that end with the period."""
        return measures.several_series(self.viewer, ids, self.trend, of or Of(), self.counts)


def figure(measure: Measure, value: Value | None) -> PaperFigure | None:
    """Return a value as a table's cell; None where it does not apply."""
    if value is None:
        return None
    if value.is_withheld:
        return PaperFigure(in_words(measure, value), part=value.part, whole=value.whole, is_withheld=True)
    whole = value.whole if measure.whole else None
    return PaperFigure(in_words(measure, value), amount(measure, value), value.part, whole)


def _shifted(days: Days, months: int) -> Days:
    return Days(add_months(days.first, months), add_months(days.last + timedelta(days=1), months) - timedelta(days=1))


def _quarter(days: Days, place: int) -> Days:
    first = add_months(days.first, QUARTER_MONTHS * place)
    return Days(first, add_months(first, QUARTER_MONTHS) - timedelta(days=1))
