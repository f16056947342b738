"""The matrix's lines about opening, moving and cancelling meetings, and about who knows a child."""

from __future__ import annotations

from tests.access.who import AGENCIES, CHAIRS, ELSEWHERE, Route, only_at, open_to, place, rows, seen_by
from tests.world_plans import PLANS

SEEN = seen_by()
PLANNER = frozenset({"coordinator"})
OWN_PLACES = {key: frozenset(name for name in names if "." in name) for key, names in SEEN.items()}

# A meeting that was held or cancelled stands.
MOVING = rows(PLANNER, only_at({"initial", "review", "core_group"}, {plan.key: PLANNER for plan in PLANS}))
# The rules have core groups held in a row, after an initial conference and after each other.
SERIES = rows(PLANNER, only_at({"initial", "past_initial", "core_group"}, {plan.key: PLANNER for plan in PLANS}))
DAYS = rows(AGENCIES | CHAIRS | {"manager", "coordinator"}, {key: place(names) for key, names in SEEN.items()})
# Only social care had answered before the review was moved; all others are told that nobody asks.
CONFIRMING = rows(
    AGENCIES,
    {
        **{key: place(own, answer=ELSEWHERE) for key, own in OWN_PLACES.items() if key != "review"},
        "review": place(OWN_PLACES["review"], answer=(200, *ELSEWHERE)),
    },
)
KNOWN = rows(PLANNER, {str(number): place(PLANNER) for number in (1, 2, 4)})
ENDING = rows(
    PLANNER,
    {
        "2/other_gp": place(PLANNER),
        "2/school": place(PLANNER),
        "1/gp": place((), refused=PLANNER),  # it has ended
    },
)

_MEETING = "/meetings/<int:meeting_id>"
_AGENCIES = "/cases/<int:case_id>/agencies"

SCHEDULING_ROUTES: dict[str, dict[str, Route]] = {
    "/meetings/new": {"GET": open_to(PLANNER), "POST": open_to(PLANNER)},
    f"{_MEETING}/move": {"GET": MOVING, "POST": MOVING},
    f"{_MEETING}/cancel": {"GET": MOVING, "POST": MOVING},
    f"{_MEETING}/chair": {"GET": MOVING, "POST": MOVING},
    f"{_MEETING}/series": {"GET": SERIES, "POST": SERIES},
    f"{_MEETING}/days": {"GET": DAYS},
    f"{_MEETING}/confirm-answer": {"GET": CONFIRMING, "POST": CONFIRMING},
    _AGENCIES: {"GET": KNOWN, "POST": KNOWN},
    f"{_AGENCIES}/<int:involvement_id>/end": {"GET": ENDING, "POST": ENDING},
}
