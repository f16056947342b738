"""Returns that travel: as a workbook out and back in, as a signed file elsewhere, and the keys for that."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.portable_returns import MOST_BYTES, Refused
from portal.domain.return_sheets import choice_name
from portal.forms.audit_files import KEEP, TAKE, PortableForm, Sent, TrustForm, WorkbookForm, read_rows, write_rows
from portal.services.audits import portable, signing_keys, travelled, workbook
from portal.services.audits.workbook import ChangedAgain, Preview
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("audit_files", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OUT_OF_DATE = "This page could not be read. Upload the workbook again."
TOO_MUCH = "The workbook changes too much to be shown at once. Fill in some of its sheets, upload it, then do the rest."


@pages.get("/audits/<int:return_id>/workbook")
@requires(Permission.AUDITS_VIEW)
def download(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """The return as a workbook, or back to a return that has not been started."""
    try:
        content, name = workbook.download(viewer, return_id)
    except Invalid as refused:
        flash(str(refused), "notice")
        return redirect(url_for("audits.show", return_id=return_id))
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@pages.get("/audits/<int:return_id>/workbook/upload")
@requires(Permission.AUDITS_ANSWER)
def upload(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Where a workbook is downloaded and uploaded; a return that cannot be answered says so."""
    return _upload_page(viewer, return_id, WorkbookForm())


