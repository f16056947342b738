"""The audit frameworks: the list, one edition, what it changed, and beginning the next one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.errors import Invalid
from portal.domain.vocabulary import AgencyType
from portal.forms.frameworks import AskedOf
from portal.services.frameworks import drafts, editions
from portal.services.frameworks.editions import EditionPage
from portal.web.guards import requires

pages = Blueprint("frameworks", __name__)


@pages.get("/frameworks")
@requires(Permission.FRAMEWORKS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The frameworks of the partnership with their editions."""
    return render_template("frameworks/index.html", frameworks=editions.list_frameworks(viewer))


@pages.get("/frameworks/<int:edition_id>")
@requires(Permission.FRAMEWORKS_VIEW)
def show(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """One edition: its standards, folded, with their questions; all, or those that one kind of agency is asked."""
    edition = editions.read_edition(viewer, edition_id)
    form = AskedOf(request.args)
    form.agency_type.choices = [
        choice for choice in form.agency_type.choices if choice.value in edition.framework.agency_types
    ]
    form.validate()
    agency_type = None if form.agency_type.errors else form.agency_type.data
    phase = None if form.phase.errors else form.phase.data
    return render_template(
        "frameworks/show.html",
        edition=edition,
        form=form,
        asked=_asked(edition, agency_type, phase),
        is_filtered=bool(agency_type or phase),
        for_schools=AgencyType.SCHOOL in edition.framework.agency_types,
    )


@pages.get("/frameworks/<int:edition_id>/differences")
@requires(Permission.FRAMEWORKS_VIEW)
def differences(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """What this edition changed of the one before, question by question and word by word."""
    return render_template("frameworks/differences.html", difference=editions.differences(viewer, edition_id))


@pages.post("/frameworks/<int:edition_id>/draft")
@requires(Permission.AUDITS_RUN)
def start_draft(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """Begin the next edition with what this one says."""
    try:
        draft_id = drafts.start_draft(viewer, edition_id)
    except Invalid as refused:
        flash(str(refused), "notice")
        return redirect(url_for("frameworks.show", edition_id=edition_id), 303)
    flash("This is a new draft. Nobody is asked it until it is published.")
    return redirect(url_for("frameworks.show", edition_id=draft_id), 303)


def _asked(edition: EditionPage, agency_type: AgencyType | None, phase: SchoolPhase | None) -> frozenset[str]:
    """The codes of the questions that the chosen kind of agency is asked."""
    types = {agency_type} if agency_type else edition.framework.agency_types
    return frozenset(question.code for one in types for question in edition.framework.questions_for(one, phase))
