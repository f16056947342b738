"""The register by plain forms: a row at a time, all rows in one, and its closing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.models.activity import Activity
from portal.models.meetings import Meeting
from tests.pages.register_steps import ADJOURNED, form_of, meeting_of, touch
from tests.services.rows import invitation_of


@pytest.fixture
def url(place):
    """Its register's address."""
    return f"/meetings/{place.id}/register"


class TestWithoutScripts:
    """Plain forms: a row at a time, or all rows in one."""

    def test_a_row_saves_and_the_page_comes_back_to_it(self, chair, url, place):
        row = place.invitations["gp"].id
        answer = chair.submit(url, action=f"{url}/{row}", attendance="apologies", note="On leave")
        assert (answer.status_code, answer.location) == (303, f"{url}#row-{row}")
        assert chair.get(url).page.select_one(f"#row-{row}")
        assert invitation_of(place, "gp").confirmed_note == "On leave"

    def test_a_refused_row_keeps_what_was_entered(self, chair, url, place):
        row = place.invitations["gp"].id
        answer = chair.submit(url, action=f"{url}/{row}", attendance="apologies", deputy="yes", note="Dr Ede came")
        assert answer.status_code == 400
        link = answer.page.select_one(".govuk-error-summary a")
        assert "If a deputy came, choose in person, video or phone" in link.get_text()
        assert link["href"] == f"#here-{row}"
        kept = form_of(answer, place, "gp")
        assert (kept["attendance"], kept["deputy"], kept["note"]) == ("apologies", "yes", "Dr Ede came")
        again = chair.send(answer, action=f"{url}/{row}", attendance="telephone")
        assert again.status_code == 303
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.DEPUTY

    def test_a_lost_race_shows_both_and_is_settled_from_there(self, chair, coordinator, url, place):
        row = place.invitations["gp"].id
        before = chair.get(url)
        coordinator.submit(url, action=f"{url}/{row}", attendance="apologies", note="Rang at nine")
        lost = chair.send(before, action=f"{url}/{row}", attendance="in_person")
        assert lost.status_code == 409
        words = lost.page.select_one(".govuk-error-summary").get_text()
        assert "Somebody else entered: Sent apologies. Note: Rang at nine." in words
        assert "You entered: In person." in words
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.APOLOGIES
        assert chair.send(lost, action=f"{url}/{row}").status_code == 303
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.IN_PERSON

    def test_all_rows_in_one_form(self, chair, url, place):
        ids = {agency: invited.id for agency, invited in place.invitations.items()}
        entered = {
            f"attendance-{ids['social_care']}": "in_person",
            f"attendance-{ids['police']}": "video",
            f"left_early-{ids['police']}": "yes",
            f"attendance-{ids['gp']}": "no_response",
        }
        answer = chair.submit(f"{url}/all", action=f"{url}/all", **entered)
        assert (answer.status_code, answer.location) == (303, url)
        assert invitation_of(place, "police").confirmed_attendance is Attendance.PARTIAL
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.NO_RESPONSE
        assert invitation_of(place, "school").confirmed_attendance is None

    def test_all_rows_or_none_and_each_conflict_is_told(self, chair, coordinator, url, place):
        ids = {agency: invited.id for agency, invited in place.invitations.items()}
        before = chair.get(f"{url}/all")
        touch(coordinator, url, place, "police", attendance="apologies")
        entered = {f"attendance-{ids['gp']}": "in_person", f"attendance-{ids['police']}": "video"}
        lost = chair.send(before, action=f"{url}/all", **entered)
        assert lost.status_code == 409
        links = lost.page.select(".govuk-error-summary a")
        assert [link["href"] for link in links] == [f"#here-{ids['police']}"]
        assert invitation_of(place, "gp").confirmed_attendance is None
        assert chair.send(lost, action=f"{url}/all").status_code == 303
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.IN_PERSON
        assert invitation_of(place, "police").confirmed_attendance is Attendance.VIDEO

    def test_faults_in_the_one_form_keep_every_row(self, chair, url, place):
        ids = {agency: invited.id for agency, invited in place.invitations.items()}
        entered = {f"attendance-{ids['gp']}": "in_person", f"note-{ids['school']}": "nothing chosen here"}
        refused = chair.submit(f"{url}/all", action=f"{url}/all", **entered)
        assert refused.status_code == 400
        assert form_of(refused, place, "gp")[f"attendance-{ids['gp']}"] == "in_person"
        assert form_of(refused, place, "school")[f"note-{ids['school']}"] == "nothing chosen here"
        assert invitation_of(place, "gp").confirmed_attendance is None

    def test_what_somebody_writes_is_never_html(self, chair, url, place):
        row = place.invitations["gp"].id
        chair.submit(url, action=f"{url}/{row}", attendance="video", note='"><script>alert(1)</script>%(id)s')
        page = chair.get(url)
        assert "<script>alert" not in page.text
        assert form_of(page, place, "gp")["note"] == '"><script>alert(1)</script>%(id)s'

    def test_a_register_closed_meanwhile_says_so(self, chair, coordinator, url, place):
        before = chair.get(url)
        coordinator.submit(f"{url}/close", action=f"{url}/close", **ADJOURNED)
        answer = chair.send(before, action=f"{url}/{place.invitations['gp'].id}", attendance="video")
        assert answer.location == url
        assert "What you entered was not saved" in chair.get(url).text


