"""The matrix's lines about the improvement plan."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from portal.services.improvement.files import look_at
from tests.access.filling import Filling, day, filling, raw
from tests.access.who import AGENCIES, BOARD, CHAIRS, Route, open_to, place, rows
from tests.world import World, viewer_of
from tests.world_improvement import LEADS, READERS

KEEPER = frozenset({"business_manager"})
UPDATERS = AGENCIES | CHAIRS | BOARD | {"sector_lead", "manager"}
SEEN = {key: READERS | leads for key, leads in LEADS.items()}
# Whoever looks on is told that it is not theirs to speak for; the scrutineer too.
SPEAKS = {
    key: place(KEEPER | LEADS[key], refused=SEEN[key] - KEEPER - LEADS[key]) for key in ("day", "monthly", "review")
}
NO_MORE = place((), refused=SEEN["done"])

_ACTION = "/improvement/actions/<int:improvement_id>"
_TURN = f"{_ACTION}/turns/<int:begins>"
ONE_ACTION = rows(UPDATERS, {key: place(who) for key, who in SEEN.items()})
SPEAKING = rows(UPDATERS, {**SPEAKS, "done": NO_MORE})
OPEN_ONES = {key: place(KEEPER) for key in ("day", "monthly", "review")}
KEEPING = rows(KEEPER, {**OPEN_ONES, "done": place((), refused=KEEPER)})

IMPROVEMENT_ROUTES: dict[str, dict[str, Route]] = {
    "/improvement": {"GET": open_to(UPDATERS)},
    "/improvement/month": {"GET": open_to(READERS)},
    "/improvement/month-end": {"GET": open_to(KEEPER)},
    "/improvement/month-end/close": {"POST": open_to(KEEPER)},
    "/improvement/import": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    "/improvement/import/take": {"POST": open_to(KEEPER)},
    "/improvement/areas/new": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    "/improvement/areas/<int:area_id>": {
        "GET": rows(KEEPER, {"first": place(KEEPER)}),
        "POST": rows(KEEPER, {"first": place(KEEPER)}),
    },
    "/improvement/actions/new": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    # Whoever draws samples, of any of their partnership's.
    "/improvement/recommendations/<int:sample_id>": {
        method: rows({"manager"}, {"closed": place({"manager"})}) for method in ("GET", "POST")
    },
    _ACTION: {"GET": ONE_ACTION},
    f"{_ACTION}/update": {"GET": SPEAKING, "POST": rows(UPDATERS, SPEAKS)},
    f"{_ACTION}/complete": {"GET": SPEAKING, "POST": rows(UPDATERS, SPEAKS)},
    _TURN: {method: rows(UPDATERS, {"monthly": SPEAKS["monthly"]}) for method in ("GET", "POST")},
    f"{_TURN}/take-back": {method: rows(UPDATERS, {"ticked": SPEAKS["monthly"]}) for method in ("GET", "POST")},
    f"{_ACTION}/change": {"GET": KEEPING, "POST": KEEPING},
    f"{_ACTION}/measures": {"GET": KEEPING, "POST": KEEPING},
    f"{_ACTION}/no-change": {"POST": rows(KEEPER, OPEN_ONES)},
    f"{_ACTION}/stop": {"GET": KEEPING, "POST": rows(KEEPER, OPEN_ONES)},
    f"{_ACTION}/reopen": {
        "GET": rows(KEEPER, {"done": place(KEEPER), "day": place((), refused=KEEPER)}),
        "POST": rows(KEEPER, {"done": place(KEEPER)}),
    },
}

_FILE = "area_number,area,reference,action,leads,by_when\n7,Neglect,7.1,Train everybody,Head of Training,2026-12\n"
_FOLDER = TemporaryDirectory()


def _file() -> str:
    """By its path, because a client closes what it has sent."""
    path = Path(_FOLDER.name) / "plan.csv"
    path.write_text(_FILE, encoding="utf-8")
    return str(path)


def _digest(world: World) -> str:
    return look_at(viewer_of(world.person("a.business_manager")), _FILE.encode(), "plan.csv").digest


_NEW = {
    "area": lambda world: world.improvement_areas["a.first"],
    "reference": "1.9",
    "what": "Train everybody who takes referrals.",
    "leads": "Head of Training",
    "by_when": "day",
    **day("due_on", 30, 11, 2026),
}

IMPROVEMENT_FILLINGS: dict[str | tuple[str, str], Filling] = {
    "/improvement/month-end/close": filling(page="/improvement/month-end", note="All was looked at."),
    "/improvement/import": filling(file=lambda _world: (_file(), "plan.csv")),
    "/improvement/import/take": raw(name="plan.csv", content=_FILE, seen=_digest),
    "/improvement/areas/new": filling(title="Neglect"),
    "/improvement/areas/<int:area_id>": filling(title="Strategy meetings"),
    "/improvement/actions/new": filling(**_NEW),
    "/improvement/recommendations/<int:sample_id>": filling(**{**_NEW, "reference": "1.8"}),
    f"{_ACTION}/update": filling(rag="green", text="All is on course.", evidence="Minutes of May."),
    f"{_ACTION}/complete": filling(text="All were trained.", evidence="The register of the training."),
    _TURN: filling(evidence="Done on 5 June, minuted."),
    f"{_ACTION}/change": filling(what="Train everybody."),
    f"{_ACTION}/measures": filling(measure_1="attendance"),
    f"{_ACTION}/no-change": raw(month=202605, version=1, text="Waits for the new contract"),
    f"{_ACTION}/stop": filling(text="Another team does it."),
    f"{_ACTION}/reopen": filling(text="It was not done everywhere."),
}
