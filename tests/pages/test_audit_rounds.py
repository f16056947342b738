"""Audit rounds as pages: set up, looked at, chased, changed and closed by the business manager, read by the board."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

MOST_QUERIES = 6
MONDAY_AFTER = datetime(2026, 7, 13, 9, tzinfo=UTC)


@pytest.fixture
def manager(client, sign_in, world):
    """A browser in which A's business manager is signed in."""
    sign_in(client, world.person("a.business_manager"))
    return client


@pytest.fixture
def later(at_world_time, manager):
    """The same browser on the Monday after everything was due: signed in anew, for the old session is over."""

    def move(sign_in, person):
        manager.submit("/", action="/sign-out")
        at_world_time.move_to(MONDAY_AFTER)
        sign_in(manager, person)
        return manager

    return move


def lines(page) -> list[str]:
    """The table's lines, as they are read."""
    return [row.get_text(" ", strip=True) for row in page.select("tbody tr")]


class TestLooking:
    """The list, and one round."""

    def test_the_list_says_how_many_have_signed(self, manager):
        found = lines(manager.get("/audit-rounds").page)
        assert [line.split()[0] for line in found] == [
            f"ZQ-A-ROUND-{name}-QZ" for name in ("NEXT", "SCHOOLS", "SECTION-11")
        ]
        assert found[0].endswith("0 of 2")
        assert "Planned" in found[0]
        assert found[2].endswith("1 of 4")

    def test_a_round_says_the_return_rate_and_where_each_agency_stands(self, manager, world):
        page = manager.get(f"/audit-rounds/{world.rounds['a.section_11']}").page
        assert page.h1.get_text() == "ZQ-A-ROUND-SECTION-11-QZ"
        assert "Return rate: 25 %, 1 of 4 signed" in page.get_text(" ", strip=True)
        by_name = {line.split()[0]: line for line in lines(page)}
        assert "In progress 6 of 6 answered" in by_name["ZQ-A-AGENCY-GP-QZ"]
        assert "Not started" in by_name["ZQ-A-AGENCY-OTHER_GP-QZ"]
        assert "Take out" in by_name["ZQ-A-AGENCY-OTHER_GP-QZ"]
        assert "Take out" not in by_name["ZQ-A-AGENCY-GP-QZ"]

    def test_filters_narrow_the_lines_and_not_the_numbers(self, manager, world):
        page = manager.get(f"/audit-rounds/{world.rounds['a.section_11']}?agency_type=gp&state=not_started").page
        assert [line.split()[0] for line in lines(page)] == ["ZQ-A-AGENCY-OTHER_GP-QZ"]
        assert "1 of 4 signed" in page.get_text(" ", strip=True)
        nonsense = manager.get(f"/audit-rounds/{world.rounds['a.section_11']}?agency_type=x&state=y&page=z")
        assert len(lines(nonsense.page)) == 4

    @pytest.mark.parametrize("key", ["a.board", "a.scrutineer", "a.sector_lead"])
    def test_who_only_reads_is_offered_no_change(self, client, sign_in, world, key):
        sign_in(client, world.person(key))
        assert not client.get("/audit-rounds").page.find("a", string="Set up a round")
        page = client.get(f"/audit-rounds/{world.rounds['a.section_11']}").page
        addresses = [link["href"] for link in page.main.find_all("a")]
        may_chase = key == "a.sector_lead"
        assert [href for href in addresses if href.endswith("/chase")] == (
            [f"/audit-rounds/{world.rounds['a.section_11']}/chase"] if may_chase else []
        )
        assert not [
            href for href in addresses if href.endswith(("/change", "/agencies", "/panel", "/close", "/remove"))
        ]

    def test_a_round_takes_few_queries(self, manager, world, count_queries):
        with count_queries() as statements:
            manager.get(f"/audit-rounds/{world.rounds['a.section_11']}")
        assert len(statements) <= MOST_QUERIES


