"""The matrix's lines about what agencies contest, and about months whose figures are frozen."""

from __future__ import annotations

from tests.access.who import (
    AGENCIES,
    BOARD,
    CHAIRS,
    ELSEWHERE,
    GIVEN,
    LEADS,
    POLICE,
    SCHOOL,
    Route,
    open_to,
    place,
    rows,
    seen_by,
)

READERS = BOARD | LEADS | {"manager", "sector_lead"}
SEES_MEETINGS = AGENCIES | CHAIRS | {"manager", "coordinator"}
OF_SCHOOL = SCHOOL | {"chair", "manager", "coordinator"}
OF_POLICE = POLICE | {"second_chair", "manager", "coordinator"}
OWN = {key: frozenset(name for name in names if "." in name) for key, names in seen_by().items()}

SHOWN = rows(SEES_MEETINGS, {"strategy": place(OF_SCHOOL), "past_initial": place(OF_POLICE)})
DECIDING = rows(
    {"coordinator"}, {"strategy": place({"coordinator"}), "past_initial": place({"coordinator"}, answer=ELSEWHERE)}
)
DECIDED = rows({"coordinator"}, {"strategy": place({"coordinator"}), "past_initial": place((), {"coordinator"})})
WITHDRAWING = rows(AGENCIES, {"strategy": place(SCHOOL), "past_initial": place(POLICE, answer=ELSEWHERE)})
WITHDRAWN = rows(AGENCIES, {"strategy": place(SCHOOL), "past_initial": place((), POLICE)})
# Whoever has contested already is led to that; at a cancelled meeting the page says why there is nothing to contest.
CONTESTING = rows(
    AGENCIES,
    {key: place(own, answer=GIVEN + ELSEWHERE if key == "strategy" else GIVEN) for key, own in OWN.items()},
)
# The same form for everybody of a place: only where the same is expected of all of them.
CONTESTED = rows(
    AGENCIES,
    {
        **{key: place(OWN[key]) for key in ("initial", "core_group", "past_initial")},
        "cancelled": place((), OWN["cancelled"]),
    },
)
HISTORY = rows(
    SEES_MEETINGS,
    {
        "initial/police": place(POLICE | {"chair", "manager", "coordinator"}),
        "past_initial/police": place(OF_POLICE),
        "strategy/school": place(OF_SCHOOL),
    },
)

_CONTEST = "/contests/<int:contest_id>"
_MEETING = "/meetings/<int:meeting_id>"

CONTEST_ROUTES: dict[str, dict[str, Route]] = {
    "/contests": {"GET": open_to(SEES_MEETINGS)},
    _CONTEST: {"GET": SHOWN},
    f"{_CONTEST}/decide": {"GET": DECIDING, "POST": DECIDED},
    f"{_CONTEST}/withdraw": {"GET": WITHDRAWING, "POST": WITHDRAWN},
    f"{_MEETING}/contest": {"GET": CONTESTING, "POST": CONTESTED},
    f"{_MEETING}/expectations/<int:invitation_id>/history": {"GET": HISTORY},
}

MONTH_ROUTES: dict[str, dict[str, Route]] = {
    "/figures/months": {"GET": open_to(READERS)},
    "/figures/month": {"GET": open_to(READERS)},
    "/figures/months/freeze": {"GET": open_to({"business_manager"}), "POST": open_to({"business_manager"})},
    # Without a month in the address it is the last one, which is not frozen: the page leads to the list.
    "/figures/months/correct": {
        "GET": open_to({"business_manager"}, ELSEWHERE),
        "POST": open_to({"business_manager"}),
    },
}
