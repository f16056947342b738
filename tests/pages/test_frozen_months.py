"""The pages of months: listed, frozen by the business manager, corrected, read by boards without small counts."""

from __future__ import annotations

from datetime import date

import pytest

from portal.models.frozen_months import FrozenMonth
from portal.models.meetings import Meeting
from tests.areas import Area, meeting, part
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words
from tests.pages.register_steps import touch
from tests.services.rows import change, stored

MAY = "/figures/month?month=2026-05"
FREEZE = "/figures/months/freeze?month=2026-05"
GOES_ON = {"status": "held", "inquorate_reason": "few_agencies_know_the_child", "inquorate_note": "Two know her."}


@pytest.fixture
def busy(world):
    """20 reviews of May, at which the surgery came to 8."""
    area = Area.of(world.partnerships["a"])
    codes = {agency: world.agency_codes[f"a.{agency}"] for agency in ("police", "gp")}
    refs = [f"BUSY-{number}" for number in range(20)]
    area.meetings(*(meeting(ref, "review_conference", "2026-05-14", trigger_on="2026-02-01") for ref in refs))
    area.attendance(
        *(part(ref, codes["police"], "video") for ref in refs),
        *(part(ref, codes["gp"], "video" if number < 8 else "") for number, ref in enumerate(refs)),
    )
    return area


def test_the_business_manager_freezes_a_month_and_everybody_reads_who_did(as_person, manager, busy):
    listed = manager.get("/figures/months")
    may = next(row for row in rows(listed) if row.startswith("May 2026"))
    assert "Open" in may
    assert "A few contests are not decided" in may
    assert FREEZE in links(listed)
    page = manager.get(FREEZE)
    assert "Not everything in this month is finished." in words(page)
    done = manager.send(page, note="All registers are closed.")
    assert (done.status_code, done.location) == (303, MAY)
    board = as_person("a.board")
    shown = words(board.get(MAY))
    assert "No figure has changed since revision 1." in shown
    assert "All registers are closed." in shown
    assert "ZQ-A-BUSINESS-MANAGER-QZ" in shown
    assert "Frozen" in next(row for row in rows(board.get("/figures/months")) if row.startswith("May 2026"))


def test_what_changes_later_is_listed_and_becomes_a_revision_with_a_reason(as_person, manager, busy, world):
    manager.submit(FREEZE)
    busy.attendance(part("BUSY-19", world.agency_codes["a.gp"], "video"))
    overseer = as_person("a.manager")
    page = overseer.get(MAY)
    assert "figures have changed since revision 1" in words(page)
    assert "GPs, Review child protection conference Attended 8 9" in rows(page)
    refused = manager.submit(FREEZE, note="")
    assert errors(refused) == ["Say why the frozen figures need another revision"]
    assert manager.submit(FREEZE, note="A register came late.").status_code == 303
    assert "No figure has changed since revision 2." in words(overseer.get(MAY))
    old = overseer.get(f"{MAY}&revision=1&against=2")
    assert "GPs, Review child protection conference Attended 8 9" in rows(old)
    assert overseer.get(f"{MAY}&revision=7").status_code == 404


def test_a_correction_is_opened_with_a_reason_and_ends_with_a_revision(manager, busy, world):
    manager.submit(FREEZE)
    correct = "/figures/months/correct?month=2026-05"
    assert correct in links(manager.get(MAY))
    assert errors(manager.submit(correct, reason="")) == ["Say what is to be corrected"]
    assert manager.submit(correct, reason="The police were right.").location == MAY
    assert "A correction is open since" in words(manager.get(MAY))
    assert "Being corrected" in words(manager.get("/figures/months"))
    again = manager.get(FREEZE)
    assert again.page.find("textarea").get_text(strip=True) == "The police were right."
    assert manager.send(again).status_code == 303
    assert "A correction is open" not in words(manager.get(MAY))


