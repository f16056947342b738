"""The report's pages: written and saved as it is typed, kept when a sign-in ends, read by those it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.report_answers import LONG_LIMIT, seen
from portal.domain.vocabulary import AgencyType, ReportStatus
from portal.models.activity import Activity
from portal.models.reports import Report
from tests.pages.report_steps import SCRIPT, WHOLE, autosave, kept, links_in_summary, script_fields, stored, write
from tests.report_forms import EVERY_KIND, publish, question, template

FOR_SCHOOLS = replace(EVERY_KIND, agency_types=frozenset({AgencyType.SCHOOL}))


def _words(page) -> str:
    return page.page.main.get_text(" ", strip=True)


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
        assert (stored(place).status, kept(place)) == (ReportStatus.DRAFT, {"worries": "Half a thought"})
        assert "Half a thought" in teacher.get(url).page.select_one("#worries").get_text()

    def test_each_answer_is_saved_by_itself_as_it_is_typed(self, teacher, url, place):
        first = autosave(teacher, url, worries="Half a")
        assert first.json == {"saved_at": "11:00", "seen": {"worries": seen("Half a")}, "conflicts": {}, "faults": {}}
        second = autosave(teacher, url, worries="Half a thought", category_views=["neglect"])
        assert second.json["seen"] == {"worries": seen("Half a thought"), "category_views": seen("neglect")}
        assert kept(place) == {"worries": "Half a thought", "category_views": "neglect"}
        assert teacher.get(url).page.select_one("[data-autosave-status]").get_text() == "Saved 11:00"

    def test_who_saved_last_is_said_to_a_colleague(self, teacher, head, url):
        autosave(teacher, url, worries="His")
        assert "Last saved ZQ-A-SCHOOL-PRACTITIONER-QZ, Wednesday 10 June" in _words(head.get(url))
        assert "Last saved" not in _words(teacher.get(url))

    def test_typing_over_a_colleagues_answer_is_told_and_the_rest_is_saved(self, teacher, head, url, place):
        page = teacher.get(url).page
        autosave(head, url, worries="Hers")
        fields = script_fields(page, worries="His", strengths="Also his")
        answer = teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT)
        assert answer.status_code == 200
        assert answer.json["conflicts"] == {"worries": "ZQ-A-SCHOOL-LEAD-QZ changed this answer at 11:00"}
        assert list(answer.json["seen"]) == ["strengths"]
        assert kept(place) == {"worries": "Hers", "strengths": "Also his"}

    def test_typing_after_signing_out_is_told(self, teacher, url, place):
        page = teacher.get(url).page
        teacher.submit(url, action="/sign-out")
        answer = teacher.post(f"{url}/autosave", data=script_fields(page, worries="Lost?"), headers=SCRIPT)
        assert answer.status_code in (400, 401)
        assert stored(place) is None

    def test_what_was_being_saved_when_the_sign_in_ended_stands_over_what_was_saved(
        self, teacher, sign_in, url, place, at_world_time, world
    ):
        """The script sends the questions that changed, not the others: those stay as they are kept."""
        autosave(teacher, url, strengths="Saved in time")
        page = teacher.get(url).page
        at_world_time.shift(timedelta(minutes=21))
        referer = SCRIPT | {"Referer": f"http://localhost{url}"}
        fields = script_fields(page, worries="Kept", category_views=["neglect"])
        assert teacher.post(f"{url}/autosave", data=fields, headers=referer).status_code == 401
        assert kept(place) == {"strengths": "Saved in time"}
        sign_in(teacher, world.person("a.school.practitioner"))
        back = teacher.get(url)
        shown = {code: back.page.find(id=code).get_text().strip() for code in ("worries", "strengths")}
        assert shown == {"worries": "Kept", "strengths": "Saved in time"}
        teacher.send(back, action=url, button="save")
        assert kept(place) == {"strengths": "Saved in time", "worries": "Kept", "category_views": "neglect"}

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
        assert kept(place)["worries"] == WHOLE["worries"]
        assert "You were signed out" not in teacher.get(url).text

    @pytest.mark.parametrize(
        ("code", "value"),
        [
            ("worries", "x" * (LONG_LIMIT + 1)),
            ("threshold_view", "perhaps"),
            ("category_views", ["neglect", "boredom"]),
            ("worries", "a\x00b"),
        ],
    )
    def test_what_cannot_be_saved_is_said_and_all_else_is_kept(self, teacher, url, place, code, value):
        refused = write(teacher, url, involvement="Typed with care", **{code: value})
        assert refused.status_code == 400
        assert links_in_summary(refused) == [f"#{code}"]
        assert refused.page.select_one("#involvement").get_text().strip() == "Typed with care"
        assert kept(place) == {"involvement": "Typed with care"}
        answer = autosave(teacher, url, **{code: value, "strengths": "Also this"})
        assert (answer.status_code, list(answer.json["faults"])) == (200, [code])
        assert kept(place) == {"involvement": "Typed with care", "strengths": "Also this"}

    def test_a_question_without_what_its_page_showed_is_not_saved(self, teacher, url, place):
        page = teacher.get(url).page
        fields = script_fields(page, worries="Mine") | {"seen-worries": "first", "strengths": "No page had this"}
        teacher.post(url, data=fields)
        assert stored(place) is None

    def test_every_kind_of_question_is_answered_and_comes_back(self, teacher, url, place, world):
        with writing() as session:
            publish(session, world.partnerships["a"], FOR_SCHOOLS)
        answers = {"summary": "One line", "story": "Two\n\nlines", "seen_alone": "no", "attendance_rate": "84.5 %"}
        typed = answers | {"seen_on-day": "4", "seen_on-month": "May", "seen_on-year": "2026", "harms": ["neglect"]}
        write(teacher, url, **typed, view="plan_needed")
        expected = answers | {"attendance_rate": "84.5", "seen_on": "2026-05-04", "harms": "neglect"}
        assert kept(place) == expected | {"view": "plan_needed"}
        assert teacher.submit(url, action=url, button="save").status_code == 303
        assert kept(place) == expected | {"view": "plan_needed"}
        shown = _words(teacher.get(url))
        assert "Only if you answered “A child protection plan is needed” to “Is a plan needed?”" in shown
        assert "What the family must not read (optional)" in shown

    def test_what_was_typed_to_a_question_that_is_asked_no_more_is_there_to_be_copied(self, teacher, url, place, world):
        """A newer version of the template began between opening the page and the first save."""
        page = teacher.get(url)
        newer = template("newer", question("worries", "Worries?"), agency_types=frozenset({AgencyType.SCHOOL}))
        with writing() as session:
            publish(session, world.partnerships["a"], newer)
        answer = teacher.post(
            f"{url}/autosave", data=script_fields(page.page, worries="Kept", strengths="Typed"), headers=SCRIPT
        )
        assert list(answer.json["faults"]) == ["strengths"]
        assert list(answer.json["seen"]) == ["worries"]
        sent = teacher.send(page, action=url, button="save", worries="Kept", strengths="<i>Typed</i> with care")
        assert sent.status_code == 400
        assert sent.page.select_one("#kept-strengths").get_text().strip() == "<i>Typed</i> with care"
        assert not sent.page.select("#kept-involvement"), "what was left empty is not shown"
        assert kept(place) == {"worries": "Kept"}
        assert "questions changed" not in teacher.get(url).text

    def test_a_day_that_is_none_is_said_with_what_was_typed(self, teacher, url, place, world):
        with writing() as session:
            publish(session, world.partnerships["a"], FOR_SCHOOLS)
        refused = write(
            teacher, url, story="Kept", **{"seen_on-day": "31", "seen_on-month": "2", "seen_on-year": "2026"}
        )
        assert (refused.status_code, links_in_summary(refused)) == (400, ["#seen_on-day"])
        assert refused.page.select_one("#seen_on-day")["value"] == "31"
        assert kept(place) == {"story": "Kept"}

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
        before = set(db.session.scalars(select(Report.id)))
        for path in (url, f"{url}/check"):
            assert client.get(path).status_code == status, path
        for path in (url, f"{url}/check", f"{url}/autosave"):
            fields = {"csrf_token": token, "version": "0", **WHOLE}
            assert client.post(path, data=fields).status_code == status, path
            assert client.post(path, data=fields, headers=SCRIPT).status_code == status, path
        db.session.rollback()
        assert set(db.session.scalars(select(Report.id))) == before
