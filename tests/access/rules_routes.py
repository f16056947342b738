"""The matrix's lines about the rules of an area."""

from __future__ import annotations

from portal.domain.area_rules import RuleGroup
from tests.access.filling import Filling, filling, raw
from tests.access.who import BOARD, CHAIRS, ELSEWHERE, Route, open_to

READERS = BOARD | CHAIRS | {"manager", "coordinator"}
KEEPER = frozenset({"business_manager"})

RULES_ROUTES: dict[str, dict[str, Route]] = {
    "/rules": {"GET": open_to(READERS)},
    **{f"/rules/{group}/change": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)} for group in RuleGroup},
    **{f"/rules/{group}/keep": {"POST": open_to(KEEPER)} for group in RuleGroup},
    # Nothing is planned in the world: whoever asks is told so, and led back.
    **{f"/rules/{group}/withdraw": {"GET": open_to(KEEPER, ELSEWHERE), "POST": open_to(KEEPER)} for group in RuleGroup},
}

_TYPED: dict[RuleGroup, dict[str, str]] = {
    RuleGroup.GUIDANCE: {"edition": "Another edition"},
    RuleGroup.SMALL_NUMBERS: {"small_count_limit": "6"},
    RuleGroup.PLANS: {"plan_long_months": "10"},
    RuleGroup.CONTESTS: {"contest_working_days": "6"},
    RuleGroup.AUDITS: {"evidence_months": "12"},
    RuleGroup.NON_ATTENDANCE: {"days_1": "3"},
    RuleGroup.TRIGGERS: {"count_5": "4"},
    RuleGroup.DISAGREEMENTS: {"days_1": "3"},
    RuleGroup.ALERTS: {"whole": "19"},
    RuleGroup.OFFICE: {"closes": "18:00"},
}
RULES_FILLINGS: dict[str | tuple[str, str], Filling] = {
    **{f"/rules/{group}/keep": filling(page=f"/rules/{group}/change", **typed) for group, typed in _TYPED.items()},
    **{f"/rules/{group}/withdraw": raw(version=1) for group in RuleGroup},
}
