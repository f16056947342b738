"""Pictures of figures and the pages that compare agencies: for those who may, without what is withheld."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.areas import Area, meeting, part
from tests.pages.reading import rows, words

SVG = "{http://www.w3.org/2000/svg}"
RUN = "/figures/measures/attendance/run.svg"
PAGES = ("/figures/compare", "/figures/funnel", "/figures/multiples")
BOTH = pytest.mark.parametrize("shape", ["", "shape=narrow"])


@pytest.fixture
def busy(world):
    """Twenty reviews in each of the months that are over since June 2025: police at 18 of them, the surgery at 2."""
    area = Area.of(world.partnerships["a"])
    codes = {agency: world.agency_codes[f"a.{agency}"] for agency in ("police", "gp", "school")}
    for month in range(12):
        year, number = divmod(2025 * 12 + 5 + month, 12)
        refs = [f"BUSY-{month}-{place}" for place in range(20)]
        day = f"{year}-{number + 1:02}-14"
        area.meetings(*(meeting(ref, "review_conference", day, trigger_on="2025-02-01") for ref in refs))
        area.attendance(
            *(part(ref, codes["police"], "video" if place < 18 else "") for place, ref in enumerate(refs)),
            *(part(ref, codes["gp"], "video" if place < 2 else "") for place, ref in enumerate(refs)),
            *(part(ref, codes["school"], "video" if place < 12 else "") for place, ref in enumerate(refs)),
        )
    return area


@pytest.fixture
def schools(world):
    """Six schools at thirty reviews of May each, one of which nearly never came."""
    area = Area.of(world.partnerships["a"])
    codes = [f"FUN-{number}" for number in range(6)]
    area.agencies({"agency_code": code, "name": f"School {code}", "agency_type": "school"} for code in codes)
    refs = [f"FUNNEL-{place}" for place in range(30)]
    area.meetings(*(meeting(ref, "review_conference", "2026-05-12", trigger_on="2026-02-01") for ref in refs))
    area.attendance(
        *(
            part(ref, code, "video" if place < (6 if code == "FUN-3" else 24) else "")
            for place, ref in enumerate(refs)
            for code in codes
        )
    )
    return area


@pytest.fixture
def board(as_person):
    """A's board member."""
    return as_person("a.board")


