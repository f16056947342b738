"""Which pages are opened by whom, so that every role meets every kind of page it has, and every row is met by somebody.

They are worked out from tests/access/routes.py: a new route is looked at once it stands there. The roles are looked
after by the files test_pages_of_*.py, a group each, so that the work spreads over pytest's workers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Page

from portal.domain.area_rules import RuleGroup
from portal.domain.vocabulary import Role
from tests.access.matrix import address_of
from tests.access.routes import ROUTES
from tests.access.who import EVERYBODY
from tests.browser.looking import AXE
from tests.browser.page_faults import NARROW, look
from tests.browser.signing_in import PROVE, prove
from tests.world import Person, World

GROUPS: dict[str, tuple[Role, ...]] = {
    "agencies": (Role.AGENCY_LEAD, Role.SIGNATORY),
    "board": (Role.BOARD_MEMBER, Role.SCRUTINEER, Role.SECTOR_LEAD),
    "business_manager": (Role.BUSINESS_MANAGER,),
    "meetings": (
        Role.PRACTITIONER,
        Role.CHAIR,
        Role.SAFEGUARDING_MANAGER,
        Role.COORDINATOR,
        Role.ADMINISTRATOR,
    ),
}
NO_PAGE = {
    "/health/live",
    "/health/ready",
    # What the pages' own script asks.
    "/signed-in/left",
    # What machines read, and only where a token is set.
    "/metrics",
    # What machines read, with a key alone.
    "/api/openapi.json",
    "/api/v1/indicators",
    "/api/v1/measures",
    "/api/v1/measures/<measure_id>",
    "/api/v1/months",
    # Pictures on a page, which the journeys and the pages around them wait for.
    "/audit-rounds/<int:round_id>/results/changes.svg",
    "/audit-rounds/<int:round_id>/results/questions/<int:question_id>/ratings.svg",
    "/escalations/figures/open.svg",
    "/escalations/figures/resolved.svg",
    "/figures/feedback/<audience>.svg",
    "/figures/funnel.svg",
    "/figures/heat.svg",
    "/figures/measures/<measure_id>/run.svg",
    "/figures/multiples.svg",
    "/figures/own/<measure_id>/run.svg",
    "/figures/room/lines.svg",
    "/samples/grades.svg",
    # It leads on to the address that was saved.
    "/figures/views/<int:view_id>",
    # They lead on to a provider of single sign-on, which reads the keys.
    "/account/prove/at-provider",
    "/join/<token>/with/<name>",
    "/sign-in/with/<name>",
    "/sign-in/with/<name>/keys",
    # A browser saves these instead of showing them.
    "/activity.csv",
    "/audit-rounds/<int:round_id>/chase.csv",
    "/audit-rounds/<int:round_id>/results/report",
    "/audit-rounds/<int:round_id>/results/workbook",
    "/audits/<int:return_id>/letter",
    "/audits/<int:return_id>/workbook",
    "/escalations/log.csv",
    "/escalations/<int:escalation_id>/log.csv",
    "/escalations/<int:escalation_id>/log.pdf",
    "/figures/comparators/file",
    "/files/<int:file_id>",
    "/files/<int:file_id>/pages/<int:page>/picture",
    "/meetings/<int:meeting_id>/bundle/<int:number>",
    "/meetings/<int:meeting_id>/calendar.ics",
    "/meetings/<int:meeting_id>/decisions.pdf",
    "/meetings/<int:meeting_id>/report/record/document",
    "/meetings/<int:meeting_id>/reports/<int:invitation_id>/family.pdf",
    "/packs/<int:pack_id>/pack.pdf",
    "/packs/<int:pack_id>/pack.xlsx",
    "/packs/<int:pack_id>/pack.zip",
    "/plans/panel.csv",
    "/records/erasures/<int:erasure_id>/certificate.pdf",
    "/records/requests/<int:export_id>/file",
    "/return/<token>/document",
    "/samples/grades.csv",
    "/samples/grades.xlsx",
    "/withdrawals/<int:withdrawal_id>/files/<int:file_id>",
}
IN_FORM_PAGES = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/recovery-code",
    "/sign-in/set-up-code",
    "/join/<token>",
    # In test_link_return.py: they open to whoever has given a code.
    "/return/<token>",
    "/return/<token>/done",
    # In test_parent_feedback.py: they open to whoever has a card.
    "/f/<code>",
    "/f/<code>/<language>",
    "/f/<code>/<language>/thanks",
    "/meetings/<int:meeting_id>/report/check",
    "/meetings/<int:meeting_id>/report/addendum/check",  # in test_school_reports.py: nothing is added in the world
    "/files/<int:file_id>/pages/<int:page>",  # in test_report_attachments.py: the world's files have no pages
    "/audits/<int:return_id>/versions",  # in test_school_signs.py: no return of the world has two
    # In test_measure_pages.py: the matrix asks for a measure that there is not.
    "/figures/measures/<measure_id>",
    "/figures/measures/<measure_id>/rows",
    "/figures/own/<measure_id>",
    "/figures/own/<measure_id>/rows",
    # In tests/pages/test_samples.py: of no sampled meeting of the world do the reviews differ.
    "/samples/meetings/<int:sampled_id>/settle",
    "/figures/months/correct",  # in test_month_corrected.py: the last month is not frozen
    "/figures/quarter/correct",  # in test_quarter_corrected.py: the last quarter is not frozen
    # In test_named_people.py: no meeting of the world is for named people only, or about several families.
    "/meetings/<int:meeting_id>/families",
    "/meetings/<int:meeting_id>/people",
    "/meetings/for-named-people/<int:meeting_id>",
    # In test_area_rules.py: nothing is planned in the world.
    *(f"/rules/{group}/withdraw" for group in RuleGroup),
    "/meetings/<int:meeting_id>/decisions/send",  # in test_two_chairs_outcome.py: no sheet of the world waits
    # In test_trust_pages.py: they stand between a form and what it does, or are for everybody.
    "/account/carry-on",
    "/account/prove",
    "/people/<int:membership_id>/sign-on/end",
    "/privacy",
    "/privacy/<int:partnership_id>",
    "/sign-in/with/<name>/back",  # in tests/pages/test_single_sign_on_refused.py: a page only where a provider refuses
    "/meetings/<int:meeting_id>/strategy/amend",  # in test_chair_strategy.py: the world's record is open already
}

Opened = tuple[str, str]


class Visit(NamedTuple):
    """A page that somebody opens; is it the first at this place, of all the roles?"""

    rule: str
    place: str
    is_first: bool


def opened_by(name: str) -> set[Opened]:
    """Each rule and place that somebody gets a page for."""
    found = set()
    for rule, by_method in ROUTES.items():
        route = by_method.get("GET")
        if route is None or route.public or rule in NO_PAGE or name not in route.roles:
            continue
        places = route.places or {"": None}
        for key, place in places.items():
            names, answer = (route.roles, route.answer) if place is None else (place.opens_to, place.answer)
            if name in names and 200 in answer:
                found.add((rule, key))
    return found


def visits(world: World) -> dict[Role, dict[str, list[Visit]]]:
    """By role and person, the fewest pages with which each role meets each rule and somebody meets each place."""
    role_of = {name: world.person(f"a.{name}").hat.role for name in EVERYBODY}
    openers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name in EVERYBODY:
        for rule, place in opened_by(name):
            openers[rule].add((name, place))
    chosen: dict[Role, dict[str, list[Visit]]] = {role: {} for role in Role}
    for rule in sorted(openers):
        roles = {role_of[name] for name, _place in openers[rule]}
        places = {place for _name, place in openers[rule]}
        while roles or places:

            def gain(opener: tuple[str, str], roles: set[Role] = roles, places: set[str] = places) -> tuple[int, bool]:
                name, place = opener
                # To sign in costs as much as some pages: who is there already goes first.
                return (role_of[name] in roles) + (place in places), name in chosen[role_of[name]]

            name, place = max(sorted(openers[rule]), key=gain)
            chosen[role_of[name]].setdefault(name, []).append(Visit(rule, place, place in places))
            roles.discard(role_of[name])
            places.discard(place)
    return chosen


def faults_of_pages(
    role: Role, world: World, new_page: Callable[[], Page], sign_in_in_browser: Callable[[Page, Person], None]
) -> list[str]:
    """What is wrong with the pages that a role's people open."""
    faults = []
    for name, pages in visits(world)[role].items():
        page, person = new_page(), world.person(f"a.{name}")
        sign_in_in_browser(page, person)
        # Loaded with each page, it is not sent anew for each.
        page.add_init_script(AXE)
        for rule, place, is_first in pages:
            address = address_of(world, rule, place, "a")
            answer = page.goto(address)
            if urlsplit(page.url).path == PROVE:
                # On a slow machine it takes longer than ten minutes to come here.
                prove(page, person.password, person.totp_secret)
                answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, f"{address} as {name}: {answer.status}"
            # What other roles have at the same place is seen where there is least room for it.
            faults += look(page) if is_first else look(page, (NARROW,))
        page.context.close()
    return faults
