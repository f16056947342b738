"""A chair runs a strategy meeting in the standard form, from the register to a record that is signed and amended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.database.session import db
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.models.cases import Case
from portal.models.strategy_records import StrategyRecord, StrategyVersion
from tests.browser.meeting_steps import Wanted, fits, mark, opened_by, opens, press

pytestmark = pytest.mark.browser

SHARED = "Called to the house twice in May; both times the father had left."
REASON = "Two unexplained bruises, and a father who comes back."
AMENDED = "Three unexplained bruises, and a father who comes back."
LATE = "Why was it held late?"


@pytest.fixture
def opened(served, new_page, sign_in_in_browser) -> Callable[[str], Page]:
    """A window of somebody who has just signed in."""
    return lambda name: opened_by(new_page, sign_in_in_browser, served.world, name)


@pytest.fixture
def number(served, opened) -> int:
    """A strategy meeting of today that was due two days ago, opened by the coordinator."""
    family = db.session.get_one(Case, served.world.cases["a.3"]).reference
    wanted = Wanted(
        "Strategy meeting",
        asked_for_on=date(2026, 6, 5),
        asked_for_at="9:00",
        on=date(2026, 6, 10),
        at="11:30",
        late_reason="It was asked for too late",
        also=(served.world.agency_names["a.gp"],),
    )
    return opens(opened("a.coordinator"), served.world, family, wanted)


def answer(page: Page, police: str) -> str:
    """Answer the question that is open, as a chair does; return what it asked."""
    asked = page.get_by_role("heading", level=1).inner_text().strip()
    text = page.locator("main textarea")
    if asked.startswith("Who joined when"):
        page.get_by_label("Yes", exact=True).check()
    elif asked == f"Information shared: {police}":
        expect(text).to_have_value(SHARED)
    elif asked.startswith("Information shared"):
        text.fill("Nothing that the others do not know.")
    elif asked == "Is the threshold of significant harm met?":
        page.get_by_label("Yes", exact=True).check()
        text.fill(REASON)
    elif asked == "Will there be a section 47 enquiry?":
        page.get_by_label("Children’s social care and the police make enquiries together").check()
    elif asked == "What happens next?":
        text.fill("A joint visit this afternoon.")
    elif asked == "Is there an interim safety plan?":
        page.get_by_label("Yes", exact=True).check()
        page.get_by_label("The interim safety plan").fill("Stays on the ward.")
    elif asked == "Is this about sexual abuse?":
        page.get_by_label("No", exact=True).check()
    else:
        assert asked == "Was an agency waited for?"
    return asked


def test_from_the_register_to_a_record_that_is_amended(served, number, opened):
    names = {agency: served.world.agency_names[f"a.{agency}"] for agency in ("social_care", "police", "gp", "school")}

    # The police writes before the meeting what it knows.
    police = opened("a.police.lead")
    police.goto(f"/meetings/{number}")
    police.get_by_role("link", name="Strategy record").click()
    expect(police.get_by_text("The record is not signed yet.")).to_be_visible()
    fits(police)
    press(police, "Write")
    police.get_by_label("What the agency shared").fill(SHARED)
    fits(police)
    press(police, "Save and stop")
    expect(police.get_by_text(SHARED)).to_be_visible()

    chair = opened("a.chair")
    chair.goto(f"/meetings/{number}")
    press(chair, "Open the register")
    for agency, words in (("social_care", "In person"), ("police", "Video"), ("gp", "Phone")):
        mark(chair, names[agency], words)
    expect(chair.locator("[data-register-quorum]")).to_contain_text("Quorate 3 present")
    press(chair, "Close the register")
    chair.get_by_role("group", name="Is there an interim safety plan?").get_by_label("Yes").check()
    fits(chair)
    press(chair, "Close the register")
    expect(chair.get_by_text("The register is closed.")).to_be_visible()

    # Question by question; only why it was late is left out at first.
    chair.goto(f"/meetings/{number}")
    press(chair, "Write the strategy record")
    fits(chair)
    chair.locator("main table a").first.click()
    asked = []
    while chair.get_by_role("heading", level=1).inner_text().strip() != LATE:
        asked.append(answer(chair, names["police"]))
        assert len(asked) == len(set(asked))
        press(chair, "Save and next")
        expect(chair.get_by_role("heading", level=1)).not_to_have_text(asked[-1])
    assert sum(one.startswith("Information shared") for one in asked) >= 3
    fits(chair)
    press(chair, "Save and stop")
    press(chair, "Check the record")
    expect(chair.get_by_role("button", name="Sign the record")).to_have_count(0)
    fits(chair)
    chair.get_by_role("link", name="Say why it was late").click()
    chair.get_by_label("It was asked for late").check()
    press(chair, "Save and stop")
    press(chair, "Check the record")
    expect(chair.get_by_text("It was asked for late")).to_be_visible()
    press(chair, "Sign the record")
    expect(chair.get_by_text("The record is signed.", exact=True)).to_be_visible()
    fits(chair)

    # The surgery reads what the police shared, now that it is signed.
    surgery = opened("a.gp.lead")
    surgery.goto(f"/meetings/{number}/strategy")
    expect(surgery.get_by_text(SHARED)).to_be_visible()
    expect(surgery.get_by_text(REASON)).to_be_visible()
    fits(surgery)

    # Amended with a reason: until it is signed anew the first version is read, and then both are.
    press(chair, "Amend the record")
    chair.get_by_label("Why does the record have to be amended?").fill("There was a third bruise.")
    fits(chair)
    press(chair, "Open it to be amended")
    chair.get_by_role("link", name="Threshold").click()
    chair.get_by_label("Why is it met, or not?").fill(AMENDED)
    press(chair, "Save and stop")
    surgery.reload()
    expect(surgery.get_by_text(AMENDED)).to_have_count(0)
    press(chair, "Check the record")
    press(chair, "Sign the record")
    expect(chair.get_by_text("Version 2 of the record is signed.")).to_be_visible()
    surgery.reload()
    expect(surgery.get_by_text(AMENDED)).to_be_visible()
    expect(surgery.get_by_text("Amended because: There was a third bruise.")).to_be_visible()
    surgery.get_by_role("link", name="Version 1").click()
    expect(surgery.get_by_text(REASON, exact=True)).to_be_visible()
    expect(surgery.get_by_text("Another version holds now.")).to_be_visible()
    fits(surgery)
    surgery.get_by_role("link", name="Version 2").click()
    expect(surgery.get_by_text(AMENDED, exact=True)).to_be_visible()

    db.session.rollback()
    record = db.session.scalars(select(StrategyRecord).where(StrategyRecord.meeting_id == number)).one()
    kept = db.session.scalars(select(StrategyVersion.number).where(StrategyVersion.record_id == record.id)).all()
    assert (record.state, sorted(kept)) == (StrategyRecordState.SIGNED, [1, 2])
