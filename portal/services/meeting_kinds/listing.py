"""The kinds of meetings with their rules in plain words, and what held before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from portal.access import meeting_kinds as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.meeting_kinds import COUNTED_BY_CODE, KindDetails, RuleWords, rule_words
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.domain.rules import EVER, MeetingRule
from portal.models.rule_sets import MeetingType
from portal.services.rule_set_changes import earliest_day
from portal.services.rule_sets import RuleBook, rule_book


@dataclass(frozen=True, slots=True)
class KindRow:
    """One line of the list, with the rules that hold today."""

    id: int
    name: str
    family: MeetingFamily
    is_retired: bool
    words: RuleWords


@dataclass(frozen=True, slots=True)
class HeldRule:
    """One rule of a kind and the days on which it holds, both included; no first day where it always did."""

    from_on: date | None
    until_on: date | None
    words: RuleWords
    is_now: bool
    is_to_come: bool


@dataclass(frozen=True, slots=True)
class KindPage:
    """A kind's own page."""

    id: int
    code: str
    family: MeetingFamily
    details: KindDetails
    rule: MeetingRule
    """The rule that holds today."""
    history: tuple[HeldRule, ...]
    """The newest first; rule sets that only carried it along are not told apart."""
    version: int
    is_retired: bool
    may_manage: bool
    may_retire: bool

    @property
    def name(self) -> str:
        """What pages call it."""
        return self.details.name

    @property
    def sections(self) -> list[RecordSection]:
        """The parts of its record, in the order of a record."""
        return [section for section in RecordSection if section in self.details.sections]

    @property
    def now(self) -> HeldRule:
        """The rule that holds today, with its days."""
        return next(held for held in self.history if held.is_now)


@dataclass(frozen=True, slots=True)
class Choosing:
    """What a rule is written with: the other kinds by code, and the first day from which it may hold."""

    names: Mapping[str, str]
    earliest: date

    @property
    def has_counted(self) -> bool:
        """Whether meetings of this kind were counted, which a new rule leaves alone."""
        return self.earliest > EVER


def list_kinds(viewer: Viewer) -> list[KindRow]:
    """The kinds that the viewer sees, in the partnership's order, retired ones last; by three queries."""
    kinds = db.session.scalars(access.visible_to(viewer).order_by(MeetingType.position, MeetingType.id)).all()
    if not kinds:
        return []
    book, today = rule_book(db.session(), viewer.partnership_id or 0), viewer.today
    names = names_of(book)
    rows = [
        KindRow(kind.id, kind.name, kind.family, kind.retired_at is not None, words)
        for kind in kinds
        for words in [rule_words(book.rule(kind.id, today), names)]
    ]
    return sorted(rows, key=lambda row: row.is_retired)


def find_kind(viewer: Viewer, kind_id: int) -> KindPage:
    """One kind with its rules and their history, by three queries; raises NotVisible."""
    kind = own_kind(viewer, kind_id)
    book = rule_book(db.session(), kind.partnership_id)
    may_manage = access.may_manage(viewer, kind)
    return KindPage(
        id=kind.id,
        code=kind.code,
        family=kind.family,
        details=details_of(kind),
        rule=book.rule(kind.id, viewer.today),
        history=history_of(book, kind.id, viewer.today),
        version=kind.version,
        is_retired=kind.retired_at is not None,
        may_manage=may_manage,
        may_retire=may_manage and kind.code not in COUNTED_BY_CODE,
    )


def choosing(viewer: Viewer, kind_id: int | None = None) -> Choosing:
    """What a new kind's rule, or a change of this one's, is written with. Raises NotVisible, NotPermitted."""
    session = db.session()
    if kind_id is None:
        if not access.may_add(viewer):
            raise NotPermitted("Adding kinds of meetings is not part of this role.")
        partnership_id, earliest = viewer.partnership_id or 0, EVER
    else:
        kind = own_kind(viewer, kind_id)
        if not access.may_manage(viewer, kind):
            raise NotPermitted("Changing kinds of meetings is not part of this role.")
        partnership_id, earliest = kind.partnership_id, earliest_day(session, kind.partnership_id, kind_id)
    rows = session.execute(
        select(MeetingType.code, MeetingType.name)
        .where(MeetingType.partnership_id == partnership_id, MeetingType.id != (kind_id or 0))
        .order_by(MeetingType.position, MeetingType.id)
    )
    return Choosing({row.code: row.name for row in rows}, earliest)


def own_kind(viewer: Viewer, kind_id: int) -> MeetingType:
    """A kind's row; raises NotVisible."""
    kind = db.session.scalar(access.visible_to(viewer).where(MeetingType.id == kind_id))
    if kind is None:
        raise NotVisible("There is no such kind of meeting.")
    return kind


def details_of(kind: MeetingType) -> KindDetails:
    """What is said of a kind besides its rules."""
    sections = frozenset(RecordSection(section) for section in kind.sections)
    return KindDetails(kind.name, sections, kind.several_families, kind.named_people_only)


def names_of(book: RuleBook) -> dict[str, str]:
    """What pages call each kind, by code."""
    return {known.code: known.name for known in book.meeting_types}


def history_of(book: RuleBook, kind_id: int, today: date) -> tuple[HeldRule, ...]:
    """A kind's rules with their days, the newest first."""
    names = names_of(book)
    begun: list[tuple[date, MeetingRule]] = []
    for rule_set in book.rule_sets:
        rule = book.rule(kind_id, rule_set.effective_from)
        if not begun or begun[-1][1] != rule:
            begun.append((rule_set.effective_from, rule))
    history = []
    for place, (from_on, rule) in enumerate(begun):
        until_on = begun[place + 1][0] - timedelta(days=1) if place + 1 < len(begun) else None
        is_to_come = from_on > today and place > 0
        is_now = not is_to_come and (until_on is None or today <= until_on)
        history.append(HeldRule(from_on if place else None, until_on, rule_words(rule, names), is_now, is_to_come))
    return tuple(reversed(history))
