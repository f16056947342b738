"""A signed return as a file that another partnership takes in: what it says, and whether to believe it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.rule_json import members, objects, text, whole_number
from portal.domain.sheet_cells import line
from portal.domain.vocabulary import AgencyType

FORMAT = "safeguarding-partnership-return/1"
MOST_BYTES = 8 * 1024 * 1024


class Refusal(StrEnum):
    """Why a file is not taken in; the trail keeps which."""

    NOT_A_RETURN = "not_a_return"
    UNKNOWN_KEY = "unknown_key"
    TAMPERED = "tampered"
    OTHER_AGENCY = "other_agency"
    OTHER_FRAMEWORK = "other_framework"


class Refused(Exception):
    """A file is not taken in; the words are a sentence for whoever sent it."""

    def __init__(self, refusal: Refusal, words: str) -> None:
        super().__init__(words)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class AgencyNamed:
    """The agency whose return it is, as both partnerships know it."""

    name: str
    agency_type: AgencyType
    ods_code: str | None = None
    urn: str | None = None

    def is_same(self, other: AgencyNamed) -> bool:
        """Whether both are one agency: by the nation's code where both have one, else by name, always of one type."""
        if self.agency_type is not other.agency_type:
            return False
        for mine, theirs in ((self.urn, other.urn), (self.ods_code, other.ods_code)):
            if mine and theirs:
                return mine.casefold() == theirs.casefold()
        return " ".join(self.name.split()).casefold() == " ".join(other.name.split()).casefold()


@dataclass(frozen=True, slots=True)
class EvidenceNamed:
    """A piece of evidence by its title and day; the thing itself stays where it is."""

    title: str
    dated_on: date


