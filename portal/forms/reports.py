"""What an agency writes for a conference. Nothing is required here: a draft may be as unfinished as it likes."""

from __future__ import annotations

from typing import Any

from portal.domain.labels import choices
from portal.domain.reports import LIMITS, ReportText
from portal.domain.vocabulary import AbuseCategory, ThresholdView
from portal.forms.fields import (
    CheckboxesField,
    FileField,
    PortalForm,
    RadioField,
    SubmitField,
    TextAreaField,
    VersionField,
)

LABELS = {
    "involvement": "How you know the child and family",
    "strengths": "What is going well",
    "worries": "What you are worried about",
    "threshold_view": "Is a child protection plan needed?",
    "threshold_reason": "Why you think so",
    "category_views": "If there is a plan, for which kind of harm?",
}
"""What each answer is called, on every page that shows it to its own agency."""

READ_LABELS = LABELS | {
    "involvement": "How they know the child and family",
    "worries": "What they are worried about",
    "threshold_reason": "Why they think so",
}
"""The same for whoever reads another agency's report."""


class ReportForm(PortalForm):
    """The whole report on one page."""

    version = VersionField()
    involvement = TextAreaField(
        LABELS["involvement"],
        rows=5,
        max_length=LIMITS["involvement"],
        hint="Since when, how often you see them, and when last.",
    )
    strengths = TextAreaField(
        LABELS["strengths"],
        rows=5,
        max_length=LIMITS["strengths"],
        hint="What keeps the child safe, and who helps. If you know of nothing, say so.",
    )
    worries = TextAreaField(
        LABELS["worries"],
        rows=6,
        max_length=LIMITS["worries"],
        hint="What happened, when, and what it means for the child. Facts first, then what you make of them.",
    )
    threshold_view = RadioField(LABELS["threshold_view"], choices(ThresholdView), coerce=ThresholdView)
    threshold_reason = TextAreaField(LABELS["threshold_reason"], rows=3, max_length=LIMITS["threshold_reason"])
    category_views = CheckboxesField(
        LABELS["category_views"],
        choices(AbuseCategory),
        coerce=AbuseCategory,
        hint="Choose all that you think apply. You only need to answer if you think that a plan is needed.",
    )
    files = FileField("Attach files", hint="Only if your report needs them, such as a chronology or a body map.")
    attach = SubmitField("Attach", kind="secondary")
    save = SubmitField("Save and stop", kind="secondary")
    check = SubmitField("Check and send")

    @property
    def text(self) -> ReportText:
        """What was written."""
        return ReportText(
            involvement=self.involvement.data,
            strengths=self.strengths.data,
            worries=self.worries.data,
            threshold_view=self.threshold_view.data,
            threshold_reason=self.threshold_reason.data,
            category_views=tuple(self.category_views.data),
        )


def filled(text: ReportText, version: int) -> dict[str, Any]:
    """The form's data for a report."""
    return {
        "version": version,
        "involvement": text.involvement,
        "strengths": text.strengths,
        "worries": text.worries,
        "threshold_view": text.threshold_view,
        "threshold_reason": text.threshold_reason,
        "category_views": text.category_views,
    }


class SendForm(PortalForm):
    """Sending what was checked; the version is that of what the page showed."""

    version = VersionField()
