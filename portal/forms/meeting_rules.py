"""The rules that a kind of meeting is held to, as somebody types them; nothing of them need be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.domain.due_rules import LONGEST, After, DueRule, Period, Unit
from portal.domain.inquorate_rules import InquorateRule
from portal.domain.labels import choices, label
from portal.domain.meeting_kinds import ITSELF
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.minutes_rules import MinutesRule
from portal.domain.rules import MeetingRule, QuorumRule
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import CheckboxesField, Choice, NumberField, PortalForm, RadioField, SelectField, TextField

MOST_REQUIRED = 4
MOST_AS_ONE = 2
MOST_EARLIER = 4
_MOST_TYPES = len(AgencyType)
_UNITS = [(unit.value, label(unit)) for unit in Unit]


def _types(words: str) -> CheckboxesField:
    return CheckboxesField(words, choices(AgencyType), coerce=AgencyType)


def _unit() -> SelectField:
    return SelectField("Counted in", _UNITS, coerce=Unit, empty=None, default=Unit.WORKING_DAYS)


def _reasons(words: str) -> CheckboxesField:
    return CheckboxesField(words, choices(InquorateReason), coerce=InquorateReason)


class MeetingRuleForm(PortalForm):
    """The rules of one kind. It calls that kind "itself", which may have no code yet."""

    expected = _types("Which agencies are expected?")
    required_1 = _types("One of these must be there")
    required_2 = _types("And one of these")
    required_3 = _types("And one of these as well")
    required_4 = _types("And one of these, too")
    further = NumberField("How many further types of agency must be there?", most=_MOST_TYPES)
    as_one_1 = _types("These count as one agency")
    as_one_2 = _types("And these count as one")
    due_amount = NumberField("How long after what asked for it?", most=LONGEST)
    due_unit = _unit()
    due_hours = NumberField(
        "Or how many hours, where the times of both are known?",
        most=LONGEST,
        hint="For example 72. Only for a meeting that is not due after an earlier one.",
    )
    after_1_kind = SelectField("After an earlier meeting: which?", empty="No other")
    after_1_amount = NumberField("How long after it?", most=LONGEST)
    after_1_unit = _unit()
    after_2_kind = SelectField("After a second kind: which?", empty="No other")
    after_2_amount = NumberField("How long after the second?", most=LONGEST)
    after_2_unit = _unit()
    after_3_kind = SelectField("After a third kind: which?", empty="No other")
    after_3_amount = NumberField("How long after the third?", most=LONGEST)
    after_3_unit = _unit()
    after_4_kind = SelectField("After a fourth kind: which?", empty="No other")
    after_4_amount = NumberField("How long after the fourth?", most=LONGEST)
    after_4_unit = _unit()
    reports = RadioField(
        "Do agencies send a report before the meeting?",
        [Choice("yes", "Yes", reveals=("report_days",)), Choice("no", "No")],
        required="Say whether agencies send a report",
    )
    report_days = NumberField("How many working days before it?", most=LONGEST)
    reminders = TextField(
        "How many working days before it is somebody asked who is missing?",
        max_length=40,
        hint="For example 5, 2, 1. Only where it may not be quorate.",
    )
    adjourn_amount = NumberField(
        "How long may the new day be away, where it was not quorate?",
        most=LONGEST,
        hint="Leave this empty where such a meeting is not adjourned.",
    )
    adjourn_unit = _unit()
    reasons = _reasons("For which reasons may it go on all the same?")
    twice_reasons = _reasons("For which of these also the second time in a row?")
    twice_variants = CheckboxesField(
        "Which may always go on the second time?", choices(MeetingVariant), coerce=MeetingVariant
    )
    decision_sheet_days = NumberField("Decision sheet: how many working days after the meeting?", most=LONGEST)
    minutes_days = NumberField("Minutes: how many working days after the meeting?", most=LONGEST)
    corrections_days = NumberField("Corrections: how many working days after the minutes?", most=LONGEST)

    def offer(self, names: Mapping[str, str]) -> None:
        """Put the partnership's kinds on offer, by code; the kind itself stands first."""
        for _number, kind, _amount, _unit in self.earlier:
            kind.choices = [(ITSELF, "This kind itself"), *names.items()]

    @property
    def earlier(self) -> list[tuple[int, SelectField, NumberField, SelectField]]:
        """The rows of what may have been held before."""
        return [
            (number, *(getattr(self, f"after_{number}_{part}") for part in ("kind", "amount", "unit")))
            for number in range(1, MOST_EARLIER + 1)
        ]

    @property
    def required_groups(self) -> list[CheckboxesField]:
        """The rows of who must be there."""
        return [getattr(self, f"required_{number}") for number in range(1, MOST_REQUIRED + 1)]

    @property
    def as_one_groups(self) -> list[CheckboxesField]:
        """The rows of who counts as one."""
        return [getattr(self, f"as_one_{number}") for number in range(1, MOST_AS_ONE + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, then whether they go together."""
        sound = super().validate(extra_validators)
        for name, sentence in self._at_odds():
            self.add_error(name, sentence)
            sound = False
        return bool(sound)

    def _at_odds(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        counted = [agency_type for group in self.as_one_groups for agency_type in group.data]
        if len(set(counted)) != len(counted):
            found.append(("as_one_2", "A type of agency may stand in one of these two lists only"))
        chosen: list[str] = []
        for number, kind, amount, _unit in self.earlier:
            if kind.data and amount.is_empty():
                found.append((f"after_{number}_amount", "Enter how long after that meeting it is due"))
            if kind.data is None and not amount.is_empty():
                found.append((f"after_{number}_kind", "Choose after which kind of meeting it is due"))
            if kind.data in chosen:
                found.append((f"after_{number}_kind", "You have chosen this kind above already"))
            chosen += [kind.data] if kind.data else []
        if counted and not any(group.data for group in self.required_groups) and not self.further.number:
            found.append(("as_one_1", "Say who must be there before you say who counts as one"))
        if not self.due_hours.is_empty() and (self.due_amount.is_empty() or chosen):
            found.append(("due_hours", "Hours need a number of days beside them, and no earlier meeting"))
        found += self._at_odds_without_quorum()
        if self.reports.data == "yes" and self.report_days.is_empty():
            found.append(("report_days", "Enter how many working days before the meeting reports are due"))
        return found

    def _at_odds_without_quorum(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        days = self._reminder_days()
        if days is None:
            found.append(("reminders", f"Enter different working days from 1 to {LONGEST}, like 5, 2, 1"))
        if self.adjourn_amount.is_empty() and (self.reasons.data or self.twice_variants.data):
            found.append(("adjourn_amount", "Enter how long the new day may be away, or choose no reasons to go on"))
        if not set(self.twice_reasons.data) <= set(self.reasons.data):
            found.append(("twice_reasons", "Choose only from the reasons that you have chosen above"))
        return found

    def _reminder_days(self) -> tuple[int, ...] | None:
        """The working days that were typed, the most first; None where they cannot be read."""
        typed = self.reminders.data.replace(",", " ").split()
        if not all(day.isascii() and day.isdigit() and len(day) <= len(str(LONGEST)) for day in typed):
            return None
        days = [int(day) for day in typed]
        if len(set(days)) != len(days) or not all(1 <= day <= LONGEST for day in days):
            return None
        return tuple(sorted(days, reverse=True))

    @property
    def rule(self) -> MeetingRule:
        """The rule that was said; it calls its own kind "itself"."""
        required = tuple(frozenset(group.data) for group in self.required_groups if group.data)
        as_one = tuple(frozenset(group.data) for group in self.as_one_groups if group.data)
        further = self.further.number or 0
        return MeetingRule(
            ITSELF,
            reports_due=self.reports.data == "yes",
            report_working_days=self.report_days.number if self.reports.data == "yes" else None,
            due=self._due(),
            quorum=QuorumRule(required, further, as_one) if required or further else None,
            expected_types=frozenset(self.expected.data),
            inquorate=self._inquorate(),
            minutes=MinutesRule(
                self.decision_sheet_days.number, self.minutes_days.number, self.corrections_days.number
            ),
        )

    def _inquorate(self) -> InquorateRule:
        amount = self.adjourn_amount.number
        return InquorateRule(
            reminders=self._reminder_days() or (),
            adjourn_within=None if amount is None else Period(amount, self.adjourn_unit.data or Unit.WORKING_DAYS),
            reasons=frozenset(self.reasons.data),
            twice_reasons=frozenset(self.twice_reasons.data),
            twice_variants=frozenset(self.twice_variants.data),
        )

    def _due(self) -> DueRule:
        amount = self.due_amount.number
        return DueRule(
            from_trigger=None if amount is None else Period(amount, self.due_unit.data or Unit.WORKING_DAYS),
            hours_from_trigger=self.due_hours.number,
            after=tuple(
                After(kind.data, Period(amount.number or 0, unit.data or Unit.WORKING_DAYS))
                for _number, kind, amount, unit in self.earlier
                if kind.data
            ),
        )


def rule_data(rule: MeetingRule) -> dict[str, Any]:
    """What the form of rules shows first: a rule that is there."""
    found: dict[str, Any] = {
        "expected": list(rule.expected_types),
        "reports": "yes" if rule.reports_due else "no",
        "report_days": rule.report_working_days if rule.reports_due else None,
        "due_hours": rule.due.hours_from_trigger,
        "reminders": ", ".join(map(str, rule.inquorate.reminders)),
        "reasons": list(rule.inquorate.reasons),
        "twice_reasons": list(rule.inquorate.twice_reasons),
        "twice_variants": list(rule.inquorate.twice_variants),
        "decision_sheet_days": rule.minutes.decision_sheet_working_days,
        "minutes_days": rule.minutes.minutes_working_days,
        "corrections_days": rule.minutes.corrections_working_days,
    }
    if rule.inquorate.adjourn_within is not None:
        within = rule.inquorate.adjourn_within
        found |= {"adjourn_amount": within.amount, "adjourn_unit": within.unit}
    if rule.quorum is not None:
        found["further"] = rule.quorum.further_types or None
        found |= {f"required_{place}": list(group) for place, group in enumerate(rule.quorum.required, start=1)}
        found |= {f"as_one_{place}": list(group) for place, group in enumerate(rule.quorum.counted_as_one, start=1)}
    if rule.due.from_trigger is not None:
        found |= {"due_amount": rule.due.from_trigger.amount, "due_unit": rule.due.from_trigger.unit}
    for place, step in enumerate(rule.due.after, start=1):
        kind = ITSELF if step.meeting_type == rule.meeting_type else step.meeting_type
        found |= {
            f"after_{place}_kind": kind,
            f"after_{place}_amount": step.within.amount,
            f"after_{place}_unit": step.within.unit,
        }
    return found