class TestClosing:
    """What closing will record is shown first."""

    def test_the_page_names_who_will_be_absent_and_proposes(self, chair, url, place, world):
        for agency in ("social_care", "police", "school"):
            touch(chair, url, place, agency, attendance="in_person")
        page = chair.get(f"{url}/close")
        named = page.page.select("main li")
        assert [item.get_text(" ", strip=True) for item in named] == [world.agency_names["a.gp"]]
        checked = page.page.select_one("input[name=status][checked]")
        assert checked["value"] == "held"
        assert page.page.select_one("#held_on-day")["value"] == "10"
        assert page.page.select_one("#held_time")["value"] == "14:00"
        assert not page.page.select("[name=interim_safety_plan]")

    def test_it_proposes_that_a_meeting_without_quorum_did_not_go_ahead(self, chair, url):
        page = chair.get(f"{url}/close")
        assert page.page.select_one("input[name=status][checked]")["value"] == "inquorate"

    def test_closed_as_said(self, chair, url, place):
        for agency in ("social_care", "police", "school"):
            touch(chair, url, place, agency, attendance="in_person")
        answer = chair.submit(
            f"{url}/close", action=f"{url}/close", held_time="9:45", note="Started early.\nAll went well."
        )
        # The surgery was absent and sent no report: the chair decides about that next.
        assert (answer.status_code, answer.location) == (303, f"/meetings/{place.id}/proposals")
        after = chair.get(answer.location)
        assert "The register is closed." in after.text
        meeting = meeting_of(place)
        assert (meeting.status, f"{meeting.held_time:%H:%M}", meeting.quorate) == (MeetingStatus.HELD, "09:45", True)
        assert meeting.note == "Started early.\nAll went well."
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.NO_RESPONSE

    def test_twice_is_once(self, chair, url, place):
        page = chair.get(f"{url}/close")
        chair.send(page, action=f"{url}/close", **ADJOURNED)
        again = chair.send(page, action=f"{url}/close", **ADJOURNED)
        assert (again.status_code, again.location) == (303, url)
        assert "had been closed already" in chair.get(url).text
        assert chair.get(f"{url}/close").location == url
        db.session.rollback()
        assert db.session.scalar(select(func.count()).where(Activity.verb == "register.closed")) == 1

    def test_a_change_meanwhile_is_shown_and_what_was_typed_kept(self, chair, coordinator, url, place):
        page = chair.get(f"{url}/close")
        touch(coordinator, url, place, "gp", attendance="in_person")
        lost = chair.send(page, action=f"{url}/close", note="My note", **ADJOURNED)
        assert lost.status_code == 409
        assert "Somebody changed the register while you were closing it" in lost.text
        assert meeting_of(place).register_closed_at is None
        assert chair.send(lost, action=f"{url}/close").status_code == 303
        assert meeting_of(place).note == "My note"
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.IN_PERSON

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"held_on__day": "11"}, "held_on-day"),
            ({"held_on__month": "13"}, "held_on-day"),
            ({"held_on__day": "1", "held_on__month": "5"}, "held_on-day"),
            ({"held_time": "soon"}, "held_time"),
            ({"status": "cancelled"}, "status"),
            ({"note": "x" * 4001}, "note"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, chair, url, place, typed, field):
        refused = chair.submit(f"{url}/close", action=f"{url}/close", **({"note": "Kept"} | typed))
        assert refused.status_code == 400
        assert [link["href"] for link in refused.page.select(".govuk-error-summary a")] == [f"#{field}"]
        if "note" not in typed:
            assert refused.page.select_one("#note").get_text().strip() == "Kept"
        assert meeting_of(place).register_closed_at is None

    def test_a_note_survives_an_expired_sign_in(self, chair, sign_in, url, place, at_world_time, world):
        page = chair.get(f"{url}/close")
        at_world_time.shift(timedelta(minutes=21))
        away = chair.send(page, action=f"{url}/close", note="Written with care", held_time="9:45", **ADJOURNED)
        assert away.location.startswith("/sign-in")
        sign_in(chair, world.person("a.chair"))
        back = chair.get(f"{url}/close")
        assert back.page.select_one("#note").get_text().strip() == "Written with care"
        assert back.page.select_one("#interim_plan").get_text().strip() == ADJOURNED["interim_plan"]
        assert chair.send(back, action=f"{url}/close").status_code == 303
        assert meeting_of(place).note == "Written with care"
        assert meeting_of(place).interim_plan == ADJOURNED["interim_plan"]

    def test_what_an_import_knows_is_proposed(self, chair, url, place):
        known = {"status": MeetingStatus.HELD, "held_on": meeting_of(place).trigger_on, "held_time": None}
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == place.id).values(**known))
        page = chair.get(f"{url}/close")
        assert page.page.select_one("input[name=status][checked]")["value"] == "held"
        assert page.page.select_one("#held_on-day")["value"] == "22"

    def test_a_strategy_meeting_asks_for_the_safety_plan(self, chair, world):
        place = world.meeting("a.strategy")
        with writing() as session:
            reopened = {"status": MeetingStatus.SCHEDULED, "held_on": None, "register_closed_at": None}
            session.execute(update(Meeting).where(Meeting.id == place.id).values(**reopened))
        close = f"/meetings/{place.id}/register/close"
        refused = chair.submit(close, action=close)
        assert [link["href"] for link in refused.page.select(".govuk-error-summary a")] == ["#interim_safety_plan"]
        assert chair.send(refused, action=close, interim_safety_plan="no").status_code == 303
        assert meeting_of(place).interim_safety_plan is False
