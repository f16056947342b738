"""How long a partnership keeps each class of records: the rules it starts with, and changing them from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.retention import DEFAULTS, LONGEST_REASON, LONGEST_SOURCE, MOST_YEARS, RecordClass, Rule, rule_on
from portal.models.records import RecordsContact, RetentionRule
from portal.services.changes import Change, changing
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A class with the rule in force, and the one to come if there is one."""

    record_class: RecordClass
    now: Rule | None
    coming: Rule | None


def create_defaults(change: Change, partnership_id: int) -> None:
    """Give a new partnership the rules that everybody starts with."""
    for rule in DEFAULTS:
        change.session.add(
            RetentionRule(
                partnership_id=partnership_id,
                record_class=rule.record_class,
                years=rule.years,
                reason=rule.reason,
                source=rule.source,
                effective_from=rule.effective_from,
                made_at=change.viewer.now,
            )
        )


def rules_of(session: Session, partnership_id: int) -> list[Rule]:
    """Every rule that a partnership has or had."""
    return [rule_of(row) for row in session.scalars(access.published_rules(partnership_id))]


def list_rules(viewer: Viewer) -> list[RuleRow]:
    """Each class with its rule, as it is today and as it will be."""
    rules = [rule_of(row) for row in db.session.scalars(access.rules_visible_to(viewer))]
    return rows_on(rules, viewer.today)


def change_rule(
    viewer: Viewer, record_class: RecordClass, years: int | None, reason: str, source: str, effective_from: date | None
) -> None:
    """Have a class kept for another number of years from a day on. Raises NotPermitted, Invalid by field."""
    if not access.may_change_rules(viewer):
        raise NotPermitted("How long records are kept is the business manager’s to change.")
    faults: dict[str, list[str]] = {}
    if years is None or not 1 <= years <= MOST_YEARS:
        faults["years"] = [f"Enter a number of years from 1 to {MOST_YEARS}"]
    if not reason.strip() or len(reason) > LONGEST_REASON:
        faults["reason"] = ["Say why records of this class are kept for so long"]
    if not source.strip() or len(source) > LONGEST_SOURCE:
        faults["source"] = ["Say where that stands, such as a retention schedule and its date"]
    if effective_from is None or effective_from < viewer.today:
        faults["effective_from"] = ["Choose today or a later day"]
    if faults:
        raise Invalid("The rule is not whole.", errors=faults)
    try:
        with changing(viewer) as change:
            once(change)
            row = RetentionRule(
                partnership_id=viewer.partnership_id,
                record_class=record_class,
                years=years,
                reason=reason.strip(),
                source=source.strip(),
                effective_from=effective_from,
                made_at=viewer.now,
                made_by_id=viewer.user_id,
            )
            change.session.add(row)
            change.session.flush()
            change.log("retention.changed", "retention_rule", row.id)
    except IntegrityError:
        words = "There is a rule from this day already. Choose another day"
        raise Invalid(words, errors={"effective_from": [words]}) from None


def own_contact(viewer: Viewer) -> RecordsContact | None:
    """The viewer's partnership's contact, to be changed."""
    if not access.may_change_rules(viewer):
        raise NotPermitted("The contact is the business manager’s to keep.")
    own = access.published_contacts().where(RecordsContact.partnership_id == viewer.partnership_id)
    return db.session.scalar(own)


def keep_contact(viewer: Viewer, name: str, email: str, telephone: str, address: str, *, seen: int) -> None:
    """Say whom people write to; `seen` is the version that the page showed, 0 for none. Raises Conflict."""
    if not access.may_change_rules(viewer):
        raise NotPermitted("The contact is the business manager’s to keep.")
    with changing(viewer) as change:
        own = select(RecordsContact).where(RecordsContact.partnership_id == viewer.partnership_id)
        contact = change.session.scalar(own.with_for_update().execution_options(populate_existing=True))
        if (contact.version if contact else 0) != seen:
            raise _lost(contact, name)
        if contact is None:
            contact = RecordsContact(partnership_id=viewer.partnership_id)
            change.session.add(contact)
        contact.name, contact.email = name.strip(), email.strip()
        contact.telephone, contact.address = telephone.strip(), address.strip()
        change.session.flush()
        change.log("records_contact.kept", "partnership", viewer.partnership_id)


def rule_of(row: RetentionRule) -> Rule:
    """A stored rule as the domain takes it."""
    return Rule(row.record_class, row.years, row.reason, row.source, row.effective_from)


def rows_on(rules: list[Rule], today: date) -> list[RuleRow]:
    """Each class with the rule of a day and the next one."""
    return [_row(rules, record_class, today) for record_class in RecordClass]


def _row(rules: list[Rule], record_class: RecordClass, today: date) -> RuleRow:
    later = [rule for rule in rules if rule.record_class is record_class and rule.effective_from > today]
    return RuleRow(
        record_class,
        rule_on(rules, record_class, today),
        min(later, key=lambda rule: rule.effective_from, default=None),
    )


def _lost(contact: RecordsContact | None, name: str) -> Conflict:
    return Conflict(
        "Somebody else has changed the contact a moment ago.",
        mine={"Name": name},
        theirs={"Name": contact.name if contact else "Nobody"},
    )
