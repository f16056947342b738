"""What the trail's verbs of single sign-on are in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.single_sign_on import Refusal

_REFUSED = "Was refused single sign-on: "

_WHY: Mapping[Refusal, str] = {
    Refusal.STATE: "this browser had not begun it, or it was too old or used before",
    Refusal.DECLINED: "it was stopped at the provider",
    Refusal.CODE: "the provider did not know the code, or had taken it before",
    Refusal.NONCE: "the answer was for another sign-in",
    Refusal.AUDIENCE: "the answer was for another service",
    Refusal.ISSUER: "the answer was from another provider",
    Refusal.EXPIRED: "the answer was too old",
    Refusal.CLOCK: "the answer came from the future: a clock is wrong",
    Refusal.SIGNATURE: "the answer’s signature was not the provider’s",
    Refusal.CLAIMS: "the answer could not be read",
    Refusal.UNKNOWN: "no account is linked with this identity",
    Refusal.CLOSED: "the account is closed",
    Refusal.ORGANISATION: "the provider named another organisation than their agency",
    Refusal.TAKEN: "the identity is linked with somebody else’s account",
    Refusal.ANOTHER: "they signed in there anew as somebody else",
    Refusal.STALE: "the provider did not ask them to sign in anew",
    Refusal.WEAKER: "they signed in there anew without a second step",
}

SIGN_ON_VERBS: Mapping[str, str] = {
    "agency.local_sign_in_allowed": "Let an agency’s people sign in with a password",
    "agency.local_sign_in_refused": "Let an agency’s people sign in by single sign-on only",
    "identity.linked": "Linked an account with single sign-on",
    "identity.unlinked": "Ended the single sign-on of an account",
    "sign_on.provider_down": "Could not reach a provider of single sign-on",
    "sign_on.vouched_anew": "Signed in anew at a provider of single sign-on, before a code",
    "session.local_refused": "Was refused a password, because their agency signs in by single sign-on only",
    **{f"sign_on.refused_{reason}": f"{_REFUSED}{why}" for reason, why in _WHY.items()},
}


def verb_of(refusal: Refusal) -> str:
    """The trail's verb for a refusal."""
    return f"sign_on.refused_{refusal}"
