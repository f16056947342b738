"""Certificates of erasure: what went, in numbers and keyed digests, sealed so that a changed one shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from portal.database.encryption import Undecryptable, keyring
from portal.domain.retention import CLASS_WORDS
from portal.domain.working_days import london_day, london_time
from portal.gateways.pdf import make_pdf
from portal.models.records import Erasure
from portal.services.records.closure import Found
from portal.services.records.texts import Markers, Swept

REFERENCE = "erasures.reference"
KEPT = (
    "The trail of who did what keeps numbers and verbs, and no content.",
    "Figures that were frozen or published keep their counts. They hold no child.",
    "A practice audit keeps the numbers of the meetings that it was drawn from, and nothing else of them.",
    "Backups keep what they hold until they are deleted themselves.",
)


def certificate_of(
    found: Found,
    *,
    typed: Mapping[str, int],
    markers: Markers,
    blotted: Swept,
    checked: Swept,
    store_names: list[str],
    files_left: int,
) -> dict[str, Any]:
    """What an erasure's certificate holds: nothing that names a child."""
    references = sorted(row["reference"] for row in found.of("cases").values())
    return {
        "tables": {
            name: {"rows": len(rows), "digest": _digest([rows[key] for key in sorted(rows, key=repr)])}
            for name, rows in sorted(found.rows.items())
            if rows
        },
        "typed": dict(sorted(typed.items())),
        "files": {"number": len(store_names), "digest": _digest(sorted(store_names)), "not_searched": files_left},
        "reference_digests": [keyring.blind_index(one, REFERENCE).hex() for one in references],
        "blotted": dict(sorted(blotted.found.items())),
        "not_sought": markers.not_sought,
        "checked": {
            "tables": checked.tables,
            "texts": checked.texts,
            "unreadable": checked.unreadable,
            "left": dict(sorted(checked.found.items())),
        },
    }


def seal(erasure: Erasure) -> None:
    """Seal what the row says."""
    erasure.key_id = keyring.writing_id
    erasure.seal = keyring.seal(_content(erasure), erasure.key_id)


def is_genuine(erasure: Erasure) -> bool | None:
    """Whether the certificate is as it was sealed; none where the key that sealed it is not at hand."""
    if erasure.seal is None or erasure.key_id is None:
        return False
    try:
        return keyring.seal(_content(erasure), erasure.key_id) == bytes(erasure.seal)
    except Undecryptable:
        return None


def files_that_stay(certificate: Mapping[str, Any]) -> str:
    """What is said of the files of other families and of audits, in which a name may stand."""
    number = certificate["files"].get("not_searched", 0)
    if not number:
        return "No file of another family or of an audit."
    return f"{number:,} of other families and of audits. The words inside them were not looked through."


def rows_erased(erasure: Erasure) -> int:
    """How many rows went."""
    certificate: dict[str, Any] = erasure.certificate or {}
    parts: list[int] = [one["rows"] for one in certificate.get("tables", {}).values()]
    parts += certificate.get("typed", {}).values()
    return sum(parts)


def as_pdf(erasure: Erasure, partnership: str, titles: Mapping[str, str]) -> bytes:
    """The certificate as a tagged PDF."""
    certificate = erasure.certificate or {}
    checked = certificate["checked"]
    left = sum(checked["left"].values())
    facts = [
        ["Number", str(erasure.id)],
        ["Partnership", partnership],
        ["What", CLASS_WORDS[erasure.record_class] if erasure.record_class else "All records of the partnership"],
        ["Why", erasure.rule or "The partnership left the portal"],
        ["Due since", _day(erasure.due_on) if erasure.due_on else "–"],
        ["Erased", _moment(erasure.erased_at) if erasure.erased_at else "–"],
        ["By", erasure.erased_by or "–"],
        ["Files", f"{certificate['files']['number']}, digest {certificate['files']['digest']}"],
        ["Files that stay", files_that_stay(certificate)],
        ["Blotted out elsewhere", str(sum(certificate["blotted"].values()))],
        ["Check afterwards", f"{checked['texts']:,} texts in {checked['tables']} tables: {left or 'nothing'} left"],
        ["Seal", bytes(erasure.seal).hex() if erasure.seal else "–"],
    ]
    data = {
        "title": "Certificate of erasure",
        "marking": "OFFICIAL-SENSITIVE",
        "facts": facts,
        "tables": [
            [titles.get(name, name), f"{one['rows']:,}", one["digest"][:16]]
            for name, one in certificate["tables"].items()
        ],
        "kept": list(KEPT),
    }
    return make_pdf("erasure_certificate", data)


def _content(erasure: Erasure) -> bytes:
    facts = {
        name: getattr(erasure, name)
        for name in ("partnership_id", "cause", "record_class", "root_id", "due_on", "rule", "erased_at", "erased_by")
    }
    return json.dumps([facts, erasure.certificate], sort_keys=True, default=_plain, separators=(",", ":")).encode()


def _digest(rows: Any) -> str:
    """Keyed, so that nobody can try out what a row may have said."""
    plain = [dict(row) if isinstance(row, Mapping) else row for row in rows]
    return keyring.seal(json.dumps(plain, sort_keys=True, default=_plain).encode()).hex()


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _moment(instant: datetime) -> str:
    return f"{_day(london_day(instant))}, {london_time(instant):%H:%M}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def merged(*counters: Counter[str]) -> Counter[str]:
    """The sum of several counts."""
    return sum(counters, Counter())
