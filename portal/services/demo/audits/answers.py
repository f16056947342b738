"""How invented agencies answer: a level for each, some questions harder than others, some answers given beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from portal.domain.ratings import Scale

HARDER: Mapping[str, float] = {
    "lead-time-and-support": 0.3,
    "filtering-and-monitoring": 0.25,
    "monitoring-alerts": 0.3,
    "low-level-concerns": 0.2,
    "modern-slavery": 0.35,
    "harmful-sexual-behaviour": 0.3,
    "training-makes-a-difference": 0.35,
    "conference-attendance": 0.2,
    "work-placements": 0.25,
    "domestic-abuse-notices": 0.2,
    "equality": 0.25,
    "training-impact": 0.4,
    "audit-of-practice": 0.2,
    "design-with-children": 0.35,
    "supervision": 0.2,
    "disproportionality": 0.4,
    "adultification": 0.35,
    "transition-to-adulthood": 0.35,
    "sexual-and-criminal-exploitation": 0.25,
}
"""How much less often than others a question is answered well."""

BEST = 0.6
"""Of the answers on a scale with two good points, how many say the better one."""

NOT_AT_ALL = 0.12
"""Of the answers that are not good, how many say that nothing is in place."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an agency answers: how often well, and `fixed` ratings by the question's code."""

    level: float = 0.9
    fixed: Mapping[str, str] = field(default_factory=dict)

    def rating(self, code: str, scale: Scale, chance: Random) -> str:
        """The rating that it gives to a question."""
        well, how_well = chance.random(), chance.random()
        if code in self.fixed:
            return self.fixed[code]
        good = [point.code for point in scale.points if scale.is_good(point.code)]
        weak = [point.code for point in scale.points if scale.is_weak(point.code)]
        if well < self.level - HARDER.get(code, 0):
            return good[-1] if how_well < BEST else good[0]
        return weak[0] if how_well < NOT_AT_ALL else weak[-1]
