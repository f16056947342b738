"""Escalations to take along, as browsers get them: marked files, the list's own filters, and nothing for a third."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from portal.services.escalations import exports
from tests.escalation_rows import NARRATIVE, EscalationRows


@pytest.fixture
def rows(world):
    made = EscalationRows(world)
    made.clear()
    return made


@pytest.fixture
def matter(rows):
    return rows.add(meeting="initial", reference="E-0815")[0]


def lines(answer):
    return list(csv.DictReader(StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.manager", "a.business_manager", "a.scrutineer"])
def test_both_sides_take_the_log_as_pdf_and_csv(as_person, matter, key):
    client = as_person(key)
    pdf = client.get(f"/escalations/{matter}/log.pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.get_data()[:5]) == (200, "application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"] == ('attachment; filename="escalation-e-0815-log-official-sensitive.pdf"')
    sheet = client.get(f"/escalations/{matter}/log.csv")
    assert sheet.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert sheet.headers["Content-Disposition"].endswith('"escalation-e-0815-log-official-sensitive.csv"')
    assert sheet.get_data().startswith(b"\xef\xbb\xbf")
    assert [row["Reference"] for row in lines(sheet)] == ["E-0815", "E-0815"]
    assert {row["Marking"] for row in lines(sheet)} == {"OFFICIAL-SENSITIVE"}
    assert "no-store" in sheet.headers["Cache-Control"]


@pytest.mark.parametrize("key", ["a.business_manager", "a.scrutineer"])
def test_structured_roles_get_no_narrative(as_person, world, matter, key):
    for where in (f"/escalations/{matter}/log.csv", "/escalations/log.csv?show=all"):
        answer = as_person(key).get(where)
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert "E-0815" in text
        assert not [one for one in (*NARRATIVE, world.meeting("a.initial").reference) if one in text]


@pytest.mark.parametrize(
    ("key", "status"),
    [
        *((key, 404) for key in ("a.school.lead", "a.second_chair", "b.chair", "b.manager", "a.school.head")),
        *((key, 403) for key in ("a.board", "a.sector_lead", "a.coordinator", "a.administrator")),
    ],
)
def test_a_third_gets_none_of_it(as_person, matter, key, status):
    client = as_person(key)
    for name in ("log.pdf", "log.csv"):
        assert client.get(f"/escalations/{matter}/{name}").status_code == status
    listed = client.get("/escalations/log.csv?show=all")
    assert listed.status_code == (403 if status == 403 else 200)
    assert "E-0815" not in listed.get_data(as_text=True)


def test_the_file_of_the_list_has_what_the_list_shows(as_person, rows, world):
    rows.add(2, with_="gp")
    rows.add(60, with_="school", stage=2)
    rows.add(1, with_="school", closed_ago=1)
    client = as_person("a.manager")
    for asked, count in (("", 62), ("?show=all", 63), ("?stage=2", 60), (f"?agency={world.agencies['a.gp']}", 2)):
        answer = client.get(f"/escalations/log.csv{asked}")
        assert len(lines(answer)) == count
        assert answer.headers["Content-Disposition"].endswith('"escalations-2026-06-10-official-sensitive.csv"')


def test_too_much_for_one_file_leads_back_to_where_it_is_narrowed(as_person, rows, monkeypatch):
    number = rows.add(3)[0]
    client = as_person("a.manager")
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    back = client.get("/escalations/log.csv?show=open")
    assert back.location == "/escalations?show=open"
    assert exports.TOO_MANY in client.get(back.location).page.get_text()
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    for name in ("log.pdf", "log.csv"):
        back = client.get(f"/escalations/{number}/{name}")
        assert back.location == f"/escalations/{number}"
        assert exports.TOO_LONG in client.get(back.location).page.get_text()
