"""The end of a clock: on the minute, once, by the rules of the day, whoever else is at it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.escalation_vocabulary import EntryKind, LadderKind, Side, Told, Turn
from portal.domain.ladder_rules import default_rules
from portal.domain.message_vocabulary import NoticeKind
from portal.models.escalations import Escalation, EscalationEntry
from portal.models.ladders import LadderStage
from portal.models.people import Membership
from portal.models.rule_sets import RuleSet
from portal.services import worker
from portal.services.activity_checks import verify
from portal.services.changes import changing
from portal.services.escalation_rules import create_default
from portal.services.escalations import acting, clocks
from portal.services.escalations.clocks import end_clocks, ended_by
from portal.services.viewers import system_viewer
from tests.services.escalation_steps import (
    ALERT,
    DISAGREEMENT,
    entries,
    notices,
    raised,
    row,
    told,
    verbs,
)
from tests.services.racing import at_once
from tests.world import NOW

SECOND = timedelta(seconds=1)


def june(day: int) -> datetime:
    """Five o'clock in London on a day of June 2026."""
    return datetime(2026, 6, day, 16, tzinfo=UTC)


@pytest.fixture
def quiet(world):
    """Nobody else's clock runs: what the world has is out of the way."""
    with writing() as session:
        session.execute(update(Escalation).values(is_noted=True))


@pytest.fixture
def disagreement(quiet, world, viewer_of):
    """The school's with the GP; its clock ends on Friday at five."""
    return raised(world, viewer_of, "a.school.lead", "gp", DISAGREEMENT)


def heard(world, escalation_id, kind):
    """Who was told something of a kind, by name."""
    names = {hat.membership_id: person.key for person, hat in world.wearers()}
    return sorted(names[one.membership_id] for one in notices(escalation_id) if one.kind is kind)


def rules_from(world, letter: str, day: date, stages: int) -> None:
    """A rule set begins on a day, whose ladder of disagreements has so many stages of four working days."""
    partnership_id = world.partnerships[letter]
    viewer = system_viewer("tests", NOW, f"ZQ-{letter.upper()}-PARTNERSHIP-QZ")
    with changing(viewer) as change:
        old = change.session.scalars(select(RuleSet).where(RuleSet.partnership_id == partnership_id)).first()
        new = RuleSet(
            partnership_id=partnership_id,
            effective_from=day,
            guidance_edition=old.guidance_edition,
            small_count_limit=old.small_count_limit,
            created_at=NOW,
        )
        change.session.add(new)
        change.session.flush()
        create_default(change, partnership_id, new.id)
        change.session.flush()
        disagreements = (LadderStage.rule_set_id == new.id, LadderStage.kind == LadderKind.DISAGREEMENT)
        change.session.execute(delete(LadderStage).where(*disagreements))
        change.session.add_all(
            LadderStage(
                partnership_id=partnership_id,
                rule_set_id=new.id,
                kind=LadderKind.DISAGREEMENT,
                number=number,
                name=f"Rung {number}",
                working_days=4,
                urgent_working_days=1,
                told=[Told.AGENCY_LEAD.value],
                until=default_rules().ladders[1].stages[0].until,
                is_formal=True,
            )
            for number in range(1, stages + 1)
        )
        change.log("rule_set.created", "rule_set", new.id)


