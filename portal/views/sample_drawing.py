"""Keeping samples: standing rules, audits of a theme, the draw, a meeting taken out, and the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.samples import ChangedRuleForm, CloseForm, DrawForm, ReplaceForm, RuleForm, ThemeForm
from portal.services import kept_forms
from portal.services.samples import closing, drawing, people, proposing, rules
from portal.services.samples.closing import Findings
from portal.services.samples.drawing import Drawing
from portal.services.samples.proposing import Theme
from portal.services.samples.rules import RuleDetails
from portal.services.samples.tools import tools_for
from portal.web.guards import requires

pages = Blueprint("sample_drawing", __name__)

USUAL_DAYS = timedelta(days=21)
"""By when reviews are asked for unless the drawer says otherwise."""


@pages.get("/samples/rules")
@requires(Permission.SAMPLES_DRAW)
def list_rules(viewer: Viewer) -> ResponseReturnValue:
    """The standing rules of dip samples."""
    titles = {tool.code: tool.title for tool in tools_for(viewer)}
    return render_template("samples/rules.html", rules=rules.list_rules(viewer), titles=titles)


@pages.route("/samples/rules/new", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def add_rule(viewer: Viewer) -> ResponseReturnValue:
    """Add a rule."""
    form = RuleForm(data={"from_on": viewer.today})
    form.offer(*_offered(viewer))
    if form.validate_on_submit():
        try:
            rules.add_rule(viewer, _rule(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The rule is added. Last month’s sample is proposed on the first working day of each month.")
            return redirect(url_for("sample_drawing.list_rules"), 303)
    return render_template("samples/add_rule.html", form=form), 400 if form.error_summary else 200


@pages.route("/samples/rules/<int:rule_id>", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def change_rule(viewer: Viewer, rule_id: int) -> ResponseReturnValue:
    """Change a rule, or stop it."""
    rule = rules.find_rule(viewer, rule_id)
    now = rules.details_of(rule)
    form = ChangedRuleForm(
        data={
            "meeting_type": now.meeting_type_id,
            "how_many": str(now.how_many),
            "from_on": now.from_on,
            "tool_code": now.tool_code,
            "is_active": now.is_active,
            "version": rule.version,
        }
    )
    form.offer([(rule.meeting_type_id, rule.meeting_type.name)], _offered(viewer)[1])
    lost = None
    if form.validate_on_submit():
        try:
            changed = rules.change_rule(
                viewer, rule_id, _rule(form, is_active=form.is_active.data), version=form.version.data or 0
            )
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
            form.version.data = rules.find_rule(viewer, rule_id).version
        else:
            if changed:
                flash("The rule is changed.")
            return redirect(url_for("sample_drawing.list_rules"), 303)
    page = render_template("samples/change_rule.html", form=form, rule=rule, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/samples/new", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Set up an audit of a theme."""
    form = ThemeForm(_kept(viewer))
    kinds, tools = _offered(viewer)
    form.offer(kinds, tools)
    if form.validate_on_submit():
        theme = Theme(
            title=form.title.data,
            theme=form.theme.data,
            meeting_type_id=form.meeting_type.data,
            from_on=cast(date, form.from_on.data),
            until_on=cast(date, form.until_on.data),
            how_many=form.how_many.number or 0,
            tool_code=form.tool_code.data,
        )
        try:
            sample_id = proposing.add_theme(viewer, theme)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The audit is set up. Choose who reviews, and draw the meetings.")
            return redirect(url_for("sample_drawing.draw", sample_id=sample_id), 303)
    return render_template("samples/add.html", form=form), 400 if form.error_summary else 200


@pages.route("/samples/<int:sample_id>/draw", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def draw(viewer: Viewer, sample_id: int) -> ResponseReturnValue:
    """Say who reviews, and have the portal draw."""
    if request.method == "GET" and drawing.is_drawn(viewer, sample_id):
        return redirect(url_for("samples.show", sample_id=sample_id))
    sample, frame_size = drawing.to_draw(viewer, sample_id)
    offered = [(one.membership_id, one.name, one.role) for one in people.reviewers_to_choose(viewer)]
    form = DrawForm.of(offered, version=sample.version, due_on=viewer.today + USUAL_DAYS)
    lost = None
    if form.validate_on_submit():
        wanted = Drawing(
            reviewers=tuple(form.reviewers.data),
            due_on=cast(date, form.due_on.data),
            two_each=form.two_each.data,
            agency_types=tuple(form.agency_types.data),
        )
        try:
            number = drawing.draw(viewer, sample_id, wanted, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
        else:
            flash(f"{number} {'meeting is' if number == 1 else 'meetings are'} drawn, and those who review are told.")
            return redirect(url_for("samples.show", sample_id=sample_id), 303)
    page = render_template("samples/draw.html", form=form, sample=sample, frame_size=frame_size, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/samples/meetings/<int:sampled_id>/replace", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def replace(viewer: Viewer, sampled_id: int) -> ResponseReturnValue:
    """Take a meeting out, with a reason, for the next of the order."""
    sampled = drawing.to_replace(viewer, sampled_id)
    form = ReplaceForm(data={"version": sampled.version})
    lost = None
    if form.validate_on_submit():
        try:
            new = drawing.replace(viewer, sampled_id, form.because.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
            form.version.data = drawing.to_replace(viewer, sampled_id).version
        else:
            flash(
                "The next meeting of the order came in its place."
                if new
                else "The meeting is taken out. No other is left in the frame to come in its place."
            )
            return redirect(url_for("samples.show", sample_id=sampled.sample_id), 303)
    page = render_template("samples/replace.html", form=form, sampled=sampled, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/samples/<int:sample_id>/close", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def close(viewer: Viewer, sample_id: int) -> ResponseReturnValue:
    """Write the themes and close the sample."""
    sample, progress = closing.to_close(viewer, sample_id)
    form = CloseForm(_kept(viewer), data={"version": sample.version})
    lost = None
    if form.validate_on_submit():
        findings = Findings(
            form.strengths.data, form.improvements.data, form.summary.data, without_rest=form.without_rest.data
        )
        try:
            closing.close_sample(viewer, sample_id, findings, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
        else:
            flash("The sample is closed. The board reads its themes.")
            return redirect(url_for("samples.show", sample_id=sample_id), 303)
    page = render_template("samples/close.html", form=form, sample=sample, progress=progress, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _kept(viewer: Viewer) -> object:
    """What somebody had typed when their sign-in ended, or what is posted now."""
    return kept_forms.take(viewer, request.path) if request.method == "GET" else request.form


def _offered(viewer: Viewer) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
    kinds = [(known.id, known.name) for known in rules.kinds_to_sample(viewer)]
    return kinds, [(tool.code, f"{tool.title} ({tool.edition})") for tool in tools_for(viewer)]


def _rule(form: RuleForm, *, is_active: bool = True) -> RuleDetails:
    return RuleDetails(
        meeting_type_id=form.meeting_type.data,
        how_many=form.how_many.number or 0,
        from_on=cast(date, form.from_on.data),
        tool_code=form.tool_code.data,
        is_active=is_active,
    )
