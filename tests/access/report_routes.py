"""The matrix's lines about what follows a report: adding to it, signing it off, and who says that it is signed off."""

from __future__ import annotations

from tests.access.who import (
    AGENCIES,
    ELSEWHERE,
    GIVEN,
    LEADS,
    POLICE,
    SCHOOL,
    WHOLE_LIST,
    Place,
    Route,
    place,
    rows,
    seen_by,
)

OWN = {key: frozenset(name for name in names if "." in name) for key, names in seen_by().items()}
SENT = {"initial": POLICE, "review": POLICE, "past_initial": POLICE | SCHOOL}
"""Whose report on a meeting has been sent."""


def _sent(answer: tuple[int, ...] = GIVEN) -> dict[str, Place]:
    """Whoever has sent theirs may; the others of the meeting are told that they have nothing there yet."""
    return {key: place(sent := own & SENT.get(key, frozenset()), own - sent, answer) for key, own in OWN.items()}


# Who has sent nothing is led to where they write; so is who has not changed anything yet.
OPENING = rows(AGENCIES, {key: place(own, answer=GIVEN + ELSEWHERE) for key, own in OWN.items()})
CHECKING = rows(AGENCIES, {key: place(own, answer=ELSEWHERE) for key, own in OWN.items()})
ADDING = rows(AGENCIES, _sent())
# What had been sent already is no fault: they are told, and led back to it. Nothing else waits for a signature.
SETTLING = rows(AGENCIES, _sent(ELSEWHERE))
NOTHING_WAITS = rows(AGENCIES, {key: place((), own) for key, own in OWN.items()})

SETTINGS = rows(
    LEADS | WHOLE_LIST | {"sector_lead"},
    {
        "gp": place({"gp.lead", "sector_lead"} | WHOLE_LIST),
        "school": place({"school.lead"} | WHOLE_LIST),
    },
)
SET = rows(
    LEADS | WHOLE_LIST | {"sector_lead"},
    {
        "gp": place({"gp.lead"}, {"sector_lead"} | WHOLE_LIST),
        "school": place({"school.lead"}, WHOLE_LIST),
    },
)

_REPORT = "/meetings/<int:meeting_id>/report"

REPORT_ROUTES: dict[str, dict[str, Route]] = {
    f"{_REPORT}/send-back": {"POST": SETTLING},
    f"{_REPORT}/take-back": {"POST": SETTLING},
    f"{_REPORT}/addendum": {"GET": OPENING, "POST": ADDING},
    f"{_REPORT}/addendum/autosave": {"POST": ADDING},
    f"{_REPORT}/addendum/check": {"GET": CHECKING, "POST": ADDING},
    f"{_REPORT}/addendum/send-back": {"POST": NOTHING_WAITS},
    f"{_REPORT}/addendum/take-back": {"POST": NOTHING_WAITS},
    "/agencies/<int:agency_id>/reports": {"GET": SETTINGS, "POST": SET},
}
