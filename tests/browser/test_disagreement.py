"""A school disagrees with a surgery, in a browser: raised, skipped to stage 3 as urgent, answered, resolved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from portal.domain.escalation_vocabulary import ChildSafe, EscalationStatus, Resolution
from tests.browser.page_faults import look
from tests.services.escalation_steps import entries, row

pytestmark = pytest.mark.browser

FIT = (375, 1280)


def look_at(page: Page) -> None:
    """Nobody is barred from the page, and nothing of it stands outside of the window, at either width."""
    assert look(page, FIT) == []


_SAID = """(log) => {
    const read = log.cloneNode(true);
    for (const link of read.querySelectorAll("a")) link.remove();
    return read.textContent.split(/\\s+/).join(" ").trim();
}"""


def said(page: Page) -> str:
    """What the log says, without the links by which each side corrects its own entries."""
    text: str = page.locator(".app-log").evaluate(_SAID)
    return text


def test_a_disagreement_is_skipped_to_stage_3_and_resolved(served, new_page, sign_in_in_browser):
    world = served.world
    school, surgery, third = new_page(), new_page(), new_page()
    sign_in_in_browser(school, world.person("a.school.lead"))
    sign_in_in_browser(surgery, world.person("a.gp.lead"))
    sign_in_in_browser(third, world.person("a.police.lead"))

    # Raised from the meeting, and looked at once more.
    school.goto(f"/meetings/{world.meeting('a.initial').id}")
    school.get_by_role("link", name="Raise a disagreement").click()
    school.get_by_label("Which agency do you disagree with?").select_option(label=world.agency_names["a.gp"])
    school.get_by_label("Information was not shared").check()
    expect(school.get_by_label("Which meeting is it about")).to_have_value(str(world.meeting("a.initial").id))
    school.get_by_label("What happened?").fill("We asked twice for the chronology.")
    school.get_by_label("What do you want them to do?").fill("Send it today.")
    expect(school.get_by_label("Why is it urgent?")).to_be_hidden()
    school.get_by_label("No: it begins with the practitioners").check()
    look_at(school)
    school.get_by_role("button", name="Check it").click()
    expect(school.get_by_role("heading", level=1)).to_have_text("Check it before it is sent")
    look_at(school)
    school.get_by_role("button", name="Send it").click()
    expect(school.get_by_role("heading", level=1)).to_have_text(
        f"{world.agency_names['a.gp']} must reply by Friday 12 June, 17:00"
    )
    number = int(school.url.rpartition("/")[2])

    # Nobody skips a stage without urgency; with it, the third begins.
    school.get_by_role("link", name="Move it to a higher stage").click()
    school.get_by_label("Stage 3: Heads of service").check()
    school.get_by_label("Why do you move it up?").fill("The conference is this afternoon.")
    school.get_by_role("button", name="Move it up").click()
    expect(school.locator(".govuk-error-summary")).to_contain_text("Only an urgent matter may skip a stage")
    look_at(school)
    expect(school.get_by_label("Why do you move it up?")).to_have_value("The conference is this afternoon.")
    school.get_by_label("If it is urgent: why?").fill("A child may be hurt tonight.")
    school.get_by_role("button", name="Move it up").click()
    expect(school.locator(".app-ladder [aria-current=step]")).to_contain_text("3. Heads of service")
    expect(school.locator(".app-ladder__step--skipped")).to_contain_text("2. Managers and designated leads")
    look_at(school)

    # The surgery sees the same log and replies.
    surgery.goto("/escalations?show=needs_us")
    surgery.get_by_role("link", name=row(number).reference).click()
    expect(surgery.get_by_text("A child may be hurt tonight.")).to_be_visible()
    look_at(surgery)
    surgery.get_by_label("Your reply").fill("It was sent at 11:05. We are sorry.")
    surgery.get_by_role("button", name="Send the reply").click()
    expect(surgery.get_by_text("Your reply was sent.")).to_be_visible()
    expect(surgery.get_by_label("Your reply")).to_have_count(0)

    # The school reads it and closes the matter.
    school.reload()
    expect(school.get_by_text("It was sent at 11:05. We are sorry.")).to_be_visible()
    school.get_by_role("button", name="Close it as resolved").click()
    look_at(school)
    school.get_by_label("What was asked for was done").check()
    school.get_by_label("What was agreed?").fill("Chronologies come two days before.")
    school.get_by_label("Yes, the child was safe").check()
    school.get_by_label("What is to be learnt?").select_option("information_sharing")
    school.get_by_role("button", name="Close it").click()
    expect(school.get_by_role("heading", level=1)).to_have_text("Closed on Wednesday 10 June")
    look_at(school)

    surgery.reload()
    assert said(surgery) == said(school)
    answer = third.goto(f"/escalations/{number}")
    assert answer is not None
    assert answer.status == 404
    found = row(number)
    assert (found.status, found.stage, found.resolution, found.child_safe) == (
        EscalationStatus.RESOLVED,
        3,
        Resolution.DONE,
        ChildSafe.SAFE,
    )
    assert len(entries(number)) == 4
