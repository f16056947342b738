"""An agency's report: what it says, how long it may be, and what must be answered before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.vocabulary import AbuseCategory, ThresholdView

TEXT_LIMIT = 10_000
REASON_LIMIT = 4_000

LIMITS = {
    "involvement": TEXT_LIMIT,
    "strengths": TEXT_LIMIT,
    "worries": TEXT_LIMIT,
    "threshold_reason": REASON_LIMIT,
}
"""How many characters each text may have."""


@dataclass(frozen=True, slots=True)
class ReportText:
    """What an agency writes; anything may be empty in a draft. Categories stand in the vocabulary's order."""

    involvement: str = ""
    strengths: str = ""
    worries: str = ""
    threshold_view: ThresholdView | None = None
    threshold_reason: str = ""
    category_views: tuple[AbuseCategory, ...] = ()


_TO_ANSWER = {
    "involvement": "Say how your agency knows the child and family",
    "strengths": "Say what is going well, or that you know of nothing",
    "worries": "Say what you are worried about, or that you have no worries",
    "threshold_view": "Choose whether you think a child protection plan is needed",
    "threshold_reason": "Say why you think so",
}


def too_long(text: ReportText) -> dict[str, str]:
    """Return, by field, what to do about each text that is longer than it may be."""
    return {
        field: f"Shorten this to {limit:,} characters or fewer. It has {length:,} now"
        for field, limit in LIMITS.items()
        if (length := len(getattr(text, field))) > limit
    }


def unanswered(text: ReportText) -> dict[str, str]:
    """Return, by field, what is still to be answered before the report can be sent.

    A category is asked for only by those who think that a plan is needed.
    """
    found = {
        field: words
        for field, words in _TO_ANSWER.items()
        if not (value := getattr(text, field)) or (isinstance(value, str) and not value.strip())
    }
    if text.threshold_view is ThresholdView.PLAN_NEEDED and not text.category_views:
        found["category_views"] = "Choose at least one category for the plan"
    return found


def put_together(mine: ReportText, theirs: ReportText) -> ReportText:
    """Return one report of two people's: of each text theirs, then mine; both's ticks; a view where they agree."""

    def both(first: str, second: str) -> str:
        return first if first == second else "\n\n".join(part for part in (first, second) if part)

    return ReportText(
        involvement=both(theirs.involvement, mine.involvement),
        strengths=both(theirs.strengths, mine.strengths),
        worries=both(theirs.worries, mine.worries),
        threshold_view=mine.threshold_view if mine.threshold_view is theirs.threshold_view else None,
        threshold_reason=both(theirs.threshold_reason, mine.threshold_reason),
        category_views=tuple(
            category for category in AbuseCategory if category in mine.category_views + theirs.category_views
        ),
    )
