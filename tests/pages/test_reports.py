"""The report's pages: written and saved as it is typed, kept when a sign-in ends, read by those it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.reports import LIMITS
from portal.domain.vocabulary import ReportStatus
from portal.models.activity import Activity
from portal.models.reports import Report
from tests.pages.report_steps import SCRIPT, WHOLE, autosave, links_in_summary, stored, write


@pytest.fixture
def url(place):
    """The address of one's own report on it."""
    return f"/meetings/{place.id}/report"


class TestWriting:
    """The page, with and without scripts."""

    def test_it_says_for_whom_and_until_when(self, teacher, url):
        page = teacher.get(url)
        words = page.page.main.get_text(" ", strip=True)
        assert "ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ" in words
        assert "Friday 5 June Late" in words
        assert "it still helps, and it counts as received" in words
        assert page.page.select_one("form[data-autosave]")["data-autosave"] == f"{url}/autosave"

    def test_in_time_it_counts_working_days(self, client, sign_in, world):
        sign_in(client, world.person("a.school.lead"))
        words = client.get(f"/meetings/{world.meeting('a.review').id}/report").page.main.get_text(" ", strip=True)
        assert "You need not send one, but you may" in words
        other = f"/meetings/{world.meeting('a.review').id}/report"
        client.submit("/", action="/sign-out")
        sign_in(client, world.person("a.other_gp.lead"))
        words = client.get(other).page.main.get_text(" ", strip=True)
        assert "Wednesday 17 June, in 5 working days" in words

    def test_save_and_stop_keeps_a_draft(self, teacher, url, place):
        answer = write(teacher, url, worries="Half a thought")
        assert (answer.status_code, answer.location) == (303, f"/meetings/{place.id}")
        assert "Your draft is saved" in teacher.get(answer.location).text
        assert (stored(place).status, stored(place).worries) == (ReportStatus.DRAFT, "Half a thought")
        assert "Half a thought" in teacher.get(url).page.select_one("#worries").get_text()

    def test_typing_is_saved_and_the_version_follows(self, teacher, url, place):
        first = autosave(teacher, url, worries="Half a")
        assert first.json == {"saved_at": "11:00", "version": 1}
        second = autosave(teacher, url, worries="Half a thought", category_views=["neglect"])
        assert second.json["version"] == 2
        assert (stored(place).worries, stored(place).category_views) == ("Half a thought", "neglect")
        assert teacher.get(url).page.select_one("[data-autosave-status]").get_text() == "Saved 11:00"

    def test_typing_over_a_colleagues_words_is_told(self, teacher, head, url, place):
        page = teacher.get(url).page
        autosave(head, url, worries="Hers")
        fields = {"csrf_token": page.select_one("[name=csrf_token]")["value"], "version": "0", "worries": "His"}
        answer = teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT)
        assert answer.status_code == 409
        assert stored(place).worries == "Hers"

    def test_typing_after_signing_out_is_told(self, teacher, url, place):
        page = teacher.get(url).page
        teacher.submit(url, action="/sign-out")
        fields = {"csrf_token": page.select_one("[name=csrf_token]")["value"], "version": "0", "worries": "Lost?"}
        assert teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT).status_code in (400, 401)
        assert stored(place) is None

    def test_an_expired_sign_in_is_a_401(self, teacher, url, place, at_world_time):
        page = teacher.get(url).page
        at_world_time.shift(timedelta(minutes=21))
        fields = {"csrf_token": page.select_one("[name=csrf_token]")["value"], "version": "0", "worries": "Kept?"}
        answer = teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT)
        assert answer.status_code == 401
        assert stored(place) is None

    def test_what_was_typed_survives_an_expired_sign_in(self, teacher, sign_in, url, place, at_world_time, world):
        page = teacher.get(url)
        at_world_time.shift(timedelta(minutes=21))
        away = teacher.send(page, action=url, button="save", **WHOLE)
        assert away.location.startswith("/sign-in")
        sign_in(teacher, world.person("a.school.practitioner"))
        back = teacher.get(url)
        assert "You were signed out before this was saved." in back.text
        assert back.page.select_one("#worries").get_text().strip() == WHOLE["worries"]
        assert back.page.select_one("[name=threshold_view][checked]")["value"] == "plan_needed"
        assert len(back.page.select("[name=category_views][checked]")) == 2
        assert stored(place) is None
        teacher.send(back, action=url, button="save")
        assert stored(place).worries == WHOLE["worries"]
        assert "You were signed out" not in teacher.get(url).text

    @pytest.mark.parametrize(
        ("typed", "link"),
        [
            ({"worries": "x" * (LIMITS["worries"] + 1)}, "#worries"),
            ({"threshold_reason": "x" * (LIMITS["threshold_reason"] + 1)}, "#threshold_reason"),
            ({"threshold_view": "perhaps"}, "#threshold_view"),
            ({"category_views": ["neglect", "boredom"]}, "#category_views"),
            ({"worries": "a\x00b"}, "#worries"),
        ],
    )
    def test_what_cannot_be_saved_is_said_and_kept(self, teacher, url, place, typed, link):
        refused = write(teacher, url, **({"involvement": "Typed with care"} | typed))
        assert refused.status_code == 400
        assert links_in_summary(refused) == [link]
        assert refused.page.select_one("#involvement").get_text().strip() == "Typed with care"
        assert stored(place) is None
        assert autosave(teacher, url, **typed).status_code == 422

    def test_without_a_readable_version_nothing_is_saved(self, teacher, url, place):
        assert write(teacher, url, version="first", worries="Mine").status_code == 400
        assert stored(place) is None

    def test_line_breaks_and_markup_come_back_as_they_were_typed(self, teacher, url):
        typed = "First\r\n\r\n  <b>second</b> & \u201cthird\u201d"
        write(teacher, url, worries=typed)
        page = teacher.get(url)
        assert "<b>second</b>" not in page.text
        assert page.page.select_one("#worries").get_text().strip("\n") == typed.replace("\r\n", "\n")

    @pytest.mark.parametrize(
        ("meeting", "person", "words"),
        [
            ("a.cancelled", "a.police.lead", "This meeting was cancelled"),
            ("a.core_group", "a.school.lead", "No reports are asked for"),
        ],
    )
    def test_where_none_is_needed_it_says_so(self, client, sign_in, world, meeting, person, words):
        sign_in(client, world.person(person))
        address = f"/meetings/{world.meeting(meeting).id}/report"
        page = client.get(address)
        assert (page.status_code, page.page.h1.get_text()) == (200, "No report is needed from you")
        assert words in page.text
        assert client.get(f"{address}/check").location == address
        token = page.page.select_one("[name=csrf_token]")["value"]
        for path in (address, f"{address}/autosave"):
            assert client.post(path, data={"csrf_token": token, "version": "0", "worries": "x"}).status_code == 403


