"""Email addresses: one spelling for each, so that nobody gets two accounts by typing a capital."""

from __future__ import annotations

import re

LONGEST = 254
_ADDRESS = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s,;<>().\"]{2,}")


def clean_email(typed: str) -> str:
    """Return an address in lower case; raises ValueError with a sentence that says how to mend it.

    Letters beyond ASCII are refused: two addresses that look the same must be the same person's.
    """
    address = typed.strip().lower()
    if len(address) > LONGEST or not address.isascii() or not address.isprintable() or not _ADDRESS.fullmatch(address):
        raise ValueError("Enter an email address in the usual form, like name@example.org")
    return address


def name_from(address: str) -> str:
    """Return a name to begin with for somebody of whom only the address is known: jo.bloggs@… is Jo Bloggs."""
    local = address.partition("@")[0].partition("+")[0]
    words = [word for word in re.split(r"[._\-]+", local) if word]
    return " ".join(word.capitalize() for word in words) or address


_PRIVATE = frozenset(
    (
        "aol.com",
        "btinternet.com",
        "duck.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.co.uk",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "icloud.com",
        "live.co.uk",
        "live.com",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "ntlworld.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "rocketmail.com",
        "sky.com",
        "talktalk.net",
        "tiscali.co.uk",
        "virginmedia.com",
        "yahoo.co.uk",
        "yahoo.com",
        "ymail.com",
    )
)
"""Where people in Britain have mailboxes of their own, which are no work addresses."""


def is_private(address: str) -> bool:
    """Whether a clean address is at a provider of private mailboxes."""
    return address.rpartition("@")[2] in _PRIVATE
