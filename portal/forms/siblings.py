"""What an agency says of each of the children, and what a coordinator does about one whom it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.family_vocabulary import KnowsChild
from portal.domain.labels import label
from portal.forms.fields import CheckboxField, Choice, PortalForm, RadioField, SelectField, TextField, VersionField

INVITE, NOTHING = "invite", "nothing"

_KNOWS, _COVERED, _WHERE = "knows_", "covered_", "whereabouts_"


@dataclass(frozen=True, slots=True)
class TypedChild:
    """What was chosen and typed for one child."""

    knows: KnowsChild
    covered_by_report: bool
    whereabouts: str


class ChildrenForm(PortalForm):
    """For each child: whether the agency knows them, whether its report is about them, else where they are now."""

    version = VersionField()

    @classmethod
    def for_children(
        cls, children: Iterable[tuple[int, str]], formdata: Mapping[str, str] | None, shown: Mapping[str, Any]
    ) -> ChildrenForm:
        """The form for these children by id and name; `shown` is what stands there, by field."""
        fields: dict[str, object] = {}
        for number, name in children:
            fields[f"{_KNOWS}{number}"] = RadioField(
                f"Do you know {name}?",
                [
                    Choice(KnowsChild.YES, "Yes", reveals=(f"{_COVERED}{number}",)),
                    Choice(KnowsChild.NO, "No, not ours", reveals=(f"{_WHERE}{number}",)),
                    Choice(KnowsChild.NOT_SAID, label(KnowsChild.NOT_SAID)),
                ],
                coerce=KnowsChild,
                required=f"Choose whether you know {name}",
                look={"legend_classes": "govuk-fieldset__legend--m"},
            )
            fields[f"{_COVERED}{number}"] = CheckboxField(f"Our report is about {name} too")
            fields[f"{_WHERE}{number}"] = TextField(
                f"Where is {name} now, if you know?",
                hint="Such as another surgery or school, and since when. The coordinator reads this.",
                max_length=500,
            )
        form: ChildrenForm = type(cls.__name__, (cls,), fields)(formdata, data=shown)
        return form

    @staticmethod
    def fields_of(number: int, one: TypedChild) -> dict[str, Any]:
        """What stands there of one child, by field."""
        return {
            f"{_KNOWS}{number}": one.knows,
            f"{_COVERED}{number}": one.covered_by_report,
            f"{_WHERE}{number}": one.whereabouts,
        }

    def question_of(self, number: int) -> Any:
        """The question about one child, to be drawn."""
        return self[f"{_KNOWS}{number}"]

    def typed(self, number: int) -> TypedChild:
        """What was said of one child."""
        knows: Any = self[f"{_KNOWS}{number}"]
        covered: Any = self[f"{_COVERED}{number}"]
        where: Any = self[f"{_WHERE}{number}"]
        return TypedChild(knows.data, covered.data, where.data)


class NotKnownForm(PortalForm):
    """What becomes of a child whom an agency does not know."""

    outcome: RadioField = RadioField(
        "What happens now?",
        [
            Choice(INVITE, "Invite the agency where the child is now", reveals=("agency_id",)),
            Choice(NOTHING, "Nothing more: another agency knows the child", "It leaves your list."),
        ],
        required="Choose what happens now",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    agency_id = SelectField("Which agency?", coerce=int)
    version = VersionField()

    def offer(self, agencies: Iterable[tuple[int, str]]) -> None:
        """Put the agencies on offer that have no part in the meeting yet."""
        self.agency_id.choices = [(str(number), name) for number, name in agencies]

    def validate_agency_id(self, field: SelectField) -> None:
        """Whoever invites says whom."""
        if self.outcome.data == INVITE and field.data is None:
            raise StopValidation("Choose which agency to invite")
