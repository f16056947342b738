"""The results of a round as pages, a workbook and a PDF: the same figures, and what is withheld in none of them."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import update

from portal.database.session import db, writing
from portal.domain.vocabulary import AgencyType
from portal.models.partnerships import Agency
from portal.models.rule_sets import RuleSet
from tests.audit_surveys import Survey

NAME = "=HYPERLINK(1) school"


@pytest.fixture
def survey(world) -> Survey:
    return Survey(world)


@pytest.fixture
def asked(survey):
    """Fourteen schools, six of them amber on the first question and two red on the second; seven surgeries."""
    schools, surgeries = survey.agencies(AgencyType.SCHOOL, 14), survey.agencies(AgencyType.GP, 7)
    made = survey.round(*schools, *surgeries)
    for place, agency_id in enumerate(schools):
        survey.signed(
            made, agency_id, {"1.1": "amber" if place < 6 else "green", "1.2": "red" if place < 2 else "green"}
        )
    for agency_id in surgeries:
        survey.signed(made, agency_id)
    db.session.remove()
    return made


@pytest.fixture
def board(client, sign_in, world):
    sign_in(client, world.people["a.board"])
    return client


def address(asked, more=""):
    return f"/audit-rounds/{asked.id}/results{more}"


def table_of(page, caption):
    """A table's rows as lists of words, by its caption."""
    [found] = [table for table in page.find_all("table") if caption in table.find("caption").get_text()]
    rows = found.find("tbody").find_all("tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in rows]


def words_of(page):
    return " ".join(page.find("main").get_text(" ").split())


def test_words_come_first_then_the_heat_map(board, asked):
    page = board.get(address(asked, "?agency_type=school")).page
    headings = [heading.get_text() for heading in page.find("main").find_all("h2")]
    assert headings[:2] == ["Needs attention", "Heat map"]
    assert "42.9 % of schools amber (6 of 14) on “Is 1.1 so?”" in words_of(page)


def test_which_levels_are_used_is_said_on_the_page_and_in_what_is_taken_along(board, asked, world):
    with writing() as session:
        own = RuleSet.partnership_id == world.partnerships["a"]
        session.execute(update(RuleSet).where(own).values(audit_green_from=90, audit_amber_from=60))
    db.session.remove()
    page = board.get(address(asked)).page
    words = "Green begins at 90 %, amber at 60 %, and what is below that is red"
    assert words in words_of(page)
    rows = {row[0]: row[1:] for row in table_of(page, "Agencies, those")}
    assert rows["school 3"][1:] == ["Amber 83.3 %", "Green 100.0 %"]
    taken = board.get(address(asked, "/workbook")).get_data()
    summary = [row[0] for row in load_workbook(BytesIO(taken))["Summary"].iter_rows(values_only=True)]
    assert f"{words}; a standard with a red answer in it is never green." in summary


def test_each_cell_has_its_word_and_its_number(board, asked):
    page = board.get(address(asked)).page
    rows = {row[0]: row[1:] for row in table_of(page, "Agencies, those")}
    assert len(rows) == 21
    assert rows["school 1"] == ["Green 75.0 % (1 red)", "Amber 50.0 % (1 red)", "Green 100.0 %"]
    assert rows["school 3"][1:] == ["Green 83.3 %", "Green 100.0 %"]
    heads = [cell.get_text().strip() for cell in page.select("table.app-heat thead th")]
    assert heads[:4] == ["Agency", "Overall", "1. Standard 1", "2. Standard 2"]


def test_the_filter_narrows_rows_and_keeps_what_is_withheld(board, asked):
    everything = board.get(address(asked)).page
    surgeries = board.get(address(asked, "?agency_type=gp")).page
    assert [row[0] for row in table_of(surgeries, "Agencies, those")] == [f"gp {n}" for n in range(15, 22)]
    assert table_of(surgeries, "How many of the agencies asked") == [
        ["GPs", "100.0 % (7 of 7)"],
        ["All agencies", "100.0 % (21 of 21)"],
    ]
    assert ["Schools", "100.0 % (14 of 14)"] in table_of(everything, "How many of the agencies asked")


def test_a_standard_with_too_few_to_say_stands_last_with_a_word_why(board, asked):
    page = board.get(address(asked)).page
    # Two schools are amber in Standard 1, nobody in Standard 2: the better one stands first.
    rows = table_of(page, "amber or red in each standard, those with most of them first, those with too few")
    assert [row[:2] for row in rows] == [["2. Standard 2", "0.0 % (0 of 21)"], ["1. Standard 1", "too few of 21"]]
    assert "Where too few agencies are amber or red to say how many, the standard stands last" in words_of(page)
    surgeries = board.get(address(asked, "?agency_type=gp")).page
    assert [row[0] for row in table_of(surgeries, "those with most of them first")] == [
        "1. Standard 1",
        "2. Standard 2",
    ]
    assert "too few" not in " ".join(caption.get_text() for caption in surgeries.find_all("caption"))
    assert "the standard stands last" not in words_of(surgeries)


def test_an_agency_type_that_does_not_exist_is_said(board, asked):
    assert board.get(address(asked, "?agency_type=wizards")).status_code == 400
    assert board.get(address(asked, "/report?agency_type=wizards")).status_code == 400


def test_a_question_by_type_of_agency(board, asked):
    links = [link["href"] for link in board.get(address(asked)).page.select(".app-results__question a")]
    first, second = (table_of(board.get(link).page, "Ratings by type") for link in links[:2])
    assert [row[:3] for row in first] == [
        ["GPs", "100.0 % (7 of 7)", "0.0 % (0 of 7)"],
        ["Schools", "57.1 % (8 of 14)", "42.9 % (6 of 14)"],
        ["All agencies", "71.4 % (15 of 21)", "28.6 % (6 of 21)"],
    ]
    # Two red schools are too few, and so nothing beside them gives them back.
    assert [row[1:4] for row in second] == [
        ["100.0 % (7 of 7)", "0.0 % (0 of 7)", "0.0 % (0 of 7)"],
        ["too few of 14", "0.0 % (0 of 14)", "too few of 14"],
        ["too few of 21", "0.0 % (0 of 21)", "too few of 21"],
    ]


def test_a_sector_lead_reads_their_own_sector_by_name(client, sign_in, world, asked):
    sign_in(client, world.people["a.sector_lead"])
    page = client.get(address(asked)).page
    assert {row[0] for row in table_of(page, "Agencies, those")} == {f"gp {n}" for n in range(15, 22)}
    assert "school 1" not in words_of(page)
    workbook = load_workbook(BytesIO(client.get(address(asked, "/workbook")).get_data()))
    assert {row[0].value for row in workbook["Heat map"].iter_rows(min_row=2)} == {
        "All agencies", "Schools", "GPs", *(f"gp {n}" for n in range(15, 22))
    }  # fmt: skip


def test_a_round_without_a_signed_return_says_so(board, survey):
    made = survey.round(*survey.agencies(AgencyType.GP, 2))
    db.session.remove()
    assert "No agency has signed its return yet." in words_of(board.get(address(made)).page)
    assert PdfReader(BytesIO(board.get(address(made, "/report")).get_data())).pages
    assert load_workbook(BytesIO(board.get(address(made, "/workbook")).get_data())).sheetnames[0] == "Summary"


def test_the_workbook_has_the_figures_of_the_page(board, asked):
    page = board.get(address(asked)).page
    answer = board.get(address(asked, "/workbook"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="survey-2026-results.xlsx"'
    workbook = load_workbook(BytesIO(answer.get_data()))

    shown = {row[0]: row[1:] for caption in ("Groups", "Agencies, those") for row in table_of(page, caption)}
    for title, *cells in workbook["Heat map"].iter_rows(min_row=2, values_only=True):
        for value, said in zip(cells, shown[title], strict=True):
            assert f"{value:.1f} %" in said if isinstance(value, (int, float)) else value == said
    returns = {row[0]: row[1:] for row in workbook["Returns"].iter_rows(min_row=2, values_only=True)}
    assert returns["All agencies"] == (100, 21, 21)
    questions = {row[0:1] + row[2:4]: row[4:] for row in workbook["Questions"].iter_rows(min_row=2, values_only=True)}
    assert questions["Is 1.1 so?", "Schools", "Amber: partly in place"] == (42.9, 6, 14)
    assert questions["Is 1.2 so?", "Schools", "Red: not in place"] == ("too few", "too few", 14)
    assert questions["Is 1.2 so?", "Schools", "Green: fully in place"] == ("too few", "too few", 14)


def test_nothing_in_the_workbook_is_a_formula(board, asked, survey):
    with writing() as session:
        session.execute(update(Agency).where(Agency.name == "school 1").values(name=NAME))
    db.session.remove()
    workbook = load_workbook(BytesIO(board.get(address(asked, "/workbook")).get_data()))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert NAME in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_pdf_has_the_figures_of_the_page_and_its_marking_on_each_page(board, asked):
    page = board.get(address(asked)).page
    reader = PdfReader(BytesIO(board.get(address(asked, "/report")).get_data()))
    texts = [" ".join(one.extract_text().split()) for one in reader.pages]
    said = " ".join(texts)
    assert len(texts) > 1
    assert all("OFFICIAL-SENSITIVE" in text for text in texts)
    assert str(reader.trailer["/Root"]["/MarkInfo"]["/Marked"]) == "True"
    for remark in page.select("h2 + ul li"):
        assert " ".join(remark.get_text().split()) in said
    for row in table_of(page, "Groups"):
        assert " ".join(row) in said
    for shares in page.select(".app-results__shares"):
        assert "; ".join(" ".join(one.get_text().split()) for one in shares.find_all("li")) in said
    assert "Red: not in place: too few of 21" in said


def test_board_members_read_no_narrative_and_nothing_of_unsigned_returns(board, world):
    said = ""
    for name in ("section_11", "schools"):
        for more in ("", "/report", "/workbook"):
            answer = board.get(f"/audit-rounds/{world.rounds[f'a.{name}']}/results{more}")
            assert answer.status_code == 200
            if not more:
                said += words_of(answer.page)
    assert "ANSWER" not in said
    assert "MODERATION" not in said


def test_the_page_takes_at_most_eight_statements(board, asked, count_queries):
    with count_queries() as statements:
        board.get(address(asked))
    assert len(statements) <= 8
    with count_queries() as statements:
        board.get(address(asked, "/workbook"))
    assert len(statements) <= 8


def test_the_letter_is_downloaded(client, sign_in, world, survey):
    found = survey.signed(survey.round(world.agencies["a.gp"]), world.agencies["a.gp"])
    survey.released(found)
    db.session.remove()
    sign_in(client, world.people["a.gp.lead"])
    answer = client.get(f"/audits/{found.id}/letter")
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF")
