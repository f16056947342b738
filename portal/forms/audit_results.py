"""Of which agencies the results of an audit are shown; it stands in the address, so that a page can be passed on."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.labels import choices, label
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import FilterForm, SelectField


class ResultsFilter(FilterForm):
    """Agencies of one type, or all."""

    agency_type = SelectField("Agencies", choices(AgencyType), coerce=AgencyType, empty="All agencies")

    def offer(self, asked: Iterable[AgencyType]) -> None:
        """Offer only the types that the round asks."""
        self.agency_type.choices = [(kind.value, label(kind)) for kind in asked]
