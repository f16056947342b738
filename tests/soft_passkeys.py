"""An authenticator in software: it makes passkeys and signs challenges as a device does, and lies where asked to."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

SITE = "localhost"
ORIGIN = "http://localhost"
"""Of the portal in tests: make_settings() names them."""

_PRESENT, _VERIFIED, _MADE = 0x01, 0x04, 0x40


def coded(raw: bytes) -> str:
    """As browsers write bytes."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Bytes that a browser or the portal wrote."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftPasskey:
    """One passkey on one device. `count` is what it shows next; a device that counts nothing always shows 0."""

    seed: str
    count: int = 1
    counts: bool = True
    handle: bytes = b""
    transports: list[str] = field(default_factory=lambda: ["internal"])

    @property
    def credential_id(self) -> bytes:
        """By which the portal knows it."""
        return sha256(f"credential {self.seed}".encode()).digest()

    @property
    def public_key(self) -> bytes:
        """As COSE writes it."""
        numbers = self._key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    @property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(sha256(self.seed.encode()).digest()) >> 8, ec.SECP256R1())

    def make(self, options: dict[str, Any], *, origin: str = ORIGIN, site: str = SITE, verified: bool = True) -> str:
        """What a browser sends for a passkey that was just made."""
        self.handle = decoded(options["user"]["id"])
        made = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + self.public_key
        data = self._data(site, _MADE, 0, verified) + made
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=coded(_client_data("webauthn.create", options["challenge"], origin)),
            attestationObject=coded(attested),
            transports=self.transports,
        )

    def sign(
        self,
        options: dict[str, Any],
        *,
        origin: str = ORIGIN,
        site: str = SITE,
        verified: bool = True,
        count: int | None = None,
        handle: bytes | None = None,
    ) -> str:
        """What a browser sends for a challenge that was signed; each signature counts on."""
        shown = (self.count if self.counts else 0) if count is None else count
        self.count += 1
        data = self._data(site, 0, shown, verified)
        said = _client_data("webauthn.get", options["challenge"], origin)
        signature = self._key.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        whose = self.handle if handle is None else handle
        return self._answer(
            clientDataJSON=coded(said),
            authenticatorData=coded(data),
            signature=coded(signature),
            **({"userHandle": coded(whose)} if whose else {}),
        )

    def _answer(self, **response: Any) -> str:
        own = coded(self.credential_id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})

    @staticmethod
    def _data(site: str, flags: int, count: int, verified: bool) -> bytes:
        flags |= _PRESENT | (_VERIFIED if verified else 0)
        return sha256(site.encode()).digest() + bytes([flags]) + count.to_bytes(4)


def _client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
