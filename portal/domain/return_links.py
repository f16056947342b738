"""The two-minute return: how long a link and its codes work, what ends a link, and what it still asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from portal.domain.working_days import london_instant

LASTS_AT_MOST = timedelta(days=30)
AFTER_THE_DAY = timedelta(days=3)
"""So long after the meeting's day who came can still be said, and a late report sent."""

CODE_LIVES_FOR = timedelta(minutes=10)
CODE_DIGITS = 6
CODE_TRIES = 5
TEXTS_WITHIN = timedelta(minutes=15)
MOST_TEXTS_WITHIN = 3
MOST_TEXTS = 10
"""For one link altogether: so many text messages, of so many tries each, are far from a million."""

IDLE_FOR = timedelta(minutes=20)
SESSION_LASTS_FOR = timedelta(hours=2)


class CodeWay(StrEnum):
    """How a code reaches whoever holds the link: never by the mailbox that the link came to."""

    TEXT = "text"
    READ_OUT = "read_out"


class LinkEnd(StrEnum):
    """Why a link works no longer; only the first two are kept, the rest is seen from what became of the meeting."""

    USED = "used"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SWITCHED_OFF = "switched_off"
    LEFT = "left"
    """The person is no longer named by the agency."""
    HAS_ACCOUNT = "has_account"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    FOR_NAMED_PEOPLE = "for_named_people"
    NOT_ASKED = "not_asked"
    """The agency is not asked any more: it is not relevant, or has said that the child is not theirs."""
    ANSWERED_OTHERWISE = "answered_otherwise"


class Part(StrEnum):
    """What a link can ask for."""

    ANSWER = "answer"
    ATTENDANCE = "attendance"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the agency has done for the meeting, by whom and when (UTC); empty where it has not."""

    by: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """All on which it depends whether a link works. `holder` is the user for whom it was made.

    `deeds` are answer, declaration and report as they are, `stood_at` when each had been done as the link was made or
    last used.
    """

    holder: int
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
    is_switched_on: bool
    is_named: bool
    has_account: bool
    is_cancelled: bool
    is_closed: bool
    is_for_named_people: bool
    is_asked: bool
    deeds: tuple[Deed, Deed, Deed]
    stood_at: tuple[datetime | None, datetime | None, datetime | None]


def expires_at(made_at: datetime, meeting_on: date) -> datetime:
    """Until when a link made now works (UTC): some days past the meeting's, and never for longer than a month.

    For a meeting that is over, of which something is still missing, the days count from the making.
    """
    after_meeting = london_instant(meeting_on + timedelta(days=1), time.min) + AFTER_THE_DAY
    return min(max(after_meeting, made_at + AFTER_THE_DAY), made_at + LASTS_AT_MOST)


def end_of(facts: LinkFacts, now: datetime) -> LinkEnd | None:
    """Why the link works no longer at `now` (UTC); None while it does."""
    reasons = (
        (facts.used_at is not None, LinkEnd.USED),
        (facts.withdrawn_at is not None, LinkEnd.WITHDRAWN),
        (facts.is_cancelled, LinkEnd.CANCELLED),
        (facts.is_closed, LinkEnd.CLOSED),
        (facts.is_for_named_people, LinkEnd.FOR_NAMED_PEOPLE),
        (not facts.is_asked, LinkEnd.NOT_ASKED),
        (is_answered_otherwise(facts), LinkEnd.ANSWERED_OTHERWISE),
        (not facts.is_switched_on, LinkEnd.SWITCHED_OFF),
        (not facts.is_named, LinkEnd.LEFT),
        (facts.has_account, LinkEnd.HAS_ACCOUNT),
        (now >= facts.expires_at, LinkEnd.EXPIRED),
    )
    return next((end for holds, end in reasons if holds), None)


def is_answered_otherwise(facts: LinkFacts) -> bool:
    """Whether somebody else at the agency has done any of it since: by what stood before, not by the clock.

    Whoever began before the link was made may finish after it, so moments are compared for being the same alone.
    """
    return any(
        deed.at is not None and deed.at != stood and deed.by != facts.holder
        for deed, stood in zip(facts.deeds, facts.stood_at, strict=True)
    )


def still_asked(
    *,
    may_answer: bool,
    is_answered: bool,
    may_declare: bool,
    is_declared: bool,
    is_report_due: bool,
    is_report_sent: bool,
) -> tuple[Part, ...]:
    """What is asked of the agency and has not been done: with nothing left, a link that was used is used up."""
    return tuple(
        part
        for part, is_open in (
            (Part.ANSWER, may_answer and not is_answered),
            (Part.ATTENDANCE, may_declare and not is_declared),
            (Part.REPORT, is_report_due and not is_report_sent),
        )
        if is_open
    )


def is_session_over(started_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Whether a browser that has given its code must give another: after 20 minutes without a request, or 2 hours."""
    return now - started_at >= SESSION_LASTS_FOR or now - last_seen_at >= IDLE_FOR


def may_text(texted_at: list[datetime], now: datetime) -> bool:
    """Whether one more text message may go for a link, given when (UTC) those before it went."""
    lately = sum(at > now - TEXTS_WITHIN for at in texted_at)
    return lately < MOST_TEXTS_WITHIN and len(texted_at) < MOST_TEXTS


def digits_of(keyed: bytes) -> str:
    """Six digits from a keyed digest, each as likely as any other."""
    return f"{int.from_bytes(keyed) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def is_digits(typed: str) -> bool:
    """Whether something typed can be a code at all."""
    return len(typed) == CODE_DIGITS and typed.isascii() and typed.isdigit()
