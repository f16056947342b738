"""The matrix's lines about report templates."""

from __future__ import annotations

from tests.access.filling import Filling, filling, raw
from tests.access.who import Route, open_to, place, rows

READERS = frozenset({"manager", "coordinator", "business_manager", "scrutineer"})
KEEPER = frozenset({"business_manager"})

_TEMPLATE = "/report-templates/<int:template_id>"
# A draft is its keeper's; a published version stays as it is, for them too.
READING = rows(READERS, {"own": place(READERS), "draft": place(KEEPER)})
COMPARED = rows(READERS, {"draft": place(KEEPER), "own": place(set())})
DRAFTING = rows(KEEPER, {"draft": place(KEEPER), "own": place((), refused=KEEPER)})
GOING_ON = rows(KEEPER, {"own": place(KEEPER), "draft": place((), refused=KEEPER)})
SECTIONS = rows(KEEPER, {"draft/person": place(KEEPER), "own/person": place((), refused=KEEPER)})
QUESTIONS = rows(KEEPER, {"draft/conditions": place(KEEPER), "own/conditions": place((), refused=KEEPER)})

TEMPLATE_ROUTES: dict[str, dict[str, Route]] = {
    "/report-templates": {"GET": open_to(READERS)},
    _TEMPLATE: {"GET": READING},
    f"{_TEMPLATE}/preview": {"GET": READING},
    f"{_TEMPLATE}/differences": {"GET": COMPARED},
    f"{_TEMPLATE}/next": {"POST": GOING_ON},
    f"{_TEMPLATE}/copy": {"GET": GOING_ON, "POST": GOING_ON},
    f"{_TEMPLATE}/retire": {"GET": GOING_ON, "POST": GOING_ON},
    f"{_TEMPLATE}/details": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_TEMPLATE}/short-form": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_TEMPLATE}/publish": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_TEMPLATE}/discard": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_TEMPLATE}/move": {"POST": DRAFTING},
    f"{_TEMPLATE}/sections/new": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_TEMPLATE}/sections/<section>": {"GET": SECTIONS, "POST": SECTIONS},
    f"{_TEMPLATE}/sections/<section>/remove": {"POST": SECTIONS},
    f"{_TEMPLATE}/sections/<section>/questions/new": {"GET": SECTIONS, "POST": SECTIONS},
    f"{_TEMPLATE}/questions/<question>": {"GET": QUESTIONS, "POST": QUESTIONS},
    f"{_TEMPLATE}/questions/<question>/remove": {"POST": QUESTIONS},
    f"{_TEMPLATE}/questions/<question>/condition": {"GET": QUESTIONS, "POST": QUESTIONS},
    f"{_TEMPLATE}/questions/<question>/always": {"POST": QUESTIONS},
}

TEMPLATE_FILLINGS: dict[str | tuple[str, str], Filling] = {
    f"{_TEMPLATE}/next": raw(),
    f"{_TEMPLATE}/copy": filling(title="A template of our own"),
    f"{_TEMPLATE}/details": filling(title="What probation is asked next year"),
    f"{_TEMPLATE}/move": raw(version=1, up="conditions"),
    f"{_TEMPLATE}/sections/new": filling(title="Ours"),
    f"{_TEMPLATE}/sections/<section>": filling(title="Renamed"),
    f"{_TEMPLATE}/sections/<section>/remove": raw(version=1),
    f"{_TEMPLATE}/sections/<section>/questions/new": filling(title="Is it safe?", kind="yes_no"),
    f"{_TEMPLATE}/questions/<question>": filling(title="Is it still safe?"),
    f"{_TEMPLATE}/questions/<question>/remove": filling(page=f"{_TEMPLATE}/questions/<question>"),
    f"{_TEMPLATE}/questions/<question>/condition": filling(answers="none"),
    f"{_TEMPLATE}/questions/<question>/always": filling(page=f"{_TEMPLATE}/questions/<question>/condition"),
}
