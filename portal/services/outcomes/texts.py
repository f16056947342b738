"""What an outcome says: how its row keeps it, and how it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from portal.domain.labels import label
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.outcomes import OutcomeText
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory
from portal.models.outcomes import Outcome

OUTCOME_LABELS = {
    "decision": "What was decided",
    "categories": "Categories",
    "ends_because": "Why the plan ends",
    "next_on": "Next conference",
    "core_group": "Core group",
    "core_group_on": "First core group",
    "lead_social_worker": "Lead social worker",
    "why": "Why",
}
"""What each part of an outcome is called wherever it is read."""


def text_of(outcome: Outcome, core_group: Iterable[int] = ()) -> OutcomeText:
    """What a stored outcome says; `core_group` are the invitations of its core group, where the caller read them."""
    return OutcomeText(
        decision=PlanDecision(outcome.decision) if outcome.decision else None,
        categories=categories_from(outcome.categories),
        main_category=AbuseCategory(outcome.main_category) if outcome.main_category else None,
        ends_because=PlanEnd(outcome.ends_because) if outcome.ends_because else None,
        next_on=outcome.next_on,
        core_group_on=outcome.core_group_on,
        core_group=tuple(core_group),
        core_group_people=outcome.core_group_people,
        lead_social_worker=outcome.lead_social_worker,
        why=outcome.why,
    )


def write_text(outcome: Outcome, text: OutcomeText) -> None:
    """Keep what was written, but for the core group's agencies, which have rows of their own."""
    outcome.decision = text.decision.value if text.decision else ""
    outcome.categories = categories_to(text.categories)
    outcome.main_category = text.main_category.value if text.main_category else ""
    outcome.ends_because = text.ends_because.value if text.ends_because else ""
    outcome.next_on = text.next_on
    outcome.core_group_on = text.core_group_on
    outcome.core_group_people = text.core_group_people
    outcome.lead_social_worker = text.lead_social_worker
    outcome.why = text.why


def words_of(text: OutcomeText, agencies: Mapping[int, str]) -> dict[str, str]:
    """An outcome by its parts, as they are read; `agencies` are the names of those invited, by invitation."""
    members = [agencies.get(invitation_id, "An agency") for invitation_id in text.core_group]
    members += [line for line in text.core_group_people.splitlines() if line.strip()]
    return {
        "decision": label(text.decision) if text.decision else "",
        "categories": category_words(text.ordered_categories),
        "ends_because": label(text.ends_because) if text.ends_because else "",
        "next_on": _day(text.next_on),
        "core_group": "\n".join(members),
        "core_group_on": _day(text.core_group_on),
        "lead_social_worker": text.lead_social_worker,
        "why": text.why,
    }


def category_words(ordered: tuple[AbuseCategory, ...]) -> str:
    """Categories in words; of several, the main one is said to be it."""
    words = [label(category) for category in ordered]
    return ", ".join([f"{words[0]} (main)", *words[1:]]) if len(words) > 1 else "".join(words)


def categories_from(stored: str) -> tuple[AbuseCategory, ...]:
    """Categories as a row keeps them."""
    return tuple(AbuseCategory(value) for value in stored.split(",") if value)


def categories_to(categories: Iterable[AbuseCategory]) -> str:
    """The same, to be kept."""
    return ",".join(category.value for category in categories)


def _day(day: date | None) -> str:
    return "" if day is None else f"{day.day} {day:%B %Y}"
