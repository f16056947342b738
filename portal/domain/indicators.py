"""The figures: each indicator defined once, for the export, the pages and their definitions (contract)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Over(StrEnum):
    """What an indicator is counted over."""

    INVITATIONS = "invitations"
    MEETINGS = "meetings"
    STRATEGY_MEETINGS = "strategy_meetings"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: a count or, where it has a numerator and denominator, a percentage of two counts."""

    id: str
    title: str
    description: str
    over: Over
    numerator: str | None = None
    denominator: str | None = None
    exported: bool = True

    @property
    def is_rate(self) -> bool:
        """Say whether the figure is a percentage."""
        return self.numerator is not None


def _count(id_: str, title: str, description: str, over: Over, *, exported: bool = True) -> list[Indicator]:
    """Return a count that is the numerator of no rate."""
    return [Indicator(id_, title, description, over, exported=exported)]


_WHOLES = {
    (Over.MEETINGS, "due_day_known"): "the meetings whose due day is known",
    (Over.STRATEGY_MEETINGS, "meetings"): "strategy meetings",
}


def _share(
    id_: str, title: str, description: str, over: Over, *, of: str, rate_id: str = "", rate_title: str = ""
) -> list[Indicator]:
    """Return a count and, beside it, its percentage of another count."""
    whole = _WHOLES.get((over, of), of.replace("_", " "))
    percentage = f"{title}, as a percentage of {whole}."
    rate_id = rate_id or f"{id_}_rate"
    return [
        Indicator(id_, title, description, over),
        Indicator(rate_id, rate_title or title, percentage, over, numerator=id_, denominator=of),
    ]


def _invitation_indicators() -> list[Indicator]:
    """Return the figures over agencies' invitations."""
    over = Over.INVITATIONS
    return [
        *_count(
            "expected",
            "Expected",
            "Invitations, to meetings that took place, of agencies that were expected to come.",
            over,
        ),
        *_share(
            "attended",
            "Attended",
            "Of those expected, how many were there: in person, by video, by telephone, through a deputy, or "
            "for part of the meeting.",
            over,
            of="expected",
            rate_id="attendance_rate",
            rate_title="Attendance",
        ),
        *_count(
            "reports_due",
            "Reports due",
            "Invitations of agencies that were expected to come or to report, and had a day to report by.",
            over,
        ),
        *_share(
            "reports_received",
            "Reports received",
            "Of the reports due, how many came at all.",
            over,
            of="reports_due",
            rate_id="report_rate",
            rate_title="Reports",
        ),
        *_share(
            "reports_on_time",
            "Reports on time",
            "Of the reports due, how many came on or before their due day.",
            over,
            of="reports_due",
            rate_id="on_time_rate",
            rate_title="On time",
        ),
        *_share(
            "reports_before_meeting",
            "Reports before the meeting",
            "Of the reports due, how many came on or before the day the meeting was held.",
            over,
            of="reports_due",
            rate_id="before_meeting_rate",
            rate_title="Before the meeting",
        ),
        *_count("absent", "Absent", "Of those expected, how many were not there.", over),
        *_share(
            "absent_with_report",
            "Absent with a report",
            "Of those absent, how many sent a report on any day.",
            over,
            of="absent",
            rate_title="Report when absent",
        ),
        *_count(
            "consulted",
            "Consulted",
            "Of those absent, how many were asked for their view on a known day.",
            over,
        ),
        *_count(
            "reports_shared_with_family",
            "Reports shared with the family",
            "Of the reports due, how many came and were shared with the family on a known day.",
            over,
        ),
    ]


def _meeting_indicators() -> list[Indicator]:
    """Return the figures over the meetings themselves, each counted once."""
    over = Over.MEETINGS
    return [
        *_count(
            "meetings",
            "Meetings",
            "Meetings held in the period, with those that opened but could not go ahead.",
            over,
        ),
        *_share(
            "quorate",
            "Quorate",
            "Meetings at which those there, expected or not, satisfied the partnership’s rule. Empty where no "
            "rule asks for a quorum.",
            over,
            of="meetings",
        ),
        *_count(
            "due_day_known",
            "Meetings with a due day",
            "Meetings for which the day they were due by is known.",
            over,
            exported=False,
        ),
        *_share(
            "in_time",
            "In time",
            "Of the meetings whose due day is known, how many were held by then.",
            over,
            of="due_day_known",
        ),
    ]