class TestSettingUp:
    """From the last round to the next, in one page."""

    def test_the_next_round_of_schools_is_its_update_a_year_later_and_one_press_away(self, manager, world):
        page = manager.get("/audit-rounds/new").page
        href = page.find("a", string="Section 175 and 157 audit")["href"]
        sent = manager.submit(href)
        assert sent.status_code == 303
        page = manager.get(sent.location).page
        assert page.h1.get_text() == "Section 175 and 157 audit, update 2027"
        text = page.get_text(" ", strip=True)
        assert "Opens Tuesday 11 May 2027, due Monday 12 July 2027." in text
        assert "Update between two audits of “ZQ-A-ROUND-SCHOOLS-QZ”" in text
        assert [line.split()[0] for line in lines(page)] == [world.agency_names["a.school"]]

    def test_other_months_and_another_kind_are_proposed(self, manager, world):
        edition = world.editions["a.schools"].id
        page = manager.get(f"/audit-rounds/new?edition={edition}&months=24&kind=full").page
        boxes = [page.find("input", attrs={"name": f"opens_on-{part}"})["value"] for part in ("day", "month", "year")]
        assert boxes == ["11", "5", "2028"]
        assert page.find("input", attrs={"name": "kind", "value": "full"}).has_attr("checked")
        assert manager.get(f"/audit-rounds/new?edition={edition}&months=x&kind=y").status_code == 200

    def test_agencies_can_be_chosen_one_by_one(self, manager, world):
        path = f"/audit-rounds/new?edition={world.editions['a.section_11'].id}"
        sent = manager.submit(path, who="chosen", title="Chosen", kind="full")
        assert sent.status_code == 303
        assert sent.location.endswith("/agencies")
        police = str(world.agencies["a.police"])
        added = manager.submit(sent.location, agencies=police)
        page = manager.get(added.location).page
        assert [line.split()[0] for line in lines(page)] == ["Borough"]
        nobody = manager.submit(sent.location)
        assert nobody.status_code == 400
        assert "Choose at least one agency" in nobody.page.get_text()

    def test_all_agencies_of_a_type_are_added_at_once(self, manager, world):
        path = f"/audit-rounds/new?edition={world.editions['a.section_11'].id}"
        place = manager.submit(path, who="chosen", title="All of a kind", kind="full").location
        added = manager.submit(f"{place}?agency_type=gp", button="all")
        found = {line.split()[0] for line in lines(manager.get(added.location).page)}
        assert found == {world.agency_names["a.gp"], world.agency_names["a.other_gp"]}

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"title": ""}, "Enter a title"),
            ({"reminders": "soon"}, "Enter numbers of working days"),
            ({"kind": "update", "follows_id": ""}, "Choose the full audit that this updates"),
            ({"who": "types", "types": None}, "Choose at least one kind of agency"),
            ({"opens_on__year": "2025"}, "The opening day must be today or later"),
            ({"title": "ZQ-A-ROUND-NEXT-QZ"}, "Another round has this title"),
        ],
    )
    def test_what_will_not_do_is_said_and_nothing_is_lost(self, manager, world, change, words):
        path = f"/audit-rounds/new?edition={world.editions['a.section_11'].id}"
        sent = manager.submit(path, **({"title": "Mine", "reminders": "9"} | change))
        assert sent.status_code == 400
        assert words in sent.page.select_one(".govuk-error-summary").get_text()
        assert sent.page.find("input", attrs={"name": "reminders"})["value"] == change.get("reminders", "9")


