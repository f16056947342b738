"""The list of meetings and a meeting's page: what stands on them, for whom, and how often they ask."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.vocabulary import Attendance
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from tests.services.rows import change, stored

MOST_QUERIES = 8


@pytest.fixture
def browser(client, sign_in, world):
    """Somebody's browser, signed in."""

    def open_browser(key):
        sign_in(client, world.person(key))
        return client

    return open_browser


def rows_of(page):
    """The list's lines by reference, each as one line of text."""
    return {row.select_one("th span").get_text(): row.get_text(" ", strip=True) for row in page.select("tbody tr")}


class TestTheList:
    """`/meetings`."""

    def test_an_agency_sees_its_own_part(self, browser, world):
        page = browser("a.gp.lead").get("/meetings").page
        assert page.h1.get_text() == "Meetings to come"
        place = world.meeting("a.initial")
        (line,) = rows_of(page).values()
        assert line == (
            f"Initial child protection conference {place.reference} 10 Jun 2026, 14:00 "
            "Expected Apologies Late Scheduled"
        )
        assert page.select_one("tbody th a")["href"] == f"/meetings/{place.id}"

    def test_those_who_run_meetings_see_how_far_all_are(self, browser, world):
        page = browser("a.manager").get("/meetings?when=all").page
        rows = rows_of(page)
        assert len(rows) == 6
        initial = rows[world.meeting("a.initial").reference]
        assert initial.endswith("2 of 4 1 of 4 Not yet Scheduled")
        assert rows[world.meeting("a.past_initial").reference].endswith("1 of 4 2 of 4 Quorate Held")
        assert rows[world.meeting("a.cancelled").reference].endswith("Cancelled")

    def test_filters_stay_in_the_address_and_in_the_form(self, browser, world):
        client = browser("a.manager")
        page = client.get("/meetings?type=review_conference&waiting=answer&from=2026-06-11&to=2026-06-30&when=all").page
        assert list(rows_of(page)) == [world.meeting("a.review").reference]
        assert page.select_one("#type option[selected]")["value"] == "review_conference"
        assert page.select_one("#from")["value"] == "2026-06-11"
        past = next(link for link in page.select("nav[aria-label=When] a") if link.get_text() == "Past")
        assert "type=review_conference" in past["href"]
        assert "waiting=answer" in past["href"]

    def test_untouched_filters_hold_nothing_of_what_somebody_asked_before(self, browser, world):
        client = browser("a.manager")
        client.get("/meetings?type=review_conference&waiting=answer&from=2026-06-11")
        client.get("/meetings?when=past&from=nonsense")
        for address in ("/meetings", "/meetings?when=past", "/meetings?when=all&size=100"):
            form = client.get(address).page.select_one("form.app-filters[method=get]")
            assert not form.select("option[selected][value]:not([value=''])")
            assert not any(field.get("value") for field in form.select("input:not([type=hidden])"))
            assert form.select_one(".govuk-error-message") is None
            hidden = [(field["name"], field["value"]) for field in form.select("input[type=hidden]")]
            assert hidden == ([] if address == "/meetings" else [("when", address[15:].split("&")[0])])

    def test_untouched_filters_offer_the_kinds_of_the_own_partnership_as_they_are_now(
        self, browser, world, new_client, sign_in
    ):
        def offered(client):
            return [option.get_text() for option in client.get("/meetings").page.select("#type option")][1:]

        ours, theirs = browser("a.manager"), new_client()
        sign_in(theirs, world.person("b.manager"))
        before, of_theirs = offered(ours), offered(theirs)
        change(
            MeetingType,
            stored(Meeting, world.meeting("a.initial").id).meeting_type_id,
            name="Meeting under the old oak",
        )
        assert len(set(before) - set(offered(ours))) == 1
        assert "Meeting under the old oak" in offered(ours)
        assert offered(theirs) == of_theirs

    def test_a_span_of_days_looks_on_both_sides_of_today(self, browser, world):
        page = browser("a.manager").get("/meetings?from=2026-05-01&to=2026-05-31").page
        assert set(rows_of(page)) == {
            world.meeting(f"a.{name}").reference for name in ("strategy", "past_initial", "cancelled")
        }

    @pytest.mark.parametrize("query", ["from=yesterday", "to=2026-02-30", "from=9999-01-01", "status=over", "type=x"])
    def test_a_filter_that_cannot_be_read_is_told_of(self, browser, query):
        answer = browser("a.manager").get(f"/meetings?{query}")
        assert answer.status_code == 400
        link = answer.page.select_one(".govuk-error-summary a")["href"]
        assert answer.page.select_one(link) is not None

    @pytest.mark.parametrize(
        "query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "size=0", "size=x", "when=x", "family=x"]
    )
    def test_odd_numbers_in_the_address_do_no_harm(self, browser, query):
        assert browser("a.manager").get(f"/meetings?{query}").status_code == 200

    def test_pages_lead_to_one_another(self, browser):
        client = browser("a.manager")
        first = client.get("/meetings?when=all&size=4").page
        assert "Showing 1 to 4 of 6 meetings" in " ".join(first.get_text().split())
        following = first.select_one("a[rel=next]")["href"]
        second = client.get(following).page
        assert "Showing 5 to 6 of 6 meetings" in " ".join(second.get_text().split())
        assert not second.select("a[rel=next]")
        assert set(rows_of(first)).isdisjoint(rows_of(second))
        beyond = client.get("/meetings?when=all&size=4&page=9").page
        assert "There is no page 9 of this list." in beyond.get_text()

    def test_an_empty_list_says_so(self, browser, world):
        client = browser("a.gp.lead")
        change(Meeting, world.meeting("a.initial").id, scheduled_on=world.today.replace(day=1))
        change(Invitation, world.meeting("a.initial").invitations["gp"].id, meeting_on=world.today.replace(day=1))
        assert "No meeting is to come." in client.get("/meetings").text
        assert "No meeting is like that." in client.get("/meetings?waiting=answer").text

    @pytest.mark.parametrize("key", ["a.manager", "a.police.lead"])
    def test_it_takes_few_queries_and_opens_nothing_that_is_encrypted(self, browser, count_queries, key):
        client = browser(key)
        with count_queries() as statements:
            client.get("/meetings?when=all&size=100")
        assert len(statements) <= 4
        assert not [one for one in statements if "children" in one or "meetings.place" in one or "note" in one]


