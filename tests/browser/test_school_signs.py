"""A school's return is sent, signed by a head who is the designated lead too, by a governor, and opened again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from portal.database.session import writing
from portal.models.people import Membership
from tests import audits
from tests.browser.page_faults import look, unreached
from tests.services.audit_steps import asked_now

pytestmark = pytest.mark.browser

LETTER = "Letter from the board (PDF)"


@pytest.fixture
def place(served):
    """A school's return with every question answered; its lead holds no post, so the head may be both."""
    world = served.world
    with served.app.app_context():
        found = asked_now(world)
        audits.answered_return(found.round, world.agencies["a.school"])
        with writing() as session:
            lead = world.person("a.school.lead").hat.membership_id
            session.execute(update(Membership).where(Membership.id == lead).values(post=None))
    return found


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def sign(page: Page) -> None:
    page.get_by_label("This is true, and I sign it").check()
    page.get_by_label("Your full name").fill("Ann Lee")
    press(page, "Sign the return")


def test_from_sending_to_a_second_version(served, place, new_page, sign_in_in_browser):
    signing, faults = f"/audits/{place.id}/signing", []

    def as_one(name: str) -> Page:
        page = new_page()
        sign_in_in_browser(page, served.world.person(f"a.{name}"))
        return page

    lead = as_one("school.lead")
    lead.goto(signing)
    press(lead, "Send the return to be signed")
    lead.get_by_role("link", name="Invite somebody to sign").click()
    faults += look(lead)

    head = as_one("school.head")
    head.goto("/")
    head.get_by_role("button", name="Sign the audit return").click()
    faults += look(head) + unreached(head)
    press(head, "Sign the return")
    assert head.get_by_text("Tick the box to say that this is true").first.is_visible()
    faults += look(head)
    head.get_by_label("I am both the designated safeguarding lead and the head here").check()
    sign(head)
    assert head.get_by_text("You have signed. Thank you.").is_visible()

    governor = as_one("school.governor")
    governor.goto(signing)
    sign(governor)
    assert governor.get_by_text("the return is locked").is_visible()

    lead.goto(signing)
    lead.get_by_role("link", name="Open the return again").click()
    faults += look(lead)
    lead.get_by_label("Why is it opened again?").fill("The training was wrong.")
    press(lead, "Open the return again")
    question = f"/audits/{place.id}/questions/{place.questions['1.1']}"
    lead.goto(question)
    lead.get_by_label("How you know").fill("We do less of this than we said.")
    lead.get_by_label("Amber: partly in place").check()
    press(lead, "Save and stop")
    lead.goto(f"/audits/{place.id}/versions")
    assert lead.get_by_text("1 of 6 answers changed").is_visible()
    faults += look(lead)
    lead.goto(signing)
    faults += look(lead)
    assert faults == [], "\n".join(faults)


def test_from_the_panel_to_the_letter(served, new_page, sign_in_in_browser):
    place, faults = served.world.returns["a.school"], []

    def as_one(name: str) -> Page:
        page = new_page()
        sign_in_in_browser(page, served.world.person(f"a.{name}"))
        page.goto(f"/audits/{place.id}")
        return page

    head, panel, manager = as_one("school.head"), as_one("board"), as_one("business_manager")
    assert not head.get_by_role("link", name=LETTER).is_visible()
    panel.get_by_role("link", name="Moderation and challenge session").click()
    panel.get_by_role("link", name="Is 2.1 so?").click()
    panel.get_by_label("Amber: partly in place").check()
    panel.get_by_label("Why?").fill("The policy is of 2019.")
    press(panel, "Save and stop")
    faults += look(panel)
    manager.get_by_role("link", name="Moderation and challenge session").click()
    manager.get_by_role("button", name="Release to the agency").click()
    faults += look(manager)
    press(manager, "Release to the agency")

    head.reload()
    faults += look(head)
    with head.expect_download() as begun:
        head.get_by_role("link", name=LETTER).click()
    assert begun.value.path().read_bytes().startswith(b"%PDF")
    head.get_by_role("link", name="What the panel made of your answers").click()
    head.get_by_role("link", name="Is 2.1 so?").click()
    assert head.get_by_text("The policy is of 2019.").is_visible()
    assert faults == [], "\n".join(faults)