@dataclass(frozen=True, slots=True)
class PortableAnswer:
    """One answer with its question: the code and digest say whether it is asked the same elsewhere."""

    code: str
    digest: str
    question: str
    rating: str
    label: str
    narrative: str
    evidence: tuple[EvidenceNamed, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureNamed:
    """Who signed the return, in which post, on which day (London's)."""

    step: SignOffStep
    name: str
    post: str
    day: date


@dataclass(frozen=True, slots=True)
class PortableReturn:
    """All that the file says."""

    agency: AgencyNamed
    framework: str
    framework_title: str
    guidance_edition: str
    edition_digest: str
    issuer: str
    round_title: str
    version: int
    created_at: datetime
    answers: tuple[PortableAnswer, ...]
    signatures: tuple[SignatureNamed, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data, in one way only."""
        return {
            "agency": {
                "agency_type": self.agency.agency_type.value,
                "name": self.agency.name,
                "ods_code": self.agency.ods_code or "",
                "urn": self.agency.urn or "",
            },
            "answers": [
                {
                    "code": answer.code,
                    "digest": answer.digest,
                    "evidence": [
                        {"dated_on": piece.dated_on.isoformat(), "title": piece.title} for piece in answer.evidence
                    ],
                    "label": answer.label,
                    "narrative": answer.narrative,
                    "question": answer.question,
                    "rating": answer.rating,
                }
                for answer in self.answers
            ],
            "created_at": self.created_at.isoformat(),
            "edition_digest": self.edition_digest,
            "framework": self.framework,
            "framework_title": self.framework_title,
            "guidance_edition": self.guidance_edition,
            "issuer": self.issuer,
            "round_title": self.round_title,
            "signatures": [
                {"day": one.day.isoformat(), "name": one.name, "post": one.post, "step": one.step.value}
                for one in self.signatures
            ],
            "version": self.version,
        }

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(stored, "a return", _MEMBERS)
        agency = members(found["agency"], "an agency", {"agency_type", "name", "ods_code", "urn"})
        return cls(
            agency=AgencyNamed(
                text(agency, "name"),
                AgencyType(text(agency, "agency_type")),
                line(agency, "ods_code") or None,
                line(agency, "urn") or None,
            ),
            framework=text(found, "framework"),
            framework_title=text(found, "framework_title"),
            guidance_edition=line(found, "guidance_edition"),
            edition_digest=text(found, "edition_digest"),
            issuer=text(found, "issuer"),
            round_title=text(found, "round_title"),
            version=whole_number(found, "version"),
            created_at=datetime.fromisoformat(text(found, "created_at")),
            answers=tuple(_answer(one) for one in objects(found, "answers")),
            signatures=tuple(_signature(one) for one in objects(found, "signatures")),
        )


_MEMBERS = {
    "agency",
    "answers",
    "created_at",
    "edition_digest",
    "framework",
    "framework_title",
    "guidance_edition",
    "issuer",
    "round_title",
    "signatures",
    "version",
}


def canonical(plain: object) -> bytes:
    """Return plain data as bytes in the only way in which it may be written."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def pack(portable: PortableReturn, key: str, sign: Callable[[bytes], str]) -> bytes:
    """Return the file: what is said, the fingerprint of the key, and the signature of both."""
    said = {"format": FORMAT, "key": key, "return": portable.to_plain()}
    return canonical({**said, "signature": sign(canonical(said))})


def unpack(file: bytes, is_signed: Callable[[str, bytes, str], bool], known: Collection[str]) -> PortableReturn:
    """Return what a file says, once its signature has been checked with a known key. Raises Refused.

    `is_signed` is asked with the key's fingerprint, the bytes and the signature. The file must be exactly the bytes
    that were written: one that reads the same but differs anywhere was changed by somebody.
    """
    envelope = _envelope(file)
    key, signature = envelope["key"], envelope.pop("signature")
    if key not in known:
        raise Refused(
            Refusal.UNKNOWN_KEY,
            f"This return is signed with a key that this partnership does not trust: {key}. Ask your business manager "
            "to check it with the partnership that issued the return, and to enter it.",
        )
    if canonical({**envelope, "signature": signature}) != file or not is_signed(key, canonical(envelope), signature):
        raise Refused(
            Refusal.TAMPERED,
            "This return was changed after it was signed, so nothing of it was taken. Ask for the file anew.",
        )
    try:
        return PortableReturn.from_plain(envelope["return"])
    except ValueError:
        raise _not_a_return() from None


def _envelope(file: bytes) -> dict[str, Any]:
    try:
        found = json.loads(file[: MOST_BYTES + 1].decode())
        envelope = members(found, "a file", {"format", "key", "return", "signature"})
        if len(file) > MOST_BYTES or text(envelope, "format") != FORMAT:
            raise _not_a_return()
        text(envelope, "key"), text(envelope, "signature")
        canonical(envelope)
    except (ValueError, RecursionError):
        raise _not_a_return() from None
    return dict(envelope)


def check(portable: PortableReturn, agency: AgencyNamed, framework: str, framework_title: str) -> None:
    """Refuse a return of another agency, or under another framework than is asked here. Raises Refused."""
    if not portable.agency.is_same(agency):
        raise Refused(
            Refusal.OTHER_AGENCY,
            f"This is the return of {portable.agency.name}, and you are answering for {agency.name}.",
        )
    if portable.framework != framework:
        raise Refused(
            Refusal.OTHER_FRAMEWORK,
            f"This return answers “{portable.framework_title}”, and here “{framework_title}” is asked.",
        )


def _answer(stored: object) -> PortableAnswer:
    found = members(stored, "an answer", {"code", "digest", "evidence", "label", "narrative", "question", "rating"})
    return PortableAnswer(
        code=text(found, "code"),
        digest=text(found, "digest"),
        question=line(found, "question"),
        rating=text(found, "rating"),
        label=line(found, "label"),
        narrative=line(found, "narrative"),
        evidence=tuple(_evidence(one) for one in objects(found, "evidence")),
    )


def _evidence(stored: object) -> EvidenceNamed:
    found = members(stored, "evidence", {"dated_on", "title"})
    return EvidenceNamed(text(found, "title"), date.fromisoformat(text(found, "dated_on")))


def _signature(stored: object) -> SignatureNamed:
    found = members(stored, "a signature", {"day", "name", "post", "step"})
    return SignatureNamed(
        SignOffStep(text(found, "step")),
        text(found, "name"),
        line(found, "post"),
        date.fromisoformat(text(found, "day")),
    )


def _not_a_return() -> Refused:
    return Refused(
        Refusal.NOT_A_RETURN,
        "This is not a return that another partnership has signed. Choose the file ending in .return.",
    )
