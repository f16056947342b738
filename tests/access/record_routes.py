"""The matrix's lines about retention, legal holds, erasures, requests of access, and what is public about them."""

from __future__ import annotations

from tests.access.filling import Filling, day, filling
from tests.access.who import ELSEWHERE, Route, open_to, place, public, rows

LOOK_AFTER = frozenset({"manager", "business_manager"})
MANAGER = frozenset({"manager"})
KEEPER = frozenset({"business_manager"})

_HOLD = "/records/holds/<int:legal_hold_id>/lift"
_ERASURE = "/records/erasures/<int:erasure_id>"
_REQUEST = "/records/requests/<int:export_id>"

LIFTING = rows(MANAGER, {"agency": place(MANAGER), "lifted": place(MANAGER, answer=ELSEWHERE)})
# One that is lifted already is told to whoever sends it again: nothing is overwritten.
LIFTED = rows(MANAGER, {"agency": place(MANAGER)})
CERTIFIED = rows(LOOK_AFTER, {"erased": place(LOOK_AFTER), "due": place(())})
ASKED = rows(MANAGER, {"child_1": place(MANAGER)})
# By the number alone it is the kind of the requests themselves, in which something is always marked.
DECIDED = rows(MANAGER, {"child_1": place(MANAGER), "child_1/stored_files": place(MANAGER)})
KINDS = rows(MANAGER, {**DECIDED.places, "child_1/report_answers": place(MANAGER), "child_1/nothing": place(())})

RECORD_ROUTES: dict[str, dict[str, Route]] = {
    "/privacy": {"GET": public(200)},
    "/privacy/<int:partnership_id>": {"GET": public(200, 404)},
    "/records": {"GET": open_to(LOOK_AFTER)},
    "/records/contact": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    "/records/rules/new": {"GET": open_to(KEEPER), "POST": open_to(KEEPER)},
    "/records/holds": {"GET": open_to(LOOK_AFTER)},
    "/records/holds/new": {"GET": open_to(MANAGER), "POST": open_to(MANAGER)},
    _HOLD: {"GET": LIFTING, "POST": LIFTED},
    "/records/erase": {"GET": open_to(MANAGER), "POST": open_to(MANAGER)},
    _ERASURE: {"GET": CERTIFIED},
    f"{_ERASURE}/certificate.pdf": {"GET": CERTIFIED},
    "/records/requests": {"GET": open_to(MANAGER)},
    "/records/requests/new": {"GET": open_to(MANAGER), "POST": open_to(MANAGER)},
    _REQUEST: {"GET": ASKED},
    f"{_REQUEST}/kinds/<kind>": {"GET": KINDS, "POST": DECIDED},
    f"{_REQUEST}/file": {"GET": ASKED},
}

RECORD_FILLINGS: dict[str | tuple[str, str], Filling] = {
    "/records/contact": filling(name="The data protection officer", email="dpo@example.org"),
    "/records/rules/new": filling(
        record_class="audit",
        years="8",
        reason="Four rounds.",
        source="The board, May.",
        **day("effective_from", 1, 9, 2026),
    ),
    "/records/holds/new": filling(scope="everything", reason="An inquiry asks for everything."),
    _HOLD: filling(because="The claim is settled."),
    "/records/erase": filling(erasures=lambda world: world.erasures["a.due"], sure="yes"),
    "/records/requests/new": filling(reference="ZQ-A-CASE-1-QZ", asked_by="The child, who came in person."),
}
