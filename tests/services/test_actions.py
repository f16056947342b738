"""Actions: added to answers, worked on by their owners, closed only by somebody else's check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ActionRag, ActionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.actions import Action, ActionUpdate
from portal.services.actions import adding, listing, progress
from portal.services.actions.adding import Promise
from portal.services.actions.listing import Wanted
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.services.moderation_steps import verbs
from tests.services.racing import at_once
from tests.services.rows import change, stored
from tests.world import NOW, TODAY

MOST_QUERIES = 8


@pytest.fixture
def gp(world):
    """The open action of A's surgery, its practitioner's own."""
    return world.actions["a.gp"]


@pytest.fixture
def done(world):
    """A's action that social care's lead has said to be done."""
    return world.actions["a.social_care"]


def promise(**more):
    """What is promised in a test, unless it says otherwise."""
    plain = Promise("Train the reception staff", None, "The practice manager", date(2026, 9, 1), ActionRag.GREEN)
    return replace(plain, **more)


def copies(action_id, number, **values):
    """More actions like one that there is."""
    with writing() as session:
        row = session.get_one(Action, action_id)
        plain = {column.key: getattr(row, column.key) for column in Action.__mapper__.column_attrs}
        for place in range(number):
            session.add(Action(**{**plain, "id": None, "what": f"Copy {place}", **values}))
            session.flush()


class TestAdding:
    """From any answer of an audit."""

    def test_somebody_of_the_agency_owns_it(self, world, viewer):
        place, owner = world.returns["a.gp"], world.person("a.gp.practitioner")
        action_id = adding.add_action(
            viewer("a.gp.lead"),
            place.id,
            place.questions["2.1"],
            promise(owner_membership_id=owner.hat.membership_id, owner_name="Not this one"),
        )
        row = stored(Action, action_id)
        assert (row.owner_name, row.status, row.created_by_id) == (
            owner.name,
            ActionStatus.OPEN,
            world.person("a.gp.lead").user_id,
        )
        assert progress.find_action(viewer("a.gp.practitioner"), action_id).may_work_on
        assert verbs(world, "a")[-1] == "action.added"

    @pytest.mark.parametrize("owner", ["a.other_gp.lead", "b.gp.lead", "a.business_manager", "a.gp.former"])
    def test_nobody_else_can_be_named_as_its_owner(self, world, viewer, owner):
        place = world.returns["a.gp"]
        membership_id = world.person(owner).hat.membership_id
        with pytest.raises(Invalid) as refused:
            adding.add_action(
                viewer("a.gp.lead"), place.id, place.questions["1.1"], promise(owner_membership_id=membership_id)
            )
        assert list(refused.value.errors) == ["owner"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"what": " "}, "what"),
            ({"what": "x" * 501}, "what"),
            ({"owner_name": ""}, "owner_name"),
            ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ],
    )
    def test_a_promise_is_whole(self, world, viewer, wrong, field):
        place = world.returns["a.gp"]
        with pytest.raises(Invalid) as refused:
            adding.add_action(viewer("a.gp.lead"), place.id, place.questions["1.1"], promise(**wrong))
        assert list(refused.value.errors) == [field]

    def test_a_colleague_adds_in_the_section_that_they_were_given_alone(self, world, viewer):
        place, colleague = world.returns["a.gp"], viewer("a.gp.practitioner")
        adding.add_action(colleague, place.id, place.questions["1.2"], promise())
        with pytest.raises(NotVisible):
            adding.add_action(colleague, place.id, place.questions["2.1"], promise())

    @pytest.mark.parametrize(
        ("key", "place", "refusal"),
        [
            ("a.scrutineer", "a.school", NotPermitted),
            ("a.business_manager", "a.gp", NotVisible),  # not signed
            ("a.gp.lead", "a.school", NotVisible),
            ("b.business_manager", "a.school", NotVisible),
            ("a.board", "a.social_care", NotVisible),  # not on its panel
        ],
    )
    def test_who_may_not(self, world, viewer, key, place, refusal):
        where = world.returns[place]
        with pytest.raises(refusal):
            adding.add_action(viewer(key), where.id, where.questions["1.1"], promise())


class TestTheList:
    """What each sees, overdue first."""

    @pytest.mark.parametrize(
        ("key", "seen"),
        [
            ("a.gp.lead", {"gp", "strategy_gp"}),
            ("a.gp.practitioner", {"gp", "strategy_gp"}),
            ("a.social_care.practitioner", set()),
            ("a.social_care.lead", {"social_care"}),
            ("a.sector_lead", {"gp"}),
            ("a.board", {"gp", "social_care"}),
            ("a.scrutineer", {"gp", "social_care"}),
            ("a.business_manager", {"gp", "social_care"}),
            ("a.chair", {"strategy_gp", "strategy_police"}),
            ("a.school.governor", set()),
        ],
    )
    def test_each_sees_their_own(self, world, viewer, key, seen):
        rows = listing.list_actions(viewer(key), Wanted()).rows
        assert {row.id for row in rows} == {world.actions[f"a.{name}"] for name in seen}
        assert not any("ZQ-B" in row.what for row in rows)

    def test_overdue_stands_first_then_by_day_then_what_waits_for_its_check(self, world, viewer, gp, done):
        copies(gp, 1, due_on=TODAY - timedelta(days=3))
        copies(gp, 1, due_on=TODAY)
        copies(gp, 1, due_on=TODAY - timedelta(days=9), status=ActionStatus.CLOSED)
        rows = listing.list_actions(viewer("a.business_manager"), Wanted(is_closed_too=True)).rows
        assert [(row.is_overdue, row.status.value) for row in rows] == [
            (True, "open"),
            (False, "open"),
            (False, "open"),
            (False, "done"),
            (False, "closed"),
        ]
        assert [row.due_on for row in rows[:3]] == [TODAY - timedelta(days=3), TODAY, date(2026, 7, 31)]

    def test_filters(self, world, viewer, gp, done):
        copies(gp, 2, due_on=TODAY - timedelta(days=1), rag=ActionRag.RED, owner_membership_id=None)
        manager, lead = viewer("a.business_manager"), viewer("a.gp.lead")

        def number(who, **wanted):
            return listing.list_actions(who, Wanted(**wanted)).total

        assert number(manager) == 4
        assert number(manager, overdue_only=True) == number(manager, rag=ActionRag.RED) == 2
        assert number(manager, status=ActionStatus.DONE) == 1
        assert number(manager, agency_id=world.agencies["a.social_care"]) == 1
        assert number(manager, agency_id=world.agencies["b.social_care"]) == 0
        assert number(lead, own_only=True) == 0
        assert listing.tally(manager) == listing.Tally(open=4, overdue=2, to_check=1, agencies_overdue=1, silent=0)
        assert [name for _, name in listing.agencies_with_actions(lead)] == [world.agency_names["a.gp"]]

    def test_of_what_nothing_was_said_since_the_quarter_began(self, viewer, world, gp, done):
        def silent(key, day):
            who = viewer(key, now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
            listed = listing.list_actions(who, Wanted(silent_only=True))
            assert listing.tally(who).silent == listed.total
            return {row.id: row.said_on for row in listed.rows}

        with writing() as session:
            session.execute(update(ActionUpdate).where(ActionUpdate.action_id == gp).values(said_at=NOW))
        assert silent("a.business_manager", TODAY) == {}
        assert silent("a.business_manager", date(2026, 6, 30)) == {}
        # What was said to be done waits for its check, not for news.
        assert silent("a.business_manager", date(2026, 7, 1)) == {gp: TODAY}
        of_meeting = world.actions["a.strategy_gp"]
        assert silent("a.gp.lead", date(2026, 7, 1)) == {gp: TODAY, of_meeting: TODAY - timedelta(days=1)}
        assert silent("b.business_manager", date(2026, 7, 1)).keys().isdisjoint({gp, done})
        lead, version = viewer("a.gp.lead", now=datetime(2026, 7, 1, 8, tzinfo=UTC)), stored(Action, gp).version
        progress.say_progress(lead, gp, rag=ActionRag.AMBER, text="Half of them came.", version=version)
        assert silent("a.business_manager", date(2026, 7, 1)) == {}

    def test_queries_do_not_grow_with_the_rows(self, viewer, gp, count_queries):
        board, counts = viewer("a.board"), []
        for more in (0, 60):
            copies(gp, more)
            db.session.rollback()
            with count_queries() as statements:
                page = listing.list_actions(board, Wanted())
            counts.append(len(statements))
        assert counts == [2, 2]
        assert (len(page.rows), page.total) == (50, 62)


class TestOneAction:
    """What is said about it, and to whom."""

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.gp.lead", "a.business_manager", "a.scrutineer"])
    def test_the_agency_and_who_checks_it_read_its_history(self, viewer, gp, key):
        page = progress.find_action(viewer(key), gp)
        assert [said.text for said in page.history] == ["ZQ-A-HISTORY-GP-QZ"]

    @pytest.mark.parametrize("key", ["a.board", "a.sector_lead"])
    def test_the_board_sees_what_by_whom_and_when_and_no_more(self, viewer, gp, done, key):
        page = progress.find_action(viewer(key), gp)
        assert (page.action.what, page.history, page.evidence) == ("ZQ-A-ACTION-GP-QZ", [], "")
        if key == "a.board":
            assert progress.find_action(viewer(key), done).evidence == ""

    @pytest.mark.parametrize("key", ["a.other_gp.lead", "a.social_care.practitioner", "b.business_manager", "a.chair"])
    def test_for_others_there_is_none(self, viewer, gp, key):
        with pytest.raises(NotVisible):
            progress.find_action(viewer(key), gp)

    def test_queries_do_not_grow_with_the_history(self, viewer, gp, count_queries):
        owner, counts = viewer("a.gp.practitioner"), []
        for _ in range(3):
            db.session.rollback()
            with count_queries() as statements:
                progress.find_action(owner, gp)
            counts.append(len(statements))
            version = stored(Action, gp).version
            progress.say_progress(owner, gp, rag=ActionRag.AMBER, text="Some came.", version=version)
        assert len(set(counts)) == 1
        assert counts[0] <= MOST_QUERIES


class TestSteps:
    """Open, done, checked; or sent back."""

    def test_from_promised_to_closed(self, world, viewer, gp):
        owner, manager = viewer("a.gp.practitioner"), viewer("a.business_manager")
        progress.say_progress(owner, gp, rag=ActionRag.RED, text="Nobody has time.", version=1)
        assert (stored(Action, gp).rag, stored(Action, gp).status) == (ActionRag.RED, ActionStatus.OPEN)
        progress.say_done(owner, gp, evidence="All came on 3 June.", version=stored(Action, gp).version)
        assert (stored(Action, gp).status, stored(Action, gp).evidence) == (ActionStatus.DONE, "All came on 3 June.")
        progress.send_back(manager, gp, reason="The night staff were not there.", version=stored(Action, gp).version)
        assert (stored(Action, gp).status, stored(Action, gp).done_by_id) == (ActionStatus.OPEN, None)
        progress.say_done(viewer("a.gp.lead"), gp, evidence="They came too.", version=stored(Action, gp).version)
        progress.close_action(manager, gp, checked="Saw the register.", version=stored(Action, gp).version)
        row = stored(Action, gp)
        assert (row.status, row.closed_by_id) == (ActionStatus.CLOSED, manager.user_id)
        told = db.session.scalars(
            select(ActionUpdate.text).where(ActionUpdate.action_id == gp).order_by(ActionUpdate.id)
        ).all()
        assert told[1:] == [
            "Nobody has time.",
            "All came on 3 June.",
            "The night staff were not there.",
            "They came too.",
            "Saw the register.",
        ]
        assert verbs(world, "a")[-5:] == [
            "action.progressed",
            "action.done",
            "action.sent_back",
            "action.done",
            "action.closed",
        ]

    def test_nobody_checks_what_they_said_was_done(self, world, viewer, done):
        manager = viewer("a.business_manager")
        change(Action, done, done_by_id=manager.user_id)
        with pytest.raises(NotPermitted):
            progress.close_action(manager, done, checked="I know it was.", version=1)

    @pytest.mark.parametrize("key", ["a.social_care.lead", "a.board", "a.scrutineer"])
    def test_only_the_manager_checks(self, viewer, done, key):
        for act in (
            lambda: progress.close_action(viewer(key), done, checked="Fine.", version=1),
            lambda: progress.send_back(viewer(key), done, reason="Not fine.", version=1),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert stored(Action, done).status is ActionStatus.DONE

    @pytest.mark.parametrize("key", ["a.business_manager", "a.board", "a.sector_lead"])
    def test_only_its_owner_and_the_agencys_lead_work_on_it(self, viewer, gp, key):
        with pytest.raises(NotPermitted):
            progress.say_done(viewer(key), gp, evidence="Done.", version=1)

    def test_what_is_open_cannot_be_closed_and_what_is_done_not_progressed(self, viewer, gp, done):
        with pytest.raises(NotPermitted):
            progress.close_action(viewer("a.business_manager"), gp, checked="Fine.", version=1)
        with pytest.raises(NotPermitted):
            progress.say_progress(viewer("a.social_care.lead"), done, rag=ActionRag.RED, text="Not quite.", version=1)

    def test_no_step_goes_without_words(self, viewer, gp, done):
        with pytest.raises(Invalid):
            progress.say_done(viewer("a.gp.lead"), gp, evidence=" ", version=1)
        with pytest.raises(Invalid):
            progress.send_back(viewer("a.business_manager"), done, reason="", version=1)

    def test_of_two_updates_at_once_one_is_told_even_where_both_say_the_same(self, app, viewer, gp):
        lead, owner = viewer("a.gp.lead"), viewer("a.gp.practitioner")
        outcomes = at_once(
            app,
            *(
                lambda who=who: progress.say_progress(who, gp, rag=ActionRag.AMBER, text="Half came.", version=1)
                for who in (lead, owner)
            ),
        )
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
        assert stored(Action, gp).version == 2

    def test_closing_and_sending_back_at_once_leave_one_truth(self, app, world, viewer, done):
        manager = viewer("a.business_manager")
        outcomes = at_once(
            app,
            lambda: progress.close_action(manager, done, checked="Saw it.", version=1),
            lambda: progress.send_back(manager, done, reason="Not all.", version=1),
        )
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
        closed = not isinstance(outcomes[0], Conflict)
        assert stored(Action, done).status is (ActionStatus.CLOSED if closed else ActionStatus.OPEN)


class TestHome:
    """Overdue reaches the agency's and the manager's home."""

    def kinds(self, viewer):
        about = {TaskKind.ACTION_OVERDUE, TaskKind.CHECK_ACTION, TaskKind.ACTIONS_OVERDUE}
        return [(task.kind, task.subject_id, task.done, task.of) for task in home(viewer).tasks if task.kind in about]

    def test_its_owner_and_the_lead_are_told_once_it_is_late(self, viewer, gp):
        for key in ("a.gp.practitioner", "a.gp.lead"):
            assert (TaskKind.ACTION_OVERDUE, gp, 0, 0) not in self.kinds(viewer(key))
        change(Action, gp, due_on=TODAY - timedelta(days=1))
        for key in ("a.gp.practitioner", "a.gp.lead"):
            assert (TaskKind.ACTION_OVERDUE, gp, 0, 0) in self.kinds(viewer(key))
        assert self.kinds(viewer("a.other_gp.lead")) == []
        task = next(task for task in home(viewer("a.gp.lead")).tasks if task.kind is TaskKind.ACTION_OVERDUE)
        assert (task.what, task.due) == ("ZQ-A-ACTION-GP-QZ", TODAY - timedelta(days=1))

    def test_the_manager_checks_and_reads_how_many_are_late(self, world, viewer, gp, done):
        manager = viewer("a.business_manager")
        assert (TaskKind.CHECK_ACTION, done, 0, 0) in self.kinds(manager)
        assert not any(kind is TaskKind.ACTIONS_OVERDUE for kind, *_ in self.kinds(manager))
        copies(gp, 2, due_on=TODAY - timedelta(days=1))
        copies(done, 1, due_on=TODAY - timedelta(days=1), status=ActionStatus.OPEN)
        copies(world.actions["b.gp"], 1, due_on=TODAY - timedelta(days=1))
        assert (TaskKind.ACTIONS_OVERDUE, None, 3, 2) in self.kinds(manager)
        assert not any(kind is TaskKind.ACTION_OVERDUE for kind, *_ in self.kinds(manager))

    def test_the_board_and_the_scrutineer_have_nothing_to_do_about_them(self, viewer, gp):
        change(Action, gp, due_on=TODAY - timedelta(days=1))
        for key in ("a.board", "a.scrutineer", "a.sector_lead", "a.school.governor"):
            assert self.kinds(viewer(key)) == []
