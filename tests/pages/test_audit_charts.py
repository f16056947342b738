"""The charts of a round's results: what the tables say and nothing else, for those who may read the tables."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.vocabulary import AgencyType
from portal.models.audits import Response
from portal.models.frameworks import Question
from tests.audit_surveys import Survey
from tests.audits import return_of

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("shape", ["", "&shape=narrow"])


@pytest.fixture
def survey(world) -> Survey:
    return Survey(world)


@pytest.fixture
def schools(survey) -> list[int]:
    return survey.agencies(AgencyType.SCHOOL, 14)


@pytest.fixture
def asked(survey, schools):
    """Fourteen schools, six amber on the first question, two red on the second, both on the third; a round before."""
    surgeries = survey.agencies(AgencyType.GP, 7)
    before = survey.round(*schools, *surgeries, year=2024)
    made = survey.round(*schools, *surgeries, number=2)
    for place, agency_id in enumerate(schools):
        survey.signed(before, agency_id, {"1.1": "amber" if place < 12 else "green"})
        survey.signed(
            made,
            agency_id,
            {
                "1.1": "amber" if place < 6 else "green",
                "1.2": "red" if place < 2 else "green",
                "1.3": "red" if place < 2 else "amber" if place < 8 else "green",
            },
        )
    for agency_id in surgeries:
        survey.signed(before, agency_id)
        survey.signed(made, agency_id)
    db.session.remove()
    return made


@pytest.fixture
def board(client, sign_in, world):
    sign_in(client, world.people["a.board"])
    return client


def address(asked, more=""):
    return f"/audit-rounds/{asked.id}/results{more}"


def questions_of(client, asked):
    return [link["href"] for link in client.get(address(asked)).page.select(".app-results__question a")]


def chart_of(client, where, more=""):
    answer = client.get(f"{where}?{more.lstrip('&')}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    return ElementTree.fromstring(answer.get_data(as_text=True)), answer


def words_of(svg):
    """What stands in a chart, white edges once."""
    found = [" ".join(text.itertext()) for text in svg.iter(f"{SVG}text") if text.get("stroke") is None]
    return [" ".join(words.split()) for words in found]


@BOTH
def test_a_chart_is_an_image_with_words_and_without_styles_and_scripts(board, asked, shape):
    for where in (address(asked, "/changes.svg"), f"{questions_of(board, asked)[0]}/ratings.svg"):
        svg, answer = chart_of(board, where, shape)
        assert svg.tag == f"{SVG}svg"
        assert svg.get("role") == "img"
        assert len(svg.get("aria-label")) > 20
        assert svg.find(f"{SVG}title").text == svg.get("aria-label")
        for part in svg.iter():
            assert part.tag.removeprefix(SVG) not in ("style", "script", "image", "foreignObject", "a")
            assert not [name for name in part.attrib if name == "style" or name.startswith("on")]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_chart_of_a_question_has_the_tables_numbers(board, asked):
    said = words_of(chart_of(board, f"{questions_of(board, asked)[0]}/ratings.svg")[0])
    assert {"GPs (7)", "Schools (14)", "All agencies (21)"} <= set(said)
    assert [words for words in said if re.fullmatch(r"\d+\.\d %", words)] == [
        "100.0 %", "57.1 %", "42.9 %", "71.4 %", "28.6 %",
    ]  # fmt: skip
    assert "Green: fully in place" in said
    assert "Withheld (too few)" not in said


def bars_of(svg):
    """Each part of each bar: its pattern and its width."""
    found = []
    for part in svg.iter(f"{SVG}path"):
        width = re.fullmatch(r"M[\d.]+,[\d.]+h([\d.]+)v28h-\1Z", part.get("d") or "")
        if width and (part.get("fill") or "").startswith("url("):
            found.append((part.get("fill"), float(width[1])))
    return found


@BOTH
def test_a_chart_leaks_no_hidden_number(board, asked, shape):
    """Two of fourteen schools are red: neither they are told, nor what would give them away, nor can it be measured."""
    second, third = questions_of(board, asked)[1:3]
    whole = 185 if shape else 620
    svg, _answer = chart_of(board, f"{second}/ratings.svg", shape)
    # Of schools and of all agencies nothing is known, so they have no bar.
    assert bars_of(svg) == [("url(#rating-0)", whole)]
    assert not {"Schools (14)", "All agencies (21)"} & set(words_of(svg))
    svg, _answer = chart_of(board, f"{third}/ratings.svg", shape)
    said = {words for words in words_of(svg) if "%" in words} - {"0 %", "25 %", "50 %", "75 %", "100 %"}
    assert said <= {"100.0 %", "42.9 %", "43 %", "28.6 %", "29 %", "61.9 %", "62 %"}
    parts = table_of(board.get(third).page)
    known = {round(float(words.split()[0]) * whole / 100, 0) for words in parts if words[0].isdigit()} - {0.0}
    withheld = [width for fill, width in bars_of(svg) if fill == "url(#rating-4)"]
    assert withheld
    assert "Withheld (too few)" in words_of(svg)
    for fill, width in bars_of(svg):
        assert fill == "url(#rating-4)" or round(width) in known
    for hidden in (2 / 14, 2 / 21):
        assert not [width for _fill, width in bars_of(svg) if abs(width - hidden * whole) < 1]


def table_of(page):
    """The words of the question's table, cell by cell."""
    return [" ".join(cell.get_text(" ").split()) for cell in page.select("table tbody td")]


