"""Reviews of sampled meetings: one's own list, the page to write on, what was found, and settling what differs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import samples as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import label
from portal.domain.sample_grades import OVERALL, differing
from portal.domain.sample_vocabulary import Judged, ReviewPart
from portal.domain.vocabulary import Role
from portal.forms.sample_reviews import HandOverForm, ReviewForm, SettleForm
from portal.services import kept_forms
from portal.services.samples import handing, listing, reviewing, settling
from portal.services.samples.reviewing import Review, Written
from portal.services.samples.settling import Settlement, given_in
from portal.services.samples.tools import tool_of
from portal.web.filters import time_of_day
from portal.web.guards import requires

pages = Blueprint("sample_reviews", __name__)


@pages.get("/samples/reviews")
@requires(Permission.SAMPLES_GRADE)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The reviews that somebody is asked for, and for a chair what was found of their own meetings."""
    found = listing.settled_for_chair(viewer) if viewer.role is Role.CHAIR else []
    return render_template("samples/reviews.html", reviews=listing.own_reviews(viewer), found=found)


@pages.get("/samples/reviews/<int:review_id>")
@requires(Permission.SAMPLES_GRADE)
def show(viewer: Viewer, review_id: int) -> ResponseReturnValue:
    """A review: to be written by whoever is asked, to be read by whoever may."""
    page = reviewing.review_page(viewer, review_id)
    if not page.may_grade:
        return render_template("samples/review.html", page=page)
    kept = kept_forms.take(viewer, request.path)
    form = ReviewForm.of(
        page.questions,
        kept,
        grade=page.written.grade,
        answers=page.written.answers,
        findings=page.written.findings,
        version=page.review.version,
    )
    return render_template("samples/write.html", page=page, form=form, lost=None, was_kept=kept is not None)


@pages.post("/samples/reviews/<int:review_id>")
@requires(Permission.SAMPLES_GRADE)
def save(viewer: Viewer, review_id: int) -> ResponseReturnValue:
    """Save a review and stop, or finish it."""
    review, questions = reviewing.form_of(viewer, review_id)
    form = ReviewForm.of(questions, request.form)
    if not reviewing.may_write(viewer, review):
        return _too_late(viewer, review, form)
    lost = None
    if form.validate():
        try:
            return _kept(viewer, review, form)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
            form.version.data = reviewing.form_of(viewer, review_id)[0].version
    page = reviewing.review_page(viewer, review_id)
    shown = render_template("samples/write.html", page=page, form=form, lost=lost, was_kept=False)
    return shown, 409 if lost else 400


@pages.post("/samples/reviews/<int:review_id>/autosave")
@requires(Permission.SAMPLES_GRADE)
def autosave(viewer: Viewer, review_id: int) -> ResponseReturnValue:
    """Keep what is being typed; answers as docs/frontend.md says."""
    review, questions = reviewing.form_of(viewer, review_id)
    if not reviewing.may_write(viewer, review):
        raise NotPermitted(reviewing.NOT_NOW)
    form = ReviewForm.of(questions, request.form)
    if not form.validate():
        return {"message": form.error_summary[0][0]}, 422
    try:
        saved = reviewing.save_review(viewer, review_id, _written(form), version=form.version.data or 0)
    except Conflict as refused:
        return {"message": str(refused)}, 409
    return {"saved_at": time_of_day(saved.at), "version": saved.version}


