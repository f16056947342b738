"""Report templates: the list, one version, how an agency sees it, what it changed, and beginning the next one."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.clinical_records import PART_TITLES
from portal.domain.errors import Conflict, Invalid
from portal.domain.report_answers import condition_words, offered, sections_of
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE
from portal.domain.row_numbers import row_number
from portal.forms.fields import PortalForm
from portal.forms.report_templates import AskedForm, ComparedForm, CopyForm
from portal.forms.reports import shown_form
from portal.services.report_templates import comparing, reading, versions
from portal.web.guards import requires

pages = Blueprint("report_templates", __name__)


@pages.get("/report-templates")
@requires(Permission.REPORT_TEMPLATES_READ)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The templates of the partnership; those that one kind of agency or meeting is asked."""
    form = AskedForm(request.args)
    form.kind.choices = [(kind.code, kind.name) for kind in reading.kinds_of(viewer)]
    form.validate()
    agency_type = None if form.agency_type.errors else form.agency_type.data
    kind = None if form.kind.errors else form.kind.data
    found = reading.list_templates(viewer, agency_type, kind)
    return render_template(
        "report_templates/index.html", found=found, form=form, active=sum(1 for one in (agency_type, kind) if one)
    )


@pages.get("/report-templates/<int:template_id>")
@requires(Permission.REPORT_TEMPLATES_READ)
def show(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """One version: whom it asks what."""
    return render_template(
        "report_templates/show.html",
        page=reading.read_version(viewer, template_id),
        condition_words=condition_words,
        part_titles=PART_TITLES,
        in_every_template=IN_EVERY_TEMPLATE,
    )


@pages.get("/report-templates/<int:template_id>/preview")
@requires(Permission.REPORT_TEMPLATES_READ)
def preview(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """The form as an agency sees it; nothing that is typed is kept."""
    page = reading.read_version(viewer, template_id)
    is_limited = "limited" in request.args and bool(page.template.limited_involvement)
    return render_template(
        "report_templates/preview.html",
        page=page,
        form=shown_form(page.template, {}, is_limited=is_limited),
        is_limited=is_limited,
        parts=list(sections_of(page.template, offered(page.template, is_limited))),
        condition_words=partial(condition_words, page.template),
    )


@pages.get("/report-templates/<int:template_id>/differences")
@requires(Permission.REPORT_TEMPLATES_READ)
def differences(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """What this version changed of another, question by question and word by word."""
    form = ComparedForm(request.args)
    difference = comparing.differences(viewer, template_id, request.args.get("other", type=row_number))
    form.other.choices = [(str(one), f"Version {number}") for one, number in difference.new.siblings]
    form.other.data = difference.old.id
    return render_template("report_templates/differences.html", difference=difference, form=form)


@pages.post("/report-templates/<int:template_id>/next")
@requires(Permission.REPORT_TEMPLATES_KEEP)
def start_next(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """Begin the next version with what this one says."""
    try:
        draft_id = versions.start_next(viewer, template_id)
    except (Invalid, Conflict) as refused:
        flash(str(refused), "notice")
        return redirect(url_for("report_templates.show", template_id=template_id), 303)
    flash("This is a new draft. Nobody is asked it until it is published.")
    return redirect(url_for("report_templates.show", template_id=draft_id), 303)


@pages.route("/report-templates/<int:template_id>/copy", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def copy(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """Begin a template of one's own with what this one says."""
    page = reading.read_published(viewer, template_id)
    form = CopyForm(data={"title": f"{page.template.title}, our own"})
    if form.validate_on_submit():
        draft_id = versions.start_copy(viewer, template_id, form.title.data)
        flash("This is a new draft. Nobody is asked it until it is published.")
        return redirect(url_for("report_templates.show", template_id=draft_id), 303)
    shown = render_template("report_templates/copy.html", page=page, form=form)
    return shown, 400 if form.error_summary else 200


@pages.route("/report-templates/<int:template_id>/retire", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def retire(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """Take a template out of use, after asking once."""
    page = reading.read_published(viewer, template_id)
    form = PortalForm()
    if form.validate_on_submit():
        try:
            versions.retire(viewer, template_id)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The template is out of use. Reports that were begun with it keep it.")
            return redirect(url_for("report_templates.index"), 303)
    shown = render_template("report_templates/retire.html", page=page, form=form)
    return shown, 400 if form.error_summary else 200
