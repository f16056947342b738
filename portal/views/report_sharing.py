"""What the family has seen of the reports on a meeting: the gaps, what is recorded, and its version of one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.labels import label
from portal.domain.report_sharing import FamilyReader
from portal.forms.report_sharing import SharingForm
from portal.services import kept_forms
from portal.services.report_sharing import family_version, gaps, recording
from portal.web.downloads import PDF, download
from portal.web.guards import requires

pages = Blueprint("report_sharing", __name__)

REPORT = "/meetings/<int:meeting_id>/reports/<int:invitation_id>"


@pages.get("/meetings/<int:meeting_id>/family-reports")
@requires(Permission.MEETINGS_VIEW)
def index(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What the family has seen, report by report."""
    return render_template("report_sharing/index.html", page=gaps.family_seen(viewer, meeting_id), called=called)


@pages.route(f"{REPORT}/shared", methods=["GET", "POST"])
@requires(Permission.REPORTS_SHARE)
def record(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Record that somebody of the family has seen a report, or why not."""
    found = recording.open_recording(viewer, meeting_id, invitation_id)
    form = SharingForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    form.offer((one.key, called(one)) for one in found.readers)
    if form.validate_on_submit() and not form.refused():
        try:
            is_new = recording.record_sharing(viewer, meeting_id, invitation_id, form.seen())
        except Invalid as refused:
            form.take(refused)
            found = recording.open_recording(viewer, meeting_id, invitation_id)
        else:
            flash("It is recorded." if is_new else "The same stands there already.")
            return redirect(url_for("report_sharing.index", meeting_id=meeting_id), 303)
    page = render_template("report_sharing/record.html", found=found, form=form)
    return page, 400 if form.error_summary else 200


@pages.post(f"{REPORT}/shared/<int:sharing_id>/take-back")
@requires(Permission.REPORTS_SHARE)
def take_back(viewer: Viewer, meeting_id: int, invitation_id: int, sharing_id: int) -> ResponseReturnValue:
    """Take back an entry that was a mistake."""
    recording.take_back(viewer, meeting_id, invitation_id, sharing_id)
    flash("The entry was taken back.")
    return redirect(url_for("report_sharing.index", meeting_id=meeting_id), 303)


@pages.get(f"{REPORT}/family")
@requires(Permission.REPORTS_READ)
def family(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """The report as the family reads it, to be printed or read out."""
    version = family_version.read_for_family(viewer, meeting_id, invitation_id)
    return render_template("report_sharing/family.html", version=version)


@pages.get(f"{REPORT}/family.pdf")
@requires(Permission.REPORTS_READ, fresh="file")
def family_pdf(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """The same as a document to hand over."""
    version = family_version.read_for_family(viewer, meeting_id, invitation_id)
    return download(family_version.as_pdf(version), PDF, f"report for the family {version.meeting.reference}.pdf")


def called(reader: FamilyReader) -> str:
    """Somebody of the family in words: who they are to the child, and their name where the record has it."""
    return f"{label(reader.relation)}: {reader.name}" if reader.name else label(reader.relation)
