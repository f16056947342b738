"""Escalations: the list, one with its ladder and log, and how the partnership's ladders work."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import escalations as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import LadderKind
from portal.domain.escalation_words import clock_words
from portal.services import kept_forms
from portal.services.escalation_rules import rules_today
from portal.services.escalations import listing
from portal.services.escalations.listing import Tally, View
from portal.services.escalations.page import escalation_page
from portal.services.escalations.proposals import count_open
from portal.views.escalation_acts import draw_escalation, reply_form
from portal.views.escalation_filters import read_filters
from portal.web.guards import requires

pages = Blueprint("escalations", __name__)

_VIEWS = {
    View.NEEDS_US: "Needs us",
    View.RAISED_BY_US: "Raised by us",
    View.OVERDUE: "Overdue",
    View.OPEN: "Open",
    View.CLOSED: "Closed",
    View.ALL: "All",
}


@pages.get("/escalations")
@requires(Permission.ESCALATIONS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The escalations that the viewer sees, what is due first."""
    form, wanted = read_filters(viewer)
    return render_template(
        "escalations/index.html",
        form=form,
        view=wanted.view,
        views=_views(viewer, wanted.view, listing.tally(viewer)),
        listed=listing.list_escalations(viewer, wanted, page=request.args.get("page", 1, int)),
        may_raise=access.may_raise(viewer, LadderKind.DISAGREEMENT),
        to_decide=count_open(viewer) if viewer.may(Permission.ESCALATIONS_PROPOSED) else 0,
        list_href=f"{url_for('escalation_exports.list_csv')}?{urlencode(list(request.args.items(multi=True)))}",
    )


@pages.get("/escalations/<int:escalation_id>")
@requires(Permission.ESCALATIONS_VIEW)
def show(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """One escalation: whose turn it is, its ladder, its log, and the box for the reply."""
    found = escalation_page(viewer, escalation_id, page=request.args.get("page", 1, int))
    form = reply_form(found, kept_forms.take(viewer, request.path)) if found.may_reply else None
    return draw_escalation(found, form)


@pages.get("/escalations/how")
@requires(Permission.ESCALATIONS_VIEW)
def how(viewer: Viewer) -> ResponseReturnValue:
    """The partnership's ladders: their stages, their clocks, and who is told."""
    return render_template("escalations/how.html", rules=rules_today(viewer), clock=clock_words)


def _views(viewer: Viewer, current: View, tally: Tally) -> list[tuple[str, str, bool]]:
    """The views as (words, address, current), with all filters kept."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name not in ("show", "page")]
    counted = {
        View.NEEDS_US: tally.needs_us,
        View.RAISED_BY_US: tally.raised_by_us,
        View.OVERDUE: tally.overdue,
        View.OPEN: tally.open,
    }
    return [
        (
            f"{_VIEWS[view]} ({counted[view]})" if view in counted else _VIEWS[view],
            f"{request.path}?{urlencode([('show', view.value), *others])}",
            view is current,
        )
        for view in listing.views_of(viewer)
    ]
