"""Kinds of meetings: added, described, held to new rules from a day on, retired and brought back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.due_rules import After, DueRule, Period, Unit
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.meeting_kinds import ITSELF, KindDetails
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.domain.rules import MeetingRule
from portal.models.audits import AuditReturn
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingRule as StoredRule
from portal.models.rule_sets import MeetingType, RuleSet
from portal.services.audits.own_figures import own_figures
from portal.services.meeting_kinds import changing, listing
from portal.services.rule_sets import rule_book
from tests.areas import Area, meeting, part
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.world import TODAY

pytestmark = pytest.mark.usefixtures("database")

PANEL = KindDetails("Risk panel", frozenset({RecordSection.ACTIONS}))
EVERY_MONTH = MeetingRule(ITSELF, due=DueRule(after=(After(ITSELF, Period(1, Unit.MONTHS)),)))
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def review(world) -> int:
    """A's review conference."""
    return world.meeting_types["a.review_conference"]


def book(viewer: Viewer):
    db.session.rollback()
    return rule_book(db.session(), viewer.partnership_id or 0)


def due_within(viewer: Viewer, kind_id: int, days: int, on: date = TODAY) -> MeetingRule:
    return replace(book(viewer).rule(kind_id, on), due=DueRule(Period(days, Unit.WORKING_DAYS)))


class TestAdding:
    """A partnership's own kind."""

    def test_a_kind_has_its_rule_in_every_rule_set_and_knows_itself(self, manager, review):
        changing.change_rule(manager, review, due_within(manager, review, 9), TOMORROW, version=1)
        number = changing.add_kind(manager, MeetingFamily.PANEL, PANEL, EVERY_MONTH)
        known = book(manager).with_id(number)
        assert (known.code, known.family, known.is_retired) == ("risk_panel", MeetingFamily.PANEL, False)
        assert known.sections == {RecordSection.ACTIONS}
        for rule_set in book(manager).rule_sets:
            rule = rule_set.rule_for("risk_panel")
            assert rule.due.after == (After("risk_panel", Period(1, Unit.MONTHS)),)
        assert trail("meeting_kind.added", number) == 1
        assert listing.list_kinds(manager)[-1].name == "Risk panel"

    def test_a_name_is_taken_once_in_a_partnership_and_free_in_another(self, manager, foreign_manager):
        changing.add_kind(manager, MeetingFamily.PANEL, PANEL, EVERY_MONTH)
        with pytest.raises(Invalid) as refused:
            changing.add_kind(manager, MeetingFamily.PANEL, replace(PANEL, name="RISK PANEL"), EVERY_MONTH)
        assert refused.value.errors == {"name": ["There is already a kind called RISK PANEL"]}
        number = changing.add_kind(foreign_manager, MeetingFamily.PANEL, PANEL, EVERY_MONTH)
        with pytest.raises(NotVisible):
            listing.find_kind(manager, number)

    def test_a_kind_that_is_due_after_one_of_nobodys_is_refused(self, manager):
        rule = MeetingRule(ITSELF, due=DueRule(after=(After("tea_party", Period(1, Unit.MONTHS)),)))
        with pytest.raises(Invalid, match="own kinds"):
            changing.add_kind(manager, MeetingFamily.PANEL, PANEL, rule)

    @pytest.mark.parametrize("name", ["coordinator", "scrutineer", "board", "administrator"])
    def test_others_add_nothing(self, viewer, name):
        with pytest.raises(NotPermitted):
            changing.add_kind(viewer(f"a.{name}"), MeetingFamily.PANEL, PANEL, EVERY_MONTH)

    def test_the_block_about_a_missing_child_needs_the_record_that_it_stands_in(self, manager, review):
        alone = replace(PANEL, sections=frozenset({RecordSection.MISSING_CHILD}))
        for refused_one in (
            lambda: changing.add_kind(manager, MeetingFamily.STRATEGY, alone, EVERY_MONTH),
            lambda: changing.describe_kind(manager, review, alone, version=1),
        ):
            with pytest.raises(Invalid) as refused:
                refused_one()
            assert list(refused.value.errors) == ["sections"]
        both = replace(PANEL, sections=alone.sections | {RecordSection.STRATEGY})
        number = changing.add_kind(manager, MeetingFamily.STRATEGY, both, EVERY_MONTH)
        assert book(manager).with_id(number).sections == both.sections


