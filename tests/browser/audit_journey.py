"""The steps of an audit as people take them in a browser, from the round that asks to the letter that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.looking import barriers, task
from tests.world import Person, World

HOW = "How you know"
GREEN, AMBER = "Green: fully in place", "Amber: partly in place"


@dataclass(frozen=True)
class People:
    """Those of A, each with a window of their own."""

    world: World
    new_page: Callable[[], Page]
    sign_in: Callable[[Page, Person], None]

    def come(self, name: str) -> Page:
        """Somebody of the world signs in."""
        return self.enter(self.world.person(f"a.{name}"))

    def enter(self, person: Person) -> Page:
        """Somebody signs in, with password and code where they have one, and stands on their Home."""
        page = self.new_page()
        self.sign_in(page, person)
        page.goto("/")
        return page


def press(page: Page, button: str) -> None:
    """Send a form."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str) -> None:
    """Go where a link leads, which may be drawn as a button; nothing on the way may bar anybody."""
    with page.expect_navigation():
        page.locator("a", has_text=link).first.click()
    assert barriers(page) == [], page.url


def heading(page: Page, words: str) -> None:
    """Wait for a page."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def fill_day(page: Page, question: str, day: date) -> None:
    """Type a day into its three boxes."""
    boxes = page.get_by_role("group", name=question)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        boxes.get_by_label(part).fill(str(value))


def open_round(manager: Page, title: str, kind_of_agency: str, opens_on: date, due_on: date, panel: str) -> None:
    """The business manager asks all agencies of a kind, and says who moderates with them."""
    manager.goto("/audit-rounds")
    follow(manager, "Set up a round")
    follow(manager, "Section 11 audit")
    manager.get_by_label("Title").fill(title)
    manager.get_by_role("radio", name="Full audit", exact=True).check()
    fill_day(manager, "Opening day", opens_on)
    fill_day(manager, "Due day", due_on)
    manager.get_by_label("All agencies of some kinds").check()
    manager.get_by_label(kind_of_agency, exact=True).check()
    press(manager, "Set up the round")
    heading(manager, title)
    follow(manager, "Choose the panel")
    manager.get_by_label(panel).check()
    press(manager, "Save the panel")


def start(lead: Page, title: str) -> str:
    """The lead finds the audit among what needs them and starts it; the return's address."""
    task(lead, "Start the audit", title).get_by_role("button").click()
    press(lead, "Start")
    expect(lead.get_by_text("You have started.")).to_be_visible()
    assert barriers(lead) == []
    return lead.url


def give(lead: Page, address: str, section: str, colleague: str) -> None:
    """The lead gives a colleague a section."""
    lead.goto(address)
    follow(lead, f"Give the section {section}")
    lead.get_by_label(colleague).check()
    press(lead, "Save")
    expect(lead.get_by_role("row", name=section)).to_contain_text(colleague)


def answer(page: Page, question: str, rating: str, words: str, then: str = "Save and next") -> None:
    """Answer the question that the page shows."""
    heading(page, question)
    page.get_by_label(rating).check()
    page.get_by_label(HOW).fill(words)
    press(page, then)


def add_file(page: Page, file: Path, title: str, dated_on: date) -> None:
    """Back the answer on the page with a file."""
    press(page, "Add evidence")
    page.get_by_label("A file", exact=True).check()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("What it is").fill(title)
    fill_day(page, "Date of the evidence", dated_on)
    press(page, "Add the evidence")
    expect(page.locator("#evidence + .app-evidence")).to_contain_text(title)


def promise(page: Page, what: str, owner: str, due_on: date) -> None:
    """Add an action to the answer on the page."""
    press(page, "Add an action")
    page.get_by_label("What will be done?").fill(what)
    page.get_by_label("Their name, if they do not use the portal").fill(owner)
    fill_day(page, "By when?", due_on)
    press(page, "Add the action")
    expect(page.get_by_text(what).first).to_be_visible()


def send(lead: Page, title: str) -> None:
    """The lead finds on Home that all is answered, and sends the return to be signed."""
    lead.goto("/")
    task(lead, "Send the audit to be signed", title).get_by_role("button").click()
    heading(lead, "Send the return to be signed")
    press(lead, "Send the return to be signed")


def sign(page: Page, name: str) -> None:
    """Sign what is next."""
    # A click may have led here: what is looked at must be the page that was waited for.
    page.get_by_label("This is true, and I sign it").check()
    assert barriers(page) == []
    page.get_by_label("Your full name").fill(name)
    press(page, "Sign the return")


def rate(panel: Page, question: str, rating: str, why: str) -> None:
    """A panel member rates one answer, from the page of all of them."""
    follow(panel, question)
    panel.get_by_label(rating).check()
    panel.get_by_label("Why?").fill(why)
    press(panel, "Save and stop")


def plan_session(manager: Page, held_on: date) -> None:
    """The manager says when the agency is asked about its answers."""
    follow(manager, "Plan the session")
    fill_day(manager, "Day", held_on)
    manager.get_by_label("Place").fill("By video")
    manager.get_by_label("Panel").fill("The independent scrutineer and the board")
    press(manager, "Save")
    heading(manager, "Challenge session")


def letter_of(page: Page, address: str) -> bytes:
    """The letter that somebody downloads from their return's page."""
    page.goto(address)
    assert barriers(page) == []
    with page.expect_download() as begun:
        page.get_by_role("link", name="Letter from the board (PDF)").click()
    return begun.value.path().read_bytes()
