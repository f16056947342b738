"""Escalations to take along: by the rules of their pages, no narrative for those who read none, all in the trail."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Invalid, NotVisible
from portal.domain.escalation_vocabulary import EscalationStatus
from portal.models.activity import Activity
from portal.models.escalations import Escalation
from portal.services.escalations import exports
from portal.services.escalations.exports import DOWNLOADED, LIST_DOWNLOADED, MARKING, list_csv, log_csv, log_to_take
from portal.services.escalations.listing import View, Wanted
from portal.services.escalations.log_documents import WITHOUT_NARRATIVE, as_pdf
from tests.escalation_rows import NARRATIVE, SUMMARY, TEXT, EscalationRows
from tests.services.rows import trail

pytestmark = pytest.mark.usefixtures("database")

EVERYTHING = Wanted(View.ALL)
STRUCTURED = ("a.business_manager", "a.scrutineer", "a.police.executive")
WRITTEN = frozenset({"escalation", "escalation entry"})


@pytest.fixture
def rows(world):
    return EscalationRows(world)


@pytest.fixture
def matter(rows):
    """One of the chair's with the surgery, about the conference of today, with two entries."""
    return rows.add(meeting="initial")[0]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def both_files(viewer, escalation_id: int) -> str:
    """The CSV and the words of the PDF."""
    log = log_to_take(viewer, escalation_id)
    return log_csv(log) + words_of(as_pdf(viewer, log))


def listed_downloads() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Activity.verb == LIST_DOWNLOADED)) or 0


@pytest.mark.parametrize("key", ["a.chair", "a.gp.lead", "a.gp.practitioner", "a.manager"])
def test_both_sides_and_the_manager_take_all_that_was_written(world, viewer, matter, key):
    log = log_to_take(viewer(key), matter)
    found = read(log_csv(log))
    assert [row["Text"] for row in found] == [f"{TEXT} 1", f"{TEXT} 2"]
    assert [row["Entry"] for row in found] == ["1", "2"]
    assert found[0]["When"] == "2026-06-09 09:01"
    assert {row["Marking"] for row in found} == {MARKING}
    pdf = as_pdf(viewer(key), log)
    words = words_of(pdf)
    assert all(text in words for text in (*NARRATIVE, MARKING, "Initial"))
    assert WITHOUT_NARRATIVE not in words
    reference = db.session.scalar(select(Escalation.reference).where(Escalation.id == matter))
    assert f"Log of {reference}" in words


def test_the_document_is_tagged_and_says_its_language(viewer, matter):
    chair = viewer("a.chair")
    catalog = PdfReader(BytesIO(as_pdf(chair, log_to_take(chair, matter)))).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in catalog


@pytest.mark.parametrize("key", ["a.business_manager", "a.scrutineer"])
def test_structured_roles_take_no_narrative_no_case_and_no_meeting(world, viewer, matter, key):
    log = log_to_take(viewer(key), matter)
    text = log_csv(log)
    assert "Text" not in read(text)[0]
    words = words_of(as_pdf(viewer(key), log))
    assert WITHOUT_NARRATIVE in words
    place = world.meeting("a.initial")
    hidden = [*NARRATIVE, place.reference, *(one.text for one in world.hidden_from(key) if one.kind in WRITTEN)]
    hidden += ["CASE-", "conference"]
    assert not [one for one in hidden if one in text or one in words]
    # What they do see: who, whom, why, how far.
    assert world.agency_names["a.gp"] in words
    assert "The threshold that was applied" in words


@pytest.mark.parametrize("key", STRUCTURED)
def test_the_list_of_a_structured_role_has_no_narrative(world, viewer, rows, key):
    rows.add(3, meeting="initial", with_="police")
    text = list_csv(viewer(key), EVERYTHING)
    heads = read(text)[0].keys()
    assert not {"What happened", "What is wanted", "Case", "Meeting", "Meeting on"} & set(heads)
    hidden = [*NARRATIVE, world.meeting("a.initial").reference]
    hidden += [one.text for one in world.hidden_from(key) if one.kind in WRITTEN]
    assert not [one for one in hidden if one in text]


def test_nobody_takes_what_they_do_not_read(world, viewer_of):
    """Every marker of every escalation, in the files of everybody who has any."""
    met = set()
    for person, hat in world.wearers():
        viewer = viewer_of(person, hat=hat)
        text = list_csv(viewer, EVERYTHING)
        for key in ("missed", "disagreement", "alert", "closed"):
            for letter in "ab":
                try:
                    text += both_files(viewer, world.escalations[f"{letter}.{key}"])
                except NotVisible:
                    continue
        for marker in world.markers:
            if marker.is_in(text) and marker.kind in WRITTEN:
                assert person.key in marker.seen_by, (person.key, marker)
                met.add(marker.text)
    # The test would prove nothing if nobody took anything: each text was met with somebody.
    assert met == {marker.text for marker in world.markers if marker.kind in WRITTEN}