def drawn(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml"), address
    return ElementTree.fromstring(answer.get_data(as_text=True)), answer


def texts(svg):
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text") if one.get("class") != "axis"]


@BOTH
def test_a_picture_stands_at_an_address_of_its_own_under_the_policy(board, busy, shape):
    for address in (RUN, "/figures/heat.svg", "/figures/multiples.svg"):
        svg, answer = drawn(board, f"{address}?{shape}")
        assert svg.get("role") == "img"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert not [part for part in svg.iter() if "style" in part.attrib or part.tag == f"{SVG}script"]


def test_a_browser_keeps_a_picture_and_asks_whether_it_still_stands(board, busy, new_client, sign_in, world):
    _svg, first = drawn(board, RUN)
    again = board.get(RUN, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert drawn(board, f"{RUN}?shape=narrow")[1].headers["ETag"] != first.headers["ETag"]
    stranger = new_client()
    sign_in(stranger, world.person("b.board"))
    assert drawn(stranger, RUN)[1].headers["ETag"] != first.headers["ETag"]


def test_the_address_narrows_the_picture(board, busy):
    everything, police = (drawn(board, f"{RUN}?{more}")[0] for more in ("", "agency_type=police"))
    assert police.get("aria-label").startswith("Attendance, Police, conferences, month by month from June 2025")
    assert everything.get("aria-label") != police.get("aria-label")
    assert drawn(board, f"{RUN}?back=12")[0].get("aria-label").endswith("from June 2025 to May 2026.")
    assert drawn(board, f"{RUN}?back=12&to=2026-03")[0].get("aria-label").endswith(" to March 2026.")


@pytest.mark.parametrize("more", ["agency_type=wizards", "to=2026-13", "back=13", "meeting_type=%3Cb%3E", "agency=x"])
def test_an_address_that_asks_for_nonsense_is_refused(board, more):
    assert board.get(f"{RUN}?{more}").status_code == 400


def test_a_measure_that_does_not_exist_has_no_picture(board):
    assert board.get("/figures/measures/turnout/run.svg").status_code == 404


def test_the_chart_is_held_against_what_the_partnership_keeps(board, busy):
    said = " ".join(texts(drawn(board, "/figures/measures/initial_in_time/run.svg")[0]))
    assert "Target 95 %" in said
    assert "England, 2024/25: 81.4 %" in said


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_its_picture_its_words_and_its_table_together(board, busy, page):
    shown = board.get(page)
    figure = shown.page.select_one(".app-figure")
    assert figure.select(".app-figure__words li")
    assert figure.select("details table")
    if page != "/figures/funnel":
        assert figure.find("img")["alt"]
        assert "shape=narrow" in figure.find("source")["srcset"]
        drawn(board, figure.find("img")["src"])


def test_a_funnel_names_the_school_that_stands_outside(as_person, schools):
    overseer = as_person("a.manager")
    shown = overseer.get("/figures/funnel?span=this_year")
    assert "School FUN-3 stands below the funnel: worse (6 of 30)." in words(shown)
    assert any(row.startswith("School FUN-3 (A) 20 % (6 of 30)") for row in rows(shown))
    svg, _answer = drawn(overseer, shown.page.select_one(".app-figure img")["src"])
    assert any(one.startswith("A: School FUN-3, 20 % (6 of 30)") for one in texts(svg))


@pytest.mark.parametrize("page", [*PAGES, "/figures/heat.svg", "/figures/multiples.svg", RUN])
def test_pages_and_pictures_take_few_queries(board, busy, count_queries, page):
    board.get(page)
    with count_queries() as statements:
        board.get(page)
    assert len(statements) <= 10, statements


def test_the_heat_map_says_where_agencies_do_not_come(board, busy):
    shown = board.get("/figures/compare?span=quarter")
    assert "Lowest: GPs, review child protection conferences: 10 % (6 of 60)" in words(shown)
    assert "Police 90 % (54 of 60) 90 % (54 of 60)" in rows(shown)


def test_what_is_withheld_from_the_board_is_in_no_picture(board, busy, as_person):
    """The surgery came twice in each month: months stand together until that is no small number."""
    address = f"{RUN}?agency_type=gp&meeting_type=review_conference"
    shown, whole = (drawn(browser, address)[0] for browser in (board, as_person("a.manager")))

    def dots(svg):
        """Months, without the one in the key."""
        return [one for one in svg.iter(f"{SVG}circle") if one.get("fill") == "#14232b"][:-1]

    # A month of the year is frozen without these reviews.
    assert len(dots(whole)) == 11
    assert 0 < len(dots(shown)) <= 4
    hidden, open_to_all = (
        rows(browser.get("/figures/compare?span=year")) for browser in (board, as_person("a.manager"))
    )
    assert any("(1 of 1)" in row for row in open_to_all)
    assert not any("(1 of 1)" in row for row in hidden)
    assert "too few" in texts(drawn(board, "/figures/heat.svg?span=year")[0])


@pytest.mark.parametrize(
    ("person", "status"),
    [("a.board", 200), ("a.manager", 200), ("a.sector_lead", 200), ("a.gp.lead", 403), ("a.chair", 403)],
)
def test_agencies_are_compared_by_those_who_oversee_them(as_person, busy, person, status):
    browser = as_person(person)
    for address in ("/figures/compare", "/figures/heat.svg", "/figures/multiples"):
        assert browser.get(address).status_code == status


def test_a_sector_lead_compares_the_sector_alone(as_person, busy):
    shown = as_person("a.sector_lead").get("/figures/compare")
    assert [row.partition(" ")[0] for row in rows(shown)] == ["GPs"]
    assert as_person("a.sector_lead").get("/figures/funnel?agency_type=school").status_code == 400


def test_a_lead_sees_the_run_of_the_own_agency(as_person, busy):
    svg, _answer = drawn(as_person("a.gp.lead"), RUN)
    assert "GPs" not in svg.get("aria-label")
    assert as_person("a.gp.lead").get(f"{RUN}?agency=999999").status_code in (403, 404)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_asked_for_nonsense_says_what_to_choose(board, page):
    refused = board.get(f"{page}?measure=turnout")
    assert refused.status_code == 400
    assert refused.page.select(".govuk-error-summary")
