"""Every page as every role gets it, in a browser, at the width of a desk and of a telephone.

Which pages those are is worked out from tests/access/routes.py, so a new route is looked at once it stands there. Pages
that come of a form, and those before signing in, are looked at in test_form_pages.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from portal.domain.vocabulary import Role
from portal.web.guards import policies
from tests.access.matrix import address_of
from tests.access.routes import ROUTES
from tests.access.who import EVERYBODY
from tests.browser.page_faults import NARROW, WIDE, look, unreached
from tests.world import World

pytestmark = pytest.mark.browser

NO_PAGE = {
    "/health/live",
    "/health/ready",
    # A browser saves these instead of showing them.
    "/audit-rounds/<int:round_id>/chase.csv",
    "/audit-rounds/<int:round_id>/results/report",
    "/audit-rounds/<int:round_id>/results/workbook",
    "/audits/<int:return_id>/letter",
    "/audits/<int:return_id>/workbook",
    "/files/<int:file_id>",
}
IN_FORM_PAGES = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/recovery-code",
    "/sign-in/set-up-code",
    "/join/<token>",
    "/meetings/<int:meeting_id>/report/check",
    "/audits/<int:return_id>/versions",  # in test_school_signs.py: no return of the world has two
}

Opened = tuple[str, str]


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


def visitors(world: World, role: Role) -> Iterator[tuple[str, set[Opened]]]:
    """The fewest people of a role who between them open all that it can open, each with what is left for them."""
    names = sorted(name for name in EVERYBODY if world.person(f"a.{name}").hat.role is role)
    left = set().union(*(opened_by(name) for name in names))
    while left:
        name = max(names, key=lambda name: len(opened_by(name) & left))
        yield name, opened_by(name) & left
        left -= opened_by(name)


def test_no_page_is_left_out(served):
    pages = {row["rule"] for row in policies(served.app) if "GET" in row["methods"]}
    looked_at = {rule for name in EVERYBODY for rule, _place in opened_by(name)}
    assert pages == looked_at | IN_FORM_PAGES | NO_PAGE


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role(role, served, new_page, sign_in_in_browser):
    faults = []
    for name, pages in visitors(served.world, role):
        page = new_page()
        sign_in_in_browser(page, served.world.person(f"a.{name}"))
        for rule, place in sorted(pages):
            address = address_of(served.world, rule, place, "a")
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, f"{address} as {name}: {answer.status}"
            faults += look(page)
        page.context.close()
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("school.practitioner", ""),
        ("school.practitioner", "/answer"),
        ("school.practitioner", "/report"),
        ("chair", "/register"),
        ("chair", "/register/close"),
    ],
)
def test_the_keyboard_reaches_everything(width, name, path, served, page: Page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person(f"a.{name}"))
    page.goto(f"/meetings/{served.world.meeting('a.initial').id}{path}")
    assert unreached(page, width) == []
