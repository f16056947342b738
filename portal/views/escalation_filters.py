"""What the list of escalations is narrowed to, as its address says it: for the page, and for the file of it."""

from __future__ import annotations

from flask import request

from portal.access.viewer import Viewer
from portal.domain.area_rules import MOST_STAGES
from portal.forms.escalations import EscalationFilter
from portal.services.escalations import listing
from portal.services.escalations.listing import View, Wanted


def read_filters(viewer: Viewer) -> tuple[EscalationFilter, Wanted]:
    """The filters with what they offer this viewer, and what is asked for; what cannot be read is not asked for."""
    form = EscalationFilter(request.args)
    # As many as a ladder may have: filters are drawn without reading the rules.
    form.offer(listing.agencies_listed(viewer), MOST_STAGES)
    form.validate()
    asked = request.args.get("show", "")
    view = next((view for view in listing.views_of(viewer) if view.value == asked), View.OPEN)
    wanted = Wanted(view, form.asked("kind"), form.asked("category"), form.asked("stage"), form.asked("agency"))
    return form, wanted
