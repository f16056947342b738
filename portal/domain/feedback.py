"""Rules of feedback: the card's short code, how long and how often it works, and what the record says to an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters without I, L, O and U (Crockford's base 32): what is read from paper is not mistaken."""

CODE_LENGTH = 10
"""Symbols of a code: 50 bits. At 100 wrong tries in 5 minutes from one address, a thousand addresses would need longer
than ten thousand years to find one of a thousand cards."""

LIVES_FOR = timedelta(days=60)
LONGEST_WORDS = 2_000
KEPT_APART_FOR = timedelta(days=1)
"""How long it is remembered that a form was sent, so that a second press counts as the first."""

MOST_USES = {Audience.FAMILY: 12, Audience.PROFESSIONAL: 30}
"""How many people may answer by one printed card; a link in a mail is for one."""
MAILED_USES = 1

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUP = 5


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives: their answers by question, and what they wrote."""

    language: Language
    replies: dict[str, Reply]
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was answered and nothing written."""
        return not self.replies and not self.words.strip()


@dataclass(frozen=True, slots=True)
class Replies:
    """How often a question was answered in which way."""

    yes: int = 0
    no: int = 0
    not_sure: int = 0

    @property
    def answered(self) -> int:
        """Those who said yes or no: what shares are of."""
        return self.yes + self.no

    def count(self, reply: Reply) -> int:
        """How often this was answered."""
        return {Reply.YES: self.yes, Reply.NO: self.no, Reply.NOT_SURE: self.not_sure}[reply]


def make_code(choose: Callable[[str], str]) -> str:
    """A new code; `choose` picks one of the symbols by chance that nobody can foresee."""
    return "".join(choose(ALPHABET) for _ in range(CODE_LENGTH))


def tidy_code(typed: str) -> str | None:
    """The code that somebody typed, however they wrote it; None for what can be none."""
    if not typed.isascii():
        return None
    bare = typed.replace("-", "").replace(" ", "").upper().translate(_READ_AS)
    return bare if len(bare) == CODE_LENGTH and all(symbol in ALPHABET for symbol in bare) else None


def grouped(code: str) -> str:
    """A code as it is printed: "7KQXM-2PD9R"."""
    return f"{code[:_GROUP]}-{code[_GROUP:]}"


def expires_at(made_at: datetime) -> datetime:
    """When a card that was made at `made_at` (UTC) works no longer."""
    return made_at + LIVES_FOR


def month_of(held_on: date) -> date:
    """What is kept of a conference's day: the first of its month."""
    return held_on.replace(day=1)


def agreement(reply: Reply | None, *, is_shared: bool | None) -> Agreement:
    """Hold an answer to "was it shared with you before?" against the record.

    `is_shared` is whether a report is recorded as shared by the day of the conference; None where no report came.
    """
    if is_shared is None or reply not in (Reply.YES, Reply.NO):
        return Agreement.NOT_KNOWN
    return Agreement.AGREES if (reply is Reply.YES) == is_shared else Agreement.DIFFERS
