"""What a report must answer before it is sent, and how long it may be."""

from __future__ import annotations

import pytest

from portal.domain.reports import LIMITS, ReportText, too_long, unanswered
from portal.domain.vocabulary import AbuseCategory, ThresholdView

WHOLE = ReportText("Known since birth", "Warm home", "None", ThresholdView.UNSURE, "Too early to say")


def test_an_empty_report_lacks_every_answer_but_a_category():
    assert list(unanswered(ReportText())) == [
        "involvement",
        "strengths",
        "worries",
        "threshold_view",
        "threshold_reason",
    ]
    assert unanswered(WHOLE) == {}


def test_spaces_are_no_answer():
    assert list(unanswered(ReportText(" \n", "a", "a", ThresholdView.UNSURE, "a"))) == ["involvement"]


@pytest.mark.parametrize("view", ThresholdView)
def test_a_category_is_asked_for_only_where_a_plan_is_needed(view):
    text = ReportText("a", "b", "c", view, "d")
    assert ("category_views" in unanswered(text)) == (view is ThresholdView.PLAN_NEEDED)
    named = ReportText("a", "b", "c", view, "d", (AbuseCategory.NEGLECT,))
    assert unanswered(named) == {}


@pytest.mark.parametrize("field", LIMITS)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(field):
    limit = LIMITS[field]
    assert too_long(ReportText(**{field: "x" * limit})) == {}
    fault = too_long(ReportText(**{field: "x" * (limit + 1)}))
    assert list(fault) == [field]
    assert f"{limit:,} characters or fewer" in fault[field]
    assert f"{limit + 1:,} now" in fault[field]
