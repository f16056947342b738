"""The file that answers a request of access: every passage as decided, as PDF and JSON, and the files given."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from itertools import groupby
from pathlib import PurePath
from typing import Any

import structlog

from portal.database.encryption import Undecryptable, keyring
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.subject_access import MARK_WORDS, Decision, Passage
from portal.gateways.file_store import Damaged
from portal.gateways.pdf import make_pdf
from portal.services.files import stored_bytes
from portal.services.records.closure import Row
from portal.services.subject_access.gathering import Record
from portal.services.subject_access.wording import LOST, in_words

log = structlog.get_logger("portal.records")

MARKING = "OFFICIAL-SENSITIVE"
REVIEW_FIRST = (
    "NOT REVIEWED. This file holds everything, also what is about other people and was told in confidence. Each such "
    "passage is marked for review. Do not hand it out before somebody has decided about every one of them."
)
REVIEWED = "Passages about other people, or told in confidence, were decided about one by one; those withheld say so."


def answer_file(
    record: Record, decisions: Mapping[str, Decision], made_at: datetime, by: str, *, reviewed: bool = True
) -> bytes:
    """The zip. Without review every passage is whole, and marked; with it, what nobody decided about is withheld."""
    note = REVIEWED if reviewed else REVIEW_FIRST
    facts = {"made": in_words(made_at), "by": by, "note": note}
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, made_at, "about.txt", _about(facts).encode())
        text = json.dumps(_as_json(record, decisions, facts, reviewed), ensure_ascii=False, indent=1)
        _write(archive, made_at, "everything.json", text.encode())
        _write(archive, made_at, "everything.pdf", _as_pdf(record, decisions, facts, reviewed))
        for row in record.files:
            _add_file(archive, made_at, row, decisions, reviewed)
    return made.getvalue()


def file_place(row: Row) -> str:
    """Where decisions about a file stand: those about its name."""
    return f"stored_files/{row['id']}/name"


def _add_file(
    archive: zipfile.ZipFile, made_at: datetime, row: Row, decisions: Mapping[str, Decision], reviewed: bool
) -> None:
    if reviewed and decisions.get(file_place(row)) is not Decision.GIVE:
        return
    if row["status"] is FileStatus.INFECTED:
        return
    try:
        name = PurePath(keyring.decrypt(bytes(row["name"]), "stored_files.name")).name
        content = b"".join(stored_bytes(_Stored(row)))  # type: ignore[arg-type]
    except (Undecryptable, Damaged, OSError) as fault:
        log.warning("a file could not be put into an answer", file=row["id"], fault=type(fault).__name__)
        _write(archive, made_at, f"files/{row['id']}-missing.txt", LOST.encode())
        return
    _write(archive, made_at, f"files/{row['id']}-{name}", content)


class _Stored:
    """A row as the file store's reader takes it."""

    def __init__(self, row: Row) -> None:
        for name in ("partnership_id", "agency_id", "purpose", "store_name", "wrapped_key", "key_id", "size"):
            setattr(self, name, row[name])


def _write(archive: zipfile.ZipFile, made_at: datetime, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, made_at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    archive.writestr(info, content)


def _said(passage: Passage, decisions: Mapping[str, Decision], reviewed: bool) -> str:
    return passage.given(decisions.get(passage.place)) if reviewed else passage.words


def _as_json(
    record: Record, decisions: Mapping[str, Decision], facts: Mapping[str, str], reviewed: bool
) -> dict[str, Any]:
    held = []
    for passage in record.passages:
        one = {
            "place": passage.place,
            "what": passage.title,
            "label": passage.label,
            "words": _said(passage, decisions, reviewed),
        }
        if passage.mark is not None:
            one["review"] = MARK_WORDS[passage.mark]
            one["decision"] = decisions[passage.place].value if passage.place in decisions else "none"
        held.append(one)
    return {**facts, "held": held}


def _as_pdf(record: Record, decisions: Mapping[str, Decision], facts: Mapping[str, str], reviewed: bool) -> bytes:
    parts = []
    for title, of_table in groupby(record.passages, key=lambda one: one.title):
        rows = []
        for number, of_row in groupby(of_table, key=lambda one: one.row):
            facts_of_row = [[one.label, _marked(one, _said(one, decisions, reviewed), reviewed)] for one in of_row]
            rows.append({"head": f"Entry {number}", "facts": facts_of_row})
        parts.append({"title": title, "rows": rows})
    return make_pdf(
        "subject_access",
        {
            "title": "What is held about a child",
            "marking": MARKING,
            "made": f"Made on {facts['made']} by {facts['by']}.",
            "note": facts["note"],
            "parts": parts,
        },
    )


def _marked(passage: Passage, words: str, reviewed: bool) -> str:
    return words if reviewed or passage.mark is None else f"[REVIEW: {MARK_WORDS[passage.mark]}] {words}"


def _about(facts: Mapping[str, str]) -> str:
    return (
        f"{MARKING}\n\n{facts['note']}\n\nMade on {facts['made']} by {facts['by']}.\n\n"
        "everything.pdf   what is held, to be read\n"
        "everything.json  the same for machines\n"
        "files/           files that are given, as they were attached\n"
    )
