"""Changing a group of an area's rules from a day on, and taking back what is planned, after a look at what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.area_rule_checks import Fault, faults
from portal.domain.area_rule_words import listed_lines
from portal.domain.area_rules import LADDERS, LONGEST_SOURCE, Guidance, Numbers, RuleGroup, Said, Triggers
from portal.domain.errors import Conflict, Invalid
from portal.domain.escalation_vocabulary import EscalationStatus
from portal.domain.ladder_rules import Ladder, OfficeHours, default_rules
from portal.models.escalations import Escalation
from portal.models.rule_sets import RuleSet
from portal.services.area_rules.listing import Changed, Planned, changed_lines, managed_book, planned_of
from portal.services.area_rules.reading import AreaBook, planned_on
from portal.services.changes import LOST, Change, changing
from portal.services.escalation_rules import rules_of_sets, store_rules
from portal.services.rule_set_changes import hold_from, lock_rules


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: which rules differ from its first day on, and what stays planned after that."""

    first_day: date
    until_on: date | None
    """The last day before something that was planned on its own; none where nothing is."""
    changed: tuple[Changed, ...]
    planned: tuple[Planned, ...]
    open_escalations: int
    """How many open ones keep the clock that runs; none where the group has nothing to do with them."""


def preview(viewer: Viewer, group: RuleGroup, said: Said, first_day: date) -> Preview:
    """What a change would do, checked as it will be when it is kept. Raises NotPermitted, NotVisible and Invalid."""
    book = managed_book(viewer)
    _check(viewer, book, group, said, first_day)
    planned = tuple(one for one in planned_of(book, group, viewer.today) if one.from_on > first_day)
    return Preview(
        first_day=first_day,
        until_on=planned[0].from_on - timedelta(days=1) if planned else None,
        changed=changed_lines(group, book.on(first_day).said(group), said),
        planned=planned,
        open_escalations=_open_at(db.session(), viewer, group, above=0),
    )


def change_rules(viewer: Viewer, group: RuleGroup, said: Said, first_day: date, *, version: int) -> bool:
    """Hold an area to other rules of one group from a day on; says whether they differ from what held then.

    A rule set begins on that day with everything else as it was. What was planned on its own for a later day stays.
    Raises NotPermitted, NotVisible, Conflict where anything of the group was changed since the version, and Invalid
    by field.
    """
    if managed_book(viewer).on(first_day).said(group) == said:
        return False
    with changing(viewer) as change:
        book = _locked(change, group, said, first_day, version)
        _check(viewer, book, group, said, first_day)
        _hold(change, book, group, said, first_day)
        change.log("rule_set.changed", "rule_set", _rule_set_of(change, first_day))
    return True


def withdraw(viewer: Viewer, group: RuleGroup, first_day: date, *, version: int) -> bool:
    """Take back what is planned of a group from a day on, so that what holds before goes on; says whether it was.

    Raises NotPermitted, NotVisible, Conflict, and Invalid where what is left would not go together.
    """
    book = managed_book(viewer)
    if planned_on(book, group, first_day, viewer.today) is None:
        return False
    with changing(viewer) as change:
        before = book.on(first_day - timedelta(days=1)).said(group)
        book = _locked(change, group, before, first_day, version)
        _refuse(_faults_beside(book, group, before, first_day))
        _hold(change, book, group, before, first_day)
        change.log("rule_set.withdrawn", "rule_set", _rule_set_of(change, first_day))
    return True


def planned_change(viewer: Viewer, group: RuleGroup, first_day: date) -> tuple[Planned, int] | None:
    """What is planned of a group from a day on, and the version that it is seen in; None where nothing is."""
    book = managed_book(viewer)
    found = next((one for one in planned_of(book, group, viewer.today) if one.from_on == first_day), None)
    return None if found is None else (found, book.version(group))


def _locked(change: Change, group: RuleGroup, mine: Said, first_day: date, version: int) -> AreaBook:
    """The rules as they stand while nobody else changes them. Raises Conflict where they are no more what was seen."""
    lock_rules(change, change.viewer.partnership_id or 0)
    book = managed_book(change.viewer)
    if book.version(group) != version:
        theirs = book.on(first_day).said(group)
        names = listed_lines(group, mine)
        saved = listed_lines(group, theirs)
        keys = [*names, *(name for name in saved if name not in names)]
        raise Conflict(
            LOST,
            mine={name: names.get(name, "–") for name in keys},
            theirs={name: saved.get(name, "–") for name in keys},
        )
    return book


