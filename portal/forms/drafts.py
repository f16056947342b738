"""An act upon a draft that several people may have open: it says which state of the draft it was based on."""

from __future__ import annotations

from portal.forms.fields import PortalForm, VersionField


class DraftForm(PortalForm):
    """An act upon a draft as it was when the page was drawn."""

    version = VersionField()

    @property
    def seen(self) -> int:
        """The draft's version when the page was drawn."""
        return self.version.data or 0
