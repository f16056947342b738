"""The matrix's lines about rooms of the figures, measures and saved views."""

from __future__ import annotations

from tests.access.filling import Filling, filling
from tests.access.who import BOARD, CHAIRS, LEADS, Route, open_to, place, rows

READERS = BOARD | LEADS | {"manager", "sector_lead"}
SAVERS = READERS | CHAIRS
SEES_MEETINGS = CHAIRS | {"manager", "coordinator"}
VIEW = rows(SAVERS, {"board": place({"board"}), "lead": place({"gp.lead"}), "chair": place({"chair"})})
OPENED = rows(
    SAVERS,
    {
        "board": place({"board"}, answer=(303,)),
        "lead": place({"gp.lead"}, answer=(303,)),
        "chair": place({"chair"}, answer=(303,)),
    },
)
_MEASURE = "/figures/measures/<measure_id>"
_OWN = "/figures/own/<measure_id>"
_VIEW = "/figures/views/<int:view_id>"
NEW_VIEW = "/figures/views/new"

ROOM_ROUTES: dict[str, dict[str, Route]] = {
    "/figures/room": {"GET": open_to(READERS)},
    # A lead's own room has no lines.
    "/figures/room/lines.svg": {"GET": open_to(READERS - LEADS)},
    "/figures/triggers": {"GET": open_to(READERS)},
    "/figures/week": {"GET": open_to(SEES_MEETINGS)},
    "/figures/own": {"GET": open_to(CHAIRS)},
    # A measure of that name there is not; tests/pages/test_measures.py opens those that there are.
    _OWN: {"GET": open_to(CHAIRS, (404,))},
    f"{_OWN}/rows": {"GET": open_to(CHAIRS, (404,))},
    f"{_OWN}/run.svg": {"GET": open_to(CHAIRS, (404,))},
    "/figures/measures": {"GET": open_to(READERS)},
    _MEASURE: {"GET": open_to(READERS, (404,))},
    f"{_MEASURE}/rows": {"GET": open_to(READERS, (404,))},
    "/figures/views": {"GET": open_to(SAVERS)},
    NEW_VIEW: {"GET": open_to(SAVERS), "POST": open_to(SAVERS)},
    _VIEW: {"GET": OPENED},
    f"{_VIEW}/change": {"GET": VIEW, "POST": VIEW},
    f"{_VIEW}/remove": {"POST": VIEW},
}

ROOM_FILLINGS: dict[str | tuple[str, str], Filling] = {
    NEW_VIEW: filling(address="/figures/room", name="Police at reviews")
}
