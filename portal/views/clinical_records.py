"""A child's record out of the practice's own system: the file, what of it is taken, and then the report."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.clinical_records import PART_TITLES
from portal.domain.errors import Invalid
from portal.forms.clinical_records import RecordForm, read_choice
from portal.services.clinical_records import asking, documents, reading, taking
from portal.services.clinical_records.reading import NotThisChild
from portal.services.clinical_records.uploads import MOST_BYTES
from portal.services.files import TooLarge
from portal.services.reports.drafts import AlreadySent
from portal.views.record_pages import Ways, choice_page, mismatch_page
from portal.web.downloads import download
from portal.web.guards import requires
from portal.web.uploads import takes_unstored_file

pages = Blueprint("clinical_records", __name__)

AT = "/meetings/<int:meeting_id>/report/record"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pages.get(AT)
@requires(Permission.REPORTS_WRITE)
def upload(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Where the file is chosen, and what it may be."""
    return _upload_page(viewer, meeting_id, RecordForm(None))


@pages.post(AT)
@takes_unstored_file(MOST_BYTES)
@requires(Permission.REPORTS_WRITE)
def choose(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What the file says, line by line; or why it was not taken."""
    form = RecordForm()
    if not form.validate():
        return _upload_page(viewer, meeting_id, form), 400
    try:
        offered = reading.read_record(viewer, meeting_id, form.record.data[0])
    except NotThisChild as refused:
        return mismatch_page(refused, _ways(meeting_id)), 400
    except Invalid as refused:
        form.take(refused)
        return _upload_page(viewer, meeting_id, form), 413 if isinstance(refused, TooLarge) else 400
    return choice_page(offered, _ways(meeting_id))


@pages.post(f"{AT}/take")
@requires(Permission.REPORTS_WRITE)
def take(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Put the chosen lines into the report, where each answer waits to be confirmed."""
    sent = read_choice(request.form)
    try:
        filled = taking.take_lines(viewer, meeting_id, sent.sealed, sent.lines, sent.answers)
    except AlreadySent:
        flash("This report was sent or given to your lead meanwhile, so nothing was put into it.", "notice")
    except Invalid as refused:
        return _again(viewer, meeting_id, refused)
    else:
        words = "1 answer was" if filled == 1 else f"{filled} answers were"
        flash(f"{words} filled from the record. Look at each, and confirm or change it.")
    return redirect(url_for("reports.write", meeting_id=meeting_id, adding=False), 303)


@pages.get(f"{AT}/document")
@requires(Permission.REPORTS_WRITE)
def document(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The Word document for the practice's own system."""
    return download(documents.word_document(viewer, meeting_id), DOCX, documents.NAME)


def _again(viewer: Viewer, meeting_id: int, refused: Invalid) -> ResponseReturnValue:
    """The lines as they were ticked, with what is wrong; or the first page, where the record's hour is over."""
    sent = read_choice(request.form)
    try:
        offered = taking.shown_again(viewer, meeting_id, sent.sealed, sent.lines, sent.answers)
    except Invalid as over:
        form = RecordForm(None)
        form.take(over)
        return _upload_page(viewer, meeting_id, form), 400
    return choice_page(offered, _ways(meeting_id), refused.errors), 400


def _upload_page(viewer: Viewer, meeting_id: int, form: RecordForm) -> str:
    place = asking.open_place(viewer, meeting_id)
    return render_template("clinical_records/upload.html", place=place, form=form, part_titles=PART_TITLES)


def _ways(meeting_id: int) -> Ways:
    return Ways(
        upload=url_for("clinical_records.upload", meeting_id=meeting_id),
        take=url_for("clinical_records.take", meeting_id=meeting_id),
        report=url_for("reports.write", meeting_id=meeting_id, adding=False),
    )
