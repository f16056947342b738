"""The words of the improvement plan: by when an action is to be done, where it came from, and how far it is."""

from __future__ import annotations

from enum import StrEnum

from portal.domain.vocabulary import Role


class ByWhen(StrEnum):
    """By when an action is to be done: on a day, within a month, again and again, or without an end."""

    DAY = "day"
    MONTH = "month"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ONGOING = "ongoing"


REPEATING = frozenset({ByWhen.WEEKLY, ByWhen.MONTHLY, ByWhen.QUARTERLY})
"""What is ticked week by week, month by month or quarter by quarter."""


class ImprovementSource(StrEnum):
    """What an action came from."""

    PLAN = "plan"
    LEARNING_REVIEW = "learning_review"
    AUDIT_ROUND = "audit_round"
    DIP_SAMPLE = "dip_sample"
    MULTI_AGENCY_AUDIT = "multi_agency_audit"
    INSPECTION = "inspection"


SAMPLED = frozenset({ImprovementSource.DIP_SAMPLE, ImprovementSource.MULTI_AGENCY_AUDIT})
"""Sources that are samples of practice, which stand in one table."""


class ImprovementStatus(StrEnum):
    """An action is open until it is complete, or stopped because it is not wanted any more."""

    OPEN = "open"
    COMPLETE = "complete"
    STOPPED = "stopped"


class ImprovementStep(StrEnum):
    """What was done to an action or an area, as its history says it."""

    ADDED = "added"
    CHANGED = "changed"
    UPDATED = "updated"
    NO_CHANGE = "no_change"
    TICKED = "ticked"
    UNTICKED = "unticked"
    COMPLETED = "completed"
    STOPPED = "stopped"
    REOPENED = "reopened"


SAYS_HOW_IT_GOES = frozenset(
    {
        ImprovementStep.UPDATED,
        ImprovementStep.NO_CHANGE,
        ImprovementStep.TICKED,
        ImprovementStep.COMPLETED,
        ImprovementStep.STOPPED,
        ImprovementStep.REOPENED,
    }
)
"""Steps after which an action counts as updated in a month; a change of its wording says nothing of how it goes."""

LEADING_ROLES = (
    Role.BUSINESS_MANAGER,
    Role.SAFEGUARDING_MANAGER,
    Role.CHAIR,
    Role.SECTOR_LEAD,
    Role.BOARD_MEMBER,
)
"""Roles of the partnership that can lead an action as such, whoever holds them. The scrutineer keeps out of it."""
