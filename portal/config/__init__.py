"""Settings from the environment: read once, checked, and refused by name when they are not safe."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from portal.config.anchors import AnchorPlace, anchor_faults, anchor_place
from portal.config.keys import IN_FILE, IN_SETTING, new_field_keys, parse_field_keys, read_field_keys
from portal.config.password_lists import password_list_faults
from portal.config.providers import ProviderSettings, provider_faults, providers_of
from portal.config.replicas import replica_faults
from portal.config.servers import DEFAULT_MOST_FILE_MB, IN_BUCKET, file_faults, mail_faults, text_faults

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = "demo"
PRODUCTION = "production"

# Secrets that stand in tutorials and templates: a portal that runs on one of these has none.
WELL_KNOWN_SECRETS = frozenset(
    {
        "changeme",
        "change-me",
        "secret",
        "dev",
        "development",
        "password",
        "secret_key",
        "your-secret-key",
        "test",
    }
)
MIN_SECRET_LENGTH = 32
MEGABYTE = 1024 * 1024


__all__ = [
    "DEMO",
    "PRODUCTION",
    "ROOT",
    "Settings",
    "SettingsError",
    "load_settings",
    "new_field_keys",
    "parse_field_keys",
    "read_environment",
]


class SettingsError(Exception):
    """One or more settings keep the portal from starting; each reason names its setting."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, with its types.

    `field_keys` maps a key's id to 32 bytes; the first is used to write, the others still read.
    """

    mode: str
    instance: Path
    database_url: str
    database_owner_url: str
    secret_key: str
    field_keys: tuple[tuple[str, bytes], ...]
    base_url: str
    debug: bool
    database_replica_url: str = ""
    """A PostgreSQL that follows the first, and is read while that is away; empty where there is none."""
    file_store: str = ""
    """Where files lie, as file:///… or s3://…; empty is the folder `files` of the instance."""
    file_store_endpoint: str = ""
    """The address of the server that has the bucket; empty is Amazon's in its region."""
    file_store_region: str = ""
    file_store_key_id: str = field(default="", repr=False)
    file_store_secret: str = field(default="", repr=False)
    clamd_socket: str = ""
    """The path of clamd's socket; empty where there is no scanner."""
    most_file_bytes: int = DEFAULT_MOST_FILE_MB * MEGABYTE
    smtp_url: str = field(default="", repr=False)
    """The mail server (smtp://, smtp+starttls://, smtps://); empty where mails go by GOV.UK Notify, or not at all."""
    mail_sender: str = ""
    """Whom mails are from; empty is no-reply at the host of the portal's address."""
    notify_api_key: str = field(default="", repr=False)
    notify_template_id: str = ""
    notify_base_url: str = ""
    """Where GOV.UK Notify is; empty is its own address."""
    notify_text_api_key: str = field(default="", repr=False)
    """Its key for text messages; the mails' own where only their template is named."""
    notify_text_template_id: str = ""
    """Its template for text messages; empty where none are sent, and codes are read out."""
    metrics_token: str = field(default="", repr=False)
    """What whoever collects /metrics shows; empty where nobody does."""
    providers: tuple[ProviderSettings, ...] = ()
    """Providers of single sign-on, as people are offered them."""
    anchors: AnchorPlace = field(default_factory=AnchorPlace)
    """Where anchors of the activity are kept."""
    breached_passwords: Path | None = None
    """A list of Pwned Passwords in one file, beside the portal's own; None where there is none."""

    @property
    def mail_from(self) -> str:
        """The address that mails are from."""
        return self.mail_sender or f"no-reply@{urlsplit(self.base_url).hostname or 'localhost'}"

    @property
    def file_store_url(self) -> str:
        """The file store's address."""
        return self.file_store or (self.instance.resolve() / "files").as_uri()

    @property
    def is_in_bucket(self) -> bool:
        """Whether files lie in a bucket that speaks S3."""
        return self.file_store.startswith(IN_BUCKET)

    @property
    def anchor_url(self) -> str:
        """The address at which anchors of the activity are kept."""
        beside = f"{self.file_store.rstrip('/')}/anchors" if self.is_in_bucket else ""
        return self.anchors.url or beside or (self.instance.resolve() / "anchors").as_uri()

    @property
    def is_demo(self) -> bool:
        """Whether this is a demonstration with invented people."""
        return self.mode == DEMO

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal over https, so that cookies may insist on it."""
        return self.base_url.startswith("https://")


def read_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment, over what a `.env` beside app.py adds to it."""
    if environ is not None:
        return dict(environ)
    from_file = {key: value for key, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return {**from_file, **os.environ}


def load_settings(environ: Mapping[str, str] | None = None, *, instance: Path | None = None) -> Settings:
    """Read and check the settings.

    Raises SettingsError, naming every setting at fault. In demo mode missing keys are made and kept
    under the instance folder.
    """
    env = read_environment(environ)
    home = instance or Path(env.get("INSTANCE_PATH") or ROOT / "instance")
    mode = env.get("PORTAL_MODE", PRODUCTION).strip().lower() or PRODUCTION
    reasons: list[str] = []
    if mode not in (DEMO, PRODUCTION):
        raise SettingsError([f"PORTAL_MODE is {mode!r}: use 'production' or 'demo'"])
    if mode == DEMO:
        home.mkdir(parents=True, exist_ok=True)
        kept = _kept_demo_keys(home)
        if env.get(IN_FILE):
            kept.pop(IN_SETTING, None)
        env = {**kept, **{key: value for key, value in env.items() if value}}
    secret_key = env.get("SECRET_KEY", "")
    reasons += _secret_faults("SECRET_KEY", secret_key)
    field_keys: tuple[tuple[str, bytes], ...] = ()
    try:
        field_keys = read_field_keys(env)
    except ValueError as fault:
        reasons.append(str(fault))
    debug = env.get("FLASK_DEBUG", "").strip().lower() in {"1", "true", "yes", "on"}
    if mode == PRODUCTION and debug:
        reasons.append("FLASK_DEBUG is on: a debugger lets strangers run code; turn it off in production")
    if mode == PRODUCTION and hasattr(os, "geteuid") and os.geteuid() == 0:
        reasons.append("PORTAL_MODE is production and the process runs as root: run it as its own user")
    reasons += replica_faults(env) + file_faults(env)
    reasons += mail_faults(env) + text_faults(env) + anchor_faults(env)
    reasons += provider_faults(env) + password_list_faults(env)
    if token := env.get("METRICS_TOKEN", ""):
        reasons += _secret_faults("METRICS_TOKEN", token)
    if reasons:
        raise SettingsError(reasons)
    default_database = f"sqlite:///{(home / 'portal.sqlite3').as_posix()}"
    return Settings(
        mode=mode,
        instance=home,
        database_url=env.get("DATABASE_URL") or default_database,
        database_owner_url=env.get("DATABASE_OWNER_URL") or env.get("DATABASE_URL") or default_database,
        secret_key=secret_key,
        field_keys=field_keys,
        base_url=(env.get("BASE_URL") or "http://127.0.0.1:5000").rstrip("/"),
        debug=debug,
        database_replica_url=env.get("DATABASE_REPLICA_URL", ""),
        file_store=env.get("FILE_STORE_URL", ""),
        file_store_endpoint=env.get("FILE_STORE_ENDPOINT", "").rstrip("/"),
        file_store_region=env.get("FILE_STORE_REGION", ""),
        file_store_key_id=env.get("FILE_STORE_KEY_ID", ""),
        file_store_secret=env.get("FILE_STORE_SECRET", ""),
        clamd_socket=env.get("CLAMD_SOCKET", ""),
        most_file_bytes=int(env.get("FILE_MAX_MB") or DEFAULT_MOST_FILE_MB) * MEGABYTE,
        smtp_url=env.get("SMTP_URL", ""),
        mail_sender=env.get("MAIL_FROM", ""),
        notify_api_key=env.get("NOTIFY_API_KEY", ""),
        notify_template_id=env.get("NOTIFY_TEMPLATE_ID", ""),
        notify_base_url=env.get("NOTIFY_BASE_URL", "").rstrip("/"),
        notify_text_api_key=env.get("NOTIFY_TEXT_API_KEY") or env.get("NOTIFY_API_KEY", ""),
        notify_text_template_id=env.get("NOTIFY_TEXT_TEMPLATE_ID", ""),
        metrics_token=env.get("METRICS_TOKEN", ""),
        providers=providers_of(env),
        anchors=anchor_place(env),
        breached_passwords=Path(path) if (path := env.get("BREACHED_PASSWORDS", "")) else None,
    )


def _secret_faults(name: str, value: str) -> list[str]:
    if not value:
        return [f"{name} is missing: set {MIN_SECRET_LENGTH} or more random characters"]
    if value.strip().lower() in WELL_KNOWN_SECRETS or len(set(value)) < 8:
        return [f"{name} is well known or not random: set {MIN_SECRET_LENGTH} or more random characters"]
    if len(value) < MIN_SECRET_LENGTH:
        return [f"{name} is too short: set {MIN_SECRET_LENGTH} or more random characters"]
    return []


def _kept_demo_keys(home: Path) -> dict[str, str]:
    """Keys made once for a demonstration and kept beside its database, readable by their owner alone."""
    kept = home / "demo-keys.env"
    if not kept.exists():
        draft = kept.with_name(f"{kept.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(f"SECRET_KEY={secrets.token_hex(32)}\nFIELD_KEYS={new_field_keys()}\n", encoding="utf-8")
        try:
            # link() refuses to replace: of two processes that start at once, one set of keys wins for both.
            os.link(draft, kept)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return {key: value for key, value in dotenv_values(kept).items() if value}
