"""Actions of meetings: written down, told of, worked on, checked; and what a conference carries into the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.plans import Carrying
from portal.domain.vocabulary import Answer, Post
from portal.models.actions import Action
from portal.models.meeting_actions import ActionCarrying
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.named_people import NamedPerson
from portal.models.rule_sets import MeetingType
from portal.services.actions import listing as all_actions
from portal.services.actions import progress
from portal.services.actions.listing import Wanted
from portal.services.home.promised import promised
from portal.services.home.tasks import TaskKind
from portal.services.meeting_actions import carrying, listing, recording
from portal.services.meeting_actions.carrying import Decision
from portal.services.meeting_actions.recording import MeetingPromise
from tests.services.plan_steps import meeting
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("database")

DUE = TODAY + timedelta(days=30)
CARRIED, NOT_CARRIED = Carrying.CARRIED, Carrying.NOT_CARRIED


@pytest.fixture
def strategy(world) -> int:
    return world.meeting("a.strategy").id


@pytest.fixture
def promise(world) -> MeetingPromise:
    """What the police are to do."""
    owner = world.person("a.police.practitioner").hat.membership_id
    return MeetingPromise(
        "Check who lives there", "It is written in the record", world.agencies["a.police"], owner, "", DUE
    )


def told(action_id: int) -> dict[int, str]:
    rows = select(Notice.membership_id, Notice.what).where(
        Notice.kind == NoticeKind.ACTION_GIVEN, Notice.subject_id == action_id
    )
    return {row.membership_id: row.what for row in db.session.execute(rows)}


class TestRecording:
    """Writing one down."""

    def test_its_owner_is_told_and_nothing_of_it_is_in_the_message(self, chair, strategy, promise, world):
        number = recording.add_meeting_action(chair, strategy, replace(promise, child_id=world.children["a.3"]))
        row = stored(Action, number)
        assert (row.source, row.meeting_id, row.status) == (ActionSource.MEETING, strategy, ActionStatus.OPEN)
        assert (row.what, row.measure) == ("Check who lives there", "It is written in the record")
        assert row.owner_name == world.person("a.police.practitioner").name
        assert told(number) == {world.person("a.police.practitioner").hat.membership_id: ""}
        assert trail("action.added", number) == 1

    def test_somebody_without_the_portal_is_told_by_their_leads(self, chair, strategy, promise, world):
        number = recording.add_meeting_action(
            chair, strategy, replace(promise, owner_membership_id=None, owner_name=" Inspector Gray ")
        )
        assert stored(Action, number).owner_name == "Inspector Gray"
        leads = {world.person("a.police.lead").hat.membership_id}
        assert set(told(number)) == leads

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"what": " "}, "what"),
            ({"measure": ""}, "measure"),
            ({"what": "x" * 501}, "what"),
            ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
            ({"owner_membership_id": None}, "owner_name"),
            ({"owner_membership_id": None, "owner_name": "x" * 121}, "owner_name"),
            ({"owner_membership_id": 999_999}, "owner"),
            ({"child_id": 999_999}, "child"),
            ({"agency_id": 999_999}, "agency"),
        ],
    )
    def test_what_is_missing_is_said_at_its_field(self, chair, strategy, promise, wrong, field):
        with pytest.raises(Invalid) as refused:
            recording.add_meeting_action(chair, strategy, replace(promise, **wrong))
        assert field in refused.value.errors

    def test_an_agency_without_a_part_gets_none(self, chair, strategy, promise, world):
        other = world.agencies["a.other_gp"]
        with pytest.raises(Invalid) as refused:
            recording.add_meeting_action(chair, strategy, replace(promise, agency_id=other))
        assert set(refused.value.errors) == {"agency", "owner"}
        change(Invitation, world.meeting("a.strategy").invitations["police"].id, answer=Answer.NOT_OURS)
        with pytest.raises(Invalid):
            recording.add_meeting_action(chair, strategy, promise)

    def test_of_a_meeting_for_named_people_an_owner_is_one_of_them(self, coordinator, strategy, promise, world):
        change(Meeting, strategy, named_people_only=True)
        owner = promise.owner_membership_id
        with writing() as session:
            for key in ("a.police.practitioner", "a.coordinator"):
                named = world.person(key).hat.membership_id
                session.add(
                    NamedPerson(
                        partnership_id=world.partnerships["a"], meeting_id=strategy, membership_id=named, named_at=NOW
                    )
                )
        facts = recording.recording_of(coordinator, strategy)
        assert [one.membership_id for one in facts.owners] == [owner]
        with pytest.raises(Invalid) as refused:
            recording.add_meeting_action(
                coordinator, strategy, replace(promise, owner_membership_id=None, owner_name="Somebody")
            )
        assert list(refused.value.errors) == ["owner"]

    def test_who_may_not(self, viewer, strategy, promise, world):
        for key in ("a.second_chair", "b.chair"):
            with pytest.raises(NotVisible):
                recording.add_meeting_action(viewer(key), strategy, promise)
        for key in ("a.manager", "a.police.lead"):
            with pytest.raises(NotPermitted):
                recording.add_meeting_action(viewer(key), strategy, promise)
        with pytest.raises(NotPermitted):
            recording.recording_of(viewer("a.second_chair"), world.meeting("a.review").id)

    def test_a_kind_without_actions_has_none(self, chair, strategy, world):
        change(MeetingType, world.meeting_types["a.strategy_meeting"], sections=["strategy", "minutes"])
        with pytest.raises(NotVisible):
            listing.actions_of_meeting(chair, strategy)

    def test_the_meeting_lists_them_and_says_one_line(self, viewer, strategy, world):
        assert listing.line_for(viewer("a.school.lead"), strategy) == "2 actions"
        change(Action, world.actions["a.strategy_gp"], due_on=TODAY - timedelta(days=1))
        change(Action, world.actions["a.strategy_police"], status=ActionStatus.CLOSED)
        assert listing.line_for(viewer("a.school.lead"), strategy) == "2 actions, 1 closed, 1 overdue"
        assert listing.line_for(viewer("a.board"), strategy) == ""
        found = listing.actions_of_meeting(viewer("a.school.lead"), strategy)
        assert [row.id for row in found.rows] == [world.actions["a.strategy_gp"], world.actions["a.strategy_police"]]
        assert not found.may_add


class TestSteps:
    """From promised to checked."""

    def test_the_chair_sends_back_and_closes_what_the_owner_says_is_done(self, viewer, chair, world):
        number = world.actions["a.strategy_gp"]
        gp = viewer("a.gp.practitioner")
        progress.say_progress(gp, number, rag=ActionRag.AMBER, text="Rang twice.", version=1)
        progress.say_done(gp, number, evidence="Seen on 3 June.", version=stored(Action, number).version)
        with pytest.raises(NotPermitted):
            progress.close_action(gp, number, checked="Fine.", version=stored(Action, number).version)
        progress.send_back(chair, number, reason="Who was seen?", version=stored(Action, number).version)
        progress.say_done(gp, number, evidence="The child, alone.", version=stored(Action, number).version)
        progress.close_action(chair, number, checked="Read it.", version=stored(Action, number).version)
        assert stored(Action, number).status is ActionStatus.CLOSED
        assert stored(Action, number).closed_by_id == world.person("a.chair").user_id

    def test_a_team_manager_of_social_care_checks_in_their_place(self, viewer, world):
        number, west = world.actions["a.strategy_police"], viewer("a.social_care.west")
        manager = replace(west, hat=replace(west.hat, post=Post.TEAM_MANAGER))
        with pytest.raises(NotPermitted):
            progress.close_action(west, number, checked="Fine.", version=1)
        progress.close_action(manager, number, checked="Talked to the officer.", version=1)
        assert stored(Action, number).status is ActionStatus.CLOSED

    def test_the_business_manager_neither_sees_nor_checks_it(self, viewer, world):
        for step in (progress.close_action,):
            with pytest.raises(NotVisible):
                step(viewer("a.business_manager"), world.actions["a.strategy_police"], checked="Fine.", version=1)

    def test_the_page_says_where_it_came_from_and_for_whom_as_far_as_the_viewer_sees(self, viewer, world):
        number = world.actions["a.strategy_gp"]
        found = progress.find_action(viewer("a.gp.practitioner"), number)
        assert (found.meeting.meeting_id, found.meeting.on) == (world.meeting("a.strategy").id, date(2026, 5, 12))
        assert found.meeting.child == "ZQ-A-CHILD-3-QZ ZQ-A-SURNAME-3-QZ"
        assert trail("case.read", world.cases["a.3"]) == 1
        east = world.person("a.social_care.east")
        change(Action, number, agency_id=world.agencies["a.social_care"], owner_membership_id=east.hat.membership_id)
        found = progress.find_action(viewer("a.social_care.east"), number)
        assert (found.meeting.meeting_id, found.meeting.child) == (None, "")


class TestLists:
    """Lists and Home."""

    def test_the_boards_lists_and_counts_leave_them_out(self, viewer, world):
        change(Action, world.actions["a.strategy_gp"], due_on=TODAY - timedelta(days=1))
        for key, number in (("a.board", 2), ("a.business_manager", 2), ("a.scrutineer", 2), ("a.sector_lead", 1)):
            listed = all_actions.list_actions(viewer(key), Wanted(is_closed_too=True))
            assert (listed.total, all_actions.tally(viewer(key)).open) == (number, number), key
            assert all_actions.tally(viewer(key)).overdue == 0, key
            assert all(one.kind is not TaskKind.ACTIONS_OVERDUE for one in promised(db.session(), viewer(key))), key

    def test_an_agencys_list_has_both_kinds_of_its_own(self, lead, world):
        rows = all_actions.list_actions(lead, Wanted()).rows
        assert {row.id for row in rows} == {world.actions["a.gp"], world.actions["a.strategy_gp"]}
        of_meetings = all_actions.list_actions(lead, Wanted(source=ActionSource.MEETING)).rows
        assert {row.id for row in of_meetings} == {world.actions["a.strategy_gp"]}

    def test_home_of_owner_lead_and_chair_says_the_meeting_and_not_the_text(self, viewer, world):
        change(Action, world.actions["a.strategy_gp"], due_on=TODAY - timedelta(days=1))

        def at_home(key):
            return [
                (one.kind, one.meeting_type, one.on, one.what, one.done) for one in promised(db.session(), viewer(key))
            ]

        late = (TaskKind.ACTION_OVERDUE, "Strategy meeting", date(2026, 5, 12), "", 0)
        assert at_home("a.gp.practitioner") == at_home("a.gp.lead") == [late]
        # Whoever sees the meeting and has nothing to do with the action has nothing on Home.
        assert at_home("a.school.lead") == at_home("a.coordinator") == at_home("a.manager") == []
        assert sorted(at_home("a.chair"), key=str) == [
            (TaskKind.ACTIONS_OVERDUE, "", None, "", 1),
            (TaskKind.CHECK_ACTION, "Strategy meeting", date(2026, 5, 12), "", 0),
        ]


class TestCarrying:
    """What stands before a conference."""

    @pytest.fixture
    def conference(self, world) -> int:
        """Of the family that the strategy meeting was about, chaired by somebody else."""
        return meeting(world, "initial_conference", TODAY + timedelta(days=5), case="3", held=False)

    @pytest.fixture
    def keeper(self, viewer):
        return viewer("a.second_chair")

    def test_open_actions_of_other_meetings_stand_before_it(self, keeper, conference, world):
        found = carrying.open_actions(keeper, conference)
        assert {row.id for row in found.rows} == {world.actions["a.strategy_gp"], world.actions["a.strategy_police"]}
        assert found.undecided == 2
        assert carrying.undecided_line(keeper, conference).startswith("2 open actions of other meetings are")
        change(Action, world.actions["a.strategy_police"], status=ActionStatus.CLOSED)
        assert carrying.undecided_line(keeper, conference).startswith("1 open action of another meeting is")

    def test_each_is_carried_or_not_because(self, keeper, conference, world):
        gp, police = world.actions["a.strategy_gp"], world.actions["a.strategy_police"]
        decisions = [Decision(gp, CARRIED, "", 0), Decision(police, NOT_CARRIED, " It is done. ", 0)]
        assert carrying.decide(keeper, conference, decisions) == 2
        rows = {row.id: row for row in carrying.open_actions(keeper, conference).rows}
        assert (rows[gp].carrying, rows[police].carrying) == (CARRIED, NOT_CARRIED)
        assert (rows[police].reason, carrying.undecided(keeper, conference)) == ("It is done.", 0)
        assert trail("action.carried", gp) == trail("action.not_carried", police) == 1
        raw = db.session.connection().exec_driver_sql("SELECT reason FROM action_carryings").all()
        assert all(b"It is done" not in bytes(one.reason) for one in raw)

    def test_what_is_carried_is_the_plan_and_does_not_come_again(self, keeper, conference, world):
        gp, police = world.actions["a.strategy_gp"], world.actions["a.strategy_police"]
        carrying.decide(
            keeper, conference, [Decision(gp, CARRIED, "", 0), Decision(police, NOT_CARRIED, "It is done.", 0)]
        )
        following = meeting(world, "review_conference", TODAY + timedelta(days=50), case="3", held=False)
        assert [row.id for row in carrying.open_actions(keeper, following).rows] == [police]
        # Actions that a conference asked for itself are the plan already.
        change(Action, police, meeting_id=conference)
        assert carrying.open_actions(keeper, following).rows == ()

    def test_a_reason_is_asked_for_what_is_left_out(self, keeper, conference, world):
        gp = world.actions["a.strategy_gp"]
        with pytest.raises(Invalid) as refused:
            carrying.decide(keeper, conference, [Decision(gp, NOT_CARRIED, " ", 0)])
        assert list(refused.value.errors) == [f"reason_{gp}"]
        with pytest.raises(Invalid):
            carrying.decide(keeper, conference, [])
        assert carrying.undecided(keeper, conference) == 2

    def test_a_second_decision_on_an_old_page_is_a_conflict_with_both_texts(self, keeper, conference, world, viewer):
        gp = world.actions["a.strategy_gp"]
        carrying.decide(viewer("a.coordinator"), conference, [Decision(gp, NOT_CARRIED, "Theirs.", 0)])
        with pytest.raises(Conflict) as lost:
            carrying.decide(keeper, conference, [Decision(gp, CARRIED, "Mine.", 0)])
        assert "Mine." in lost.value.mine["Yours"]
        assert any("Theirs." in text for text in lost.value.theirs.values())
        carrying.decide(keeper, conference, [Decision(gp, CARRIED, "Mine.", 1)])
        assert carrying.open_actions(keeper, conference).rows[0].version == 2

    def test_two_at_once_make_one_decision(self, app, keeper, conference, world, viewer):
        gp = world.actions["a.strategy_gp"]
        other = viewer("a.coordinator")
        results = at_once(
            app,
            lambda: carrying.decide(keeper, conference, [Decision(gp, CARRIED, "", 0)]),
            lambda: carrying.decide(other, conference, [Decision(gp, NOT_CARRIED, "No.", 0)]),
        )
        assert sorted(type(one).__name__ for one in results) == ["Conflict", "int"]
        db.session.rollback()
        assert len(list(db.session.scalars(select(ActionCarrying)))) == 1

    def test_who_may_not_and_what_does_not_stand_there(self, viewer, conference, keeper, world, strategy):
        gp = world.actions["a.strategy_gp"]
        for key in ("a.chair", "b.second_chair"):
            with pytest.raises(NotVisible):
                carrying.open_actions(viewer(key), conference)
        with pytest.raises(NotPermitted):
            carrying.open_actions(viewer("a.manager"), conference)
        with pytest.raises(NotVisible):
            carrying.open_actions(viewer("a.chair"), strategy)
        with pytest.raises(NotVisible):
            carrying.decide(keeper, conference, [Decision(world.actions["b.strategy_gp"], CARRIED, "", 0)])
        assert carrying.undecided(viewer("a.manager"), conference) == 0
        assert carrying.undecided_line(viewer("a.chair"), strategy) == ""
        assert stored(Action, gp).status is ActionStatus.OPEN
