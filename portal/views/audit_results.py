"""What a board gets from an audit round, and what an agency gets back from it."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_results import VERDICT_WORDS
from portal.domain.figure_words import all_of_type
from portal.domain.vocabulary import AgencyType
from portal.forms.audit_results import ResultsFilter
from portal.services.audits import letter_documents, letters, result_charts, result_remarks, results, results_export
from portal.services.audits.heat_maps import ALL_AGENCIES
from portal.services.paging import PER_PAGE, page_number
from portal.web.downloads import EXCEL, PDF, download
from portal.web.guards import requires

pages = Blueprint("audit_results", __name__)


@pages.get("/audit-rounds/<int:round_id>/results")
@requires(Permission.AUDITS_READ)
def show(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """A round's results: words, the heat map, ratings by question, and what came of them."""
    form = ResultsFilter(request.args)
    is_sound = form.validate()
    found = results.results(viewer, round_id, form.agency_type.data if is_sound else None)
    form.offer(found.agency_types)
    rows = found.heat_map.agencies
    page = page_number(request.args.get("page", 1, type=int), len(rows))
    shown = render_template(
        "audit_results/show.html",
        form=form,
        found=found,
        remarks=result_remarks.remarks(found),
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        page=page,
        has_chart=result_charts.moves_of(found) is not None,
        verdict_heads=[*VERDICT_WORDS.values(), "All"],
        action_heads=[*results.ACTION_STATES.values(), "All"],
    )
    return shown if is_sound else (shown, 400)


@pages.get("/audit-rounds/<int:round_id>/results/questions/<int:question_id>")
@requires(Permission.AUDITS_READ)
def question(viewer: Viewer, round_id: int, question_id: int) -> ResponseReturnValue:
    """How agencies of each type answered one question."""
    view = results.question_results(viewer, round_id, question_id)
    rows: list[tuple[str, AgencyType | None]] = [(all_of_type(kind), kind) for kind in view.result.agency_types]
    if len(rows) > 1:
        rows.append((ALL_AGENCIES, None))
    has_chart = result_charts.shares_of(view) is not None
    return render_template("audit_results/question.html", view=view, rows=rows, has_chart=has_chart)


@pages.get("/audit-rounds/<int:round_id>/results/report")
@requires(Permission.AUDITS_READ, fresh="file")
def report(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """The results as a PDF for the annual report."""
    found = results.results(viewer, round_id, _asked_type())
    return download(results_export.report(viewer, found), PDF, f"{found.round.title} results.pdf")


@pages.get("/audit-rounds/<int:round_id>/results/workbook")
@requires(Permission.AUDITS_READ, fresh="file")
def workbook(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """The results as an Excel workbook."""
    found = results.results(viewer, round_id, _asked_type())
    return download(results_export.workbook(viewer, found), EXCEL, f"{found.round.title} results.xlsx")


@pages.get("/audits/<int:return_id>/letter")
@requires(Permission.AUDITS_VIEW)
def letter(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """The feedback letter to an agency, as a PDF."""
    written = letters.letter(viewer, return_id)
    return download(letter_documents.as_pdf(written), PDF, f"Feedback {written.round_title}.pdf")


def _asked_type() -> AgencyType | None:
    form = ResultsFilter(request.args)
    if not form.validate():
        abort(400)
    chosen: AgencyType | None = form.agency_type.data
    return chosen
