"""The settings of providers of single sign-on, refused by name, and what `flask config check` says of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portal.config import SettingsError, load_settings
from portal.config.providers import CIS2, DFE, ENTRA, OTHER, SCOPES
from portal.gateways.identity_providers import IdentityProvider
from portal.services.single_sign_on.providers import (
    SingleSignOn,
    install_single_sign_on,
    single_sign_on,
    single_sign_on_of,
)
from tests.commands.test_config import GOOD
from tests.identity_provider import running_provider

ONE = {
    "OIDC_DFE_KIND": "dfe",
    "OIDC_DFE_ISSUER": "https://oidc.signin.education.gov.uk",
    "OIDC_DFE_CLIENT_ID": "portal",
    "OIDC_DFE_CLIENT_SECRET": "very-secret-words",
}

EC_KEY = generate_ec_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def of(name: str, kind: str, issuer: str, **more: str) -> dict[str, str]:
    """The settings of one provider."""
    given = {"KIND": kind, "ISSUER": issuer, "CLIENT_ID": "portal", "CLIENT_SECRET": "very-secret-words", **more}
    return {f"OIDC_{name}_{part}": value for part, value in given.items()}


@pytest.fixture(autouse=True)
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the portal's own user, whoever runs the tests."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def reasons(tmp_path, changes: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | changes, instance=tmp_path)
    return " | ".join(refused.value.reasons)


def test_without_settings_there_is_none(tmp_path):
    settings = load_settings(GOOD, instance=tmp_path)
    assert settings.providers == ()
    assert single_sign_on_of(settings) is None


def test_several_stand_side_by_side(tmp_path):
    tenant = "https://login.microsoftonline.com/8b1c3a52-0000-4000-8000-000000000001/v2.0"
    settings = load_settings(
        GOOD
        | ONE
        | of("NHS", "cis2", "https://am.example:443/openam/oauth2/realms/x", TRUSTED_ACR="AAL3_ANY, AAL2_OR_AAL3_ANY")
        | of("FORCE", "entra", tenant, TITLE="Marshland Police", TRUSTED_AMR="mfa")
        | of("TRUST", "other", "https://sso.example/", CLAIM="site_code", CLAIM_CODE="ods", SCOPES="openid  site"),
        instance=tmp_path,
    )
    found = {each.name: each for each in settings.providers}
    assert [each.title for each in settings.providers] == ["DfE Sign-in", "Marshland Police", "NHS CIS2", "Trust"]
    assert [found[name].kind for name in ("dfe", "nhs", "force", "trust")] == [DFE, CIS2, ENTRA, OTHER]
    assert found["dfe"].scopes == SCOPES[DFE]
    assert found["trust"].scopes == "openid site"
    assert found["nhs"].trusted_acr == {"AAL3_ANY", "AAL2_OR_AAL3_ANY"}
    assert found["force"].trusted_amr == {"mfa"}
    assert "very-secret-words" not in repr(settings)
    made = single_sign_on_of(settings)
    assert made is not None
    assert made.back("dfe") == "https://portal.example/sign-in/with/dfe/back"


@pytest.fixture
def key_file(tmp_path):
    """A file with a private key of so many bits."""

    def write(bits: int = 2048) -> Path:
        key = generate_private_key(65537, bits)
        path = tmp_path / "client.pem"
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path

    return write


def test_a_key_takes_the_secrets_place(tmp_path, key_file):
    path = key_file()
    (found,) = load_settings(
        GOOD | ONE | {"OIDC_DFE_CLIENT_SECRET": "", "OIDC_DFE_CLIENT_KEY_FILE": str(path)}, instance=tmp_path
    ).providers
    assert found.client_key == path.read_text()
    assert found.client_secret == ""
    assert "PRIVATE KEY" not in repr(found)
    changes = {"OIDC_DFE_CLIENT_KEY_FILE": str(path)}
    assert "OIDC_DFE_CLIENT_SECRET and OIDC_DFE_CLIENT_KEY_FILE are both set" in reasons(tmp_path, ONE | changes)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.chmod(0o620), "others than its owner may write to"),
        (lambda path: path.write_text("no key"), "holds no private key"),
        (lambda path: path.write_bytes(EC_KEY), "not an RSA key of 2048 bits"),
    ],
)
def test_a_file_that_holds_no_such_key_is_named(tmp_path, key_file, spoil, said):
    path = key_file()
    spoil(path)
    changes = {"OIDC_DFE_CLIENT_SECRET": "", "OIDC_DFE_CLIENT_KEY_FILE": str(path)}
    found = reasons(tmp_path, ONE | changes)
    assert "OIDC_DFE_CLIENT_KEY_FILE names a " in found
    assert said in found


def test_a_key_that_is_too_short_or_named_by_half_is_refused(tmp_path, key_file):
    changes = {"OIDC_DFE_CLIENT_SECRET": "", "OIDC_DFE_CLIENT_KEY_FILE": str(key_file(1024))}
    assert "not an RSA key of 2048 bits" in reasons(tmp_path, ONE | changes)
    assert "must be the full path" in reasons(tmp_path, ONE | changes | {"OIDC_DFE_CLIENT_KEY_FILE": "client.pem"})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"OIDC_DFE_CLIENT_ID": ""}, "OIDC_DFE_CLIENT_ID"),
        ({"OIDC_DFE_CLIENT_SECRET": ""}, "OIDC_DFE_CLIENT_SECRET"),
        ({"OIDC_DFE_ISSUER": ""}, "OIDC_DFE_ISSUER"),
        ({"OIDC_DFE_ISSUER": "http://oidc.example"}, "OIDC_DFE_ISSUER"),
        ({"OIDC_DFE_ISSUER": "https://oidc.example/?x=1"}, "OIDC_DFE_ISSUER"),
        ({"OIDC_DFE_ISSUER": "https://a:b@oidc.example"}, "OIDC_DFE_ISSUER"),
        ({"OIDC_DFE_KIND": "saml"}, "OIDC_DFE_KIND"),
        ({"OIDC_DFE_SCOPES": "email"}, "OIDC_DFE_SCOPES"),
        ({"OIDC_DFE_CLAIM": "x", "OIDC_DFE_CLAIM_CODE": "urn"}, "OIDC_DFE_CLAIM"),
        ({"OIDC_DFE_TITLE": "x" * 61}, "OIDC_DFE_TITLE"),
        ({"OIDC_DFE_SECRET": "typo"}, "OIDC_DFE_SECRET"),
        (of("X", "other", "https://x.example", CLAIM="site"), "OIDC_X_CLAIM_CODE"),
        (of("X", "other", "https://x.example", CLAIM="site", CLAIM_CODE="laestab"), "OIDC_X_CLAIM_CODE"),
        (of("X", "other", "https://oidc.signin.education.gov.uk"), "OIDC_X_ISSUER"),
        (of("X", "entra", "https://login.microsoftonline.com/common/v2.0"), "OIDC_X_ISSUER"),
        (of("X", "entra", "https://login.microsoftonline.com/organizations/v2.0"), "OIDC_X_ISSUER"),
        (of("X" * 33, "other", "https://x.example"), "_ISSUER"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_repeated(tmp_path, changes, named):
    said = reasons(tmp_path, ONE | changes)
    assert named in said
    assert "very-secret-words" not in said


def test_config_check_says_of_each_whether_it_answers(app, command):
    own = single_sign_on()
    with running_provider() as provider:
        install_single_sign_on(
            SingleSignOn({"trust": IdentityProvider(provider.settings(OTHER, "trust"), seconds=60)}, "http://localhost")
        )
        try:
            assert f"ok: OIDC_TRUST_ISSUER {provider.issuer}" in command("config", "check").output
            provider.is_down = True
            said = command("config", "check")
            assert "not ok: OIDC_TRUST_ISSUER: it answers 503" in said.output
            assert said.exit_code == 1
        finally:
            install_single_sign_on(own)
