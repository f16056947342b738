"""The fields of the portal's forms, drawn through the macros of templates/components/, and the form they stand in."""

from portal.forms.fields.choices import CheckboxesField, CheckboxField, Choice, RadioField, SelectField
from portal.forms.fields.dates import DateField, TimeField
from portal.forms.fields.files import FileField
from portal.forms.fields.numbers import NumberField
from portal.forms.fields.portal_form import FilterForm, PortalForm
from portal.forms.fields.submit import SubmitField, VersionField
from portal.forms.fields.text import CodeField, EmailField, PasswordField, TextAreaField, TextField

__all__ = [
    "CheckboxField",
    "CheckboxesField",
    "Choice",
    "CodeField",
    "DateField",
    "EmailField",
    "FileField",
    "FilterForm",
    "NumberField",
    "PasswordField",
    "PortalForm",
    "RadioField",
    "SelectField",
    "SubmitField",
    "TextAreaField",
    "TextField",
    "TimeField",
    "VersionField",
]
