"""A practice without an account: from the link in the mail to the report that was sent, in the few steps it takes.

It answers the template that ships for practices. Counted are all clicks, those on a choice and on the file among them,
and the pages that the link leads to; what is typed costs none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal.database.session import db, writing
from portal.domain.vocabulary import ReportStatus
from portal.gateways.report_template_files import read
from portal.gateways.text_notify import NotifyTexts
from portal.models.people import User
from portal.models.reports import Report, ReportAnswer
from portal.models.return_links import AgencyContact
from portal.services.mails.sending import send_mails
from portal.services.return_links import contacts, making
from portal.services.texting import install_texting
from tests.browser.looking import barriers, overhang
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, running_notify
from tests.report_forms import publish
from tests.services.file_steps import TellingScanner
from tests.services.mail_steps import forget_all
from tests.services.rows import change, invitation_of, stored
from tests.world import NOW, viewer_of
from tests.world_clinical import record_of

pytestmark = pytest.mark.browser

AGENCY = "other_gp"
ANSWER = "Answer for"
STRENGTHS, WORRIES = "What is going well", "What you are worried about"
TYPED = {
    "When the child was last seen, by whom and why": "3 June, practice nurse, asthma review, came with mother.",
    STRENGTHS: "Mother keeps every appointment.",
    WORRIES: "Two burns that nobody explained.",
}


class Steps:
    """Counts what somebody does and the pages that come of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.headings: list[str] = []

    def click(self, what: Locator, leads_to: str) -> None:
        """Press or choose something, and be on the page of that heading then."""
        self.clicks += 1
        what.click()
        self.is_at(leads_to)

    def choose(self, what: Locator, file: Any, leads_to: str) -> None:
        """Click on a file's input, and choose one."""
        self.clicks += 1
        with self.page.expect_file_chooser() as chooser:
            what.click()
        chooser.value.set_files(file)
        self.is_at(leads_to)

    def is_at(self, heading: str) -> None:
        """Wait until the page says this, and bars nobody."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        if heading not in self.headings:
            self.headings.append(heading)
        assert barriers(self.page) == []


@pytest.fixture
def place(served, use_filing):
    """The review, of which nobody at the practice has begun a report."""
    use_filing(scanner=TellingScanner())
    with writing() as session:
        publish(session, served.world.partnerships["a"], replace(read("gp"), effective_from=date(2026, 1, 1)))
    place = served.world.meeting("a.review")
    change(Report, place.invitations[AGENCY].report_id, withdrawn_at=NOW)
    return place


@pytest.fixture
def record(served, place) -> dict[str, Any]:
    """The child's record, as the practice's system gives it."""
    content = record_of(db.session(), served.world.children["a.2"])
    return {"name": "record.json", "mimeType": "application/json", "buffer": content}


@pytest.fixture
def notify(served):
    """GOV.UK Notify, for the code."""
    with running_notify() as running:
        install_texting(NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, running.url))
        yield running
        install_texting(None)


@pytest.fixture
def path(served, place, mail_server, notify) -> str:
    """The address in the mail that a coordinator had sent."""
    world, keeper = served.world, viewer_of(served.world.person("a.coordinator"))
    forget_all()
    contact_id = contacts.name_contact(
        keeper,
        world.agencies[f"a.{AGENCY}"],
        name="Dr Alex Field",
        email="alex.field@surgery.example",
        telephone="07700 900456",
    )
    making.make_link(keeper, place.id, place.invitations[AGENCY].id, contact_id)
    assert send_mails(NOW) == 1
    [address] = re.findall(r"https://portal\.example(/return/\S+)", mail_server.letters[0].text)
    return address


def code_in(notify) -> str:
    """The six digits in the newest text message."""
    [digits] = re.findall(r"\b\d{6}\b", notify.sent[-1]["personalisation"]["body"])
    return digits


def test_link_file_and_sent_in_six_clicks_and_three_pages(page, served, place, path, notify, record):
    steps = Steps(page)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    assert "ZQ-A-CHILD" not in page.content()
    assert barriers(page) == []

    steps.clicks += 1
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("on its way")).to_be_visible()
    page.get_by_label("Code").fill(code_in(notify))
    steps.click(page.get_by_role("button", name="Continue"), ANSWER)
    expect(page.locator("dl")).to_contain_text("ZQ-A-CHILD-2-QZ")

    for label, words in TYPED.items():
        page.get_by_label(label).fill(words)
    steps.choose(page.get_by_label("Fill the report from your own system"), record, "Choose what to take")
    steps.click(page.get_by_role("button", name="Take the chosen lines"), ANSWER)
    for label, words in TYPED.items():
        expect(page.get_by_label(label)).to_have_value(words)
    steps.click(page.get_by_label("We are not sure"), ANSWER)
    steps.click(page.get_by_role("button", name="Send", exact=True), "Thank you. It was sent")

    assert steps.clicks <= 6
    assert len(steps.headings) == 3, steps.headings
    invitation = invitation_of(place, AGENCY)
    assert invitation.report_received_on == served.world.today
    report = db.session.query(Report).filter_by(invitation_id=invitation.id, withdrawn_at=None).one()
    contact = db.session.query(AgencyContact).filter_by(agency_id=invitation.agency_id, ended_at=None).one()
    assert (report.status, report.submitted_by_id) == (ReportStatus.SUBMITTED, contact.user_id)
    assert stored(User, contact.user_id).password_hash is None
    assert kept_of(report)["registration"].startswith("Registered")


def kept_of(report: Report) -> dict[str, str]:
    """What a report says."""
    rows = db.session.query(ReportAnswer).filter_by(report_id=report.id)
    return {row.code: row.value for row in rows}


def test_without_scripts_the_file_waits_for_its_button(browser: Browser, served, path, notify, record):
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    page.goto(path)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(code_in(notify))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(WORRIES).fill(TYPED[WORRIES])
    page.get_by_label("Fill the report from your own system").set_input_files(record)
    page.get_by_role("button", name="Show what is in the file").click()
    page.get_by_role("button", name="Take the chosen lines").click()
    expect(page.get_by_label(WORRIES)).to_have_value(TYPED[WORRIES])
    expect(page.get_by_label("Registration", exact=True)).not_to_have_value("")
    context.close()


def test_on_a_telephone_what_is_typed_is_kept_as_it_is_typed(page, served, place, path, notify):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(path)
    assert overhang(page) <= 0
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("on its way")).to_be_visible()
    page.get_by_label("Code").fill(code_in(notify))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ANSWER)
    assert overhang(page) <= 0
    assert barriers(page) == []
    page.get_by_label(STRENGTHS).fill(TYPED[STRENGTHS])
    page.get_by_label(WORRIES).focus()
    expect(page.get_by_text(re.compile(r"^Saved \d\d:\d\d"))).to_be_visible()
    page.goto(path)
    expect(page.get_by_label(STRENGTHS)).to_have_value(TYPED[STRENGTHS])