class TestSearching:
    """`/meetings/search`."""

    def test_what_is_typed_stands_in_no_address(self, browser, world):
        client = browser("a.chair")
        surname = next(m.text for m in world.markers if m.text == "ZQ-A-SURNAME-1-QZ")
        answer = client.submit("/meetings", action="/meetings/search", q=surname)
        assert answer.status_code == 303
        assert answer.location == f"/meetings?family={world.meeting('a.initial').case_id}"
        page = client.get(answer.location).page
        assert page.h1.get_text() == "What was found"
        assert list(rows_of(page)) == [world.meeting("a.initial").reference]
        assert surname not in page.get_text()
        # Filters narrow what was found.
        assert page.select_one("form[method=get] input[name=family]")["value"] == str(
            world.meeting("a.initial").case_id
        )

    def test_a_reference_leads_straight_to_its_meeting(self, browser, world):
        place = world.meeting("a.review")
        answer = browser("a.police.lead").submit("/meetings", action="/meetings/search", q=place.reference.lower())
        assert answer.location == f"/meetings/{place.id}"

    def test_nothing_found_keeps_what_was_typed(self, browser):
        answer = browser("a.chair").submit("/meetings", action="/meetings/search", q="Nobodyscalledthis")
        assert answer.status_code == 200
        assert answer.page.h1.get_text() == "Nothing was found"
        assert answer.page.select_one("#q")["value"] == "Nobodyscalledthis"

    @pytest.mark.parametrize("typed", ["", "   ", "x" * 101])
    def test_an_empty_or_endless_search_says_what_to_enter(self, browser, typed):
        answer = browser("a.chair").submit("/meetings", action="/meetings/search", q=typed)
        assert answer.status_code == 400
        assert answer.page.select_one(".govuk-error-summary a")["href"] == "#q"


