"""Feedback by the month of the conference: answers that say the finding, of those that say yes or no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from portal.domain.feedback_vocabulary import Reply
from portal.domain.feedback_words import QUESTIONS
from portal.domain.months import Month
from portal.domain.protected_work import Counted
from portal.services.feedback.figures import counts
from portal.services.indicators.published import months_of_years
from portal.services.measures.asking import Asking

_COUNTED = {question.code: question.counted for asked in QUESTIONS.values() for question in asked}


def count_feedback(asking: Asking, years: Sequence[int]) -> Counted:
    """Count both kinds of conference together; by one query."""
    found: defaultdict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (code, month, _kind), replies in counts(
        asking.session, asking.partnership_id, months_of_years(years, asking.now)
    ).items():
        said = replies.yes if _COUNTED.get(code) is Reply.YES else replies.no
        found[month][f"{code}_said"] += said
        found[month][f"{code}_of"] += replies.yes + replies.no
    sums: dict[str, tuple[str, ...]] = {}
    for code in _COUNTED:
        sums[f"{code}_of"] = ()
        sums[f"{code}_said"] = (f"{code}_of",)
    return Counted(found, sums=sums)
