"""Audit rounds: the list, one round with its returns, and who is to be chased."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import audit_rounds as access
from portal.access.improvement import may_add
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.improvement_vocabulary import ImprovementSource
from portal.domain.labels import choices
from portal.forms.audit_rounds import BoardFilter
from portal.services.audits import chasing, panels, progress, rounds
from portal.services.audits.progress import BoardState
from portal.services.improvement.origins import added_from
from portal.web.downloads import spreadsheet
from portal.web.guards import requires

pages = Blueprint("audit_rounds", __name__)


@pages.get("/audit-rounds")
@requires(Permission.AUDITS_OVERSEE)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Every round, the newest first, with how many have sent their return."""
    return render_template(
        "audit_rounds/index.html", listed=rounds.list_rounds(viewer), may_open=access.may_open(viewer)
    )


@pages.get("/audit-rounds/<int:round_id>")
@requires(Permission.AUDITS_OVERSEE)
def show(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """How far a round is, agency by agency."""
    form = BoardFilter(request.args)
    form.validate()
    agency_type = None if form.agency_type.errors else form.agency_type.data
    state = None if form.state.errors or not form.state.data else BoardState(form.state.data)
    found = progress.board(
        viewer, round_id, agency_type=agency_type, state=state, page=request.args.get("page", 1, type=int)
    )
    form.agency_type.choices = choices(found.totals.types)
    return render_template(
        "audit_rounds/show.html",
        board=found,
        entry=found.entry,
        form=form,
        panel=panels.panel_of(viewer, round_id),
        may_chase=access.may_chase(viewer, found.entry.row),
        in_plan=added_from(viewer, ImprovementSource.AUDIT_ROUND, round_id),
        may_recommend=may_add(viewer),
        recommend_at=url_for("improvement_keeping.add", round=round_id),
        set_filters=sum(map(bool, (agency_type, state))),
    )


@pages.get("/audit-rounds/<int:round_id>/chase")
@requires(Permission.AUDITS_OVERSEE)
def chase(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """Who is late, and who is to be reminded today, with whom to speak to."""
    listed = chasing.chase_list(viewer, round_id)
    return render_template("audit_rounds/chase.html", listed=listed, as_text=chasing.as_text(listed))


@pages.get("/audit-rounds/<int:round_id>/chase.csv")
@requires(Permission.AUDITS_OVERSEE, fresh="file")
def chase_file(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """The same, for a spreadsheet."""
    text = chasing.as_csv(chasing.chase_list(viewer, round_id))
    return spreadsheet(text, f"chase-list-{round_id}-{viewer.today.isoformat()}.csv")
