"""What providers of single sign-on say of a person: who it is, for which organisation, and how they signed in.

Shapes of claims: DfE Sign-in names one `organisation` with its URN; NHS CIS2 names organisations by their ODS codes in
`nhsid_nrbac_roles` and `nhsid_user_orgs`, and the role that the person chose; Entra ID names the tenant (`tid`) and the
person in it (`oid`); any other provider its `sub`, and by setting one claim with a URN or an ODS code.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from portal.domain.errors import PortalError

ATTEMPT_LASTS_FOR = timedelta(minutes=10)
"""From leaving for the provider to coming back."""

CLOCK_SKEW = timedelta(seconds=60)
"""By how much a provider's clock may differ from ours."""

ATTEMPTS_PER_ADDRESS = 300
"""How many may be begun from one network while they last: a hospital's shift comes to work behind one address."""

_LONGEST_SUBJECT = 255
_LONGEST_CODE = 20


class ProviderKind(StrEnum):
    """Which shape a provider's claims have."""

    DFE = "dfe"
    CIS2 = "cis2"
    ENTRA = "entra"
    OTHER = "other"


class OrganisationCode(StrEnum):
    """By which list an organisation is called."""

    URN = "urn"
    ODS = "ods"


class Refusal(StrEnum):
    """Why somebody who came back from a provider is not let in."""

    STATE = "state"
    """This browser began no such sign-in, or did so too long ago, or it was taken before."""
    DECLINED = "declined"
    """They stopped at the provider, or it did not let them on."""
    CODE = "code"
    """The provider does not know the code, or has taken it before."""
    NONCE = "nonce"
    AUDIENCE = "audience"
    ISSUER = "issuer"
    EXPIRED = "expired"
    CLOCK = "clock"
    """Issued in our future: one of the two clocks is wrong."""
    SIGNATURE = "signature"
    CLAIMS = "claims"
    """Something that must be said is not, or not in its shape."""
    UNKNOWN = "unknown"
    """No account is linked with this identity."""
    CLOSED = "closed"
    """The account was deactivated."""
    ORGANISATION = "organisation"
    """The provider vouches for another organisation than the person's agency."""
    TAKEN = "taken"
    """The identity is linked with somebody else's account."""
    ANOTHER = "another"
    """Whoever showed anew that it is they did so as somebody else than whose account it is."""
    STALE = "stale"
    """The provider remembered them, and did not ask them to sign in anew."""
    WEAKER = "weaker"
    """They signed in there anew without the second step that their role asks for."""


class ProviderDown(PortalError):
    """The provider does not answer, or not as one: nobody can sign in there now. It says why, in words for a log."""


class ProofRefused(PortalError):
    """What came back from the provider proves nothing."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"The provider’s answer is refused: {refusal}.")
        self.refusal = refusal


class ClaimsUnreadable(ValueError):
    """A claim that must be there is missing, or is not in its shape; it says which."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a provider says of whoever signed in there.

    `codes` are those of the organisations that they act for, of the one kind `code`; `code` is None where the provider
    names no organisation at all, and none is held against anything.
    """

    subject: str
    code: OrganisationCode | None = None
    codes: frozenset[str] = field(default_factory=frozenset)


def read_claims(kind: ProviderKind, claims: Mapping[str, Any], *, claim: str = "", code: str = "") -> Claimed:
    """Who it is and for which organisation; raises ClaimsUnreadable. `claim` and `code` are settings of other kinds."""
    if kind is ProviderKind.DFE:
        return Claimed(_subject(claims, "sub"), OrganisationCode.URN, _dfe_urns(claims.get("organisation")))
    if kind is ProviderKind.CIS2:
        return Claimed(_subject(claims, "sub"), OrganisationCode.ODS, _ods_codes(claims))
    # A person's oid is theirs in one tenant alone, so both together are who they are.
    subject = (
        f"{_subject(claims, 'tid')}:{_subject(claims, 'oid')}"
        if kind is ProviderKind.ENTRA
        else _subject(claims, "sub")
    )
    if not claim:
        return Claimed(subject)
    named = OrganisationCode(code)
    return Claimed(subject, named, _codes(_texts(claims.get(claim)), named))


def agrees(claimed: Claimed, urn: str | None, ods_code: str | None) -> bool:
    """Whether an agency, by its codes, is one that the provider vouches for; any is where it vouches for none."""
    if claimed.code is None:
        return True
    own = urn if claimed.code is OrganisationCode.URN else ods_code
    return own is not None and _tidy(own) in claimed.codes


def has_second_step(claims: Mapping[str, Any], amr: Collection[str], acr: Collection[str]) -> bool:
    """Whether the provider says, in words that the settings trust, that a second step was taken there."""
    methods, level = claims.get("amr"), claims.get("acr")
    by_method = isinstance(methods, list) and any(isinstance(method, str) and method in amr for method in methods)
    return by_method or (isinstance(level, str) and level in acr)


def _subject(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not found.strip() or len(found) > _LONGEST_SUBJECT or not found.isprintable():
        raise ClaimsUnreadable(name)
    return found


def _dfe_urns(organisation: Any) -> frozenset[str]:
    """One organisation, as an object or as the text of one; a local authority or a trust has no URN."""
    if isinstance(organisation, str):
        try:
            organisation = json.loads(organisation)
        except ValueError:
            raise ClaimsUnreadable("organisation") from None
    if organisation is None:
        return frozenset()
    if not isinstance(organisation, Mapping):
        raise ClaimsUnreadable("organisation")
    urn = organisation.get("urn")
    # Some clients of theirs write numbers as numbers.
    return _codes([str(urn)] if isinstance(urn, str | int) and not isinstance(urn, bool) else [], OrganisationCode.URN)


def _ods_codes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Of the role that the person chose, where they chose one; otherwise of all that they have."""
    roles = _objects(claims.get("nhsid_nrbac_roles"), "nhsid_nrbac_roles")
    chosen = claims.get("selected_roleid")
    if chosen is not None:
        roles = [role for role in roles if role.get("person_roleid") == chosen]
        found = [role.get("org_code") for role in roles]
    else:
        organisations = _objects(claims.get("nhsid_user_orgs"), "nhsid_user_orgs")
        found = [entry.get("org_code") for entry in (*roles, *organisations)]
    return _codes((code for code in found if isinstance(code, str)), OrganisationCode.ODS)


def _objects(value: Any, name: str) -> list[Mapping[str, Any]]:
    if value is None:
        return []
    # Where there is one alone, some clients of theirs were given it without a list around it.
    found = [value] if isinstance(value, Mapping) else value
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise ClaimsUnreadable(name)
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _codes(found: Iterable[str], code: OrganisationCode) -> frozenset[str]:
    """In one spelling, without what cannot be such a code."""
    tidied = {_tidy(text) for text in found}
    if code is OrganisationCode.URN:
        return frozenset(text for text in tidied if len(text) == 6 and text.isascii() and text.isdigit())
    return frozenset(text for text in tidied if 0 < len(text) <= _LONGEST_CODE and text.isascii() and text.isalnum())


def _tidy(code: str) -> str:
    return "".join(code.split()).upper()
