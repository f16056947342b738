"""The matrix's lines about actions, child protection plans and midway checks."""

from __future__ import annotations

from tests.access.who import (
    AGENCIES,
    BOARD,
    CHAIRS,
    LEADS,
    Route,
    open_to,
    place,
    rows,
    seen_by,
)
from tests.world_plans import PLANS

PANELS = BOARD | {"sector_lead"}
RUN_MEETINGS = CHAIRS | {"manager", "coordinator"}
RECORDERS = CHAIRS | {"coordinator"}
SEEN = seen_by()
KEPT_BY = {plan.key: frozenset({plan.chair, "coordinator"} if plan.chair else {"coordinator"}) for plan in PLANS}

WHO_SEES = {
    "gp": {"gp.lead", "gp.practitioner"} | PANELS,
    "social_care": {"social_care.lead"} | BOARD,
    "strategy_gp": SEEN["strategy"],
    "strategy_police": SEEN["strategy"],
}
WORKS_ON = {"gp": {"gp.lead", "gp.practitioner"}, "strategy_gp": {"gp.lead", "gp.practitioner"}}
CHECKS = {"social_care": {"business_manager"}, "strategy_police": {"chair"}}

ONE_ACTION = rows(AGENCIES | PANELS | RUN_MEETINGS, {key: place(who) for key, who in WHO_SEES.items()})
# What was said to be done waits for its check: its owner can say nothing more, and nobody else ever could.
ACTION_WORK = rows(
    AGENCIES,
    {
        key: place(WORKS_ON.get(key, ()), refused=(who & AGENCIES) - frozenset(WORKS_ON.get(key, ())))
        for key, who in WHO_SEES.items()
    },
)
ACTION_CHECK = rows(
    AGENCIES | PANELS | RUN_MEETINGS,
    {
        key: place(CHECKS.get(key, ()), refused=frozenset(who) - frozenset(CHECKS.get(key, ())))
        for key, who in WHO_SEES.items()
    },
)
OF_MEETING = rows(AGENCIES | RUN_MEETINGS, {key: place(who) for key, who in SEEN.items()})
# What a meeting asked for is written down from its day on, and never of one that was cancelled.
ADDING = rows(
    RECORDERS,
    {
        key: place(who) if key in {"initial", "strategy", "past_initial"} else place((), refused=who)
        for key, who in KEPT_BY.items()
    },
)
# Only conferences decide what goes into a plan.
CARRYING = rows(
    RECORDERS,
    {
        "initial": place(KEPT_BY["initial"]),
        "review": place(KEPT_BY["review"]),
        "past_initial": place(KEPT_BY["past_initial"]),
        "strategy": place(()),
        "core_group": place(()),
        "cancelled": place((), refused=KEPT_BY["cancelled"]),
    },
)
MIDWAY_SEEN = {"past_initial": place({"second_chair", "manager", "coordinator"}), "initial": place(())}
MIDWAY_MADE = {
    "past_initial": place({"second_chair", "manager"}, refused={"coordinator"}),
    # Nobody is asked for one before the conference was held: also not the coordinator, who makes none.
    "initial": place((), refused=()),
}

_ACTION = "/actions/<int:action_id>"
_MEETING = "/meetings/<int:meeting_id>"

PLAN_ROUTES: dict[str, dict[str, Route]] = {
    "/actions": {"GET": open_to(AGENCIES | PANELS | RUN_MEETINGS)},
    _ACTION: {"GET": ONE_ACTION},
    f"{_ACTION}/check": {"GET": ACTION_CHECK, "POST": ACTION_CHECK},
    f"{_ACTION}/done": {"GET": ACTION_WORK, "POST": ACTION_WORK},
    f"{_ACTION}/progress": {"GET": ACTION_WORK, "POST": ACTION_WORK},
    f"{_MEETING}/actions": {"GET": OF_MEETING},
    f"{_MEETING}/actions/new": {"GET": ADDING, "POST": ADDING},
    f"{_MEETING}/open-actions": {"GET": CARRYING, "POST": CARRYING},
    f"{_MEETING}/midway-check": {
        "GET": rows(RUN_MEETINGS, MIDWAY_SEEN),
        "POST": rows(RUN_MEETINGS, MIDWAY_MADE),
    },
    "/plans": {"GET": open_to(RUN_MEETINGS)},
    "/plans/panel": {"GET": open_to(RUN_MEETINGS)},
    "/plans/panel.csv": {"GET": open_to(RUN_MEETINGS)},
    "/plans/midway": {"GET": open_to(CHAIRS | {"manager"})},
    "/plans/figures": {"GET": open_to(LEADS | PANELS | {"manager"})},
}
