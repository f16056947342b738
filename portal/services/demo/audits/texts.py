"""What invented people write in audits: answers by how good they are, evidence, replies, notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from portal.domain.working_days import add_months

_STRONG = (
    "In place, and looked at this term. What shows it: {hint}.",
    "Yes, and it holds when people are away: a deputy knows the steps. We can show: {hint}.",
    "This works. We looked at a sample in {before} and found two small gaps, which are closed. See: {hint}.",
    "Everybody concerned was told and asked back in {before}; nine in ten could say what to do. See: {hint}.",
)
_PARTLY = (
    "Begun, but it hangs on one person. Not complete yet: {hint}. We finish it by {after}.",
    "In place for most of us. New staff and part-timers are still missing. Next: {hint}, by {after}.",
    "We do this, but cannot show yet that it changes anything for children. Planned for {after}: {hint}.",
)
_WEAK = (
    "Not in place. We have asked the partnership for an example to start from. First step, by {after}: {hint}.",
    "We cannot show this today; what we had is more than two years old. To be done by {after}: {hint}.",
)

SAID = {
    ("sexual-and-criminal-exploitation", True): (
        "All staff had the briefing in {before} and the local tool is used: four times this year, with two referrals. "
        "What shows it: {hint}."
    ),
    ("sexual-and-criminal-exploitation", False): (
        "Staff know the signs, but only the safeguarding team has used the local tool, and we have not looked at "
        "patterns between pupils. Planned for {after}: {hint}."
    ),
    ("recording-and-storing", True): (
        "Concerns are written down on the day, in the child’s words, in one system that only the safeguarding team "
        "can open. We looked at ten records in {before}: all were complete."
    ),
    ("online-safety-policy", True): (
        "The policy was reviewed in {before} and covers phones and new tools. Pupils helped to write the short version."
    ),
    ("multi-agency-work", True): (
        "An officer comes to every conference where we have something to say, and the conference desk answers for the "
        "rest. Nobody has told us that we are missed."
    ),
}
"""Answers to the questions that people look at first."""

REOPENED = "The governor asked for the answer on lettings to say more before the governing body sees it."
PLACE = "Saltmere House, room 2, or by video"
CHECKED = "Read the minutes and the list, and asked two members of staff: it is done as described."

PANEL_LOWER = (
    "The evidence is a plan rather than a record of something done. We would call it partly in place until the first "
    "review has been held.",
    "Told by one person and backed by one document. Three of five staff whom we asked had not heard of it.",
    "Good in the main building; nothing was said about the second site.",
)
PANEL_SAME = (
    "We agree. The sample is recent and says plainly what was found.",
    "We agree, and would like to show this to other agencies.",
)
POLICE_REASON = (
    "The force’s own figures speak against this: officers came to fewer than one in three of the conferences "
    "that they were expected at, and to few reviews. Reports are no substitute for somebody who can answer questions."
)
POLICE_NOTES = (
    "Chair of the panel opened with the portal’s figures. The superintendent said that reviews are covered by written "
    "reports since the restructure, and that nobody had looked at attendance by kind of conference before. Agreed: "
    "partly in place. The force will name who covers reviews, send somebody to each where a child is known to them "
    "through exploitation or domestic abuse, and bring figures back in one quarter."
)


def narrative(code: str, hints: Sequence[str], share: float, day: date, chance: Random) -> str:
    """What somebody writes beside an answer; `share` is how much is in place, from 0 to 1."""
    is_good = share >= 2 / 3
    words = SAID.get((code, is_good)) or chance.choice(_STRONG if is_good else _PARTLY if share > 0 else _WEAK)
    hint = chance.choice(hints)
    return words.format(
        hint=hint[:1].lower() + hint[1:],
        before=f"{add_months(day, -2):%B}",
        after=f"{add_months(day, 3):%B}",
    )


def file_text(agency: str, title: str, day: date, mark: str) -> str:
    """A small document that an agency gives as evidence."""
    return (
        f"{agency}\n{title}\n{day.day} {day:%B %Y}\nOur file {mark}\n\n"
        "Present: the safeguarding lead and two others.\n\n"
        "1. Ten records were read without names. Eight were complete on the day, two on the day after.\n"
        "2. Staff were asked what they would do with a worry about a colleague: nine of ten knew.\n"
        "3. To do: repeat with those who work part-time; look again in three months.\n"
    )
