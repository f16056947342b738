"""An agency's view at a conference: the threshold, the category, and whether it agrees with the decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.domain.outcome_vocabulary import Stance
from portal.domain.vocabulary import AbuseCategory, ThresholdView

REASON_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class ViewText:
    """What an agency says of one child; whether it agrees may come later than what it thinks."""

    threshold: ThresholdView | None = None
    categories: tuple[AbuseCategory, ...] = ()
    stance: Stance | None = None
    reason: str = ""


def faults(text: ViewText) -> dict[str, str]:
    """Return, by field, what is to be mended before a view can be kept."""
    found = {}
    if text.threshold is None:
        found["threshold"] = "Choose whether you think a child protection plan is needed"
    elif text.threshold is ThresholdView.PLAN_NEEDED and not text.categories:
        found["categories"] = "Choose at least one category"
    if text.stance is Stance.DISSENTS and not text.reason.strip():
        found["reason"] = "Say why you do not agree, because it goes into the record"
    if len(text.reason) > REASON_LIMIT:
        found["reason"] = f"Shorten this to {REASON_LIMIT:,} characters or fewer. It has {len(text.reason):,} now"
    return found


def settled(text: ViewText) -> ViewText:
    """Return a view without categories of a plan that the agency does not ask for."""
    kept = text.categories if text.threshold is ThresholdView.PLAN_NEEDED else ()
    return ViewText(text.threshold, kept, text.stance, text.reason)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many agencies agree, do not, and have not said."""

    agree: int
    dissent: int
    silent: int

    @property
    def is_consensus(self) -> bool:
        """Whether everybody who has a part has agreed."""
        return self.agree > 0 and not self.dissent and not self.silent

    @property
    def words(self) -> str:
        """In one line, such as "3 agree, 1 does not, 2 have not said"."""
        dissent = f"{self.dissent} does not" if self.dissent == 1 else f"{self.dissent} do not"
        silent = f"{self.silent} has not said" if self.silent == 1 else f"{self.silent} have not said"
        agree = f"{self.agree} agrees" if self.agree == 1 else f"{self.agree} agree"
        return f"{agree}, {dissent}, {silent}"


def agreement(stances: Iterable[Stance | None]) -> Agreement:
    """Count what the agencies say of a decision; None stands for one that has not said."""
    counted = list(stances)
    agree, dissent = counted.count(Stance.AGREES), counted.count(Stance.DISSENTS)
    return Agreement(agree, dissent, len(counted) - agree - dissent)
