"""What is decided for a child, and what an agency thinks of it. A draft may be as unfinished as it likes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.domain.agency_views import REASON_LIMIT, ViewText
from portal.domain.labels import choices, label
from portal.domain.outcome_vocabulary import PlanDecision, Stance
from portal.domain.outcomes import BECAUSE_LIMIT, END_REASONS, LIMITS, OutcomeText
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory, ThresholdView
from portal.forms.fields import (
    CheckboxesField,
    Choice,
    DateField,
    PortalForm,
    RadioField,
    SubmitField,
    TextAreaField,
    TextField,
    VersionField,
)

_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}
_MEDIUM_LABEL = {"label_classes": "govuk-label--m"}
_REVEALS = {
    PlanDecision.START: ("categories", "main_category"),
    PlanDecision.CONTINUE: ("categories", "main_category"),
    PlanDecision.END: ("ends_because",),
}


class OutcomeForm(PortalForm):
    """All that is decided for one child, on one page."""

    version = VersionField()
    decision: RadioField = RadioField("What was decided?", coerce=PlanDecision, look=_MEDIUM)
    categories: CheckboxesField = CheckboxesField(
        "For which kind of harm?", choices(AbuseCategory), coerce=AbuseCategory, hint="Choose all that apply."
    )
    main_category = RadioField(
        "If there are several, which is the main one?", choices(AbuseCategory), coerce=AbuseCategory
    )
    ends_because = RadioField("Why does the plan end?", choices(END_REASONS), coerce=PlanEnd)
    next_on = DateField("Day of the next conference", look=_MEDIUM)
    core_group: CheckboxesField = CheckboxesField("Who is in the core group?", coerce=int, look=_MEDIUM)
    core_group_people = TextAreaField(
        "Parents, and others by name",
        hint="One on each line.",
        rows=3,
        max_length=LIMITS["core_group_people"],
    )
    core_group_on = DateField("Day of the first core group", look=_MEDIUM)
    lead_social_worker = TextField(
        "Lead social worker",
        max_length=LIMITS["lead_social_worker"],
        look={"classes": "govuk-input--width-20", **_MEDIUM_LABEL},
    )
    why = TextAreaField(
        "Why was this decided?",
        hint="What the conference saw as the harm or the risk, and what changed. Everybody who was invited reads it.",
        rows=6,
        max_length=LIMITS["why"],
        look=_MEDIUM_LABEL,
    )

    def __init__(
        self, *args: Any, decisions: Iterable[PlanDecision], agencies: Mapping[int, str], **kwargs: Any
    ) -> None:
        """Offer what can be decided for this child, and the agencies that can be in the core group, by invitation."""
        self._decisions, self._agencies = tuple(decisions), dict(agencies)
        super().__init__(*args, **kwargs)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Put on offer what can be chosen before what was posted is read."""
        opens = [one for one in self._decisions if "categories" in _REVEALS.get(one, ())]
        self.decision.choices = [
            # Two decisions would open the same questions, which can stand in the page once: below the choice then.
            Choice(one.value, label(one), "", () if one in opens and len(opens) > 1 else _REVEALS.get(one, ()))
            for one in self._decisions
        ]
        self.core_group.choices = [(str(number), name) for number, name in self._agencies.items()]
        super().process(*args, **kwargs)

    @property
    def opens_categories(self) -> bool:
        """Whether the categories open below their decision, rather than standing on their own."""
        return any("categories" in choice.reveals for choice in self.decision.choices)

    @property
    def text(self) -> OutcomeText:
        """What was written."""
        return OutcomeText(
            decision=self.decision.data,
            categories=tuple(self.categories.data),
            main_category=self.main_category.data,
            ends_because=self.ends_because.data,
            next_on=self.next_on.data,
            core_group_on=self.core_group_on.data,
            core_group=tuple(sorted(self.core_group.data)),
            core_group_people=self.core_group_people.data,
            lead_social_worker=self.lead_social_worker.data,
            why=self.why.data,
        )


class AmendedOutcomeForm(OutcomeForm):
    """The same once it was signed; the version is the number of the one that it is based on."""

    because = TextAreaField(
        "Why is it amended?",
        hint="What was wrong, and who noticed. It stands beside both versions.",
        rows=3,
        max_length=BECAUSE_LIMIT,
        required="Say why it is amended",
        look=_MEDIUM_LABEL,
    )


def filled(text: OutcomeText, version: int) -> dict[str, Any]:
    """The form's data for an outcome."""
    return {
        "version": version,
        "decision": text.decision,
        "categories": text.categories,
        "main_category": text.main_category,
        "ends_because": text.ends_because,
        "next_on": text.next_on,
        "core_group_on": text.core_group_on,
        "core_group": text.core_group,
        "core_group_people": text.core_group_people,
        "lead_social_worker": text.lead_social_worker,
        "why": text.why,
    }


class SigningForm(PortalForm):
    """A question that is answered by its button; the version is the number of what the chair has read."""

    version = VersionField()
    sign = SubmitField("Sign off for all children")


class AgencyViewForm(PortalForm):
    """What an agency thinks of one child, and whether it agrees; the version is the number of the view before."""

    version = VersionField()
    threshold = RadioField(
        "Is a child protection plan needed?",
        choices(ThresholdView),
        coerce=ThresholdView,
        required="Choose whether you think a child protection plan is needed",
        look=_MEDIUM,
    )
    categories: CheckboxesField = CheckboxesField(
        "If there is a plan, for which kind of harm?",
        choices(AbuseCategory),
        coerce=AbuseCategory,
        hint="Choose all that you think apply. You only need to answer if you think that a plan is needed.",
        look=_MEDIUM,
    )
    stance = RadioField(
        "Do you agree with what was decided?",
        choices(Stance),
        coerce=Stance,
        hint="Leave this empty before the meeting.",
        look=_MEDIUM,
    )
    reason = TextAreaField(
        "Why, or what should go into the record",
        hint="Needed where you do not agree. Everybody who was invited to the meeting reads it.",
        rows=4,
        max_length=REASON_LIMIT,
        look=_MEDIUM_LABEL,
    )

    @property
    def text(self) -> ViewText:
        """What was said."""
        return ViewText(self.threshold.data, tuple(self.categories.data), self.stance.data, self.reason.data)


def filled_view(text: ViewText, version: int) -> dict[str, Any]:
    """The form's data for a view."""
    return {
        "version": version,
        "threshold": text.threshold,
        "categories": text.categories,
        "stance": text.stance,
        "reason": text.reason,
    }
