"""A police force's section 11 return: asked, shared, answered, signed by two, challenged, and a letter comes back."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from portal.database.session import db, writing
from portal.models.frameworks import Question
from tests.browser import audit_journey as journey
from tests.browser.audit_journey import AMBER, GREEN, HOW, People, follow, heading, press
from tests.browser.looking import barriers, task
from tests.browser.page_faults import look
from tests.sample_files import PDF
from tests.services.moderation_steps import conferences
from tests.world import World

pytestmark = pytest.mark.browser

TITLE = "Section 11, summer 2026"
CLAIM = "We come to every conference."
TRUTH = "The portal counts 6 of 21."


@pytest.fixture
def held(served) -> World:
    """Police came to six of twenty conferences, and the first question is held against that."""
    world = served.world
    conferences(world, "a", "police", came=6, of=20)
    with writing() as session:
        session.execute(
            update(Question)
            .where(Question.id == world.editions["a.section_11"].questions["1.1"])
            .values(checks=[{"figure": "attendance_rate", "below": 80}])
        )
    db.session.remove()
    return world


def answered_without_scripts(browser: Browser, address: str, people: People) -> None:
    """The colleague's old computer runs no script: they find their section on Home, and no other."""
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    people.sign_in(page, people.world.person("a.police.practitioner"))
    page.goto("/")
    task(page, "Answer 1 section of the audit", TITLE).get_by_role("button").click()
    expect(page.get_by_role("link", name="Standard 2")).to_be_visible()
    expect(page.get_by_text("Standard 1")).to_have_count(0)
    follow_plainly(page, "Answer the first question")
    for code in ("2.1", "2.2"):
        journey.answer(page, f"Is {code} so?", GREEN, f"{code}: looked at in our audit of June.")
    journey.answer(page, "Is 2.3 so?", GREEN, "2.3: in the training register.", "Save and stop")
    expect(page.get_by_text("Every question that you were given is answered.")).to_be_visible()
    context.close()


def follow_plainly(page: Page, link: str) -> None:
    """Go where a link leads, where no script can look at the page."""
    with page.expect_navigation():
        page.locator("a", has_text=link).first.click()


def test_from_the_round_to_the_letter(browser, served, held, new_page, sign_in_in_browser, tmp_path):
    people = People(held, new_page, sign_in_in_browser)
    manager = people.come("business_manager")
    board = held.person("a.board").name
    journey.open_round(manager, TITLE, "Police", held.today, date(2026, 7, 24), board)
    round_address = manager.url

    lead = people.come("police.lead")
    address = journey.start(lead, TITLE)
    journey.give(lead, address, "Standard 2", held.person("a.police.practitioner").name)
    follow(lead, "Answer the first question")
    journey.answer(lead, "Is 1.1 so?", GREEN, CLAIM)
    heading(lead, "Is 1.2 so?")
    lead.get_by_label(AMBER).check()
    lead.get_by_label(HOW).fill("Half of the sergeants know it.")
    expect(lead.locator("[data-autosave-status]")).to_contain_text("Saved 11:0")
    file = tmp_path / "Audit of June.pdf"
    file.write_bytes(PDF)
    journey.add_file(lead, file, "Audit of custody records", date(2026, 6, 1))
    journey.promise(lead, "Brief every sergeant", "Insp Ray", date(2026, 9, 30))
    lead.goto(address)
    follow(lead, "Go on where you stopped")
    journey.answer(lead, "Is 1.3 so?", GREEN, "In the force’s plan.", "Save and stop")
    expect(lead.get_by_text("3 of 6 answered")).to_be_visible()
    answered_without_scripts(browser, served.address, people)

    journey.send(lead, TITLE)
    journey.sign(lead, "Jo Marsh")
    executive = people.come("police.executive")
    task(executive, "Sign the audit return", TITLE).get_by_role("button").click()
    journey.sign(executive, "Alex Field")
    expect(executive.get_by_text("the return is locked")).to_be_visible()

    panel = people.come("board")
    panel.goto(address)
    follow(panel, "Moderation and challenge session")
    journey.rate(panel, "Is 1.1 so?", AMBER, TRUTH)
    follow(panel, "Challenge session and its agenda")
    point = task(panel, "Is 1.1 so?")
    expect(point).to_contain_text("You say green. Borough Police came to 29 % (6 of 21) of the conferences")
    assert look(panel) == []

    manager.goto(round_address)
    follow(manager, held.agency_names["a.police"])
    follow(manager, "Moderation and challenge session")
    follow(manager, "Challenge session")
    journey.plan_session(manager, date(2026, 6, 10))
    lead.goto(address)
    expect(lead.get_by_role("link", name="Letter from the board (PDF)")).to_have_count(0)
    follow(manager, "Write down what came of it")
    manager.get_by_label("Notes").fill("The force will send a deputy to each conference.")
    manager.get_by_label("Agreed rating").first.select_option(label=AMBER)
    press(manager, "Save")
    press(manager, "Release to the agency")
    assert barriers(manager) == []
    assert journey.letter_of(lead, address).startswith(b"%PDF")
    follow(lead, "What the panel made of your answers")
    follow(lead, "Is 1.1 so?")
    expect(lead.get_by_text(TRUTH).first).to_be_visible()
