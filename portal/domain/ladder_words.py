"""How a proposal of the non-attendance ladder is said: "2nd miss without report in 6 months", and its history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from portal.domain.escalation_vocabulary import LadderEvent
from portal.domain.labels import label, listed
from portal.domain.ladder_events import Occasion, Proposal

_ONE: dict[LadderEvent, str] = {
    LadderEvent.ABSENT_WITHOUT_REPORT: "miss without report",
    LadderEvent.INQUORATE_BECAUSE: "meeting not quorate without them",
    LadderEvent.REPORT_LATE: "late report",
    LadderEvent.REPORT_MISSING: "missing report",
    LadderEvent.NO_ANSWER: "invitation without an answer",
}
MOST_LISTED = 12
"""Meetings that a text to begin with names; the page shows all of them."""

_TEENS = range(11, 14)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "3rd", "11th"."""
    ending = "th" if number % 100 in _TEENS else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def proposal_words(proposal: Proposal) -> str:
    """Return why something is proposed, in a few words: "2nd miss without report in 6 months"."""
    trigger, number = proposal.trigger, len(proposal.counted)
    words = f"{ordinal(number)} {_thing(proposal)}"
    if trigger.is_in_a_row and number > 1:
        return f"{words} in a row"
    if trigger.within_months is not None:
        return f"{words} in {_months(trigger.within_months)}"
    return words if number > 1 else words.partition(" ")[2].capitalize()


class Happened(NamedTuple):
    """One meeting that was counted: its kind and day, and in words what counted."""

    meeting: str
    on: date
    words: str


def history_words(proposal: Proposal) -> list[Happened]:
    """Return what was counted, the newest first: for a chair who reads of other families' meetings too."""
    return [Happened(one.meeting, one.on, occasion_words(one)) for one in proposal.counted]


def occasion_words(one: Occasion) -> str:
    """Return what counted at one meeting, in the vocabulary's order: "Absent, and no report; no answer to …"."""
    said = one.events
    if LadderEvent.ABSENT_WITHOUT_REPORT in said:
        said -= {LadderEvent.REPORT_MISSING}
    return _sentence([label(event) for event in LadderEvent if event in said])


def summary_words(agency: str, proposal: Proposal) -> str:
    """Return a text with which a chair may begin: who, why, and each meeting that counted. It names no family.

    Of an agency that never comes the newest MOST_LISTED, so that the text is one that can be sent.
    """
    why, happened = proposal_words(proposal), history_words(proposal)
    lines = [f"{one.meeting}, {_day(one.on)}: {_lowered(one.words)}." for one in happened[:MOST_LISTED]]
    if len(happened) > MOST_LISTED:
        lines.append(f"And {len(happened) - MOST_LISTED} more before.")
    return "\n".join([f"{agency}: {_lowered(why)}.", *lines])


def stage_words(number: int, name: str) -> str:
    """Return a stage as it stands in a sentence: "stage 2, Managers and designated leads"."""
    return f"stage {number}, {name}"


def joining_words(reference: str, stage: int, proposed_stage: int) -> str:
    """Return an open escalation to which something may be added, and that it would move up where it would."""
    words = f"{reference}, at stage {stage}"
    return f"{words}: it then moves up to stage {proposed_stage}" if proposed_stage > stage else words


def _thing(proposal: Proposal) -> str:
    """What was counted: the one event that each of them had, else each that any had."""
    found = [one.events & proposal.trigger.events for one in proposal.counted]
    shared = frozenset.intersection(*found)
    named = [event for event in _ONE if event in shared][:1] or [event for event in _ONE if event in _any(found)]
    return listed([_ONE[event] for event in named], "or")


def _any(found: Iterable[frozenset[LadderEvent]]) -> frozenset[LadderEvent]:
    return frozenset().union(*found)


def _months(number: int) -> str:
    return "a month" if number == 1 else f"{number} months"


def _sentence(labels: list[str]) -> str:
    return "; ".join([*labels[:1], *map(_lowered, labels[1:])])


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
