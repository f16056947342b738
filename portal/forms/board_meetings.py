"""What the business manager says of the board's groups, their members and meetings, and who was there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.domain.board_attendance import MOST_MEMBERS, BoardQuorum, Entry
from portal.domain.board_vocabulary import OVER, BoardMeetingStatus, MemberAttendance, SafeguardingPartner
from portal.domain.labels import choices, label
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    NumberField,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
    TextField,
    TimeField,
    VersionField,
)

NO_FAMILY = "Do not name a child or a family."
_LONGEST_NAME = 120


class GroupForm(PortalForm):
    """The board or a subgroup, with who must be there."""

    name = TextField("Name", required="Enter a name", max_length=_LONGEST_NAME)
    quorum_members = NumberField(
        "How many members must be there?", most=MOST_MEMBERS, hint="Leave this empty where no number is set."
    )
    quorum_partners = CheckboxesField(
        "Which safeguarding partners must be among them?", choices(SafeguardingPartner), coerce=SafeguardingPartner
    )
    deputies_count = CheckboxField("A deputy counts as the member")

    @property
    def quorum(self) -> BoardQuorum:
        """The rule that was said."""
        return BoardQuorum(
            self.quorum_members.number or 0, frozenset(self.quorum_partners.data), self.deputies_count.data
        )


class ChangedGroupForm(GroupForm):
    """A group that is there."""

    is_active = CheckboxField("It still meets", hint="Without this, no more meetings of it are planned.")
    version = VersionField()


class MemberForm(PortalForm):
    """A member of a group."""

    name = TextField("Name", required="Enter a name", max_length=_LONGEST_NAME)
    role_in_group = TextField(
        "Role in the group",
        required="Enter their role in the group",
        max_length=_LONGEST_NAME,
        hint="For example Chair, or Director of Children’s Services.",
    )
    agency = SelectField("Agency", coerce=int, empty="No agency")
    partner = SelectField(
        "Which safeguarding partner do they speak for?",
        choices(SafeguardingPartner),
        coerce=SafeguardingPartner,
        empty="No partner",
    )
    account = SelectField("Their account in this portal", coerce=int, empty="No account")
    from_on = DateField("First day in the group", required="Enter their first day in the group", like="1 4 2026")
    until_on = DateField("Last day in the group", hint="Leave this empty while they are a member.", like="31 3 2027")

    def offer(self, agencies: Iterable[tuple[int, str]], accounts: Iterable[tuple[int, str]]) -> None:
        """Put on offer the partnership's agencies and accounts."""
        self.agency.choices = [(str(number), name) for number, name in agencies]
        self.account.choices = [(str(number), name) for number, name in accounts]


class ChangedMemberForm(MemberForm):
    """A member who is there."""

    version = VersionField()


class BoardMeetingForm(PortalForm):
    """When and where a group meets, and what about."""

    meets_on = DateField("Day", required="Enter the day of the meeting", like="3 12 2026")
    start_time = TimeField("Time", hint="Leave this empty if you do not know.")
    place = TextField("Place", required="Enter the place", hint=f"Or “by video”. {NO_FAMILY}")
    agenda = TextAreaField("Agenda", hint=NO_FAMILY)


class ChangedBoardMeetingForm(BoardMeetingForm):
    """A meeting that is planned already."""

    version = VersionField()


class CancelledBoardMeetingForm(PortalForm):
    """A question that is answered by its button."""


class RecordForm(PortalForm):
    """Who was there, all members on one page. Made by `of`."""

    status = RadioField(
        "Did it go ahead?",
        [(status.value, label(status)) for status in BoardMeetingStatus if status in OVER],
        coerce=BoardMeetingStatus,
        hint="Needed to close the meeting.",
    )
    minutes = TextAreaField("Minutes, or a note", rows=10, hint=NO_FAMILY)
    reason = TextField("Why is it corrected?", hint=NO_FAMILY)
    version = VersionField()
    save = SubmitField("Save for now", kind="secondary")
    close = SubmitField("Save and close the meeting")

    @classmethod
    def of(
        cls, seats: Iterable[tuple[int, str, Entry]], shown: dict[str, Any], kept: Any = None, *, is_correction: bool
    ) -> RecordForm:
        """The form for some members, each with what is recorded of them; `shown` is what the other fields show.

        `kept` is what somebody had typed when their sign-in ended; without it, the form reads what is posted.
        """
        fields: dict[str, Any] = {}
        data = dict(shown)
        numbers = []
        for number, name, entry in seats:
            numbers.append(number)
            fields[f"attendance_{number}"] = SelectField(
                f"Was {name} there?", choices(MemberAttendance), coerce=MemberAttendance, empty="Not marked"
            )
            fields[f"deputy_{number}"] = TextField(f"Deputy of {name}", max_length=_LONGEST_NAME)
            data |= {f"attendance_{number}": entry.attendance, f"deputy_{number}": entry.deputy_name}
        posted = {} if kept is None else {"formdata": kept}
        form: RecordForm = type(cls.__name__, (cls,), fields)(data=data, **posted)
        form.numbers = numbers
        for name in ("save", "close") if is_correction else ("reason",):
            del form[name]
        return form

    numbers: list[int]
    """The members, by their numbers, in the order of the page."""

    @property
    def entries(self) -> dict[int, Entry]:
        """What was said of each member."""
        return {
            number: Entry(self[f"attendance_{number}"].data, self[f"deputy_{number}"].data) for number in self.numbers
        }
