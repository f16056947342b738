"""Challenge sessions: planned in the round's days, an agenda live until it is held, and released as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from portal.database.session import db, writing
from portal.domain.agendas import ReasonKind
from portal.domain.audit_vocabulary import ActionRag, ReturnStatus, SessionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.moderation import ChallengeSession
from portal.services.actions.adding import Promise, add_action
from portal.services.audits import challenges
from portal.services.audits.challenges import Plan
from portal.services.audits.moderating import open_moderation, release
from tests.escalation_rows import EscalationRows
from tests.services.moderation_steps import check, conferences, evidence, moderation_of, verbs
from tests.services.racing import at_once
from tests.world import TODAY

PLAN = Plan(date(2026, 6, 18), time(10, 0), "Town hall, room 4", "The quality group")
MOST_QUERIES = 14


@pytest.fixture
def school(world):
    """The school's return in A, whose session is today."""
    return world.returns["a.school"]


@pytest.fixture
def social_care(world):
    """Social care's return in A, signed and without a session."""
    return world.returns["a.social_care"]


def stored(place):
    """The session of a return as it stands now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(ChallengeSession).filter_by(return_id=place.id).one_or_none()


def hold(viewer, place, notes="The head was asked about training.", agreed=None, version=1):
    challenges.hold_session(viewer, place.id, notes=notes, agreed=agreed or {}, version=version)


def window(world, place, first, last):
    """Hold the round's sessions between two days."""
    with writing() as session:
        session.execute(
            update(AuditRound)
            .where(AuditRound.id == world.returns[place].round_id)
            .values(challenge_from=first, challenge_to=last)
        )


class TestPlanning:
    """When, where and with whom."""

    def test_the_manager_plans_and_moves_a_session(self, world, manager, social_care):
        challenges.plan_session(manager, social_care.id, PLAN, version=0)
        assert (stored(social_care).held_on, stored(social_care).status) == (PLAN.held_on, SessionStatus.PLANNED)
        moved = replace(PLAN, held_on=date(2026, 6, 19))
        challenges.plan_session(manager, social_care.id, moved, version=stored(social_care).version)
        assert stored(social_care).held_on == moved.held_on
        assert verbs(world, "a")[-2:] == ["challenge_session.planned"] * 2

    @pytest.mark.parametrize("key", ["a.board", "a.scrutineer"])
    def test_nobody_else_of_those_who_read_it_plans(self, viewer, school, key):
        with pytest.raises(NotPermitted):
            challenges.plan_session(viewer(key), school.id, PLAN, version=1)

    @pytest.mark.parametrize("key", ["a.social_care.lead", "b.business_manager", "a.board", "a.sector_lead"])
    def test_for_the_rest_there_is_no_such_return(self, viewer, social_care, key):
        with pytest.raises(NotVisible):
            challenges.plan_session(viewer(key), social_care.id, PLAN, version=0)

    def test_the_day_lies_within_the_rounds_days(self, world, manager, social_care):
        window(world, "a.social_care", date(2026, 6, 15), date(2026, 6, 30))
        for day in (date(2026, 6, 14), date(2026, 7, 1)):
            with pytest.raises(Invalid) as refused:
                challenges.plan_session(manager, social_care.id, replace(PLAN, held_on=day), version=0)
            assert list(refused.value.errors) == ["held_on"]
        for version, day in enumerate((date(2026, 6, 15), date(2026, 6, 30))):
            challenges.plan_session(manager, social_care.id, replace(PLAN, held_on=day), version=version)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"held_on": TODAY - timedelta(days=1)}, "held_on"),
            ({"place": " "}, "place"),
            ({"panel": "x" * 501}, "panel"),
        ],
    )
    def test_a_plan_is_whole(self, manager, social_care, wrong, field):
        with pytest.raises(Invalid) as refused:
            challenges.plan_session(manager, social_care.id, replace(PLAN, **wrong), version=0)
        assert list(refused.value.errors) == [field]

    def test_of_two_who_plan_at_once_one_is_told(self, app, manager, social_care):
        other = replace(PLAN, place="By video")
        outcomes = at_once(
            app,
            lambda: challenges.plan_session(manager, social_care.id, PLAN, version=0),
            lambda: challenges.plan_session(manager, social_care.id, other, version=0),
        )
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes


