"""The rules of an area on one page: each with what it was before and since when it holds, and what is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from portal.access import area_rules as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.area_rule_words import ABOUT, About, Line, lines_of, source_of
from portal.domain.area_rules import RuleGroup, Said
from portal.domain.errors import NotPermitted
from portal.domain.meeting_kinds import RuleWords, rule_words
from portal.services.area_rules.reading import AreaBook, Held, area_book
from portal.services.meeting_kinds.listing import history_of, names_of
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as it holds today; `since` and `before` are empty where it has always been so."""

    line: Line
    since: date | None
    before: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One rule that differs between two sayings; one of the texts is empty where the rule is new, or gone."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What changes of a group on a day to come."""

    from_on: date
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class GroupSection:
    """A group of rules on the page."""

    group: RuleGroup
    about: About
    source: str
    rows: tuple[RuleRow, ...]
    planned: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class KindOfMeeting:
    """What one kind of meeting asks; it is changed on a page of its own."""

    id: int
    name: str
    words: RuleWords
    since: date | None


@dataclass(frozen=True, slots=True)
class AreaPage:
    """All of it."""

    sections: tuple[GroupSection, ...]
    kinds: tuple[KindOfMeeting, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What a change of one group is written with: what is said on a day, and what is planned after it."""

    group: RuleGroup
    about: About
    said: Said
    first_day: date
    version: int
    planned: tuple[Planned, ...]


def area_page(viewer: Viewer) -> AreaPage:
    """The rules of the viewer's area, by six queries whatever their history. Raises NotVisible."""
    book = area_book(viewer)
    return AreaPage(
        sections=tuple(_section(book, group, viewer.today) for group in RuleGroup),
        kinds=_kinds(viewer),
        may_change=access.may_change(viewer),
    )


def change_page(viewer: Viewer, group: RuleGroup, first_day: date) -> ChangePage:
    """A group as it stands on a day, for whoever changes it. Raises NotVisible and NotPermitted."""
    book = managed_book(viewer)
    return ChangePage(
        group=group,
        about=ABOUT[group],
        said=book.on(first_day).said(group),
        first_day=first_day,
        version=book.version(group),
        planned=planned_of(book, group, viewer.today),
    )


def managed_book(viewer: Viewer) -> AreaBook:
    """The rules, for whoever changes them. Raises NotVisible and NotPermitted."""
    if not access.may_change(viewer):
        raise NotPermitted("Changing the rules of the area is not part of this role.")
    return area_book(viewer)


def planned_of(book: AreaBook, group: RuleGroup, today: date) -> tuple[Planned, ...]:
    """What changes of a group on days to come, the nearest first."""
    history = book.history(group)
    return tuple(
        Planned(held.from_on, changed_lines(group, before.said, held.said))
        for before, held in pairwise(history)
        if held.from_on is not None and held.is_to_come(today)
    )


def changed_lines(group: RuleGroup, before: Said, after: Said) -> tuple[Changed, ...]:
    """The rules of a group that differ between two sayings, and where they come from, if that does."""
    old, new = ({line.key: line for line in lines_of(group, said)} for said in (before, after))
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, becomes = old.get(key), new.get(key)
        if was != becomes:
            name = (becomes or was or Line("", "", "")).name
            found.append(Changed(name, was.text if was else "", becomes.text if becomes else ""))
    sources = source_of(group, before), source_of(group, after)
    if sources[0] != sources[1]:
        found.append(Changed("Where it comes from", *sources))
    return tuple(found)


def _section(book: AreaBook, group: RuleGroup, today: date) -> GroupSection:
    said = book.on(today).said(group)
    begun = [held for held in book.history(group) if not held.is_to_come(today)]
    return GroupSection(
        group=group,
        about=ABOUT[group],
        source=source_of(group, said),
        rows=tuple(_row(group, line, begun) for line in lines_of(group, said)),
        planned=planned_of(book, group, today),
    )


def _row(group: RuleGroup, line: Line, begun: list[Held]) -> RuleRow:
    """A rule that holds, with the last that was said of it before, and since when it is as it is."""
    since: date | None = None
    for held in reversed(begun):
        texts = {one.key: one.text for one in lines_of(group, held.said)}
        if texts.get(line.key) != line.text:
            return RuleRow(line, since, texts.get(line.key, "–"))
        since = held.from_on
    return RuleRow(line, None, "")


def _kinds(viewer: Viewer) -> tuple[KindOfMeeting, ...]:
    book, today = rule_book(db.session(), viewer.partnership_id or 0), viewer.today
    names = names_of(book)
    return tuple(
        KindOfMeeting(
            known.id,
            known.name,
            rule_words(book.rule(known.id, today), names),
            next((held.from_on for held in history_of(book, known.id, today) if held.is_now), None),
        )
        for known in book.meeting_types
        if not known.is_retired
    )
