"""A police conference desk answers for two areas at once, and says after the day who came; the chair sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from portal.database.session import writing
from portal.domain.vocabulary import Answer, Attendance
from portal.models.meetings import Invitation
from tests.browser.looking import barriers, misfits, task
from tests.services.rows import invitation_of

pytestmark = pytest.mark.browser


@pytest.fixture
def place(served):
    """A's initial conference of today, 14:00; it is 11:00."""
    return served.world.meeting("a.initial")


def test_from_home_to_declared_and_seen_by_the_chair(page, new_page, served, place, sign_in_in_browser, at_world_time):
    police = served.world.person("a.police.practitioner")
    sign_in_in_browser(page, police)
    expect(page.get_by_text("Say who attended")).to_have_count(0)

    at_world_time.shift(timedelta(hours=4))
    sign_in_in_browser(page, police)
    page.goto("/")
    task(page, "Say who attended", "Wednesday 10 June, 14:00").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who came for you?")
    assert barriers(page) == []
    page.get_by_label("We joined by video").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Thank you. You said: By video.")
    expect(page.locator("#day")).to_contain_text("It counts until the chair records otherwise.")
    kept = invitation_of(place, "police")
    assert (kept.declared_attendance, kept.attendance) == (Attendance.VIDEO, Attendance.VIDEO)
    page.goto("/")
    expect(page.get_by_text("Say who attended")).to_have_count(0)

    chair = new_page()
    sign_in_in_browser(chair, served.world.person("a.chair"))
    chair.goto(f"/meetings/{place.id}")
    row = chair.get_by_role("row").filter(has_text=served.world.agency_names["a.police"])
    expect(row).to_contain_text("Video (as they say)")


def test_a_difference_with_the_chair_is_seen_by_both(page, new_page, served, place, sign_in_in_browser, at_world_time):
    at_world_time.shift(timedelta(hours=4))
    sign_in_in_browser(page, served.world.person("a.police.practitioner"))
    page.goto(f"/meetings/{place.id}/attendance")
    page.get_by_label("We joined by video").check()
    page.get_by_role("button", name="Save").click()

    chair = new_page()
    sign_in_in_browser(chair, served.world.person("a.chair"))
    chair.goto(f"/meetings/{place.id}/register")
    register_row = chair.locator(f"#row-{place.invitations['police'].id}")
    register_row.locator("input[value=no_response]").check()
    expect(register_row.locator("[data-register-status]")).to_contain_text("Saved")
    chair.goto(f"/meetings/{place.id}")
    expect(chair.get_by_role("row").filter(has_text="Differs")).to_contain_text("They said: Video")

    page.goto("/")
    task(page, "The chair has recorded your attendance otherwise").get_by_role("button").click()
    expect(page.locator("#day")).to_contain_text("Differs")
    expect(page.locator("#day")).to_contain_text(
        "You said: By video. The chair has recorded: Absent without apologies."
    )
    assert barriers(page) == []


def test_two_areas_are_answered_on_one_page(page, served, sign_in_in_browser):
    world = served.world
    places = [world.meeting(f"{letter}.initial") for letter in "ab"]
    with writing() as session:
        numbers = [place.invitations["police"].id for place in places]
        session.execute(update(Invitation).where(Invitation.id.in_(numbers)).values(answer=None))
    sign_in_in_browser(page, world.person("both"))
    expect(task(page, "Answer an invitation (ZQ-B-PARTNERSHIP-QZ)")).to_have_count(2)
    page.get_by_role("link", name="Answer 4 invitations on one page").click()
    for place in places:
        page.locator(f"#answer_{place.invitations['police'].id}").check()
    assert barriers(page) == []
    page.get_by_role("button", name="Send these answers").click()
    expect(page.get_by_role("alert")).to_contain_text("2 answers were sent.")
    assert [invitation_of(place, "police").answer for place in places] == [Answer.ATTEND, Answer.ATTEND]


def test_a_thing_of_another_area_opens_under_it(page, served, sign_in_in_browser):
    world = served.world
    sign_in_in_browser(page, world.person("both"))
    task(page, "Answer an invitation (ZQ-B-PARTNERSHIP-QZ)").first.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Will you come?")
    expect(page.locator("header")).to_contain_text("ZQ-B-PARTNERSHIP-QZ")
    page.get_by_label("Will send a report only").check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Will you come?")
    assert invitation_of(world.meeting("b.review"), "police").answer is Answer.REPORT_ONLY


@pytest.mark.parametrize("width", [1280, 375])
def test_it_fits_the_window_and_bars_nobody(page, served, place, sign_in_in_browser, width):
    sign_in_in_browser(page, served.world.person("both"))
    meeting = f"/meetings/{place.id}"
    pages = ("/", "/meetings/answers", meeting, f"{meeting}/attendance", "/meetings?when=past")
    assert misfits(page, width, pages) == []
