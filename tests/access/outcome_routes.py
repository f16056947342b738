"""The matrix's lines about outcomes, agencies' views, minutes and decision sheets."""

from __future__ import annotations

from tests.access.who import (
    AGENCIES,
    CHAIRS,
    ELSEWHERE,
    GIVEN,
    GP,
    Route,
    open_to,
    place,
    rows,
    seen_by,
)
from tests.world_plans import PLANS

SEEN = seen_by()
SEES = AGENCIES | CHAIRS | {"manager", "coordinator"}
KEEPS = CHAIRS | {"coordinator"}
KEPT_BY = {plan.key: frozenset({plan.chair, "coordinator"} if plan.chair else {"coordinator"}) for plan in PLANS}
CHAIRED_BY = {key: who & CHAIRS for key, who in KEPT_BY.items()}
CONFERENCES = {"initial": "1", "review": "2", "past_initial": "2", "cancelled": "4"}
AGENCIES_AT = {key: frozenset(name for name in names if "." in name) for key, names in SEEN.items()}
BEGUN = ("initial", "strategy", "past_initial")
NOT_BEGUN = ("review", "core_group", "cancelled")

# Only conferences decide about children; the record of other kinds has no such part.
OUTCOMES = rows(SEES, {key: place(SEEN[key] if key in CONFERENCES else ()) for key in SEEN})
ONE_OUTCOME = rows(SEES, {f"{key}/{child}": place(SEEN[key]) for key, child in CONFERENCES.items()})
# Before the day nothing is decided, and nothing at a meeting that did not take place.
DRAFTING = rows(
    KEEPS,
    {
        "initial/1": place(KEPT_BY["initial"]),
        "review/2": place((), refused=KEPT_BY["review"]),
        "cancelled/4": place((), refused=KEPT_BY["cancelled"]),
    },
)
# What was signed was signed once; a register that is not closed has nothing to sign.
SIGNING = rows(
    CHAIRS,
    {
        "past_initial": place(CHAIRED_BY["past_initial"]),
        "initial": place((), refused=CHAIRED_BY["initial"]),
        "review": place((), refused=CHAIRED_BY["review"]),
        "strategy": place(()),
    },
)
AMENDING = rows(
    CHAIRS,
    {
        "past_initial/2": place(CHAIRED_BY["past_initial"]),
        "initial/1": place((), refused=CHAIRED_BY["initial"]),
    },
)
# Before they have met, an agency sees its own view alone.
ONE_VIEW = rows(
    SEES,
    {
        "initial/gp@1": place(GP | {"chair", "manager", "coordinator"}),
        "past_initial/school@2": place(SEEN["past_initial"]),
    },
)
# The time for views on the conference of May is over; the manager and the coordinator never give one.
GIVING = rows(
    SEES,
    {
        "initial/gp@1": place(GP | {"chair"}, refused={"manager", "coordinator"}),
        "past_initial/school@2": place((), refused=SEEN["past_initial"]),
    },
)

MINUTES = rows(SEES, {key: place(names) for key, names in SEEN.items()})
SENT_MINUTES = rows(SEES, {"past_initial/1": place(SEEN["past_initial"])})
WRITING = rows(
    KEEPS,
    {key: place(KEPT_BY[key]) for key in BEGUN} | {key: place((), refused=KEPT_BY[key]) for key in NOT_BEGUN},
)
SENDING = rows(
    KEEPS,
    {
        "past_initial": place(KEPT_BY["past_initial"]),
        "strategy": place(KEPT_BY["strategy"]),
        # The register is not closed yet, so nobody knows who was there.
        "initial": place((), refused=KEPT_BY["initial"]),
    },
)
SHEET = rows(
    SEES,
    {
        "past_initial": place(SEEN["past_initial"]),
        # Nothing is signed, and nothing of a draft is told.
        "initial": place(()),
        "strategy": place(()),
    },
)
# Nothing was amended since the sheet was sent: whoever sends it again is led back and told so.
SHEET_SENDING = rows(
    KEEPS,
    {
        "past_initial": place(KEPT_BY["past_initial"], answer=ELSEWHERE),
        "initial": place(KEPT_BY["initial"], answer=ELSEWHERE),
    },
)
SHEET_SENT = rows(
    KEEPS,
    {
        "past_initial": place(KEPT_BY["past_initial"]),
        "strategy": place((), refused=KEPT_BY["strategy"]),
        "initial": place((), refused=KEPT_BY["initial"]),
    },
)
# Where no minutes were sent there is nothing to correct.
ASKING = rows(
    AGENCIES,
    {
        key: place(AGENCIES_AT[key], answer=GIVEN if key == "past_initial" else ELSEWHERE)
        for key in ("past_initial", "initial", "strategy")
    },
)
ASKED = rows(
    AGENCIES,
    {
        "past_initial": place(AGENCIES_AT["past_initial"]),
        "strategy": place((), refused=AGENCIES_AT["strategy"]),
    },
)
ANSWERING = rows(KEEPS, {"past_initial/school": place(KEPT_BY["past_initial"])})

_MEETING = "/meetings/<int:meeting_id>"
_OUTCOME = f"{_MEETING}/outcomes/<int:child_id>"
_VIEW = f"{_MEETING}/views/<int:invitation_id>/<int:child_id>"
_MINUTES = f"{_MEETING}/minutes"

OUTCOME_ROUTES: dict[str, dict[str, Route]] = {
    f"{_MEETING}/outcomes": {"GET": OUTCOMES},
    f"{_MEETING}/outcomes/sign": {"POST": SIGNING},
    _OUTCOME: {"GET": ONE_OUTCOME, "POST": DRAFTING},
    f"{_OUTCOME}/amend": {"GET": AMENDING, "POST": AMENDING},
    f"{_MEETING}/views": {"GET": OUTCOMES},
    _VIEW: {"GET": ONE_VIEW, "POST": GIVING},
}

MINUTES_ROUTES: dict[str, dict[str, Route]] = {
    "/meetings/papers": {"GET": open_to(KEEPS)},
    _MINUTES: {"GET": MINUTES},
    f"{_MINUTES}/<int:number>": {"GET": SENT_MINUTES},
    f"{_MINUTES}/write": {"GET": WRITING, "POST": WRITING},
    f"{_MINUTES}/write/autosave": {"POST": WRITING},
    f"{_MINUTES}/check": {"GET": WRITING, "POST": SENDING},
    f"{_MINUTES}/corrections/new": {"GET": ASKING, "POST": ASKED},
    f"{_MINUTES}/corrections/<int:correction_id>": {"GET": ANSWERING, "POST": ANSWERING},
    f"{_MEETING}/decisions": {"GET": SHEET},
    f"{_MEETING}/decisions.pdf": {"GET": SHEET},
    f"{_MEETING}/decisions/send": {"GET": SHEET_SENDING, "POST": SHEET_SENT},
}
