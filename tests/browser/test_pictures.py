"""Somebody looks at pictures that compare agencies in a browser: at a desk, on a telephone, by keyboard, on paper."""

from __future__ import annotations

import pytest

from portal.database.session import db
from tests.areas import Area, meeting, part
from tests.browser.looking import barriers, overhang

pytestmark = pytest.mark.browser

PAGES = ("/figures/compare", "/figures/funnel", "/figures/multiples")


@pytest.fixture
def busy(served):
    """Ten reviews in each month of a year; six schools with long names besides, one of which hardly came."""
    world = served.world
    area = Area.of(world.partnerships["a"])
    codes = [f"FUN-{number}" for number in range(6)]
    area.agencies(
        {
            "agency_code": code,
            "name": f"Our Lady of Perpetual Succour Catholic Primary Academy and Nursery {code}",
            "agency_type": "school",
        }
        for code in codes
    )
    police, gp = (world.agency_codes[f"a.{agency}"] for agency in ("police", "gp"))
    for month in range(12):
        year, number = divmod(2025 * 12 + 5 + month, 12)
        refs = [f"BUSY-{month}-{place}" for place in range(10)]
        day = f"{year}-{number + 1:02}-14"
        area.meetings(*(meeting(ref, "review_conference", day, trigger_on="2025-02-01") for ref in refs))
        area.attendance(
            *(part(ref, police, "video" if place < 9 else "") for place, ref in enumerate(refs)),
            *(part(ref, gp, "video" if place < month % 3 else "") for place, ref in enumerate(refs)),
            *(
                part(ref, code, "video" if place < (2 if code == "FUN-3" else 7) else "")
                for place, ref in enumerate(refs)
                for code in codes
            ),
        )
    db.session.remove()


@pytest.fixture
def overseer(page, served, sign_in_in_browser):
    """The safeguarding manager's browser: of a world this small, a board may be shown no funnel."""
    sign_in_in_browser(page, served.world.person("a.manager"))
    return page


@pytest.mark.parametrize(("width", "shape"), [(1280, ""), (375, "shape=narrow")])
@pytest.mark.parametrize("address", PAGES)
def test_a_picture_is_drawn_for_the_window_that_shows_it(overseer, busy, width, shape, address):
    overseer.set_viewport_size({"width": width, "height": 900})
    overseer.goto(address)
    chart = overseer.locator(".app-figure img")
    chart.scroll_into_view_if_needed()
    overseer.wait_for_function("() => document.querySelector('.app-figure img').naturalWidth > 0")
    assert chart.evaluate("image => image.currentSrc").partition("?")[2] == shape
    assert chart.evaluate("image => image.width / image.naturalWidth") > 0.95
    overseer.locator(".app-figure summary").click()
    assert overhang(overseer) == 0
    assert barriers(overseer) == []


def test_the_numbers_of_a_picture_are_reached_and_opened_by_keyboard(overseer, busy):
    overseer.goto("/figures/compare")
    summary = overseer.locator(".app-figure summary")
    assert not overseer.locator(".app-figure table").is_visible()
    summary.focus()
    overseer.keyboard.press("Enter")
    assert overseer.locator(".app-figure table").is_visible()


@pytest.mark.parametrize("address", PAGES)
def test_a_picture_and_its_numbers_are_on_paper_too(overseer, busy, address):
    overseer.goto(address)
    overseer.emulate_media(media="print")
    assert overseer.locator(".app-figure img").is_visible()
    assert overseer.locator(".app-figure table").first.evaluate("one => one.getBoundingClientRect().height") > 40
