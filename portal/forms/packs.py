"""Of which quarter packs are offered, and having one made, tried again or deleted."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.packs import OFFERS, PackKind
from portal.domain.quarters import Quarter
from portal.forms.fields import FilterForm, PortalForm, RadioField, SelectField, VersionField

_TEN = 10


class QuarterFilter(FilterForm):
    """The quarter that packs are made of."""

    quarter = SelectField("Quarter", empty=None)

    def offer(self, quarters: Iterable[Quarter], chosen: Quarter) -> None:
        """Put the completed quarters on offer, and the one chosen if it is an older one."""
        offered = sorted({*quarters, chosen}, reverse=True)
        self.quarter.choices = [(str(quarter), quarter.words) for quarter in offered]
        self.quarter.data = str(chosen)


class PackForm(PortalForm):
    """Which pack, of which quarter; each kind has a button of its own."""

    kind = RadioField(
        "Pack", [(kind.value, offer.title) for kind, offer in OFFERS.items()], coerce=PackKind, required="Choose a pack"
    )
    quarter = VersionField()
    newest = VersionField()
    """The newest pack that the page showed, so that the same one can be made again later in the day."""

    def begin(self, quarter: Quarter, newest: int) -> None:
        """Fill in what is hidden: the quarter as one number, such as 20261."""
        self.quarter.data, self.newest.data = quarter.year * _TEN + quarter.number, newest

    @property
    def asked_quarter(self) -> Quarter | None:
        """The quarter; None where none can be read."""
        try:
            return Quarter(*divmod(self.quarter.data or 0, _TEN))
        except ValueError:
            return None


class PackVersionForm(PortalForm):
    """What the page of one pack posts: the version that it showed."""

    version = VersionField()