class TestReading:
    """A report that was sent, for those whom it concerns."""

    @pytest.mark.parametrize("person", ["a.chair", "a.manager", "a.police.practitioner", "both"])
    def test_it_is_read_with_the_child_and_the_reading_logged(self, client, sign_in, world, place, person):
        sign_in(client, world.person(person))
        page = client.get(f"/meetings/{place.id}/reports/{place.invitations['police'].id}")
        words = page.page.main.get_text(" ", strip=True)
        assert "ZQ-A-WORRIES-INITIAL-POLICE-QZ" in words
        assert "ZQ-A-CHILD-1-QZ" in words
        assert "Friday 5 June: it came in time" in words
        # Whose knowledge it is depends on who reads.
        assert ("How you know" in words) == (person in ("a.police.practitioner", "both"))
        db.session.rollback()
        by = select(Activity.verb).where(Activity.user_id == world.person(person).user_id)
        assert {"report.read", "case.read"} <= set(db.session.scalars(by))

    @pytest.mark.parametrize(
        ("person", "status"),
        [
            ("a.gp.lead", 404),
            ("a.second_chair", 404),
            ("b.chair", 404),
            ("b.manager", 404),
            ("a.coordinator", 403),
            ("a.board", 403),
            ("a.administrator", 403),
        ],
    )
    def test_nobody_else_reads_it(self, client, sign_in, world, place, person, status):
        sign_in(client, world.person(person))
        page = client.get(f"/meetings/{place.id}/reports/{place.invitations['police'].id}")
        assert page.status_code == status
        assert "ZQ-A-WORRIES" not in page.text

    @pytest.mark.parametrize(("person", "status"), [("a.chair", 404), ("a.manager", 404), ("a.police.lead", 404)])
    def test_a_draft_is_nobody_elses(self, client, sign_in, world, place, person, status):
        sign_in(client, world.person(person))
        page = client.get(f"/meetings/{place.id}/reports/{place.invitations['gp'].id}")
        assert page.status_code == status

    def test_its_own_agency_is_led_to_where_it_writes(self, client, sign_in, world, place, url):
        sign_in(client, world.person("a.gp.lead"))
        assert client.get(f"/meetings/{place.id}/reports/{place.invitations['gp'].id}").location == url

    def test_pages_take_few_queries(self, client, sign_in, world, place, url, count_queries):
        sign_in(client, world.person("a.police.lead"))
        read = f"/meetings/{place.id}/reports/{place.invitations['police'].id}"
        for path in (url, read):
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            assert len(statements) <= 8, statements


class TestWhoMay:
    """Another agency's report is not there to be written; other roles write none."""

    @pytest.mark.parametrize(
        ("person", "status"),
        [
            ("a.other_gp.lead", 404),
            ("b.school.lead", 404),
            ("b.police.lead", 404),
            ("a.social_care.west", 404),
            ("a.chair", 403),
            ("a.manager", 403),
            ("a.coordinator", 403),
            ("a.board", 403),
            ("a.administrator", 403),
        ],
    )
    def test_every_address_and_verb(self, client, sign_in, world, url, person, status):
        sign_in(client, world.person(person))
        token = client.get("/").page.select_one("[name=csrf_token]")["value"]
        for path in (url, f"{url}/check"):
            assert client.get(path).status_code == status, path
        for path in (url, f"{url}/check", f"{url}/autosave"):
            fields = {"csrf_token": token, "version": "0", **WHOLE}
            assert client.post(path, data=fields).status_code == status, path
            assert client.post(path, data=fields, headers=SCRIPT).status_code == status, path
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Report)) == world_reports(world)


def world_reports(world) -> int:
    """How many reports the world begins with."""
    places = world.meetings.values()
    return sum(invited.report_id is not None for place in places for invited in place.invitations.values())
