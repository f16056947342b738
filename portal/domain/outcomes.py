"""What a conference decides for one child: what it says, by when the next one must be, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.domain.deadlines import last_day_of
from portal.domain.due_rules import DueRule, Period
from portal.domain.notice_words import day_words
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory
from portal.domain.working_days import add_working_days

WHY_LIMIT = 10_000
BECAUSE_LIMIT = 2_000
NAME_LIMIT = 200
PEOPLE_LIMIT = 2_000

LIMITS = {"core_group_people": PEOPLE_LIMIT, "lead_social_worker": NAME_LIMIT, "why": WHY_LIMIT}
"""How many characters each text may have."""

WITH_PLAN = frozenset({PlanDecision.START, PlanDecision.CONTINUE, PlanDecision.UNCHANGED})
CHOOSES_CATEGORIES = frozenset({PlanDecision.START, PlanDecision.CONTINUE})

END_REASONS = tuple(reason for reason in PlanEnd if reason is not PlanEnd.IMPORTED)
"""Why a conference ends a plan; only files end one without saying why."""


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """What is written for one child; anything may be empty in a draft. Categories stand in the vocabulary's order.

    `core_group` are the ids of invitations, `core_group_people` names of further members, one a line.
    """

    decision: PlanDecision | None = None
    categories: tuple[AbuseCategory, ...] = ()
    main_category: AbuseCategory | None = None
    """The one that figures count, where there are several."""
    ends_because: PlanEnd | None = None
    next_on: date | None = None
    core_group_on: date | None = None
    core_group: tuple[int, ...] = ()
    core_group_people: str = ""
    lead_social_worker: str = ""
    why: str = ""

    @property
    def has_plan(self) -> bool:
        """Whether the child has a plan after it."""
        return self.decision in WITH_PLAN

    @property
    def ordered_categories(self) -> tuple[AbuseCategory, ...]:
        """The categories, the main one first."""
        main = (self.main_category,) if self.main_category in self.categories and self.main_category else ()
        return main + tuple(category for category in self.categories if category not in main)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A meeting that must follow: its kind, within how long of which day, and so the last day that is in time."""

    kind: str
    within: Period
    since: date
    on: date

    @property
    def last_working_day(self) -> date:
        """The last working day that is in time: nobody holds a meeting on a day off."""
        return add_working_days(self.on + timedelta(days=1), -1)


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """What holds for one child at one meeting: the decisions to choose from, and what must follow by when.

    `known` are the categories of the plan that the child has; empty where the portal knows of none.
    """

    offered: tuple[PlanDecision, ...]
    held_on: date
    next: FollowUp | None = None
    core_group: FollowUp | None = None
    known: tuple[AbuseCategory, ...] = ()


def follow_up(code: str, held_on: date, rules: Iterable[tuple[str, DueRule]]) -> FollowUp | None:
    """Return what must follow a meeting of the kind `code` soonest, of kinds that come with their names and due rules.

    None where no kind is due after this one.
    """
    found = [
        FollowUp(name, step.within, held_on, last_day_of(held_on, step.within))
        for name, rule in rules
        for step in rule.after
        if step.meeting_type == code
    ]
    return min(found, key=lambda one: one.on, default=None)


def offered(*, is_review: bool, has_plan: bool) -> tuple[PlanDecision, ...]:
    """Return the decisions that a meeting can come to for a child.

    A plan that is there goes on or ends. A review of a child whose plan the portal does not know of may find either.
    """
    of_plan = (PlanDecision.CONTINUE, PlanDecision.END)
    if has_plan:
        return (*of_plan, PlanDecision.UNCHANGED)
    begins = (PlanDecision.START, PlanDecision.NO_PLAN)
    return (*of_plan, *begins) if is_review else begins


def settled(text: OutcomeText, rules: OutcomeRules) -> OutcomeText:
    """Return what counts of a text: nothing of a plan where there is none, and no reason for an end without one."""
    if not text.has_plan:
        ends = text.ends_because if text.decision is PlanDecision.END else None
        return replace(
            text,
            categories=(),
            main_category=None,
            ends_because=ends,
            next_on=None,
            core_group_on=None,
            core_group=(),
            core_group_people="",
        )
    if text.decision is PlanDecision.UNCHANGED:
        main = rules.known[0] if len(rules.known) > 1 else None
        kept = tuple(category for category in AbuseCategory if category in rules.known)
        return replace(text, categories=kept, main_category=main, ends_because=None)
    main = text.main_category if len(text.categories) > 1 else None
    return replace(text, main_category=main, ends_because=None)


