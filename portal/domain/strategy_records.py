"""The strategy record's rules: what it asks of a meeting, what an answer may say, and what is missing before signing.

The standard form follows Working Together and the published self-evaluation (domain.md section 1): who, how, what each
agency shared, the decision with its threshold, the interim safety plan, and why it was late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.strategy_vocabulary import (
    OF_EACH_AGENCY,
    LateReason,
    ReturnInterview,
    Section47,
    SpecialistStep,
    StrategyQuestion,
)

TEXT_LIMIT = 10_000
SHORT_LIMIT = 200
YES, NO = "yes", "no"

Answer = Mapping[str, str | Sequence[str]]
"""One question's fields by name, as text; several choices are a list."""


@dataclass(frozen=True, slots=True)
class Part:
    """One agency's part: whether it was there by the register, and whether it was to come."""

    invitation_id: int
    agency: str
    is_present: bool
    is_expected: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record takes from its meeting."""

    is_missing_child: bool
    is_register_closed: bool
    is_held: bool
    is_late: bool
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that must be said before the record can be signed; without a question it is done elsewhere."""

    question: StrategyQuestion | None
    words: str
    invitation_id: int | None = None


def is_late(*, due_on: date | None, in_time: bool | None, held_on: date | None, today: date) -> bool:
    """Return whether a meeting is late: held later than its rule asks, or still to be held after its due day.

    `in_time` is the fact that figures count, which knows the hours where they are known; days decide where it is empty.
    """
    if held_on is not None and in_time is not None:
        return not in_time
    return due_on is not None and (held_on or today) > due_on


def asked(facts: Facts, answers: Mapping[StrategyQuestion, Answer]) -> tuple[StrategyQuestion, ...]:
    """Return the questions of a record: the block on a missing child and the reason for lateness where they apply."""
    left_out = set()
    if not facts.is_missing_child:
        left_out.add(StrategyQuestion.MISSING_CHILD)
    if not facts.is_late and not said(answers.get(StrategyQuestion.LATE, {})):
        left_out.add(StrategyQuestion.LATE)
    return tuple(question for question in StrategyQuestion if question not in left_out)


def said(answer: Answer) -> bool:
    """Return whether anything stands in an answer."""
    return any(_has(answer, field) for field in answer)


def missing(
    facts: Facts,
    answers: Mapping[StrategyQuestion, Answer],
    of_agencies: Mapping[tuple[StrategyQuestion, int], Answer],
) -> list[Missing]:
    """Return what is to be said before the chair signs, in the order of the record; empty where it is complete."""
    found: list[Missing] = []
    if not facts.is_register_closed:
        found.append(Missing(None, "Close the register, so that the record says who was there"))
    elif not facts.is_held:
        found.append(Missing(None, "The meeting did not go ahead, so there is nothing to sign"))
    for question in asked(facts, answers):
        if question in OF_EACH_AGENCY:
            for part in facts.parts:
                words = _missing_of_agency(question, part, of_agencies.get((question, part.invitation_id), {}))
                if words:
                    found.append(Missing(question, words, part.invitation_id))
        elif question is StrategyQuestion.WAITED_FOR:
            if facts.is_late and _blames_an_agency(answers) and not answers.get(question, {}).get("agencies"):
                found.append(Missing(question, "Say which agency was waited for"))
        else:
            found += [Missing(question, words) for words in _MISSING[question](answers.get(question, {}))]
    return found


def _blames_an_agency(answers: Mapping[StrategyQuestion, Answer]) -> bool:
    return LateReason.WAITED_FOR_AGENCY.value in answers.get(StrategyQuestion.LATE, {}).get("reasons", ())


def _missing_of_agency(question: StrategyQuestion, part: Part, answer: Answer) -> str:
    if not part.is_present:
        return ""
    if question is StrategyQuestion.INFORMATION:
        return "" if _has(answer, "text") else f"Say what {part.agency} shared, or that it had nothing to share"
    if not _has(answer, "can_decide"):
        return f"Say whether {part.agency} could decide for itself"
    return ""


def _threshold(answer: Answer) -> Iterable[str]:
    if not _has(answer, "met"):
        yield "Say whether the threshold is met"
    if not _has(answer, "reason"):
        yield "Say why the threshold is met or not"


def _section_47(answer: Answer) -> Iterable[str]:
    if not _has(answer, "enquiry"):
        yield "Say whether there will be a section 47 enquiry"


def _next_steps(answer: Answer) -> Iterable[str]:
    if not _has(answer, "text"):
        yield "Say what happens next"


def _safety_plan(answer: Answer) -> Iterable[str]:
    if not _has(answer, "exists"):
        yield "Say whether there is an interim safety plan"
    elif answer["exists"] == YES and not _has(answer, "text"):
        yield "Write down the interim safety plan"


def _sexual_abuse(answer: Answer) -> Iterable[str]:
    if not _has(answer, "suspected"):
        yield "Say whether this is about sexual abuse"
    if answer.get("suspected") != YES:
        return
    for field, words in (
        ("consultation", "a specialist was consulted"),
        ("medical", "the child was referred to a doctor"),
    ):
        if not _has(answer, field):
            yield f"Say whether {words}"
        elif answer[field] == SpecialistStep.NOT_NEEDED and not _has(answer, f"{field}_reason"):
            yield f"Say why it was not needed that {words}"


