"""A chair closes a register, is shown what the rules propose, and raises it, adds to it, or says why not."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from portal.database.session import db
from portal.domain.escalation_vocabulary import ProposalStatus
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation
from tests.browser.looking import barriers, overhang, task
from tests.services.rows import change

pytestmark = pytest.mark.browser

WANTED = "Tell us by return who comes next time, and send your report by Friday."


def proposal_of(place, agency) -> EscalationProposal:
    """What was proposed about an agency, as it is kept."""
    db.session.rollback()
    wanted = EscalationProposal.invitation_id == place.invitations[agency].id
    return db.session.scalars(select(EscalationProposal).where(wanted)).one()


def go_on(page) -> None:
    """Say that the conference went on without its quorum, and why."""
    page.get_by_label("Yes, it went on without its quorum").check()
    page.get_by_label("There is enough information to decide safely").check()
    page.get_by_label("Why that was right for the child").fill("Everybody had written.")


@pytest.fixture
def place(served):
    """A's initial conference, which is today; the surgery missed one a month ago too."""
    place = served.world.meeting("a.initial")
    for agency in ("social_care", "police"):
        change(Invitation, place.invitations[agency].id, report_received_on=date(2026, 6, 1), answer="attend")
    earlier = served.world.meeting("a.strategy").invitations["gp"].id
    change(Invitation, earlier, attendance="no_response", confirmed_attendance="no_response")
    return place


def test_from_the_register_to_an_escalation(page, served, place, sign_in_in_browser):
    surgery, school = (served.world.agency_names[f"a.{agency}"] for agency in ("gp", "school"))
    sign_in_in_browser(page, served.world.person("a.chair"))
    page.goto(f"/meetings/{place.id}/register")
    for agency in ("social_care", "police"):
        page.locator(f"#row-{place.invitations[agency].id}").get_by_label("In person").check()
        expect(page.locator(f"#row-{place.invitations[agency].id} [data-register-status]")).to_have_text("Saved 11:00")
    page.get_by_role("button", name="Close the register").click()

    # Before it is closed: what closing proposes, with the history folded.
    expect(page.get_by_text(f"Raise with {surgery} (2nd ")).to_be_visible()
    earlier = page.get_by_role("row", name="12 May 2026")
    expect(earlier).to_be_hidden()
    page.locator("summary", has_text=f"What was counted of {surgery}").click()
    expect(earlier).to_be_visible()
    go_on(page)
    page.get_by_role("button", name="Close the register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Decide what is raised")
    expect(page.locator(".app-card")).to_have_count(2)
    page.goto("/")
    task(page, "2 proposals are not decided").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you have not decided yet")
    page.get_by_role("link", name=surgery).click()

    # What a way needs is shown once it is chosen; the text is begun from what was counted.
    summary = page.get_by_label("What has happened")
    expect(summary).to_be_hidden()
    page.get_by_label("Raise it with them").check()
    expect(summary).to_have_value(re.compile(f"^{surgery}: 2nd miss without report.* in 6 months\\."))
    summary.fill("Nobody from the surgery came to two meetings, and neither had a report.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter what you ask for")
    expect(summary).to_have_value("Nobody from the surgery came to two meetings, and neither had a report.")
    page.get_by_label("What do you ask of them?").fill(WANTED)
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text(f"It is raised with {surgery}.")).to_be_visible()
    raised = db.session.get_one(Escalation, proposal_of(place, "gp").escalation_id)
    assert (raised.stage, raised.wanted) == (2, WANTED)

    # The school's is not raised, with the chair's own reason.
    page.get_by_role("button", name=f"Decide about {school}").click()
    page.get_by_label("Do not raise it").check()
    page.get_by_label("Another reason").check()
    page.get_by_label("In your own words").fill("The whole school was closed for a flood.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the rules proposed")
    expect(page.get_by_text("The whole school was closed for a flood.")).to_be_visible()
    assert proposal_of(place, "school").status is ProposalStatus.WAIVED
    page.get_by_role("link", name=raised.reference).click()
    expect(page.get_by_text(WANTED)).to_be_visible()


def test_without_scripts(browser: Browser, served, place, sign_in_in_browser):
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    sign_in_in_browser(page, served.world.person("a.chair"))
    page.goto(f"/meetings/{place.id}/register/close")
    go_on(page)
    page.get_by_role("button", name="Close the register").click()
    page.get_by_role("button", name=f"Decide about {served.world.agency_names['a.school']}").click()
    page.get_by_label("Do not raise it").check()
    page.get_by_label("An emergency kept them").check()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("Your reason is kept.")).to_be_visible()
    context.close()
    assert proposal_of(place, "school").status is ProposalStatus.WAIVED


@pytest.mark.parametrize("width", [1280, 768, 375])
def test_it_fits_the_window_and_bars_nobody(page, served, place, sign_in_in_browser, width):
    sign_in_in_browser(page, served.world.person("a.chair"))
    page.set_viewport_size({"width": width, "height": 1024})
    page.goto(f"/meetings/{place.id}/register/close")
    for folded in page.locator("summary").all():
        folded.click()
    assert overhang(page) == 0
    assert barriers(page) == []
    go_on(page)
    page.get_by_role("button", name="Close the register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide what is raised")
    one = proposal_of(place, "gp").id
    for path in (f"/meetings/{place.id}/proposals", "/proposals", f"/proposals/{one}"):
        page.goto(path)
        assert overhang(page) == 0, path
        assert barriers(page) == [], path
    page.get_by_label("Raise it with them").check()
    assert (overhang(page), barriers(page)) == (0, [])
    page.get_by_label("What do you ask of them?").fill(WANTED)
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("It is raised with")).to_be_visible()
    page.goto(f"/proposals/{one}")
    assert (overhang(page), barriers(page)) == (0, [])
