"""Escalations on Home: a reply to give, a reply to judge, what is overdue, for whoever is to do it and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from portal.database.session import db, writing
from portal.domain.escalation_vocabulary import EscalationStatus, LadderEvent, LadderKind, Turn
from portal.models.escalations import EscalationCause
from portal.services.home.escalations import MOST_OF_EACH, escalated
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.escalation_rows import NARRATIVE, EscalationRows

pytestmark = pytest.mark.usefixtures("database")

ALERT = LadderKind.PRACTICE_ALERT


@pytest.fixture
def rows(world):
    made = EscalationRows(world)
    made.clear()
    return made


@pytest.fixture
def waiting(viewer):
    """What waits for somebody, as (kind, id)."""
    return lambda key, **more: [
        (one.kind.value, one.subject_id) for one in escalated(db.session(), viewer(key, **more))
    ]


def test_a_reply_is_for_all_who_see_it_at_the_first_stage_and_for_the_lead_above(rows, waiting):
    [first] = rows.add(meeting="initial")
    [second] = rows.add(meeting="initial", stage=2)
    assert waiting("a.gp.lead") == [("escalation_reply", first), ("escalation_reply", second)]
    assert waiting("a.gp.practitioner") == [("escalation_reply", first)]
    for key in ("a.other_gp.lead", "a.school.lead", "a.chair", "a.manager", "a.business_manager", "b.gp.lead"):
        assert waiting(key) == []


def test_what_a_team_is_asked_is_for_that_team(rows, waiting, world):
    [number] = rows.add(with_="social_care", raised_with_team_id=world.teams["a.west"])
    assert waiting("a.social_care.west") == [("escalation_reply", number)]
    assert waiting("a.social_care.east") == []
    assert waiting("a.social_care.lead") == [("escalation_reply", number)]


def test_a_reply_is_judged_by_whoever_raised_it_and_their_lead(rows, waiting):
    [number] = rows.add(by="school", raiser="school.practitioner", turn=Turn.RAISED_BY)
    [chairs] = rows.add(turn=Turn.RAISED_BY)
    assert waiting("a.school.practitioner") == waiting("a.school.lead") == [("escalation_decide", number)]
    assert waiting("a.chair") == [("escalation_decide", chairs)]
    for key in ("a.gp.lead", "a.gp.practitioner", "a.second_chair", "a.manager"):
        assert waiting(key) == []


def test_a_colleague_who_did_not_raise_it_does_not_judge_it(rows, waiting):
    rows.add(by="school", raiser="school.lead", turn=Turn.RAISED_BY)
    assert waiting("a.school.practitioner") == []


def test_the_manager_is_told_of_what_is_overdue_on_either_side(rows, waiting):
    [asked] = rows.add(late=True)
    [judging] = rows.add(late=True, turn=Turn.RAISED_BY, kind=ALERT)
    rows.add()
    assert waiting("a.manager") == [("escalation_overdue", asked), ("alert_overdue", judging)]
    assert waiting("b.manager") == []


def test_what_the_manager_raised_is_theirs_to_judge_and_not_only_overdue(rows, waiting):
    [number] = rows.add(raiser="manager", turn=Turn.RAISED_BY, late=True)
    assert waiting("a.manager") == [("escalation_decide", number)]


def test_alerts_have_words_of_their_own(rows, waiting):
    [asked] = rows.add(kind=ALERT)
    [judged] = rows.add(kind=ALERT, turn=Turn.RAISED_BY)
    [praise] = rows.add(kind=ALERT, is_positive=True, due_at=None)
    assert waiting("a.gp.lead") == [("alert_reply", asked), ("alert_praises", praise)]
    assert waiting("a.chair") == [("alert_decide", judged)]


def test_what_is_closed_waits_for_nobody(rows, waiting):
    rows.add(closed_ago=1)
    rows.add(closed_ago=1, status=EscalationStatus.WITHDRAWN)
    assert waiting("a.gp.lead") == waiting("a.chair") == waiting("a.manager") == []


def cause(world, escalation_id, agency, event):
    place = world.meeting("a.past_initial" if agency == "other_gp" else "a.initial")
    with writing() as session:
        session.add(
            EscalationCause(
                partnership_id=world.partnerships["a"],
                escalation_id=escalation_id,
                invitation_id=place.invitations[agency].id,
                event=event,
                happened_on=world.today,
            )
        )


def test_it_says_what_it_is_about_and_by_when_and_nothing_that_was_written(rows, viewer, world):
    [number] = rows.add(kind=LadderKind.NON_ATTENDANCE, meeting="initial", reference="E-0815")
    [task] = escalated(db.session(), viewer("a.gp.lead"))
    assert (task.what, task.subject) == ("Absence, or a missing report, E-0815", "Conference chair")
    assert (task.due, task.meeting_id) == (date(2026, 6, 11), None)
    cause(world, number, "gp", LadderEvent.REPORT_LATE)
    [task] = escalated(db.session(), viewer("a.gp.lead"))
    assert task.what.startswith("Absence")
    cause(world, number, "gp", LadderEvent.ABSENT_WITHOUT_REPORT)
    cause(world, number, "gp", LadderEvent.INQUORATE_BECAUSE)
    [task] = escalated(db.session(), viewer("a.gp.lead"))
    assert task.what == "1 meeting missed, E-0815"
    cause(world, number, "other_gp", LadderEvent.ABSENT_WITHOUT_REPORT)
    [task] = escalated(db.session(), viewer("a.gp.lead"))
    assert task.what == "2 meetings missed, E-0815"
    assert not [words for words in (*NARRATIVE, world.meeting("a.initial").reference) if words in str(task)]


def test_all_memberships_stand_in_one_list_each_under_its_own(rows, viewer, world):
    [in_a] = rows.add(with_="police")
    [in_b] = EscalationRows(world, "b").add(with_="police", stage=2)
    person = world.person("both")
    for hat in person.hats:
        tasks = escalated(db.session(), viewer("both", hat=hat))
        assert {task.subject_id: task.hat.partnership_id for task in tasks} == {
            in_a: world.partnerships["a"],
            in_b: world.partnerships["b"],
        }


def test_two_hats_in_one_agency_make_one_thing_of_one(rows, viewer, world):
    rows.add()
    lead = viewer("a.gp.lead")
    other = world.person("a.gp.practitioner").hat
    twice = replace(lead, hats=(other, lead.hat))
    [task] = escalated(db.session(), twice)
    assert task.hat == lead.hat


def test_the_soonest_are_listed_and_no_more_than_ten(rows, waiting, world):
    late = rows.add(3, late=True)
    rows.add(MOST_OF_EACH)
    found = waiting("a.gp.lead")
    assert len(found) == MOST_OF_EACH
    assert {number for _, number in found} >= set(late)


def test_it_takes_one_statement_whatever_the_hats_and_the_rows(rows, viewer, world, count_queries):
    keys = ("a.gp.lead", "a.chair", "b.manager", "a.school.practitioner")
    many = replace(viewer("both"), hats=tuple(hat for key in ("both", *keys) for hat in world.person(key).hats))
    for count in (1, 25):
        rows.add(count, late=True)
        db.session.rollback()
        with count_queries() as statements:
            assert escalated(db.session(), many)
        assert len(statements) == 1
        assert not [one for one in statements if "summary" in one or "cases" in one]


def test_who_answers_none_is_asked_nothing(rows, viewer, count_queries):
    rows.add(3, late=True)
    for key in ("a.business_manager", "a.scrutineer", "a.board", "a.coordinator", "a.administrator", "a.school.head"):
        db.session.rollback()
        with count_queries() as statements:
            assert escalated(db.session(), viewer(key)) == []
        assert statements == []


def test_they_stand_among_the_other_things_of_home(rows, viewer):
    [number] = rows.add(late=True)
    kinds = [(task.kind, task.subject_id) for task in home(viewer("a.gp.lead")).tasks]
    assert (TaskKind.ESCALATION_REPLY, number) in kinds
