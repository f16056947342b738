"""What each change posts: the form as somebody who may has it before them, filled in so that it is taken.

The matrix posts the same on behalf of those who may not. An empty form would prove little: it may be turned away for
being empty, before anybody asks whose row it is about.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

from bs4 import BeautifulSoup

from tests.access.clinical_record_routes import CLINICAL_FILLINGS
from tests.access.feedback_routes import FEEDBACK_FILLINGS
from tests.access.filling import Filling, day, filling, membership_of, raw
from tests.access.fresh_routes import stay_fresh
from tests.access.improvement_routes import IMPROVEMENT_FILLINGS
from tests.access.matrix import address_of
from tests.access.meeting_changes import MEETING_FILLINGS
from tests.access.pack_routes import PACK_FILLINGS
from tests.access.passkey_routes import PASSKEY_FILLINGS
from tests.access.picture_routes import PICTURE_FILLINGS
from tests.access.record_routes import RECORD_FILLINGS
from tests.access.restriction_routes import RESTRICTION_FILLINGS
from tests.access.return_routes import RETURN_FILLINGS
from tests.access.room_routes import ROOM_FILLINGS
from tests.access.routes import ROUTES
from tests.access.rules_routes import RULES_FILLINGS
from tests.access.sample_routes import SAMPLE_FILLINGS
from tests.access.scrutiny_routes import SCRUTINY_FILLINGS
from tests.access.sharing_routes import SHARING_FILLINGS
from tests.access.sign_on_routes import SIGN_ON_FILLINGS
from tests.access.template_routes import TEMPLATE_FILLINGS
from tests.page_client import PageClient, form_values
from tests.signing_in import sign_in_as
from tests.world import PASSWORD, World

_MEETING = "/meetings/<int:meeting_id>"
_EDITION = "/frameworks/<int:edition_id>"
_PERSON = "/people/<int:membership_id>"
_RETURN = "/audits/<int:return_id>"
_AUDIT_QUESTION = f"{_RETURN}/questions/<int:question_id>"
_ESCALATION = "/escalations/<int:escalation_id>"
_UPLOADS = TemporaryDirectory()
_NOT_OURS_TO_COPY = ("csrf_token", "working_as")


NEW_PASSWORD = "gander orchard 58 velvet"


def _workbook_rows(world: World) -> str:
    """One answer, as the page that shows what a workbook would change carries it."""
    row = {
        "question_id": world.returns["a.gp"].questions["1.1"],
        "version": 1,
        "rating": "amber",
        "narrative": "From the workbook.",
        "is_confirmed": True,
        "links": [],
        "comment": "",
        "base": ["", "", ""],
    }
    return json.dumps([{"seen": 1, "row": row}])


def _still_here(world: World) -> dict[str, str]:
    """What a lead of social care says of its people."""
    people = [world.person(key) for key in world.agency_people("a", "social_care")]
    return {f"person_{person.hat.membership_id}": "here" for person in people}


_AUGUST = {**day("begins_on", 3, 8, 2026), **day("ends_on", 7, 8, 2026)}

# By rule, or by rule and place where one place has another form. What is not here is sent as it stands.
FILLINGS: dict[str | tuple[str, str], Filling] = {
    **CLINICAL_FILLINGS,
    **IMPROVEMENT_FILLINGS,
    **MEETING_FILLINGS,
    **PICTURE_FILLINGS,
    **ROOM_FILLINGS,
    **PACK_FILLINGS,
    **PASSKEY_FILLINGS,
    **SCRUTINY_FILLINGS,
    **RULES_FILLINGS,
    **RECORD_FILLINGS,
    **RESTRICTION_FILLINGS,
    **RETURN_FILLINGS,
    **FEEDBACK_FILLINGS,
    **SAMPLE_FILLINGS,
    **SHARING_FILLINGS,
    **SIGN_ON_FILLINGS,
    **TEMPLATE_FILLINGS,
    "/account/password": filling(password=PASSWORD, new_password=NEW_PASSWORD),
    "/account/recovery-codes": filling(password=PASSWORD),
    "/actions/<int:action_id>/check": filling(outcome="close", text="The register of the training was seen."),
    "/actions/<int:action_id>/done": filling(text="All were trained on 3 June."),
    "/actions/<int:action_id>/progress": filling(text="Half of them are trained.", rag="amber"),
    "/audits/<int:return_id>/questions/<int:question_id>/actions/new": filling(
        what="Train the reception staff.", owner_name="The practice manager", **day("due_on", 31, 7, 2026)
    ),
    "/moderation/<int:return_id>/questions/<int:question_id>": filling(rating="amber", reason="Half of it was seen."),
    "/moderation/<int:return_id>/session/hold": filling(notes="The head was asked about training."),
    "/moderation/<int:return_id>/session/plan": filling(
        place="Room 4", panel="The quality group", **day("held_on", 12, 6, 2026)
    ),
    "/agencies/new": filling(name="Harbour Housing", agency_type="housing", code="NEW-1"),
    "/agencies/share": raw(agency_id=lambda world: world.agencies["b.school"], code="NEW-2"),
    "/agencies/<int:agency_id>/change": filling(email="moved@example.org"),
    f"{_RETURN}/workbook/upload": Filling(page=f"{_RETURN}/workbook", upload="workbook"),
    f"{_RETURN}/workbook/take": raw(rows=lambda world: _workbook_rows(world)),
    f"{_RETURN}/portable/confirm": raw(confirm="yes"),
    f"{_RETURN}/portable/file": raw(export="yes"),
    "/audits/keys": filling(name="Another partnership", public_key="A" * 43 + "="),
    "/audits/keys/own": raw(make="yes"),
    "/audits/keys/remove": raw(fingerprint="0000"),
    f"{_RETURN}/start": raw(start="yes"),
    f"{_RETURN}/signing/submit": raw(submit="yes"),
    f"{_RETURN}/signing/withdraw": raw(withdraw="yes"),
    f"{_RETURN}/signing/sign": filling(declared="yes", name="Sam Patel", page=f"{_RETURN}/signing"),
    f"{_RETURN}/signing/reopen": filling(reason="An answer was wrong."),
    f"{_RETURN}/signing/invite": filling(post="executive", email="exec@example.org", name="Sam Patel"),
    f"{_RETURN}/sections/<int:standard_id>/confirm": raw(confirm="yes"),
    # In words that are nobody's: what was typed is shown again to whoever may no longer save it.
    _AUDIT_QUESTION: filling(narrative="Typed on."),
    f"{_AUDIT_QUESTION}/autosave": raw(version=1, rating="amber", narrative="Typed on."),
    f"{_AUDIT_QUESTION}/confirm": raw(version=1),
    f"{_AUDIT_QUESTION}/evidence": filling(
        kind="link",
        url="https://example.org/policy",
        title="Policy",
        **{"dated_on-day": "1", "dated_on-month": "3", "dated_on-year": "2026"},
    ),
    f"{_AUDIT_QUESTION}/evidence/remove": raw(evidence=1),
    f"{_AUDIT_QUESTION}/comments": filling(comment="Have you the minutes?", page=_AUDIT_QUESTION),
    "/agencies/closures/new": filling(
        name="Half term",
        cover_name="The head",
        cover_contact="020 7946 0018",
        **day("begins_on", 26, 10, 2026),
        **day("ends_on", 30, 10, 2026),
    ),
    "/agencies/closures/<int:closure_id>": filling(cover_name="Somebody else"),
    "/audit-rounds/new": raw(
        edition=lambda world: world.editions["a.section_11"].id,
        title="Another round",
        kind="full",
        reminders="10, 3",
        who="types",
        types="police",
        **day("opens_on", 1, 9, 2026),
        **day("due_on", 30, 10, 2026),
    ),
    "/audit-rounds/<int:round_id>/agencies": filling(agencies=lambda world: world.agencies["a.police"]),
    "/audit-rounds/<int:round_id>/change": filling(**day("due_on", 30, 11, 2026)),
    "/audit-rounds/<int:round_id>/panel": filling(panel=lambda world: world.person("a.scrutineer").hat.membership_id),
    "/board/groups/new": filling(name="Quality group"),
    "/board/groups/<int:group_id>/change": filling(name="Renamed group"),
    "/board/groups/<int:group_id>/members/new": filling(name="Newly Come", role_in_group="Member"),
    "/board/members/<int:member_id>": filling(role_in_group="Vice chair"),
    f"{_EDITION}/draft": filling(page=_EDITION),
    f"{_EDITION}/details": filling(title="Section 11 audit of next year"),
    f"{_EDITION}/standards/new": filling(title="Local standard", summary="What is local.", code="local"),
    f"{_EDITION}/standards/<int:standard_id>": filling(title="Renamed"),
    f"{_EDITION}/standards/<int:standard_id>/remove": raw(version=1),
    f"{_EDITION}/standards/<int:standard_id>/questions/new": filling(
        text="Is it safe?", good="It is safe.", code="safe"
    ),
    f"{_EDITION}/questions/<int:question_id>": filling(text="Is it still safe?"),
    f"{_EDITION}/questions/<int:question_id>/remove": filling(page=f"{_EDITION}/questions/<int:question_id>"),
    "/escalations/new": raw(
        raised_with_agency_id=lambda world: world.agencies["a.other_gp"],
        category="threshold",
        summary="The threshold was read otherwise on 3 June.",
        wanted="Read the referral again.",
        is_urgent="no",
        send="yes",
    ),
    f"{_ESCALATION}": filling(text="We send it by noon."),
    f"{_ESCALATION}/ask-again": filling(text="It has not come yet."),
    f"{_ESCALATION}/contact": filling(kind="contact", text="We spoke at nine."),
    f"{_ESCALATION}/correct/<int:number>": filling(text="It was on 4 June."),
    f"{_ESCALATION}/more-time": filling(working_days="1", reason="The head is away."),
    f"{_ESCALATION}/move-up": filling(reason="Nothing has come."),
    (f"{_ESCALATION}/move-up", "missed"): filling(to_stage="2", reason="Nothing has come."),
    (f"{_ESCALATION}/move-up", "alert"): filling(to_stage="2", reason="Nothing has come."),
    (f"{_ESCALATION}/move-up", "disagreement"): filling(to_stage="4", reason="Nothing has come."),
    f"{_ESCALATION}/outcome": filling(child_safe="safe"),
    f"{_ESCALATION}/resolve": filling(
        resolution="plan_agreed", text="A plan was agreed.", child_safe="safe", learning="communication"
    ),
    f"{_ESCALATION}/withdraw": filling(text="It was raised in error."),
    f"{_MEETING}/alerts/new": filling(
        sort="formal",
        category="visits",
        summary="There was no visit in May.",
        wanted="Visit this week.",
        **day("expected_on", 19, 6, 2026),
    ),
    "/proposals/<int:proposal_id>": filling(choice="waive", waiver="spoken_to"),
    "/inbox/<int:notice_id>/open": raw(),
    "/inbox/read": raw(),
    "/account/messages": filling(wants_digest="yes"),
    "/messages/<int:mail_id>/retry": raw(),
    ("/absences/for/<int:membership_id>", "gp.practitioner"): filling(deputy=membership_of("gp.lead"), **_AUGUST),
    ("/absences/for/<int:membership_id>", "chair"): filling(deputy=membership_of("second_chair"), **_AUGUST),
    ("/absences/for/<int:membership_id>", "administrator"): filling(**_AUGUST),
    "/absences/<int:absence_id>/hand-over": filling(escalations=membership_of("school.lead")),
    "/people/confirm": Filling(of_people=_still_here),
    (f"{_PERSON}/hand-over", "gp.practitioner"): filling(everything=membership_of("gp.lead")),
    (f"{_PERSON}/hand-over", "chair"): filling(everything=membership_of("second_chair")),
    "/people/new": filling(
        name="Newly Come",
        email="newly.come@example.org",
        role="practitioner",
        agency_id=lambda world: world.agencies["a.gp"],
    ),
    f"{_PERSON}/change": filling(post="deputy_lead"),
    "/people/teams": filling(name="Night team"),
    "/people/teams/<int:team_id>": filling(name="Renamed team"),
}


TAKEN = (200, 302, 303)
"""What a change that is taken answers: the page again, or the way on."""


def holder_of(rule: str, place: str) -> str | None:
    """Somebody who may do this there; None where nobody may."""
    route = ROUTES[rule]["POST"]
    names = route.places[place].opens_to & route.roles if route.places else route.roles
    # Of those who may, one with teams: an agency without has no form to give meetings to them.
    return min(names, key=lambda name: (name != "social_care.lead", name)) if names else None


def open_changes() -> list[tuple[str, str]]:
    """Every change that somebody may make, with each place where they may."""
    return [
        (rule, place)
        for rule, by_method in ROUTES.items()
        if "POST" in by_method and not by_method["POST"].public
        for place in by_method["POST"].places or ("",)
        if holder_of(rule, place)
    ]


def harvest(world: World, new_client: Callable[[], PageClient]) -> dict[tuple[str, str], dict[str, Any]]:
    """What somebody who may would post, for each change and place."""
    browsers: dict[str, PageClient] = {}
    found = {}
    for rule, place in open_changes():
        name = holder_of(rule, place)
        assert name is not None
        if name not in browsers:
            browsers[name] = new_client()
            sign_in_as(browsers[name], world.person(f"a.{name}"))
            stay_fresh()
        found[rule, place] = filled_in(world, browsers[name], rule, place)
    for rule, place in found:
        # Where a form is not offered (any more), what would be posted is that of a place where it is.
        if not found[rule, place]:
            found[rule, place] = next((form for (other, _), form in found.items() if other == rule and form), {})
    for rule in {rule for rule, _ in found}:
        found[rule, ""] = found.get((rule, "")) or next(form for (other, _), form in found.items() if other == rule)
    return found


def filled_in(world: World, client: PageClient, rule: str, place: str) -> dict[str, Any]:
    """The form of one change at one place as this person gets it, filled in; without a form, nothing."""
    what = FILLINGS.get((rule, place)) or FILLINGS.get(rule) or Filling()
    fields = {name: value(world) if callable(value) else value for name, value in what.fields.items()}
    if what.of_people is not None:
        fields |= what.of_people(world)
    if what.raw:
        return fields
    page = address_of(world, what.page or rule, place, "a")
    response = client.get(page)
    if what.upload:
        # By its path, because a client closes what it has sent, and this is sent by many.
        with NamedTemporaryFile(dir=_UPLOADS.name, suffix=".xlsx", delete=False) as file:
            file.write(response.get_data())
        return {what.upload: (file.name, "upload.xlsx")}
    form = _form_of(response.page, page, address_of(world, rule, place, "a"))
    return {**form, **fields} if form is not None else {}


def _form_of(page: BeautifulSoup, own_address: str, action: str) -> dict[str, Any] | None:
    """The form that posts to the change, or else that of the page itself, which a script sends elsewhere."""
    forms = {str(form.get("action") or own_address): form for form in reversed(page.find_all("form", method="post"))}
    form = forms.get(action) or forms.get(own_address)
    if form is None:
        return None
    return {name: value for name, value in form_values(form).items() if name not in _NOT_OURS_TO_COPY}
