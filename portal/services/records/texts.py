"""What people typed, wherever it stands: looked through for a child whose file goes, and blotted out there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, Enum, String, Table, delete, select, update
from sqlalchemy.orm import Session

from portal.database.encryption import Undecryptable, keyring
from portal.database.types import EncryptedText
from portal.domain.record_map import HOLDINGS, NOT_WORDS, Holding
from portal.models.cases import Child
from portal.models.people import User
from portal.models.sent_forms import SentForm
from portal.models.sessions import KeptForm
from portal.services.records.closure import Found, Key, addressed, key_of, stored_columns, tables, written_columns

BLOT = "[erased]"
SHORTEST_NUMBER = 5
SHORTEST_REFERENCE = 3
LONG_ENOUGH = 60
"""From how many characters on a column of plain text is one that people write in."""
_LOOKED_AT = frozenset({Holding.FAMILY, Holding.PARTNERSHIP})
_KEPT_WHOLE = frozenset({"erasures", "partnerships"})


@dataclass(slots=True)
class Swept:
    """What a look through every text came to."""

    tables: int = 0
    texts: int = 0
    unreadable: int = 0
    """Texts whose key is lost: nobody can read them, and so nobody can look through them."""
    found: Counter[str] = field(default_factory=Counter)
    """How many texts of each `table.column` named the child."""


@dataclass(frozen=True, slots=True)
class Markers:
    """What names the children of files that go: full names, numbers, references."""

    words: frozenset[str]
    not_sought: int = 0
    """Names that somebody else bears too, and references too short to be told from any other word."""

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """One expression for all of them; none where nothing names anybody."""
        forms = {form for word in self.words for form in (word, json.dumps(word)[1:-1])}
        if not forms:
            return None
        parts = sorted((_loosely(form) for form in forms), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def markers_of(session: Session, found: Found) -> Markers:
    """What names the children of these files, as far as it can mean nobody else."""
    words: set[str] = set()
    left_out = 0
    names = _names(found)
    shared = _borne_by_others(session, found, names)
    for name in names:
        if name.casefold() in shared:
            left_out += 1
        else:
            words.add(name)
    for row in found.of("children").values():
        for column in ("nhs_number", "upn"):
            number = _opened(row[column], f"children.{column}")
            if number:
                words.add(number)
    for table in ("cases", "plans"):
        for row in found.of(table).values():
            if _tells(row["reference"]):
                words.add(row["reference"])
            else:
                left_out += 1
    return Markers(frozenset(words), left_out)


def sweep(session: Session, found: Found, markers: Markers, *, blots: bool) -> Swept:
    """Look through every text of the partnership but those of the rows found; where it `blots`, take the names out."""
    swept = Swept()
    pattern = markers.pattern
    for table in _tables_with_words():
        columns = list(words_of(table))
        swept.tables += 1
        hits = list(_hits(session, found, table, columns, pattern, swept)) if pattern else []
        if pattern is None or not blots:
            continue
        for key, named in hits:
            _write(session, table, key, {name: _blotted(named[name], table.c[name], pattern) for name in named})
    return swept


def forget_typed(session: Session, found: Found, markers: Markers) -> Counter[str]:
    """Delete what was typed and not saved, and addresses that somebody was led to, where they name what goes."""
    gone: Counter[str] = Counter()
    pattern = markers.pattern
    kept = tables()["kept_forms"]
    typed = select(*stored_columns(kept)).where(kept.c.partnership_id == found.partnership_id)
    for row in session.execute(typed).mappings().all():
        content = _opened(row["content"], "kept_forms.content") or ""
        if addressed(row["path"], found) or (pattern and pattern.search(content)):
            session.execute(delete(KeptForm).where(KeptForm.id == row["id"]))
            gone["kept_forms"] += 1
    led = select(SentForm.user_id, SentForm.digest, SentForm.leads_to).where(SentForm.leads_to.is_not(None))
    for sent in session.execute(led).all():
        if addressed(sent.leads_to, found):
            session.execute(delete(SentForm).where(SentForm.user_id == sent.user_id, SentForm.digest == sent.digest))
            gone["sent_forms"] += 1
    return gone


def words_of(table: Table) -> Iterator[Column[Any]]:
    """The columns of a table that people write in."""
    return (column for column in written_columns(table) if _holds_words(column))


def _holds_words(column: Column[Any]) -> bool:
    kind = column.type
    if isinstance(kind, EncryptedText | JSON):
        return True
    if not isinstance(kind, String) or isinstance(kind, Enum) or column.primary_key or column.name in NOT_WORDS:
        return False
    return kind.length is None or kind.length >= LONG_ENOUGH


def _tables_with_words() -> Iterator[Table]:
    for name, table in tables().items():
        looked_at = HOLDINGS.get(name, Holding.FAMILY) in _LOOKED_AT and name not in _KEPT_WHOLE
        if looked_at and "partnership_id" in table.c and next(words_of(table), None) is not None:
            yield table


def _hits(
    session: Session,
    found: Found,
    table: Table,
    columns: Collection[Column[Any]],
    pattern: re.Pattern[str],
    swept: Swept,
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Rows that name the child: their keys, and what stands in the columns that do, opened."""
    wanted = {*(column.name for column in columns), *(column.name for column in table.primary_key)}
    asked = select(*(column for column in stored_columns(table) if column.name in wanted)).where(
        table.c.partnership_id == found.partnership_id
    )
    going = found.of(table.name)
    for row in session.execute(asked.execution_options(yield_per=1_000)).mappings():
        key = key_of(table, row)
        if key in going:
            continue
        named = {}
        for column in columns:
            if row[column.name] is None:
                continue
            words = _words(row[column.name], column)
            swept.texts += 1
            if words is None:
                swept.unreadable += 1
            elif pattern.search(words):
                named[column.name] = row[column.name] if isinstance(column.type, JSON) else words
                swept.found[f"{table.name}.{column.name}"] += 1
        if named:
            yield key, named


