"""The matrix's lines about packs of figures."""

from __future__ import annotations

from tests.access.filling import Filling, raw
from tests.access.who import BOARD, Route, open_to, place, rows

READERS = BOARD | {"manager"}
"""Not a sector lead: a pack has the figures of every sector."""
MAKERS = frozenset({"business_manager", "manager"})
MANAGER = frozenset({"manager"})

SHOWN = {
    "board": place(READERS),
    "failed": place(READERS),
    "dataset": place(MANAGER),
    "child_lists": place(MANAGER),
}
_PACK = "/packs/<int:pack_id>"

PACK_ROUTES: dict[str, dict[str, Route]] = {
    "/packs": {"GET": open_to(READERS), "POST": open_to(MAKERS)},
    _PACK: {"GET": rows(READERS, SHOWN)},
    # Sent to one that was made, it changes nothing and says so.
    f"{_PACK}/again": {"POST": rows(MAKERS, {"failed": place(MAKERS), "dataset": place(MANAGER)})},
    f"{_PACK}/delete": {
        "POST": rows(
            MAKERS,
            {
                "board": place(MAKERS),
                "dataset": place(MANAGER),
                "child_lists": place(MANAGER),
                "failed": place((), refused=MAKERS),
            },
        )
    },
    f"{_PACK}/pack.pdf": {"GET": rows(READERS, {**dict.fromkeys(SHOWN, place(())), "board": place(READERS)})},
    f"{_PACK}/pack.xlsx": {
        "GET": rows(
            READERS, {**dict.fromkeys(SHOWN, place(())), "board": place(READERS), "child_lists": place(MANAGER)}
        )
    },
    f"{_PACK}/pack.zip": {
        "GET": rows(READERS, {**dict.fromkeys(SHOWN, place(())), "board": place(READERS), "dataset": place(MANAGER)})
    },
}

PACK_FILLINGS: dict[str | tuple[str, str], Filling] = {
    "/packs": raw(kind="board", quarter=20261, newest=0),
    f"{_PACK}/again": raw(version=1),
    f"{_PACK}/delete": raw(version=1),
}
