"""What is recorded of a family and a report: what may be wrong with it, and whom nobody has shown it to yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.sharing_vocabulary import NEEDS_WORDS, OWED_READING, NotNeededReason, ShareWay, WithheldReason
from portal.domain.working_days import london_day

LONGEST = 2_000
LONGEST_NAME = 120
LONGEST_TALK = 10_000


@dataclass(frozen=True, slots=True)
class FamilyReader:
    """Somebody of a family: by the meeting's record where that names them, otherwise by who they are to the child."""

    relation: FamilyRelation
    attendance_id: int | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """What a page calls them."""
        return f"person-{self.attendance_id}" if self.attendance_id is not None else self.relation.value


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody records: that a report was shared on a day and in a way, or withheld for a reason."""

    reader: str
    """The key of whom."""
    shared_on: date | None = None
    way: ShareWay | None = None
    language: str = ""
    shared_by: str = ""
    withheld: WithheldReason | None = None
    words: str = ""


def readers_of(named: Iterable[FamilyReader], offered: Iterable[FamilyRelation]) -> tuple[FamilyReader, ...]:
    """Whom a page offers: those that the record names, and of every relation that it names nobody of, one."""
    found = tuple(named)
    relations = {one.relation for one in found}
    return (*found, *(FamilyReader(relation) for relation in offered if relation not in relations))


def sharing_faults(seen: Seen, known: Collection[str], today: date) -> dict[str, list[str]]:
    """What is wrong with what is recorded, by field."""
    faults: dict[str, list[str]] = {}
    if seen.reader not in known:
        faults["reader"] = ["Choose one of the people shown"]
    if seen.withheld is not None:
        if seen.withheld in NEEDS_WORDS and not seen.words.strip():
            faults["words"] = ["Say in your own words why"]
    else:
        if seen.shared_on is None:
            faults["shared_on"] = ["Enter the day on which they saw it"]
        elif seen.shared_on > today:
            faults["shared_on"] = ["The day must be today or in the past"]
        if seen.way is None:
            faults["way"] = ["Choose how they saw it"]
        if not seen.shared_by.strip():
            faults["shared_by"] = ["Enter who gave it to them or read it out"]
    for field, text, limit in (
        ("words", seen.words, LONGEST),
        ("language", seen.language, LONGEST_NAME),
        ("shared_by", seen.shared_by, LONGEST_NAME),
    ):
        faults |= too_long(field, text, limit)
    return faults


def waiver_faults(reason: NotNeededReason, words: str) -> dict[str, list[str]]:
    """What is wrong with why a report is not needed, by field."""
    if reason in NEEDS_WORDS and not words.strip():
        return {"words": ["Say in your own words why"]}
    return too_long("words", words, LONGEST)


def talk_faults(talked_on: date | None, talked_with: str, said: str, today: date) -> dict[str, list[str]]:
    """What is wrong with a talk on the telephone as it was written down, by field."""
    faults: dict[str, list[str]] = {}
    if talked_on is None:
        faults["talked_on"] = ["Enter the day on which you talked"]
    elif talked_on > today:
        faults["talked_on"] = ["The day must be today or in the past"]
    if not talked_with.strip():
        faults["talked_with"] = ["Enter whom you talked with"]
    if not said.strip():
        faults["said"] = ["Write down what was said"]
    return faults | too_long("talked_with", talked_with, LONGEST_NAME) | too_long("said", said, LONGEST_TALK)


def unseen_by(
    named: Iterable[FamilyReader], recorded: Collection[tuple[int | None, FamilyRelation]]
) -> tuple[FamilyReader, ...]:
    """Parents and carers of whom nothing is recorded, neither shared nor withheld.

    `recorded` are the people of whom something is; an entry without a person stands for everybody of its relation.
    """
    people = {attendance_id for attendance_id, _ in recorded if attendance_id is not None}
    relations = {relation for attendance_id, relation in recorded if attendance_id is None}
    return tuple(
        one
        for one in named
        if one.relation in OWED_READING and one.attendance_id not in people and one.relation not in relations
    )


def is_outdated(shared_on: date | None, recorded_at: datetime, added_at: datetime | None) -> bool:
    """Whether a report was last added to, at `added_at` (UTC), after somebody had been shown it.

    A day has no hour: what was recorded later on the day of the addendum is taken to be of the report as it is now.
    """
    if shared_on is None or added_at is None:
        return False
    return recorded_at < added_at or shared_on < london_day(added_at)


def behind(shown: Iterable[tuple[FamilyReader, bool]]) -> tuple[FamilyReader, ...]:
    """Parents and carers who know only what the report said before; with each entry, whether it is outdated."""
    entries = tuple(shown)
    up_to_date = {one.key for one, outdated in entries if not outdated}
    found = {one.key: one for one, _ in entries if one.relation in OWED_READING and one.key not in up_to_date}
    return tuple(found.values())


def too_long(field: str, words: str, limit: int) -> dict[str, list[str]]:
    """What is wrong with a text that is longer than it may be."""
    if len(words) <= limit:
        return {}
    return {field: [f"Shorten this to {limit:,} characters or fewer. It has {len(words):,} now"]}
