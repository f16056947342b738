"""The matrix's lines about feedback: cards and mailed links, figures, what was written, and the public pages."""

from __future__ import annotations

from tests.access.filling import Filling, raw
from tests.access.who import BOARD, CHAIRS, Route, open_to, place, public, rows
from tests.world_plans import PLANS

ASKERS = CHAIRS | {"manager", "coordinator"}
READERS = BOARD | CHAIRS | {"sector_lead", "manager"}
SEEN = {plan.key: frozenset(({plan.chair} if plan.chair else set()) | {"manager", "coordinator"}) for plan in PLANS}
ASKED = {"initial", "past_initial"}
"""Conferences whose day has come; of the others nobody is asked yet, or never."""

OF_MEETING = rows(ASKERS, {key: place(who) for key, who in SEEN.items()})
MAKING = rows(ASKERS, {key: place(who) if key in ASKED else place((), refused=who) for key, who in SEEN.items()})
CARD = rows(
    ASKERS,
    {
        "initial/family": place(SEEN["initial"]),
        "past_initial/professional": place(SEEN["past_initial"]),
    },
)

_OF_MEETING = "/meetings/<int:meeting_id>/feedback"
_CARD = "/f/<code>"

FEEDBACK_ROUTES: dict[str, dict[str, Route]] = {
    _OF_MEETING: {"GET": OF_MEETING, "POST": MAKING},
    f"{_OF_MEETING}/mail": {"GET": MAKING, "POST": MAKING},
    f"{_OF_MEETING}/<int:card_id>": {"GET": CARD},
    f"{_OF_MEETING}/<int:card_id>/end": {"POST": CARD},
    "/figures/feedback": {"GET": open_to(READERS)},
    "/figures/feedback/words": {"GET": open_to({"manager"})},
    # Without a side there is no such picture: test_feedback.py of the pages asks for those that there are.
    "/figures/feedback/<audience>.svg": {"GET": open_to(READERS, (404,))},
    # Without a code that was given out, all of them answer as for a card that never was.
    _CARD: {"GET": public(404)},
    f"{_CARD}/<language>": {"GET": public(404), "POST": public(404)},
    f"{_CARD}/<language>/thanks": {"GET": public(404)},
}

FEEDBACK_FILLINGS: dict[str | tuple[str, str], Filling] = {
    _OF_MEETING: raw(audience="professional"),
    f"{_OF_MEETING}/mail": raw(people="1"),
    f"{_OF_MEETING}/<int:card_id>/end": raw(),
}
