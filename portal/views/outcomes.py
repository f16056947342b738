"""What was decided for each child: written down, signed by the chair, amended; and each agency's view of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.outcomes import put_together
from portal.forms.outcomes import (
    AgencyViewForm,
    AmendedOutcomeForm,
    OutcomeForm,
    SigningForm,
    filled,
    filled_view,
)
from portal.services import kept_forms
from portal.services.outcomes import agency_views, drafting, reading, signing
from portal.services.outcomes.agency_views import VIEW_LABELS, AgencyRow, ChildView, ViewsPage
from portal.services.outcomes.drafting import AlreadySigned
from portal.services.outcomes.reading import ChildOutcome, OutcomesPage
from portal.services.outcomes.texts import OUTCOME_LABELS, words_of
from portal.views.lost_races import lost_race
from portal.web.guards import requires

pages = Blueprint("outcomes", __name__)


@pages.get("/meetings/<int:meeting_id>/outcomes")
@requires(Permission.MEETINGS_VIEW)
def index(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """All children of a meeting: what was decided, or how far it is; the chair signs here."""
    page = reading.outcomes_page(viewer, meeting_id)
    return _index(page, SigningForm(None, data={"version": page.seen}))


@pages.post("/meetings/<int:meeting_id>/outcomes/sign")
@requires(Permission.OUTCOMES_DECIDE)
def sign(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Sign what was decided for all children, once however often this comes."""
    form = SigningForm()
    try:
        signing.sign_outcomes(viewer, meeting_id, form.version.data or 0)
    except (Invalid, Conflict) as refused:
        page = reading.outcomes_page(viewer, meeting_id)
        if isinstance(refused, Conflict) and page.is_signed:
            flash("What was decided had been signed already. It was signed once.", "notice")
            return redirect(url_for("outcomes.index", meeting_id=meeting_id), 303)
        again = SigningForm(None, data={"version": page.seen})
        if isinstance(refused, Invalid):
            _name_children(page, refused, again)
            return _index(page, again), 400
        again.add_error(None, str(refused))
        return _index(page, again), 409
    flash("What was decided is signed. The agencies that were invited can read it now.")
    return redirect(url_for("outcomes.index", meeting_id=meeting_id), 303)


@pages.get("/meetings/<int:meeting_id>/outcomes/<int:child_id>")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, meeting_id: int, child_id: int) -> ResponseReturnValue:
    """What was decided for one child, with every version; or the draft, for those who write it."""
    page = reading.outcomes_page(viewer, meeting_id)
    one = page.of(child_id)
    if one.is_signed or not page.may_draft:
        return render_template("outcomes/show.html", page=page, one=one, labels=OUTCOME_LABELS)
    kept = kept_forms.take(viewer, request.path)
    form = OutcomeForm(kept, data=filled(one.text, one.version), **_offered(page, one))
    if "missing" in request.args and kept is None:
        for field, words in one.missing.items():
            form.add_error(field, words)
    return _write(page, one, form, was_kept=kept is not None)


@pages.post("/meetings/<int:meeting_id>/outcomes/<int:child_id>")
@requires(Permission.MEETINGS_RECORD)
def save(viewer: Viewer, meeting_id: int, child_id: int) -> ResponseReturnValue:
    """Keep what was written for a child."""
    page = reading.outcomes_page(viewer, meeting_id)
    one = page.of(child_id)
    if not page.may_draft:
        raise NotPermitted(drafting.NOT_NOW)
    form = OutcomeForm(**_offered(page, one))
    if not form.validate():
        return _write(page, one, form), 400
    try:
        drafting.save_outcome(viewer, meeting_id, child_id, form.version.data or 0, form.text)
    except Invalid as refused:
        form.take(refused)
        return _write(page, one, form), 400
    except AlreadySigned as lost:
        return render_template(
            "outcomes/already_signed.html", page=page, one=one, lost=lost, labels=OUTCOME_LABELS
        ), 409
    except Conflict:
        page = reading.outcomes_page(viewer, meeting_id)
        one = page.of(child_id)
        return _conflict(
            page, one, form, OutcomeForm(None, data=_together(one, form), **_offered(page, one)), one.version
        )
    flash("What was decided is saved. It is a draft until the chair has signed it.")
    return redirect(url_for("outcomes.index", meeting_id=meeting_id), 303)


@pages.route("/meetings/<int:meeting_id>/outcomes/<int:child_id>/amend", methods=["GET", "POST"])
@requires(Permission.OUTCOMES_DECIDE)
def amend(viewer: Viewer, meeting_id: int, child_id: int) -> ResponseReturnValue:
    """Put what was signed right: a new version with its reason, beside the one before."""
    page = reading.outcomes_page(viewer, meeting_id)
    one = page.of(child_id)
    if not page.may_decide or not one.is_signed:
        raise NotPermitted("Only what was signed is amended, by the chair of the meeting.")
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AmendedOutcomeForm(kept, data=filled(one.text, one.number), **_offered(page, one))
    if form.validate_on_submit():
        try:
            signing.amend_outcome(viewer, meeting_id, child_id, form.version.data or 0, form.because.data, form.text)
        except Invalid as refused:
            form.take(refused)
        except Conflict:
            page = reading.outcomes_page(viewer, meeting_id)
            one = page.of(child_id)
            together = {**_together(one, form), "because": form.because.data}
            again = AmendedOutcomeForm(None, data=together, **_offered(page, one))
            return _conflict(page, one, form, again, one.number)
        else:
            flash(
                "The amendment is signed. Both versions stand on this page, and the decision sheet is to be sent again."
            )
            return redirect(url_for("outcomes.show", meeting_id=meeting_id, child_id=child_id), 303)
    shown = render_template("outcomes/write.html", page=page, one=one, form=form, amends=True, was_kept=False)
    return shown, 400 if form.error_summary else 200


