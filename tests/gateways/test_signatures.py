"""Signatures: a key's own, and nobody else's."""

from __future__ import annotations

import pytest

from portal.gateways.signatures import (
    NotAKey,
    fingerprint,
    is_signed,
    new_private_key,
    public_key_of,
    read_public_key,
    sign,
)


def test_only_the_keys_own_signature_of_the_same_bytes_counts():
    private, other = new_private_key(), new_private_key()
    public = public_key_of(private)
    signature = sign(private, b"said")
    assert is_signed(public, b"said", signature)
    assert not is_signed(public, b"said.", signature)
    assert not is_signed(public_key_of(other), b"said", signature)
    for wrong in ("", "zz", signature[:-2], signature.upper(), f" {signature}", signature + "00"):
        assert not is_signed(public, b"said", wrong)


def test_a_key_is_taken_however_it_was_pasted():
    public = public_key_of(new_private_key())
    assert read_public_key(f" {public[:20]}\n {public[20:]} ") == public


@pytest.mark.parametrize("typed", ["", "key", "ä", "QUJD", "A" * 43, "A" * 60])
def test_what_is_no_key(typed):
    with pytest.raises(NotAKey):
        read_public_key(typed)


def test_a_fingerprint_can_be_read_over_the_telephone():
    public = public_key_of(new_private_key())
    groups = fingerprint(public).split()
    assert [len(group) for group in groups] == [4] * 8
    assert fingerprint(public) == fingerprint(public)
    assert fingerprint(public) != fingerprint(public_key_of(new_private_key()))
