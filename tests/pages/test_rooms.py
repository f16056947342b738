"""The rooms of the figures: who has which, what stands first, what is withheld, and where numbers lead."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from portal.database.session import writing
from portal.domain.comparators import TARGET, Kind
from portal.models.comparators import Comparator, ComparatorFile
from tests.areas import Area, meeting, part
from tests.world import World

INITIAL, REVIEW = "initial_conference", "review_conference"
ROOM, OWN, TRIGGERS, WEEK, MEASURES = (
    "/figures/room",
    "/figures/own",
    "/figures/triggers",
    "/figures/week",
    "/figures/measures",
)


LINES = "/figures/room/lines.svg"
SVG = "{http://www.w3.org/2000/svg}"


def words(page) -> str:
    return " ".join(page.main.get_text(" ", strip=True).split())


def windows(client, address):
    """The small lines by their names: each window with where it stands on the sheet."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    sheet = ElementTree.fromstring(answer.get_data(as_text=True))
    return sheet, {view.get("id"): tuple(map(float, view.get("viewBox").split())) for view in sheet.iter(f"{SVG}view")}


def drawn_in(sheet, window, tag, attribute):
    """Which lines or points are drawn within a window."""
    _left, top, _wide, high = window
    found = [part.get(attribute) for part in sheet.iter(f"{SVG}{tag}")]
    heights = [[float(pair.split(",")[1]) for pair in one.split()] if "," in one else [float(one)] for one in found]
    return [one for one, ys in zip(found, heights, strict=True) if all(top <= y <= top + high for y in ys)]


@pytest.fixture
def fallen(world: World) -> World:
    """Two years of reviews in partnership A: the police came to nine of ten, and for the last eight months to one."""
    area = Area.of(world.partnerships["a"])
    codes = {agency: world.agency_codes[f"a.{agency}"] for agency in ("police", "social_care", "gp")}
    chair = world.person("a.chair").email
    rows, parts = [], []
    for place in range(24):
        year, month = divmod(2024 * 12 + 5 + place, 12)
        day = f"{year}-{month + 1:02}-14"
        for number in range(10):
            ref = f"FELL-{place}-{number}"
            rows.append(meeting(ref, REVIEW, day, trigger_on=f"{year}-{month + 1:02}-01", chair_email=chair))
            came = number < (9 if place < 16 else 1)
            parts.append(part(ref, codes["police"], "in_person" if came else "apologies", report_received_on=day))
            parts.append(part(ref, codes["social_care"], "in_person", report_received_on=day))
            parts.append(part(ref, codes["gp"], "in_person" if number < 7 else ""))
    area.meetings(*rows)
    area.attendance(*parts)
    return world


def test_the_board_reads_at_once_which_agency_fell(client, sign_in, people, fallen):
    sign_in(client, people["a.board"])
    page = client.get(ROOM).page
    first = page.main.find("ul", class_="app-remarks").li
    text = " ".join(first.get_text(" ", strip=True).split())
    assert text.startswith("Police, review child protection conferences: attendance")
    assert "▼ worse" in text
    assert "below" in text
    assert "worse, and more than chance" in text
    assert first.a["href"] == f"{MEASURES}/attendance?agency_type=police&meeting_type={REVIEW}"
    assert page.find("a", string="Room")["href"] == ROOM


def test_the_months_behind_a_number_stand_beside_it_as_windows_of_one_image(client, sign_in, people, fallen):
    sign_in(client, people["a.board"])
    page = client.get(ROOM).page
    lines = page.main.find_all("img", class_="app-line")
    addresses = {line["src"].partition("#")[0] for line in lines}
    assert len(addresses) == 1
    assert all(line["alt"] == "" and line["loading"] == "lazy" for line in lines)
    sheet, found = windows(client, addresses.pop())
    assert {line["src"].partition("#")[2] for line in lines} <= set(found)
    # The police fell from nine of ten to one: their line begins high and ends low.
    (way,) = drawn_in(sheet, found[f"attendance-police-{REVIEW}"], "polyline", "points")
    heights = [float(pair.split(",")[1]) for pair in way.split()]
    assert heights[-1] > heights[0] + 10


def test_what_is_withheld_is_in_no_small_line(as_person, world):
    """Two came to each of twelve months: months stand together until that is no small number, and no line has more."""
    area = Area.of(world.partnerships["a"])
    code = world.agency_codes["a.police"]
    for place in range(12):
        year, month = divmod(2025 * 12 + 5 + place, 12)
        refs = [f"SMALL-{place}-{number}" for number in range(20)]
        area.meetings(*(meeting(ref, REVIEW, f"{year}-{month + 1:02}-14", trigger_on="2025-02-01") for ref in refs))
        area.attendance(*(part(ref, code, "video" if number < 2 else "") for number, ref in enumerate(refs)))
    sheet, found = windows(as_person("a.board"), f"{LINES}?span=year")
    hidden = drawn_in(sheet, found[f"attendance-police-{REVIEW}"], "polyline", "points")
    sheet, found = windows(as_person("a.manager"), f"{LINES}?span=year")
    whole = drawn_in(sheet, found[f"attendance-police-{REVIEW}"], "polyline", "points")
    assert sum(len(way.split()) for way in whole) >= 8
    assert sum(len(way.split()) for way in hidden) <= 4