@pytest.mark.parametrize("key", ["a.school.lead", "a.second_chair", "a.coordinator", "a.board", "b.manager", "b.chair"])
def test_to_others_it_does_not_exist(viewer, matter, key):
    with pytest.raises(NotVisible):
        log_to_take(viewer(key), matter)
    assert trail(DOWNLOADED, matter) == 0


def test_what_is_taken_is_in_the_trail(viewer, matter, rows):
    log_to_take(viewer("a.gp.lead"), matter)
    assert trail(DOWNLOADED, matter) == 1
    list_csv(viewer("a.gp.lead"), EVERYTHING)
    assert (trail(DOWNLOADED, matter), listed_downloads()) == (2, 1)
    # A list without narrative is one line in the trail, and no reading of each.
    list_csv(viewer("a.business_manager"), EVERYTHING)
    assert (trail(DOWNLOADED, matter), listed_downloads()) == (2, 2)


def test_nothing_that_was_typed_becomes_a_formula(viewer, rows):
    rows.clear()
    [number] = rows.add(reference="=1+1", meeting="initial")
    [row] = read(list_csv(viewer("a.manager"), EVERYTHING))
    assert row["What happened"] == f"'{SUMMARY}"
    assert row["Reference"] == "'=1+1"
    assert read(log_csv(log_to_take(viewer("a.manager"), number)))[0]["Reference"] == "'=1+1"


def test_the_lists_columns(viewer, rows, world):
    rows.clear()
    rows.add(1, by="school", days=9, closed_ago=2, stage=2, meeting="initial")
    rows.add(1, days=3, late=True)
    overdue, closed = read(list_csv(viewer("a.manager"), EVERYTHING))
    assert (overdue["Raised by"], overdue["Raised with"]) == ("Conference chair", world.agency_names["a.gp"])
    assert (overdue["Overdue"], overdue["Working days"], overdue["Closed on"], overdue["Outcome"]) == (
        "yes",
        "3",
        "",
        "",
    )
    assert (overdue["Case"], overdue["Meeting"], overdue["Meeting on"]) == ("", "", "")
    assert closed["Raised by"] == world.agency_names["a.school"]
    assert closed["Raised by person"] == world.person("a.school.lead").name
    assert (closed["Stage"], closed["Working days"], closed["Closed on"]) == ("2", "9", "2026-06-08")
    assert (closed["Outcome"], closed["Child safe"]) == ("What was asked for was done", "Yes, the child was safe")
    assert closed["Meeting on"] == "2026-06-10"
    assert closed["Case"]


def test_the_list_is_narrowed_as_the_page_is(viewer, rows, world):
    rows.clear()
    rows.add(2, with_="gp")
    rows.add(1, with_="school", stage=3)
    rows.add(1, with_="gp", closed_ago=1, status=EscalationStatus.RESOLVED)
    manager = viewer("a.manager")
    assert len(read(list_csv(manager, Wanted(View.OPEN)))) == 3
    assert len(read(list_csv(manager, Wanted(View.ALL, agency_id=world.agencies["a.gp"])))) == 3
    assert len(read(list_csv(manager, Wanted(View.OPEN, stage=3)))) == 1
    assert len(read(list_csv(manager, Wanted(View.CLOSED)))) == 1


def test_what_is_too_much_for_one_file_is_refused_and_not_logged(viewer, rows, monkeypatch):
    rows.clear()
    numbers = rows.add(3)
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    before = listed_downloads()
    with pytest.raises(Invalid):
        list_csv(viewer("a.manager"), EVERYTHING)
    assert listed_downloads() == before
    assert log_to_take(viewer("a.manager"), numbers[0]).entries
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    with pytest.raises(Invalid):
        log_to_take(viewer("a.manager"), numbers[1])
    assert trail(DOWNLOADED, numbers[1]) == 0


@pytest.mark.parametrize("key", ["a.manager", "a.business_manager"])
def test_the_number_of_statements_does_not_grow(viewer, rows, count_queries, key):
    rows.clear()
    taken = []
    for count in (1, 40):
        rows.add(count, meeting="initial")
        db.session.rollback()
        with count_queries() as statements:
            list_csv(viewer(key), EVERYTHING)
        taken.append(len([one for one in statements if one.lstrip().startswith("SELECT") and "escalations" in one]))
    assert taken == ([2, 2] if key == "a.manager" else [1, 1])