def _strategy_indicators() -> list[Indicator]:
    """Return the figures that only strategy meetings have."""
    over = Over.STRATEGY_MEETINGS
    return [
        *_share(
            "all_core_agencies",
            "All core agencies",
            "Strategy meetings with social care, police and a health agency there.",
            over,
            of="meetings",
        ),
        *_share(
            "all_expected_agencies",
            "All expected agencies",
            "Strategy meetings to which at least one agency was expected, and every one expected came.",
            over,
            of="meetings",
        ),
        *_share(
            "group_meetings",
            "Group meetings",
            "Strategy meetings of three or more agency types, held otherwise than by telephone.",
            over,
            of="meetings",
        ),
        *_share(
            "telephone_only",
            "Telephone only",
            "Strategy meetings held by telephone.",
            over,
            of="meetings",
        ),
        *_share(
            "interim_safety_plan",
            "Interim safety plan",
            "Strategy meetings that recorded a clear interim safety plan.",
            over,
            of="meetings",
        ),
    ]


_TABLE = (*_invitation_indicators(), *_meeting_indicators(), *_strategy_indicators())

INDICATORS: Mapping[str, Indicator] = {indicator.id: indicator for indicator in _TABLE}
"""Every indicator by its id, in the contract's order; `due_day_known` serves a rate and is not exported."""

BY = ("agency_type", "meeting_type", "month")
"""What figures can be broken down by."""


def check_by(by: Sequence[str]) -> None:
    """Raise ValueError, with a sentence, for a breakdown that does not exist or stands twice."""
    for column in by:
        if column not in BY:
            raise ValueError(f"Figures cannot be broken down by {column}: choose from {', '.join(BY)}.")
        if by.count(column) > 1:
            raise ValueError(f"Name {column} only once.")


def counts_meetings(by: Sequence[str]) -> bool:
    """Say whether a breakdown shows the figures of the meetings themselves: by type, with or without month."""
    return "meeting_type" in by and "agency_type" not in by


def columns(by: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of an export in the contract's order; raises ValueError as `check_by` does."""
    check_by(by)
    return (*by, *(indicator.id for indicator in shown(by)))


def shown(by: Sequence[str]) -> tuple[Indicator, ...]:
    """Return the indicators that a breakdown shows."""
    meetings = counts_meetings(by)
    return tuple(
        indicator for indicator in _TABLE if indicator.exported and (meetings or indicator.over == Over.INVITATIONS)
    )


def rate(numerator: int, denominator: int) -> Decimal | None:
    """Return a percentage with one decimal, halves rounded up; None where there is nothing to divide by."""
    if numerator < 0 or denominator < 0:
        raise ValueError("Counts are never negative.")
    if denominator == 0:
        return None
    # Whole numbers alone: half of a tenth is exact, as it would not be in binary fractions.
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    return Decimal(tenths).scaleb(-1)


def with_rates(counts: Mapping[str, int | None]) -> dict[str, int | Decimal | None]:
    """Return the counts with every rate whose numerator and denominator are among them, in column order.

    A count that is None (it does not apply) makes its rates None.
    """
    figures: dict[str, int | Decimal | None] = {}
    for indicator in _TABLE:
        if indicator.numerator is None or indicator.denominator is None:
            if indicator.id in counts:
                figures[indicator.id] = counts[indicator.id]
        elif indicator.numerator in counts and indicator.denominator in counts:
            part, whole = counts[indicator.numerator], counts[indicator.denominator]
            figures[indicator.id] = None if part is None or whole is None else rate(part, whole)
    return figures


def hide_small(count: int, limit: int) -> bool:
    """Say whether pages hide a count: 1 up to the limit could point at a family, 0 points at nobody."""
    return 1 <= count <= limit