def test_a_sector_lead_has_the_lines_of_the_sector_alone(client, sign_in, people, fallen):
    sign_in(client, people["a.sector_lead"])
    _sheet, found = windows(client, LINES)
    assert {name.split("-")[1] for name in found} == {"gp"}


def test_lines_that_there_are_not(as_person, fallen):
    assert as_person("a.board").get(f"{LINES}?span=nothing").status_code == 404
    assert as_person("a.gp.lead").get(LINES).status_code == 403


def test_each_kind_of_agency_says_how_it_does_where_it_is_folded(client, sign_in, people, fallen):
    sign_in(client, people["a.board"])
    groups = client.get(ROOM).page.main.find_all("details", class_="app-group")
    police = next(one.summary for one in groups if one.summary.find(class_="app-group__name").string == "Police")
    text = " ".join(police.get_text(" ", strip=True).split())
    assert "attendance" in text
    assert "▼ worse" in text
    # Open without scripts, and folded by them on a telephone alone.
    assert all(one.has_attr("open") and one.has_attr("data-fold-narrow") for one in groups)


def test_a_number_opens_into_its_months_and_what_it_means(client, sign_in, people, fallen):
    sign_in(client, people["a.board"])
    page = client.get(f"{MEASURES}/attendance?agency_type=police&meeting_type={REVIEW}").page
    text = words(page)
    assert page.h1.get_text(strip=True) == "Attendance"
    assert "Police, review child protection conferences" in text
    assert "below the lower limit: worse, and more than chance" in text
    assert "Of what" in text
    assert "What stands behind it" not in text
    assert page.main.find("img")["src"].startswith(f"{MEASURES}/attendance/run.svg?")
    assert client.get(page.main.find("img")["src"]).status_code == 200


def test_the_manager_opens_the_rows(client, sign_in, people, fallen):
    sign_in(client, people["a.manager"])
    address = f"{MEASURES}/attendance?agency_type=police&meeting_type={REVIEW}"
    page = client.get(address).page
    rows = client.get(page.main.find("a", string="The rows of the last 12 months that are over")["href"]).page
    assert "Showing 1 to 50 of 120 rows" in words(rows)
    one = client.get(f"{MEASURES}/attendance/rows?agency_type=police&meeting_type={REVIEW}&month=2026-05").page
    counts = [cell.get_text(strip=True) for cell in one.main.find_all("td", attrs={"data-label": "Counts"})]
    assert (counts.count("Counts"), len(counts)) == (1, 10)


@pytest.mark.parametrize("key", ["a.board", "a.business_manager", "a.scrutineer", "a.sector_lead"])
def test_no_rows_for_those_without_cases(client, sign_in, people, fallen, key):
    sign_in(client, people[key])
    assert client.get(f"{MEASURES}/attendance/rows").status_code == 403


def test_a_lead_opens_the_own_agency_s_rows_alone(client, sign_in, people, fallen):
    sign_in(client, people["a.gp.lead"])
    rows = client.get(f"{MEASURES}/attendance/rows?meeting_type={REVIEW}&month=2026-05").page
    agencies = {cell.get_text(strip=True) for cell in rows.main.find_all("td", attrs={"data-label": "Agency"})}
    assert agencies == {people["a.gp.lead"].hat.agency_name}


def test_a_lead_sees_no_name_of_another_agency(client, sign_in, people, fallen):
    sign_in(client, people["a.gp.lead"])
    page = client.get(ROOM).page
    assert people["a.gp.lead"].hat.agency_name in words(page)
    assert fallen.agency_names["a.other_gp"] not in page.main.get_text()
    assert client.get(f"{MEASURES}/attendance?agency_type=police").status_code == 200
    assert client.get(f"{MEASURES}/quorate").status_code == 403


def test_a_chair_has_the_own_meetings(client, sign_in, people, fallen):
    sign_in(client, people["a.chair"])
    page = client.get(OWN).page
    assert "How your meetings went" in words(page)
    assert page.find("a", string="Figures")["href"] == OWN
    measure = client.get(page.main.find("a", string="Review conferences in time")["href"]).page
    assert "Your meetings" in words(measure)
    rows = client.get(f"{OWN}/reviews_in_time/rows?month=2026-05").page
    assert len(rows.main.find_all("td", attrs={"data-label": "Counts"})) == 10
    # A meeting is no agency's: a column would say nothing in any row.
    assert [head.get_text(strip=True) for head in rows.main.thead.find_all("th")] == ["Meeting", "Held", "Counts"]
    picture = client.get(f"{OWN}/reviews_in_time/run.svg")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert client.get(ROOM).status_code == 403