@pages.get("/meetings/<int:meeting_id>/views")
@requires(Permission.MEETINGS_VIEW)
def views(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What every agency thinks, child by child: at a glance who agrees."""
    return render_template("outcomes/views.html", page=agency_views.views_page(viewer, meeting_id))


@pages.get("/meetings/<int:meeting_id>/views/<int:invitation_id>/<int:child_id>")
@requires(Permission.MEETINGS_VIEW)
def view(viewer: Viewer, meeting_id: int, invitation_id: int, child_id: int) -> ResponseReturnValue:
    """One agency's view of one child, to be given, or with what it said before."""
    page = agency_views.views_page(viewer, meeting_id)
    row = page.of(invitation_id)
    found = row.of(child_id)
    kept = kept_forms.take(viewer, request.path)
    data = filled_view(found.current.text, found.number) if found.current else {"version": 0}
    return _view(page, row, found, AgencyViewForm(kept, data=data))


@pages.post("/meetings/<int:meeting_id>/views/<int:invitation_id>/<int:child_id>")
@requires(Permission.MEETINGS_VIEW)
def give(viewer: Viewer, meeting_id: int, invitation_id: int, child_id: int) -> ResponseReturnValue:
    """Give it: for one's own agency, or as the chair for an agency that said it at the meeting."""
    page = agency_views.views_page(viewer, meeting_id)
    row = page.of(invitation_id)
    found = row.of(child_id)
    if not row.may_give:
        raise NotPermitted(agency_views.NOT_YOURS)
    form = AgencyViewForm()
    if form.validate():
        try:
            agency_views.give_view(viewer, meeting_id, invitation_id, child_id, form.version.data or 0, form.text)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            now = agency_views.views_page(viewer, meeting_id).of(invitation_id).of(child_id)
            back = url_for("outcomes.views", meeting_id=meeting_id)
            named = Conflict(
                str(lost),
                mine={VIEW_LABELS[part]: words for part, words in lost.mine.items()},
                theirs={VIEW_LABELS[part]: words for part, words in lost.theirs.items()},
            )
            return lost_race(named, version=now.number, back=back)
        else:
            flash("The view is kept." if viewer.agency_id is None else "Your view is kept.")
            return redirect(url_for("outcomes.views", meeting_id=meeting_id), 303)
    return _view(page, row, found, form), 400


def _index(page: OutcomesPage, form: SigningForm) -> str:
    return render_template("outcomes/index.html", page=page, form=form, labels=OUTCOME_LABELS)


def _name_children(page: OutcomesPage, refused: Invalid, form: SigningForm) -> None:
    """Say whose each fault is: what a service calls by a child's id is read by a person."""
    names = {f"child_{one.child.id}": one.child.name for one in page.children}
    for field, sentences in refused.errors.items():
        for sentence in sentences:
            form.add_error(None, f"{names[field]}: {sentence}" if field in names else sentence)


def _write(page: OutcomesPage, one: ChildOutcome, form: OutcomeForm, *, was_kept: bool = False) -> str:
    return render_template("outcomes/write.html", page=page, one=one, form=form, amends=False, was_kept=was_kept)


def _view(page: ViewsPage, row: AgencyRow, found: ChildView, form: AgencyViewForm) -> str:
    return render_template("outcomes/view.html", page=page, row=row, found=found, form=form, labels=VIEW_LABELS)


def _offered(page: OutcomesPage, one: ChildOutcome) -> dict[str, Any]:
    return {"decisions": one.rules.offered, "agencies": page.agencies}


def _together(one: ChildOutcome, form: OutcomeForm) -> dict[str, object]:
    version = one.number if isinstance(form, AmendedOutcomeForm) else one.version
    return filled(put_together(form.text, one.text), version)


def _conflict(
    page: OutcomesPage, one: ChildOutcome, form: OutcomeForm, together: OutcomeForm, version: int
) -> ResponseReturnValue:
    """Both texts side by side; each way out of it posts a whole outcome, based on what stands now."""
    mine = words_of(form.text, page.agencies)
    theirs = one.current.words if one.current else dict.fromkeys(OUTCOME_LABELS, "")
    shown = render_template(
        "outcomes/conflict.html",
        page=page,
        one=one,
        mine=mine,
        theirs=theirs,
        sent=[(name, text) for name, text in request.form.items(multi=True) if name not in _NOT_SENT_AGAIN],
        together=together,
        version=version,
        labels=OUTCOME_LABELS,
        differing=[part for part in OUTCOME_LABELS if mine[part] != theirs[part]],
    )
    return shown, 409


_NOT_SENT_AGAIN = ("csrf_token", "working_as", "version")
