"""The field keys, by a setting or by a file: `id:base64` of 32 random bytes, the one to write with first."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from stat import S_IWGRP, S_IWOTH

FIELD_KEY_BYTES = 32
IN_SETTING, IN_FILE = "FIELD_KEYS", "FIELD_KEYS_FILE"
_MOST_BYTES = 64 * 1024


def read_field_keys(env: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    """The keys that FIELD_KEYS holds, or the file that FIELD_KEYS_FILE names.

    In the file each key has a line of its own, and a line that begins with # is a remark. Raises ValueError with a
    sentence that names the setting, and never says anything of a key.
    """
    path, listed = env.get(IN_FILE, ""), env.get(IN_SETTING, "")
    if path and listed:
        raise ValueError(f"{IN_SETTING} and {IN_FILE} are both set: the keys come from one of them")
    setting = IN_FILE if path else IN_SETTING
    try:
        return parse_field_keys(_text_of(Path(path)) if path else listed)
    except ValueError as fault:
        raise ValueError(f"{setting} {fault}") from None


def parse_field_keys(text: str) -> tuple[tuple[str, bytes], ...]:
    """`id:base64[,id:base64…]`, the key to write with first; raises ValueError with what is wrong."""
    keys: list[tuple[str, bytes]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            raw = b64decode(encoded, validate=True)
        except ValueError:
            raw = b""
        if not (name.isascii() and name.isalnum()) or len(name) > 16 or len(raw) != FIELD_KEY_BYTES:
            raise ValueError("must be id:base64 of 32 random bytes, several separated by commas")
        if len(set(raw)) < 8:
            raise ValueError("holds a key that is not random")
        keys.append((name, raw))
    if not keys:
        raise ValueError("is missing: it encrypts what identifies a child")
    if len({name for name, _ in keys}) != len(keys):
        raise ValueError("names the same key id twice")
    if len({raw for _, raw in keys}) != len(keys):
        raise ValueError("holds the same key under two ids")
    return tuple(keys)


def new_field_keys(name: str = "k1") -> str:
    """A fresh FIELD_KEYS value with one random key."""
    return f"{name}:{b64encode(secrets.token_bytes(FIELD_KEY_BYTES)).decode()}"


def _text_of(path: Path) -> str:
    """The file's keys as the setting would hold them. Whoever can write to it can lose everything."""
    if not path.is_absolute():
        raise ValueError("must be the full path of a file")
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("ascii")
        mode = path.stat().st_mode
    except OSError as fault:
        raise ValueError(f"names a file that cannot be read ({fault.strerror})") from None
    except UnicodeDecodeError:
        raise ValueError("names a file that holds no keys") from None
    if mode & (S_IWGRP | S_IWOTH):
        raise ValueError("names a file that others than its owner may write to: chmod go-w")
    lines = (line.strip() for line in text.splitlines())
    return ",".join(line for line in lines if line and not line.startswith("#"))
