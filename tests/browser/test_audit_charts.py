"""The board looks at the charts of an audit's results in a real browser: at a desk, on a telephone, on paper."""

from __future__ import annotations

import pytest

from portal.database.session import db
from portal.domain.vocabulary import AgencyType
from tests.audit_surveys import Survey
from tests.browser.looking import barriers, overhang

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(served):
    """Two rounds of fourteen schools, of which fewer are amber the second time."""
    survey = Survey(served.world)
    schools = survey.agencies(AgencyType.SCHOOL, 14)
    rounds = [survey.round(*schools, number=number, year=2022 + 2 * number) for number in (1, 2)]
    for made, amber in zip(rounds, (12, 6), strict=True):
        for place, agency_id in enumerate(schools):
            survey.signed(made, agency_id, {"1.1": "amber" if place < amber else "green"})
    db.session.remove()
    return rounds[1]


@pytest.fixture
def board(page, served, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.board"))
    return page


@pytest.mark.parametrize(("width", "shape"), [(1280, ""), (375, "shape=narrow")])
@pytest.mark.parametrize("has_question", [False, True])
def test_a_chart_is_drawn_for_the_window_that_shows_it(board, asked, width, shape, has_question):
    board.set_viewport_size({"width": width, "height": 900})
    board.goto(f"/audit-rounds/{asked.id}/results")
    if has_question:
        board.locator("details", has=board.locator(".app-results__question")).first.locator("summary").click()
        board.locator(".app-results__question a").first.click()
    chart = board.locator("picture img")
    chart.scroll_into_view_if_needed()
    board.wait_for_function("() => document.querySelector('picture img').naturalWidth > 0")
    assert chart.evaluate("image => image.currentSrc").partition("?")[2] == shape
    # As large as it was drawn, so that its letters are as large as the page's.
    assert chart.evaluate("image => image.width / image.naturalWidth") > 0.95
    assert overhang(board) == 0
    assert barriers(board) == []


def test_a_chart_is_on_paper_too(board, asked):
    board.goto(f"/audit-rounds/{asked.id}/results")
    board.emulate_media(media="print")
    assert board.locator("picture img").is_visible()


def test_a_chart_opened_by_itself_breaks_no_policy(board, asked):
    answer = board.goto(f"/audit-rounds/{asked.id}/results/changes.svg")
    assert answer.status == 200
    assert board.evaluate("document.documentElement.getAttribute('role')") == "img"
