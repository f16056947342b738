"""What may be wrong with the settings that name servers: file store, scanner, whoever sends mails and texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_MOST_FILE_MB = 25
MOST_FILE_MB = 100
IN_BUCKET = "s3://"
SMTP_SCHEMES = frozenset({"smtp", "smtp+starttls", "smtps"})
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NOTIFY_KEY = re.compile(rf"\S+-{_UUID}-{_UUID}")


def file_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings of the file store and the scanner."""
    faults = []
    address = env.get("FILE_STORE_URL", "")
    if address.startswith(IN_BUCKET):
        faults += _bucket_faults(env)
    elif address and not (address.startswith("file:///") and address.removeprefix("file:///").strip("/")):
        faults.append(
            "FILE_STORE_URL must be file:/// and the full path of a folder, or s3:// and the name of a bucket"
        )
    if (path := env.get("CLAMD_SOCKET", "")) and not Path(path).is_absolute():
        faults.append("CLAMD_SOCKET must be the full path of clamd's socket")
    most = env.get("FILE_MAX_MB") or str(DEFAULT_MOST_FILE_MB)
    if not (most.isascii() and most.isdigit() and 0 < int(most) <= MOST_FILE_MB):
        faults.append(f"FILE_MAX_MB must be a whole number of megabytes, {MOST_FILE_MB} at most")
    return faults


def _bucket_faults(env: Mapping[str, str]) -> list[str]:
    faults = [
        f"{name} is missing: a bucket is used with a key of its own"
        for name in ("FILE_STORE_KEY_ID", "FILE_STORE_SECRET")
        if not env.get(name)
    ]
    return [*faults, *server_faults(env, "FILE_STORE_ENDPOINT")]


def server_faults(env: Mapping[str, str], name: str) -> list[str]:
    """What is wrong with a setting that is a server's address."""
    parts = urlsplit(env.get(name, ""))
    is_here = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    is_server = is_here or (parts.scheme == "https" and bool(parts.hostname))
    if env.get(name) and (not is_server or parts.username or parts.query):
        return [f"{name} must be https:// and the server's name (http:// for this machine alone)"]
    return []


def mail_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings of whoever sends mails: an SMTP server, or GOV.UK Notify."""
    faults = server_faults(env, "NOTIFY_BASE_URL")
    if address := env.get("SMTP_URL", ""):
        faults += _smtp_faults(address)
    if env.get("MAIL_FROM") and not _ADDRESS.fullmatch(env["MAIL_FROM"]):
        faults.append("MAIL_FROM must be an email address alone, like no-reply@portal.example")
    key, template = env.get("NOTIFY_API_KEY", ""), env.get("NOTIFY_TEMPLATE_ID", "")
    if key and env.get("SMTP_URL"):
        faults.append("SMTP_URL and NOTIFY_API_KEY are both set: mails go by one of them")
    if key and not _NOTIFY_KEY.fullmatch(key):
        faults.append("NOTIFY_API_KEY must be a key of GOV.UK Notify: its name and two ids, joined by hyphens")
    if bool(key) != bool(template):
        faults.append("NOTIFY_API_KEY and NOTIFY_TEMPLATE_ID go together: set both, or neither")
    if template and not re.fullmatch(_UUID, template):
        faults.append("NOTIFY_TEMPLATE_ID must be the id of a template of GOV.UK Notify")
    return faults


def text_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings of whoever sends text messages."""
    key, template = env.get("NOTIFY_TEXT_API_KEY", ""), env.get("NOTIFY_TEXT_TEMPLATE_ID", "")
    faults = []
    if key and not _NOTIFY_KEY.fullmatch(key):
        faults.append("NOTIFY_TEXT_API_KEY must be a key of GOV.UK Notify: its name and two ids, joined by hyphens")
    if template and not re.fullmatch(_UUID, template):
        faults.append("NOTIFY_TEXT_TEMPLATE_ID must be the id of a template of GOV.UK Notify")
    if key and not template:
        faults.append("NOTIFY_TEXT_API_KEY is set and NOTIFY_TEXT_TEMPLATE_ID is not: text messages need both")
    if template and not (key or env.get("NOTIFY_API_KEY")):
        faults.append("NOTIFY_TEXT_TEMPLATE_ID is set and no key: set NOTIFY_TEXT_API_KEY, or NOTIFY_API_KEY")
    return faults


def _smtp_faults(address: str) -> list[str]:
    """What is wrong with SMTP_URL, never repeating it: it holds a password."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return ["SMTP_URL names a port that does not exist"]
    if parts.scheme not in SMTP_SCHEMES or not host or parts.path.strip("/") or parts.query or parts.fragment:
        return ["SMTP_URL must be smtp://, smtp+starttls:// or smtps://, user:password@ where needed, and host:port"]
    if bool(parts.username) != bool(parts.password):
        return ["SMTP_URL needs a user and a password, or neither"]
    if parts.password and parts.scheme == "smtp" and host not in THIS_MACHINE:
        return ["SMTP_URL would send a password unencrypted: use smtp+starttls:// or smtps://"]
    return []
