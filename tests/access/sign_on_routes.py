"""The matrix's lines about single sign-on: the way there and back, a person's links, an agency's own sign-in."""

from __future__ import annotations

from tests.access.filling import Filling, raw
from tests.access.who import ELSEWHERE, EVERYBODY, LEADS, LIST_KEEPERS, Route, open_to, place, public, rows

_PERSON = "/people/<int:membership_id>/sign-on"
_AGENCY = "/agencies/<int:agency_id>/sign-in"
_KEEPERS = LEADS | {"administrator"}

SEEN = rows(
    _KEEPERS,
    {
        "gp.practitioner": place({"gp.lead", "administrator"}),
        "gp.lead": place({"gp.lead", "administrator"}),
        "chair": place({"administrator"}),
        "administrator": place({"administrator"}),
    },
)
LINKED = rows(
    _KEEPERS,
    {
        # A lead invites, and looks after accounts; who somebody is elsewhere is an administrator's to link.
        "gp.practitioner": place({"administrator"}, refused={"gp.lead"}),
        "gp.lead": place({"administrator"}, refused={"gp.lead"}),
        "chair": place({"administrator"}),
        "administrator": place(set(), refused={"administrator"}),
    },
)
# Nobody of the world is linked: whoever may end it is led back, and told.
ENDED = rows(
    _KEEPERS,
    {
        "gp.practitioner": place({"administrator"}, refused={"gp.lead"}, answer=ELSEWHERE),
        "chair": place({"administrator"}, answer=ELSEWHERE),
        "administrator": place(set(), refused={"administrator"}),
    },
)
SIGN_IN = rows(LIST_KEEPERS, {"gp": place(LIST_KEEPERS), "school": place(LIST_KEEPERS)})
CLOSED = rows(
    LIST_KEEPERS,
    {
        "gp": place({"administrator"}, refused={"business_manager"}),
        "school": place({"administrator"}, refused={"business_manager"}),
    },
)

SIGN_ON_ROUTES: dict[str, dict[str, Route]] = {
    "/join/<token>/with/<name>": {"GET": public(404)},
    "/sign-in/with/<name>": {"GET": public(404)},
    "/sign-in/with/<name>/back": {"GET": public(404)},
    "/sign-in/with/<name>/keys": {"GET": public(404)},
    # They came with a password: no provider is asked.
    "/account/prove/at-provider": {"GET": open_to(EVERYBODY, ELSEWHERE)},
    _PERSON: {"GET": SEEN, "POST": LINKED},
    f"{_PERSON}/end": {"GET": ENDED, "POST": ENDED},
    _AGENCY: {"GET": SIGN_IN, "POST": CLOSED},
}

SIGN_ON_FILLINGS: dict[str | tuple[str, str], Filling] = {
    _PERSON: raw(),
    f"{_PERSON}/end": raw(),
    # The business manager, who may not change it, is shown no form; the administrator's says what holds already.
    _AGENCY: raw(way="both", version=1),
}