class TestTheAgenda:
    """What the portal asks about, live until it is held."""

    def test_a_contradiction_stands_first_with_its_figures(self, world, manager, social_care):
        for code in ("1.2", "1.3", "2.1", "2.2", "2.3"):
            evidence(world, "a.social_care", code)
        check(world, "a.social_care", "2.1")
        conferences(world, "a", "social_care", came=11, of=18)
        page = challenges.open_session(manager, social_care.id)
        first, *_ = page.points
        assert first.question_id == social_care.questions["2.1"]
        (reason,) = first.reasons
        assert reason.kind is ReasonKind.CONTRADICTED
        assert "61 % (11 of 18)" in reason.contradiction.words(page.desk.agency)

    def test_it_follows_the_answers_until_it_is_held_and_then_stays(self, world, manager, school):
        before = challenges.open_session(manager, school.id).points
        evidence(world, "a.school", _code(school, before[-1].question_id))
        live = challenges.open_session(manager, school.id).points
        assert len(live) == len(before) - 1
        db.session.rollback()
        hold(manager, school)
        evidence(world, "a.school", _code(school, live[-1].question_id))
        assert challenges.open_session(manager, school.id).points == live
        assert "narrative" not in str(stored(school).agenda)
        assert "ZQ-" not in str(stored(school).agenda)

    def test_open_escalations_stand_as_they_were_when_it_was_held(self, world, manager, school):
        check(world, "a.school", "2.2", "open_escalations", 0)
        rows = EscalationRows(world)
        rows.add(with_="school", late=True)
        rows.add(with_="school")
        hold(manager, school)
        rows.add(4, with_="school", late=True)
        (asked,) = [point for point in stored(school).agenda if point["question_id"] == school.questions["2.2"]]
        (frozen,) = [reason["contradiction"] for reason in asked["reasons"] if reason["contradiction"]]
        assert frozen == {"figure": "open_escalations", "above": 0, "part": 1, "whole": 2}
        page = challenges.open_session(manager, school.id)
        (reason,) = [one for point in page.points for one in point.reasons if one.kind is ReasonKind.CONTRADICTED]
        assert reason.contradiction.words("Brook") == "2 escalations raised with Brook are open, 1 of them overdue."

    def test_queries_do_not_grow_with_the_points(self, world, manager, school, count_queries):
        counts, rows = [], EscalationRows(world)
        for code in ("", "2.1", "2.2"):
            if code:
                check(world, "a.school", code, "open_escalations", 0)
                rows.add(2, with_="school", late=True)
                evidence(world, "a.school", code, dated_on=date(2020, 1, 1))
            db.session.rollback()
            with count_queries() as statements:
                challenges.open_session(manager, school.id)
            counts.append(len(statements))
        assert len(set(counts)) == 1
        assert counts[0] <= MOST_QUERIES


def _code(place, question_id):
    return next(code for code, number in place.questions.items() if number == question_id)


