"""What the journeys through meetings do again and again: a day in its boxes, a register, a meeting opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect

from tests.browser.page_faults import look
from tests.world import World

FIT = (375, 1280)
"""The widths at which each page is looked at: the last one stays."""


class Wanted(NamedTuple):
    """A meeting of a family that the portal knows already; what is empty is left as the page proposes it."""

    kind: str
    asked_for_on: date
    on: date
    at: str
    asked_for_at: str = ""
    late_reason: str = ""
    also: tuple[str, ...] = ()
    """Agencies that are added to those proposed."""


def heading(page: Page, words: str) -> None:
    """Wait until the page says what it is for."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def fits(page: Page) -> None:
    """The page bars nobody, and no window of a telephone or a desk is too narrow for it."""
    assert look(page, FIT) == []


def press(page: Page, words: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=words, exact=True).click()


def type_day(page: Page | Locator, legend: str, day: date) -> None:
    """Type a day into its three boxes."""
    group = page.get_by_role("group", name=legend, exact=True)
    for label, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(label, exact=True).fill(str(number))


def opens(page: Page, world: World, reference: str, wanted: Wanted) -> int:
    """A's coordinator opens a meeting that a.chair chairs, from the list of meetings; its number."""
    page.goto("/meetings")
    press(page, "Open a meeting")
    page.get_by_label("Reference of the case").fill(reference)
    page.get_by_label(wanted.kind, exact=True).check()
    press(page, "Continue")
    heading(page, "What asked for the meeting?")
    page.get_by_label("A referral", exact=True).check()
    type_day(page, "On which day?", wanted.asked_for_on)
    page.get_by_label("At what time?").fill(wanted.asked_for_at)
    press(page, "Continue")
    heading(page, "Which agencies are asked?")
    for agency in wanted.also:
        page.get_by_label("Another agency").select_option(label=agency)
        press(page, "Add it")
        expect(page.get_by_label(f"What is expected of {agency}")).to_have_value("expected")
    press(page, "Continue")
    page.get_by_label("Who chairs?").select_option(label=world.person("a.chair").name)
    page.get_by_label("How long will it take?").select_option("60")
    page.get_by_label("Video call").check()
    press(page, "Continue")
    heading(page, "When is it?")
    take_slot(page, wanted.on, wanted.at)
    press(page, "Continue")
    if wanted.late_reason:
        expect(page.get_by_role("alert")).to_contain_text("after the day by which the meeting is due")
        page.get_by_label("Why is it after the day").select_option(label=wanted.late_reason)
        press(page, "Continue")
    heading(page, "Check the meeting before it is opened")
    press(page, "Open the meeting")
    expect(page.get_by_text("The meeting is opened.")).to_be_visible()
    return number_of(page)


def take_slot(page: Page, on: date, at: str) -> None:
    """Choose a day and time that the portal has not proposed."""
    page.get_by_label("Another day and time").check()
    type_day(page, "Day", on)
    page.get_by_label("Time", exact=True).fill(at)


def number_of(page: Page) -> int:
    """The meeting whose page is open."""
    return int(page.url.rpartition("/")[2])


def mark(page: Page, agency: str, words: str) -> None:
    """Mark an agency in the register, and wait until that is kept."""
    row = page.locator("tr", has_text=agency)
    row.get_by_label(words).check()
    expect(row.locator("[data-register-status]")).to_contain_text("Saved")


def opened_by(new_page: Callable[[], Page], sign_in: Callable[..., None], world: World, name: str) -> Page:
    """A window of somebody who has just signed in."""
    page = new_page()
    sign_in(page, world.person(name))
    return page
