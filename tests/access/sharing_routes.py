"""The matrix's lines about bundles, what families have seen, talks by telephone, and reports that are not needed."""

from __future__ import annotations

from tests.access.filling import Filling, day, filling, raw
from tests.access.who import (
    AGENCIES,
    CHAIRS,
    ELSEWHERE,
    GP,
    OTHER_GP,
    POLICE,
    SCHOOL,
    Route,
    place,
    rows,
    seen_by,
)
from tests.world_plans import PLANS

SEES = AGENCIES | CHAIRS | {"manager", "coordinator"}
READS = SEES - {"coordinator"}
RECORDS = CHAIRS | {"coordinator"}
KEPT = {plan.key: frozenset({plan.chair or "", "coordinator"}) & RECORDS for plan in PLANS}
SEEN = seen_by()

SHOWN = rows(SEES, {key: place(who) for key, who in SEEN.items()})
# Where nothing has come that is said, and they are led back.
CUTTING = rows(
    RECORDS,
    {key: place((), who) if key == "cancelled" else place(who, answer=ELSEWHERE) for key, who in KEPT.items()},
)
TAKING = rows(READS, {f"{key}/1": place(SEEN[key] - {"coordinator"}) for key in ("past_initial",)})

SHARERS = AGENCIES | CHAIRS | {"coordinator"}
SHARING = rows(
    SHARERS,
    {
        "initial/police": place(POLICE | {"chair", "coordinator"}),
        "initial/gp": place((), GP | {"chair", "coordinator"}),  # a draft
        "past_initial/school": place(SCHOOL | {"second_chair", "coordinator"}),
    },
)
TAKING_BACK = rows(SHARERS, {"past_initial/school": place(SCHOOL | {"second_chair", "coordinator"})})
FAMILYS = rows(
    READS,
    {
        "initial/police": place(POLICE | {"chair", "manager"}),
        "initial/gp": place(()),
        "past_initial/school": place(SCHOOL | {"second_chair", "manager"}),
    },
)
WAIVING = rows(
    RECORDS,
    {
        "initial/school": place({"chair", "coordinator"}),
        "past_initial/school": place({"second_chair", "coordinator"}),
    },
)
WAIVED = rows(
    RECORDS,
    {
        "initial/school": place({"chair", "coordinator"}),
        "past_initial/school": place((), {"second_chair", "coordinator"}),  # it has come
    },
)
ASKED_AFTER_ALL = rows(RECORDS, {"strategy/school": place({"chair", "coordinator"}, answer=ELSEWHERE)})
TALKING = rows(CHAIRS, {"initial/gp": place({"chair"}), "initial/other_gp": place((), {"chair"})})
TALK = rows(READS, {"past_initial/other_gp": place(OTHER_GP | {"second_chair", "manager"})})
TALK_TAKEN_BACK = rows(CHAIRS, {"past_initial/other_gp": place({"second_chair"})})
SETTLED = rows(READS, {"past_initial/other_gp": place(OTHER_GP, {"second_chair", "manager"})})

_MEETING = "/meetings/<int:meeting_id>"
_REPORT = f"{_MEETING}/reports/<int:invitation_id>"

SHARING_ROUTES: dict[str, dict[str, Route]] = {
    f"{_MEETING}/bundle": {"GET": SHOWN, "POST": CUTTING},
    f"{_MEETING}/bundle/<int:number>": {"GET": TAKING},
    f"{_MEETING}/family-reports": {"GET": SHOWN},
    f"{_REPORT}/shared": {"GET": SHARING, "POST": SHARING},
    f"{_REPORT}/shared/<int:sharing_id>/take-back": {"POST": TAKING_BACK},
    f"{_REPORT}/family": {"GET": FAMILYS},
    f"{_REPORT}/family.pdf": {"GET": FAMILYS},
    f"{_REPORT}/not-needed": {"GET": WAIVING, "POST": WAIVED},
    f"{_REPORT}/not-needed/take-back": {"POST": ASKED_AFTER_ALL},
    f"{_REPORT}/talk": {"GET": TALKING, "POST": TALKING},
    f"{_MEETING}/talks/<int:talk_id>": {"GET": TALK, "POST": SETTLED},
    f"{_MEETING}/talks/<int:talk_id>/take-back": {"POST": TALK_TAKEN_BACK},
}

SHARING_FILLINGS: dict[str | tuple[str, str], Filling] = {
    f"{_MEETING}/bundle": filling(),
    f"{_REPORT}/shared": filling(
        reader="carer", what="shared", way="post", shared_by="The school", **day("shared_on", 9, 6, 2026)
    ),
    f"{_REPORT}/shared/<int:sharing_id>/take-back": raw(),
    f"{_REPORT}/not-needed": raw(reason="covered"),
    f"{_REPORT}/not-needed/take-back": raw(),
    f"{_REPORT}/talk": filling(talked_with="A doctor", said="Words.", **day("talked_on", 9, 6, 2026)),
    f"{_MEETING}/talks/<int:talk_id>": raw(version=1, answer="right"),
    f"{_MEETING}/talks/<int:talk_id>/take-back": raw(),
}
