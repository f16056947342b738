"""What those who lead an action say of it, how the plan is filtered, and the closing of a month."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.evidence import TITLE_LIMIT, URL_LIMIT
from portal.domain.improvement_rules import WORDS_LIMIT
from portal.domain.improvement_vocabulary import ImprovementSource
from portal.domain.labels import choices
from portal.forms.fields import (
    CheckboxField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)
from portal.forms.improvement import NO_CHILD

OPEN, LATE, COMPLETE, STOPPED, ALL = "open", "late", "complete", "stopped", "all"


class PlanFilter(FilterForm):
    """How the plan is narrowed."""

    show = SelectField(
        "Show",
        [(OPEN, "Open"), (LATE, "Late"), (COMPLETE, "Complete"), (STOPPED, "Stopped"), (ALL, "All")],
        empty=None,
    )
    rag = SelectField("How it goes", choices(ActionRag), coerce=ActionRag, empty="Any")
    area = SelectField("Area", coerce=int, empty="All areas")
    source = SelectField("Where from", choices(ImprovementSource), coerce=ImprovementSource, empty="Anywhere")
    mine = CheckboxField("Only what I lead")

    def offer(self, areas: Iterable[tuple[int, str]]) -> None:
        """Put on offer the areas; whoever sees their own actions alone has none to choose from, nor others' actions."""
        self.area.choices = [(str(number), words) for number, words in areas]
        if not self.area.choices:
            del self.area
            del self.mine

    def asked(self, name: str) -> object:
        """What a filter is set to; nothing where it is not offered, or not readable."""
        return None if name not in self or self[name].errors else self[name].data


def _link_url() -> TextField:
    """A link, said anew for each form so that its fields stand in their order."""
    return TextField(
        "A link to what shows it",
        max_length=URL_LIMIT,
        hint="It begins with https://. Leave this empty if there is none.",
        look={"spellcheck": False, "autocapitalize": "none"},
    )


def _link_title() -> TextField:
    return TextField("What the link leads to", max_length=TITLE_LIMIT, hint=f"Such as Board minutes of May. {NO_CHILD}")


class UpdateForm(PortalForm):
    """How an action goes, and what shows it."""

    rag = RadioField("How does it go?", choices(ActionRag), coerce=ActionRag, required="Choose how it goes")
    text = TextAreaField(
        "What has happened?", rows=4, max_length=WORDS_LIMIT, required="Say what has happened", hint=NO_CHILD
    )
    evidence = TextAreaField(
        "What shows it?",
        rows=3,
        max_length=WORDS_LIMIT,
        hint="Numbers, minutes, a survey, a policy. Green needs it, in words or as a link.",
    )
    link_url = _link_url()
    link_title = _link_title()
    month = VersionField()
    version = VersionField()


class CompleteForm(PortalForm):
    """That an action is complete, and what shows it."""

    text = TextAreaField("What was done?", rows=4, max_length=WORDS_LIMIT, required="Say what was done", hint=NO_CHILD)
    evidence = TextAreaField("What shows that it was done?", rows=3, max_length=WORDS_LIMIT)
    link_url = _link_url()
    link_title = _link_title()
    version = VersionField()


class StopForm(PortalForm):
    """Why an action is not wanted any more."""

    text = TextAreaField(
        "Why is it not wanted any more?",
        rows=3,
        max_length=WORDS_LIMIT,
        required="Say why it is not wanted any more",
        hint=f"The board reads this. {NO_CHILD}",
    )
    version = VersionField()


class ReopenForm(PortalForm):
    """Why an action is open again."""

    text = TextAreaField(
        "Why is it open again?",
        rows=3,
        max_length=WORDS_LIMIT,
        required="Say why it is open again",
        hint=f"The board reads this. {NO_CHILD}",
    )
    version = VersionField()


class TickForm(PortalForm):
    """That what comes again was done once more."""

    evidence = TextAreaField(
        "What shows it?", rows=2, max_length=WORDS_LIMIT, required="Say what shows that it was done", hint=NO_CHILD
    )


class UntickForm(PortalForm):
    """A question that is answered by its button."""


class NoChangeForm(PortalForm):
    """One line of the month's end: nothing has changed, in a word."""

    text = TextField("Why?", max_length=200, required="Say in a word why nothing has changed")
    month = VersionField()
    version = VersionField()
    area = VersionField()
    """The number of the area that the page goes on with; empty where this was its last action."""


class CloseMonthForm(PortalForm):
    """Closing the view of a month, with a word beside it."""

    note = TextAreaField(
        "A word beside this month",
        rows=3,
        max_length=WORDS_LIMIT,
        hint=f"The board reads this. You can leave it empty. {NO_CHILD}",
    )
    month = VersionField()
