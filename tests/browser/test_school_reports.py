"""A school's report from its own template: saved as it is typed, though the server stops in the middle; sent; read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from portal.database.session import writing
from portal.domain.report_answers import asked
from portal.domain.report_vocabulary import AnswerKind
from portal.domain.vocabulary import ReportStatus
from portal.gateways.report_template_files import read
from tests.browser.looking import barriers, task, wait_until
from tests.browser.page_faults import look
from tests.pages.report_steps import kept, stored
from tests.report_forms import publish

pytestmark = pytest.mark.browser

WIDTHS = (375, 1280)


@pytest.fixture
def place(served):
    """A's initial conference, for which schools answer the template that ships for them."""
    with writing() as session:
        shipped = replace(read("school"), effective_from=date(2026, 1, 1))
        publish(session, served.world.partnerships["a"], shipped)
    return served.world.meeting("a.initial")


@pytest.fixture
def teacher(page, served, place, sign_in_in_browser) -> Page:
    """The school's practitioner, on Home."""
    sign_in_in_browser(page, served.world.person("a.school.practitioner"))
    return page


def says(page: Page, words: str, patience: float = 5_000) -> None:
    """Wait until the line under the form says this."""
    expect(page.locator("[data-autosave-status]")).to_contain_text(words, timeout=patience)


def fill_what_is_left(page: Page) -> None:
    """Answer every question that must be answered and is not yet; `kept` says afterwards what was written."""
    template = read("school")
    for question in template.questions:
        box = page.locator(f"[data-question={question.code}]")
        if not question.is_needed or not box.is_visible():
            continue
        if question.kind is AnswerKind.LONG and not box.locator("textarea").input_value():
            box.locator("textarea").fill(f"Said of {question.code}.")
        elif question.kind in (AnswerKind.ONE_OF, AnswerKind.SEVERAL_OF):
            box.get_by_label(question.choices[0].label, exact=True).check()


def test_from_home_to_the_chair(teacher, new_page, served, place, sign_in_in_browser):
    task(teacher, "Send your report").get_by_role("button").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Your report")
    assert look(teacher, WIDTHS) == []
    # Asked only where it applies.
    expect(teacher.get_by_label("What lies behind it")).to_be_hidden()
    teacher.get_by_label("Often late").check()
    expect(teacher.get_by_label("What lies behind it")).to_be_visible()
    teacher.get_by_label("How you know the child and family").fill("In year 4 since September.")
    says(teacher, "Saved 11:00")
    # The server stops; what is typed meanwhile stays, and is saved once it is there again.
    served.server.stop()
    teacher.get_by_label("What is going well").fill("Reads well.")
    says(teacher, "Not saved: no connection")
    teacher.get_by_label("What is going well").fill("Reads well, and likes to.")
    teacher.get_by_label("What the child says").fill("“I want to stay at this school.”")
    served.server.start()
    says(teacher, "Saved 11:00", 30_000)
    wait_until(lambda: "child_voice" in kept(place))
    assert kept(place)["strengths"] == "Reads well, and likes to."
    # A browser that is closed and opened again shows all of it.
    teacher.reload()
    expect(teacher.get_by_label("What the child says")).to_have_value("“I want to stay at this school.”")
    fill_what_is_left(teacher)
    teacher.get_by_role("button", name="Check and send").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Check your report")
    assert look(teacher, WIDTHS) == []
    teacher.get_by_role("button", name="Send the report").click()
    expect(teacher.get_by_text("Your report was sent.")).to_be_visible()
    assert stored(place).status is ReportStatus.SUBMITTED
    chair = new_page()
    sign_in_in_browser(chair, served.world.person("a.chair"))
    chair.goto(f"/meetings/{place.id}/reports/{place.invitations['school'].id}")
    expect(chair.get_by_text("Reads well, and likes to.")).to_be_visible()
    assert look(chair, WIDTHS) == []
    answers = kept(place)
    assert set(answers) == {one.code for one in asked(read("school"), answers) if one.code in answers}
    # Something was forgotten: it is added, and the chair sees what is new.
    teacher.get_by_role("button", name="Add or correct").click()
    teacher.get_by_label("What is going well").fill("Reads well, likes to, and has a friend.")
    says(teacher, "Saved 11:00")
    assert look(teacher, WIDTHS) == []
    teacher.get_by_role("button", name="Check and send").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Check what you add")
    assert look(teacher, WIDTHS) == []
    teacher.get_by_role("button", name="Send what you added").click()
    expect(teacher.get_by_text("What you added was sent.")).to_be_visible()
    chair.reload()
    chair.get_by_text("Changed on Wednesday 10 June").click()
    expect(chair.get_by_text("Reads well, and likes to.", exact=True)).to_be_visible()
    assert look(chair, WIDTHS) == []


def test_last_times_answers_by_the_keyboard(page, served, sign_in_in_browser):
    """The school sent a report for the initial conference; the review begins with it."""
    review = served.world.meeting("a.review")
    sign_in_in_browser(page, served.world.person("a.school.lead"))
    page.goto(f"/meetings/{review.id}/report")
    page.get_by_role("button", name="Bring last report’s answers").click()
    expect(page.locator("[data-carried]")).to_have_count(6)
    assert look(page, WIDTHS) == []
    page.locator("button[name=confirm]").first.press("Enter")
    for left in range(5, 0, -1):
        expect(page.locator("[data-carried]")).to_have_count(left)
        page.keyboard.press("Enter")
    expect(page.locator("[data-carried]")).to_have_count(0)
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your report")


def test_the_lead_signs_it_off(page, new_page, served, sign_in_in_browser):
    place = served.world.meeting("a.initial")
    sign_in_in_browser(page, served.world.person("a.school.lead"))
    page.goto(f"/agencies/{served.world.agencies['a.school']}/reports")
    page.get_by_label("The lead, after signing it off").check()
    assert look(page, WIDTHS) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("From now on the lead signs reports off.")).to_be_visible()
    teacher = new_page()
    sign_in_in_browser(teacher, served.world.person("a.school.practitioner"))
    teacher.goto(f"/meetings/{place.id}/report")
    teacher.get_by_role("button", name="We hardly know this family").click()
    # The whole form asks this too: what is typed before the short one has come is typed into the page that goes.
    expect(teacher.get_by_text("This is the short form")).to_be_visible()
    teacher.get_by_label("How you know").fill("For a week.")
    teacher.get_by_label("What you are worried about").fill("Nothing yet.")
    teacher.get_by_role("button", name="Check and send").click()
    teacher.get_by_role("button", name="Send to your lead").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Your lead has this to sign off")
    assert look(teacher, WIDTHS) == []
    page.goto("/")
    task(page, "Sign off a report").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign off this report")
    assert look(page, WIDTHS) == []
    page.get_by_label("What should be changed?").fill("Say since which day.")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("It is back with those who wrote it.")).to_be_visible()
    teacher.goto("/")
    task(teacher, "Your lead sent your report back").get_by_role("button").click()
    expect(teacher.get_by_text("Say since which day.")).to_be_visible()
    teacher.get_by_label("How you know").fill("Since 3 June.")
    teacher.get_by_role("button", name="Check and send").click()
    teacher.get_by_role("button", name="Send to your lead").click()
    expect(teacher.get_by_text("Your lead has it now")).to_be_visible()
    page.goto(f"/meetings/{place.id}/report")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("Your report was sent.")).to_be_visible()
    assert barriers(page) == []
    assert stored(place).status is ReportStatus.SUBMITTED
