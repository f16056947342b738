"""Answering, declaring, expecting and giving to a team as pages: typed text kept, races told, access ended."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.vocabulary import Answer, Attendance, MeetingStatus
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.views import invitations
from tests.services.rows import change, invitation_of, stored, trail


@pytest.fixture
def answer_url(place):
    """Where the invitation is answered."""
    return f"/meetings/{place.id}/answer"


class TestAnswering:
    """`/meetings/<id>/answer`."""

    def test_one_question_with_what_belongs_to_each_answer(self, head, answer_url):
        page = head.get(answer_url).page
        assert page.h1.get_text(strip=True) == "Will you come?"
        values = [radio["value"] for radio in page.select("input[name=answer]")]
        assert values == [answer.value for answer in Answer]
        assert "Not ours: the child is not at our school" in page.get_text()
        # Without scripts, the questions that belong to an answer are simply there.
        for name in ("deputy", "reason", "whereabouts"):
            assert page.find(id=name) is not None
        assert "ZQ-A-CHILD-1-QZ" in page.select_one("dl").get_text()

    def test_an_answer_is_sent_and_said(self, head, answer_url, place):
        sent = head.submit(answer_url, answer="deputy", deputy="J. Field, deputy head")
        assert (sent.status_code, sent.location) == (303, f"/meetings/{place.id}")
        page = head.get(sent.location).page
        banner = page.select_one(".govuk-notification-banner").get_text(" ", strip=True)
        assert "Your answer was sent. A deputy will come: J. Field, deputy head." in banner
        assert invitation_of(place, "school").answer is Answer.DEPUTY

    def test_the_answer_given_is_shown_to_be_changed(self, head, answer_url):
        head.submit(answer_url, answer="apologies", reason="Exams")
        page = head.get(answer_url).page
        assert page.select_one("input[name=answer][checked]")["value"] == "apologies"
        assert page.find(id="reason").get_text(strip=True) == "Exams"

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({}, "answer", "Choose an answer"),
            ({"answer": "deputy"}, "deputy", "Enter the name of the person who comes in your place"),
            ({"answer": "apologies", "deputy": "kept all the same"}, "reason", "Say why nobody can come"),
            ({"answer": "apologies", "reason": "x" * 501}, "reason", "must be 500 characters or fewer"),
            ({"answer": "maybe"}, "answer", "Choose one of the answers shown"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_is_kept(self, head, answer_url, place, typed, field, sentence):
        answer = head.submit(answer_url, **typed)
        assert answer.status_code == 400
        link = answer.page.select_one(".govuk-error-summary a")
        assert link["href"] == f"#{field}"
        assert sentence in link.get_text()
        for name, text in typed.items():
            if name != "answer":
                kept = answer.page.find(id=name)
                assert text in (kept.get("value") or kept.get_text())
        assert invitation_of(place, "school").answer is None

    def test_sent_twice_it_is_one_record_and_no_fault(self, head, answer_url, place):
        page = head.get(answer_url)
        for words in ("Your answer was sent.", "Your answer stands as it was."):
            sent = head.send(page, answer="attend")
            assert sent.status_code == 303
            assert words in head.get(sent.location).text
        assert trail("invitation.answered", place.invitations["school"].id) == 1

    def test_a_colleague_who_was_first_is_told_of_and_either_can_stand(self, head, as_person, answer_url, place):
        colleague = as_person("a.school.practitioner")
        page = head.get(answer_url)
        colleague.submit(answer_url, answer="deputy", deputy="J. Field")
        lost = head.send(page, answer="apologies", reason="Exams all day")
        assert lost.status_code == 409
        words = lost.page.main.get_text(" ", strip=True)
        assert "Apologies: nobody can come: Exams all day" in words
        assert "A deputy will come: J. Field" in words
        assert lost.page.find("a", string="Keep what is saved now")["href"] == f"/meetings/{place.id}"
        assert invitation_of(place, "school").answer is Answer.DEPUTY
        assert head.send(lost).status_code == 303
        kept = invitation_of(place, "school")
        assert (kept.answer, kept.answer_note) == (Answer.APOLOGIES, "Exams all day")

    def test_not_ours_ends_access_with_a_word_of_what_happens_now(self, head, as_person, answer_url, place):
        colleague = as_person("a.school.practitioner")
        page, other = head.get(answer_url), colleague.get(answer_url)
        sent = head.send(page, answer="not_ours", whereabouts="Hillside School since March")
        assert sent.location == "/meetings/not-ours"
        assert head.get(sent.location).page.h1.get_text() == "The coordinator has been told"
        # Back and once more leads to the same word; anything else is gone, for colleagues too.
        assert head.send(page, answer="not_ours").location == "/meetings/not-ours"
        assert head.get(answer_url).status_code == 404
        assert head.get(f"/meetings/{place.id}").status_code == 404
        assert colleague.get(f"/meetings/{place.id}").status_code == 404
        assert colleague.send(other, answer="not_ours").status_code == 404
        assert trail("invitation.answered", place.invitations["school"].id) == 1

    def test_once_the_meeting_is_over_the_answer_stands(self, head, answer_url, place):
        page = head.get(answer_url)
        change(Meeting, place.id, status=MeetingStatus.HELD)
        assert head.send(page, answer="attend").status_code == 403
        closed = head.get(answer_url)
        assert closed.location == f"/meetings/{place.id}"
        assert "Answers to this invitation are closed" in head.get(closed.location).text

    def test_reading_the_question_is_reading_the_childs_record(self, head, answer_url, place):
        head.get(answer_url)
        rows = db.session.scalars(
            select(Activity).where(Activity.verb == "case.read", Activity.subject_id == place.case_id)
        ).all()
        assert len(rows) == 1

    def test_what_was_typed_survives_a_session_that_ended(self, head, answer_url, at_world_time, sign_in, world):
        page = head.get(answer_url)
        at_world_time.shift(60 * 30)
        sent = head.send(page, answer="apologies", reason="Exams all day, and the head is away")
        assert sent.location.startswith("/sign-in")
        sign_in(head, world.person("a.school.lead"))
        again = head.get(answer_url).page
        assert "You were signed out before this was sent." in again.get_text()
        assert again.find(id="reason").get_text(strip=True) == "Exams all day, and the head is away"
        assert again.select_one("input[name=answer][checked]")["value"] == "apologies"

    @pytest.mark.parametrize(
        ("key", "status"), [("a.chair", 403), ("a.board", 403), ("a.other_gp.lead", 404), ("b.school.lead", 404)]
    )
    def test_nobody_else_answers(self, as_person, answer_url, place, key, status):
        assert as_person(key).get(answer_url).status_code == status
        assert invitation_of(place, "school").answer is None


class TestAnsweringSeveral:
    """`/meetings/answers`."""

    def test_those_chosen_are_sent_and_the_others_wait(self, head, world, place):
        review = world.meeting("a.review")
        first, other = place.invitations["school"], review.invitations["school"]
        sent = head.submit(
            "/meetings/answers",
            **{f"answer_{first.id}": "attend", f"answer_{other.id}": "deputy", f"note_{other.id}": "J. Field"},
        )
        assert sent.location == "/meetings/answers"
        page = head.get(sent.location).page
        assert "2 answers were sent." in page.get_text()
        assert len(page.select(".app-card")) == 1
        assert stored(Invitation, first.id).answer is Answer.ATTEND
        assert stored(Invitation, other.id).answer_note == "J. Field"

    def test_each_is_answered_under_its_own_membership(self, as_person, world):
        places = [world.meeting(f"{letter}.initial") for letter in "ab"]
        for place in places:
            change(Invitation, place.invitations["police"].id, answer=None)
        both = as_person("both")
        page = both.get("/meetings/answers")
        for letter in "AB":
            assert f"Borough Police, ZQ-{letter}-PARTNERSHIP-QZ" in page.text
        both.send(page, **{f"answer_{place.invitations['police'].id}": "attend" for place in places})
        for place in places:
            assert invitation_of(place, "police").answer is Answer.ATTEND

    def test_a_word_that_is_missing_is_asked_for_and_nothing_is_lost(self, head, world, place):
        review = world.meeting("a.review")
        first, other = place.invitations["school"], review.invitations["school"]
        answer = head.submit("/meetings/answers", **{f"answer_{first.id}": "apologies", f"answer_{other.id}": "attend"})
        assert answer.status_code == 400
        assert answer.page.select_one(".govuk-error-summary a")["href"] == f"#note_{first.id}"
        assert answer.page.select_one(f"input[name=answer_{other.id}][checked]")["value"] == "attend"
        assert (stored(Invitation, first.id).answer, stored(Invitation, other.id).answer) == (None, None)

    def test_sent_twice_it_says_that_nothing_was_left_to_do(self, head, place):
        invitation = place.invitations["school"]
        page = head.get("/meetings/answers")
        head.send(page, **{f"answer_{invitation.id}": "attend"})
        again = head.send(page, **{f"answer_{invitation.id}": "attend"})
        assert again.status_code == 303
        assert "One invitation was answered or closed before this came" in head.get(again.location).text
        assert trail("invitation.answered", invitation.id) == 1

    def test_one_that_cannot_be_sent_is_told_of_by_name(self, head, world, place, monkeypatch):
        monkeypatch.setattr(invitations, "answer_several", lambda answers: [NotPermitted("Too late.")])
        sent = head.submit("/meetings/answers", **{f"answer_{place.invitations['school'].id}": "attend"})
        assert (
            "Not sent: Initial child protection conference, Wednesday 10 June. Too late."
            in head.get(sent.location).text
        )

    def test_choosing_nothing_sends_nothing(self, head):
        sent = head.submit("/meetings/answers")
        assert "No answer was chosen, so nothing was sent." in head.get(sent.location).text

    def test_when_all_are_answered_it_leads_home(self, as_person, world, place):
        gp = as_person("a.gp.lead")
        change(Invitation, place.invitations["gp"].id, answer=None)
        sent = gp.submit("/meetings/answers", **{f"answer_{place.invitations['gp'].id}": "attend"})
        assert sent.location == "/"
        assert "No invitation waits for an answer." in gp.get("/meetings/answers").text

    def test_an_invitation_of_others_cannot_be_slipped_in(self, head, place):
        foreign = place.invitations["gp"]
        page = head.get("/meetings/answers")
        token = page.page.select_one("input[name=csrf_token]")["value"]
        head.post(
            "/meetings/answers",
            data={"csrf_token": token, f"answer_{foreign.id}": "attend", f"version_{foreign.id}": "0"},
        )
        assert stored(Invitation, foreign.id).answer is Answer.APOLOGIES


class TestDeclaring:
    """`/meetings/<id>/attendance`."""

    def test_who_came_is_said_and_can_be_changed(self, head, place):
        url = f"/meetings/{place.id}/attendance"
        sent = head.submit(url, attendance="deputy")
        assert "Thank you. You said: A deputy came." in head.get(sent.location).text
        assert invitation_of(place, "school").attendance is Attendance.DEPUTY
        page = head.get(url).page
        assert page.select_one("input[checked]")["value"] == "deputy"
        sent = head.submit(url, attendance="partial")
        assert invitation_of(place, "school").attendance is Attendance.PARTIAL

    def test_nothing_chosen_is_asked_again(self, head, place):
        answer = head.submit(f"/meetings/{place.id}/attendance")
        assert answer.status_code == 400
        assert answer.page.select_one(".govuk-error-summary a")["href"] == "#attendance"

    def test_two_who_differ_are_told(self, head, as_person, place):
        url = f"/meetings/{place.id}/attendance"
        page = head.get(url)
        as_person("a.school.practitioner").submit(url, attendance="video")
        lost = head.send(page, attendance="no_response")
        assert lost.status_code == 409
        assert head.send(lost).status_code == 303
        assert invitation_of(place, "school").attendance is Attendance.NO_RESPONSE

    def test_too_early_and_once_confirmed_it_leads_back_with_the_reason(self, head, world, place):
        early = head.get(f"/meetings/{world.meeting('a.review').id}/attendance")
        assert "the meeting has not come yet" in head.get(early.location).text
        change(Invitation, place.invitations["school"].id, confirmed_attendance=Attendance.VIDEO)
        late = head.get(f"/meetings/{place.id}/attendance")
        assert "the chair has confirmed it" in head.get(late.location).text