def _blotted(value: Any, column: Column[Any], pattern: re.Pattern[str]) -> Any:
    """What is stored instead: without the names, and no longer than the column takes."""
    if isinstance(column.type, JSON):
        return _in_each_text(value, lambda words: pattern.sub(BLOT, words))
    longest = column.type.length if isinstance(column.type, String) else None
    return pattern.sub(BLOT, value)[:longest]


def _in_each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {change(name): _in_each_text(one, change) for name, one in value.items()}
    return value


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one)
    elif isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from _texts_in(one)


def _write(session: Session, table: Table, key: Key, words: Mapping[str, Any]) -> None:
    values: dict[str, Any] = dict(words)
    if "version" in table.c:
        # Whoever has the page open must not save the old words over this.
        values["version"] = table.c.version + 1
    same = [column == value for column, value in zip(table.primary_key, key, strict=True)]
    session.execute(update(table).where(*same).values(values))


def _words(value: Any, column: Column[Any]) -> str | None:
    if isinstance(column.type, EncryptedText):
        return _opened(value, column.type.place)
    return "\n".join(_texts_in(value)) if isinstance(column.type, JSON) else str(value)


def _opened(value: Any, place: str) -> str | None:
    """Encrypted text in the clear; nothing where it is empty or its key is lost."""
    if value is None:
        return None
    try:
        return keyring.decrypt(bytes(value), place)
    except Undecryptable:
        return None


def _names(found: Found) -> list[str]:
    full = []
    for row in found.of("children").values():
        parts = [_opened(row[part], f"children.{part}") for part in ("given_name", "surname")]
        if all(parts):
            full.append(" ".join(part.strip() for part in parts if part))
    return full


def _borne_by_others(session: Session, found: Found, names: Iterable[str]) -> set[str]:
    """Names, in small letters, that another child of the partnership or somebody who signs in bears too."""
    sought = {name.casefold() for name in names}
    if not sought:
        return set()
    indexes = {bytes(row["surname_index"]) for row in found.of("children").values()}
    others = session.execute(
        select(Child.id, Child.given_name, Child.surname).where(
            Child.partnership_id == found.partnership_id, Child.surname_index.in_(indexes)
        )
    )
    borne = {
        f"{row.given_name.strip()} {row.surname.strip()}".casefold()
        for row in others
        if row.id not in found.ids("children")
    }
    borne |= {name.strip().casefold() for name in session.scalars(select(User.name))}
    return sought & borne


def _tells(reference: str) -> bool:
    """Whether a reference can be told from any other word: long enough, or with a letter in it."""
    has_letter = any(letter.isalpha() for letter in reference)
    return len(reference) >= (SHORTEST_REFERENCE if has_letter else SHORTEST_NUMBER)


def _loosely(words: str) -> str:
    return r"\s+".join(re.escape(part) for part in words.split())
