"""The register's page: what the chair sees, what a touch saves, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.database.session import writing
from portal.domain.vocabulary import Attendance
from portal.models.meetings import Meeting
from tests.pages.register_steps import ADJOURNED, TOUCH, form_of, meeting_of, touch
from tests.services.rows import invitation_of


@pytest.fixture
def url(place):
    """Its register's address."""
    return f"/meetings/{place.id}/register"


class TestTheSheet:
    """One table, a form for each row."""

    def test_a_row_for_each_agency_with_its_answer_and_report(self, chair, url, place, world):
        page = chair.get(url)
        assert page.page.h1.get_text() == "Who is here?"
        rows = {row["id"]: row.get_text(" ", strip=True) for row in page.page.select("tr[data-register-row]")}
        assert len(rows) == 5
        police = rows[f"row-{place.invitations['police'].id}"]
        assert police.startswith(f"{world.agency_names['a.police']} Yes Will come Sent 4 Jun")
        assert " Apologies Late " in rows[f"row-{place.invitations['gp'].id}"]
        assert " Not relevant No answer Not needed " in rows[f"row-{place.invitations['other_gp'].id}"]
        assert "To be quorate: social care and 2 more." in page.text
        assert "Not quorate 0 present; social care and 2 more agencies are missing" in page.page.select_one(
            "[data-register-quorum]"
        ).get_text(" ", strip=True)

    def test_the_chair_opens_reports_from_it_and_the_coordinator_cannot(self, chair, coordinator, url, place):
        report = f"/meetings/{place.id}/reports/{place.invitations['police'].id}"
        assert chair.get(url).page.select_one(f"a[href='{report}']")
        assert not coordinator.get(url).page.select_one(f"a[href='{report}']")

    def test_it_shows_no_child_and_decrypts_none(self, chair, url, count_queries):
        with count_queries() as statements:
            page = chair.get(url)
        assert "ZQ-A-CHILD" not in page.text
        assert len(statements) <= 8
        assert not [statement for statement in statements if "children" in statement]

    def test_afterwards_it_asks_who_was_there(self, chair, url, place, at_world_time):
        at_world_time.shift(timedelta(minutes=5))
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == place.id).values(scheduled_on=Meeting.trigger_on))
        assert chair.get(url).page.h1.get_text() == "Who was there?"

    @pytest.mark.parametrize(
        ("meeting", "person", "words"),
        [
            ("a.review", "a.second_chair", "opens on the day of the meeting, Wednesday 24 June"),
            ("a.cancelled", "a.chair", "This meeting was cancelled"),
        ],
    )
    def test_where_it_is_shut_it_says_why(self, client, sign_in, world, meeting, person, words):
        sign_in(client, world.person(person))
        address = f"/meetings/{world.meeting(meeting).id}/register"
        for path in (address, f"{address}/all"):
            page = client.get(path)
            assert (page.status_code, page.page.h1.get_text()) == (200, "The register is not open")
            assert words in page.text
        assert client.get(f"{address}/close").location == address

    def test_a_telephone_meeting_has_one_too(self, chair, url, place):
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == place.id).values(format="telephone"))
        assert "This meeting is a telephone call." in chair.get(url).text

    def test_a_closed_one_is_read(self, client, sign_in, world):
        sign_in(client, world.person("a.chair"))
        page = client.get(f"/meetings/{world.meeting('a.strategy').id}/register")
        assert page.page.h1.get_text() == "Who was there"
        assert "by ZQ-A-CHAIR-QZ" in page.text
        assert "ZQ-A-NOTE-STRATEGY-QZ" in page.text
        assert not page.page.select("form[action*=register]")