class TestDescribing:
    """What is said of a kind besides its rules."""

    def test_a_kind_is_described_anew_and_the_same_again_is_no_change(self, manager, review):
        before = listing.find_kind(manager, review).details
        assert not changing.describe_kind(manager, review, before, version=1)
        assert changing.describe_kind(manager, review, replace(before, named_people_only=True), version=1)
        kind = stored(MeetingType, review)
        assert (kind.named_people_only, kind.code, kind.version) == (True, "review_conference", 2)
        assert trail("meeting_kind.changed", review) == 1

    def test_what_somebody_else_said_meanwhile_is_not_overwritten(self, manager, review):
        before = listing.find_kind(manager, review).details
        changing.describe_kind(manager, review, replace(before, name="Review"), version=1)
        with pytest.raises(Conflict) as lost:
            changing.describe_kind(manager, review, replace(before, several_families=True), version=1)
        assert lost.value.theirs["Name"] == "Review"
        assert lost.value.mine["Several families"] == "Yes"

    def test_its_name_is_not_another_kinds(self, manager, review):
        with pytest.raises(Invalid):
            changing.describe_kind(manager, review, replace(PANEL, name="core group"), version=1)


class TestRules:
    """New rules from a day on."""

    def test_they_hold_from_their_day_and_coming_meetings_are_worked_out_anew(self, manager, review, world):
        place = world.meeting("a.review")
        held = stored(Meeting, world.meeting("a.past_initial").id).due_on
        change(Meeting, place.id, trigger_on=date(2026, 6, 1))
        rule = replace(due_within(manager, review, 9), report_working_days=2)
        done = changing.change_rule(manager, review, rule, TOMORROW, version=1)
        assert (done.has_changed, done.recounted) == (True, 1)
        assert stored(Meeting, place.id).due_on == date(2026, 6, 12)
        assert stored(Invitation, place.invitations["police"].id).report_due_on == date(2026, 6, 22)
        assert stored(Meeting, world.meeting("a.past_initial").id).due_on == held
        assert stored(MeetingType, review).version == 2
        assert trail("meeting_kind.rules_changed", review) == 1
        assert book(manager).rule(review, TODAY).due.after
        assert not book(manager).rule(review, TOMORROW).due.after

    def test_meetings_before_the_day_keep_their_rules(self, manager, review, world):
        place = world.meeting("a.review")
        before = stored(Meeting, place.id).due_on
        after_it = date(2026, 6, 25)
        assert changing.change_rule(manager, review, due_within(manager, review, 1), after_it, version=1).recounted == 0
        assert stored(Meeting, place.id).due_on == before

    def test_several_changes_of_one_day_stand_in_one_rule_set(self, manager, review, world):
        initial = world.meeting_types["a.initial_conference"]
        changing.change_rule(manager, review, due_within(manager, review, 9), TOMORROW, version=1)
        changing.change_rule(manager, initial, due_within(manager, initial, 8), TOMORROW, version=1)
        changing.change_rule(manager, review, due_within(manager, review, 7), TOMORROW, version=2)
        sets = select(func.count()).select_from(RuleSet).where(RuleSet.partnership_id == manager.partnership_id)
        assert db.session.scalar(sets) == 2
        within = [book(manager).rule(kind, TOMORROW).due.from_trigger for kind in (review, initial)]
        assert within == [Period(7, Unit.WORKING_DAYS), Period(8, Unit.WORKING_DAYS)]

    def test_what_was_counted_stays_as_it_was_counted(self, manager, world):
        strategy = world.meeting_types["a.strategy_meeting"]
        held_on = date(2026, 5, 12)
        rule = due_within(manager, strategy, 9)
        with pytest.raises(Invalid) as refused:
            changing.change_rule(manager, strategy, rule, held_on, version=1)
        assert "choose Wednesday 13 May 2026 or later" in refused.value.errors["first_day"][0]
        assert len(book(manager).rule_sets) == 1
        assert changing.change_rule(manager, strategy, rule, held_on + timedelta(days=1), version=1).has_changed

    def test_a_rule_that_holds_already_begins_nothing(self, manager, review):
        rule = book(manager).rule(review, TODAY)
        assert not changing.change_rule(manager, review, rule, TOMORROW, version=1).has_changed
        assert len(book(manager).rule_sets) == 1
        assert stored(MeetingType, review).version == 1

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, manager, review):
        changing.change_rule(manager, review, due_within(manager, review, 9), TOMORROW, version=1)
        with pytest.raises(Conflict) as lost:
            changing.change_rule(manager, review, due_within(manager, review, 5), TOMORROW, version=1)
        assert lost.value.theirs["Due"] == "Within 9 working days of what asked for it"
        assert lost.value.mine["Due"] == "Within 5 working days of what asked for it"

    def test_two_who_begin_new_rules_at_once_begin_one_rule_set(self, app, viewer, world):
        manager = viewer("a.business_manager")
        kinds = [world.meeting_types[f"a.{code}"] for code in ("review_conference", "initial_conference")]
        rules = {kind: due_within(manager, kind, 9) for kind in kinds}
        db.session.remove()

        def change_one(kind_id: int) -> None:
            changing.change_rule(manager, kind_id, rules[kind_id], TOMORROW, version=1)

        at_once(app, *[lambda kind=kind: change_one(kind) for kind in kinds])
        assert len(book(manager).rule_sets) == 2
        for kind in kinds:
            assert book(manager).rule(kind, TOMORROW).due.from_trigger == Period(9, Unit.WORKING_DAYS)

    def test_the_history_tells_each_rule_once(self, manager, review, world):
        core_group = world.meeting_types["a.core_group"]
        changing.change_rule(manager, review, due_within(manager, review, 9), TOMORROW, version=1)
        later = date(2026, 9, 1)
        changing.change_rule(manager, core_group, due_within(manager, core_group, 3), later, version=1)
        kind = listing.find_kind(manager, review)
        assert [(held.from_on, held.until_on, held.is_now, held.is_to_come) for held in kind.history] == [
            (TOMORROW, None, False, True),
            (None, TODAY, True, False),
        ]
        assert kind.now.until_on == TODAY


