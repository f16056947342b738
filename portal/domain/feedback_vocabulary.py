"""Words of feedback after a conference: whose it is, what they answer, in which language, what the record says."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """Whose feedback it is."""

    FAMILY = "family"
    PROFESSIONAL = "professional"


class Reply(StrEnum):
    """What somebody answers to one question; a question that was left out has none."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class Agreement(StrEnum):
    """Whether what a family says of the reports is what the record of sharing says."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_KNOWN = "not_known"
    """They did not say, or no report came, or nothing is recorded of it."""


class Language(StrEnum):
    """The languages of the public pages, by their code (BCP 47)."""

    ENGLISH = "en"
    POLISH = "pl"
    ROMANIAN = "ro"
    BENGALI = "bn"
    URDU = "ur"
    ARABIC = "ar"

    @property
    def own_name(self) -> str:
        """What its readers call it."""
        return _OWN_NAMES[self]

    @property
    def direction(self) -> str:
        """As HTML has it: "ltr" or "rtl"."""
        return "rtl" if self in _RIGHT_TO_LEFT else "ltr"


_RIGHT_TO_LEFT = frozenset({Language.URDU, Language.ARABIC})
_OWN_NAMES = {
    Language.ENGLISH: "English",
    Language.POLISH: "Polski",
    Language.ROMANIAN: "Română",
    Language.BENGALI: "বাংলা",
    Language.URDU: "اردو",
    Language.ARABIC: "العربية",
}
