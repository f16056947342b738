"""The matrix's lines about passkeys, showing once more that it is you, and where one is signed in."""

from __future__ import annotations

from tests.access.filling import Filling, filling, raw
from tests.access.who import ELSEWHERE, EVERYBODY, GIVEN, Route, open_to, place, public, rows
from tests.world import PASSWORD
from tests.world_passkeys import OWNER

OWN = rows(EVERYBODY, {"other_gp": place({OWNER})})
_REMOVE = "/account/passkeys/<int:passkey_id>/remove"
_END = "/account/sessions/<int:session_id>/end"

PASSKEY_ROUTES: dict[str, dict[str, Route]] = {
    "/account/passkeys": {"GET": open_to(EVERYBODY)},
    "/account/passkeys/challenge": {"POST": open_to(EVERYBODY)},
    # An answer that proves nothing leads back to where one tries again.
    "/account/passkeys/new": {"GET": open_to(EVERYBODY), "POST": open_to(EVERYBODY)},
    _REMOVE: {"GET": OWN, "POST": OWN},
    # Whoever has just signed in is led on at once.
    "/account/carry-on": {"GET": open_to(EVERYBODY, ELSEWHERE)},
    "/account/prove": {"GET": open_to(EVERYBODY, ELSEWHERE), "POST": open_to(EVERYBODY)},
    "/account/prove/challenge": {"POST": open_to(EVERYBODY)},
    "/account/prove/passkey": {"POST": open_to(EVERYBODY)},
    "/account/sessions": {"GET": open_to(EVERYBODY)},
    "/account/sessions/end-others": {"POST": open_to(EVERYBODY)},
    _END: {"POST": OWN},
    "/sign-in/passkey": {"POST": public(*GIVEN, *ELSEWHERE)},
    "/sign-in/passkey/challenge": {"POST": public(*GIVEN)},
}

PASSKEY_FILLINGS: dict[str, Filling] = {
    "/account/passkeys/challenge": raw(),
    "/account/passkeys/new": raw(name="Work laptop", credential="{}"),
    _REMOVE: filling(),
    "/account/prove": raw(password=PASSWORD, code=lambda world: world.person("a.social_care.lead").code),
    "/account/prove/challenge": raw(),
    "/account/prove/passkey": raw(credential="{}"),
    "/account/sessions/end-others": raw(),
    _END: raw(),
}