class TestRetiring:
    """No more meetings of a kind."""

    def test_a_kind_is_retired_once_and_brought_back_once(self, manager, world):
        mase = world.meeting_types["a.mase"]
        assert changing.retire_kind(manager, mase)
        assert not changing.retire_kind(manager, mase)
        assert book(manager).with_id(mase).is_retired
        assert listing.list_kinds(manager)[-1].id == mase
        assert changing.bring_back_kind(manager, mase)
        assert not changing.bring_back_kind(manager, mase)
        assert not book(manager).with_id(mase).is_retired
        assert (trail("meeting_kind.retired", mase), trail("meeting_kind.brought_back", mase)) == (1, 1)

    def test_the_four_that_figures_know_by_code_are_not_retired(self, manager, review):
        with pytest.raises(Invalid, match="by its code"):
            changing.retire_kind(manager, review)

    def test_another_partnerships_kind_is_nobodys(self, manager, coordinator, world):
        theirs, mine = world.meeting_types["b.mase"], world.meeting_types["a.mase"]
        for act in (changing.retire_kind, changing.bring_back_kind):
            with pytest.raises(NotVisible):
                act(manager, theirs)
            with pytest.raises(NotPermitted):
                act(coordinator, mine)


def test_a_kind_without_a_stored_rule_is_given_one(manager, world):
    mase = world.meeting_types["a.mase"]
    session = db.session()
    session.execute(StoredRule.__table__.delete().where(StoredRule.meeting_type_id == mase))
    session.commit()
    assert changing.change_rule(manager, mase, due_within(manager, mase, 4), TODAY, version=1).has_changed
    assert book(manager).rule(mase, TODAY).due.from_trigger == Period(4, Unit.WORKING_DAYS)


@pytest.mark.parametrize(("family", "counted"), [(MeetingFamily.CONFERENCE, 9), (MeetingFamily.PANEL, None)])
def test_a_partnerships_own_conferences_count_among_an_agencys_own_figures(manager, world, family, counted):
    changing.add_kind(manager, family, replace(PANEL, name="Transfer conference"), EVERY_MONTH)
    area, code = Area.of(world.partnerships["a"]), world.agency_codes["a.school"]
    area.meetings(*(meeting(f"T{number}", "transfer_conference", "2026-03-04") for number in range(9)))
    area.attendance(*(part(f"T{number}", code, "apologies") for number in range(9)))
    school = stored(AuditReturn, world.returns["a.school"].id)
    figures = own_figures(db.session(), school, date(2026, 5, 11), manager.now)
    found = figures.get("attendance_rate")
    assert (None if found is None else found.whole) == counted
