"""The numbers behind the figures: what a partnership asks of each kind of meeting now, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.figure_words import due_rule_words, report_rule_words
from portal.domain.quoracy import quorum_words
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class AskedOf:
    """What is asked of one kind of meeting."""

    meetings: str
    due: str
    quorum: str
    reports: str


@dataclass(frozen=True, slots=True)
class RulesInWords:
    """The rule set that holds today."""

    effective_from: date
    guidance_edition: str
    has_others: bool
    """Whether earlier or later meetings are held to other rules."""
    asked: tuple[AskedOf, ...]


def rules_in_words(viewer: Viewer) -> RulesInWords:
    """Return the rules of the viewer's partnership as they are today. Raises NotPermitted."""
    scope = access.scope(viewer)
    book = rule_book(db.session(), scope.partnership_id)
    rules = book.on(viewer.today)
    names = {known.code: known.name for known in book.meeting_types}
    asked = []
    for known in book.meeting_types:
        rule = rules.rule_for(known.code)
        quorum = "No rule" if rule.quorum is None else quorum_words(rule.quorum)
        asked.append(
            AskedOf(
                known.name, due_rule_words(rule.due, names), quorum[:1].upper() + quorum[1:], report_rule_words(rule)
            )
        )
    return RulesInWords(rules.effective_from, rules.guidance_edition, len(book.rule_sets) > 1, tuple(asked))
