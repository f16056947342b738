"""The matrix's lines about families at meetings, about which children an agency knows, and about timelines."""

from __future__ import annotations

from tests.access.who import AGENCIES, CHAIRS, POLICE, SCHOOL, Place, Route, open_to, place, rows, seen_by
from tests.world_plans import PLANS

SEEN = seen_by()
SEES_MEETINGS = AGENCIES | CHAIRS | {"manager", "coordinator"}
RECORDS = CHAIRS | {"coordinator"}
KEPT_BY = {plan.key: frozenset({plan.chair, "coordinator"} if plan.chair else {"coordinator"}) for plan in PLANS}
COORDINATOR = frozenset({"coordinator"})

# The record of a strategy meeting has no part for the family.
_NO_FAMILY = {"strategy": place(())}
READ = rows(SEES_MEETINGS, {key: place(names) for key, names in SEEN.items() if key != "strategy"} | _NO_FAMILY)
_OPEN: dict[str, Place] = {key: place(KEPT_BY[key]) for key in ("initial", "review", "past_initial", "core_group")}
KEPT = rows(RECORDS, {**_OPEN, "cancelled": place((), refused=KEPT_BY["cancelled"]), **_NO_FAMILY})
ONE_PERSON = rows(RECORDS, {"initial/mother": place(KEPT_BY["initial"]), "initial/father": place(KEPT_BY["initial"])})
BROUGHT = rows(RECORDS, {"initial/aunt": place(KEPT_BY["initial"])})
CHILDS_VIEWS = rows(RECORDS, {"initial/1": place(KEPT_BY["initial"]), "review/2": place(KEPT_BY["review"])})

# Whoever runs the meeting reads what an agency says of the children, and only the coordinator says it for them.
SAYING = rows(
    SEES_MEETINGS,
    {
        "initial@police": place(POLICE | COORDINATOR, refused={"chair", "manager"}),
        "initial@school": place(SCHOOL | COORDINATOR, refused={"chair", "manager"}),
        "initial@other_gp": place(()),  # not relevant
        "review@gp": place(()),  # said: not ours
        "strategy@police": place((), refused=POLICE | {"chair", "manager", "coordinator"}),  # over, and no report asked
    },
)
SETTLING = rows(COORDINATOR, {"initial@school/1": place(COORDINATOR)})
OF_FAMILY = {
    "1": place(SEEN["initial"]),
    "2": place(SEEN["review"]),
    "3": place(SEEN["strategy"]),
    "4": place(SEEN["core_group"] | SEEN["cancelled"]),
}

_FAMILY = "/meetings/<int:meeting_id>/family"
_PERSON = f"{_FAMILY}/<int:attendee_id>"

FAMILY_ROUTES: dict[str, dict[str, Route]] = {
    _FAMILY: {"GET": READ},
    f"{_FAMILY}/new": {"GET": KEPT, "POST": KEPT},
    f"{_FAMILY}/bring": {"POST": KEPT},
    f"{_PERSON}/questions/<question>": {"GET": ONE_PERSON, "POST": ONE_PERSON},
    f"{_PERSON}/confirm": {"POST": BROUGHT},
    f"{_PERSON}/remove": {"GET": ONE_PERSON, "POST": ONE_PERSON},
    f"{_FAMILY}/children/<int:child_id>": {"GET": CHILDS_VIEWS, "POST": CHILDS_VIEWS},
    "/meetings/<int:meeting_id>/children": {
        "GET": rows(SEES_MEETINGS, {key: place(names) for key, names in SEEN.items()})
    },
    "/invitations/<int:invitation_id>/children": {"GET": SAYING, "POST": SAYING},
    "/invitations/<int:invitation_id>/children/<int:child_id>/not-ours": {"GET": SETTLING, "POST": SETTLING},
    "/not-ours": {"GET": open_to(COORDINATOR)},
    "/cases/<int:case_id>/timeline": {"GET": rows(SEES_MEETINGS, OF_FAMILY)},
    "/cases/<int:case_id>/children/<int:child_id>/timeline": {
        "GET": rows(SEES_MEETINGS, {f"{key}/{key}": at for key, at in OF_FAMILY.items()})
    },
}
