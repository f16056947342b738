"""What the coordinator writes down about a child."""

from __future__ import annotations

from portal.forms.fields import DateField, PortalForm, TextField, VersionField


class ChildForm(PortalForm):
    """A child's names, birth date and numbers; only the names must be known."""

    version = VersionField()
    given_name = TextField("Given name", required="Enter the child’s given name", max_length=100)
    surname = TextField("Surname", required="Enter the child’s surname", max_length=100)
    date_of_birth = DateField("Date of birth", hint="For a child not yet born, the day on which the birth is expected.")
    nhs_number = TextField("NHS number", hint="10 digits, if it is known.", max_length=20)
    upn = TextField(
        "UPN",
        hint="The school’s unique pupil number: a letter and 12 digits, if it is known.",
        max_length=20,
    )
