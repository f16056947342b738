"""How long records are kept, legal holds, what is proposed to be erased, and the certificates of what was."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.retention import CLASS_WORDS, SCOPE_WORDS
from portal.forms.records import ContactForm, HoldForm, LiftForm, RuleForm, erase_form
from portal.services import kept_forms
from portal.services.records import erasing, holds, listing, rules
from portal.services.records.certificates import KEPT, files_that_stay
from portal.web.downloads import PDF, download
from portal.web.filters import short_day
from portal.web.guards import requires

pages = Blueprint("records", __name__)


@pages.get("/records")
@requires(Permission.RECORDS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """How long what is kept, what is held, what is due, and what was erased."""
    return render_template(
        "records/index.html",
        rules=rules.list_rules(viewer),
        holds=[one for one in holds.list_holds(viewer) if one.lifted_at is None],
        proposals=listing.list_proposals(viewer),
        certificates=listing.list_certificates(viewer),
        CLASS_WORDS=CLASS_WORDS,
    )


@pages.route("/records/rules/new", methods=["GET", "POST"])
@requires(Permission.RULES_MANAGE)
def change_rule(viewer: Viewer) -> ResponseReturnValue:
    """Have a class kept for longer or shorter, from a day on."""
    form = RuleForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    if form.validate_on_submit():
        try:
            rules.change_rule(
                viewer,
                form.record_class.data,
                form.years.number,
                form.reason.data,
                form.source.data,
                form.effective_from.data,
            )
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The rule is changed.")
            return redirect(url_for("records.index"), 303)
    return render_template("records/rule.html", form=form), 400 if form.error_summary else 200


@pages.route("/records/contact", methods=["GET", "POST"])
@requires(Permission.RULES_MANAGE)
def contact(viewer: Viewer) -> ResponseReturnValue:
    """Say whom people write to about what is held on them."""
    own = rules.own_contact(viewer)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = ContactForm(kept, obj=own)
    lost = None
    if kept is None:
        form.version.data = own.version if own else 0
    if form.validate_on_submit():
        try:
            rules.keep_contact(
                viewer,
                form.name.data,
                form.email.data,
                form.telephone.data,
                form.address.data,
                seen=form.version.data or 0,
            )
        except Conflict as conflict:
            lost, now = conflict, rules.own_contact(viewer)
            form.version.data = now.version if now else 0
        else:
            flash("Everybody can read this now on the page about data protection.")
            return redirect(url_for("transparency.show", partnership_id=viewer.partnership_id), 303)
    drawn = render_template("records/contact.html", form=form, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.get("/records/holds")
@requires(Permission.RECORDS_VIEW)
def list_holds(viewer: Viewer) -> ResponseReturnValue:
    """Every legal hold, those that were lifted too."""
    return render_template("records/holds.html", holds=holds.list_holds(viewer), SCOPE_WORDS=SCOPE_WORDS)


@pages.route("/records/holds/new", methods=["GET", "POST"])
@requires(Permission.RECORDS_HOLD)
def place_hold(viewer: Viewer) -> ResponseReturnValue:
    """Keep records from being erased."""
    form = HoldForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    form.offer(holds.agencies(viewer))
    if form.validate_on_submit():
        try:
            holds.place_hold(
                viewer,
                form.scope.data,
                form.reason.data,
                reference=form.reference,
                agency_id=form.agency.data,
                record_class=form.record_class.data,
            )
        except Invalid as refused:
            form.take(_at_its_field(form, refused))
        else:
            flash("The records are held until somebody lifts the hold.")
            return redirect(url_for("records.list_holds"), 303)
    return render_template("records/hold.html", form=form), 400 if form.error_summary else 200


@pages.route("/records/holds/<int:legal_hold_id>/lift", methods=["GET", "POST"])
@requires(Permission.RECORDS_HOLD)
def lift_hold(viewer: Viewer, legal_hold_id: int) -> ResponseReturnValue:
    """Let retention run again."""
    hold = holds.find_hold(viewer, legal_hold_id)
    if hold.lifted_at is not None and request.method == "GET":
        flash("This hold is lifted already.", "notice")
        return redirect(url_for("records.list_holds"), 303)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = LiftForm(kept)
    lost = None
    if kept is None:
        form.version.data = hold.version
    if form.validate_on_submit():
        try:
            holds.lift_hold(viewer, legal_hold_id, form.because.data, seen=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
            form.version.data = holds.find_hold(viewer, legal_hold_id).version
        else:
            flash("The hold is lifted.")
            return redirect(url_for("records.list_holds"), 303)
    drawn = render_template("records/lift.html", form=form, hold=hold, lost=lost, SCOPE_WORDS=SCOPE_WORDS)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/records/erase", methods=["GET", "POST"])
@requires(Permission.RECORDS_ERASE, fresh=True)
def erase(viewer: Viewer) -> ResponseReturnValue:
    """Approve what is proposed: it is erased at once, and for good."""
    proposals = listing.list_proposals(viewer)
    offered = [(one.id, one.what, f"Due since {short_day(one.due_on)}: {one.rule}") for one in proposals]
    gone = set(request.form.getlist("erasures")) - {str(one.id) for one in proposals}
    posted = [(name, value) for name, value in request.form.items(multi=True) if value not in gone]
    form = erase_form(offered, MultiDict(posted) if request.method == "POST" else None)
    lost = Conflict(erasing.MEANWHILE) if gone else None
    if lost is None and form.validate_on_submit():
        try:
            done = erasing.approve(viewer, form.erasures.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
            proposals = listing.list_proposals(viewer)
        else:
            flash(f"{len(done)} erased. {'Each has' if len(done) > 1 else 'It has'} a certificate.")
            return redirect(url_for("records.index"), 303)
    drawn = render_template("records/erase.html", form=form, proposals=proposals, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.get("/records/erasures/<int:erasure_id>")
@requires(Permission.RECORDS_VIEW)
def certificate(viewer: Viewer, erasure_id: int) -> ResponseReturnValue:
    """What was erased, by whom and by which rule, and what the check afterwards found."""
    page = listing.read_certificate(viewer, erasure_id)
    stay = files_that_stay(page.erasure.certificate or {})
    return render_template("records/certificate.html", page=page, files_that_stay=stay, kept=KEPT)


@pages.get("/records/erasures/<int:erasure_id>/certificate.pdf")
@requires(Permission.RECORDS_VIEW)
def certificate_pdf(viewer: Viewer, erasure_id: int) -> ResponseReturnValue:
    """The same to take along."""
    return download(listing.certificate_pdf(viewer, erasure_id), PDF, f"Certificate of erasure {erasure_id}.pdf")


def _at_its_field(form: HoldForm, refused: Invalid) -> Invalid:
    """A reference is asked for under two names: once for a family, once for a child."""
    name = "child" if form.scope.data and form.scope.data.value == "child" else "family"
    errors = {name if field == "reference" else field: said for field, said in refused.errors.items()}
    return Invalid(str(refused), errors=errors)
