"""Practice audits as the board and the manager see them: grades over time, samples, and their themes."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import samples as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.improvement_vocabulary import ImprovementSource
from portal.domain.row_numbers import row_number
from portal.domain.sample_vocabulary import Grade, Judged, SampleKind
from portal.forms.samples import MONTH, TrendFilter
from portal.services.improvement import origins
from portal.services.samples import charts, drawing, exports, figures, listing
from portal.services.samples.figures import Trend
from portal.web.downloads import EXCEL, download, is_narrow, picture, spreadsheet
from portal.web.guards import requires

pages = Blueprint("samples", __name__)

_SOURCES = {
    SampleKind.DIP: ImprovementSource.DIP_SAMPLE,
    SampleKind.THEMATIC: ImprovementSource.MULTI_AGENCY_AUDIT,
}
"""What the improvement plan calls an action's origin in one."""


@pages.get("/samples")
@requires(Permission.SAMPLES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """How grades move, and every sample."""
    found = _trend(viewer)
    form = TrendFilter(request.args)
    chosen = found.kind.id if found.kind else None
    form.offer([(kind.id, kind.name) for kind in found.kinds], chosen, months=found.may_choose_months)
    return render_template(
        "samples/index.html",
        found=found,
        form=form,
        samples=listing.list_samples(viewer, request.args.get("page", 1, type=int)),
        has_chart=charts.shares_of(found.rows) is not None,
        may_draw=access.may_draw(viewer),
        hides_small=access.hides_small(viewer),
        grades=list(Grade),
        judged=list(Judged),
        by_month=_by_month(),
    )


@pages.get("/samples/grades.svg")
@requires(Permission.SAMPLES_VIEW)
def chart(viewer: Viewer) -> ResponseReturnValue:
    """How often each grade was given, as a picture."""
    return picture(charts.grades_chart(viewer, _kind(), by_month=_by_month(), is_narrow=is_narrow()))


@pages.get("/samples/grades.csv")
@requires(Permission.SAMPLES_VIEW)
def as_csv(viewer: Viewer) -> ResponseReturnValue:
    """The same as lines."""
    found = _trend(viewer)
    return spreadsheet(exports.as_csv(found), f"{exports.title_of(found)}.csv")


@pages.get("/samples/grades.xlsx")
@requires(Permission.SAMPLES_VIEW)
def workbook(viewer: Viewer) -> ResponseReturnValue:
    """The same as a workbook."""
    found = _trend(viewer)
    return download(exports.workbook(viewer, found), EXCEL, f"{exports.title_of(found)}.xlsx")


@pages.get("/samples/<int:sample_id>")
@requires(Permission.SAMPLES_VIEW)
def show(viewer: Viewer, sample_id: int) -> ResponseReturnValue:
    """One sample: how it was drawn, its grades and themes, and for the manager its meetings."""
    sample = drawing.sample_called(viewer, sample_id)
    meetings = listing.meetings_of(viewer, sample.id)
    return render_template(
        "samples/show.html",
        sample=sample,
        found=figures.grades_of(viewer, sample),
        meetings=meetings,
        proof=listing.proof_of(sample, meetings),
        published=figures.PUBLISHED,
        hides_small=access.hides_small(viewer),
        may_draw=access.may_draw_now(viewer, sample),
        may_close=access.may_close(viewer, sample),
        sees_meetings=access.may_draw(viewer),
        in_plan=origins.added_from(viewer, _SOURCES[sample.kind], sample.id),
        may_recommend=access.may_recommend(viewer, sample),
        recommend_at=url_for("improvement_keeping.recommend", sample_id=sample.id),
        grades=list(Grade),
        judged=list(Judged),
    )


def _trend(viewer: Viewer) -> Trend:
    return figures.trend(viewer, _kind(), by_month=_by_month())


def _kind() -> int | None:
    return request.args.get("kind", type=row_number)


def _by_month() -> bool:
    return request.args.get("by") == MONTH
