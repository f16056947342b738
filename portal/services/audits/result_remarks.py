"""What stands out in a round's results, in words; nothing is said of what is withheld or too small to say much."""

from __future__ import annotations

from collections.abc import Iterator

from portal.domain.audit_results import VERDICT_WORDS, Verdict
from portal.domain.ratings import Colour
from portal.services.audits.question_results import QuestionResult
from portal.services.audits.results import ACTION_STATES, SIGNED, Results

_THEMES, _QUESTIONS, _FALLS = 3, 3, 2
"""How many sentences of each kind, so that what needs attention stays short."""


def remarks(found: Results) -> list[str]:
    """Return what needs attention as sentences without their stop, the standards that are weak most often first."""
    return [*_themes(found), *_questions(found), *_falls(found), *_panel(found), *_returns(found), *_actions(found)]


def _themes(found: Results) -> Iterator[str]:
    weak = [line for line in found.themes if line.weak.count]
    for line in weak[:_THEMES]:
        yield f"{line.standard.title} is amber or red for {line.weak.words}"


def _questions(found: Results) -> Iterator[str]:
    asked = [one for _, results in found.questions for one in results]
    weak = [one for one in asked if one.weak(found.agency_type).count]
    weak.sort(key=lambda one: -(one.weak(found.agency_type).percentage or 0))
    for one in weak[:_QUESTIONS]:
        yield f"{_shares(found, one)} on “{one.question.text}”"


def _shares(found: Results, one: QuestionResult) -> str:
    """So many red, so many amber: "8.3 % of schools red (7 of 84), 19.0 % amber (16 of 84)"."""
    about = found.about[:1].lower() + found.about[1:] if found.about[1:2].islower() else found.about
    said: list[str] = []
    for rating, part in zip(one.ratings, one.parts(found.agency_type), strict=True):
        if rating.colour in (Colour.RED, Colour.AMBER) and part.count:
            whose = f" of {about}" if not said else ""
            said.append(f"{part.percentage} %{whose} {rating.colour.value} ({part.count:,} of {part.whole:,})")
    return ", ".join(said)


def _falls(found: Results) -> Iterator[str]:
    fallen = [line for line in found.themes if line.moved.points is not None and line.moved.points < 0]
    fallen.sort(key=lambda line: line.moved.points or 0)
    for line in fallen[:_FALLS]:
        yield f"{line.standard.title} has fallen since the last round, from {line.moved.before} to {line.moved.now} %"


def _panel(found: Results) -> Iterator[str]:
    part = found.verdicts.part(None, Verdict.LOWER)
    if part.count:
        yield f"{VERDICT_WORDS[Verdict.LOWER]} than the agency in {part.words} of the answers that it rated"


def _returns(found: Results) -> Iterator[str]:
    part = found.returned.part(None, SIGNED)
    if part.count is not None and part.whole and part.count < part.whole:
        yield f"Signed returns came from {part.words} agencies asked"


def _actions(found: Results) -> Iterator[str]:
    part = found.actions.part(None, "overdue")
    if part.count:
        yield f"{ACTION_STATES['overdue']}: {part.words} actions"
