"""The matrix's lines about quoracy foreseen, and about registers that are opened again."""

from __future__ import annotations

from tests.access.who import CHAIRS, Route, only_at, place, rows, seen_by
from tests.world_plans import PLANS

KEEPERS = CHAIRS | {"coordinator"}
CORRECTORS = CHAIRS | {"manager"}

_KEPT_BY = {plan.key: frozenset({plan.chair, "coordinator"} if plan.chair else {"coordinator"}) for plan in PLANS}
# Whoever keeps a meeting may look at its quorum at any time; of one that is over the page says so.
QUORACY = rows(KEEPERS, {key: place(keepers) for key, keepers in _KEPT_BY.items()})
# Only what was closed is opened again.
REOPENING = rows(
    CORRECTORS,
    only_at({"strategy", "past_initial"}, {key: who & CORRECTORS for key, who in seen_by().items()}),
)

QUORACY_ROUTES: dict[str, dict[str, Route]] = {
    "/meetings/<int:meeting_id>/quoracy": {"GET": QUORACY, "POST": QUORACY},
    "/meetings/<int:meeting_id>/register/reopen": {"GET": REOPENING, "POST": REOPENING},
}