class TestTheMeeting:
    """`/meetings/<id>`."""

    def test_an_agency_sees_four_blocks_in_the_order_of_time(self, browser, world):
        page = browser("a.gp.practitioner").get(f"/meetings/{world.meeting('a.initial').id}").page
        assert page.h1.get_text() == "Initial child protection conference, Wednesday 10 June, 14:00"
        titles = [title.get_text() for title in page.select(".app-card__title")]
        assert titles == ["Your answer", "Your report", "The day", "Afterwards"]
        summary = page.select_one("dl").get_text(" ", strip=True)
        assert "ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ, born 11 Jan 2015" in summary
        assert "You are expected, because you work with the child." in summary
        answer = page.select_one("#answer").get_text(" ", strip=True)
        assert "Apologies: nobody can come: ZQ-A-ANSWER-INITIAL-GP-QZ" in answer
        assert "Change your answer" in answer
        report = page.select_one("#report").get_text(" ", strip=True)
        assert "Late" in report
        assert "Go on with your report" in report

    def test_only_the_next_thing_to_do_stands_out(self, browser, world):
        client = browser("a.school.lead")
        place = world.meeting("a.initial")
        page = client.get(f"/meetings/{place.id}").page
        assert [card["id"] for card in page.select(".app-card--accent")] == ["answer"]
        client.submit(f"/meetings/{place.id}/answer", answer="attend")
        page = client.get(f"/meetings/{place.id}").page
        assert [card["id"] for card in page.select(".app-card--accent")] == ["report"]

    def test_reading_is_logged_once_for_each_page(self, browser, world):
        client = browser("a.gp.lead")
        place = world.meeting("a.initial")
        client.get(f"/meetings/{place.id}")
        client.get(f"/meetings/{place.id}")
        rows = db.session.scalars(
            select(Activity).where(Activity.verb == "case.read", Activity.subject_id == place.case_id)
        ).all()
        assert len(rows) == 2
        assert {row.user_id for row in rows} == {world.person("a.gp.lead").user_id}

    def test_both_sides_are_shown_a_difference(self, browser, world, new_client, sign_in):
        place = world.meeting("a.strategy")
        change(Invitation, place.invitations["gp"].id, declared_attendance=Attendance.IN_PERSON)
        day = browser("a.gp.lead").get(f"/meetings/{place.id}").page.select_one("#day").get_text(" ", strip=True)
        assert "Differs" in day
        assert "You said: In person . The chair has recorded: By telephone" in day
        chair = new_client()
        sign_in(chair, world.person("a.chair"))
        table = chair.get(f"/meetings/{place.id}").page.table.get_text(" ", strip=True)
        assert "Phone Differs They said: In person" in table
        school = new_client()
        sign_in(school, world.person("a.school.lead"))
        assert "Differs" not in school.get(f"/meetings/{place.id}").page.main.get_text()

    def test_other_agencies_see_answers_and_reports_but_no_note_or_text(self, browser, world):
        place = world.meeting("a.initial")
        page = browser("a.school.lead").get(f"/meetings/{place.id}").page
        rows = {row.th.get_text(strip=True): row.get_text(" ", strip=True) for row in page.select("tbody tr")}
        police = rows[world.agency_names["a.police"]]
        assert police.endswith("Expected Will come Sent 4 Jun 2026 Not said yet")
        assert "ZQ-A-ANSWER-INITIAL-GP-QZ" not in str(page)
        assert world.agency_names["a.other_gp"] not in rows

    def test_those_who_run_it_get_to_register_and_reports(self, browser, world):
        place = world.meeting("a.initial")
        page = browser("a.chair").get(f"/meetings/{place.id}").page
        assert page.select_one(f"main a[href='/meetings/{place.id}/register']").get_text() == "Open the register"
        police = place.invitations["police"].id
        assert page.select_one(f"a[href='/meetings/{place.id}/reports/{police}']")
        assert page.find("h2").get_text() == "2 of 4 have answered"
        assert "ZQ-A-ANSWER-INITIAL-GP-QZ" in str(page)
        assert "Change" not in [link.get_text() for link in page.select("main a")]

    def test_the_coordinator_changes_expectations_and_the_manager_only_looks(self, browser, world, new_client, sign_in):
        place = world.meeting("a.review")
        page = browser("a.coordinator").get(f"/meetings/{place.id}").page
        gp = place.invitations["gp"].id
        link = page.select_one(f"a[href='/meetings/{place.id}/expectations/{gp}']")
        assert link.get_text().startswith("Decide")
        manager = new_client()
        sign_in(manager, world.person("a.manager"))
        assert not manager.get(f"/meetings/{place.id}").page.select("main a[href*=expectations]")

    def test_what_happened_is_told_newest_first(self, browser, world):
        place = world.meeting("a.initial")
        client = browser("a.school.lead")
        client.submit(f"/meetings/{place.id}/answer", answer="attend")
        titles = [title.get_text() for title in client.get(f"/meetings/{place.id}").page.select(".moj-timeline__title")]
        assert titles == [f"{world.agency_names['a.school']} answered", f"{world.agency_names['a.police']} answered"]

    @pytest.mark.parametrize(
        ("key", "most"),
        [
            ("a.gp.practitioner", MOST_QUERIES),
            ("a.chair", MOST_QUERIES),
            # Leads and coordinators are told how their links stand, by one more.
            ("a.gp.lead", MOST_QUERIES + 1),
            ("a.social_care.lead", MOST_QUERIES + 1),
            ("a.coordinator", MOST_QUERIES + 1),
        ],
    )
    def test_it_takes_at_most_eight_queries_and_one_for_links(self, browser, world, count_queries, key, most):
        client = browser(key)
        with count_queries() as statements:
            client.get(f"/meetings/{world.meeting('a.initial').id}")
        assert len(statements) <= most

    @pytest.mark.parametrize(
        "key", ["a.other_gp.lead", "b.gp.lead", "b.manager", "a.second_chair", "a.social_care.east"]
    )
    def test_to_others_it_is_not_there(self, browser, world, key):
        client = browser(key)
        place = world.meeting("a.initial")
        absent = client.get("/meetings/99999")
        for path in ("", "/answer", "/attendance"):
            answer = client.get(f"/meetings/{place.id}{path}")
            if answer.status_code != 403:
                assert (answer.status_code, absent.status_code) == (404, 404)

    @pytest.mark.parametrize("key", ["a.board", "a.administrator", "a.sector_lead"])
    def test_the_boards_world_has_no_meeting(self, browser, world, key):
        client = browser(key)
        for path in ("/meetings", f"/meetings/{world.meeting('a.initial').id}"):
            assert client.get(path).status_code == 403
