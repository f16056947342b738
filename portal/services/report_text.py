"""A report's answers: how its row keeps them, and how they are read."""

from __future__ import annotations

from portal.domain.labels import label
from portal.domain.reports import ReportText
from portal.domain.vocabulary import AbuseCategory, ThresholdView
from portal.models.reports import Report


def text_of(report: Report) -> ReportText:
    """What a stored report says."""
    return ReportText(
        involvement=report.involvement,
        strengths=report.strengths,
        worries=report.worries,
        threshold_view=ThresholdView(report.threshold_view) if report.threshold_view else None,
        threshold_reason=report.threshold_reason,
        category_views=tuple(AbuseCategory(value) for value in report.category_views.split(",") if value),
    )


def words_of(text: ReportText) -> dict[str, str]:
    """A report's answers by field, as they are read."""
    return {
        "involvement": text.involvement,
        "strengths": text.strengths,
        "worries": text.worries,
        "threshold_view": label(text.threshold_view) if text.threshold_view else "",
        "threshold_reason": text.threshold_reason,
        "category_views": ", ".join(label(category) for category in text.category_views),
    }


def write_text(report: Report, text: ReportText) -> None:
    """Keep what was written."""
    report.involvement = text.involvement
    report.strengths = text.strengths
    report.worries = text.worries
    report.threshold_view = text.threshold_view.value if text.threshold_view else ""
    report.threshold_reason = text.threshold_reason
    report.category_views = ",".join(category.value for category in text.category_views)