def faults(text: OutcomeText, rules: OutcomeRules, today: date) -> dict[str, str]:
    """Return, by field, what cannot be kept even in a draft, and how to mend it."""
    found = {
        field: f"Shorten this to {limit:,} characters or fewer. It has {length:,} now"
        for field, limit in LIMITS.items()
        if (length := len(getattr(text, field))) > limit
    }
    if text.decision is not None and text.decision not in rules.offered:
        found["decision"] = "Choose one of the decisions on this page"
    if text.ends_because is not None and text.ends_because not in END_REASONS:
        found["ends_because"] = "Choose one of the reasons on this page"
    for field, name, day, rule in (
        ("next_on", "The next conference", text.next_on, rules.next),
        ("core_group_on", "The first core group", text.core_group_on, rules.core_group),
    ):
        if day is None:
            continue
        if day <= rules.held_on:
            found[field] = f"{name} must be after this one, so on a day after {day_words(rules.held_on, today)}"
        elif rule is not None and day > rule.on:
            found[field] = (
                f"{name} must be by {day_words(rule.on, today)}. The last working day before that is "
                f"{day_words(rule.last_working_day, today)}: choose that or an earlier day"
            )
    return found


def missing(text: OutcomeText, rules: OutcomeRules) -> dict[str, str]:
    """Return, by field, what is still to be said before the chair can sign."""
    if text.decision is None:
        return {"decision": "Choose what was decided"}
    found = {}
    if text.decision in CHOOSES_CATEGORIES:
        if not text.categories:
            found["categories"] = "Choose at least one category for the plan"
        elif len(text.categories) > 1 and text.main_category not in text.categories:
            found["main_category"] = "Choose which of the categories is the main one"
    if text.decision is PlanDecision.END and text.ends_because is None:
        found["ends_because"] = "Choose why the plan ends"
    if text.has_plan:
        found |= _missing_of_plan(text, rules)
    if not text.why.strip():
        found["why"] = "Say why this was decided"
    return found


def _missing_of_plan(text: OutcomeText, rules: OutcomeRules) -> dict[str, str]:
    """Return what a plan needs beside its categories: who carries it, and when they meet."""
    begins = text.decision is PlanDecision.START
    asked = (
        ("next_on", text.next_on is None and rules.next is not None, "Enter the day of the next conference"),
        (
            "core_group_on",
            begins and text.core_group_on is None and rules.core_group is not None,
            "Enter the day of the first core group",
        ),
        ("core_group", not text.core_group and not text.core_group_people.strip(), "Choose who is in the core group"),
        ("lead_social_worker", not text.lead_social_worker.strip(), "Enter the name of the lead social worker"),
    )
    return {field: words for field, is_missing, words in asked if is_missing}


def put_together(mine: OutcomeText, theirs: OutcomeText) -> OutcomeText:
    """Return one text of two people's: of each text theirs, then mine; both's ticks; a choice where they agree."""

    def both(first: str, second: str) -> str:
        return first if first == second else "\n".join(part for part in (first, second) if part)

    return OutcomeText(
        decision=mine.decision if mine.decision is theirs.decision else None,
        categories=tuple(category for category in AbuseCategory if category in mine.categories + theirs.categories),
        main_category=mine.main_category if mine.main_category is theirs.main_category else None,
        ends_because=mine.ends_because if mine.ends_because is theirs.ends_because else None,
        next_on=theirs.next_on or mine.next_on,
        core_group_on=theirs.core_group_on or mine.core_group_on,
        core_group=tuple(sorted({*mine.core_group, *theirs.core_group})),
        core_group_people=both(theirs.core_group_people, mine.core_group_people),
        lead_social_worker=theirs.lead_social_worker or mine.lead_social_worker,
        why=both(theirs.why, mine.why),
    )