class TestSilence:
    """Nobody replies."""

    def test_it_moves_up_on_the_minute_and_once(self, disagreement):
        assert end_clocks(june(12) - SECOND) == 0
        assert row(disagreement).stage == 1
        assert end_clocks(june(12)) == 1
        one = row(disagreement)
        assert (one.stage, one.turn, one.stage_entered_at, one.due_at) == (2, Turn.RAISED_WITH, june(12), june(18))
        assert end_clocks(june(12)) == 0
        assert end_clocks(june(12) + timedelta(hours=30)) == 0
        assert len(entries(disagreement)) == 2

    def test_the_log_says_why_and_that_the_clock_did_it(self, world, disagreement):
        end_clocks(june(12))
        last = entries(disagreement)[-1]
        assert (last.kind, last.side, last.from_stage, last.to_stage) == (EntryKind.STAGE_CHANGE, Side.CLOCK, 1, 2)
        assert last.text == "No reply by the end of Friday 12 June 2026."
        assert last.by_user_id is last.by_membership_id is None
        assert (last.due_at, last.told) == (june(18), ["Agency lead"])
        assert verbs(disagreement) == ["escalation.raised", "escalation.moved_by_clock"]
        assert verify(system_viewer("tests", NOW)).faults == []

    def test_the_next_people_and_both_sides_are_told(self, world, disagreement):
        end_clocks(june(12))
        assert set(told(disagreement, 2)) == {world.person("a.gp.lead").hat.membership_id}
        assert heard(world, disagreement, NoticeKind.ESCALATION_STAGE) == ["a.gp.lead", "a.school.lead"]

    def test_to_the_top_and_then_it_is_noted(self, world, disagreement):
        at, moves = june(12), []
        while not row(disagreement).is_noted:
            assert end_clocks(at) == 1
            moves.append((entries(disagreement)[-1].from_stage, entries(disagreement)[-1].to_stage))
            at = row(disagreement).due_at
        assert moves == [(1, 2), (2, 3), (3, 4), (None, None)]
        last = entries(disagreement)[-1]
        assert (last.kind, last.side) == (EntryKind.CLOCK_ENDED, Side.CLOCK)
        assert row(disagreement).turn is Turn.RAISED_WITH
        assert verbs(disagreement)[-1] == "escalation.clock_ended"
        assert heard(world, disagreement, NoticeKind.ESCALATION_DUE) == [
            "a.business_manager",
            "a.gp.lead",
            "a.manager",
            "a.school.lead",
            "a.scrutineer",
        ]
        assert end_clocks(at + timedelta(days=90)) == 0

    def test_at_the_last_stage_the_manager_hears_whatever_the_rules_say(self, world, disagreement):
        rules_from(world, "a", date(2026, 6, 11), 2)
        end_clocks(june(12))
        assert row(disagreement).stage == 2
        assert "a.manager" in heard(world, disagreement, NoticeKind.ESCALATION_STAGE)

    def test_those_who_raised_it_are_told_that_it_waits_for_them(self, world, viewer, disagreement):
        acting.reply(viewer("a.gp.lead"), disagreement, "We shall come.", row(disagreement).version)
        assert end_clocks(june(12)) == 1
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.stage, one.turn, one.is_noted) == (1, Turn.RAISED_BY, True)
        assert (last.kind, last.to_stage) == (EntryKind.CLOCK_ENDED, None)
        assert last.text == (
            "Those who raised it had not said by the end of Friday 12 June 2026 whether the reply is enough."
        )
        assert heard(world, disagreement, NoticeKind.ESCALATION_DUE) == ["a.gp.lead", "a.school.lead"]
        assert end_clocks(june(30)) == 0
        # Asked again, its clock runs again.
        again = viewer("a.school.lead", now=june(15))
        acting.ask_again(again, disagreement, "And when?", row(disagreement).version)
        assert end_clocks(june(18)) == 1
        assert row(disagreement).stage == 2

    def test_an_informal_alert_becomes_formal_whatever_was_replied(self, quiet, world, viewer, viewer_of):
        alert = raised(world, viewer_of, "a.chair", "social_care", ALERT, meeting="strategy")
        acting.reply(viewer("a.social_care.west"), alert, "We are looking into it.", row(alert).version)
        assert end_clocks(june(17)) == 1
        one, last = row(alert), entries(alert)[-1]
        assert (one.stage, one.turn, one.formal_at) == (2, Turn.RAISED_WITH, june(17))
        assert last.text == "Not resolved by the end of Wednesday 17 June 2026."

    def test_praise_waits_for_ever(self, quiet, world, viewer_of):
        praise = raised(world, viewer_of, "a.chair", "social_care", ALERT, meeting="strategy", is_positive=True)
        assert end_clocks(NOW + timedelta(days=999)) == 0
        assert row(praise).stage == 1

    def test_whoever_raised_it_has_left_and_the_manager_hears(self, quiet, world, viewer_of):
        found = raised(world, viewer_of)
        with writing() as session:
            chair = world.person("a.chair").hat.membership_id
            session.execute(update(Membership).where(Membership.id == chair).values(ended_at=NOW))
        end_clocks(june(12))
        assert heard(world, found, NoticeKind.ESCALATION_STAGE) == ["a.gp.lead", "a.manager"]

    def test_every_partnership_has_its_turn(self, world):
        assert end_clocks(june(11)) == 6
        assert end_clocks(june(11)) == 0
        for letter in "ab":
            assert row(world.escalations[f"{letter}.missed"]).stage == 2
            assert row(world.escalations[f"{letter}.alert"]).stage == 2
            assert row(world.escalations[f"{letter}.disagreement"]).is_noted
        (notice,) = [
            one
            for one in notices(world.escalations["b.missed"])
            if one.membership_id == world.person("b.second_chair").hat.membership_id
        ]
        assert notice.partnership_id == world.partnerships["b"]


