"""What the business manager writes into the improvement plan: areas, actions with their leads, measures, files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from wtforms.validators import StopValidation

from portal.domain.improvement_actions import ActionDetails, Lead
from portal.domain.improvement_rules import MOST_MEASURES, WHAT_LIMIT
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import REPEATING, ByWhen, ImprovementSource
from portal.domain.labels import choices, label
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import (
    Choice,
    DateField,
    NumberField,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)
from portal.forms.fields.dates import read_month
from portal.forms.fields.files import OneFile

NO_CHILD = "Name no child and no family."
LEAD_FIELDS = ("lead_1", "lead_2", "lead_3", "lead_4", "lead_5", "lead_6")
"""So many leads who use the portal can be chosen; posts of others are written."""

_LONGEST_TITLE, _LONGEST_POST = 200, 120
_MONTH_LIKE = "9 2026 or September 2026"


class AreaForm(PortalForm):
    """An area of the plan."""

    number = NumberField("Number", least=1, most=99, required="Enter the area’s number")
    title = TextField("What is the area called?", required="Enter what the area is called", max_length=_LONGEST_TITLE)
    aim = TextAreaField(
        "What is it to come to?", rows=3, max_length=WHAT_LIMIT, hint=f"What will be better for children. {NO_CHILD}"
    )


class ChangedAreaForm(AreaForm):
    """An area that is there."""

    version = VersionField()


class MonthField(TextField):
    """A month in one box, such as "9 2026" or "September 2026"; `month` is it, or None."""

    month: Month | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the month that was posted."""
        super().process_formdata(valuelist)
        self.month = None
        parts = self.data.replace("/", " ").replace("-", " ").split()
        if not parts:
            return
        try:
            name, year = parts
            self.month = Month(int(year), read_month(name))
        except ValueError:
            raise ValueError(f"Enter the month like {_MONTH_LIKE}") from None


class ActionForm(PortalForm):
    """An action of the plan: what, who leads it, by when, and where it came from."""

    area = SelectField("Area", coerce=int, required="Choose an area")
    reference = TextField(
        "Number", max_length=20, required="Enter a number", hint="As the plan has it, such as 3.2.",
        look={"classes": "govuk-input--width-5"},
    )  # fmt: skip
    what = TextAreaField(
        "What is to be done?", rows=4, max_length=WHAT_LIMIT, required="Say what is to be done", hint=NO_CHILD
    )
    outcome = TextAreaField("Expected outcome", rows=3, max_length=WHAT_LIMIT, hint="What will be different by then.")
    lead_1 = SelectField("Lead", empty="Nobody who uses the portal")
    lead_2 = SelectField("Second lead", empty="No second lead")
    lead_3 = SelectField("Third lead", empty="No third lead")
    lead_4 = SelectField("Fourth lead", empty="No fourth lead")
    lead_5 = SelectField("Fifth lead", empty="No fifth lead")
    lead_6 = SelectField("Sixth lead", empty="No sixth lead")
    leads = TextAreaField(
        "Leads who do not use the portal",
        rows=2,
        max_length=1_500,
        hint="One post a line, such as Head of Early Help. They get no messages from here.",
    )
    by_when = RadioField(
        "By when?",
        [
            Choice(ByWhen.DAY.value, label(ByWhen.DAY), reveals=("due_on",)),
            Choice(ByWhen.MONTH.value, label(ByWhen.MONTH), reveals=("due_month",)),
            Choice(ByWhen.WEEKLY.value, label(ByWhen.WEEKLY)),
            Choice(ByWhen.MONTHLY.value, label(ByWhen.MONTHLY)),
            Choice(ByWhen.QUARTERLY.value, label(ByWhen.QUARTERLY)),
            Choice(ByWhen.ONGOING.value, label(ByWhen.ONGOING), "Nothing is ticked, and it is never late."),
        ],
        coerce=ByWhen,
        required="Choose by when it is to be done",
    )
    due_on = DateField("Day", like="30 9 2026")
    due_month = MonthField(
        "Month", max_length=20, hint=f"Like {_MONTH_LIKE}.", look={"classes": "govuk-input--width-10"}
    )
    starts_on = DateField(
        "If every week, month or quarter: from when?",
        hint="Each one from the one with this day is ticked when it is done.",
        like="1 9 2026",
    )
    ends_on = DateField("And until when?", hint="Leave this empty if it goes on.", like="31 3 2027")
    measure_words = TextAreaField(
        "Measures in words",
        rows=2,
        max_length=WHAT_LIMIT,
        hint="How people will know, where the portal does not count it. Its own measures are chosen afterwards.",
    )
    source = SelectField(
        "Where does it come from?",
        choices(ImprovementSource),
        coerce=ImprovementSource,
        empty=None,
        required="Choose where it comes from",
    )
    source_name = TextField(
        "Which review, audit or inspection?",
        max_length=_LONGEST_TITLE,
        hint=f"Such as Ofsted, July 2026. Leave this empty for the plan itself. {NO_CHILD}",
    )
    round_id = SelectField("If an audit of this portal: which?", coerce=int, empty="No audit of this portal")

    def offer(
        self,
        areas: Iterable[tuple[int, str]],
        people: Iterable[tuple[str, str]],
        rounds: Iterable[tuple[int, str]],
    ) -> None:
        """Put on offer areas, whoever can lead, and audit rounds."""
        self.area.choices = [(str(number), words) for number, words in areas]
        offered = list(people)
        for field in self.lead_fields:
            field.choices = offered
        self.round_id.choices = [(str(number), title) for number, title in rounds]
        if not self.round_id.choices:
            del self.round_id

    @property
    def lead_fields(self) -> list[SelectField]:
        """The fields for leads who use the portal."""
        return [cast(SelectField, self[name]) for name in LEAD_FIELDS]

    def keep_on_offer(self, leads: Iterable[tuple[Lead, str]]) -> None:
        """Offer those who lead it already, too, also where they have left."""
        known = list(leads)
        for field in self.lead_fields:
            more = [(str(lead), words) for lead, words in known if not lead.post and not field.offers(str(lead))]
            field.choices = [*field.choices, *more]

    def validate_leads(self, field: TextAreaField) -> None:
        """Somebody leads it; a post is short."""
        if any(len(line) > _LONGEST_POST for line in field.data.splitlines()):
            raise StopValidation(f"Use {_LONGEST_POST} characters or fewer for a post")
        if not self.said_leads:
            raise StopValidation("Choose who leads it, or enter a post")

    @property
    def said_leads(self) -> tuple[Lead, ...]:
        """Everybody who was chosen, then the posts, each once; a choice that was not on offer is its field's fault."""
        fields = self.lead_fields
        chosen = [Lead.of_code(field.data) for field in fields if field.data and field.offers(field.data)]
        posts = [Lead(post=" ".join(line.split())) for line in self.leads.data.splitlines() if line.strip()]
        return tuple(dict.fromkeys([*chosen, *posts]))

    @property
    def timing(self) -> Timing:
        """By when, as far as it was said."""
        by_when = cast(ByWhen, self.by_when.data)
        if by_when is ByWhen.MONTH:
            month = self.due_month.month
            return Timing(by_when, None if month is None else month.last)
        if by_when in REPEATING:
            return Timing(by_when, None, self.starts_on.data, self.ends_on.data)
        return Timing(by_when, self.due_on.data if by_when is ByWhen.DAY else None)

    @property
    def details(self) -> ActionDetails:
        """All that was said; the sample of practice behind it, if any, is not the form's to change."""
        source = cast(ImprovementSource, self.source.data)
        round_id = self.round_id.data if "round_id" in self else None
        return ActionDetails(
            area_id=self.area.data or 0,
            reference=self.reference.data,
            what=self.what.data,
            timing=self.timing,
            leads=self.said_leads,
            outcome=self.outcome.data,
            measure_words=self.measure_words.data,
            source=ImprovementSource.AUDIT_ROUND if round_id is not None else source,
            source_name=self.source_name.data,
            round_id=round_id,
        )

    @staticmethod
    def shown(details: ActionDetails, today: date) -> dict[str, Any]:
        """What the form shows of an action at first."""
        timing = details.timing
        chosen = [str(lead) for lead in details.leads if not lead.post]
        month = Month.of(timing.due_on) if timing.by_when is ByWhen.MONTH and timing.due_on else None
        return {
            "area": details.area_id or None,
            "reference": details.reference,
            "what": details.what,
            "outcome": details.outcome,
            **dict(zip(LEAD_FIELDS, chosen, strict=False)),
            "leads": "\n".join(lead.post for lead in details.leads if lead.post),
            "by_when": timing.by_when,
            "due_on": timing.due_on if timing.by_when is ByWhen.DAY else None,
            "due_month": "" if month is None else month.words,
            "starts_on": timing.starts_on or today,
            "ends_on": timing.ends_on,
            "measure_words": details.measure_words,
            "source": details.source,
            "source_name": details.source_name,
            "round_id": details.round_id,
        }


