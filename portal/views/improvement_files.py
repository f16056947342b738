"""A file of the improvement plan: uploaded, looked at, taken; and what such a file has in it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Unusable
from portal.domain.files import shown_name
from portal.domain.improvement_timing import BY_WHEN_HELP
from portal.forms.improvement import PlanFileForm
from portal.services.improvement import files
from portal.services.improvement.file_merging import FilePlan
from portal.services.improvement.file_rows import COLUMNS, OPTIONAL
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("improvement_files", __name__)

TOO_LARGE = "The file is larger than a plan can be. Save the plan alone as CSV"
OUT_OF_DATE = "This page could not be read. Choose the file again"
_MOST_SHOWN = 100


@pages.get("/improvement/import")
@requires(Permission.IMPROVEMENT_KEEP)
def upload(_viewer: Viewer) -> ResponseReturnValue:
    """Where a file is chosen, with what it has in it."""
    return _upload_page(PlanFileForm())


@pages.post("/improvement/import")
@takes_files
@requires(Permission.IMPROVEMENT_KEEP)
def preview(viewer: Viewer) -> ResponseReturnValue:
    """What the file would do, to be looked at before it is taken; or every fault in it."""
    form = PlanFileForm()
    if not form.validate():
        return _upload_page(form)
    content = _plain(form.file.content(files.MOST_BYTES))
    name = shown_name(form.file.data[0].name)
    if len(content) > files.MOST_BYTES:
        form.add_error("file", TOO_LARGE)
        return _upload_page(form)
    try:
        found = files.look_at(viewer, content, name)
    except Unusable as refused:
        return _refused(form, refused)
    if found.does_nothing:
        flash("The file says nothing that is to be taken: the plan stays as it is.", "notice")
    return _preview_page(found, content, name)


@pages.post("/improvement/import/take")
@requires(Permission.IMPROVEMENT_KEEP)
def take(viewer: Viewer) -> ResponseReturnValue:
    """Take what was looked at; where the plan was changed meanwhile, it is shown again."""
    content, name = _plain(request.form.get("content", "").encode()), shown_name(request.form.get("name", ""))
    if not content or len(content) > files.MOST_BYTES:
        form = PlanFileForm(None)
        form.add_error("file", OUT_OF_DATE)
        return _upload_page(form)
    try:
        found = files.take_file(viewer, content, name, seen=request.form.get("seen", ""))
    except Unusable as refused:
        return _refused(PlanFileForm(None), refused)
    except Conflict as changed:
        return _preview_page(files.look_at(viewer, content, name), content, name, words=str(changed)), 409
    flash(f"The file is taken: {_number(len(found.added), 'action')} added, {len(found.changed)} changed.")
    return redirect(url_for("improvement.index"), 303)


def _refused(form: PlanFileForm, refused: Unusable) -> ResponseReturnValue:
    listed = f"{len(refused.reasons)} things in the file are to be put right: they are listed below"
    form.add_error("file", refused.reasons[0] if len(refused.reasons) == 1 else listed)
    return _upload_page(form, faults=refused.reasons)


def _upload_page(form: PlanFileForm, *, faults: list[str] | None = None) -> ResponseReturnValue:
    drawn = render_template(
        "improvement/upload.html",
        form=form,
        faults=(faults or [])[:_MOST_SHOWN],
        further=max(len(faults or []) - _MOST_SHOWN, 0),
        columns=COLUMNS,
        optional=OPTIONAL,
        by_when_help=BY_WHEN_HELP,
    )
    return drawn, 400 if form.error_summary else 200


def _preview_page(found: FilePlan, content: bytes, name: str, *, words: str = "") -> str:
    # The page carries the file as text, in UTF-8 without its mark, because a browser cannot be handed a file again.
    return render_template(
        "improvement/preview.html", found=found, content=content.decode("utf-8-sig"), name=name, words=words
    )


def _plain(content: bytes) -> bytes:
    """With one kind of line break: browsers change them on the way from looking to taking."""
    return content.replace(b"\r\n", b"\n")


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
