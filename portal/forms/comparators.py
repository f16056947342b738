"""The file of what measures are held against."""

from __future__ import annotations

from portal.forms.fields import PortalForm, VersionField
from portal.forms.fields.files import OneFile


class ComparatorsForm(PortalForm):
    """A file that takes the place of the one that stands."""

    version = VersionField()
    file = OneFile("The file", accept=".csv", hint="A CSV file in UTF-8, as spreadsheets save it.")