def test_the_business_manager_is_led_from_home_to_a_month_that_has_changed(chair, manager, place):
    change(Meeting, place.id, scheduled_on=date(2026, 5, 20), trigger_on=date(2026, 5, 5))
    touch(chair, f"/meetings/{place.id}/register", place, "police", attendance="in_person")
    assert manager.submit(FREEZE).status_code == 303
    assert "May 2026 was closed" not in words(manager.get("/"))
    close = f"/meetings/{place.id}/register/close"
    answer = chair.submit(close, action=close, **GOES_ON)
    assert (answer.status_code, errors(answer)) == (303, [])
    (link,) = [one for one in manager.get("/").page.select(".app-task a") if "A register of May 2026" in one.text]
    assert link["href"] == MAY
    assert FREEZE in links(manager.get(MAY))
    assert manager.submit(FREEZE, note="A register was late.").status_code == 303
    assert "A register of May 2026" not in words(manager.get("/"))


def test_two_who_freeze_at_once_are_told(as_person, manager, busy):
    drawn = as_person("a.business_manager")
    late_page = drawn.get(FREEZE)
    manager.submit(FREEZE, note="First.")
    late = drawn.send(late_page, note="My note.")
    assert late.status_code == 409
    assert "Somebody else froze May 2026 a moment ago." in words(late)
    assert late.page.find("textarea").get_text(strip=True) == "My note."
    assert drawn.send(late).status_code == 303


def test_the_board_reads_no_small_count(as_person, busy, manager):
    manager.submit(FREEZE)
    board, overseer = as_person("a.board").get(MAY), as_person("a.manager").get(MAY)
    assert "Too few stands for a number from 1 to 5" in words(board)
    # One meeting in May is the world's own strategy meeting: nothing of it is a number for the board.
    assert "1 of 1" in words(overseer)
    for small in ("1 of 1", "1 of 2", "1 of 3"):
        assert small not in words(board)


def test_a_lead_reads_their_own_agency_alone(as_person, busy, manager):
    manager.submit(FREEZE)
    page = words(as_person("a.gp.lead").get(MAY))
    assert "ZQ-A-AGENCY-GP-QZ" in page
    assert "ZQ-A-AGENCY-POLICE-QZ" not in page
    # The reviews, and the world's own strategy meeting of May.
    assert "9 of 21" in page


def test_a_month_that_is_not_over_or_not_there(manager):
    assert manager.get("/figures/months/freeze?month=2026-06").location == "/figures/months"
    assert "June 2026 is not over yet" in manager.get("/figures/months").text
    assert manager.get("/figures/months/freeze?month=2026-13").status_code == 404
    assert manager.get("/figures/month?month=may").status_code == 404
    assert manager.get("/figures/months/correct?month=2026-05").location == "/figures/months"
    assert "This month is not over yet" in words(manager.get("/figures/month?month=2026-06"))


def test_the_figures_page_says_what_counts_and_which_months_are_frozen(as_person, busy):
    board = as_person("a.board")
    page = words(
        board.get(
            "/figures?period=own&from_day-day=1&from_day-month=4&from_day-year=2026"
            "&to_day-day=31&to_day-month=5&to_day-year=2026"
        )
    )
    assert "April frozen, revision 2; May not frozen." in page
    assert "Counted: 47 invitations that were expected. Not counted: too few optional, 0 not relevant" in page
    assert "Contested and still open: too few" in page
    overseer = words(as_person("a.manager").get("/figures"))
    assert "Not counted: 1 optional, 0 not relevant. Contested and still open: 1," in overseer


@pytest.mark.parametrize("key", ["a.board", "a.business_manager", "a.manager", "a.sector_lead", "a.gp.lead"])
def test_ten_queries_at_most(as_person, busy, count_queries, key):
    browser = as_person(key)
    for path in (MAY, "/figures/month?month=2026-04", "/figures/months"):
        with count_queries() as statements:
            assert browser.get(path).status_code == 200
        assert len(statements) <= 10, path


def test_another_partnerships_month_stays_its_own(as_person, manager, world):
    manager.submit("/figures/months/freeze?month=2026-05", note="Ours alone.")
    theirs = words(as_person("b.board").get(MAY))
    assert "This month is not frozen." in theirs
    assert "Ours alone." not in theirs
    assert stored(FrozenMonth, world.frozen_months["b.april"]).revision == 2
