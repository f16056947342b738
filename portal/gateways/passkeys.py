"""What browsers and authenticators say of passkeys, read and checked by the library `webauthn`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.domain.passkeys import CHALLENGE_LASTS_FOR, LONGEST_ANSWER, Site

PORTAL = "Safeguarding portal"
_TIMEOUT = int(CHALLENGE_LASTS_FOR.total_seconds() * 1000)
_LONGEST_ID = 1023
_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


class Unproven(Exception):
    """What the browser sent proves nothing; the reason is for the log alone."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A passkey that a browser may look for."""

    credential_id: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey that was just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What an answer says of itself, before anything of it is checked."""

    challenge: bytes
    credential_id: bytes
    user_handle: bytes | None


def making_options(
    site: Site, *, handle: bytes, email: str, name: str, challenge: bytes, known: Sequence[KnownKey]
) -> str:
    """What a browser is asked in order to make a passkey, as JSON; a device that holds one of `known` makes none.

    It must be found without an address being typed, and ask for a finger, a face or a PIN.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=PORTAL,
        user_id=handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=_TIMEOUT,
        # Which make of device somebody has is none of the portal's business.
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    return webauthn.options_to_json(options)


def asking_options(site: Site, *, challenge: bytes, known: Sequence[KnownKey]) -> str:
    """What a browser is asked in order to sign with a passkey, as JSON: one of `known`, or without any whichever."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        timeout=_TIMEOUT,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def read_claim(answer: str) -> Claim:
    """What an answer says of itself. Raises Unproven where it cannot be read."""
    try:
        said = _parsed(answer)
        response = said["response"]
        client_data = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        return Claim(
            client_data.challenge,
            base64url_to_bytes(said["rawId"]),
            base64url_to_bytes(handle) if isinstance(handle, str) and handle else None,
        )
    except Unproven:
        raise
    except Exception as fault:
        # Anybody may send anything here; what the library stumbles over is refused, whatever it raises.
        raise Unproven(f"unreadable: {fault}") from fault


def check_making(site: Site, challenge: bytes, answer: str) -> NewKey:
    """The passkey that a browser says was made. Raises Unproven."""
    try:
        said = _parsed(answer)
        made = webauthn.verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        listed = said["response"].get("transports") or []
        transports = tuple(word for word in listed if isinstance(word, str) and word in _TRANSPORTS)
    except Unproven:
        raise
    except Exception as fault:
        # As above.
        raise Unproven(str(fault)) from fault
    if len(made.credential_id) > _LONGEST_ID:
        raise Unproven("the credential id is too long")
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count, tuple(dict.fromkeys(transports)))


def check_signing(site: Site, challenge: bytes, answer: str, public_key: bytes) -> int:
    """The count that a passkey shows, whose signature, origin, challenge and user verification are right.

    Raises Unproven. Whether the count went back is asked of what is kept (domain/passkeys.py), so that it is told from
    a wrong signature.
    """
    try:
        shown = webauthn.verify_authentication_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Unproven:
        raise
    except Exception as fault:
        # As above.
        raise Unproven(str(fault)) from fault
    return shown.new_sign_count


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise Unproven("too long")
    said = json.loads(answer)
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise Unproven("not an answer")
    return said


def _described(known: Sequence[KnownKey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[AuthenticatorTransport(word) for word in key.transports if word in _TRANSPORTS],
        )
        for key in known
    ]
