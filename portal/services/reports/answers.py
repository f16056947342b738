"""A report's answers as its rows hold them: of the report itself, and of each addendum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.models.reports import REPORT_ITSELF, Report, ReportAnswer


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer, by whom and when; `is_carried` where nobody who writes has confirmed it."""

    value: str
    is_carried: bool
    saved_at: datetime
    saved_by_id: int
    saved_by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All answers of one report: of itself, and by the number of each addendum what that says."""

    base: Mapping[str, Kept] = field(default_factory=dict)
    addenda: Mapping[int, Mapping[str, Kept]] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, str]:
        """What the report itself says, by code; what is empty is left out."""
        return texts_of(self.base)

    def said_by(self, numbers: set[int]) -> dict[int, dict[str, str]]:
        """What some of the addenda say, empty text where they take something back."""
        return {
            number: {code: kept.value for code, kept in answers.items()}
            for number, answers in self.addenda.items()
            if number in numbers
        }


def read_sheet(session: Session, report: Report | None) -> Sheet:
    """The answers of a report that the caller has found visible, by one query."""
    if report is None:
        return Sheet()
    papers: dict[int, dict[str, Kept]] = {}
    rows = session.scalars(
        select(ReportAnswer)
        .where(ReportAnswer.report_id == report.id)
        .order_by(ReportAnswer.id)
        .options(joinedload(ReportAnswer.saved_by))
    )
    for row in rows:
        kept = Kept(row.value, row.is_carried, row.saved_at, row.saved_by_id, row.saved_by.name)
        papers.setdefault(row.addendum, {})[row.code] = kept
    base = papers.pop(REPORT_ITSELF, {})
    return Sheet(base, papers)


def texts_of(answers: Mapping[str, Kept]) -> dict[str, str]:
    """Answers by code, without what is empty."""
    return {code: kept.value for code, kept in answers.items() if kept.value}