def _hold(change: Change, book: AreaBook, group: RuleGroup, said: Said, first_day: date) -> None:
    partnership_id = change.viewer.partnership_id or 0

    def said_on(day: date) -> Said:
        return book.on(day).said(group)

    hold_from(change, partnership_id, first_day, said_on, said, _storing(change, partnership_id, group, said))


def _storing(change: Change, partnership_id: int, group: RuleGroup, said: Said) -> Callable[[int], None]:
    session, value = change.session, said.value

    def store(rule_set_id: int) -> None:
        row = session.get_one(RuleSet, rule_set_id)
        others = {name: source for name, source in row.sources.items() if name != group.value}
        row.sources = {**others, group.value: said.source} if said.source else others
        if isinstance(value, Guidance):
            row.guidance_edition = value.edition
        elif isinstance(value, Numbers):
            for name, number in value.items:
                setattr(row, name, number)
        else:
            _store_escalating(session, partnership_id, rule_set_id, value)
        session.flush()

    return store


def _store_escalating(
    session: Session, partnership_id: int, rule_set_id: int, value: Ladder | Triggers | OfficeHours
) -> None:
    rules = rules_of_sets(session, partnership_id).get(rule_set_id) or default_rules()
    if isinstance(value, Ladder):
        ladders = tuple(value if ladder.kind is value.kind else ladder for ladder in rules.ladders)
        rules = replace(rules, ladders=ladders)
    elif isinstance(value, Triggers):
        rules = replace(rules, triggers=value.listed)
    else:
        rules = replace(rules, office=value)
    store_rules(session, partnership_id, rule_set_id, rules)


def _check(viewer: Viewer, book: AreaBook, group: RuleGroup, said: Said, first_day: date) -> None:
    found = _faults_beside(book, group, said, first_day)
    if first_day < viewer.today:
        said_so = "Rules change from today on, not in the past: choose today or a later day"
        found.append(Fault("first_day", said_so))
    if len(said.source) > LONGEST_SOURCE:
        found.append(Fault("source", f"Say where it comes from in {LONGEST_SOURCE} characters or fewer"))
    if isinstance(said.value, Ladder):
        found += _faults_of_removing(viewer, book, group, said.value, first_day)
    _refuse(found)


def _faults_beside(book: AreaBook, group: RuleGroup, said: Said, first_day: date) -> list[Fault]:
    """What is wrong with a value in any of the rule sets that would say it."""
    before = book.on(first_day).said(group)
    found = faults(group, said.value, book.on(first_day))
    for day, rules in zip(book.days, book.rules, strict=True):
        if day > first_day:
            if rules.said(group) != before:
                break
            found += [fault for fault in faults(group, said.value, rules) if fault not in found]
    return found


def _faults_of_removing(
    viewer: Viewer, book: AreaBook, group: RuleGroup, ladder: Ladder, first_day: date
) -> list[Fault]:
    """A stage is not taken away under those that stand at it: each would be left without one."""
    held = book.on(first_day).escalation.ladder(ladder.kind)
    if ladder.last >= held.last:
        return []
    number = _open_at(db.session(), viewer, group, above=ladder.last)
    if not number:
        return []
    gone = ladder.last + 1
    at = f"stage {gone}" if gone == held.last else f"stage {gone} or above"
    stand = "1 open one stands" if number == 1 else f"{number} open ones stand"
    return [Fault(f"remove_{gone}", f"Keep stage {gone}: {stand} at {at}. Take it away once they are closed")]


def _open_at(session: Session, viewer: Viewer, group: RuleGroup, *, above: int) -> int:
    """How many escalations of a ladder are open at a stage above another: a number, whoever may read them."""
    if group not in LADDERS:
        return 0
    return (
        session.scalar(
            select(func.count()).where(
                Escalation.partnership_id == viewer.partnership_id,
                Escalation.kind == LADDERS[group],
                Escalation.status == EscalationStatus.OPEN,
                Escalation.due_at.is_not(None),
                Escalation.stage > above,
            )
        )
        or 0
    )


def _refuse(found: list[Fault]) -> None:
    if not found:
        return
    errors: dict[str, list[str]] = {}
    for fault in found:
        errors.setdefault(fault.field, []).append(fault.sentence)
    raise Invalid(found[0].sentence, errors=errors)


def _rule_set_of(change: Change, first_day: date) -> int | None:
    return change.session.scalar(
        select(RuleSet.id).where(
            RuleSet.partnership_id == change.viewer.partnership_id, RuleSet.effective_from == first_day
        )
    )