@pages.post("/audits/<int:return_id>/workbook/upload")
@takes_files
@requires(Permission.AUDITS_ANSWER)
def preview(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """What the workbook would change, to be looked at before it is taken; or every fault in it."""
    workbook.check_open(viewer, return_id)
    form = WorkbookForm()
    if not form.validate():
        return _upload_page(viewer, return_id, form)
    try:
        typed = workbook.read_upload(viewer, return_id, form.workbook.content(workbook.MOST_BYTES))
    except Invalid as refused:
        faults = refused.errors[workbook.FIELD] if refused.errors else [str(refused)]
        listed = f"{len(faults)} cells in the workbook are to be put right: they are listed below"
        form.add_error(workbook.FIELD, faults[0] if len(faults) == 1 else listed)
        return _upload_page(viewer, return_id, form, faults=faults)
    shown = workbook.preview(viewer, return_id, typed)
    if not shown.rows:
        flash("The workbook says what the portal says already, so there is nothing to take.", "notice")
        return redirect(url_for("audits.show", return_id=return_id), 303)
    return _preview_page(viewer, shown)


@pages.post("/audits/<int:return_id>/workbook/take")
@requires(Permission.AUDITS_ANSWER)
def take(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Take what was looked at; where somebody changed an answer meanwhile, it is shown again."""
    workbook.check_open(viewer, return_id)
    try:
        sent = read_rows(request.form)
    except ValueError:
        form = WorkbookForm()
        form.add_error(None, OUT_OF_DATE)
        return _upload_page(viewer, return_id, form, faults=[OUT_OF_DATE])
    try:
        number = workbook.take(viewer, return_id, sent.typed, sent.seen, sent.chosen)
    except ChangedAgain as changed:
        return _preview_page(viewer, workbook.preview(viewer, return_id, sent.typed), words=str(changed)), 409
    except Invalid as refused:
        errors = refused.errors or {"": [str(refused)]}
        return _preview_page(viewer, workbook.preview(viewer, return_id, sent.typed), sent, errors=errors), 400
    answers = "1 answer" if number == 1 else f"{number} answers"
    flash(f"The workbook was taken: {answers} changed. Download a fresh one to go on.")
    return redirect(url_for("audits.show", return_id=return_id), 303)


@pages.get("/audits/<int:return_id>/portable")
@requires(Permission.AUDITS_LEAD)
def travel(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Taking a signed return along, or taking in one that was signed elsewhere, and what came along."""
    return _travel_page(viewer, return_id, PortableForm())


@pages.post("/audits/<int:return_id>/portable")
@takes_files
@requires(Permission.AUDITS_LEAD)
def take_in(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Answer what a signed file answers, or say why it is refused."""
    form = PortableForm()
    travelled.check_open(viewer, return_id)
    if not form.validate():
        return _travel_page(viewer, return_id, form), 400
    try:
        taken = travelled.take_in(viewer, return_id, form.file.content(MOST_BYTES))
    except Refused as refused:
        form.add_error("file", str(refused))
        return _travel_page(viewer, return_id, form), 400
    flash(
        f"The return signed in {taken.issuer} was taken in: {taken.answered} answered and to be confirmed, "
        f"{taken.altered} asked in other words, {taken.left} left to answer."
    )
    return redirect(url_for("audit_files.travel", return_id=return_id), 303)


@pages.post("/audits/<int:return_id>/portable/file")
@requires(Permission.AUDITS_LEAD, fresh=True)
def export(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """The signed file; or back to a return that is not signed."""
    try:
        content, name = portable.export(viewer, return_id)
    except Invalid as refused:
        flash(str(refused), "notice")
        return redirect(url_for("audit_files.travel", return_id=return_id), 303)
    return send_file(BytesIO(content), mimetype="application/json", as_attachment=True, download_name=name)


@pages.post("/audits/<int:return_id>/portable/confirm")
@requires(Permission.AUDITS_LEAD)
def confirm(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Say of every answer that came along and asks the same that it is true here too."""
    number = travelled.confirm_travelled(viewer, return_id)
    if number:
        flash(f"{number} {'answer is' if number == 1 else 'answers are'} confirmed.")
    else:
        flash("There was nothing left to confirm.", "notice")
    return redirect(url_for("audit_files.travel", return_id=return_id), 303)


@pages.get("/audits/keys")
@requires(Permission.AUDITS_RUN)
def keys(viewer: Viewer) -> ResponseReturnValue:
    """The partnership's public key, and those that it trusts."""
    return _keys_page(viewer, TrustForm())


@pages.post("/audits/keys")
@requires(Permission.AUDITS_RUN, fresh=True)
def trust(viewer: Viewer) -> ResponseReturnValue:
    """Trust another partnership's key."""
    form = TrustForm()
    if not form.validate():
        return _keys_page(viewer, form), 400
    try:
        is_new = signing_keys.trust(viewer, form.name.data, form.public_key.data)
    except Invalid as refused:
        form.take(refused)
        return _keys_page(viewer, form), 400
    if is_new:
        flash(f"Returns signed by {form.name.data} are taken in from now on.")
    else:
        flash("This key is trusted already.", "notice")
    return redirect(url_for("audit_files.keys"), 303)


@pages.post("/audits/keys/own")
@requires(Permission.AUDITS_RUN, fresh=True)
def make_key(viewer: Viewer) -> ResponseReturnValue:
    """Make the partnership's own key before anybody needs it."""
    if signing_keys.make_key(viewer):
        flash("The key is made.")
    return redirect(url_for("audit_files.keys"), 303)


@pages.post("/audits/keys/remove")
@requires(Permission.AUDITS_RUN, fresh=True)
def distrust(viewer: Viewer) -> ResponseReturnValue:
    """Trust a key no longer."""
    if signing_keys.distrust(viewer, request.form.get("fingerprint", "")):
        flash("The key is no longer trusted.")
    else:
        flash("This key was not trusted any more.", "notice")
    return redirect(url_for("audit_files.keys"), 303)


def _upload_page(
    viewer: Viewer, return_id: int, form: WorkbookForm, *, faults: list[str] | None = None
) -> ResponseReturnValue:
    facts = workbook.own_return(viewer, return_id)
    try:
        workbook.check_open(viewer, return_id)
    except NotPermitted as refused:
        flash(str(refused), "notice")
        return redirect(url_for("audits.show", return_id=return_id))
    page = render_template("audit_files/upload.html", facts=facts, form=form, faults=faults or [])
    return page, 400 if form.error_summary else 200


def _preview_page(
    viewer: Viewer,
    shown: Preview,
    sent: Sent | None = None,
    *,
    words: str = "",
    errors: dict[str, list[str]] | None = None,
) -> str:
    carried = write_rows(shown.rows)
    if not carried:
        raise Invalid(TOO_MUCH)
    return render_template(
        "audit_files/preview.html",
        shown=shown,
        carried=carried,
        words=words,
        errors=errors or {},
        chosen=sent.chosen if sent else {},
        choice_name=choice_name,
        KEEP=KEEP,
        TAKE=TAKE,
    )


def _travel_page(viewer: Viewer, return_id: int, form: PortableForm) -> str:
    return render_template("audit_files/travel.html", page=travelled.portable_page(viewer, return_id), form=form)


def _keys_page(viewer: Viewer, form: TrustForm) -> str:
    return render_template("audit_files/keys.html", keys=signing_keys.keys_of(viewer), form=form)
