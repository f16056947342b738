"""The rules of an area: changed from a day on, planned, taken back, and never under the feet of what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from portal.database.session import db, writing
from portal.domain.area_rules import LADDERS, Guidance, Numbers, RuleGroup, Said, Triggers
from portal.domain.due_rules import DueRule, Period, Unit
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind
from portal.domain.ladder_rules import Ladder, OfficeHours
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationLimits, LadderStage
from portal.models.rule_sets import RuleSet
from portal.services.area_rules import changing, listing
from portal.services.area_rules.listing import GroupSection
from portal.services.area_rules.reading import area_book
from portal.services.escalation_rules import rules_on
from portal.services.escalations.clocks import end_clock
from portal.services.escalations.page import escalation_page
from portal.services.escalations.steps import StepState
from portal.services.meeting_kinds import changing as kinds
from portal.services.rule_sets import rule_book
from portal.services.viewers import system_viewer
from tests.services.escalation_steps import row
from tests.services.racing import at_once
from tests.services.rows import trail
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("database")

TOMORROW, APRIL, JUNE = TODAY + timedelta(days=1), date(2027, 4, 1), date(2027, 6, 1)
PLANS, DISAGREEMENTS = RuleGroup.PLANS, RuleGroup.DISAGREEMENTS


def book(viewer):
    db.session.rollback()
    return area_book(viewer)


def version(viewer, group=PLANS) -> int:
    return book(viewer).version(group)


def numbers(viewer, group=PLANS, on=TODAY, source="", **changed) -> Said:
    held = book(viewer).on(on).said(group).value
    return Said(Numbers(tuple((name, changed.get(name, number)) for name, number in held.items)), source)


def put(viewer, group, said, day) -> bool:
    return changing.change_rules(viewer, group, said, day, version=version(viewer, group))


def put_plans(viewer, day, long_months, **more) -> bool:
    return put(viewer, PLANS, numbers(viewer, on=day, plan_long_months=long_months, **more), day)


def long_months(viewer, *days) -> list[int]:
    return [book(viewer).on(day).numbers["plan_long_months"] for day in days]


def section(viewer, group=PLANS) -> GroupSection:
    db.session.rollback()
    return next(one for one in listing.area_page(viewer).sections if one.group is group)


def ladder(viewer, group=DISAGREEMENTS, on=TODAY) -> Ladder:
    return book(viewer).on(on).escalation.ladder(LADDERS[group])


def rule_sets(viewer) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(RuleSet.partnership_id == viewer.partnership_id))


class TestReading:
    """One page of all rules."""

    def test_all_groups_are_there_as_they_always_were(self, viewer):
        page = listing.area_page(viewer("a.scrutineer"))
        assert [one.group for one in page.sections] == list(RuleGroup)
        assert all(not row.before and row.since is None for one in page.sections for row in one.rows)
        assert not any(one.planned for one in page.sections)
        assert not page.may_change
        assert len(page.kinds) == 8

    def test_each_rule_says_since_when_and_what_it_was_before(self, manager):
        put_plans(manager, TODAY, 12, source="Board, 1 June 2026")
        rows = {row.line.key: row for row in section(manager).rows}
        assert (rows["plan_long_months"].since, rows["plan_long_months"].before) == (TODAY, "11 months")
        assert (rows["plan_short_months"].since, rows["plan_short_months"].before) == (None, "")
        assert section(manager).source == "Board, 1 June 2026"
        assert section(manager, RuleGroup.AUDITS).source == "Local decision"

    def test_what_is_planned_is_told_with_its_day(self, manager):
        put_plans(manager, APRIL, 12)
        (planned,) = section(manager).planned
        assert planned.from_on == APRIL
        assert [(one.name, one.before, one.after) for one in planned.changed] == [
            ("A plan is long after", "11 months", "12 months")
        ]
        assert section(manager).rows[0].line.text == "11 months"

    def test_a_rule_of_its_own_meanwhile_is_what_was_before(self, manager):
        kinds_rule = rule_book(db.session(), manager.partnership_id)
        kind = kinds_rule.meeting_types[0].id
        put_plans(manager, TODAY, 12)
        rule = replace(kinds_rule.rule(kind, TODAY), due=DueRule(Period(9, Unit.WORKING_DAYS)))
        kinds.change_rule(manager, kind, rule, TOMORROW, version=1)
        # The rule set of tomorrow only carried the plans along: nothing of them is planned.
        assert section(manager).planned == ()
        later = replace(manager, now=NOW + timedelta(days=2))
        db.session.rollback()
        page = listing.area_page(later)
        assert page.sections[2].rows[0].since == TODAY
        assert next(one for one in page.kinds if one.id == kind).since == TOMORROW

    @pytest.mark.parametrize("name", ["gp.lead", "sector_lead", "administrator", "school.practitioner"])
    def test_others_see_nothing(self, viewer, name):
        with pytest.raises(NotVisible):
            listing.area_page(viewer(f"a.{name}"))

    def test_it_takes_six_queries_whatever_was(self, manager, count_queries):
        for days in range(5):
            put_plans(manager, TODAY + timedelta(days=days), 12 + days)
        db.session.rollback()
        with count_queries() as statements:
            listing.area_page(manager)
        assert len(statements) == 6


class TestChanging:
    """Other rules from a day on."""

    def test_they_hold_from_their_day_for_whoever_asks_for_them(self, manager):
        assert put_plans(manager, APRIL, 12)
        assert long_months(manager, TODAY, APRIL - timedelta(days=1), APRIL, JUNE) == [11, 11, 12, 12]
        found = rule_book(db.session(), manager.partnership_id)
        assert found.on(APRIL).plan_rules.long_months == 12
        assert found.on(TODAY).plan_rules.long_months == 11
        rule_set = db.session.scalar(select(RuleSet.id).where(RuleSet.effective_from == APRIL))
        assert trail("rule_set.changed", rule_set) == 1

    def test_the_same_again_begins_nothing(self, manager):
        assert not put_plans(manager, APRIL, 11)
        assert rule_sets(manager) == 1

    def test_another_partnership_keeps_its_rules(self, manager, foreign_manager):
        put_plans(manager, TODAY, 12)
        assert long_months(foreign_manager, TODAY) == [11]
        assert rule_sets(foreign_manager) == 1

    def test_several_groups_of_one_day_stand_in_one_rule_set(self, manager):
        put_plans(manager, APRIL, 12)
        put(manager, RuleGroup.GUIDANCE, Said(Guidance("Working Together 2027")), APRIL)
        put(manager, RuleGroup.OFFICE, Said(OfficeHours(time(9), time(18))), APRIL)
        assert rule_sets(manager) == 2
        held = book(manager).on(APRIL)
        assert (held.edition, held.escalation.office.closes, held.numbers["plan_long_months"]) == (
            "Working Together 2027",
            time(18),
            12,
        )
        assert rule_book(db.session(), manager.partnership_id).on(APRIL).guidance_edition == "Working Together 2027"

    def test_what_is_planned_for_later_stays_and_what_was_carried_along_follows(self, manager):
        put_plans(manager, JUNE, 14)
        put(manager, RuleGroup.GUIDANCE, Said(Guidance("Another")), APRIL)
        put_plans(manager, TODAY, 12)
        assert long_months(manager, TODAY, APRIL, JUNE) == [12, 12, 14]

    @pytest.mark.parametrize("group", [group for group in RuleGroup if group in LADDERS])
    def test_a_stage_changes_with_everything_else_of_the_ladders_as_it_was(self, manager, group):
        before = ladder(manager, group)
        stages = (replace(before.stages[0], name="Those at work", working_days=7), *before.stages[1:])
        assert put(manager, group, Said(replace(before, stages=stages)), APRIL)
        rules = rules_on(db.session(), manager.partnership_id, APRIL)
        now = rules_on(db.session(), manager.partnership_id, TODAY)
        assert rules.ladder(LADDERS[group]).stages == stages
        assert now.ladder(LADDERS[group]) == before
        assert [one for one in rules.ladders if one.kind is not LADDERS[group]] == [
            one for one in now.ladders if one.kind is not LADDERS[group]
        ]
        assert (rules.triggers, rules.office) == (now.triggers, now.office)

    def test_a_stage_is_added_at_the_end(self, manager):
        before = ladder(manager)
        more = replace(before.stages[-1], number=5, name="The national panel")
        put(manager, DISAGREEMENTS, Said(replace(before, stages=(*before.stages, more))), TOMORROW)
        assert ladder(manager, on=TOMORROW).stages[-1].name == "The national panel"

    def test_the_limit_of_the_whole_and_what_proposes_a_stage_change(self, manager):
        alerts = replace(ladder(manager, RuleGroup.ALERTS), whole_working_days=15)
        put(manager, RuleGroup.ALERTS, Said(alerts), APRIL)
        few = Triggers(book(manager).on(APRIL).escalation.triggers[:2])
        put(manager, RuleGroup.TRIGGERS, Said(few), APRIL)
        rules = rules_on(db.session(), manager.partnership_id, APRIL)
        assert rules.ladder(LadderKind.PRACTICE_ALERT).whole_working_days == 15
        assert rules.triggers == few.listed
        assert len(rules_on(db.session(), manager.partnership_id, TODAY).triggers) == 5

    def test_nothing_need_be_proposed_by_itself(self, manager):
        put(manager, RuleGroup.TRIGGERS, Said(Triggers(())), APRIL)
        assert rules_on(db.session(), manager.partnership_id, APRIL).triggers == ()

    def test_a_rule_set_that_was_made_without_ladders_is_given_all_of_them(self, manager):
        with writing() as session:
            for model in (LadderStage, EscalationLimits):
                session.execute(delete(model).where(model.partnership_id == manager.partnership_id))
        put(manager, RuleGroup.OFFICE, Said(OfficeHours(time(9), time(18))), TODAY)
        rules = rules_on(db.session(), manager.partnership_id, TODAY)
        assert rules.office == OfficeHours(time(9), time(18))
        assert rules.ladder(LadderKind.DISAGREEMENT).last == 4

    def test_not_in_the_past(self, manager):
        with pytest.raises(Invalid) as refused:
            put_plans(manager, TODAY - timedelta(days=1), 12)
        assert refused.value.errors == {
            "first_day": ["Rules change from today on, not in the past: choose today or a later day"]
        }
        assert rule_sets(manager) == 1
        assert put_plans(manager, TODAY, 12)

    def test_numbers_that_cannot_hold_are_refused_by_field(self, manager):
        with pytest.raises(Invalid) as refused:
            put_plans(manager, APRIL, 18)
        assert list(refused.value.errors) == ["plan_very_long_months"]
        assert rule_sets(manager) == 1

    def test_a_value_is_checked_in_each_rule_set_that_takes_it_over(self, manager):
        ladders = ladder(manager, RuleGroup.NON_ATTENDANCE)
        few = Triggers(book(manager).on(TODAY).escalation.triggers[:2])
        put(manager, RuleGroup.TRIGGERS, Said(few), APRIL)
        put(manager, RuleGroup.TRIGGERS, Said(book(manager).on(TODAY).said(RuleGroup.TRIGGERS).value), JUNE)
        shorter = Said(replace(ladders, stages=ladders.stages[:3]))
        with pytest.raises(Invalid, match="still proposes stage 4"):
            put(manager, RuleGroup.NON_ATTENDANCE, shorter, APRIL)

    @pytest.mark.parametrize("name", ["manager", "coordinator", "chair", "board", "scrutineer", "administrator"])
    def test_others_change_nothing(self, manager, viewer, name):
        said = numbers(manager, plan_long_months=12)
        with pytest.raises(NotPermitted):
            changing.preview(viewer(f"a.{name}"), PLANS, said, APRIL)
        with pytest.raises(NotPermitted):
            changing.change_rules(viewer(f"a.{name}"), PLANS, said, APRIL, version=1)
        with pytest.raises(NotPermitted):
            changing.withdraw(viewer(f"a.{name}"), PLANS, APRIL, version=1)


class TestLostRaces:
    """What somebody else changed meanwhile."""

    def test_it_is_not_overwritten_and_both_are_shown(self, manager):
        seen = version(manager)
        put_plans(manager, APRIL, 12)
        mine = numbers(manager, on=APRIL, plan_long_months=13)
        with pytest.raises(Conflict) as lost:
            changing.change_rules(manager, PLANS, mine, APRIL, version=seen)
        name = "A plan is long after"
        assert (lost.value.mine[name], lost.value.theirs[name]) == ("13 months", "12 months")
        assert lost.value.mine.keys() == lost.value.theirs.keys()
        assert long_months(manager, APRIL) == [12]
        assert changing.change_rules(manager, PLANS, mine, APRIL, version=version(manager))

    def test_another_group_or_a_kind_of_meeting_is_no_race(self, manager):
        seen = version(manager)
        put(manager, RuleGroup.GUIDANCE, Said(Guidance("Another")), TODAY)
        assert version(manager) == seen
        assert changing.change_rules(manager, PLANS, numbers(manager, plan_long_months=12), APRIL, version=seen)

    def test_a_stage_that_only_one_of_them_has_stands_on_both_sides(self, manager):
        seen, before = version(manager, DISAGREEMENTS), ladder(manager)
        put(manager, DISAGREEMENTS, Said(replace(before, stages=before.stages[:3])), APRIL)
        mine = replace(before, stages=(replace(before.stages[0], working_days=9), *before.stages[1:]))
        with pytest.raises(Conflict) as lost:
            changing.change_rules(manager, DISAGREEMENTS, Said(mine), APRIL, version=seen)
        assert lost.value.theirs["Stage 4"] == "–"
        assert lost.value.mine["Stage 4"].startswith("Safeguarding partners")

    def test_of_two_at_once_one_is_told(self, app, manager):
        seen = version(manager)
        said = [numbers(manager, plan_long_months=months) for months in (12, 13)]
        db.session.remove()

        def change(one: Said):
            return lambda: changing.change_rules(manager, PLANS, one, APRIL, version=seen)

        results = at_once(app, *map(change, said))
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "bool"]
        assert rule_sets(manager) == 2

    def test_two_groups_at_once_begin_one_rule_set(self, app, manager):
        plans, seen = numbers(manager, plan_long_months=12), version(manager)
        other = version(manager, RuleGroup.GUIDANCE)
        db.session.remove()
        results = at_once(
            app,
            lambda: changing.change_rules(manager, PLANS, plans, APRIL, version=seen),
            lambda: changing.change_rules(manager, RuleGroup.GUIDANCE, Said(Guidance("B")), APRIL, version=other),
        )
        assert results == [True, True]
        assert rule_sets(manager) == 2
        assert (book(manager).on(APRIL).edition, long_months(manager, APRIL)) == ("B", [12])


class TestWithdrawing:
    """What is planned is taken back."""

    def test_what_holds_before_goes_on(self, manager):
        put_plans(manager, APRIL, 12, source="Board")
        put(manager, RuleGroup.GUIDANCE, Said(Guidance("Another")), JUNE)
        assert changing.withdraw(manager, PLANS, APRIL, version=version(manager))
        assert long_months(manager, APRIL, JUNE) == [11, 11]
        assert section(manager).planned == ()
        assert section(manager).source == "Local decision"
        assert book(manager).on(JUNE).edition == "Another"
        rule_set = db.session.scalar(select(RuleSet.id).where(RuleSet.effective_from == APRIL))
        assert trail("rule_set.withdrawn", rule_set) == 1

    def test_what_is_planned_after_it_on_its_own_stays(self, manager):
        put_plans(manager, APRIL, 12)
        put_plans(manager, JUNE, 14)
        changing.withdraw(manager, PLANS, APRIL, version=version(manager))
        assert long_months(manager, APRIL, JUNE) == [11, 14]

    def test_what_holds_already_is_not_taken_back(self, manager):
        put_plans(manager, TODAY, 12)
        assert not changing.withdraw(manager, PLANS, TODAY, version=version(manager))
        assert not changing.withdraw(manager, PLANS, APRIL, version=version(manager))
        assert long_months(manager, TODAY) == [12]

    def test_not_where_somebody_changed_it_meanwhile(self, manager):
        put_plans(manager, APRIL, 12)
        seen = version(manager)
        put_plans(manager, APRIL, 13)
        with pytest.raises(Conflict):
            changing.withdraw(manager, PLANS, APRIL, version=seen)
        assert long_months(manager, APRIL) == [13]

    def test_not_where_what_is_left_would_not_go_together(self, manager):
        before = ladder(manager, RuleGroup.NON_ATTENDANCE)
        fifth = replace(before.stages[-1], number=5, name="The national panel")
        longer = replace(before, stages=(*before.stages, fifth))
        put(manager, RuleGroup.NON_ATTENDANCE, Said(longer), APRIL)
        triggers = book(manager).on(APRIL).escalation.triggers
        higher = Triggers((*triggers, replace(triggers[0], count=5, opens_stage=5)))
        put(manager, RuleGroup.TRIGGERS, Said(higher), APRIL)
        with pytest.raises(Invalid, match="still proposes stage 5"):
            changing.withdraw(
                manager, RuleGroup.NON_ATTENDANCE, APRIL, version=version(manager, RuleGroup.NON_ATTENDANCE)
            )


class TestPreview:
    """What a change does is shown before it is kept."""

    def test_it_tells_what_changes_until_when_and_keeps_nothing(self, manager):
        put_plans(manager, JUNE, 14)
        seen = changing.preview(manager, PLANS, numbers(manager, plan_long_months=12), APRIL)
        assert [(one.name, one.before, one.after) for one in seen.changed] == [
            ("A plan is long after", "11 months", "12 months")
        ]
        assert (seen.first_day, seen.until_on) == (APRIL, JUNE - timedelta(days=1))
        assert [one.from_on for one in seen.planned] == [JUNE]
        assert long_months(manager, APRIL) == [11]

    def test_where_it_comes_from_is_a_change_too(self, manager):
        seen = changing.preview(manager, PLANS, numbers(manager, source="Board"), APRIL)
        assert [(one.before, one.after) for one in seen.changed] == [("Local decision", "Board")]

    def test_it_counts_the_escalations_whose_clock_goes_on(self, manager):
        said = Said(ladder(manager))
        assert changing.preview(manager, DISAGREEMENTS, said, APRIL).open_escalations == 1
        assert changing.preview(manager, PLANS, numbers(manager), APRIL).open_escalations == 0


class TestLaddersUnderEscalations:
    """What is open keeps what it has, and is never left without a stage."""

    def test_the_clock_that_runs_stays_and_the_next_stage_has_the_new(self, manager, world):
        missed = world.escalations["a.missed"]
        due_at = row(missed).due_at
        before = ladder(manager, RuleGroup.NON_ATTENDANCE)
        stages = tuple(replace(stage, working_days=stage.working_days + 7) for stage in before.stages)
        put(manager, RuleGroup.NON_ATTENDANCE, Said(replace(before, stages=stages)), TODAY)
        assert row(missed).due_at == due_at
        system = system_viewer("tests", due_at, "ZQ-A-PARTNERSHIP-QZ")
        assert end_clock(replace(system, system_partnership_id=manager.partnership_id), missed)
        moved = row(missed)
        # Its clock ends as the office closes: ten working days from the next morning on.
        assert (moved.stage, moved.due_at.date()) == (2, date(2026, 6, 26))

    def test_a_stage_is_not_taken_away_from_under_one(self, manager, world):
        before = ladder(manager)
        with pytest.raises(Invalid) as refused:
            put(manager, DISAGREEMENTS, Said(replace(before, stages=before.stages[:2])), APRIL)
        assert refused.value.errors == {
            "remove_3": ["Keep stage 3: 1 open one stands at stage 3 or above. Take it away once they are closed"]
        }
        assert put(manager, DISAGREEMENTS, Said(replace(before, stages=before.stages[:3])), APRIL)

    def test_those_of_other_ladders_partnerships_and_closed_ones_do_not_hold_it(self, manager, world):
        with writing() as session:
            mine = Escalation.partnership_id == manager.partnership_id
            session.execute(
                update(Escalation)
                .where(mine, Escalation.id == world.escalations["a.disagreement"])
                .values(
                    status=EscalationStatus.RESOLVED, closed_at=NOW, resolution="explained", turn="nobody", due_at=None
                )
            )
        before = ladder(manager)
        assert put(manager, DISAGREEMENTS, Said(replace(before, stages=before.stages[:2])), TODAY)

    def test_one_that_climbed_meanwhile_keeps_its_stage_to_see(self, manager, viewer, world):
        disagreement, before = world.escalations["a.disagreement"], ladder(manager)
        with writing() as session:
            session.execute(update(Escalation).where(Escalation.id == disagreement).values(stage=1))
        put(manager, DISAGREEMENTS, Said(replace(before, stages=before.stages[:2])), TOMORROW)
        with writing() as session:
            session.execute(update(Escalation).where(Escalation.id == disagreement).values(stage=3))
        page = escalation_page(viewer("a.manager", now=NOW + timedelta(days=1)), disagreement)
        assert [step.state for step in page.steps][2:] == [StepState.NOW]
        assert page.steps[2].stage.name == "Heads of service"
        assert page.higher == ()

    def test_a_closed_one_shows_the_ladder_that_it_climbed(self, manager, viewer, world):
        before = ladder(manager)
        closed = world.escalations["a.closed"]
        (first, *rest) = before.stages
        renamed = replace(before, stages=(replace(first, name="Those at work"), *rest))
        put(manager, DISAGREEMENTS, Said(renamed), TOMORROW)
        later = viewer("a.manager", now=NOW + timedelta(days=1))
        assert escalation_page(later, closed).steps[0].stage.name == "Practitioners"
        assert escalation_page(later, world.escalations["a.disagreement"]).steps[0].stage.name == "Those at work"
