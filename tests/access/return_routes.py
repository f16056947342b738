"""The matrix's lines about links: who may be sent one, sending them, and the pages that they open."""

from __future__ import annotations

from tests.access.filling import Filling, filling, raw
from tests.access.who import ELSEWHERE, LEADS, Route, place, public, rows

KEEPERS = LEADS | {"coordinator"}
OF_SCHOOL = frozenset({"school.lead", "coordinator"})
OF_GP = frozenset({"gp.lead", "coordinator"})

PEOPLE = rows(KEEPERS, {"school": place(OF_SCHOOL), "gp": place(OF_GP)})
SWITCHED = rows(KEEPERS, {"school": place({"school.lead"}, {"coordinator"}), "gp": place({"gp.lead"}, {"coordinator"})})
CONTACT = rows(KEEPERS, {"school": place(OF_SCHOOL), "gp": place(OF_GP)})
# A lead sees the page of each meeting to which the agency is invited.
OF_INITIAL = frozenset({"social_care.lead", "police.lead", "gp.lead", "school.lead", "coordinator"})
LINKS = rows(KEEPERS, {"initial": place(OF_INITIAL)})
MAKING = rows(KEEPERS, {"initial/school": place(OF_SCHOOL)})
ENDING = rows(KEEPERS, {"initial/school": place(OF_SCHOOL)})
READING_OUT = rows(KEEPERS, {"initial/school": place({"coordinator"}, {"school.lead"})})

_OF_AGENCY = "/agencies/<int:agency_id>/contacts"
_OF_MEETING = "/meetings/<int:meeting_id>/links"
_LINK = "/return/<token>"

RETURN_ROUTES: dict[str, dict[str, Route]] = {
    _OF_AGENCY: {"GET": PEOPLE},
    f"{_OF_AGENCY}/new": {"GET": PEOPLE, "POST": PEOPLE},
    f"{_OF_AGENCY}/allow": {"POST": SWITCHED},
    f"{_OF_AGENCY}/refuse": {"POST": SWITCHED},
    f"{_OF_AGENCY}/<int:contact_id>": {"GET": CONTACT, "POST": CONTACT},
    f"{_OF_AGENCY}/<int:contact_id>/end": {"GET": CONTACT, "POST": CONTACT},
    _OF_MEETING: {"GET": LINKS},
    f"{_OF_MEETING}/<int:invitation_id>/new": {"GET": MAKING, "POST": MAKING},
    f"{_OF_MEETING}/<int:link_id>/end": {"POST": ENDING},
    f"{_OF_MEETING}/<int:link_id>/code": {"GET": READING_OUT, "POST": READING_OUT},
    # Without a token that was given out, all of them answer as for a link that never was.
    _LINK: {"GET": public(404), "POST": public(404)},
    f"{_LINK}/autosave": {"POST": public(404)},
    f"{_LINK}/code": {"POST": public(404)},
    f"{_LINK}/document": {"GET": public(404)},
    f"{_LINK}/done": {"GET": public(*ELSEWHERE)},
    f"{_LINK}/record": {"POST": public(404)},
    f"{_LINK}/text": {"POST": public(404)},
}

RETURN_FILLINGS: dict[str | tuple[str, str], Filling] = {
    f"{_OF_AGENCY}/new": filling(name="Newly Named", email="newly.named@agency.example", telephone="07700 900789"),
    f"{_OF_AGENCY}/allow": raw(),
    f"{_OF_AGENCY}/refuse": raw(),
    f"{_OF_AGENCY}/<int:contact_id>": filling(telephone="07700 900789"),
    f"{_OF_MEETING}/<int:invitation_id>/new": filling(contact=lambda world: world.contacts["a.school"]),
    f"{_OF_MEETING}/<int:link_id>/end": raw(),
    f"{_OF_MEETING}/<int:link_id>/code": raw(),
}