class TestRulesThatChange:
    """A stage keeps the clock it began with; the next has that of the rules in force when it begins."""

    def test_more_time_and_more_stages_hold_from_the_next_stage_on(self, world, disagreement):
        rules_from(world, "a", date(2026, 6, 11), 6)
        assert end_clocks(june(12)) == 1
        assert row(disagreement).due_at == june(19)  # four working days, where three were
        at = june(19)
        while not row(disagreement).is_noted:
            end_clocks(at)
            at = row(disagreement).due_at
        assert row(disagreement).stage == 6

    def test_a_ladder_that_ends_below_it_has_no_next_stage(self, world, disagreement):
        end_clocks(june(12))
        end_clocks(june(18))
        assert row(disagreement).stage == 3
        rules_from(world, "a", date(2026, 6, 19), 2)
        assert end_clocks(row(disagreement).due_at) == 1
        assert (row(disagreement).stage, row(disagreement).is_noted) == (3, True)

    def test_the_other_partnerships_rules_change_nothing(self, world, disagreement):
        rules_from(world, "b", date(2026, 6, 11), 1)
        end_clocks(june(12))
        assert (row(disagreement).stage, row(disagreement).due_at) == (2, june(18))


class TestTogether:
    """Several workers, and people who act in the same moment."""

    def test_four_workers_at_once_deal_with_each_clock_once(self, app, world):
        db.session.rollback()
        outcomes = at_once(app, *(lambda: end_clocks(june(11)) for _ in range(4)))
        assert sum(outcomes) == 6, outcomes
        for letter in "ab":
            changes = [
                one for one in entries(world.escalations[f"{letter}.missed"]) if one.kind is EntryKind.STAGE_CHANGE
            ]
            assert len(changes) == 1

    def test_a_reply_in_that_moment_is_kept_or_keeps_its_words(self, app, viewer, disagreement):
        seen, lead = row(disagreement).version, viewer("a.gp.lead", now=june(12))
        db.session.rollback()
        said, moved = at_once(
            app, lambda: acting.reply(lead, disagreement, "At last.", seen), lambda: end_clocks(june(12))
        )
        kinds = [one.kind for one in entries(disagreement)[1:]]
        if said is None:
            assert moved == 0
            assert kinds == [EntryKind.REPLY]
        else:
            assert isinstance(said, (Conflict, NotPermitted))
            assert moved == 1
            assert kinds == [EntryKind.STAGE_CHANGE]

    def test_one_that_somebody_is_at_is_left_to_them(self, app, backend, world, disagreement):
        if backend == "sqlite":
            pytest.skip("one writer at a time: nothing can be held meanwhile")
        db.session.rollback()
        with db.engine.connect() as other, other.execution_options(isolation_level="READ COMMITTED").begin():
            other.execute(select(Escalation.id).where(Escalation.id == disagreement).with_for_update())
            assert end_clocks(june(12)) == 0
        assert row(disagreement).stage == 1
        assert end_clocks(june(12)) == 1

    def test_a_fault_in_one_keeps_no_other_waiting(self, monkeypatch, world):
        broken, enter = world.escalations["a.missed"], clocks.enter_stage

        def faulty(change, escalation, *more):
            if escalation.id == broken:
                raise LookupError("this one")
            enter(change, escalation, *more)

        monkeypatch.setattr(clocks, "enter_stage", faulty)
        with pytest.raises(LookupError, match="this one"):
            end_clocks(june(11))
        assert row(broken).stage == 1
        assert len(entries(broken)) == 1
        assert row(world.escalations["a.alert"]).stage == row(world.escalations["b.missed"]).stage == 2
        monkeypatch.undo()
        assert end_clocks(june(11)) == 1
        assert row(broken).stage == 2


def test_the_worker_looks_every_twenty_seconds():
    (work,) = [one for one in worker.WORKS if one.run is end_clocks]
    assert (work.name, work.every_seconds) == ("clocks", 20)


def test_it_looks_only_among_the_clocks_that_run(backend, database):
    db.session.rollback()
    words = str(ended_by(NOW).compile(db.engine, compile_kwargs={"literal_binds": True}))
    if backend == "postgresql":
        # A table of a few rows is read whole, whatever its indexes.
        db.session.execute(text("SET enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN" if backend == "sqlite" else "EXPLAIN"
    plan = " ".join(str(line) for line in db.session.execute(text(f"{explain} {words}")))
    if backend == "postgresql":
        db.session.execute(text("RESET enable_seqscan"))
    assert "ix_escalations_clock" in plan


def test_how_much_is_asked_does_not_grow_with_the_log(disagreement, world, count_queries):
    with count_queries() as short:
        end_clocks(june(12))
    with writing() as session:
        first = session.scalars(select(EscalationEntry).where(EscalationEntry.escalation_id == disagreement)).first()
        names = {column.name for column in EscalationEntry.__table__.columns} - {"id", "number"}
        facts = {name: getattr(first, name) for name in names}
        session.add_all(EscalationEntry(**facts, number=number) for number in range(3, 60))
    with count_queries() as long:
        end_clocks(june(18))
    assert row(disagreement).stage == 3
    assert len(long) <= len(short) + 2


def test_rules_without_ladders_of_their_own_are_the_defaults(world, disagreement):
    assert default_rules().ladder(LadderKind.DISAGREEMENT).stage(2).working_days == 3
    end_clocks(june(12))
    assert row(disagreement).due_at == june(18)
