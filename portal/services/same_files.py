"""A file that is given twice to the same thing, as by a double click, or by going back and sending again.

Each upload has a row, a key and bytes of its own, so nothing but the bytes themselves tells that two are one. They are
compared only where name and size are the same, so that hardly any upload is read a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from portal.database.encryption import Undecryptable
from portal.domain.audit_vocabulary import FileStatus
from portal.gateways.file_store import Damaged
from portal.models.files import StoredFile
from portal.services.files import Received, stored_bytes


def told_apart(received: Iterable[Received], there: Iterable[StoredFile]) -> tuple[list[Received], list[Received]]:
    """Files that were received, as (new, already there); of two of them that are one, the first is new."""
    known: list[Received | StoredFile] = list(there)
    new: list[Received] = []
    again: list[Received] = []
    for one in received:
        if any(_is_same(one, other) for other in known):
            again.append(one)
        else:
            new.append(one)
            known.append(one)
    return new, again


def _is_same(one: Received, other: Received | StoredFile) -> bool:
    if (one.name, one.size) != (other.name, other.size):
        return False
    mine, theirs = _digest_of(one), _digest_of(other)
    return mine is not None and mine == theirs


def _digest_of(file: Received | StoredFile) -> bytes | None:
    """None where there is nothing to compare: no bytes of an infected file, and what is damaged may be given again."""
    if file.status is FileStatus.INFECTED:
        return None
    digest = sha256()
    try:
        for piece in stored_bytes(file):
            digest.update(piece)
    except (Damaged, Undecryptable, OSError):
        return None
    return digest.digest()