@pages.route("/samples/reviews/<int:review_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def hand_over(viewer: Viewer, review_id: int) -> ResponseReturnValue:
    """Give a review to somebody else."""
    review, others = handing.to_hand_over(viewer, review_id)
    form = HandOverForm(data={"version": review.version})
    form.offer([(one.membership_id, one.name, one.role) for one in others])
    lost = None
    if form.validate_on_submit():
        try:
            handing.hand_over(viewer, review_id, form.reviewer.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
            form.version.data = handing.to_hand_over(viewer, review_id)[0].version
        else:
            flash("The review is given to somebody else, who is told.")
            return redirect(url_for("samples.show", sample_id=review.sampled.sample_id), 303)
    page = render_template(
        "samples/hand_over.html", form=form, review=review, by=reviewing.reviewer_words(review), lost=lost
    )
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.get("/samples/meetings/<int:sampled_id>")
@requires(Permission.SAMPLES_GRADE)
def found(viewer: Viewer, sampled_id: int) -> ResponseReturnValue:
    """All that was found of one meeting, side by side."""
    sampled, reviews = listing.found_of(viewer, sampled_id)
    return render_template(
        "samples/found.html",
        sampled=sampled,
        tool=tool_of(sampled.sample),
        judged_words={one.value: label(one) for one in Judged},
        reviews=[(review, reviewing.reviewer_words(review), reviewing.written_in(review)) for review in reviews],
        may_settle=access.may_settle(viewer, sampled, sampled.sample, reviews),
        may_replace=access.may_replace(viewer, sampled, sampled.sample),
        sees_sample=access.may_view(viewer, sampled.sample),
    )


@pages.route("/samples/meetings/<int:sampled_id>/settle", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def settle(viewer: Viewer, sampled_id: int) -> ResponseReturnValue:
    """Settle the grades on which two reviewers differ."""
    if request.method == "GET":
        sampled, reviews = listing.found_of(viewer, sampled_id)
        if not access.may_settle(viewer, sampled, sampled.sample, reviews):
            return redirect(url_for("sample_reviews.found", sampled_id=sampled_id))
    sampled, reviews = settling.to_settle(viewer, sampled_id)
    first, last = given_in(reviews[0]), given_in(reviews[-1])
    questions = tool_of(sampled.sample).questions_for(agency=False)
    texts = {question.code: question.text for question in questions}
    names = [reviewing.reviewer_words(review) for review in reviews]
    both: list[tuple[str, str, str]] = []
    for code in differing([question.code for question in questions], first, last):
        said = (first.of(code), last.of(code))
        hint = "; ".join(f"{name}: {label(grade)}" for name, grade in zip(names, said, strict=True) if grade)
        both.append((code, texts.get(code, OVERALL), hint))
    agreed = first.overall if first.overall is last.overall else None
    kept: Any = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = SettleForm.of(both, agreed=agreed, version=sampled.version, kept=kept)
    lost = None
    if form.validate_on_submit():
        settlement = Settlement(form.overall, form.answers, form.because.data)
        try:
            settling.settle(viewer, sampled_id, settlement, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost = conflict
        else:
            flash("The grades are settled.")
            return redirect(url_for("samples.show", sample_id=sampled.sample_id), 303)
    page = render_template("samples/settle.html", form=form, sampled=sampled, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _too_late(viewer: Viewer, review: Review, form: ReviewForm) -> ResponseReturnValue:
    """What was typed, for whoever finds that a colleague has finished the review, or the sample was closed."""
    is_mine = review.membership_id is not None and review.membership_id == viewer.membership_id
    is_ours = review.agency_id is not None and review.agency_id == viewer.agency_id
    if not (is_mine or is_ours):
        raise NotPermitted(reviewing.NOT_NOW)
    return render_template("samples/too_late.html", review=review, form=form), 403


def _kept(viewer: Viewer, review: Review, form: ReviewForm) -> ResponseReturnValue:
    """Save or finish, and go back to where reviews are listed."""
    version, review_id, is_agency = form.version.data or 0, review.id, review.part is ReviewPart.AGENCY
    if not form.finish.data:
        reviewing.save_review(viewer, review_id, _written(form), version=version)
        flash("The review is saved. Finish it when every question is graded.")
    elif reviewing.finish_review(viewer, review_id, _written(form), version=version):
        flash("The review is finished, and the meeting’s grades are settled.")
    else:
        wait = "" if is_agency else " Its grades are settled once the other reviewer has finished and agrees."
        flash(f"The review is finished.{wait}")
    return redirect(url_for("sample_reviews.index"), 303)


def _written(form: ReviewForm) -> Written:
    return Written(form.overall, form.answers, form.findings)
