"""What stands in a row, in words: encrypted texts opened, numbers of people and agencies as their names."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, literal, select, union_all
from sqlalchemy.orm import Session

from portal.database.encryption import Undecryptable, keyring
from portal.database.types import EncryptedText
from portal.domain.record_map import SECRETS
from portal.domain.working_days import london_time
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.records.closure import Row, written_columns

LOST = "[cannot be opened: its key is lost]"
_INITIALS = re.compile(r"\b(nhs|upn)\b", re.IGNORECASE)
_NOT_SHOWN = frozenset({"id", "partnership_id", "version"})


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers in the rows stand for, by kind of number (`user`, `member`, `agency`) and number."""

    known: Mapping[tuple[str, int], str]

    def of(self, column: str, number: int) -> str:
        """Who or what a column's number is; empty where it is not known any more."""
        return self.known.get((_kind_of_number(column), number), "")


def names_in_rows(session: Session, rows: Iterable[Row]) -> Names:
    """The names of everybody whom these rows name by number, by at most one query."""
    wanted: dict[str, set[int]] = {"user": set(), "member": set(), "agency": set()}
    for row in rows:
        for name, value in row.items():
            kind = _kind_of_number(name)
            if kind and isinstance(value, int):
                wanted[kind].add(value)
    if not any(wanted.values()):
        return Names({})
    users = select(literal("user").label("kind"), User.id, User.name).where(User.id.in_(wanted["user"]))
    members = (
        select(literal("member"), Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.id.in_(wanted["member"]))
    )
    agencies = select(literal("agency"), Agency.id, Agency.name).where(Agency.id.in_(wanted["agency"]))
    found = session.execute(union_all(users, members, agencies))
    return Names({(row.kind, row.id): row.name for row in found})


def shown_columns(table: Table) -> list[Column[Any]]:
    """The columns that somebody may read: no key, no code, no digest, and no number that says nothing."""
    return [column for column in written_columns(table) if _is_shown(column)]


def words_of(value: Any, column: Column[Any], names: Names) -> str:
    """A stored value in words; empty where there is none."""
    if value is None:
        return ""
    if isinstance(column.type, EncryptedText):
        try:
            opened = keyring.decrypt(bytes(value), column.type.place)
        except Undecryptable:
            return LOST
        return in_words(date.fromisoformat(opened)) if column.name == "date_of_birth" and opened else opened
    if _kind_of_number(column.name) and isinstance(value, int):
        return names.of(column.name, value)
    return in_words(value)


def in_words(value: Any) -> str:
    """A plain value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, datetime):
        local = london_time(value)
        return f"{local.day} {local:%B %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, Collection) and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def label_of(column: str) -> str:
    """A column's name as a reader takes it."""
    words = column.removesuffix("_id").replace("_", " ").capitalize()
    return _INITIALS.sub(lambda found: found[0].upper(), words)


def _is_shown(column: Column[Any]) -> bool:
    if column.name in _NOT_SHOWN or f"{column.table.name}.{column.name}" in SECRETS:
        return False
    if isinstance(column.type, LargeBinary):
        return False
    is_number_of_row = bool(column.foreign_keys) and column.name.endswith("_id")
    return not is_number_of_row or bool(_kind_of_number(column.name))


def _kind_of_number(name: str) -> str:
    if name.endswith("membership_id"):
        return "member"
    if name.endswith("agency_id"):
        return "agency"
    return "user" if name.endswith("_by_id") or name == "user_id" else ""
