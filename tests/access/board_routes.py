"""The matrix's lines about the board's own meetings, and about the kinds of meetings."""

from __future__ import annotations

from tests.access.who import BOARD, Route, open_to, place, rows

READERS = BOARD | {"manager", "sector_lead"}
KEEPER = frozenset({"business_manager"})
KIND_READERS = frozenset({"business_manager", "scrutineer", "coordinator", "manager"})

GROUP = rows(READERS, {"board": place(READERS)})
KEPT_GROUP = rows(KEEPER, {"board": place(KEEPER)})
KEPT_MEMBER = rows(KEEPER, {"chair": place(KEEPER), "police": place(KEEPER)})
MEETING = rows(READERS, {key: place(READERS) for key in ("planned", "due", "held")})
# A meeting that is over is corrected, not changed; one that is to come has nobody to record.
CHANGED = rows(KEEPER, {"planned": place(KEEPER), "due": place(KEEPER), "held": place((), refused=KEEPER)})
RECORDED = rows(
    KEEPER,
    {"due": place(KEEPER), "planned": place((), refused=KEEPER), "held": place((), refused=KEEPER)},
)
CORRECTED = rows(KEEPER, {"held": place(KEEPER), "due": place((), refused=KEEPER)})

KIND = rows(KIND_READERS, {"strategy_meeting": place(KIND_READERS), "mase": place(KIND_READERS)})
KEPT_KIND = rows(KEEPER, {"strategy_meeting": place(KEEPER), "mase": place(KEEPER)})
# Figures know the four first kinds by their codes.
RETIRED_KIND = rows(KEEPER, {"mase": place(KEEPER), "strategy_meeting": place((), refused=KEEPER)})

_GROUP = "/board/groups/<int:group_id>"
_MEETING = "/board/meetings/<int:board_meeting_id>"
_KIND = "/meeting-kinds/<int:kind_id>"

BOARD_ROUTES: dict[str, dict[str, Route]] = {
    "/board": {"GET": open_to(READERS)},
    "/board/groups/new": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    _GROUP: {"GET": GROUP},
    f"{_GROUP}/change": {"GET": KEPT_GROUP, "POST": KEPT_GROUP},
    f"{_GROUP}/members/new": {"GET": KEPT_GROUP, "POST": KEPT_GROUP},
    f"{_GROUP}/meetings/new": {"GET": KEPT_GROUP, "POST": KEPT_GROUP},
    "/board/members/<int:member_id>": {"GET": KEPT_MEMBER, "POST": KEPT_MEMBER},
    _MEETING: {"GET": MEETING},
    f"{_MEETING}/change": {"GET": CHANGED, "POST": CHANGED},
    f"{_MEETING}/cancel": {"GET": CHANGED, "POST": CHANGED},
    f"{_MEETING}/attendance": {"GET": RECORDED, "POST": RECORDED},
    f"{_MEETING}/correct": {"GET": CORRECTED, "POST": CORRECTED},
}

KIND_ROUTES: dict[str, dict[str, Route]] = {
    "/meeting-kinds": {"GET": open_to(KIND_READERS)},
    "/meeting-kinds/new": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    _KIND: {"GET": KIND},
    f"{_KIND}/change": {"GET": KEPT_KIND, "POST": KEPT_KIND},
    f"{_KIND}/rules": {"GET": KEPT_KIND, "POST": KEPT_KIND},
    f"{_KIND}/retire": {"GET": RETIRED_KIND, "POST": RETIRED_KIND},
    f"{_KIND}/bring-back": {"POST": KEPT_KIND},
}
