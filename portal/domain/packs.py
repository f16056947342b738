"""Packs: what can be made of a period's figures in one click, for whom, and how far one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.quarters import Quarter
from portal.domain.working_days import add_months

QUARTER_MONTHS = 3
YEAR_MONTHS = 12
LIST_MONTHS = 6
"""How far back an inspector's child-level lists reach (Annex A, lists 5 and 7: the six months before)."""

OFFERED_QUARTERS = 8
"""Completed quarters on offer: two years."""


class PackKind(StrEnum):
    """What a pack is for."""

    BOARD = "board"
    ANNUAL = "annual"
    INSPECTION = "inspection"
    CHILD_LISTS = "child_lists"
    DATASET = "dataset"


class PackFormat(StrEnum):
    """A file of a pack; the value is the ending of its name."""

    PDF = "pdf"
    EXCEL = "xlsx"
    CSV = "zip"
    """Tables as text, one file each, in one folder."""


class PackState(StrEnum):
    """How far a pack is."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    DELETED = "deleted"
    """Its files are gone; that it was made, by whom, and who opened it stays."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of pack as people are told of it."""

    kind: PackKind
    title: str
    holds: str
    formats: tuple[PackFormat, ...]


_ALL = (PackFormat.PDF, PackFormat.EXCEL, PackFormat.CSV)

OFFERS: Mapping[PackKind, Offer] = {
    offer.kind: offer
    for offer in (
        Offer(
            PackKind.BOARD,
            "Quarterly board pack",
            "What needs attention, who came and who reported, how the meetings went, papers on time, child protection "
            "plans, escalations, audits, grades of practice, feedback and the improvement plan, with what each figure "
            "means.",
            _ALL,
        ),
        Offer(
            PackKind.ANNUAL,
            "Tables for the annual report",
            "The twelve months that end with the quarter: each figure for the year, and quarter by quarter.",
            _ALL,
        ),
        Offer(
            PackKind.INSPECTION,
            "Inspection pack",
            "Strategy meetings, conferences, attendance, escalations, audits and grades of practice, each with its "
            "definition and the day as at which it was counted.",
            _ALL,
        ),
        Offer(
            PackKind.DATASET,
            "Dataset for analysts",
            "Every figure by month, kind of agency and kind of meeting over the twelve months that end with the "
            "quarter, with a data dictionary.",
            _ALL,
        ),
        Offer(
            PackKind.CHILD_LISTS,
            "Child-level lists for an inspector",
            "Section 47 enquiries with their initial conferences, and child protection plans, child by child, in the "
            "columns of Annex A lists 5 and 7. As at today, for the six months before.",
            (PackFormat.EXCEL, PackFormat.CSV),
        ),
    )
}
"""Every kind of pack, in the order in which pages offer them."""

STATE_WORDS: Mapping[PackState, tuple[str, str]] = {
    PackState.WAITING: ("Waiting", "blue"),
    PackState.MAKING: ("Being made", "blue"),
    PackState.READY: ("Ready", "green"),
    PackState.FAILED: ("Not made", "red"),
    PackState.DELETED: ("Deleted", "grey"),
}
"""The word for each state, and its colour."""

FORMAT_WORDS: Mapping[PackFormat, str] = {
    PackFormat.PDF: "PDF",
    PackFormat.EXCEL: "Excel workbook",
    PackFormat.CSV: "CSV files in a zip",
}


def completed_quarters(today: date, count: int = OFFERED_QUARTERS) -> tuple[Quarter, ...]:
    """Return the calendar quarters that are over, the last one first."""
    this = Quarter.of(today)
    return tuple(this.plus(-place) for place in range(1, count + 1))


def days_of_pack(kind: PackKind, quarter: Quarter, today: date) -> Days:
    """Return the period that a pack covers: the quarter, the year that ends with it, or the months to today."""
    days = quarter.days
    if kind in (PackKind.ANNUAL, PackKind.DATASET):
        return Days(add_months(days.last + timedelta(days=1), -YEAR_MONTHS), days.last)
    if kind is PackKind.CHILD_LISTS:
        return Days(add_months(today, -LIST_MONTHS), today)
    return days


def period_words(days: Days) -> str:
    """Return a period of whole months in words, "January to March 2026"; other periods by their days."""
    first, last = Month.of(days.first), Month.of(days.last)
    if days.first != first.first or days.last != last.last:
        return f"{day_words(days.first)} to {day_words(days.last)}"
    if first == last:
        return first.words
    return f"{first.name if first.year == last.year else first.words} to {last.words}"


def day_words(day: date) -> str:
    """Return a day as documents write it: "3 June 2026"."""
    return f"{day.day} {day:%B %Y}"


def file_stem(kind: PackKind, days: Days) -> str:
    """Return what a pack's files are called, without their ending; nothing in it names anybody."""
    return f"{OFFERS[kind].title} {days.first:%Y-%m} to {days.last:%Y-%m}"
