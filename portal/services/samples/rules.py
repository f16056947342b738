"""Standing rules of dip samples: how many meetings of which kind are looked at each month, and from which month on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.months import Month
from portal.models.samples import DipRule
from portal.services.changes import LOST, changing
from portal.services.rule_sets import KnownType, rule_book
from portal.services.samples.tools import tool_called
from portal.services.sent_forms import once

TAKEN = "There is a rule for this kind of meeting already. Change that one"


@dataclass(frozen=True, slots=True)
class RuleDetails:
    """What a rule says; `from_on` is any day of the first month."""

    meeting_type_id: int
    how_many: int
    from_on: date
    tool_code: str
    is_active: bool = True


def list_rules(viewer: Viewer) -> list[DipRule]:
    """The rules, with the kind of meeting of each."""
    rows = access.rules_visible_to(viewer).options(joinedload(DipRule.meeting_type)).order_by(DipRule.id)
    return list(db.session.scalars(rows))


def find_rule(viewer: Viewer, rule_id: int) -> DipRule:
    """A rule with its kind of meeting; raises NotVisible."""
    rows = access.rules_visible_to(viewer).options(joinedload(DipRule.meeting_type))
    rule = db.session.scalar(rows.where(DipRule.id == rule_id))
    if rule is None:
        raise NotVisible("There is no such rule.")
    return rule


def kinds_to_sample(viewer: Viewer) -> list[KnownType]:
    """The kinds of meetings that may be sampled: those in use."""
    if viewer.partnership_id is None:
        return []
    book = rule_book(db.session(), viewer.partnership_id)
    return [known for known in book.meeting_types if not known.is_retired]


def add_rule(viewer: Viewer, details: RuleDetails) -> int:
    """Add a rule; gives its id. Raises NotPermitted, and Invalid by field where the kind has one already."""
    if viewer.partnership_id is None or not access.may_draw(viewer):
        raise NotPermitted("Dip samples are kept by the safeguarding manager.")
    _check(viewer, details)
    try:
        with changing(viewer) as change:
            once(change)
            rule = DipRule(partnership_id=viewer.partnership_id, meeting_type_id=details.meeting_type_id)
            _write(rule, details)
            change.session.add(rule)
            change.session.flush()
            change.log("dip_rule.added", "dip_rule", rule.id)
            return rule.id
    except IntegrityError:
        raise Invalid(TAKEN, errors={"meeting_type": [TAKEN]}) from None


def change_rule(viewer: Viewer, rule_id: int, details: RuleDetails, *, version: int) -> bool:
    """Change how many, from when, by which tool, or stop it; its kind stays. Says whether anything changed.

    Raises NotVisible, Invalid by field and Conflict.
    """
    _check(viewer, details)
    if details_of(find_rule(viewer, rule_id)) == details:
        return False
    with changing(viewer) as change:
        rule = find_rule(viewer, rule_id)
        if rule.version != version:
            raise Conflict(LOST, theirs=_in_words(rule))
        _write(rule, details)
        change.log("dip_rule.changed", "dip_rule", rule.id)
    return True


def details_of(rule: DipRule) -> RuleDetails:
    """What a rule says now."""
    return RuleDetails(rule.meeting_type_id, rule.how_many, rule.from_on, rule.tool_code, rule.is_active)


def _check(viewer: Viewer, details: RuleDetails) -> None:
    tool_called(viewer, details.tool_code)
    if all(known.id != details.meeting_type_id for known in kinds_to_sample(viewer)):
        raise Invalid("No such kind", errors={"meeting_type": ["Choose a kind of meeting"]})


def _write(rule: DipRule, details: RuleDetails) -> None:
    rule.how_many = details.how_many
    rule.from_on = Month.of(details.from_on).first
    rule.tool_code = details.tool_code
    rule.is_active = details.is_active


def _in_words(rule: DipRule) -> dict[str, str]:
    return {
        "How many": str(rule.how_many),
        "From": Month.of(rule.from_on).words,
        "In use": "Yes" if rule.is_active else "No",
    }