def test_the_chart_of_changes_has_the_tables_numbers(board, asked):
    page = board.get(address(asked)).page
    [table] = [one for one in page.find_all("table") if "How many agencies are amber" in one.find("caption").get_text()]
    points = {
        row.find("th").get_text(" ", strip=True): row.find("b").get_text()
        for row in table.select("tbody tr") if row.find("b")
    }  # fmt: skip
    said = " ".join(words_of(chart_of(board, address(asked, "/changes.svg"))[0]))
    assert points
    for title, moved in points.items():
        assert title in said
        assert f" {moved} " in f" {said} "
    assert {"Survey 2024", "Survey 2026"} <= set(words_of(chart_of(board, address(asked, "/changes.svg"))[0]))


def test_the_filter_narrows_the_chart_of_changes_too(board, asked):
    everything, schools = (
        words_of(chart_of(board, address(asked, "/changes.svg"), more)[0]) for more in ("", "agency_type=school")
    )
    assert everything != schools
    assert board.get(address(asked, "/changes.svg?agency_type=wizards")).status_code == 400


def test_the_pages_show_their_charts_with_the_table_beside_them(board, asked):
    for page, name in ((address(asked), "changes.svg"), (questions_of(board, asked)[0], "ratings.svg")):
        [picture] = board.get(page).page.find_all("picture")
        assert picture.find("img")["alt"]
        assert name in picture.find("img")["src"]
        assert "shape=narrow" in picture.find("source")["srcset"]
        assert picture.find_next("table")
        assert chart_of(board, picture.find("img")["src"])


def test_where_there_is_nothing_to_draw_there_is_no_chart(board, survey):
    made = survey.round(*survey.agencies(AgencyType.GP, 2))
    db.session.remove()
    assert board.get(address(made)).page.find("picture") is None
    assert board.get(address(made, "/changes.svg")).status_code == 404


def test_a_browser_keeps_a_chart_and_asks_whether_it_still_stands(board, client, sign_in, world, asked, new_client):
    where = f"{questions_of(board, asked)[0]}/ratings.svg"
    _svg, first = chart_of(board, where)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = board.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data(), again.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    assert chart_of(board, where, "shape=narrow")[1].headers["ETag"] != first.headers["ETag"]
    # Whoever may not read it is told no more by the name that a browser keeps it under.
    stranger = new_client()
    sign_in(stranger, world.people["a.gp.lead"])
    assert stranger.get(where, headers={"If-None-Match": first.headers["ETag"]}).status_code == 403
    assert new_client().get(where, headers={"If-None-Match": first.headers["ETag"]}).status_code == 302


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("a.board", 200), ("a.business_manager", 200), ("a.scrutineer", 200), ("a.sector_lead", 200), ("b.board", 404),
        ("a.gp.lead", 403), ("a.chair", 403), ("a.manager", 403), ("a.coordinator", 403), ("a.administrator", 403),
    ],
)  # fmt: skip
def test_charts_are_for_those_who_read_the_tables(client, sign_in, world, asked, person, status):
    question = f"/questions/{min(one.id for one in asked_questions(asked))}"
    sign_in(client, world.people[person])
    for page, chart in (("", "/changes.svg"), (question, f"{question}/ratings.svg")):
        assert client.get(address(asked, chart)).status_code == status
        assert client.get(address(asked, page)).status_code == status


def asked_questions(asked):
    """The questions of a round's edition."""
    return db.session.scalars(select(Question).where(Question.edition_id == asked.edition_id)).all()


def test_a_chart_changes_with_its_figures(board, asked, survey, schools):
    where = f"{questions_of(board, asked)[0]}/ratings.svg"
    _svg, first = chart_of(board, where)
    found = return_of(asked, schools[-1])
    with writing() as session:
        session.execute(update(Response).where(Response.return_id == found.id).values(rating="amber"))
    db.session.remove()
    again = board.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "50.0 %" in words_of(ElementTree.fromstring(again.get_data(as_text=True)))
