"""The matrix's lines about closed records, reports held back, and openings in an emergency (world_restrictions.py)."""

from __future__ import annotations

from tests.access.filling import Filling, filling, raw
from tests.access.who import CHAIRS, Route, open_to, place, rows, seen_by
from tests.world_restrictions import KEEPERS, REVIEW_KEEPERS

KEEP = CHAIRS | {"manager", "coordinator"}
BREAK = CHAIRS | {"manager"}
SEEN = seen_by()

OF_CASE = rows(KEEP, {"1": place(KEEPERS), "2": place(REVIEW_KEEPERS)})
ONE = rows(KEEP, {"standing": place(KEEPERS), "ended": place(REVIEW_KEEPERS)})
CHANGED = rows(KEEP, {"standing": place(KEEPERS), "ended": place((), refused=REVIEW_KEEPERS)})
HELD = rows(KEEP, {key: place(SEEN[key] & KEEP) for key in ("initial", "review", "past_initial")})
LET_THROUGH = rows(KEEP, {"initial": place(KEEPERS)})
# It was reviewed, and is closed: nobody does either again.
OPENING = rows(KEEP, {"reviewed": place(KEEPERS)})
REVIEWED = rows(KEEP, {"reviewed": place((), refused=KEEPERS)})
CLOSED = rows(BREAK, {"reviewed": place((), refused={"chair", "manager"})})

_CASE = "/cases/<int:case_id>/restrictions"
_ONE = "/restrictions/<int:restriction_id>"
_HOLDS = "/meetings/<int:meeting_id>/held-back"
_OPENING = "/emergencies/<int:opening_id>"

RESTRICTION_ROUTES: dict[str, dict[str, Route]] = {
    _CASE: {"GET": OF_CASE},
    f"{_CASE}/new": {"GET": OF_CASE, "POST": OF_CASE},
    _ONE: {"GET": ONE},
    f"{_ONE}/people": {"POST": CHANGED},
    f"{_ONE}/people/remove": {"POST": CHANGED},
    f"{_ONE}/end": {"POST": CHANGED},
    _HOLDS: {"GET": HELD, "POST": HELD},
    f"{_HOLDS}/let-through": {"POST": LET_THROUGH},
    "/emergency": {"GET": open_to(BREAK), "POST": open_to(BREAK)},
    "/emergencies": {"GET": open_to(KEEP)},
    _OPENING: {"GET": OPENING, "POST": REVIEWED},
    f"{_OPENING}/close": {"POST": CLOSED},
}

RESTRICTION_FILLINGS: dict[str | tuple[str, str], Filling] = {
    f"{_CASE}/new": filling(
        reach="named",
        people=lambda world: world.person("a.social_care.lead").user_id,
        reason="Her sister’s family.",
    ),
    f"{_ONE}/people": filling(page=_ONE, person=lambda world: world.person("a.social_care.lead").user_id),
    f"{_ONE}/people/remove": raw(person=lambda world: world.person("a.gp.deactivated").user_id),
    f"{_ONE}/end": filling(page=_ONE),
    _HOLDS: filling(
        of=lambda world: world.meeting("a.initial").invitations["police"].id,
        agency=lambda world: world.agencies["a.school"],
        because="relative",
        reason="The head is the father’s brother.",
    ),
    (_HOLDS, "review"): filling(
        of=lambda world: world.meeting("a.review").invitations["police"].id,
        agency=lambda world: world.agencies["a.school"],
        because="third_party",
        reason="It tells of a neighbour.",
    ),
    (_HOLDS, "past_initial"): filling(
        of=lambda world: world.meeting("a.past_initial").invitations["police"].id,
        agency=lambda world: world.agencies["a.school"],
        because="third_party",
        reason="It tells of a neighbour.",
    ),
    f"{_HOLDS}/let-through": raw(hold=lambda world: world.report_holds["a.initial"]),
    "/emergency": filling(reference="ZQ-A-CASE-1-QZ", reason="The child is not safe tonight."),
    _OPENING: raw(verdict="justified", words="The duty chair was ill.", version=1),
    f"{_OPENING}/close": raw(),
}
