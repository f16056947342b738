"""Signatures that travel: Ed25519 keys as text, and what they sign."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64


class NotAKey(ValueError):
    """A text is no Ed25519 public key."""


def new_private_key() -> str:
    """A fresh private key, to be stored encrypted."""
    return b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_of(private_key: str) -> str:
    """The public half, to be given to others."""
    return b64encode(_private(private_key).public_key().public_bytes_raw()).decode()


def read_public_key(typed: str) -> str:
    """A public key as it is stored, from what somebody pasted with spaces or line breaks in it. Raises NotAKey."""
    try:
        raw = b64decode("".join(typed.split()), validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError):
        raise NotAKey("This is not a public key.") from None
    return b64encode(raw).decode()


def fingerprint(public_key: str) -> str:
    """What two people read to each other to be sure of a key: the start of its SHA-256, in groups of four."""
    digest = hashlib.sha256(b64decode(public_key)).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def sign(private_key: str, content: bytes) -> str:
    """The signature of some bytes, in hexadecimal."""
    return _private(private_key).sign(content).hex()


def is_signed(public_key: str, content: bytes, signature: str) -> bool:
    """Whether the signature is that of these bytes by the key's private half."""
    try:
        given = bytes.fromhex(signature)
        Ed25519PublicKey.from_public_bytes(b64decode(public_key)).verify(given, content)
    except (InvalidSignature, ValueError):
        return False
    # Hexadecimal has two ways of writing each letter; only one is the file that was signed.
    return len(given) == SIGNATURE_BYTES and given.hex() == signature


def _private(private_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b64decode(private_key))
