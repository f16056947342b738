"""Telephone numbers that take text messages: one spelling for each (E.164)."""

from __future__ import annotations

import re

_UK_MOBILE = re.compile(r"\+447[1-57-9]\d{8}|\+447624\d{6}")
"""Mobiles only: +44 7 numbers, of which 70 (personal) and 76 (pagers, but for the Isle of Man) are none."""

_ABROAD = re.compile(r"\+[1-9]\d{7,14}")
_BETWEEN = re.compile(r"[\s().\-]+")
SHOWN = 3


def clean_telephone(typed: str) -> str:
    """Return a mobile number in E.164; raises ValueError with a sentence that says how to mend it.

    A number without its country's is a British one.
    """
    digits = _BETWEEN.sub("", typed.strip().replace("(0)", ""))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+44{digits[1:]}"
    if digits.startswith("+440"):
        digits = f"+44{digits[4:]}"
    pattern = _UK_MOBILE if digits.startswith("+44") else _ABROAD
    if not digits.isascii() or not pattern.fullmatch(digits):
        raise ValueError("Enter a mobile number that takes text messages, like 07700 900123 or +44 7700 900123")
    return digits


def masked(telephone: str) -> str:
    """Return a number as its owner knows it again and nobody else can call it: "ending 123"."""
    return f"ending {telephone[-SHOWN:]}"
