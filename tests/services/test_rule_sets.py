"""Rules as rows: what a new partnership starts with, and which rules hold on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.database.session import db
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.default_rules import default_rule_set
from portal.domain.rules import EVER, AuditLevels
from portal.domain.vocabulary import MeetingKind
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet
from portal.services.rule_sets import RuleBook, rule_book
from tests.areas import NOW, Area


def book_of(area: Area) -> RuleBook:
    return rule_book(db.session(), area.partnership_id)


def add_rule_set(area: Area, begins: date, *, types: list[str], limit: int = 5) -> None:
    """A later rule set that holds meetings of these types to the default rules, and asks nothing of others."""
    session = db.session()
    known = {known.code: known.id for known in book_of(area).meeting_types}
    rules = RuleSet(
        partnership_id=area.partnership_id,
        effective_from=begins,
        guidance_edition="Local",
        small_count_limit=limit,
        created_at=NOW,
    )
    session.add(rules)
    session.flush()
    for code in types:
        stored = default_rule_set().rule_for(code).to_json()
        del stored["meeting_type"]
        session.add(
            MeetingRule(partnership_id=area.partnership_id, rule_set_id=rules.id, meeting_type_id=known[code], **stored)
        )
    session.commit()


def test_a_new_partnership_has_the_default_rules_read_back_exactly(area):
    book = book_of(area)
    assert book.rule_sets == (default_rule_set(),)
    assert [known.code for known in book.meeting_types] == [kind.code for kind in DEFAULT_KINDS]
    assert book.meeting_types[1].name == "Review conference"
    assert "rule_set.created" in area.trail()


def test_a_partnerships_own_audit_levels_are_read_back(area):
    session = db.session()
    session.execute(update(RuleSet).values(audit_green_from=90, audit_amber_from=60))
    session.commit()
    assert book_of(area).on(date(2026, 4, 1)).audit_levels == AuditLevels(90, 60)
    with pytest.raises(IntegrityError):
        session.execute(update(RuleSet).values(audit_amber_from=90))
    session.rollback()


def test_the_newest_rule_set_that_has_begun_holds_and_the_first_before_it(area):
    add_rule_set(area, date(2026, 4, 1), types=["review_conference"], limit=9)
    book = book_of(area)
    assert [rules.effective_from for rules in book.rule_sets] == [EVER, date(2026, 4, 1)]
    assert book.on(date(2026, 3, 31)).small_count_limit == 5
    assert book.on(date(2026, 4, 1)).small_count_limit == 9
    assert book.on(date(2030, 1, 1)).small_count_limit == 9
    assert book.on(date(1999, 12, 31)) == book.rule_sets[0]


def test_a_type_that_a_rule_set_does_not_name_is_asked_nothing(area):
    add_rule_set(area, date(2026, 4, 1), types=["review_conference"])
    book = book_of(area)
    initial = book.meeting_type("initial_conference")
    assert initial is not None
    assert book.rule(initial.id, date(2026, 3, 31)).quorum is not None
    assert book.rule(initial.id, date(2026, 4, 1)).quorum is None
    assert not book.rule(initial.id, date(2026, 4, 1)).reports_due


def test_types_are_found_by_code_and_by_id(area):
    book = book_of(area)
    for known in book.meeting_types:
        assert book.meeting_type(known.code) == known == book.with_id(known.id)
    assert book.meeting_type("tea_party") is None


def test_the_book_takes_two_queries_however_thick(area, count_queries):
    for year in range(2020, 2026):
        add_rule_set(area, date(year, 1, 1), types=[kind.value for kind in MeetingKind])
    with count_queries() as statements:
        assert len(book_of(area).rule_sets) == 7
    assert len(statements) == 2


def test_a_partnership_sees_only_its_own_rules(area, world):
    other = rule_book(db.session(), world.partnerships["a"])
    assert {known.id for known in other.meeting_types}.isdisjoint(known.id for known in book_of(area).meeting_types)


def test_a_book_without_rules_cannot_be_made(area):
    with pytest.raises(ValueError, match="at least one rule set"):
        replace(book_of(area), rule_sets=())


def test_meeting_types_and_rules_belong_together_by_partnership(area):
    rows = db.session.execute(
        select(MeetingRule.partnership_id, MeetingType.partnership_id)
        .join(MeetingType, MeetingType.id == MeetingRule.meeting_type_id)
        .where(MeetingRule.partnership_id == area.partnership_id)
    ).all()
    assert len(rows) == len(DEFAULT_KINDS)
    assert all(of_rule == of_type for of_rule, of_type in rows)
