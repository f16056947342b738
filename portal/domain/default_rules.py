"""The rules that a new partnership starts with: Working Together's numbers, and the contract's defaults."""

from __future__ import annotations

from datetime import date

from portal.domain.due_rules import After, DueRule, Period, Unit
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.minutes_rules import CONFERENCE_MINUTES, OTHER_MINUTES
from portal.domain.rules import CONFERENCE_QUORUM, CORE_AGENCIES, EVER, InquorateRule, MeetingRule, RuleSet
from portal.domain.vocabulary import AgencyType, MeetingKind

REMINDERS = (5, 2, 1)
"""Working days before a meeting on which whoever it lacks is asked."""

ASK_FIRST = InquorateRule(REMINDERS)


def adjourned_within(period: Period) -> InquorateRule:
    """Return what a conference does without its quorum (Sussex 7.8, Swindon), adjourned to a day within a period."""
    few = frozenset({InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD})
    return InquorateRule(REMINDERS, period, frozenset(InquorateReason), few, frozenset({MeetingVariant.PRE_BIRTH}))


def default_rule_set(effective_from: date = EVER) -> RuleSet:
    """Return the rules a new partnership starts with (Working Together, and the contract's defaults)."""
    initial, review = MeetingKind.INITIAL_CONFERENCE.value, MeetingKind.REVIEW_CONFERENCE.value
    strategy, core_group = MeetingKind.STRATEGY_MEETING.value, MeetingKind.CORE_GROUP.value
    around_the_child = frozenset({AgencyType.SOCIAL_CARE, AgencyType.GP, AgencyType.SCHOOL, AgencyType.HEALTH_VISITING})
    exploitation = frozenset(
        {
            AgencyType.SOCIAL_CARE,
            AgencyType.POLICE,
            AgencyType.SCHOOL,
            AgencyType.SCHOOL_NURSING,
            AgencyType.YOUTH_JUSTICE,
        }
    )
    rules = (
        MeetingRule(
            initial,
            reports_due=True,
            report_working_days=3,
            due=DueRule(from_trigger=Period(15, Unit.WORKING_DAYS)),
            quorum=CONFERENCE_QUORUM,
            expected_types=around_the_child | {AgencyType.POLICE},
            inquorate=adjourned_within(Period(10, Unit.WORKING_DAYS)),
            minutes=CONFERENCE_MINUTES,
        ),
        MeetingRule(
            review,
            reports_due=True,
            report_working_days=5,
            due=DueRule(
                from_trigger=Period(3, Unit.MONTHS),
                after=(After(initial, Period(3, Unit.MONTHS)), After(review, Period(6, Unit.MONTHS))),
            ),
            quorum=CONFERENCE_QUORUM,
            expected_types=around_the_child | {AgencyType.POLICE},
            inquorate=adjourned_within(Period(1, Unit.MONTHS)),
            minutes=CONFERENCE_MINUTES,
        ),
        MeetingRule(
            strategy,
            due=DueRule(from_trigger=Period(3, Unit.CALENDAR_DAYS), hours_from_trigger=72),
            quorum=CORE_AGENCIES,
            expected_types=around_the_child | {AgencyType.POLICE},
            inquorate=ASK_FIRST,
            minutes=OTHER_MINUTES,
        ),
        MeetingRule(
            core_group,
            due=DueRule(
                after=(
                    After(initial, Period(10, Unit.WORKING_DAYS)),
                    After(core_group, Period(6, Unit.WEEKS)),
                )
            ),
            expected_types=around_the_child,
            minutes=OTHER_MINUTES,
        ),
        MeetingRule(
            "missing_child_strategy",
            due=DueRule(from_trigger=Period(3, Unit.CALENDAR_DAYS), hours_from_trigger=72),
            quorum=CORE_AGENCIES,
            expected_types=around_the_child | {AgencyType.POLICE},
            inquorate=ASK_FIRST,
            minutes=OTHER_MINUTES,
        ),
        MeetingRule(
            "complex_strategy",
            quorum=CORE_AGENCIES,
            expected_types=frozenset({AgencyType.SOCIAL_CARE, AgencyType.POLICE}),
            inquorate=ASK_FIRST,
            minutes=OTHER_MINUTES,
        ),
        MeetingRule("pre_mase", expected_types=exploitation, minutes=OTHER_MINUTES),
        MeetingRule("mase", expected_types=exploitation, minutes=OTHER_MINUTES),
    )
    return RuleSet(
        effective_from=effective_from,
        guidance_edition="Working Together 2026",
        small_count_limit=5,
        meeting_rules={rule.meeting_type: rule for rule in rules},
    )
