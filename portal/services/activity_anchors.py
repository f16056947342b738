"""Anchors: how far each chain goes, signed, to be kept where whoever can write to the database cannot.

The key is worked out from the field keys, which the database does not hold. So an anchor that was altered, or made by
somebody with the database alone, is told from ours; and who has the public key checks one without any secret.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable, keyring
from portal.domain.errors import Unusable
from portal.gateways.signatures import is_signed, public_key_of, sign
from portal.models.activity import Activity
from portal.services.activity import NO_SEAL
from portal.services.activity_chains import COLUMNS, Falsified, heads, refuse_people, snapshot

_PURPOSE = b"safeguarding portal: key that signs anchors of the activity"
_SIGNATURE = ("key_id", "public_key", "signature")


@dataclass(frozen=True, slots=True)
class Link:
    """How far one chain went when the anchor was made."""

    chain: int
    partnership: str | None
    sequence: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far all chains went at a moment (UTC); `before` is the anchor kept before it, by name and SHA-256.

    With a `reason` it was made without regard to those before it, as after a restore.
    """

    made_at: datetime
    links: tuple[Link, ...]
    before: tuple[str, str] | None = None
    reason: str | None = None


def anchor_now(viewer: Viewer) -> list[Link]:
    """How far each chain goes now; raises Falsified where a head does not fit its last row."""
    refuse_people(viewer)
    with snapshot() as connection:
        links = []
        for head in heads(connection):
            last = connection.execute(
                select(*COLUMNS).where(Activity.chain_id == head.id).order_by(Activity.sequence.desc()).limit(1)
            ).first()
            stands = (0, NO_SEAL) if last is None else (last.sequence, last.seal)
            if stands != (head.last_sequence, head.last_seal):
                raise Falsified(f"activity chain {head.id} does not end as its head says: run flask activity verify")
            links.append(Link(head.id, head.partnership, head.last_sequence, head.last_seal))
    return links


def to_json(
    links: Sequence[Link], made_at: datetime, *, before: tuple[str, str] | None = None, reason: str | None = None
) -> dict[str, Any]:
    """An anchor as its file holds it, signed with the key that writes now."""
    facts: dict[str, Any] = {
        "made_at": made_at.isoformat(),
        "chains": [
            {"chain": link.chain, "partnership": link.partnership, "sequence": link.sequence, "seal": link.seal.hex()}
            for link in links
        ],
        "before": None if before is None else {"name": before[0], "sha256": before[1]},
        "reason": reason,
        "key_id": keyring.writing_id,
    }
    facts["public_key"] = public_key_of(_signing_key(keyring.writing_id))
    return {**facts, "signature": sign(_signing_key(keyring.writing_id), _content(facts))}


def to_bytes(anchor: dict[str, Any]) -> bytes:
    """The file itself."""
    return (json.dumps(anchor, ensure_ascii=False, indent=2) + "\n").encode()


def digest_of(content: bytes) -> str:
    """What a file of an anchor is told by, in hexadecimal."""
    return sha256(content).hexdigest()


def from_bytes(content: bytes) -> Anchor:
    """Read one that the portal kept, which is always signed. Raises Falsified for everything else."""
    try:
        stored = json.loads(content)
        if not isinstance(stored, dict) or "signature" not in stored:
            raise Falsified("it is not signed")
        return from_json(stored)
    except (ValueError, Unusable):
        raise Falsified("it is not an anchor that the portal made") from None


def from_json(stored: Any) -> Anchor:
    """Read back what `to_json` wrote. Raises Unusable for anything else, Falsified where its signature does not fit.

    One without a signature is of the time before they had one: whoever hands it over vouches for it.
    """
    try:
        if any(name in stored for name in _SIGNATURE):
            _check_signature(stored)
        before = stored.get("before")
        return Anchor(
            made_at=datetime.fromisoformat(stored["made_at"]),
            links=tuple(
                Link(int(row["chain"]), row["partnership"], int(row["sequence"]), bytes.fromhex(row["seal"]))
                for row in stored["chains"]
            ),
            before=None if before is None else (str(before["name"]), str(before["sha256"])),
            reason=stored.get("reason"),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unusable(["this is not an anchor that flask activity anchor wrote"]) from None


def _check_signature(stored: dict[str, Any]) -> None:
    try:
        public_key = public_key_of(_signing_key(stored["key_id"]))
    except Undecryptable:
        raise Falsified(f"it is signed with the key {stored['key_id']!r}, which is not among FIELD_KEYS") from None
    facts = {name: value for name, value in stored.items() if name != "signature"}
    # The key in the file is for those who have no other way to it: what counts is our own.
    if facts["public_key"] != public_key or not is_signed(public_key, _content(facts), stored["signature"]):
        raise Falsified("its signature does not fit: it was altered, or made without the portal's keys")


def _signing_key(key_id: str) -> str:
    return b64encode(keyring.seal(_PURPOSE, key_id)).decode()


def _content(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
