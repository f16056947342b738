"""Every rule set of a partnership as its rules were, are and will be, a group of them at a time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from portal.access import area_rules as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.area_rules import ALL_NUMBERS, AreaRules, RuleGroup, Said, stamp
from portal.domain.errors import NotVisible
from portal.domain.ladder_rules import default_rules
from portal.models.rule_sets import RuleSet
from portal.services.escalation_rules import rules_of_sets


@dataclass(frozen=True, slots=True)
class Held:
    """What is said of a group from a day on, and until which; no first day where it always was."""

    from_on: date | None
    until_on: date | None
    said: Said
    rules: AreaRules
    """All rules as they are on its first day."""

    def is_to_come(self, today: date) -> bool:
        """Whether its first day still lies ahead."""
        return self.from_on is not None and self.from_on > today


@dataclass(frozen=True, slots=True)
class AreaBook:
    """The rules of every rule set with their first days, the oldest first; the first holds for all days before it."""

    days: tuple[date, ...]
    rules: tuple[AreaRules, ...]

    def on(self, day: date) -> AreaRules:
        """All rules that hold on a day."""
        return self.rules[max(0, bisect_right(self.days, day) - 1)]

    def history(self, group: RuleGroup) -> tuple[Held, ...]:
        """What was, is and will be said of a group, the oldest first; rule sets that only carried it along are one."""
        begun: list[tuple[date, AreaRules]] = []
        for day, rules in zip(self.days, self.rules, strict=True):
            if not begun or begun[-1][1].said(group) != rules.said(group):
                begun.append((day, rules))
        ends = [day - timedelta(days=1) for day, _rules in begun[1:]]
        return tuple(
            Held(day if place else None, until_on, rules.said(group), rules)
            for place, ((day, rules), until_on) in enumerate(zip(begun, [*ends, None], strict=True))
        )

    def version(self, group: RuleGroup) -> int:
        """What a form about a group was drawn from: another number once anything of it was changed."""
        return stamp([(str(held.from_on), held.said) for held in self.history(group)])


def area_book(viewer: Viewer) -> AreaBook:
    """The rules of the viewer's area, by four queries whatever their number. Raises NotVisible."""
    session = db.session()
    columns = [getattr(RuleSet, rule.name) for rule in ALL_NUMBERS]
    rows = session.execute(
        access.visible_to(viewer)
        .with_only_columns(RuleSet.id, RuleSet.effective_from, RuleSet.guidance_edition, RuleSet.sources, *columns)
        .order_by(RuleSet.effective_from)
    ).all()
    if not rows:
        raise NotVisible("There are no rules here.")
    escalating, default = rules_of_sets(session, viewer.partnership_id or 0), default_rules()
    return AreaBook(
        days=tuple(row.effective_from for row in rows),
        rules=tuple(
            AreaRules(
                edition=row.guidance_edition,
                numbers={rule.name: getattr(row, rule.name) for rule in ALL_NUMBERS},
                escalation=escalating.get(row.id, default),
                sources=row.sources,
            )
            for row in rows
        ),
    )


def planned_on(book: AreaBook, group: RuleGroup, day: date, today: date) -> Held | None:
    """What is planned of a group from a day that still lies ahead; None where nothing is."""
    return next((held for held in book.history(group) if held.from_on == day and held.is_to_come(today)), None)
