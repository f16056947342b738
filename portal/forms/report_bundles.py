"""Putting the reports for a meeting together by hand."""

from __future__ import annotations

from portal.forms.fields import PortalForm, VersionField


class CutForm(PortalForm):
    """The number of the newest bundle that the page showed, so that two presses make one."""

    after = VersionField()
