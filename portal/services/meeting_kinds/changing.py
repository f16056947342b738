"""Adding a kind of meeting, describing it, changing its rules from a day on, retiring it and bringing it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import meeting_kinds as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import listed, short_label
from portal.domain.meeting_kinds import (
    COUNTED_BY_CODE,
    LONGEST_NAME,
    KindDetails,
    code_from,
    of_kind,
    rule_words,
    sections_fault,
)
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.domain.notice_words import day_words
from portal.domain.rules import MeetingRule
from portal.models.rule_sets import MeetingType
from portal.services.changes import LOST, changing
from portal.services.meeting_kinds.listing import details_of, names_of, own_kind
from portal.services.rule_set_changes import (
    earliest_day,
    lock_rules,
    recount_coming,
    set_meeting_rule,
    set_rule_for_ever,
)
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class RuleChanged:
    """What a change of rules did: whether anything changed, and how many coming meetings were worked out anew."""

    has_changed: bool
    recounted: int = 0


def add_kind(viewer: Viewer, family: MeetingFamily, details: KindDetails, rule: MeetingRule) -> int:
    """Add a kind of meeting with its rule; gives its id. Its code is made of its name and never changes.

    No meeting of it has been counted yet, so its rule is put into every rule set and holds for older meetings that are
    brought in by a file, too. Raises NotPermitted, and Invalid where the name is taken or the parts of its record
    do not go together.
    """
    if not access.may_add(viewer):
        raise NotPermitted("Adding kinds of meetings is not part of this role.")
    partnership_id = viewer.partnership_id or 0
    with changing(viewer) as change:
        lock_rules(change, partnership_id)
        others = change.session.execute(
            select(MeetingType.code, MeetingType.position).where(MeetingType.partnership_id == partnership_id)
        ).all()
        codes = {row.code for row in others}
        _check(change.session, partnership_id, details)
        rule = of_kind(rule, code_from(details.name, codes))
        _check_earlier(rule, codes)
        kind = MeetingType(
            partnership_id=partnership_id,
            code=rule.meeting_type,
            name=details.name,
            position=max((row.position for row in others), default=0) + 1,
            family=family,
            sections=_stored(details.sections),
            several_families=details.several_families,
            named_people_only=details.named_people_only,
        )
        change.session.add(kind)
        change.session.flush()
        set_rule_for_ever(change, partnership_id, kind.id, rule)
        change.log("meeting_kind.added", "meeting_kind", kind.id)
        return kind.id


def describe_kind(viewer: Viewer, kind_id: int, details: KindDetails, *, version: int) -> bool:
    """Change what is said of a kind besides its rules; says whether anything changed.

    It holds for all of its meetings at once: what was written in a part that its record no longer has is kept, and
    shown again when it has. Raises NotVisible, NotPermitted, Conflict, and Invalid where the name is taken or the parts
    do not go together.
    """
    if details_of(_own(viewer, kind_id)) == details:
        return False
    with changing(viewer) as change:
        lock_rules(change, viewer.partnership_id or 0)
        kind = _own(viewer, kind_id)
        if kind.version != version:
            raise Conflict(LOST, mine=_described(details), theirs=_described(details_of(kind)))
        _check(change.session, kind.partnership_id, details, but=kind.id)
        kind.name = details.name
        kind.sections = _stored(details.sections)
        kind.several_families = details.several_families
        kind.named_people_only = details.named_people_only
        change.log("meeting_kind.changed", "meeting_kind", kind.id)
    return True


def change_rule(viewer: Viewer, kind_id: int, rule: MeetingRule, first_day: date, *, version: int) -> RuleChanged:
    """Hold meetings of a kind to a rule from a day on, and work out anew the facts of those that are to come.

    A new rule set begins on that day, with everything else as it was; changes with the same first day stand in the
    same one. The day may be past, but never one on which a meeting of this kind was already counted: those stay as
    they were counted. Raises NotVisible, NotPermitted, Conflict and Invalid.
    """
    if _holds_already(viewer, kind_id, rule, first_day):
        return RuleChanged(has_changed=False)
    with changing(viewer) as change:
        partnership_id = viewer.partnership_id or 0
        lock_rules(change, partnership_id)
        kind = _own(viewer, kind_id)
        book = rule_book(change.session, partnership_id)
        rule = of_kind(rule, kind.code)
        if kind.version != version:
            names = names_of(book)
            held = book.rule(kind.id, first_day)
            raise Conflict(LOST, mine=_ruled(rule, names), theirs=_ruled(held, names))
        _check_earlier(rule, {known.code for known in book.meeting_types})
        earliest = earliest_day(change.session, partnership_id, kind.id)
        if first_day < earliest:
            said = f"Meetings of this kind were counted by the rules until then: choose {_day(earliest)} or later"
            raise Invalid(said, errors={"first_day": [said]})
        set_meeting_rule(change, partnership_id, kind.id, rule, first_day)
        # The rules stand in rows of their own; the kind's version tells whoever has them open that they changed.
        change.session.execute(
            update(MeetingType)
            .where(MeetingType.id == kind.id)
            .values(version=MeetingType.version + 1)
            .execution_options(synchronize_session=False)
        )
        recounted = recount_coming(change, partnership_id, kind.id, first_day)
        change.log("meeting_kind.rules_changed", "meeting_kind", kind.id)
        return RuleChanged(has_changed=True, recounted=recounted)


def retire_kind(viewer: Viewer, kind_id: int) -> bool:
    """Let no more meetings of a kind be arranged; those that were keep it. Says whether it was not retired before.

    Raises NotVisible, NotPermitted, and Invalid for the four that figures know by their codes.
    """
    kind = _own(viewer, kind_id)
    if kind.code in COUNTED_BY_CODE:
        raise Invalid("Figures count this kind by its code: it cannot be retired")
    if kind.retired_at is not None:
        return False
    with changing(viewer) as change:
        kind = _own(viewer, kind_id)
        kind.retired_at = viewer.now
        change.log("meeting_kind.retired", "meeting_kind", kind.id)
    return True


def bring_back_kind(viewer: Viewer, kind_id: int) -> bool:
    """Let meetings of a kind be arranged again; says whether it was retired. Raises NotVisible, NotPermitted."""
    if _own(viewer, kind_id).retired_at is None:
        return False
    with changing(viewer) as change:
        kind = _own(viewer, kind_id)
        kind.retired_at = None
        change.log("meeting_kind.brought_back", "meeting_kind", kind.id)
    return True


def _own(viewer: Viewer, kind_id: int) -> MeetingType:
    kind = own_kind(viewer, kind_id)
    if not access.may_manage(viewer, kind):
        raise NotPermitted("Changing kinds of meetings is not part of this role.")
    return kind


def _holds_already(viewer: Viewer, kind_id: int, rule: MeetingRule, first_day: date) -> bool:
    """Whether the kind is held to this rule on that day already, so that no rule set need begin."""
    kind = _own(viewer, kind_id)
    return rule_book(db.session(), kind.partnership_id).rule(kind.id, first_day) == of_kind(rule, kind.code)


def _check(session: Session, partnership_id: int, details: KindDetails, *, but: int | None = None) -> None:
    _check_name(session, partnership_id, details.name, but=but)
    if fault := sections_fault(details.sections):
        raise Invalid(fault, errors={"sections": [fault]})


def _check_name(session: Session, partnership_id: int, name: str, *, but: int | None) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("", errors={"name": [f"A kind’s name has 1 to {LONGEST_NAME} characters"]})
    others = session.execute(
        select(MeetingType.id, MeetingType.name).where(MeetingType.partnership_id == partnership_id)
    )
    if any(row.name.casefold() == name.casefold() and row.id != but for row in others):
        raise Invalid("", errors={"name": [f"There is already a kind called {name}"]})


def _check_earlier(rule: MeetingRule, codes: set[str]) -> None:
    """Refuse a due day after a meeting of a kind that the partnership does not have."""
    if not {step.meeting_type for step in rule.due.after} <= codes | {rule.meeting_type}:
        raise Invalid("Choose only from the partnership’s own kinds of meetings")


def _stored(sections: frozenset[RecordSection]) -> list[str]:
    return [section.value for section in RecordSection if section in sections]


def _described(details: KindDetails) -> dict[str, str]:
    """What two people said of a kind, for the page that shows that the second was not saved."""
    return {
        "Name": details.name,
        "Its record has": listed([short_label(section) for section in RecordSection if section in details.sections]),
        "Several families": "Yes" if details.several_families else "No",
        "Named people only": "Yes" if details.named_people_only else "No",
    }


def _ruled(rule: MeetingRule, names: dict[str, str]) -> dict[str, str]:
    return dict(rule_words(rule, names).listed)


def _day(day: date) -> str:
    return f"{day_words(day, day)} {day.year}"
