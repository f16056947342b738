"""A record between reading and choosing: sealed into the page that shows it, so that nothing of it is stored here.

Only the portal opens the seal, for the same person, report and child, and for an hour. Lines that are left out are
forgotten with the page.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable, keyring
from portal.domain.clinical_records import Broken, ClinicalPart, ClinicalRecord, Line, NotARecord, Whose, Written
from portal.domain.errors import Invalid

OPEN_FOR = timedelta(hours=1)
MOST_SEALED = 1_500_000
"""Characters that a page carries; forms may be a little larger."""

TOO_MUCH = "This record holds more text than can be shown at once. Export less, such as two years."
OUT_OF_TIME = "The record was only kept for an hour, or the page was not whole. Choose the file again."


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed: the record, and which child of the meeting it is of."""

    record: ClinicalRecord
    child_id: int


def seal(viewer: Viewer, meeting_id: int, child_id: int, record: ClinicalRecord) -> str:
    """The record as a page carries it. Raises NotARecord where it is too long for one."""
    said = json.dumps(_plain(viewer.now + OPEN_FOR, child_id, record), ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(zlib.compress(said.encode())).decode()
    sealed = base64.urlsafe_b64encode(keyring.encrypt(packed, _place(viewer, meeting_id))).decode()
    if len(sealed) > MOST_SEALED:
        raise NotARecord(TOO_MUCH)
    return sealed


def unseal(viewer: Viewer, meeting_id: int, sealed: str) -> Opened:
    """The record again. Raises Invalid where its hour is over, or where this is no seal for this person and report."""
    try:
        stored = base64.b64decode(sealed.encode("ascii"), altchars=b"-_", validate=True)
        packed = keyring.decrypt(stored, _place(viewer, meeting_id))
    except (UnicodeEncodeError, binascii.Error, Undecryptable):
        raise Invalid(OUT_OF_TIME) from None
    # From here on it is what `seal` made.
    found = json.loads(zlib.decompress(base64.b64decode(packed)))
    if datetime.fromisoformat(found["until"]) <= viewer.now:
        raise Invalid(OUT_OF_TIME)
    return Opened(_record(found), found["child"])


def _place(viewer: Viewer, meeting_id: int) -> str:
    """What the seal is bound to: another person's, or that of another report, does not open."""
    return f"clinical_records.page/{viewer.partnership_id}/{meeting_id}/{viewer.agency_id}/{viewer.user_id}"


def _plain(until: datetime, child_id: int, record: ClinicalRecord) -> dict[str, Any]:
    return {
        "until": until.isoformat(),
        "child": child_id,
        "whose": [record.whose.nhs_number, record.whose.born.isoformat()],
        "lines": [
            [
                line.part.value,
                line.words,
                line.day.isoformat() if line.day else "",
                line.is_current,
                line.is_confidential,
            ]
            for line in record.lines
        ],
        "written": [[one.code, one.words] for one in record.written],
        "broken": [[one.place, one.reason] for one in record.broken],
        "passed_over": dict(record.passed_over),
        "cut_off": {part.value: number for part, number in record.cut_off.items()},
    }


def _record(found: dict[str, Any]) -> ClinicalRecord:
    number, born = found["whose"]
    return ClinicalRecord(
        Whose(number, date.fromisoformat(born)),
        tuple(
            Line(ClinicalPart(part), words, date.fromisoformat(day) if day else None, current, confidential)
            for part, words, day, current, confidential in found["lines"]
        ),
        tuple(Written(code, words) for code, words in found["written"]),
        tuple(Broken(place, reason) for place, reason in found["broken"]),
        found["passed_over"],
        {ClinicalPart(part): cut for part, cut in found["cut_off"].items()},
    )
