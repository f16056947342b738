"""Answers, declarations, expectations and teams: who may say what, what is stored, and who wins a race."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.access import meetings as access
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import Answer, Attendance, Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.services.invitations.answering import Answering, answer_invitation, answer_several, answers_for
from portal.services.invitations.asked import open_invitations
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import (
    seen_answer,
    seen_declaration,
    seen_no_answer,
)
from tests.services.racing import at_once
from tests.services.rows import change, invitation_of, stored, trail

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("answer", "note", "kept"),
    [
        (Answer.ATTEND, "not asked for", None),
        (Answer.DEPUTY, "J. Field, deputy head", "J. Field, deputy head"),
        (Answer.APOLOGIES, "  Exams all day ", "Exams all day"),
        (Answer.REPORT_ONLY, "", None),
        (Answer.NOT_OURS, "", None),
        (Answer.NOT_OURS, "At Hillside School since March", "At Hillside School since March"),
    ],
)
def test_an_agency_answers(viewer, place, answer, note, kept):
    school = viewer("a.school.practitioner")
    assert answer_invitation(school, place.id, answer, note, seen_no_answer()) is True
    row = invitation_of(place, "school")
    assert (row.answer, row.answer_note, row.answered_at, row.answered_by_id) == (
        answer,
        kept,
        school.now,
        school.user_id,
    )
    assert trail("invitation.answered", row.id) == 1


def test_the_same_answer_sent_twice_is_one_change(viewer, place):
    school = viewer("a.school.lead")
    for changed in (True, False, False):
        assert answer_invitation(school, place.id, Answer.DEPUTY, "J. Field", seen_no_answer()) is changed
    invitation_id = place.invitations["school"].id
    assert stored(Invitation, invitation_id).version == 2
    assert trail("invitation.answered", invitation_id) == 1


def test_an_answer_can_be_changed_by_whoever_saw_it(viewer, place):
    school = viewer("a.school.lead")
    answer_invitation(school, place.id, Answer.DEPUTY, "J. Field", seen_no_answer())
    seen = seen_answer(own_invitation(school, place.id))
    assert answer_invitation(school, place.id, Answer.ATTEND, "", seen)
    row = invitation_of(place, "school")
    assert (row.answer, row.answer_note) == (Answer.ATTEND, None)


def test_an_answer_to_what_no_longer_stands_is_a_conflict_with_both(viewer, place):
    answer_invitation(viewer("a.school.lead"), place.id, Answer.DEPUTY, "J. Field", seen_no_answer())
    with pytest.raises(Conflict) as lost:
        answer_invitation(viewer("a.school.practitioner"), place.id, Answer.APOLOGIES, "Exams", seen_no_answer())
    assert lost.value.mine == {"Answer": "Apologies: nobody can come: Exams"}
    assert lost.value.theirs == {"Answer": "A deputy will come: J. Field"}
    assert invitation_of(place, "school").answer is Answer.DEPUTY


def test_what_others_do_to_the_invitation_is_no_conflict_for_an_answer(viewer, place):
    invitation_id = place.invitations["school"].id
    seen = seen_answer(own_invitation(viewer("a.school.lead"), place.id))
    change(Invitation, invitation_id, version=7, report_received_on=viewer("a.school.lead").today)
    assert answer_invitation(viewer("a.school.lead"), place.id, Answer.ATTEND, "", seen)


@pytest.mark.parametrize(
    ("answer", "note", "field"),
    [
        (Answer.DEPUTY, "  ", "note"),
        (Answer.APOLOGIES, "", "note"),
        (Answer.NOT_OURS, "x" * 501, "note"),
    ],
)
def test_an_answer_that_says_nothing_or_too_much_is_refused(viewer, place, answer, note, field):
    with pytest.raises(Invalid) as refused:
        answer_invitation(viewer("a.school.lead"), place.id, answer, note, seen_no_answer())
    assert list(refused.value.errors) == [field]
    assert invitation_of(place, "school").answer is None


def test_report_only_is_no_answer_where_no_report_is_asked_for(viewer, world):
    core_group = world.meeting("a.core_group")
    change(Invitation, core_group.invitations["school"].id, report_due_on=None)
    offered = answers_for(Expectation.EXPECTED, None)
    assert Answer.REPORT_ONLY not in offered
    assert Answer.REPORT_ONLY in answers_for(Expectation.OPTIONAL, None)
    with pytest.raises(Invalid) as refused:
        answer_invitation(viewer("a.school.lead"), core_group.id, Answer.REPORT_ONLY, "", seen_no_answer())
    assert "answer" in refused.value.errors


@pytest.mark.parametrize(
    "values",
    [{"status": MeetingStatus.CANCELLED}, {"status": MeetingStatus.INQUORATE}, {"register_closed_at": "now"}],
    ids=["cancelled", "opened", "closed"],
)
def test_nobody_answers_a_meeting_that_is_over(viewer, place, values):
    school = viewer("a.school.lead")
    if "register_closed_at" in values:
        values = {"register_closed_at": school.now}
    change(Meeting, place.id, **values)
    with pytest.raises(NotPermitted):
        answer_invitation(school, place.id, Answer.ATTEND, "", seen_no_answer())
    assert invitation_of(place, "school").answer is None


@pytest.mark.parametrize(
    "key",
    ["b.school.lead", "a.other_gp.lead", "a.social_care.west", "a.chair", "a.coordinator", "a.board", "b.police.lead"],
)
def test_nobody_answers_for_another_agency_team_or_partnership(viewer, place, key):
    with pytest.raises(NotVisible):
        answer_invitation(viewer(key), place.id, Answer.ATTEND, "", seen_no_answer())


def test_not_ours_ends_the_agencys_access_at_once(viewer, place):
    people = [viewer("a.school.lead"), viewer("a.school.practitioner")]
    answer_invitation(people[0], place.id, Answer.NOT_OURS, "At Hillside School", seen_no_answer())
    for person in people:
        seen = access.visible_to(person).with_only_columns(Meeting.id)
        assert place.id not in db.session.scalars(seen).all()
        with pytest.raises(NotVisible):
            own_invitation(person, place.id)
        with pytest.raises(NotVisible):
            answer_invitation(person, place.id, Answer.NOT_OURS, "At Hillside School", seen_no_answer())


def test_of_two_different_answers_at_once_one_is_told(app, viewer, place):
    answers = [
        lambda: answer_invitation(viewer("a.school.lead"), place.id, Answer.ATTEND, "", seen_no_answer()),
        lambda: answer_invitation(
            viewer("a.school.practitioner"), place.id, Answer.APOLOGIES, "Exams", seen_no_answer()
        ),
    ]
    results = at_once(app, *answers)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "bool"]
    lost = next(result for result in results if isinstance(result, Conflict))
    assert lost.mine != lost.theirs
    assert trail("invitation.answered", place.invitations["school"].id) == 1


def test_a_double_click_makes_one_record(app, viewer, place):
    school = viewer("a.school.lead")

    def click():
        return answer_invitation(school, place.id, Answer.DEPUTY, "J. Field", seen_no_answer())

    assert sorted(at_once(app, click, click, click)) == [False, False, True]
    assert trail("invitation.answered", place.invitations["school"].id) == 1


def test_several_answers_are_saved_each_on_its_own(viewer, world, place):
    school = viewer("a.school.lead")
    cancelled = world.meeting("a.core_group")
    change(Meeting, cancelled.id, status=MeetingStatus.CANCELLED)
    outcomes = answer_several(
        [
            Answering(school, cancelled.id, Answer.ATTEND, "", seen_no_answer()),
            Answering(school, place.id, Answer.ATTEND, "", seen_no_answer()),
            Answering(school, world.meeting("b.initial").id, Answer.ATTEND, "", seen_no_answer()),
        ]
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["NotPermitted", "NoneType", "NotVisible"]
    assert invitation_of(place, "school").answer is Answer.ATTEND


def test_open_invitations_are_those_of_all_hats(world, viewer, count_queries):
    both = viewer("both")
    change(Invitation, world.meeting("a.initial").invitations["police"].id, answer=None)
    change(Invitation, world.meeting("b.initial").invitations["police"].id, answer=None)
    with count_queries() as statements:
        found = open_invitations(both)
    assert len(statements) == 1
    assert {(one.meeting_id, one.hat.partnership_id) for one in found} == {
        (world.meeting(f"{letter}.{name}").id, world.partnerships[letter])
        for letter in "ab"
        for name in ("initial", "review")
    }
    assert [one.due for one in found] == sorted(one.due for one in found)


def test_no_open_invitation_is_anothers_or_answered_or_over(world, viewer):
    gp = viewer("a.gp.lead")
    assert open_invitations(gp) == []
    school = [one.meeting_id for one in open_invitations(viewer("a.school.lead"))]
    assert set(school) == {world.meeting(f"a.{name}").id for name in ("initial", "review", "core_group")}
    assert open_invitations(viewer("a.chair")) == []


@pytest.mark.parametrize("attendance", list(Attendance))
def test_an_agency_declares_and_it_counts_until_the_chair_confirms(viewer, place, attendance):
    school = viewer("a.school.practitioner")
    seen = seen_declaration(own_invitation(school, place.id))
    assert declare_attendance(school, place.id, attendance, seen) is True
    assert declare_attendance(school, place.id, attendance, seen) is False
    row = invitation_of(place, "school")
    assert (row.declared_attendance, row.attendance, row.confirmed_attendance) == (attendance, attendance, None)
    assert (row.declared_at, row.declared_by_id) == (school.now, school.user_id)
    assert trail("attendance.declared", row.id) == 1


def test_a_declaration_changes_whether_an_opened_meeting_was_quorate(viewer, place):
    change(Meeting, place.id, status=MeetingStatus.HELD, held_on=viewer("a.school.lead").today)
    for agency in ("social_care", "police", "gp"):
        person = viewer(f"a.{agency}.lead")
        declare_attendance(person, place.id, Attendance.VIDEO, seen_declaration(own_invitation(person, place.id)))
    db.session.rollback()
    meeting = db.session.scalars(
        select(Meeting).where(Meeting.id == place.id).execution_options(populate_existing=True)
    ).one()
    assert (meeting.quorate, meeting.all_core_agencies, meeting.group_meeting) == (True, True, True)


def test_nothing_is_declared_before_the_day_or_after_the_chair_has_confirmed(viewer, world, place):
    school = viewer("a.school.lead")
    with pytest.raises(NotPermitted):
        declare_attendance(school, world.meeting("a.review").id, Attendance.VIDEO, 0)
    change(
        Invitation, place.invitations["school"].id, confirmed_attendance=Attendance.APOLOGIES, confirmed_at=school.now
    )
    with pytest.raises(NotPermitted):
        declare_attendance(school, place.id, Attendance.VIDEO, seen_declaration(own_invitation(school, place.id)))


def test_two_declarations_that_differ_are_a_conflict(viewer, place):
    lead, practitioner = viewer("a.school.lead"), viewer("a.school.practitioner")
    seen = seen_declaration(own_invitation(lead, place.id))
    declare_attendance(lead, place.id, Attendance.VIDEO, seen)
    with pytest.raises(Conflict) as lost:
        declare_attendance(practitioner, place.id, Attendance.NO_RESPONSE, seen)
    assert (lost.value.mine, lost.value.theirs) == (
        {"Attendance": "Absent without apologies"},
        {"Attendance": "By video"},
    )


def test_agencies_that_declare_at_once_do_not_get_into_each_others_way(app, viewer, place):
    people = [viewer(f"a.{agency}.lead") for agency in ("social_care", "police", "gp", "school")]
    results = at_once(
        app, *(lambda p=person: declare_attendance(p, place.id, Attendance.VIDEO, _unsaid()) for person in people)
    )
    assert results == [True] * 4


def _unsaid():
    return seen_declaration(Invitation(declared_attendance=None))


def test_an_answer_waits_for_the_register_that_is_being_closed(app, viewer, place):
    school = viewer("a.school.lead")

    def close():
        with writing() as session:
            session.execute(select(Meeting.id).where(Meeting.id == place.id).with_for_update())
            session.execute(
                update(Meeting)
                .where(Meeting.id == place.id)
                .values(status=MeetingStatus.HELD, register_closed_at=school.now + timedelta(hours=1))
            )

    def answer():
        return answer_invitation(school, place.id, Answer.ATTEND, "", seen_no_answer())

    outcome = at_once(app, close, answer)[1]
    # Whichever came first: the answer was either in time, or it was refused; it never lands in a closed register.
    assert outcome is True or isinstance(outcome, NotPermitted)
    assert (invitation_of(place, "school").answer is Answer.ATTEND) is (outcome is True)