class ChangedActionForm(ActionForm):
    """An action that is there."""

    version = VersionField()


class MeasuresForm(PortalForm):
    """Which measures stand beside an action, each whole or of one kind of agency or meeting."""

    measure_1 = SelectField("First measure", empty="No measure")
    agency_type_1 = SelectField("Of which kind of agency?", choices(AgencyType), coerce=AgencyType, empty="All")
    meeting_type_1 = SelectField("Of which kind of meeting?", empty="All")
    measure_2 = SelectField("Second measure", empty="No measure")
    agency_type_2 = SelectField("Of which kind of agency?", choices(AgencyType), coerce=AgencyType, empty="All")
    meeting_type_2 = SelectField("Of which kind of meeting?", empty="All")
    measure_3 = SelectField("Third measure", empty="No measure")
    agency_type_3 = SelectField("Of which kind of agency?", choices(AgencyType), coerce=AgencyType, empty="All")
    meeting_type_3 = SelectField("Of which kind of meeting?", empty="All")
    version = VersionField()

    def offer(self, measures: Iterable[tuple[str, str]], meeting_types: Iterable[tuple[str, str]]) -> None:
        """Put on offer the measures and the partnership's kinds of meetings."""
        known, kinds = list(measures), list(meeting_types)
        for number in self.numbers:
            cast(SelectField, self[f"measure_{number}"]).choices = known
            cast(SelectField, self[f"meeting_type_{number}"]).choices = kinds

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the three."""
        return range(1, MOST_MEASURES + 1)

    @property
    def chosen(self) -> list[tuple[int, str, AgencyType | None, str | None]]:
        """What was chosen: the place in the form, the measure, and of what."""
        names = ("measure", "agency_type", "meeting_type")
        rows = [(number, *(self[f"{name}_{number}"].data for name in names)) for number in self.numbers]
        return [cast(Any, row) for row in rows if row[1]]


class PlanFileForm(PortalForm):
    """A file of the plan, to be looked at."""

    file = OneFile("The file", accept=".csv", hint="CSV in UTF-8. You see what it would do before anything is taken.")
