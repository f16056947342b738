"""Encryption of fields at rest: AES-256-GCM with rotating keys, and blind indexes for exact look-ups.

A stored value is `version | key id length | key id | nonce | ciphertext`. The associated data is the
value's place, so that ciphertext copied to another column does not open there.
"""

from __future__ import annotations

import hmac
import os
import unicodedata
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

FORMAT = 1
NONCE_BYTES = 12


class Undecryptable(Exception):
    """A stored value does not open: its key is missing, or somebody changed it."""


class Keyring:
    """The field keys of this process: the first writes, all of them read."""

    def __init__(self) -> None:
        self._ciphers: dict[str, AESGCM] = {}
        self._index_keys: dict[str, bytes] = {}
        self._seal_keys: dict[str, bytes] = {}
        self._wrapping_keys: dict[str, bytes] = {}
        self._check_values: dict[str, bytes] = {}
        self._writing_id = ""

    def install(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """Take (id, 32 bytes) pairs, the one to write with first; each purpose gets a key of its own."""
        self._ciphers = {name: AESGCM(_derive(raw, b"fields")) for name, raw in keys}
        self._index_keys = {name: _derive(raw, b"blind index") for name, raw in keys}
        self._seal_keys = {name: _derive(raw, b"activity seal") for name, raw in keys}
        self._wrapping_keys = {name: _derive(raw, b"file keys") for name, raw in keys}
        self._check_values = {name: _derive(raw, b"check value") for name, raw in keys}
        self._writing_id = keys[0][0]

    @property
    def check_values(self) -> dict[str, bytes]:
        """What tells each key, by its id, from any other and gives nothing of it away; the one that writes first."""
        return dict(self._check_values)

    @property
    def writing_id(self) -> str:
        """The id of the key that encrypts and seals now."""
        return self._writing_id

    def encrypt(self, text: str, place: str) -> bytes:
        """Encrypt `text` for `place` (`table.column`)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._writing_id].encrypt(nonce, text.encode(), place.encode())
        return self.beginning() + nonce + sealed

    def decrypt(self, stored: bytes, place: str) -> str:
        """Open what `encrypt` made; raises Undecryptable."""
        if len(stored) < 2 or stored[0] != FORMAT:
            raise Undecryptable(f"{place}: not an encrypted value")
        end = 2 + stored[1]
        name = stored[2:end].decode(errors="replace")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise Undecryptable(f"{place}: key {name!r} is not among FIELD_KEYS")
        nonce, sealed = stored[end : end + NONCE_BYTES], stored[end + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, place.encode()).decode()
        except InvalidTag:
            raise Undecryptable(f"{place}: the value was changed or belongs elsewhere") from None

    def recrypt(self, stored: bytes, place: str) -> bytes:
        """The same text under the key that writes now; raises Undecryptable."""
        return self.encrypt(self.decrypt(stored, place), place)

    def beginning(self, key_id: str | None = None) -> bytes:
        """How every value begins that the key (the one that writes, where none is named) has encrypted."""
        name = key_id or self._writing_id
        return bytes([FORMAT, len(name)]) + name.encode()

    def blind_index(self, text: str, place: str) -> bytes:
        """What equals for equal texts (case, accents and spacing aside) and tells nothing else."""
        return self._index(self._writing_id, text, place)

    def blind_indexes(self, text: str, place: str) -> list[bytes]:
        """The index under every key, to find rows that were written before a rotation."""
        return [self._index(name, text, place) for name in self._index_keys]

    def seal(self, content: bytes, key_id: str | None = None) -> bytes:
        """A keyed digest that only the portal can make; raises Undecryptable for an unknown key id."""
        key = self._seal_keys.get(key_id or self._writing_id)
        if key is None:
            raise Undecryptable(f"seal: key {key_id!r} is not among FIELD_KEYS")
        return hmac.digest(key, content, "sha256")

    def wrap(self, key: bytes) -> bytes:
        """A file's own key as it may be stored (RFC 3394), under the key that writes now."""
        return aes_key_wrap(self._wrapping_keys[self._writing_id], key)

    def rewrap(self, wrapped: bytes, key_id: str) -> bytes:
        """A file's own key as the key that writes now wraps it; raises Undecryptable."""
        return self.wrap(self.unwrap(wrapped, key_id))

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """The file's own key again; raises Undecryptable."""
        wrapping = self._wrapping_keys.get(key_id)
        if wrapping is None:
            raise Undecryptable(f"file key: key {key_id!r} is not among FIELD_KEYS")
        try:
            return aes_key_unwrap(wrapping, wrapped)
        except (InvalidUnwrap, ValueError):
            raise Undecryptable("file key: the wrapped key was changed") from None

    def _index(self, name: str, text: str, place: str) -> bytes:
        plain = unicodedata.normalize("NFKD", text).casefold()
        folded = "".join(letter for letter in plain if letter.isalnum())
        return hmac.digest(self._index_keys[name], f"{place}\0{folded}".encode(), sha256)


def _derive(raw: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"safeguarding portal: " + purpose).derive(raw)


keyring = Keyring()