def _late(answer: Answer) -> Iterable[str]:
    reasons = answer.get("reasons", ())
    if not reasons:
        yield "Say why it was late"
    elif LateReason.OTHER.value in reasons and not _has(answer, "note"):
        yield "Say what the other reason was for its being late"


def _missing_child(answer: Answer) -> Iterable[str]:
    if not _has(answer, "last_seen"):
        yield "Say when and where the child was last seen"
    if not _has(answer, "return_interview"):
        yield "Say whether a return interview was offered"


_MISSING = {
    StrategyQuestion.MISSING_CHILD: _missing_child,
    StrategyQuestion.THRESHOLD: _threshold,
    StrategyQuestion.SECTION_47: _section_47,
    StrategyQuestion.NEXT_STEPS: _next_steps,
    StrategyQuestion.SAFETY_PLAN: _safety_plan,
    StrategyQuestion.SEXUAL_ABUSE: _sexual_abuse,
    StrategyQuestion.LATE: _late,
}


def _has(answer: Answer, field: str) -> bool:
    value = answer.get(field, "")
    return bool(value.strip() if isinstance(value, str) else value)


_CHOICES: Mapping[str, Collection[str]] = {
    "can_decide": (YES, NO),
    "met": (YES, NO),
    "exists": (YES, NO),
    "suspected": (YES, NO),
    "enquiry": [value.value for value in Section47],
    "consultation": [value.value for value in SpecialistStep],
    "medical": [value.value for value in SpecialistStep],
    "reasons": [value.value for value in LateReason],
    "return_interview": [value.value for value in ReturnInterview],
}
FIELDS: Mapping[StrategyQuestion, tuple[str, ...]] = {
    StrategyQuestion.JOINED: ("joined_at", "can_decide"),
    StrategyQuestion.WAITED_FOR: ("agencies", "note"),
    StrategyQuestion.INFORMATION: ("text",),
    StrategyQuestion.MISSING_CHILD: ("last_seen", "return_interview", "police_reference"),
    StrategyQuestion.THRESHOLD: ("met", "reason"),
    StrategyQuestion.SECTION_47: ("enquiry",),
    StrategyQuestion.NEXT_STEPS: ("text",),
    StrategyQuestion.SAFETY_PLAN: ("exists", "text"),
    StrategyQuestion.SEXUAL_ABUSE: (
        "suspected",
        "consultation",
        "consultation_reason",
        "medical",
        "medical_reason",
    ),
    StrategyQuestion.LATE: ("reasons", "note"),
}
"""The fields of each question; `agencies` are ids of invitations."""

SHORT_FIELDS = frozenset({"joined_at", "police_reference"})
LISTS = frozenset({"agencies", "reasons"})


def faults(question: StrategyQuestion, answer: Answer, invitation_ids: Collection[int]) -> dict[str, str]:
    """Return, by field, what is wrong with an answer; anything may be empty while the record is being written."""
    found = {}
    for field in answer:
        value = answer[field]
        listed = [value] if isinstance(value, str) else list(value)
        if field not in FIELDS[question]:
            found[field] = "This is not asked here"
        elif field == "agencies":
            if not set(listed) <= {str(number) for number in invitation_ids}:
                found[field] = "Choose from the agencies shown"
        elif field in _CHOICES:
            if not {one for one in listed if one} <= set(_CHOICES[field]):
                found[field] = "Choose one of the answers shown"
        elif (length := len(listed[0])) > (limit := SHORT_LIMIT if field in SHORT_FIELDS else TEXT_LIMIT):
            found[field] = f"Shorten this to {limit:,} characters or fewer. It has {length:,} now"
    return found


def tidied(question: StrategyQuestion, answer: Answer) -> dict[str, str | list[str]]:
    """Return an answer with every field of its question, as it is kept and compared: empty where nothing was said."""
    kept: dict[str, str | list[str]] = {}
    for field in FIELDS[question]:
        value = answer.get(field, "")
        if field in LISTS:
            kept[field] = sorted({value} - {""} if isinstance(value, str) else set(value))
        else:
            kept[field] = value if isinstance(value, str) else ""
    return kept


def put_together(mine: Answer, theirs: Answer) -> dict[str, str | list[str]]:
    """Return one answer of two people's: of each text theirs, then mine; both's ticks; a choice where they agree."""
    both: dict[str, str | list[str]] = {}
    for field in mine.keys() | theirs.keys():
        own, other = mine.get(field, ""), theirs.get(field, "")
        if own == other:
            both[field] = own if isinstance(own, str) else list(own)
        elif field in LISTS:
            both[field] = sorted({*own, *other})
        elif field in _CHOICES or field in SHORT_FIELDS:
            both[field] = ""
        else:
            both[field] = "\n\n".join(part for part in (str(other), str(own)) if part)
    return both
