"""Numbers that name a child, a school or a practice: cleaned, and checked where they carry a check digit.

No sentence raised here repeats what was typed: it may be a child's number, and errors are logged.
"""

from __future__ import annotations

import re

from stdnum.gb import nhs, upn

_SEPARATORS = re.compile(r"[\s\-‐-―−]+")
_UPN = re.compile(r"[A-Z][0-9]{11}[0-9A-Z]")
_ODS = re.compile(r"[A-Z0-9]{3,10}")


def clean_nhs_number(typed: str) -> str:
    """Return an NHS number as 10 digits; raises ValueError with a sentence that says how to mend it."""
    number = _compact(typed)
    if not _is_digits(number, 10):
        raise ValueError("Enter the NHS number as 10 digits, like 943 476 5919")
    # Ten noughts pass the check digit: they are what people type when they do not know the number.
    if not nhs.is_valid(number) or number == "0" * 10:
        raise ValueError("This is not an NHS number: compare it with the record, digit by digit")
    return number


def spaced_nhs_number(number: str) -> str:
    """Return a clean NHS number as people read it: 943 476 5919."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def clean_upn(typed: str) -> str:
    """Return a unique pupil number of 13 characters, permanent or temporary (which ends with a letter).

    Raises ValueError with a sentence that says how to mend it. Whatever local authority it names is taken:
    the list in stdnum ends in 2011, and authorities have been formed since.
    """
    number = _compact(typed)
    if not _UPN.fullmatch(number):
        raise ValueError(
            "Enter the UPN as a letter and 12 digits, like R201100018042; a temporary one ends with a letter"
        )
    if number[0] in "IOS" or number[-1] in "IOS":
        raise ValueError("A UPN never has the letters I, O or S: use the digits 1, 0 or 5 where they are meant")
    if upn.calc_check_digit(number[1:]) != number[0]:
        raise ValueError("This is not a UPN: compare it with the school’s record, character by character")
    return number


def clean_urn(typed: str) -> str:
    """Return a school's unique reference number; raises ValueError with a sentence that says how to mend it."""
    number = _compact(typed)
    if not _is_digits(number, 6):
        raise ValueError("Enter the school’s URN as 6 digits, like 123456")
    return number


def clean_ods_code(typed: str) -> str:
    """Return an NHS organisation's code; raises ValueError with a sentence that says how to mend it."""
    code = _compact(typed)
    if not _ODS.fullmatch(code):
        raise ValueError("Enter the ODS code as 3 to 10 letters and digits, like A12345")
    return code


def _compact(typed: str) -> str:
    """Return what was typed in capitals, without the spaces and dashes that people put in."""
    return _SEPARATORS.sub("", typed).upper()


def _is_digits(number: str, length: int) -> bool:
    """Say whether a number has so many plain digits, and nothing else."""
    return len(number) == length and number.isascii() and number.isdigit()
