"""What each change posts: the form as somebody who may has it before them, filled in so that it is taken.

The matrix posts the same on behalf of those who may not. An empty form would prove little: it may be turned away for
being empty, before anybody asks whose row it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup

from tests.access.matrix import address_of
from tests.access.routes import ROUTES
from tests.page_client import PageClient, form_values
from tests.signing_in import sign_in_as
from tests.world import PASSWORD, World

_MEETING = "/meetings/<int:meeting_id>"
_PERSON = "/people/<int:membership_id>"
_NOT_OURS_TO_COPY = ("csrf_token", "working_as")


@dataclass(frozen=True)
class Filling:
    """Where a change's form stands (its own address, unless said) and what is filled in; `raw` has no form."""

    fields: dict[str, Any] = field(default_factory=dict)
    page: str = ""
    raw: bool = False


def filling(page: str = "", **fields: Any) -> Filling:
    """A form, filled in; a value may be worked out from the world."""
    return Filling(fields, page)


def raw(**fields: Any) -> Filling:
    """Fields that are posted without a form of their own."""
    return Filling(fields, raw=True)


NEW_PASSWORD = "gander orchard 58 velvet"
_REPORT = filling(involvement="We see the family each week.", page=f"{_MEETING}/report")

# By rule, or by rule and place where one place has another form. What is not here is sent as it stands.
FILLINGS: dict[str | tuple[str, str], Filling] = {
    "/account/password": filling(password=PASSWORD, new_password=NEW_PASSWORD),
    "/account/recovery-codes": filling(password=PASSWORD),
    "/agencies/new": filling(name="Harbour Housing", agency_type="housing", code="NEW-1"),
    "/agencies/share": raw(agency_id=lambda world: world.agencies["b.school"], code="NEW-2"),
    "/agencies/<int:agency_id>/change": filling(email="moved@example.org"),
    "/cases/<int:case_id>/children/new": filling(given_name="Robin", surname="Newly"),
    "/cases/<int:case_id>/children/<int:child_id>": filling(given_name="Corrected"),
    "/meetings/search": filling(q="nothing is called this", page="/meetings"),
    f"{_MEETING}/answer": filling(answer="attend"),
    f"{_MEETING}/attendance": filling(attendance="partial"),
    f"{_MEETING}/expectations/<int:invitation_id>": filling(expectation="optional", reason="knows_child"),
    (f"{_MEETING}/expectations/<int:invitation_id>", "review/gp"): filling(outcome="send_back", note="Look again."),
    f"{_MEETING}/team": filling(team="0"),
    f"{_MEETING}/register/<int:invitation_id>": filling(attendance="in_person", page=f"{_MEETING}/register"),
    f"{_MEETING}/register/close": filling(note="All were heard."),
    f"{_MEETING}/report": _REPORT,
    f"{_MEETING}/report/autosave": _REPORT,
    f"{_MEETING}/report/check": raw(version=1),
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
    if what.raw:
        return fields
    page = address_of(world, what.page or rule, place, "a")
    response = client.get(page)
    form = _form_of(response.page, page, address_of(world, rule, place, "a"))
    return {**form, **fields} if form is not None else {}


def _form_of(page: BeautifulSoup, own_address: str, action: str) -> dict[str, Any] | None:
    """The form that posts to the change, or else that of the page itself, which a script sends elsewhere."""
    forms = {str(form.get("action") or own_address): form for form in reversed(page.find_all("form", method="post"))}
    form = forms.get(action) or forms.get(own_address)
    if form is None:
        return None
    return {name: value for name, value in form_values(form).items() if name not in _NOT_OURS_TO_COPY}
