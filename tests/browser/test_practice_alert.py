"""A practice alert in a browser: informal, formal by the clock because nobody put it right, replied to, resolved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.domain.escalation_vocabulary import EscalationStatus, Side
from portal.services.escalations.clocks import end_clocks
from tests.browser.page_faults import look
from tests.services.escalation_steps import entries, row
from tests.world import NOW

pytestmark = pytest.mark.browser

FIT = (375, 1280)
A_WEEK_ON = NOW + timedelta(days=7, hours=8)
"""The evening of the day by which it should have been resolved."""


def test_an_alert_goes_from_informal_to_formal_by_the_clock_and_is_resolved(
    served, new_page, sign_in_in_browser, at_world_time
):
    world = served.world
    chair, team = new_page(), new_page()
    sign_in_in_browser(chair, world.person("a.chair"))
    chair.goto(f"/meetings/{world.meeting('a.initial').id}")
    chair.get_by_role("link", name="Raise a practice alert").click()
    chair.get_by_label("Informal").check()
    chair.get_by_label("What is it about?").select_option("visits")
    chair.get_by_label("What did you see?").fill("No visit is recorded for six weeks.")
    chair.get_by_label("What should be put right?").fill("Visit this week, and record it.")
    assert look(chair, FIT) == []
    chair.get_by_role("button", name="Raise it").click()
    expect(chair.locator(".govuk-error-summary")).to_contain_text("Enter the day by which it should be resolved")
    expect(chair.get_by_label("What did you see?")).to_have_value("No visit is recorded for six weeks.")
    for box, value in (("Day", "17"), ("Month", "6"), ("Year", "2026")):
        chair.get_by_label(box, exact=True).fill(value)
    chair.get_by_role("button", name="Raise it").click()
    expect(chair.get_by_role("heading", level=1)).to_have_text(
        f"{world.agency_names['a.social_care']} must put it right by Wednesday 17 June, 17:00"
    )
    expect(chair.locator(".app-ladder [aria-current=step]")).to_contain_text("1. Informal")
    number = int(chair.url.rpartition("/")[2])

    # A week of silence: the worker finds the clock ended, once.
    at_world_time.move_to(A_WEEK_ON)
    end_clocks(A_WEEK_ON)
    end_clocks(A_WEEK_ON)
    assert [entry.side for entry in entries(number)].count(Side.CLOCK) == 1
    assert row(number).formal_at == A_WEEK_ON

    # Whoever left a page open for a week is asked to sign in again.
    sign_in_in_browser(team, world.person("a.social_care.lead"))
    team.goto(f"/escalations/{number}")
    expect(team.get_by_role("heading", level=1)).to_contain_text("must reply by")
    expect(team.locator(".app-ladder [aria-current=step]")).to_contain_text("2. Formal: team manager")
    expect(team.locator(".app-log__item--clock")).to_contain_text("The portal, by the clock")
    assert look(team, FIT) == []
    team.get_by_label("Your reply").fill("Visited this morning; weekly from now on.")
    team.get_by_role("button", name="Send the reply").click()
    expect(team.get_by_text("Your reply was sent.")).to_be_visible()

    again = new_page()
    sign_in_in_browser(again, world.person("a.chair"))
    again.goto(f"/escalations/{number}")
    expect(again.get_by_text("Visited this morning; weekly from now on.")).to_be_visible()
    again.get_by_role("button", name="Close it as resolved").click()
    again.get_by_label("A plan was agreed").check()
    again.get_by_label("What was agreed?").fill("Weekly visits, looked at in a month.")
    again.get_by_label("Yes, the child was safe").check()
    again.get_by_label("What is to be learnt?").select_option("capacity")
    again.get_by_role("button", name="Close it").click()
    expect(again.get_by_role("heading", level=1)).to_contain_text("Closed on")
    assert look(again, FIT) == []
    assert row(number).status is EscalationStatus.RESOLVED
