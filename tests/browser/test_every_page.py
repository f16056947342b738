"""No page is left out: each is opened by each role that has it, in one of the files test_pages_of_*.py.

Pages that come of a form, and those before signing in, are looked at in test_form_pages.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.domain.vocabulary import Role
from portal.web.guards import policies
from tests.access.who import EVERYBODY
from tests.browser.every_page import GROUPS, IN_FORM_PAGES, NO_PAGE, opened_by, visits
from tests.browser.page_faults import NARROW, WIDE, unreached

pytestmark = pytest.mark.browser


def test_no_page_is_left_out(served):
    pages = {row["rule"] for row in policies(served.app) if "GET" in row["methods"]}
    looked_at = {rule for name in EVERYBODY for rule, _place in opened_by(name)}
    assert pages == looked_at | IN_FORM_PAGES | NO_PAGE


def test_each_role_meets_each_of_its_pages_and_somebody_each_place(served):
    chosen = visits(served.world)
    met = {role: {page.rule for pages in by_name.values() for page in pages} for role, by_name in chosen.items()}
    first = [
        (one.rule, one.place)
        for people in chosen.values()
        for pages in people.values()
        for one in pages
        if one.is_first
    ]
    assert len(first) == len(set(first))
    for name in EVERYBODY:
        opened = opened_by(name)
        assert {rule for rule, _place in opened} <= met[served.world.person(f"a.{name}").hat.role]
        assert opened <= set(first)
    for by_name in chosen.values():
        assert all({page[:2] for page in pages} <= opened_by(name) for name, pages in by_name.items())


def test_each_role_has_its_file():
    assert sorted(role for roles in GROUPS.values() for role in roles) == sorted(Role)
    files = {path.stem for path in Path(__file__).parent.glob("test_pages_of_*.py")}
    assert files == {f"test_pages_of_{group}" for group in GROUPS}


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
