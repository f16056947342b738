"""Files with a private key, by which the portal shows a provider of single sign-on who it is."""

from __future__ import annotations

from pathlib import Path
from stat import S_IWGRP, S_IWOTH

FEWEST_BITS = 2048
_MOST_BYTES = 64 * 1024


def read_key(path: str) -> str:
    """The key as PEM; ask `key_fault` first."""
    return Path(path).read_text(encoding="ascii")


def key_fault(path: str) -> str | None:
    """What is wrong with the file, in words that follow its setting's name and say nothing of the key; None if nothing.

    It must hold one RSA key without a passphrase, and nobody but its owner may write to it.
    """
    # Only portals that use such a key load what reads one.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # the same
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # the same

    file = Path(path)
    if not file.is_absolute():
        return "must be the full path of a file"
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES)
        mode = file.stat().st_mode
    except OSError as fault:
        return f"names a file that cannot be read ({fault.strerror})"
    if mode & (S_IWGRP | S_IWOTH):
        return "names a file that others than its owner may write to: chmod go-w"
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "names a file that holds no private key as PEM, or one with a passphrase"
    if not isinstance(key, RSAPrivateKey) or key.key_size < FEWEST_BITS:
        return f"names a key that is not an RSA key of {FEWEST_BITS} bits or more"
    return None