class TestRunning:
    """While it runs."""

    def test_once_open_the_due_day_moves_later(self, manager, world):
        path = f"/audit-rounds/{world.rounds['a.section_11']}/change"
        assert not manager.get(path).page.find("input", attrs={"name": "title"})
        sooner = manager.submit(path, due_on__day="9")
        assert sooner.status_code == 400
        later = manager.submit(path, due_on__day="31")
        assert "Due Friday 31 July" in manager.get(later.location).page.get_text(" ", strip=True)

    def test_whoever_is_second_sees_what_the_first_saved(self, manager, new_client, sign_in, world):
        path = f"/audit-rounds/{world.rounds['a.next']}/change"
        before = manager.get(path)
        manager.submit(path, title="Theirs")
        lost = manager.send(before, title="Mine")
        assert lost.status_code == 409
        assert "Theirs" in lost.page.get_text()
        assert lost.page.find("input", attrs={"name": "title"})["value"] == "Mine"
        assert manager.send(lost).status_code == 303

    def test_an_agency_is_taken_out_and_a_round_closed_after_asking(self, manager, world):
        number = world.rounds["a.section_11"]
        out = manager.submit(f"/audit-rounds/{number}/agencies/{world.agencies['a.other_gp']}/remove")
        assert "is not asked any more" in manager.get(out.location).page.get_text()
        closed = manager.submit(f"/audit-rounds/{number}/close")
        page = manager.get(closed.location).page
        assert "Closed Wednesday 10 June." in page.get_text(" ", strip=True)
        assert manager.get(f"/audit-rounds/{number}/change").status_code == 403
        again = manager.get(f"/audit-rounds/{number}/close")
        assert "closed already" in manager.get(again.location).page.get_text()

    def test_the_panel_is_chosen(self, manager, world):
        number = world.rounds["a.section_11"]
        scrutineer = world.person("a.scrutineer")
        sent = manager.submit(f"/audit-rounds/{number}/panel", panel=str(scrutineer.hat.membership_id))
        assert scrutineer.name in manager.get(sent.location).page.get_text()

    def test_home_leads_to_the_chase_list_with_addresses_and_a_file(self, later, sign_in, world):
        keeper = later(sign_in, world.person("a.business_manager"))
        task = keeper.get("/").page.select_one(".app-task a")
        assert task.get_text(strip=True).startswith("See who: 3 returns are late")
        page = keeper.get(task["href"]).page
        assert page.h1.get_text() == "Who to chase today"
        assert any(world.person("a.other_gp.lead").email in line for line in lines(page))
        assert "3 days late" in page.find("textarea").get_text()
        answer = keeper.get(page.find("a", string="Download as a spreadsheet (CSV)")["href"])
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.mimetype == "text/csv"
        assert len(list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))) == 4

    def test_nobody_to_chase_is_said(self, manager, world):
        page = manager.get(f"/audit-rounds/{world.rounds['a.section_11']}/chase").page
        assert "Nobody is to be chased today." in page.get_text()


class TestClosures:
    """An agency's lead keeps them; those who chase see them."""

    def test_a_lead_adds_changes_and_takes_away(self, client, sign_in, world):
        sign_in(client, world.person("a.gp.lead"))
        answered = client.submit(
            "/agencies/closures/new",
            name="Half term",
            begins_on__day="6",
            begins_on__month="7",
            begins_on__year="2026",
            ends_on__day="17",
            ends_on__month="7",
            ends_on__year="2026",
            cover_name="The partner next door",
            cover_contact="020 7946 0018",
        )
        page = client.get(answered.location).page
        first, second = lines(page)
        assert first.startswith("Half term 6 Jul 2026 17 Jul 2026 The partner next door 020 7946 0018")
        assert second.startswith("Summer closure 3 Aug 2026 14 Aug 2026 ZQ-A-COVER-GP-QZ")
        place = page.select_one("tbody a")["href"]
        changed = client.submit(place, cover_name="Somebody else")
        assert "Somebody else" in client.get(changed.location).page.get_text()
        client.submit(f"{place}/remove")
        assert len(lines(client.get("/agencies/closures").page)) == 1

    def test_what_will_not_do_is_said(self, client, sign_in, world):
        sign_in(client, world.person("a.gp.lead"))
        sent = client.submit(f"/agencies/closures/{world.closures['a.gp']}", ends_on__day="2", cover_name="")
        assert sent.status_code == 400
        summary = sent.page.select_one(".govuk-error-summary").get_text()
        assert "Enter who is asked while you are closed" in summary

    def test_the_manager_sees_all_and_changes_none(self, manager):
        page = manager.get("/agencies/closures").page
        assert len(lines(page)) == 2
        assert not page.find("a", string="Add a closure")

    def test_the_agencies_page_leads_there(self, manager, new_client, sign_in, world):
        assert manager.get("/agencies").page.find("a", href="/agencies/closures")
        lead = new_client()
        sign_in(lead, world.person("a.gp.lead"))
        assert lead.get("/agencies").page.find("a", href="/agencies/closures")
        board = new_client()
        sign_in(board, world.person("a.board"))
        assert not board.get("/agencies").page.find("a", href="/agencies/closures")


def test_the_ages_of_a_school_are_written_down_by_whoever_keeps_the_list(manager, world):
    school = world.agencies["a.school"]
    sent = manager.submit(f"/agencies/{school}/change", phase="primary")
    assert "Primary school" in manager.get(sent.location).page.get_text()
    assert "Ages" not in manager.get(f"/agencies/{world.agencies['a.gp']}").page.get_text()
