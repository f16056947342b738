"""The production set-up of docs/operations.md has what docs/security.md says of it, so that a change of one shows."""

from __future__ import annotations

import re

import pytest

from portal.config import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|FIELD_KEYS|DATABASE_URL|SMTP_URL|API_KEY")


def block(heading: str, begins: str) -> str:
    """The code under a heading that begins so."""
    section = re.split(rf"^## {heading}$", PAGE, flags=re.MULTILINE)[1].split("\n## ", 1)[0]
    return next(code for code in re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE) if begins in code)


@pytest.fixture(scope="module")
def nginx() -> str:
    return block("nginx", "upstream portal")


@pytest.fixture(scope="module")
def unit() -> list[str]:
    return block("systemd", "[Service]").splitlines()


def servers(nginx: str) -> dict[str, str]:
    """nginx's servers by what they listen to."""
    parts = re.split(r"^server \{", nginx, flags=re.MULTILINE)[1:]
    return {re.search(r"listen ([^;]+);", part)[1]: part for part in parts}


def test_http_redirects_pages_alone_and_refuses_machines(nginx):
    assert set(servers(nginx)) == {"80", "443 ssl"}
    plain = servers(nginx)["80"]
    assert "location /api/ { return 403; }" in plain
    assert re.findall(r"return 301 (\S+);", plain) == ["https://portal.example.gov.uk$request_uri"]
    assert "proxy_pass" not in plain


def test_tls_1_2_and_1_3_alone_with_ciphers_that_keep_the_past_secret(nginx):
    assert re.findall(r"ssl_protocols ([^;]+);", nginx) == ["TLSv1.2 TLSv1.3"]
    (ciphers,) = re.findall(r"ssl_ciphers ([^;]+);", nginx)
    for cipher in ciphers.split(":"):
        assert re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", cipher), cipher
    assert "ssl_prefer_server_ciphers on;" in nginx
    assert "ssl_session_tickets off;" in nginx


def test_nginx_passes_whole_requests_on_to_the_portal_and_serves_nothing_itself(nginx):
    assert set(re.findall(r"proxy_pass (\S+);", nginx)) == {"http://portal"}
    assert re.findall(r"upstream portal \{\s*server (\S+);", nginx) == ["unix:/run/portal/web.sock"]
    for opens in ("root ", "alias ", "autoindex", "resolver", "proxy_cache", "proxy_request_buffering", "fastcgi"):
        assert not re.search(rf"^\s*{opens}", nginx, re.MULTILINE), opens
    assert "location = /metrics { deny all; }" in nginx


def test_who_asks_is_said_by_nginx_and_never_by_whoever_asks(nginx):
    passing = [part for part in re.split(r"^    location ", nginx, flags=re.MULTILINE) if "proxy_pass" in part]
    assert len(passing) == 2
    for place in passing:
        for header in ("Host $host", "X-Forwarded-For $proxy_add_x_forwarded_for", "X-Forwarded-Proto https"):
            assert f"proxy_set_header {header};" in place


def test_addresses_that_open_something_stand_in_no_log(nginx):
    (opening,) = re.findall(r"location ~ (\S+) \{([^}]+)\}", nginx)
    for path in ("/sign-in", "/join/abc", "/return/abc", "/f/abc"):
        assert re.match(opening[0], path), path
    assert "access_log off;" in opening[1]
    assert "$request_uri" not in re.search(r"log_format portal '([^']+)'", nginx)[1]


def test_a_process_reaches_nothing_but_what_is_listed(unit):
    assert "IPAddressDeny=any" in unit
    (allowed,) = (line.partition("=")[2].split() for line in unit if line.startswith("IPAddressAllow="))
    assert "any" not in allowed
    assert "0.0.0.0/0" not in allowed


def test_a_process_has_no_rights_that_it_does_not_need(unit):
    for line in ("User=portal", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "UMask=0077"):
        assert line in unit
    assert [line for line in unit if line.startswith("ReadWritePaths=")] == ["ReadWritePaths=/var/lib/portal"]
    assert "LimitCORE=0" in unit


def test_secrets_lie_apart_from_settings_where_root_alone_reads_them(unit):
    settings = block("Installing", "PORTAL_MODE=production")
    names = [line.partition("=")[0] for line in settings.splitlines()]
    assert [name for name in names if SECRET.search(name)] == []
    assert "EnvironmentFile=/etc/portal/secrets" in unit
    assert not [line for line in unit if line.startswith("Environment=") and SECRET.search(line)]
    assert "`/etc/portal/secrets` (root alone, mode 0600)" in PAGE


def test_the_image_has_no_secret_in_it_and_runs_as_nobody_of_the_machine():
    image = block("Container", "FROM ")
    assert not SECRET.search(image)
    assert "USER 10001" in image.splitlines()


def test_the_database_is_told_to_prove_who_it_is():
    assert "?sslmode=verify-full&sslrootcert=" in PAGE
    assert "`password_encryption = scram-sha-256`" in PAGE
