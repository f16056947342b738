"""Showing once more who it is between a form and what it does, a provider's link that is ended, and data protection."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from portal.database.session import writing
from portal.models.identities import Identity
from portal.models.sessions import SignInSession
from tests.browser.conftest import Served
from tests.browser.page_faults import look
from tests.browser.signing_in import prove
from tests.world import NOW, Person

pytestmark = pytest.mark.browser


def sign_in_long_ago(page: Page, served: Served, sign_in_in_browser, person: Person) -> None:
    """Sign in, and let that be long ago."""
    sign_in_in_browser(page, person)
    long_ago(served)


def long_ago(served: Served) -> None:
    """Let so much time pass since anybody has shown who they are that what is delicate asks again."""
    with served.app.app_context(), writing() as session:
        session.execute(update(SignInSession).values(proved_at=None))


def press(page: Page, button: str) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def test_whoever_is_asked_again_loses_nothing(served, page, sign_in_in_browser):
    person = served.world.person("a.administrator")
    sign_in_in_browser(page, person)
    page.goto("/people/new")
    page.get_by_label("Full name", exact=True).fill("Ada Fenside")
    long_ago(served)
    press(page, "Add the person")
    expect(page).to_have_url(f"{served.address}/account/prove?send=/people/new")
    faults = look(page)
    press(page, "Continue")
    faults += look(page)
    prove(page, person.password, person.totp_secret)
    expect(page.get_by_role("heading", level=1)).to_have_text("Send what you had filled in")
    faults += look(page)
    press(page, "Send it")
    expect(page.get_by_label("Full name", exact=True)).to_have_value("Ada Fenside")
    assert faults == [], "\n".join(faults)


def test_a_file_waits_until_it_is_asked_for(served, page, sign_in_in_browser):
    person = served.world.person("a.administrator")
    sign_in_long_ago(page, served, sign_in_in_browser, person)
    page.goto("/activity.csv")
    prove(page, person.password, person.totp_secret)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your file is ready")
    assert look(page) == []


def test_a_link_with_a_provider_is_ended(served, page, sign_in_in_browser):
    person = served.world.person("a.business_manager")
    linked = Identity(user_id=person.user_id, provider="other", issuer="https://id.example", subject="7", linked_at=NOW)
    with served.app.app_context(), writing() as session:
        session.add(linked)
    sign_in_in_browser(page, served.world.person("a.administrator"))
    page.goto(f"/people/{person.hat.membership_id}/sign-on/end")
    assert look(page) == []
    press(page, "End their single sign-on")
    assert look(page) == []


@pytest.mark.parametrize("path", ["/privacy", "/privacy/{}"])
def test_everybody_reads_what_is_held(path, served, page):
    page.goto(path.format(served.world.partnerships["a"]))
    assert look(page) == []
