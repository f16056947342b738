"""A report survives what happens at work: an expired sign-in, a colleague at the same draft, a second press."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.vocabulary import ReportStatus
from portal.models.activity import Activity
from tests.browser.looking import barriers, overhang, wait_until
from tests.pages.report_steps import kept, stored

pytestmark = pytest.mark.browser

ANSWERS = {
    "How you know the child and family": "Registered with us since birth.",
    "What is going well": "Mother keeps every appointment.",
    "What you are worried about": "Two burns that nobody explained.",
    "Why you think so": "The burns.",
}
WORRIES = "What you are worried about"


@pytest.fixture
def place(served):
    """A's initial conference, which is today; the school has written nothing yet."""
    return served.world.meeting("a.initial")


@pytest.fixture
def teacher(page, served, place, sign_in_in_browser) -> Page:
    """The school's practitioner, at the report."""
    sign_in_in_browser(page, served.world.person("a.school.practitioner"))
    page.goto(f"/meetings/{place.id}/report")
    return page


def says(page: Page, words: str) -> None:
    """Wait until the line under the form says this."""
    expect(page.locator("[data-autosave-status]")).to_contain_text(words)


def answer_all(page: Page) -> None:
    """Answer every question."""
    for label, text in ANSWERS.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("A child protection plan is needed").check()
    page.get_by_label("Neglect").check()


def test_written_checked_and_sent_once(teacher, place):
    answer_all(teacher)
    wait_until(lambda: kept(place).get("category_views") == "neglect")
    says(teacher, "Saved 11:00")
    teacher.reload()
    expect(teacher.get_by_label(WORRIES)).to_have_value(ANSWERS[WORRIES])
    assert barriers(teacher) == []
    teacher.get_by_role("button", name="Check and send").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Check your report")
    assert barriers(teacher) == []
    teacher.get_by_role("link", name=f"Change {WORRIES}").click()
    expect(teacher.get_by_label(WORRIES)).to_be_in_viewport()
    teacher.get_by_label(WORRIES).fill("Three burns.")
    teacher.get_by_role("button", name="Check and send").click()
    expect(teacher.get_by_text("Three burns.")).to_be_visible()
    teacher.get_by_role("button", name="Send the report").click()
    expect(teacher.get_by_text("Your report was sent.")).to_be_visible()
    assert barriers(teacher) == []
    teacher.go_back()
    if teacher.get_by_role("button", name="Send the report").count():
        # Chromium may show the page that it had kept: pressed again, it is sent once all the same.
        teacher.get_by_role("button", name="Send the report").click()
        expect(teacher.get_by_text("It was sent once.")).to_be_visible()
    assert (stored(place).status, kept(place)["worries"]) == (ReportStatus.SUBMITTED, "Three burns.")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(Activity.verb == "report.submitted")) == 1


def test_typing_goes_on_once_somebody_has_signed_in_again_in_another_tab(
    teacher, served, place, at_world_time, sign_in_in_browser
):
    teacher.get_by_label(WORRIES).fill("Saved in time.")
    says(teacher, "Saved 11:00")
    at_world_time.shift(timedelta(minutes=21))
    teacher.get_by_label(WORRIES).fill("Typed after the sign-in had ended.")
    says(teacher, "You have been signed out")
    assert kept(place)["worries"] == "Saved in time."
    tab = teacher.context.new_page()
    sign_in_in_browser(tab, served.world.person("a.school.practitioner"))
    teacher.bring_to_front()
    expect(teacher.locator("[data-autosave-status]")).to_contain_text("Saved 11:21", timeout=15_000)
    assert kept(place)["worries"] == "Typed after the sign-in had ended."


def test_what_is_sent_after_the_sign_in_has_ended_is_there_after_the_next(
    teacher, served, place, at_world_time, sign_in_in_browser
):
    at_world_time.shift(timedelta(minutes=21))
    answer_all(teacher)
    teacher.get_by_role("button", name="Save and stop").click()
    teacher.wait_for_url("**/sign-in**")
    sign_in_in_browser(teacher, served.world.person("a.school.practitioner"))
    teacher.wait_for_url(f"**/meetings/{place.id}/report")
    expect(teacher.get_by_text("You were signed out before this was saved.")).to_be_visible()
    for label, text in ANSWERS.items():
        expect(teacher.get_by_label(label)).to_have_value(text)
    expect(teacher.get_by_label("Neglect")).to_be_checked()
    assert barriers(teacher) == []
    teacher.get_by_role("button", name="Save and stop").click()
    expect(teacher.get_by_text("Your draft is saved.")).to_be_visible()
    assert kept(place)["worries"] == ANSWERS[WORRIES]


def test_two_people_on_one_question_put_their_texts_together(teacher, new_page, served, place, sign_in_in_browser):
    head = new_page()
    sign_in_in_browser(head, served.world.person("a.school.lead"))
    head.goto(f"/meetings/{place.id}/report")
    teacher.get_by_label(WORRIES).fill("What the teacher saw.")
    says(teacher, "Saved 11:00")
    head.get_by_label(WORRIES).fill("What the head heard.")
    head.get_by_label("What is going well").fill("Much.")
    expect(head.get_by_text("ZQ-A-SCHOOL-PRACTITIONER-QZ changed this answer at 11:00")).to_be_visible()
    says(head, "1 answer is not")
    wait_until(lambda: kept(place).get("strengths") == "Much.")
    assert barriers(head) == []
    head.get_by_role("button", name="See both texts").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("Somebody else changed this report")
    assert barriers(head) == []
    for text in ("What the teacher saw.", "What the head heard."):
        expect(head.locator(".app-compare").get_by_text(text)).to_be_visible()
    head.get_by_role("button", name="Save the text put together").click()
    expect(head.get_by_text("Your draft is saved.")).to_be_visible()
    assert kept(place)["worries"] == "What the teacher saw.\n\nWhat the head heard."


def test_two_people_on_two_questions_do_not_meet(teacher, new_page, served, place, sign_in_in_browser):
    head = new_page()
    sign_in_in_browser(head, served.world.person("a.school.lead"))
    head.goto(f"/meetings/{place.id}/report")
    teacher.get_by_label(WORRIES).fill("What the teacher saw.")
    says(teacher, "Saved 11:00")
    head.get_by_label("What is going well").fill("What the head heard.")
    says(head, "Saved 11:00")
    teacher.get_by_label(WORRIES).fill("What the teacher saw, twice.")
    wait_until(lambda: kept(place) == {"worries": "What the teacher saw, twice.", "strengths": "What the head heard."})


@pytest.mark.parametrize("width", [1280, 768, 375])
def test_it_fits_the_window(teacher, place, width):
    teacher.set_viewport_size({"width": width, "height": 1024})
    answer_all(teacher)
    teacher.get_by_label(WORRIES).fill("W" * 400)
    assert overhang(teacher) == 0
    teacher.get_by_role("button", name="Check and send").click()
    teacher.wait_for_url("**/report/check")
    assert overhang(teacher) == 0
