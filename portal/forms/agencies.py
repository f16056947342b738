"""What people write down about an agency, and how they look for one."""

from __future__ import annotations

from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.labels import choices
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import EmailField, FilterForm, PortalForm, SelectField, TextField, VersionField

_CODE_HINT = "What files and scripts call the agency in this partnership, such as GP-014. No spaces."
_EMAIL_HINT = "Where the agency reads its post about conferences. Not a person’s own address, if there is a shared one."


class AgencyFilter(FilterForm):
    """How the list is narrowed."""

    search = TextField("Name, code, URN or ODS code", max_length=200, look={"type": "search"})
    agency_type = SelectField("Type", choices(AgencyType), coerce=AgencyType, empty="All types")


class AgencyForm(PortalForm):
    """An agency of this partnership alone."""

    name = TextField("Name", required="Enter the agency’s name", max_length=200)
    agency_type = SelectField(
        "Type", choices(AgencyType), coerce=AgencyType, required="Choose what kind of agency it is"
    )
    code = TextField(
        "Code", required="Enter a code for the agency", max_length=40, hint=_CODE_HINT, look={"spellcheck": False}
    )
    urn = TextField(
        "URN (optional)",
        max_length=20,
        hint="A school’s unique reference number: 6 digits.",
        look={"classes": "govuk-input--width-10", "spellcheck": False},
    )
    ods_code = TextField(
        "ODS code (optional)",
        max_length=20,
        hint="What the NHS calls a surgery or trust, like A12345.",
        look={"classes": "govuk-input--width-10", "spellcheck": False},
    )
    phase = SelectField(
        "Ages of a school (optional)",
        choices(SchoolPhase),
        coerce=SchoolPhase,
        empty="Not a school, or not known",
        hint="Some audit questions are for primary or secondary schools only.",
    )
    email = EmailField("Email address (optional)", max_length=254, hint=_EMAIL_HINT, look={"autocomplete": "off"})


class ChangedAgencyForm(AgencyForm):
    """The same, for an agency that stands on the list."""

    version = VersionField()
    agency_version = VersionField()


class SharedAgencyForm(PortalForm):
    """An agency that another partnership shares: only what is this partnership's own."""

    version = VersionField()
    agency_version = VersionField()
    code = TextField(
        "Code", required="Enter a code for the agency", max_length=40, hint=_CODE_HINT, look={"spellcheck": False}
    )
    email = EmailField("Email address (optional)", max_length=254, hint=_EMAIL_HINT, look={"autocomplete": "off"})


class AdoptForm(PortalForm):
    """An agency of another partnership of the viewer's, brought into this one."""

    agency_id = SelectField("Agency", coerce=int, required="Choose the agency to share")
    code = TextField(
        "Code", required="Enter a code for the agency", max_length=40, hint=_CODE_HINT, look={"spellcheck": False}
    )
    email = EmailField("Email address (optional)", max_length=254, hint=_EMAIL_HINT, look={"autocomplete": "off"})
