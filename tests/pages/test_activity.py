"""The trail as an administrator searches it and takes it along, and what they are told of its anchors."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest

from portal.database.session import db, writing
from portal.gateways.anchor_store import FolderAnchors
from portal.models.messages import WorkerBeat
from portal.services import activity, activity_export
from portal.services.activity_keeping import WORK, keep_due
from portal.services.activity_store import anchor_store, install_anchor_store
from tests.pages.people_steps import links
from tests.pages.reading import contents, rows, words
from tests.world import NOW


def test_it_says_who_when_what_and_which_record(administrator, world):
    listed = rows(administrator.get("/activity"))
    invited = world.meeting("a.initial").invitations["police"].id
    assert listed[-1].startswith("10 Jun 2026, 11:00 ZQ-A-POLICE-PRACTITIONER-QZ Practitioner, ")
    assert listed[-1].endswith(f"Answered an invitation invitation {invited}")
    assert listed[0].startswith("10 Jun 2026, 11:00 ZQ-A-ADMINISTRATOR-QZ Administrator Signed in")


def test_it_shows_no_content_and_nothing_of_another_partnership(administrator, as_person, world):
    as_person("a.gp.lead").get(f"/people/{world.person('b.gp.lead').hat.membership_id}")
    body = administrator.get("/activity").get_data(as_text=True)
    for marker in world.hidden_from("a.administrator"):
        assert not marker.is_in(body), marker
    assert "ZQ-A-CHILD" not in body


def test_a_refusal_is_marked_with_what_was_asked_for(administrator, as_person, world):
    other = world.person("b.gp.lead").hat.membership_id
    as_person("a.gp.lead").get(f"/people/{other}")
    listed = rows(administrator.get("/activity?outcome=refused"))
    (line,) = listed
    assert line.startswith("10 Jun 2026, 11:00 ZQ-A-GP-LEAD-QZ Agency lead, ")
    assert line.endswith(f"Was refused people page, show: {other}")


def test_it_is_narrowed_by_its_address_and_says_so(administrator):
    page = administrator.get("/activity?verb=invitation.answered")
    assert len(rows(page)) == 1
    assert page.page.find("option", value="invitation.answered").has_attr("selected")
    assert rows(administrator.get("/activity?person=zq-a-police-practitioner")) == rows(page)
    days = "from=2026-06-10&to=2026-06-10"
    assert len(rows(administrator.get(f"/activity?{days}&verb=invitation.answered"))) == 1
    empty = administrator.get("/activity?from=2026-06-11")
    assert "Nothing fits these filters" in words(empty)


@pytest.mark.parametrize(
    "query",
    [
        "verb=nonsense",
        "before=x",
        "before=99999999999999999999999999",
        "from=x",
        "from=2026-02-31",
        "to=99999-01-01",
        "to=0001-01-01",
        "person=%00",
        "_external=1&_scheme=javascript&endpoint=x&before=900",
        "outcome=maybe",
        "subject=nonsense",
        "number=x",
        "number=0",
        "number=99999999999999999999",
        "agency=x",
        "agency=999999",
    ],
)
def test_a_filter_that_means_nothing_is_ignored(administrator, query):
    page = administrator.get(f"/activity?{query}")
    assert page.status_code == 200
    assert len(rows(page)) >= 2


def test_a_day_that_is_none_is_said_at_its_field(administrator):
    page = administrator.get("/activity?from=2026-02-31")
    said = page.page.select_one("#from-error").get_text(" ", strip=True)
    assert said == "Error: Enter the day for “From” like 2026-11-24"


def test_older_entries_are_one_link_away_and_filters_stay(administrator, world, viewer_of):
    viewer = viewer_of(world.person("a.gp.lead"), now=NOW - timedelta(days=1))
    with writing() as session:
        for number in range(120):
            activity.append_later(session, activity.entry(viewer, "case.read", "case", number))
    seen: list[str] = []
    path = "/activity?verb=case.read&person=zq-a-gp"
    for expected in (50, 50, 20):
        page = administrator.get(path)
        assert len(rows(page)) == expected
        seen += rows(page)
        older = page.page.find("a", rel="next")
        path = older["href"] if older else ""
    assert path == ""
    assert len(set(seen)) == 120
    newest = page.page.find("a", string="Newest") or page.page.select_one(".govuk-pagination__prev a")
    assert newest["href"] == "/activity?verb=case.read&person=zq-a-gp"
    assert "Nothing older" in words(administrator.get("/activity?before=1"))


@pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.manager", "a.business_manager", "a.scrutineer", "a.board"])
def test_nobody_else_reads_it(as_person, key):
    assert as_person(key).get("/activity").status_code == 403


def test_it_takes_six_queries_however_much_is_found(administrator, count_queries):
    """The agencies to choose, the entries, two for names, and two for the anchor."""
    for query in ("person=zq&outcome=refused", "", "agency=1&subject=case&number=3"):
        with count_queries() as statements:
            administrator.get(f"/activity?{query}")
        assert len(statements) <= 6, statements


def test_looking_is_noted_and_seen_the_next_time(administrator):
    administrator.get("/activity")
    assert "Looked through the activity" in rows(administrator.get("/activity"))[0]


def test_it_is_narrowed_by_record_and_agency(administrator, as_person, world):
    case = world.cases["a.1"]
    as_person("a.gp.lead").get(f"/cases/{case}/timeline")
    (line,) = rows(administrator.get(f"/activity?subject=case&number={case}"))
    assert line.endswith(f"Read a child’s record case {case}")
    agency = world.agencies["a.gp"]
    page = administrator.get(f"/activity?agency={agency}&subject=case")
    assert rows(page) == [line]
    assert page.page.find("option", value=str(agency)).has_attr("selected")
    assert "Filter (2 set)" in words(page)
    foreign = administrator.get(f"/activity?agency={world.agencies['b.gp']}&subject=case")
    assert foreign.page.select_one("#agency-error")


class TestCsv:
    """The file for a spreadsheet."""

    def test_it_holds_what_the_filters_find_under_a_marked_name(self, administrator, world):
        page = administrator.get("/activity?verb=invitation.answered")
        (way,) = [link for link in links(page) if ".csv" in link]
        answer = administrator.get(way)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].endswith('"activity-2026-06-10-official-sensitive.csv"')
        assert "no-store" in answer.headers["Cache-Control"]
        (line,) = csv.DictReader(StringIO(answer.get_data().decode("utf-8-sig")))
        assert (line["Who"], line["Verb"]) == ("ZQ-A-POLICE-PRACTITIONER-QZ", "invitation.answered")
        whole = contents(administrator.get("/activity.csv"))
        for marker in world.hidden_from("a.administrator"):
            assert not marker.is_in(whole), marker

    def test_too_much_for_one_file_leads_back_with_the_filters(self, administrator, monkeypatch):
        monkeypatch.setattr(activity_export, "MOST_ROWS", 1)
        answer = administrator.get("/activity.csv?from=2026-06-10")
        assert answer.location == "/activity?from=2026-06-10"
        assert "Narrow the list down first" in administrator.get(answer.location).page.get_text()

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.manager", "a.coordinator", "a.scrutineer"])
    def test_nobody_else_gets_it(self, as_person, key):
        assert as_person(key).get("/activity.csv").status_code == 403


class TestAnchors:
    """What the page says of anchors."""

    @pytest.fixture(autouse=True)
    def place(self, database, tmp_path):
        own = anchor_store()
        install_anchor_store(FolderAnchors(tmp_path / "anchors"))
        yield anchor_store()
        install_anchor_store(own)

    def test_that_none_has_been_kept_is_said(self, administrator):
        assert "No anchor of this activity has been kept yet" in words(administrator.get("/activity"))

    def test_the_last_one_and_its_age_are_said(self, administrator, place):
        keep_due(NOW - timedelta(hours=5))
        said = words(administrator.get("/activity"))
        assert "Last anchored Wednesday 10 June, 06:00 (5 hours ago)" in said
        assert place.listed()[0] in said
        assert "Warning" not in said

    def test_one_that_grows_old_is_a_warning(self, administrator):
        keep_due(NOW - timedelta(days=3))
        assert "No anchor has been kept for two days or more" in words(administrator.get("/activity"))

    @pytest.mark.parametrize(
        ("fault", "told"), [("Falsified", "no longer fits its last anchor"), ("StoreSilent", "tried again within")]
    )
    def test_what_stops_the_next_one_is_a_warning(self, administrator, fault, told):
        keep_due(NOW - timedelta(hours=5))
        db.session.rollback()
        with writing() as session:
            beat = WorkerBeat(work=WORK, last_run_at=NOW, last_done=0, last_fault_at=NOW, fault=fault)
            session.add(beat)
        assert told in words(administrator.get("/activity"))
