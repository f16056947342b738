"""Rules changed from a day on: a new rule set that carries everything else along, and no counted meeting touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.due_rules import DueRule, Period, Unit
from portal.domain.ladder_rules import default_rules
from portal.domain.rules import EVER
from portal.models.ladders import LadderStage, LadderTrigger
from portal.models.rule_sets import RuleSet
from portal.services.changes import changing
from portal.services.escalation_rules import rules_on
from portal.services.rule_set_changes import (
    CARRIED_ALONG,
    earliest_day,
    rule_set_from,
    set_meeting_rule,
)
from portal.services.rule_sets import RuleBook, rule_book
from tests.areas import NOW, Area

APRIL, JULY = date(2026, 4, 1), date(2026, 7, 1)


@pytest.fixture
def system(area: Area) -> Viewer:
    return Viewer.of_system("tests", NOW, area.partnership_id)


def book_of(area: Area) -> RuleBook:
    db.session.rollback()
    return rule_book(db.session(), area.partnership_id)


def begin(system: Viewer, area: Area, day: date) -> int:
    with changing(system) as change:
        change.log("rule_set.created", "rule_set", None)
        return rule_set_from(change, area.partnership_id, day).id


def set_rule(system: Viewer, area: Area, code: str, day: date, due_days: int) -> bool:
    known = book_of(area).meeting_type(code)
    assert known is not None
    rule = replace(book_of(area).rule(known.id, day), due=DueRule(Period(due_days, Unit.WORKING_DAYS)))
    with changing(system) as change:
        change.log("rule_set.created", "rule_set", None)
        return set_meeting_rule(change, area.partnership_id, known.id, rule, day)


def due_days(area: Area, code: str, day: date) -> int:
    book = book_of(area)
    known = book.meeting_type(code)
    assert known is not None
    trigger = book.rule(known.id, day).due.from_trigger
    assert trigger is not None
    return trigger.amount


def test_every_table_that_belongs_to_a_rule_set_is_carried_along():
    carried = {model.__tablename__ for model in CARRIED_ALONG}
    belonging = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "rule_sets" and key.column.name == "id"
    }
    assert carried == belonging


def test_a_new_rule_set_says_all_that_the_one_before_said(area, system):
    session = db.session()
    session.execute(update(RuleSet).values(audit_green_from=90, small_count_limit=9, evidence_months=12))
    first = session.scalar(select(RuleSet.id).where(RuleSet.partnership_id == area.partnership_id))
    session.execute(update(LadderStage).where(LadderStage.rule_set_id == first).values(working_days=7))
    session.execute(update(LadderTrigger).where(LadderTrigger.rule_set_id == first).values(count=4))
    session.commit()
    second = begin(system, area, APRIL)
    before, after = book_of(area).rule_sets
    assert (before.effective_from, after.effective_from) == (EVER, APRIL)
    assert replace(after, effective_from=EVER) == before
    assert (after.audit_levels.green_from, after.small_count_limit, after.evidence_months) == (90, 9, 12)
    escalating = rules_on(db.session(), area.partnership_id, APRIL)
    assert escalating == rules_on(db.session(), area.partnership_id, date(2026, 3, 31)) != default_rules()
    for model in CARRIED_ALONG:
        rows = select(sa.func.count()).select_from(model)
        assert db.session.scalar(rows.where(model.rule_set_id == second)) > 0
        assert db.session.scalar(rows.where(model.rule_set_id == first)) == db.session.scalar(
            rows.where(model.rule_set_id == second)
        )


def test_two_changes_with_one_first_day_stand_in_one_rule_set(area, system):
    assert begin(system, area, APRIL) == begin(system, area, APRIL)
    set_rule(system, area, "initial_conference", APRIL, 10)
    set_rule(system, area, "strategy_meeting", APRIL, 2)
    assert [rules.effective_from for rules in book_of(area).rule_sets] == [EVER, APRIL]
    assert due_days(area, "initial_conference", APRIL) == 10
    assert due_days(area, "initial_conference", APRIL - timedelta(days=1)) == 15
    assert due_days(area, "strategy_meeting", APRIL) == 2


def test_the_rule_set_in_force_is_copied_not_the_newest(area, system):
    set_rule(system, area, "initial_conference", JULY, 10)
    begin(system, area, APRIL)
    assert due_days(area, "initial_conference", APRIL) == 15
    assert due_days(area, "initial_conference", JULY) == 10


def test_a_later_rule_set_takes_over_a_change_unless_it_has_its_own(area, system):
    october = date(2026, 10, 1)
    set_rule(system, area, "strategy_meeting", JULY, 1)
    set_rule(system, area, "initial_conference", october, 20)
    assert set_rule(system, area, "initial_conference", APRIL, 10)
    days = (date(2026, 3, 31), APRIL, JULY, october)
    # July's had only carried the old rule along; what was changed from October on stays.
    assert [due_days(area, "initial_conference", day) for day in days] == [15, 10, 10, 20]
    assert [due_days(area, "strategy_meeting", day) for day in days] == [3, 3, 1, 1]


def test_a_rule_that_holds_already_begins_nothing(area, system):
    assert not set_rule(system, area, "initial_conference", APRIL, 15)
    assert len(book_of(area).rule_sets) == 1


def test_other_partnerships_keep_their_rules(area, system, world):
    set_rule(system, area, "initial_conference", APRIL, 10)
    assert len(rule_book(db.session(), world.partnerships["a"]).rule_sets) == 1


def test_the_earliest_day_is_the_one_after_the_last_that_was_counted(planned):
    book = book_of(planned)
    review, initial = book.meeting_type("review_conference"), book.meeting_type("initial_conference")
    assert review is not None
    assert initial is not None
    # The one held on the fifth of May was counted; the one that was cancelled for that day was not.
    assert earliest_day(db.session(), planned.partnership_id, review.id) == date(2026, 5, 6)
    assert earliest_day(db.session(), planned.partnership_id, initial.id) == EVER
