"""Settings of providers of single sign-on, several side by side: OIDC_<NAME>_ISSUER and what goes with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from portal.config.client_keys import key_fault, read_key
from portal.config.servers import THIS_MACHINE

DFE, CIS2, ENTRA, OTHER = "dfe", "cis2", "entra", "other"
KINDS = (DFE, CIS2, ENTRA, OTHER)
CODES = ("urn", "ods")
TITLES = {DFE: "DfE Sign-in", CIS2: "NHS CIS2", ENTRA: "Microsoft", OTHER: ""}
SCOPES = {
    DFE: "openid email profile organisation",
    CIS2: "openid email profile nationalrbacaccess associatedorgs selectedrole",
    ENTRA: "openid email profile",
    OTHER: "openid email profile",
}
WITHOUT_TENANT = frozenset({"common", "organizations", "consumers"})
"""Entra ID's issuers for everybody's tenants: whoever has a Microsoft account anywhere comes from one of them."""

_SETTING = re.compile(
    r"OIDC_([A-Z][A-Z0-9]*)_"
    r"(ISSUER|CLIENT_ID|CLIENT_SECRET|CLIENT_KEY_FILE|TITLE|KIND|SCOPES|ACR_VALUES|CLAIM|CLAIM_CODE"
    r"|TRUSTED_AMR|TRUSTED_ACR)"
)
_LONGEST_NAME = 32
_LONGEST_TITLE = 60
_LONGEST_ISSUER = 255


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider as the settings name it; `name` stands in addresses, in small letters."""

    name: str
    kind: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    """Empty where the portal shows who it is by a key."""
    scopes: str
    client_key: str = field(default="", repr=False)
    """A private RSA key as PEM, with which what the portal says of itself is signed; empty where it has a secret."""
    acr_values: str = ""
    """Which ways to sign in there are asked for, in the provider's words; empty leaves it to the provider."""
    claim: str = ""
    """Of other kinds: the claim that holds the organisation's code; empty where none is held against the agency."""
    claim_code: str = ""
    """What that code is: `urn` or `ods`."""
    trusted_amr: frozenset[str] = frozenset()
    """Values of `amr` that stand for a second step taken at the provider."""
    trusted_acr: frozenset[str] = frozenset()


def providers_of(env: Mapping[str, str]) -> tuple[ProviderSettings, ...]:
    """The providers that the settings name, by title; ask `provider_faults` first."""
    found = []
    for name, given in sorted(_by_name(env).items()):
        kind = given.get("KIND", OTHER).strip().lower()
        found.append(
            ProviderSettings(
                name=name.lower(),
                kind=kind,
                title=given.get("TITLE", "").strip() or TITLES[kind] or name.capitalize(),
                issuer=given["ISSUER"].strip(),
                client_id=given["CLIENT_ID"].strip(),
                client_secret=given.get("CLIENT_SECRET", "").strip(),
                scopes=" ".join(given.get("SCOPES", "").split()) or SCOPES[kind],
                client_key=read_key(given["CLIENT_KEY_FILE"].strip()) if given.get("CLIENT_KEY_FILE") else "",
                acr_values=" ".join(given.get("ACR_VALUES", "").split()),
                claim=given.get("CLAIM", "").strip(),
                claim_code=given.get("CLAIM_CODE", "").strip().lower(),
                trusted_amr=_listed(given.get("TRUSTED_AMR", "")),
                trusted_acr=_listed(given.get("TRUSTED_ACR", "")),
            )
        )
    return tuple(sorted(found, key=lambda provider: (provider.title, provider.name)))


def provider_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings of single sign-on, each naming its setting and never repeating a secret."""
    faults = [
        f"{name} is no setting of single sign-on: see docs/single-sign-on.md"
        for name in sorted(env)
        if name.startswith("OIDC_") and env[name] and not _SETTING.fullmatch(name)
    ]
    issuers: dict[str, str] = {}
    for name, given in sorted(_by_name(env).items()):
        faults += _faults_of(f"OIDC_{name}", name, given)
        issuer = given.get("ISSUER", "").strip()
        if issuer and issuer in issuers:
            faults.append(f"OIDC_{name}_ISSUER is OIDC_{issuers[issuer]}_ISSUER's too: one provider has one name")
        issuers.setdefault(issuer, name)
    return faults


def _by_name(env: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for setting, value in env.items():
        if value and (parts := _SETTING.fullmatch(setting)):
            found.setdefault(parts[1], {})[parts[2]] = value
    return found


def _faults_of(prefix: str, name: str, given: Mapping[str, str]) -> list[str]:
    faults = [
        f"{prefix}_{part} is missing: a provider needs an issuer, a client id and a client secret or key"
        for part in ("ISSUER", "CLIENT_ID")
        if not given.get(part, "").strip()
    ]
    faults += _client_faults(prefix, given.get("CLIENT_SECRET", "").strip(), given.get("CLIENT_KEY_FILE", "").strip())
    if len(name) > _LONGEST_NAME:
        faults.append(f"{prefix}_ISSUER: a provider’s name has {_LONGEST_NAME} letters at most")
    kind = given.get("KIND", OTHER).strip().lower()
    if kind not in KINDS:
        faults.append(f"{prefix}_KIND must be one of {', '.join(KINDS)}")
    if len(given.get("TITLE", "").strip()) > _LONGEST_TITLE:
        faults.append(f"{prefix}_TITLE must be {_LONGEST_TITLE} characters or fewer")
    if issuer := given.get("ISSUER", "").strip():
        faults += _issuer_faults(f"{prefix}_ISSUER", issuer, kind)
    if given.get("SCOPES") and "openid" not in given["SCOPES"].split():
        faults.append(f"{prefix}_SCOPES must hold openid")
    claim, code = given.get("CLAIM", "").strip(), given.get("CLAIM_CODE", "").strip().lower()
    if (claim or code) and kind in (DFE, CIS2):
        faults.append(f"{prefix}_CLAIM is for other kinds: where {TITLES[kind]} names the organisation is known")
    elif bool(claim) != bool(code):
        faults.append(f"{prefix}_CLAIM and {prefix}_CLAIM_CODE go together: set both, or neither")
    elif code and code not in CODES:
        faults.append(f"{prefix}_CLAIM_CODE must be one of {', '.join(CODES)}")
    return faults


def _client_faults(prefix: str, secret: str, path: str) -> list[str]:
    if bool(secret) == bool(path):
        which = "are both set: use one of them" if secret else "are missing: a provider needs one of them"
        return [f"{prefix}_CLIENT_SECRET and {prefix}_CLIENT_KEY_FILE {which}"]
    fault = key_fault(path) if path else None
    return [f"{prefix}_CLIENT_KEY_FILE {fault}"] if fault else []


def _issuer_faults(setting: str, issuer: str, kind: str) -> list[str]:
    parts = urlsplit(issuer)
    is_here = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    is_server = is_here or (parts.scheme == "https" and bool(parts.hostname))
    if not is_server or parts.username or parts.query or parts.fragment or len(issuer) > _LONGEST_ISSUER:
        return [f"{setting} must be https:// and the issuer as the provider spells it (http:// for this machine alone)"]
    if kind == ENTRA and not is_here and WITHOUT_TENANT & set(parts.path.lower().split("/")):
        return [f"{setting} must hold the id of your own tenant: an issuer for all tenants lets in strangers"]
    return []


def _listed(words: str) -> frozenset[str]:
    return frozenset(filter(None, (word.strip() for word in words.split(","))))
