"""Pages that come of a form: refusals with what to mend, lost races, error pages, and the way in for somebody new."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.access.matrix import address_of
from tests.browser.page_faults import look
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

_MEETING = "/meetings/<int:meeting_id>"
_REPORT = f"{_MEETING}/reports/<int:invitation_id>"
_TEMPLATE = "/report-templates/<int:template_id>"
_EMPTY = """() => {
    for (const form of document.querySelectorAll("main form[method=post]")) for (const field of form.elements) {
        if (field.matches("[type=radio], [type=checkbox]")) field.checked = false;
        else if (field.matches("input:not([type=hidden]), textarea")) field.value = "";
        else if (field.matches("select") && field.querySelector("option[value='']")) field.value = "";
    }
}"""
# Who sends which form with nothing in it: the rule, the place, the button.
EMPTIED = {
    "police.lead": [
        (f"{_REPORT}/withdraw", "initial/police", "Withdraw it now"),
        (f"{_REPORT}/shared", "initial/police", "Record it"),
    ],
    "other_gp.lead": [
        (f"{_MEETING}/talks/<int:talk_id>", "past_initial/other_gp", "Send"),
        (f"{_MEETING}/report/record", "past_initial", "Show what is in it"),
        ("/agencies/<int:agency_id>/contacts/new", "other_gp", "Save"),
        ("/agencies/<int:agency_id>/reports", "other_gp", "Save"),
    ],
    "manager": [
        ("/withdrawals/<int:withdrawal_id>/assess", "gp", "Save the assessment"),
    ],
    "business_manager": [
        (f"{_TEMPLATE}/details", "draft", "Save"),
        (f"{_TEMPLATE}/sections/new", "draft", "Add the section"),
        (f"{_TEMPLATE}/sections/<section>", "draft/person", "Save"),
        (f"{_TEMPLATE}/sections/<section>/questions/new", "draft/person", "Add the question"),
        (f"{_TEMPLATE}/questions/<question>", "draft/conditions", "Save"),
        (f"{_TEMPLATE}/publish", "draft", "Publish it"),
        (f"{_TEMPLATE}/copy", "own", "Copy it"),
    ],
    "school.practitioner": [
        (f"{_MEETING}/answer", "initial", "Send the answer"),
        (f"{_MEETING}/attendance", "initial", "Save"),
        (f"{_MEETING}/report", "initial", "Check and send"),
        ("/account/password", "", "Change the password"),
    ],
    "social_care.lead": [
        (f"{_MEETING}/team", "review", "Save"),
        ("/people/teams", "", "Form the team"),
        ("/people/teams/<int:team_id>", "east", "Save"),
        ("/account/recovery-codes", "", "Make new codes"),
    ],
    "chair": [
        (f"{_MEETING}/register/close", "initial", "Close the register"),
        ("/meetings", "", "Find"),
        (f"{_REPORT}/talk", "initial/gp", "Keep it and ask the agency"),
        (f"{_REPORT}/not-needed", "initial/gp", "It is not needed"),
    ],
    "coordinator": [
        (f"{_MEETING}/links/<int:invitation_id>/new", "initial/school", "Send the link"),
        (f"{_MEETING}/expectations/<int:invitation_id>", "initial/police", "Save"),
        (f"{_MEETING}/expectations/<int:invitation_id>", "review/gp", "Save"),
        ("/cases/<int:case_id>/children/new", "1", "Save"),
        ("/cases/<int:case_id>/children/<int:child_id>", "1/1", "Save"),
    ],
    "administrator": [
        ("/people/new", "", "Add the person"),
        ("/people/<int:membership_id>/change", "gp.practitioner", "Save"),
        ("/agencies/new", "", "Add the agency"),
        ("/agencies/<int:agency_id>/change", "gp", "Save"),
    ],
}


def look_at_refusal(page: Page) -> list[str]:
    """The faults of a page that says what is wrong; its first link must lead into the field."""
    summary = page.locator(".govuk-error-summary")
    if not summary.is_visible():
        return [f"{page.url} says nothing of what is wrong"]
    faults = look(page)
    summary.locator("a").first.click()
    if not page.evaluate("document.activeElement.matches('main input, main select, main textarea')"):
        faults.append(f"{page.url}: the summary's first link leads into no field")
    return faults


@pytest.mark.parametrize("name", sorted(EMPTIED))
def test_a_form_sent_empty_comes_back_saying_why(name, served, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person(f"a.{name}"))
    faults = []
    for rule, place, button in EMPTIED[name]:
        page.goto(address_of(served.world, rule, place, "a"))
        page.evaluate(_EMPTY)
        press(page, button)
        faults += look_at_refusal(page)
    assert faults == [], "\n".join(faults)


def test_a_period_without_its_days_is_asked_for_again(served, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.board"))
    page.goto("/figures?period=own")
    assert look_at_refusal(page) == []


def test_several_answers_one_of_them_without_its_reason(served, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.school.lead"))
    page.goto("/meetings/answers")
    page.get_by_label("Apologies", exact=True).first.check()
    press(page, "Send these answers")
    assert look_at_refusal(page) == []


def test_a_report_is_checked_and_read(served, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.gp.lead"))
    page.goto(f"{meeting(served.world)}/report")
    page.get_by_label("No child protection plan is needed").check()
    press(page, "Check and send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your report")
    faults = look(page)
    press(page, "Send the report")
    expect(page.get_by_text("Your report was sent.")).to_be_visible()
    assert faults + look(page) == []


def test_two_who_write_one_report_get_both_texts(served, new_page, sign_in_in_browser):
    first, second = new_page(), new_page()
    for window, name in ((first, "lead"), (second, "practitioner")):
        sign_in_in_browser(window, served.world.person(f"a.gp.{name}"))
        window.goto(f"{meeting(served.world)}/report")
    first.get_by_label("What is going well").fill("The school sees her each day.")
    press(first, "Save and stop")
    second.get_by_label("What is going well").fill("She comes to every appointment.")
    press(second, "Save and stop")
    expect(second.locator("main")).to_contain_text("The school sees her each day.")
    expect(second.locator("main")).to_contain_text("She comes to every appointment.")
    assert look(second) == []


def test_two_who_answer_one_invitation_get_the_choice(served, new_page, sign_in_in_browser):
    first, second = new_page(), new_page()
    for window, name in ((first, "lead"), (second, "practitioner")):
        sign_in_in_browser(window, served.world.person(f"a.school.{name}"))
        window.goto(f"{meeting(served.world)}/answer")
    first.get_by_label("Will come", exact=True).check()
    press(first, "Send the answer")
    second.get_by_label("Will send a report only").check()
    press(second, "Send the answer")
    expect(second.get_by_role("button", name="Send mine instead")).to_be_visible()
    assert look(second) == []


def test_what_was_found_and_what_was_not(served, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.coordinator"))
    faults = []
    for words, heading in (("ZQ-A-SURNAME-1-QZ", "What was found"), ("nobody is called this", "Nothing was found")):
        page.goto("/meetings")
        page.get_by_label("Find a family or a meeting").fill(words)
        press(page, "Find")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        faults += look(page)
    assert faults == []


def test_error_pages(served, page, sign_in_in_browser, monkeypatch):
    sign_in_in_browser(page, served.world.person("a.board"))
    monkeypatch.setitem(served.app.view_functions, "account.show", lambda: 1 / 0)
    faults = []
    for address, status in (("/activity", 403), ("/no-such-page", 404), ("/sign-out", 405), ("/account", 500)):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status, address
        faults += look(page)
    page.goto("/account/password")
    page.evaluate("for (const field of document.getElementsByName('csrf_token')) field.value = 'out of date'")
    with page.expect_response(re.compile("/account/password$")) as refused:
        press(page, "Change the password")
    assert refused.value.status == 400
    faults += look(page)
    assert faults == []


def test_before_signing_in(served, page):
    person = served.world.person("a.gp.lead")
    page.goto("/sign-in")
    faults = look(page)
    press(page, "Sign in")
    faults += look_at_refusal(page)
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(person.password)
    press(page, "Sign in")
    faults += look(page)
    press(page, "Continue")
    faults += look_at_refusal(page)
    page.get_by_role("link", name="I cannot use my app").click()
    expect(page.get_by_label("Recovery code")).to_be_visible()
    faults += look(page)
    press(page, "Continue")
    assert faults + look_at_refusal(page) == []


def test_too_many_wrong_guesses(served, page):
    page.goto("/sign-in")
    for _guess in range(11):
        page.get_by_label("Email address").fill(served.world.person("a.gp.lead").email)
        page.get_by_label("Password", exact=True).fill("wrong every time")
        press(page, "Sign in")
        if page.get_by_text("too many wrong passwords").is_visible():
            break
    expect(page.get_by_text("too many wrong passwords")).to_be_visible()
    assert look(page) == []


def test_somebody_new_joins(served, new_page, sign_in_in_browser):
    lead, joining = new_page(), new_page()
    sign_in_in_browser(lead, served.world.person("a.gp.lead"))
    lead.goto("/people/new")
    lead.get_by_label("Email address").fill("newly.come@example.org")
    lead.get_by_label("Full name").fill("Newly Come")
    lead.get_by_label("Practitioner", exact=True).check()
    press(lead, "Add the person")
    link = lead.get_by_label("Joining link").input_value()
    faults = look(lead)

    joining.goto(re.sub(r"^https?://[^/]+", served.address, link))
    faults += look(joining)
    press(joining, "Save and continue")
    faults += look_at_refusal(joining)
    joining.get_by_label("New password", exact=True).fill(PASSWORD)
    press(joining, "Save and continue")
    expect(joining.get_by_role("heading", level=1)).to_have_text("Set up your authenticator app")
    faults += look(joining)
    press(joining, "Finish and sign in")
    faults += look_at_refusal(joining)
    secret = "".join(joining.locator(".app-number").all_inner_texts())
    joining.get_by_label("The 6 digits that the app now shows").fill(pyotp.TOTP(secret).now())
    press(joining, "Finish and sign in")
    expect(joining.get_by_role("heading", level=1)).to_have_text("Keep your recovery codes")
    faults += look(joining)

    again = new_page()
    again.goto(re.sub(r"^https?://[^/]+", served.address, link))
    assert faults + look(again) == []


def meeting(world: World) -> str:
    """The address of A's initial conference, which is today."""
    return f"/meetings/{world.meeting('a.initial').id}"


def press(page: Page, button: str) -> None:
    """Send a form."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
