"""What is asked about the family at a meeting: one question a page about each person, and what each child thinks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyQuestion,
    FamilyRelation,
    MetBefore,
    ToldBy,
    ViewsGiven,
)
from portal.domain.labels import choices, label
from portal.forms.fields import (
    CheckboxField,
    Choice,
    DateField,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
    TextField,
    VersionField,
)

YES, NO = "yes", "no"


def _heading(question: FamilyQuestion) -> str:
    return label(question)


_AS_HEADING = {"page_heading": True, "legend_classes": "govuk-fieldset__legend--l"}


class QuestionForm(PortalForm):
    """One question; `asked` names the fields that the page draws, the first as its heading where it stands alone."""

    asked: ClassVar[tuple[str, ...]] = ()
    has_heading: ClassVar[bool] = False
    """Whether the page's heading is the legend of its first field."""

    go_on = SubmitField("Save and go on")
    stop = SubmitField("Save and stop", kind="secondary")


class AskedForm(QuestionForm):
    """One question about somebody who is in the record."""

    version = VersionField()


class NewPersonForm(QuestionForm):
    """Somebody who is added."""

    asked = ("relation", "name", "child_id")

    relation = RadioField(
        "Who are they?", choices(FamilyRelation), coerce=FamilyRelation, required="Choose who they are"
    )
    name = TextField("Name", hint="Leave it empty for a child: their name is known.", max_length=120)
    child_id = SelectField("Which child is it, or at whose side are they?", coerce=int, empty="Nobody in particular")

    def offer(self, children: Iterable[tuple[int, str]]) -> None:
        """Put the meeting's children on offer."""
        self.child_id.choices = [(str(number), name) for number, name in children]


class WhoForm(AskedForm, NewPersonForm):
    """Who somebody is, put right."""


class InvitedForm(AskedForm):
    """Whether they were invited, and how they were told."""

    asked = ("invited",)
    has_heading = True

    invited: RadioField = RadioField(
        _heading(FamilyQuestion.INVITED),
        [Choice(YES, "Yes", reveals=("told_by",)), Choice(NO, "No")],
        required="Choose whether they were invited",
        look=_AS_HEADING,
    )
    told_by = RadioField("How were they told?", choices(ToldBy), coerce=ToldBy)


class NeedsForm(AskedForm):
    """What they need to take part."""

    asked = ("needs_interpreter", "needs_advocate")

    needs_interpreter: RadioField = RadioField(
        "Do they need an interpreter?",
        [Choice(YES, "Yes", reveals=("language",)), Choice(NO, "No")],
        required="Choose whether they need an interpreter",
    )
    language = TextField("Which language?", max_length=60)
    needs_advocate: RadioField = RadioField(
        "Do they need an advocate?",
        [Choice(YES, "Yes"), Choice(NO, "No")],
        required="Choose whether they need an advocate",
    )


class MetForm(AskedForm):
    """Whether the chair met them before the meeting."""

    asked = ("met_before",)
    has_heading = True

    met_before: RadioField = RadioField(
        _heading(FamilyQuestion.MET),
        [
            Choice(MetBefore.YES, "Yes", reveals=("met_on",)),
            Choice(MetBefore.DECLINED, label(MetBefore.DECLINED)),
            Choice(MetBefore.NO, "No", reveals=("not_met_because",)),
        ],
        coerce=MetBefore,
        required="Choose whether the chair met them",
        look=_AS_HEADING,
    )
    met_on = DateField("Day on which they met", like="9 6 2027")
    not_met_because = TextAreaField("Why not?", rows=3, max_length=2000)


class ExclusionForm(AskedForm):
    """Whether they are kept out, and why."""

    asked = ("exclusion", "exclusion_reason", "excluded_by", "exclusion_note")

    exclusion = RadioField(
        "Are they excluded?", choices(Exclusion), coerce=Exclusion, required="Choose whether they are excluded"
    )
    exclusion_reason = RadioField(
        "If they are: why?", choices(ExclusionReason), coerce=ExclusionReason, hint="The agencies read this reason."
    )
    excluded_by = TextField("Who decided it?", hint="Their name and post.", max_length=120)
    exclusion_note = TextAreaField(
        "What else should be known?",
        hint="Only the chair, the coordinator and the safeguarding manager read this.",
        rows=4,
        max_length=2000,
    )


class CameForm(AskedForm):
    """Whether they came."""

    asked = ("presence",)
    has_heading = True

    presence: RadioField = RadioField(
        _heading(FamilyQuestion.CAME),
        choices(FamilyPresence),
        coerce=FamilyPresence,
        required="Choose whether they came",
        look=_AS_HEADING,
    )


class ReadersForm(AskedForm):
    """Whether the entry is kept from the agencies."""

    asked = ("for_chair_only",)
    has_heading = True

    for_chair_only: RadioField = RadioField(
        _heading(FamilyQuestion.READERS),
        [
            Choice(NO, "The agencies invited to this meeting too"),
            Choice(YES, "Only the chair, the coordinator and the safeguarding manager"),
        ],
        required="Choose who may read it",
        look=_AS_HEADING,
    )


FORMS: dict[FamilyQuestion, type[AskedForm]] = {
    FamilyQuestion.WHO: WhoForm,
    FamilyQuestion.INVITED: InvitedForm,
    FamilyQuestion.NEEDS: NeedsForm,
    FamilyQuestion.MET: MetForm,
    FamilyQuestion.EXCLUSION: ExclusionForm,
    FamilyQuestion.CAME: CameForm,
    FamilyQuestion.READERS: ReadersForm,
}


class ConfirmPersonForm(PortalForm):
    """Somebody who was brought along belongs to this meeting too."""

    version = VersionField()


class RemovePersonForm(PortalForm):
    """Why somebody is taken out of the record."""

    because = TextAreaField(
        "Why are they taken out?",
        required="Say why they are taken out",
        hint="The entry stays, with this reason, for those who keep the record.",
        rows=3,
        max_length=2000,
    )
    version = VersionField()


class ViewsForm(PortalForm):
    """What one child thinks, and how it was given."""

    given = RadioField(
        "How were the child’s views given?",
        choices(ViewsGiven),
        coerce=ViewsGiven,
        required="Choose how the child’s views were given",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    words = TextAreaField(
        "What does the child think?",
        hint="In their own words where you can. If their views were not given, say here why.",
        rows=8,
        look={"label_classes": "govuk-label--m"},
    )
    for_chair_only = CheckboxField(
        "Keep this from the agencies: only the chair, the coordinator and the safeguarding manager read it"
    )
    version = VersionField()
