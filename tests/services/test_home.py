"""Home: the few things that need each person, under all of their memberships, by at most sixteen queries."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.quoracy import Outlook
from portal.domain.vocabulary import Answer, Attendance, Expectation, JoiningPurpose, MeetingStatus
from portal.models.audits import AuditRound
from portal.models.meetings import Invitation, Meeting
from portal.models.people import JoiningLink, Membership, User
from portal.services.home.done import Done
from portal.services.home.owed import LOOKED_BACK
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.services.rows import change

pytestmark = pytest.mark.usefixtures("database")

MOST_QUERIES = 16
"""One for each of Home's parts, two more for who answered the next meetings and what their kinds ask, one more for who
may sign a return; what the parts read under several memberships they read at once."""

MOST_QUERIES_OF_ONE_ROLE = 11
"""No role has something to do in more parts than these."""


def things(world, found, *kinds):
    """The tasks as (kind, meeting's name), in their order; those of some kinds only."""
    names = {place.id: key for key, place in world.meetings.items()}
    return [
        (task.kind.value, names.get(task.meeting_id, "")) for task in found.tasks if not kinds or task.kind in kinds
    ]


def test_a_school_has_its_few_things_soonest_due_first(world, viewer):
    found = home(viewer("a.school.practitioner"))
    # The initial conference of today begins at 14:00, and it is 11:00: nobody says yet who came.
    assert things(world, found) == [
        ("answer", "a.initial"),
        ("report", "a.initial"),
        # The police have replied to what a teacher raised.
        ("escalation_decide", ""),
        ("answer", "a.core_group"),
        ("answer", "a.review"),
    ]
    assert [task.due for task in found.tasks] == sorted(task.due for task in found.tasks)
    assert found.answers_open == 3
    assert (found.has_more, found.next) == (False, None)


def test_a_draft_says_when_it_was_saved(world, viewer):
    (task,) = (task for task in home(viewer("a.gp.lead")).tasks if task.kind is TaskKind.REPORT)
    assert task.meeting_id == world.meeting("a.initial").id
    assert task.draft_saved_at == viewer("a.gp.lead").now - timedelta(days=1)


def test_somebody_with_nothing_to_do_is_told_what_comes_next(world, viewer):
    change(Invitation, world.meeting("a.initial").invitations["gp"].id, report_received_on=date(2026, 6, 9))
    change(AuditRound, world.rounds["a.section_11"], closed_at=world.now)
    found = home(viewer("a.gp.lead"))
    assert found.tasks == ()
    assert found.next.meeting_id == world.meeting("a.initial").id
    change(Meeting, world.meeting("a.initial").id, status=MeetingStatus.CANCELLED)
    assert home(viewer("a.gp.lead")).next is None


def test_after_the_day_an_agency_is_asked_who_came(world, viewer):
    place = world.meeting("a.initial")
    kinds = (TaskKind.DECLARE,)
    afternoon = datetime(2026, 6, 10, 13, 30, tzinfo=UTC)
    school = viewer("a.school.lead", now=afternoon)
    assert things(world, home(school), *kinds) == [("declare", "a.initial")]
    # Who sent apologies has said already that nobody would come.
    assert things(world, home(viewer("a.gp.lead", now=afternoon)), *kinds) == []
    change(Invitation, place.invitations["school"].id, declared_attendance=Attendance.VIDEO)
    assert things(world, home(school), *kinds) == []


@pytest.mark.parametrize(
    ("expectation", "answer", "asked"),
    [
        (Expectation.EXPECTED, None, True),
        (Expectation.EXPECTED, Answer.ATTEND, True),
        (Expectation.EXPECTED, Answer.DEPUTY, True),
        (Expectation.EXPECTED, Answer.APOLOGIES, False),
        (Expectation.EXPECTED, Answer.REPORT_ONLY, False),
        (Expectation.REPORT_ONLY, None, False),
        (Expectation.REPORT_ONLY, Answer.ATTEND, False),
        (Expectation.OPTIONAL, None, False),
        (Expectation.OPTIONAL, Answer.ATTEND, True),
    ],
)
def test_only_those_who_might_have_come_are_asked_who_came(world, viewer, expectation, answer, asked):
    change(Invitation, world.meeting("a.initial").invitations["school"].id, expectation=expectation, answer=answer)
    school = viewer("a.school.lead", now=datetime(2026, 6, 11, 9, tzinfo=UTC))
    assert bool(things(world, home(school), TaskKind.DECLARE)) is asked


def test_a_difference_in_presence_is_shown_for_a_while(world, viewer):
    place = world.meeting("a.strategy")
    invitation = place.invitations["gp"].id
    kinds = (TaskKind.DIFFERS,)
    now = viewer("a.gp.lead").now
    change(Invitation, invitation, declared_attendance=Attendance.IN_PERSON, confirmed_at=now - timedelta(days=3))
    # By telephone or in person: the surgery was there either way.
    assert things(world, home(viewer("a.gp.lead")), *kinds) == []
    change(Meeting, place.id, scheduled_on=date(2026, 6, 2))
    change(Invitation, invitation, meeting_on=date(2026, 6, 2), declared_attendance=Attendance.NO_RESPONSE)
    assert things(world, home(viewer("a.gp.lead")), *kinds) == [("differs", "a.strategy")]
    change(Invitation, invitation, confirmed_at=now - timedelta(days=15))
    assert things(world, home(viewer("a.gp.lead")), *kinds) == []


def test_what_is_long_past_is_not_among_todays_few_things(world, viewer):
    last = datetime(2026, 5, 19, 10, tzinfo=UTC) + LOOKED_BACK
    for now, is_shown in ((last, True), (last + timedelta(days=1), False)):
        found = things(world, home(viewer("a.other_gp.lead", now=now)), TaskKind.REPORT)
        assert (("report", "a.past_initial") in found) is is_shown


def test_a_report_far_off_waits_unless_it_was_begun(world, viewer):
    review = world.meeting("a.review")
    for key, agency, days, is_shown in (
        ("a.social_care.east", "social_care", 13, True),
        ("a.social_care.east", "social_care", 40, False),
        ("a.other_gp.lead", "other_gp", 40, True),
    ):
        due = viewer(key).today + timedelta(days=days)
        change(Invitation, review.invitations[agency].id, report_due_on=due)
        found = things(world, home(viewer(key)), TaskKind.REPORT)
        assert (("report", "a.review") in found) is is_shown, (key, days)


def test_teams_have_their_own_things(world, viewer):
    place = world.meeting("a.initial")
    assert ("answer", "a.initial") in things(world, home(viewer("a.social_care.practitioner")))
    change(Invitation, place.invitations["social_care"].id, team_id=world.teams["a.west"])
    assert ("answer", "a.initial") not in things(world, home(viewer("a.social_care.practitioner")))
    assert ("answer", "a.initial") not in things(world, home(viewer("a.social_care.east")))
    for key in ("a.social_care.west", "a.social_care.lead"):
        assert ("answer", "a.initial") in things(world, home(viewer(key)))


def test_all_memberships_stand_in_one_list(world, viewer):
    both = viewer("both")
    for letter in "ab":
        change(Invitation, world.meeting(f"{letter}.initial").invitations["police"].id, answer=None)
    first = home(both)
    assert {
        (key, task.hat.partnership_id)
        for (_, key), task in zip(things(world, first), first.tasks, strict=True)
        if task.meeting_id is not None
    } == {(f"{letter}.{name}", world.partnerships[letter]) for letter in "ab" for name in ("initial", "review")}
    second = home(viewer("both", hat=world.person("both").hats[1]))
    assert sorted(things(world, first)) == sorted(things(world, second))
    # What has been done is told of the membership under which somebody works.
    assert (first.done is None, second.done is None) == (False, False)


def test_two_hats_in_one_agency_make_one_thing_of_one(world, viewer):
    lead = viewer("a.school.lead")
    other = replace(lead.hat, membership_id=9999, role=world.person("a.school.practitioner").hat.role)
    twice = replace(lead, hats=(*lead.hats, other))
    assert things(world, home(twice)) == things(world, home(lead))
    assert {task.hat.membership_id for task in home(twice).tasks} == {lead.membership_id}


def test_the_most_urgent_are_ten(world, viewer, monkeypatch):
    monkeypatch.setattr("portal.services.home.page.MOST_TASKS", 2)
    found = home(viewer("a.school.lead"))
    assert len(found.tasks) == 2
    assert (found.has_more, found.page, found.total) == (True, 0, 5)
    assert found.answers_open == 3


def test_all_of_them_stand_on_pages_of_their_own(world, viewer, monkeypatch):
    school = viewer("a.school.lead")
    whole = home(school, page=1)
    monkeypatch.setattr("portal.services.home.page.MOST_TASKS", 2)
    assert home(school, page=1).tasks == whole.tasks
    monkeypatch.setattr("portal.services.home.page.PER_PAGE", 2)
    monkeypatch.setattr("portal.services.paging.PER_PAGE", 2)
    pages = [home(school, page=number) for number in (1, 2, 3)]
    assert [len(one.tasks) for one in pages] == [2, 2, 1]
    assert tuple(task for one in pages for task in one.tasks) == whole.tasks
    # Whoever asks for a page beyond the last gets the last; and what is urgent says nothing of pages.
    assert home(school, page=99).tasks == pages[-1].tasks


def test_what_was_done_is_counted(world, viewer):
    # Police answered three days ago, and sent two reports this month, both in time; it came to one of the two
    # meetings of the last three months to which it was expected.
    assert home(viewer("a.police.lead")).done == Done(1, 2, 2, 2, 1, 0, 0, 0)
    assert home(viewer("a.school.lead")).done == Done(0, 0, 0, 1, 1, 0, 1, 1)
    change(Invitation, world.meeting("a.review").invitations["police"].id, report_received_on=date(2026, 6, 30))
    police = home(viewer("a.police.lead")).done
    assert (police.reports, police.reports_on_time) == (2, 1)
    for key in ("a.chair", "a.board", "a.administrator"):
        assert home(viewer(key)).done is None


def test_a_chair_sees_the_next_meetings_and_how_far_they_are(world, viewer):
    found = home(viewer("a.chair"))
    (meeting,) = found.coming
    assert meeting.id == world.meeting("a.initial").id
    assert meeting.standing[:4] == (4, 2, 4, 1)
    assert meeting.foresight.outlook is Outlook.MAY_BE
    assert things(world, found, TaskKind.QUORACY) == [("quoracy", "a.initial")]
    assert found.next is None


def test_a_chair_is_asked_to_close_registers_from_the_hour_on(world, viewer):
    afternoon = datetime(2026, 6, 10, 13, 30, tzinfo=UTC)
    found = home(viewer("a.chair", now=afternoon))
    # All else comes after it, whatever its day: what follows a meeting waits for its register.
    assert things(world, found) == [
        ("register", "a.initial"),
        ("minutes_to_send", "a.strategy"),
        ("check_action", ""),
        # Opened to be amended, which has no day.
        ("strategy_to_sign", "a.strategy"),
    ]
    assert found.coming == ()
    assert things(world, home(viewer("a.second_chair", now=afternoon)), TaskKind.REGISTER) == []
    change(Meeting, world.meeting("a.initial").id, register_closed_at=afternoon)
    assert things(world, home(viewer("a.chair", now=afternoon)), TaskKind.REGISTER) == []


def test_a_manager_sees_open_registers_across_chairs_and_the_next_meetings(world, viewer):
    tomorrow = datetime(2026, 6, 11, 8, tzinfo=UTC)
    found = home(viewer("a.manager", now=tomorrow))
    assert things(world, found) == [("oversee_register", "a.initial"), ("withdrawals", "")]
    assert found.tasks[0].subject == world.person("a.chair").name
    names = {place.id: key for key, place in world.meetings.items()}
    assert [names[meeting.id] for meeting in found.coming] == ["a.core_group", "a.review"]


def test_a_coordinator_deals_with_not_ours_and_chases_this_weeks_answers(world, viewer):
    found = home(viewer("a.coordinator"))
    assert things(world, found) == [
        ("minutes_to_send", "a.strategy"),
        ("quoracy", "a.initial"),
        ("child_not_ours", "a.initial"),
        ("not_ours", "a.review"),
        ("contest", "a.strategy"),
        ("chase", "a.core_group"),
    ]
    _, quoracy, _, not_ours, _, chase = found.tasks
    assert quoracy.subject == "social care and one more agency"
    assert (chase.done, chase.of) == (0, 2)
    assert not_ours.subject == world.agency_names["a.gp"]
    assert not_ours.subject_id == world.meeting("a.review").invitations["gp"].id
    change(Invitation, not_ours.subject_id, expectation=Expectation.NOT_RELEVANT)
    assert things(world, home(viewer("a.coordinator")), TaskKind.NOT_OURS) == []
    assert found.coming == ()


def test_an_administrator_looks_after_people_who_never_got_in(world, viewer):
    administrator = viewer("a.administrator")
    person = world.person("a.gp.practitioner")
    foreign = world.person("b.gp.practitioner")
    for one in (person, foreign):
        change(User, one.user_id, password_hash=None)
    (task,) = [task for task in home(administrator).tasks if task.kind is TaskKind.JOINING]
    assert (task.subject, task.subject_id) == (person.name, person.hat.membership_id)
    with writing() as session:
        session.add(
            JoiningLink(
                token_digest=b"x" * 32,
                user_id=person.user_id,
                purpose=JoiningPurpose.JOIN,
                made_at=administrator.now,
                expires_at=administrator.now + timedelta(days=1),
            )
        )
    assert TaskKind.JOINING not in {task.kind for task in home(administrator).tasks}
    later = viewer("a.administrator", now=administrator.now + timedelta(days=2))
    assert TaskKind.JOINING in {task.kind for task in home(later).tasks}


def test_an_administrator_is_told_of_agencies_with_one_person(world, viewer):
    assert [task.kind for task in home(viewer("a.administrator")).tasks] == []
    change(Membership, world.person("a.school.lead").hat.membership_id, ended_at=viewer("a.administrator").now)
    (task,) = home(viewer("a.administrator")).tasks
    assert (task.kind, task.subject, task.subject_id) == (
        TaskKind.ALONE,
        world.agency_names["a.school"],
        world.agencies["a.school"],
    )
    assert home(viewer("b.administrator")).tasks == ()


@pytest.mark.parametrize("key", ["a.board", "a.business_manager", "a.scrutineer", "a.sector_lead"])
def test_the_boards_world_has_nothing_of_a_meeting(viewer, key):
    found = home(viewer(key))
    assert [task for task in found.tasks if task.meeting_id is not None] == []
    assert (found.coming, found.next, found.done) == ((), None, None)


def test_home_takes_at_most_sixteen_queries_whatever_the_hats(world, viewer, viewer_of, count_queries):
    every_hat = replace(viewer("both"), hats=tuple(hat for _, hat in world.wearers()))
    for one, most in (
        (every_hat, MOST_QUERIES),
        *((viewer_of(person, hat=hat), MOST_QUERIES_OF_ONE_ROLE) for person, hat in world.wearers()),
    ):
        for page in (None, 1):
            db.session.rollback()
            with count_queries() as statements:
                home(one, page)
            assert len(statements) <= most, statements


def test_home_reads_no_childs_record(viewer, count_queries):
    for key in ("a.school.lead", "a.chair", "a.coordinator", "a.manager"):
        with count_queries() as statements:
            home(viewer(key))
        # What agencies say of the children of an invitation is counted, in a table of that longer name.
        assert not [statement for statement in statements if re.search(r"\b(children|cases)\b", statement)]


def test_nobody_is_shown_anothers_things(world, viewer_of):
    seen_by = {place.id: place.seen_by for place in world.meetings.values()}
    for person, hat in world.wearers():
        found = home(viewer_of(person, hat=hat))
        shown = {task.meeting_id for task in found.tasks} | {meeting.id for meeting in found.coming}
        assert all(person.key in seen_by[number] for number in shown if number is not None), person.key
    rows = db.session.scalars(select(Meeting.id)).all()
    assert len(rows) == len(world.meetings)
