"""What measures are held against: the list, the file to take along, and the file that takes its place."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.comparators import CHILDREN, COLUMNS, PHASE, TARGET, Kind, words_for
from portal.domain.errors import Conflict, Invalid
from portal.domain.measure_definitions import MEASURES
from portal.forms.comparators import ComparatorsForm
from portal.services.comparators import keeping
from portal.services.comparators.file_rows import FIELD, MOST_BYTES
from portal.web.downloads import spreadsheet
from portal.web.guards import requires
from portal.web.uploads import takes_files

pages = Blueprint("comparators", __name__)


@pages.get("/figures/comparators")
@requires(Permission.FIGURES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Every row of the file, by measure."""
    return render_template("comparators/index.html", kept=keeping.kept(viewer), Kind=Kind, words_for=words_for)


@pages.get("/figures/comparators/file")
@requires(Permission.FIGURES_VIEW)
def download(viewer: Viewer) -> ResponseReturnValue:
    """The file as it stands, to be changed in a spreadsheet and brought back."""
    return spreadsheet(keeping.as_csv(viewer), "Held against.csv")


@pages.get("/figures/comparators/new-file")
@requires(Permission.COMPARATORS_KEEP)
def choose(viewer: Viewer) -> ResponseReturnValue:
    """Where another file is chosen."""
    form = ComparatorsForm(formdata=None)
    form.version.data = keeping.kept(viewer).version
    return _page(form)


@pages.post("/figures/comparators/new-file")
@takes_files
@requires(Permission.COMPARATORS_KEEP)
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Let the file take the place of the one that stands, or say every fault in it."""
    form = ComparatorsForm()
    if not form.validate():
        return _page(form), 400
    try:
        number = keeping.keep(viewer, form.file.content(MOST_BYTES), seen=form.version.data or 0)
    except Invalid as refused:
        faults = refused.errors[FIELD]
        listed = f"{len(faults)} rows or columns of the file are to be put right: they are listed below"
        form.add_error(FIELD, faults[0] if len(faults) == 1 else listed)
        return _page(form, faults=faults), 400
    except Conflict as lost:
        form.version.data = keeping.kept(viewer).version
        return _page(form, lost=lost), 409
    flash(f"The file was taken: {number:,} {'row' if number == 1 else 'rows'}.")
    return redirect(url_for("comparators.index"), 303)


def _page(form: ComparatorsForm, faults: list[str] | None = None, lost: Conflict | None = None) -> str:
    return render_template(
        "comparators/new_file.html",
        form=form,
        faults=faults or [],
        lost=lost,
        columns=COLUMNS,
        measures=MEASURES.values(),
        reserved={"target": TARGET, "phase": PHASE, "children": CHILDREN},
    )