def test_another_chair_has_others(client, sign_in, people, fallen):
    sign_in(client, people["a.second_chair"])
    rows = client.get(f"{OWN}/reviews_in_time/rows?month=2026-05").page
    assert "FELL" not in rows.main.get_text()


def test_what_crossed_a_line(client, sign_in, people, fallen):
    sign_in(client, people["a.business_manager"])
    page = client.get(f"{TRIGGERS}?span=year").page
    assert page.main.find("h2").get_text(strip=True) == "Worse"
    assert "Police, review child protection conferences: attendance" in words(page)


def test_a_measure_that_crossed_two_lines_is_told_once_with_the_target_s_unit(client, sign_in, people, fallen):
    with writing() as session:
        known = session.scalars(select(ComparatorFile).filter_by(partnership_id=fallen.partnerships["a"])).one()
        session.add(
            Comparator(
                file_id=known.id,
                partnership_id=known.partnership_id,
                measure_id="attendance",
                kind=Kind.TARGET,
                area=TARGET,
                period="2025-04",
                tenths=600,
                source="The board",
            )
        )
    sign_in(client, people["a.manager"])  # who sees small counts, and so what is held against the target
    page = client.get(f"{TRIGGERS}?span=year").page
    told = [
        " ".join(one.get_text(" ", strip=True).split())
        for one in page.main.find_all("li", class_="app-remark")
        if "Police, review child protection conferences: attendance" in one.get_text()
    ]
    assert len(told) == 1
    assert "below" in told[0]
    assert "Misses its target, which it met a year before" in told[0]
    assert told[0].endswith(", target 60 %.")


def test_the_week_s_sheet(client, sign_in, people):
    sign_in(client, people["a.coordinator"])
    page = client.get(WEEK).page
    assert "The next seven days" in words(page)
    assert "a.1" not in page.main.get_text()


@pytest.mark.parametrize("part", ["meetings", "work", "matters", "audits", "plans", "feedback"])
def test_all_measures_are_listed(client, sign_in, people, part):
    sign_in(client, people["a.business_manager"])
    page = client.get(f"{MEASURES}?part={part}").page
    assert page.main.find("tbody").find_all("tr")


def test_a_lead_has_the_part_of_the_own_agency_alone(client, sign_in, people):
    sign_in(client, people["a.gp.lead"])
    assert client.get(MEASURES).status_code == 200
    assert client.get(f"{MEASURES}?part=plans").status_code == 404


@pytest.mark.parametrize(
    "path", [f"{ROOM}?span=nothing", f"{TRIGGERS}?span=nothing", f"{MEASURES}?span=x", f"{MEASURES}/attendance?back=x"]
)
def test_an_address_that_asks_for_nothing_there_is_says_so(client, sign_in, people, path):
    sign_in(client, people["a.board"])
    assert client.get(path).status_code == 400


def test_no_child_and_no_meeting_stands_in_the_board_s_rooms(client, sign_in, people, fallen):
    sign_in(client, people["a.board"])
    for path in (ROOM, TRIGGERS, MEASURES, f"{MEASURES}/attendance", f"{MEASURES}/plans_open"):
        text = client.get(path).get_data(as_text=True)
        assert not [marker.kind for marker in fallen.hidden_from("a.board") if marker.is_in(text)]
        assert "FELL-" not in text


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a.board", ROOM),
        ("a.sector_lead", ROOM),
        ("a.board", LINES),
        ("a.gp.lead", ROOM),
        ("a.chair", OWN),
        ("a.chair", f"{OWN}/attendance"),
        ("a.board", TRIGGERS),
        ("a.gp.lead", TRIGGERS),
        ("a.manager", WEEK),
        ("a.board", f"{MEASURES}/attendance?agency_type=police"),
        ("a.gp.lead", f"{MEASURES}/attendance"),
        ("a.board", f"{MEASURES}/initial_in_time_section_47"),
        ("a.board", f"{MEASURES}/plans_per_10000"),
        ("a.board", f"{MEASURES}/escalations_overdue"),
        ("a.manager", f"{MEASURES}/attendance/rows"),
        *(
            ("a.board", f"{MEASURES}?part={part}")
            for part in ("meetings", "work", "matters", "audits", "plans", "feedback")
        ),
        ("a.board", "/figures/views"),
    ],
)
def test_pages_take_few_queries(as_person, fallen, count_queries, key, path):
    browser = as_person(key)
    browser.get(path)
    with count_queries() as statements:
        assert browser.get(path).status_code == 200
    assert len(statements) <= 10
