"""Moderation: the panel rates beside the agency; the agency reads it once it is released."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain import agendas
from portal.domain.contradictions import claim
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.indicators import hide_small
from portal.domain.vocabulary import AGENCY_ROLES
from portal.forms.moderation import ModerationForm, ReleaseForm, rating_choices
from portal.services.audits import moderating
from portal.services.audits.moderating import QuestionPage
from portal.services.file_pictures import may_look_at
from portal.web.guards import requires

pages = Blueprint("moderation", __name__)


@pages.get("/moderation/<int:return_id>")
@requires(Permission.AUDITS_VIEW)
def show(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Every answer of a return with both ratings, and how far the panel is."""
    return render_template(
        "moderation/show.html",
        found=moderating.open_moderation(viewer, return_id),
        is_agency=viewer.role in AGENCY_ROLES,
        reason_words=agendas.words,
    )


@pages.get("/moderation/<int:return_id>/questions/<int:question_id>")
@requires(Permission.AUDITS_VIEW)
def question(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """One answer with what backs it and what speaks against it, and the panel's rating beside it."""
    found = moderating.open_question(viewer, return_id, question_id)
    kept = found.moderation
    form = ModerationForm(
        None,
        data={
            "version": kept.version if kept else 0,
            "rating": kept.rating if kept else None,
            "reason": kept.reason if kept else "",
        },
    )
    return _question_page(viewer, found, form)


@pages.post("/moderation/<int:return_id>/questions/<int:question_id>")
@requires(Permission.AUDITS_MODERATE)
def save(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Keep the panel's rating, and go on to the next answer or back to all."""
    found = moderating.open_question(viewer, return_id, question_id)
    if not found.may_moderate:
        raise NotPermitted("This return is not the viewer's to moderate.")
    form = ModerationForm()
    form.rating.choices = rating_choices(found.answer.scale)
    lost: Conflict | None = None
    if form.validate():
        try:
            moderating.moderate(
                viewer,
                return_id,
                question_id,
                rating=form.rating.data,
                reason=form.reason.data,
                version=form.version.data or 0,
            )
        except Invalid as refused:
            form.take(refused)
            found = moderating.open_question(viewer, return_id, question_id)
        except Conflict as refused:
            lost, found = refused, moderating.open_question(viewer, return_id, question_id)
            form.version.data = found.moderation.version if found.moderation else 0
        else:
            flash("The panel’s rating is saved. The agency cannot read it until it is released.")
            if form.stop.data or found.after_id is None:
                return redirect(url_for("moderation.show", return_id=return_id), 303)
            return redirect(url_for("moderation.question", return_id=return_id, question_id=found.after_id), 303)
    page = _question_page(viewer, found, form, lost)
    return page, 409 if lost else 400


@pages.route("/moderation/<int:return_id>/release", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def release(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Let the agency read the panel's ratings and reasons, once the manager has looked at how many there are."""
    found = moderating.open_moderation(viewer, return_id)
    if not found.may_release:
        raise NotPermitted("This return is not the viewer's to release.")
    form = ReleaseForm(data={"version": found.desk.audit_return.version})
    if form.validate_on_submit():
        moderating.release(viewer, return_id, version=form.version.data or 0)
        flash(f"{found.desk.agency} can now read the panel’s ratings and reasons.")
        return redirect(url_for("moderation.show", return_id=return_id), 303)
    page = render_template("moderation/release.html", found=found, form=form)
    return page, 400 if form.error_summary else 200


def _question_page(viewer: Viewer, found: QuestionPage, form: ModerationForm, lost: Conflict | None = None) -> str:
    form.rating.choices = rating_choices(found.answer.scale)
    limit = found.examined.hidden_up_to
    return render_template(
        "moderation/question.html",
        found=found,
        form=form,
        lost=lost,
        is_agency=viewer.role in AGENCY_ROLES,
        claim=claim(found.answer.scale, found.answer.rating),
        reason_words=agendas.words,
        may_look_at=may_look_at,
        hides=lambda count: limit is not None and hide_small(count, limit),
    )
