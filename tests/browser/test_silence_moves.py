"""Silence moves a matter up, in a browser: nobody replies to the chair until the police's executive has heard of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from portal.domain.escalation_vocabulary import EntryKind, EscalationStatus, Side, Told
from portal.services.escalations.clocks import end_clocks
from tests.browser.page_faults import look
from tests.services.escalation_steps import entries, row, told

pytestmark = pytest.mark.browser

FIT = (375, 1280)
FIRST_ENDS = datetime(2026, 6, 12, 16, tzinfo=UTC)
"""Two working days after it was raised, when offices close in London."""
SECOND_ENDS = datetime(2026, 6, 18, 16, tzinfo=UTC)
"""Three more, which begin on Monday: what comes when offices close is had the next working day."""


@pytest.fixture
def opened_by(served, new_page, sign_in_in_browser) -> Callable[[str], Page]:
    """A window of somebody who has just signed in: those who left one open for days are asked to again."""

    def opened(name: str) -> Page:
        page: Page = new_page()
        sign_in_in_browser(page, served.world.person(name))
        return page

    return opened


def status_of(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def test_silence_moves_it_to_the_executive(served, opened_by, at_world_time):
    world = served.world
    police = world.agency_names["a.police"]
    chair = opened_by("a.chair")
    chair.goto("/escalations")
    chair.get_by_role("button", name="Raise a disagreement").click()
    chair.get_by_label("Which agency do you disagree with?").select_option(label=police)
    chair.get_by_label("Nothing was done").check()
    chair.get_by_label("What happened?").fill("No officer has been named since April.")
    chair.get_by_label("What do you want them to do?").fill("Name one.")
    chair.get_by_label("No: it begins with the practitioners").check()
    chair.get_by_role("button", name="Check it").click()
    chair.get_by_role("button", name="Send it").click()
    expect(chair.get_by_role("heading", level=1)).to_have_text(f"{police} must reply by Friday 12 June, 17:00")
    number = int(chair.url.rpartition("/")[2])
    address = f"/escalations/{number}"
    assert status_of(opened_by("a.police.executive"), address) == 404

    # A minute before the clock ends nothing moves; then one stage does, and by the next clock the one after it.
    end_clocks(FIRST_ENDS.replace(hour=15, minute=59))
    assert row(number).stage == 1
    at_world_time.move_to(FIRST_ENDS)
    end_clocks(FIRST_ENDS)
    assert (row(number).stage, row(number).due_at) == (2, SECOND_ENDS)
    assert status_of(opened_by("a.police.executive"), address) == 404
    at_world_time.move_to(SECOND_ENDS)
    end_clocks(SECOND_ENDS)
    end_clocks(SECOND_ENDS)
    assert [(one.kind, one.from_stage, one.to_stage) for one in entries(number) if one.side is Side.CLOCK] == [
        (EntryKind.STAGE_CHANGE, 1, 2),
        (EntryKind.STAGE_CHANGE, 2, 3),
    ]
    assert told(number, 3)[world.person("a.police.executive").hat.membership_id] is Told.EXECUTIVE

    # The executive is led to it from the inbox: how far it has come, and not what it says of a family.
    executive = opened_by("a.police.executive")
    executive.goto("/inbox")
    assert look(executive, FIT) == []
    executive.get_by_role("button", name=row(number).reference).click()
    expect(executive).to_have_url(f"{served.address}{address}")
    expect(executive.get_by_role("heading", level=1)).to_have_text(f"{police} must reply by Friday 26 June, 17:00")
    expect(executive.locator(".app-ladder [aria-current=step]")).to_contain_text("3. Heads of service")
    expect(executive.locator(".app-log__item--clock")).to_have_count(2)
    expect(executive.get_by_text("No officer has been named since April.")).to_have_count(0)
    expect(executive.get_by_label("Your reply")).to_have_count(0)
    assert look(executive, FIT) == []

    # The lead finds it on Home, and replies.
    lead = opened_by("a.police.lead")
    lead.locator(".app-task", has_text=row(number).reference).get_by_role("button", name="Reply").click()
    expect(lead.get_by_text("No officer has been named since April.")).to_be_visible()
    expect(lead.get_by_text("No reply by the end of Thursday 18 June 2026.")).to_be_visible()
    lead.get_by_label("Your reply").fill("DS Marsh has it from today.")
    lead.get_by_role("button", name="Send the reply").click()
    expect(lead.get_by_text("Your reply was sent.")).to_be_visible()
    assert look(lead, FIT) == []

    # Nobody else's agency learns that there is anything; the chair reads the reply, and closes the matter.
    assert status_of(opened_by("a.gp.lead"), address) == 404
    chair = opened_by("a.chair")
    chair.goto(address)
    expect(chair.get_by_text("DS Marsh has it from today.")).to_be_visible()
    chair.get_by_role("button", name="Close it as resolved").click()
    chair.get_by_label("What was asked for was done").check()
    chair.get_by_label("What was agreed?").fill("DS Marsh comes to every core group.")
    chair.get_by_label("Yes, the child was safe").check()
    chair.get_by_label("What is to be learnt?").select_option("capacity")
    chair.get_by_role("button", name="Close it").click()
    expect(chair.get_by_role("heading", level=1)).to_have_text("Closed on Thursday 18 June")
    expect(chair.locator(".app-ladder")).not_to_contain_text("Will be told")
    assert look(chair, FIT) == []
    found = row(number)
    assert (found.status, found.stage) == (EscalationStatus.RESOLVED, 3)
    lead.reload()
    expect(lead.get_by_text("DS Marsh comes to every core group.")).to_be_visible()
