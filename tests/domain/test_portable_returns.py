"""A return that travels: read back as it was written, and refused after the smallest change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain import portable_returns
from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.portable_returns import (
    AgencyNamed,
    EvidenceNamed,
    PortableAnswer,
    PortableReturn,
    Refusal,
    Refused,
    SignatureNamed,
    canonical,
    check,
    pack,
    unpack,
)
from portal.domain.travelled_answers import AskedHere, Fit, match
from portal.domain.vocabulary import AgencyType
from portal.gateways import signatures

PRIVATE = signatures.new_private_key()
PUBLIC = signatures.public_key_of(PRIVATE)
KEY = signatures.fingerprint(PUBLIC)
POLICE = AgencyNamed("Marshland Police", AgencyType.POLICE)
ANSWER = PortableAnswer(
    "1.1", "d" * 64, "Is it so?", "green", "Green", "Yes: “always”.\nÉ 😀", (EvidenceNamed("Policy", date(2026, 5, 3)),)
)
RETURN = PortableReturn(
    agency=POLICE,
    framework="section-11",
    framework_title="Section 11 audit",
    guidance_edition="2026",
    edition_digest="e" * 64,
    issuer="Eastmarsh",
    round_title="Audit 2026",
    version=1,
    created_at=datetime(2026, 6, 10, 9, 0, tzinfo=UTC),
    answers=(ANSWER, replace(ANSWER, code="1.2", narrative="", evidence=())),
    signatures=(SignatureNamed(SignOffStep.AUTHOR, "A. Shah", "Designated lead", date(2026, 6, 1)),),
)


def sign(content: bytes) -> str:
    """By the one key."""
    return signatures.sign(PRIVATE, content)


def read(file: bytes, known=(KEY,)) -> PortableReturn:
    """What the file says to somebody who trusts the key."""
    return unpack(file, lambda _key, content, signature: signatures.is_signed(PUBLIC, content, signature), known)


def refusal(file: bytes, known=(KEY,)) -> Refusal:
    """Why it is refused."""
    with pytest.raises(Refused) as refused:
        read(file, known)
    assert str(refused.value).endswith(".")
    return refused.value.refusal


FILE = pack(RETURN, KEY, sign)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


class TestTheFile:
    """Exactly what was signed, or nothing."""

    def test_it_comes_back(self):
        assert read(FILE) == RETURN

    @given(TEXTS, TEXTS.filter(bool), st.integers(1, 99))
    def test_any_words_come_back(self, narrative, title, version):
        piece = EvidenceNamed(title, date(2026, 1, 2))
        said = replace(RETURN, version=version, answers=(replace(ANSWER, narrative=narrative, evidence=(piece,)),))
        assert read(pack(said, KEY, sign)) == said

    @settings(max_examples=400)
    @given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
    def test_any_changed_byte_is_refused(self, place, by):
        changed = bytearray(FILE)
        changed[place] ^= by
        assert refusal(bytes(changed)) in {Refusal.TAMPERED, Refusal.UNKNOWN_KEY, Refusal.NOT_A_RETURN}

    def test_every_single_flipped_bit_is_refused(self):
        for place in range(len(FILE)):
            for bit in range(8):
                changed = bytearray(FILE)
                changed[place] ^= 1 << bit
                refusal(bytes(changed))

    @given(st.integers(0, len(FILE)), st.binary(min_size=1, max_size=5))
    def test_anything_put_in_or_cut_off_is_refused(self, place, more):
        refusal(FILE[:place] + more + FILE[place:])
        if place < len(FILE):
            refusal(FILE[:place])

    def test_what_reads_the_same_but_is_written_otherwise_is_refused(self):
        plain = json.loads(FILE)
        assert refusal(json.dumps(plain).encode()) is Refusal.TAMPERED
        assert refusal(FILE + b"\n") is Refusal.TAMPERED
        plain["signature"] = plain["signature"].upper()
        assert refusal(canonical(plain)) is Refusal.TAMPERED

    def test_a_key_that_nobody_trusts(self):
        assert refusal(FILE, known=()) is Refusal.UNKNOWN_KEY
        with pytest.raises(Refused, match=KEY):
            read(FILE, known=())

    def test_a_key_of_the_same_name_that_is_another(self):
        other = signatures.new_private_key()
        forged = pack(RETURN, KEY, lambda content: signatures.sign(other, content))
        assert refusal(forged) is Refusal.TAMPERED

    @pytest.mark.parametrize(
        "file",
        [
            b"",
            b"not json",
            b"[]",
            b"{}",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"format":1,"key":"a","return":{},"signature":"b"}',
            b'{"format":"other/1","key":"a","return":{},"signature":"b"}',
            b'{"format":"safeguarding-partnership-return/1","key":"\\ud800","return":{},"signature":"b"}',
            b'{"format":"safeguarding-partnership-return/1","key":"a","return":NaN,"signature":"b"}',
            b'{"format":"safeguarding-partnership-return/1","key":["a"],"return":{},"signature":"b"}',
        ],
    )
    def test_what_is_no_return(self, file):
        assert refusal(file) is Refusal.NOT_A_RETURN

    def test_what_is_signed_and_still_no_return(self):
        said = {"format": portable_returns.FORMAT, "key": KEY, "return": {**RETURN.to_plain(), "version": "1"}}
        assert refusal(canonical({**said, "signature": sign(canonical(said))})) is Refusal.NOT_A_RETURN

    def test_what_is_far_too_large(self, monkeypatch):
        monkeypatch.setattr(portable_returns, "MOST_BYTES", len(FILE) - 1)
        assert refusal(FILE) is Refusal.NOT_A_RETURN


class TestWhose:
    """One agency, known by the nation's code or, failing that, its name."""

    @pytest.mark.parametrize(
        ("mine", "theirs", "is_same"),
        [
            (POLICE, replace(POLICE, name="marshland  POLICE"), True),
            (POLICE, replace(POLICE, name="Other Police"), False),
            (POLICE, replace(POLICE, agency_type=AgencyType.OTHER), False),
            (replace(POLICE, ods_code="A1"), replace(POLICE, ods_code="a1", name="Renamed"), True),
            (replace(POLICE, ods_code="A1"), replace(POLICE, ods_code="B2"), False),
            (replace(POLICE, urn="100001"), replace(POLICE, urn="100002"), False),
            (replace(POLICE, ods_code="A1"), POLICE, True),
        ],
    )
    def test_is_it_the_same(self, mine, theirs, is_same):
        assert mine.is_same(theirs) is theirs.is_same(mine) is is_same

    def test_each_refusal_has_its_own_sentence(self):
        check(RETURN, POLICE, "section-11", "Section 11 audit")
        with pytest.raises(Refused, match="return of Marshland Police") as other_agency:
            check(RETURN, replace(POLICE, name="Fen Police"), "section-11", "Section 11 audit")
        with pytest.raises(Refused, match="“Section 11 audit”, and here “Schools”") as other_framework:
            check(RETURN, POLICE, "section-175-157", "Schools")
        assert other_agency.value.refusal is Refusal.OTHER_AGENCY
        assert other_framework.value.refusal is Refusal.OTHER_FRAMEWORK


class TestMatching:
    """Same questions are answered, altered ones shown, local ones left."""

    def test_by_code_digest_and_scale(self):
        asked = [
            AskedHere("1.1", "d" * 64, ("red", "green")),
            AskedHere("1.2", "x" * 64, ("red", "green")),
            AskedHere("9.1", "d" * 64, ("red", "green")),
        ]
        found = match(asked, RETURN.answers)
        assert {code: fit for code, (fit, _) in found.items()} == {"1.1": Fit.SAME, "1.2": Fit.ALTERED}
        assert found["1.1"][1] is ANSWER

    def test_a_rating_that_the_scale_here_does_not_have(self):
        found = match([AskedHere("1.1", "d" * 64, ("yes", "no"))], RETURN.answers)
        assert found["1.1"][0] is Fit.ALTERED
