"""The matrix's lines about strategy records, meetings for named people only, and meetings about several families.

The record of p.strategy was signed once and is open to be amended (tests/world_strategy.py). No meeting of the world is
for named people only: what is seen of one, tests/services/test_named_people_leaks.py asks.
"""

from __future__ import annotations

from tests.access.who import (
    AGENCIES,
    CHAIRS,
    ELSEWHERE,
    GIVEN,
    POLICE,
    Route,
    open_to,
    place,
    rows,
    seen_by,
)

SEES_MEETINGS = AGENCIES | CHAIRS | {"manager", "coordinator"}
RECORDS = CHAIRS | {"coordinator"}
KEEPERS = frozenset({"chair", "coordinator"})
SEEN = seen_by()["strategy"]

READ = rows(SEES_MEETINGS, {"strategy": place(SEEN)})
VERSION = rows(SEES_MEETINGS, {"strategy/1": place(SEEN)})
QUESTION = rows(SEES_MEETINGS, {"strategy/threshold": place(KEEPERS, refused=SEEN - KEEPERS)})
# While it is amended, an agency is led from what it shared to what was signed.
SHARED = rows(
    SEES_MEETINGS,
    {"strategy/police": place(KEEPERS | POLICE, refused=frozenset({"manager"}), answer=GIVEN + ELSEWHERE)},
)
SHARING = rows(SEES_MEETINGS, {"strategy/police": place(KEEPERS, refused=POLICE | {"manager"})})
# Whether its people could decide is not for an agency to write.
JOINED = rows(SEES_MEETINGS, {"strategy/police": place(KEEPERS, refused=frozenset({"manager"}))})
CHECKED = rows(RECORDS, {"strategy": place(KEEPERS)})
SIGNED = rows(CHAIRS, {"strategy": place({"chair"})})
AMENDED = rows(RECORDS, {"strategy": place(KEEPERS, answer=ELSEWHERE)})

_AT = "/meetings/<int:meeting_id>/strategy"

STRATEGY_ROUTES: dict[str, dict[str, Route]] = {
    _AT: {"GET": READ},
    f"{_AT}/<question>": {"GET": QUESTION, "POST": QUESTION},
    f"{_AT}/<question>/autosave": {"POST": QUESTION},
    f"{_AT}/amend": {"GET": AMENDED, "POST": AMENDED},
    f"{_AT}/check": {"GET": CHECKED, "POST": SIGNED},
    f"{_AT}/information/<int:invitation_id>": {"GET": SHARED, "POST": SHARING},
    f"{_AT}/information/<int:invitation_id>/autosave": {"POST": SHARING},
    f"{_AT}/joined/<int:invitation_id>": {"GET": JOINED, "POST": JOINED},
    f"{_AT}/joined/<int:invitation_id>/autosave": {"POST": JOINED},
    f"{_AT}/versions/<int:number>": {"GET": VERSION},
}

# A meeting that is for everybody whom their role lets see it has no named people, and one family alone.
NOT_CLOSED = rows(SEES_MEETINGS, {"strategy": place((), refused=SEEN)})
ONE_FAMILY = rows({"coordinator"}, {"strategy": place((), refused={"coordinator"})})
NOT_THERE = rows({"manager"}, {"strategy": place(())})

_MEETING = "/meetings/<int:meeting_id>"

NAMED_ROUTES: dict[str, dict[str, Route]] = {
    "/meetings/for-named-people": {"GET": open_to({"manager"})},
    "/meetings/for-named-people/<int:meeting_id>": {"GET": NOT_THERE, "POST": NOT_THERE},
    f"{_MEETING}/people": {"GET": NOT_CLOSED, "POST": NOT_CLOSED},
    f"{_MEETING}/people/remove": {"POST": NOT_CLOSED},
    f"{_MEETING}/families": {"GET": ONE_FAMILY, "POST": ONE_FAMILY},
    f"{_MEETING}/families/remove": {"POST": ONE_FAMILY},
}