class TestHolding:
    """Notes, agreed ratings, and actions from its points."""

    def test_notes_and_agreed_ratings_are_kept_and_logged(self, world, manager, school):
        points = [point.question_id for point in challenges.open_session(manager, school.id).points]
        first = next(question_id for question_id in points if question_id != school.questions["1.1"])
        hold(manager, school, agreed={first: "amber", school.questions["1.1"]: "red"})
        assert (stored(school).status, stored(school).notes) == (
            SessionStatus.HELD,
            "The head was asked about training.",
        )
        made = moderation_of(world, "a.school", _code(school, first))
        assert (made.rating, made.agreed_rating, made.reason) == ("amber", "amber", challenges.AGREED)
        assert moderation_of(world, "a.school", "1.1").rating == "amber"
        assert verbs(world, "a")[-1] == "challenge_session.held"

    def test_what_was_written_can_be_put_right_until_it_is_released(self, world, manager, school):
        hold(manager, school)
        hold(manager, school, notes="The head and the governor were asked.", version=stored(school).version)
        assert stored(school).notes == "The head and the governor were asked."
        assert verbs(world, "a")[-1] == "challenge_session.written_up"
        challenges.release_session(manager, school.id, version=stored(school).version)
        with pytest.raises(NotPermitted):
            hold(manager, school, version=stored(school).version)

    def test_a_session_to_come_has_not_been_held(self, manager, social_care):
        challenges.plan_session(manager, social_care.id, PLAN, version=0)
        with pytest.raises(NotPermitted):
            hold(manager, social_care)

    def test_an_older_page_gets_both_notes(self, manager, school):
        hold(manager, school)
        with pytest.raises(Conflict) as lost:
            hold(manager, school, notes="Mine.", version=1)
        assert lost.value.mine == {"Notes": "Mine."}
        assert lost.value.theirs == {"Notes": "The head was asked about training."}

    def test_what_is_agreed_is_a_point_of_the_scale(self, world, manager, school):
        point = challenges.open_session(manager, school.id).points[0].question_id
        db.session.rollback()
        with pytest.raises(Invalid):
            hold(manager, school, agreed={point: "purple"})
        assert stored(school).status is SessionStatus.PLANNED
        with pytest.raises(Invalid):
            hold(manager, school, notes=" ")

    def test_an_action_made_from_a_point_takes_it_off_the_live_agenda(self, world, manager, social_care):
        with writing() as session:
            session.execute(update(Response).where(Response.id == social_care.responses["2.2"]).values(rating="red"))
        asked = social_care.questions["2.2"]
        assert asked in {point.question_id for point in challenges.open_session(manager, social_care.id).points}
        promise = Promise("Train the duty team", None, "The head of service", date(2026, 9, 1), ActionRag.GREEN)
        add_action(manager, social_care.id, asked, promise)
        assert asked not in {point.question_id for point in challenges.open_session(manager, social_care.id).points}


class TestWhatTheAgencyReads:
    """When and where at once; what came of it when it is released."""

    def test_before_the_release_it_knows_when_and_where_and_nothing_else(self, viewer, manager, school):
        hold(manager, school)
        for key in ("a.school.lead", "a.school.head"):
            told = challenges.announced(viewer(key), school.id)
            assert (told.held_on, told.status) == (TODAY, SessionStatus.HELD)
            with pytest.raises(NotVisible):
                challenges.open_session(viewer(key), school.id)

    @pytest.mark.parametrize("key", ["a.school.practitioner", "a.gp.lead", "b.school.lead", "a.sector_lead"])
    def test_others_are_not_told_of_it(self, viewer, school, key):
        with pytest.raises(NotVisible):
            challenges.announced(viewer(key), school.id)

    def test_a_release_of_the_panels_ratings_alone_keeps_the_session_back(self, world, viewer, manager, school):
        hold(manager, school, agreed={school.questions["1.1"]: "red"})
        version = open_moderation(manager, school.id).desk.audit_return.version
        release(manager, school.id, version=version)
        lead = viewer("a.school.lead")
        answer = open_moderation(lead, school.id).examined.answers[0]
        assert (answer.panel.rating, answer.panel.agreed) == ("amber", None)
        with pytest.raises(NotVisible):
            challenges.open_session(lead, school.id)
        challenges.release_session(manager, school.id, version=stored(school).version)
        assert open_moderation(lead, school.id).examined.answers[0].panel.agreed == "red"
        assert challenges.open_session(lead, school.id).session.notes == "The head was asked about training."

    def test_releasing_the_session_releases_the_ratings_with_it(self, world, viewer, manager, school):
        hold(manager, school)
        challenges.release_session(manager, school.id, version=stored(school).version)
        db.session.rollback()
        row = db.session.get(AuditReturn, school.id)
        assert (row.status, row.released_at) == (ReturnStatus.MODERATED, manager.now)
        assert verbs(world, "a")[-2:] == ["audit_return.released", "challenge_session.released"]
        assert challenges.open_session(viewer("a.school.lead"), school.id).points

    def test_it_is_released_once_after_it_was_held(self, manager, school):
        with pytest.raises(NotPermitted):
            challenges.release_session(manager, school.id, version=1)
        hold(manager, school)
        with pytest.raises(Conflict):
            challenges.release_session(manager, school.id, version=1)
        challenges.release_session(manager, school.id, version=stored(school).version)
        with pytest.raises(NotPermitted):
            challenges.release_session(manager, school.id, version=stored(school).version)