class TestTouching:
    """What the script sends, and what it is told."""

    def test_a_touch_is_saved_and_the_quorum_answers(self, chair, url, place, world):
        touch(chair, url, place, "social_care", attendance="in_person")
        touch(chair, url, place, "police", attendance="video")
        answer = touch(chair, url, place, "gp", attendance="telephone", deputy="yes", note="  Dr Ede  for Dr Shah ")
        assert answer.json["saved_at"] == "11:00"
        assert answer.json["quorum"] == {"quorate": True, "text": "3 present"}
        assert form_of(chair.get(url), place, "gp") == {
            "csrf_token": form_of(chair.get(url), place, "gp")["csrf_token"],
            "working_as": str(world.person("a.chair").hat.membership_id),
            "version": str(answer.json["version"]),
            "attendance": "telephone",
            "deputy": "yes",
            "note": "Dr Ede for Dr Shah",
        }
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.DEPUTY

    def test_ticks_beside_nobody_are_out_of_sight_and_say_nothing(self, chair, url, place):
        touch(chair, url, place, "gp", attendance="video", left_early="yes")
        answer = touch(chair, url, place, "gp", attendance="no_response", left_early="yes")
        assert answer.status_code == 200
        kept = invitation_of(place, "gp")
        assert (kept.confirmed_attendance, kept.left_early) == (Attendance.NO_RESPONSE, False)

    def test_a_row_that_somebody_else_set_is_told(self, chair, coordinator, url, place):
        fields = form_of(chair.get(url), place, "gp")
        touch(coordinator, url, place, "gp", attendance="apologies")
        row = f"{url}/{place.invitations['gp'].id}"
        answer = chair.post(row, data=fields | {"attendance": "in_person"}, headers=TOUCH)
        assert answer.status_code == 409
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.APOLOGIES

    @pytest.mark.parametrize(
        ("entered", "words"),
        [
            ({}, "Choose in person, video, phone, apologies or absent."),
            ({"attendance": "sideways"}, "Choose in person"),
            ({"attendance": "video", "version": "one"}, "out of date"),
            ({"attendance": "video", "version": "9" * 30}, "out of date"),
            ({"attendance": "video", "note": "a\x00b"}, "cannot be seen"),
            ({"attendance": "video", "note": "x" * 501}, "500 characters"),
        ],
    )
    def test_what_cannot_be_saved_is_refused_in_a_sentence(self, chair, url, place, entered, words):
        answer = touch(chair, url, place, "gp", **entered)
        assert answer.status_code == 422
        assert words in answer.json["message"]
        assert invitation_of(place, "gp").confirmed_attendance is None

    def test_a_closed_register_says_so(self, chair, url, place, world):
        fields = form_of(chair.get(url), place, "gp")
        chair.submit(f"{url}/close", action=f"{url}/close", **ADJOURNED)
        row = f"{url}/{place.invitations['gp'].id}"
        answer = chair.post(row, data=fields | {"attendance": "video"}, headers=TOUCH)
        assert (answer.status_code, "has been closed" in answer.json["message"]) == (422, True)

    def test_somebody_signed_out_is_told_and_nothing_is_saved(self, new_client, chair, url, place):
        fields = form_of(chair.get(url), place, "gp")
        chair.submit(url, action="/sign-out")
        answer = chair.post(f"{url}/{place.invitations['gp'].id}", data=fields | {"attendance": "video"}, headers=TOUCH)
        assert answer.status_code in (400, 401)
        assert invitation_of(place, "gp").confirmed_attendance is None

    def test_without_its_token_nothing_is_saved(self, chair, url, place):
        fields = form_of(chair.get(url), place, "gp") | {"attendance": "video", "csrf_token": "forged"}
        assert chair.post(f"{url}/{place.invitations['gp'].id}", data=fields, headers=TOUCH).status_code == 400
        assert invitation_of(place, "gp").confirmed_attendance is None


class TestWhoMay:
    """Another chair's meeting is not there; another role's page is not theirs."""

    @pytest.mark.parametrize(
        ("person", "status"),
        [
            ("a.second_chair", 404),
            ("b.chair", 404),
            ("b.coordinator", 404),
            ("a.manager", 403),
            ("a.gp.lead", 403),
            ("a.police.practitioner", 403),
            ("a.board", 403),
            ("a.administrator", 403),
        ],
    )
    def test_every_address_and_verb(self, client, sign_in, world, place, url, person, status):
        sign_in(client, world.person(person))
        row = f"{url}/{place.invitations['gp'].id}"
        token = client.get("/").page.select_one("[name=csrf_token]")["value"]
        for path in (url, f"{url}/all", f"{url}/close"):
            assert client.get(path).status_code == status, path
        for path in (row, f"{url}/all", f"{url}/close"):
            fields = {"csrf_token": token, "version": "0", "seen": "0", "attendance": "video", "status": "held"}
            assert client.post(path, data=fields).status_code == status, path
            assert client.post(path, data=fields, headers=TOUCH).status_code == status, path
        assert invitation_of(place, "gp").confirmed_attendance is None
        assert meeting_of(place).register_closed_at is None

    def test_a_row_of_another_meeting_is_not_there(self, chair, url, world):
        fields = {
            "csrf_token": chair.get(url).page.select_one("[name=csrf_token]")["value"],
            "version": "0",
            "attendance": "video",
        }
        elsewhere = world.meeting("b.initial").invitations["gp"].id
        assert chair.post(f"{url}/{elsewhere}", data=fields).status_code == 404
        assert chair.post(f"{url}/999999", data=fields, headers=TOUCH).status_code == 404
