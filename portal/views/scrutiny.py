"""The scrutineer's challenge log: the list, one challenge, asking, replying, asking again and closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.scrutiny import may_ask, sees_whole_log
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.scrutiny import (
    AGENCY,
    PERSON,
    ROLE,
    AskAgainForm,
    ChangedQuestionForm,
    CloseForm,
    QuestionForm,
    ScrutinyFilter,
    ScrutinyReplyForm,
)
from portal.services import kept_forms
from portal.services.scrutiny import asking, log, replying
from portal.services.scrutiny.asking import Question
from portal.services.scrutiny.replying import Desk
from portal.services.scrutiny.whom import Whom, offered
from portal.web.filters import time_of_day
from portal.web.guards import requires

pages = Blueprint("scrutiny", __name__)


@pages.get("/scrutiny")
@requires(Permission.SCRUTINY_REPLY)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The log; for whoever reads no board's papers, what was asked of them."""
    form = ScrutinyFilter(request.args)
    form.validate()
    return render_template(
        "scrutiny/index.html",
        form=form,
        listed=log.list_challenges(viewer, state=form.asked, page=request.args.get("page", 1, type=int)),
        may_ask=may_ask(viewer),
        sees_log=sees_whole_log(viewer),
    )


@pages.get("/scrutiny/<int:challenge_id>")
@requires(Permission.SCRUTINY_REPLY)
def show(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """One challenge with every step."""
    return render_template("scrutiny/show.html", challenge=log.find_challenge(viewer, challenge_id))


@pages.route("/scrutiny/new", methods=["GET", "POST"])
@requires(Permission.SCRUTINY_ASK)
def ask(viewer: Viewer) -> ResponseReturnValue:
    """Ask a person, a role or an agency."""
    form = QuestionForm(_kept(viewer))
    can_be_asked = offered(viewer)
    form.offer(can_be_asked.agencies, can_be_asked.people, can_be_asked.roles)
    if form.validate_on_submit():
        try:
            challenge_id = asking.ask(viewer, _question(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The question is asked. Those who are asked have been told.")
            return _to(challenge_id)
    page = render_template("scrutiny/ask.html", form=form)
    return page, 400 if form.error_summary else 200


@pages.route("/scrutiny/<int:challenge_id>/change", methods=["GET", "POST"])
@requires(Permission.SCRUTINY_ASK)
def change(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """Put right a question that was not replied to yet."""
    found = log.find_challenge(viewer, challenge_id)
    if not found.may_change:
        raise NotPermitted("This challenge was replied to, or is somebody else’s to change.")
    now = asking.question_of(log.own_challenge(viewer, challenge_id))
    whom = AGENCY if now.whom.agency_id else PERSON if now.whom.membership_id else ROLE
    form = ChangedQuestionForm(
        _kept(viewer),
        data={
            "title": now.title,
            "text": now.text,
            "whom": whom,
            "agency": now.whom.agency_id,
            "person": now.whom.membership_id,
            "role": now.whom.role,
            "due_on": now.due_on,
            "version": found.version,
        },
    )
    can_be_asked = offered(viewer)
    people = can_be_asked.people
    if now.whom.membership_id and now.whom.membership_id not in dict(people):
        people = ((now.whom.membership_id, found.asked), *people)
    form.offer(can_be_asked.agencies, people, can_be_asked.roles)
    return _carry_out(
        viewer,
        found,
        form,
        lambda version: asking.change_question(viewer, challenge_id, _question(form), version=version),
        said="The question is saved. Those who are asked have been told.",
        template="scrutiny/change.html",
    )


@pages.route("/scrutiny/<int:challenge_id>/ask-again", methods=["GET", "POST"])
@requires(Permission.SCRUTINY_ASK)
def ask_again(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """Ask again after a reply."""
    found = log.find_challenge(viewer, challenge_id)
    if not found.may_ask_again:
        raise NotPermitted("This challenge waits for a reply already, or is somebody else’s to ask.")
    form = AskAgainForm(_kept(viewer), data={"version": found.version})
    return _carry_out(
        viewer,
        found,
        form,
        lambda version: asking.ask_again(
            viewer, challenge_id, form.text.data, cast(date, form.due_on.data), version=version
        ),
        said="It is asked again. Those who are asked have been told.",
        template="scrutiny/ask_again.html",
    )


@pages.route("/scrutiny/<int:challenge_id>/close", methods=["GET", "POST"])
@requires(Permission.SCRUTINY_ASK)
def close(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """Close a challenge with what came of it."""
    found = log.find_challenge(viewer, challenge_id)
    if not found.may_close:
        raise NotPermitted("This challenge is closed, or somebody else’s to close.")
    form = CloseForm(_kept(viewer), data={"version": found.version})
    return _carry_out(
        viewer,
        found,
        form,
        lambda version: asking.close(viewer, challenge_id, form.text.data, version=version),
        said="The challenge is closed.",
        template="scrutiny/close.html",
    )


@pages.get("/scrutiny/<int:challenge_id>/reply")
@requires(Permission.SCRUTINY_REPLY)
def reply(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """The reply to write on."""
    desk = replying.open_desk(viewer, challenge_id)
    form = ScrutinyReplyForm(
        _kept(viewer), data={"version": desk.version, "asked": desk.challenge.version, "text": desk.text}
    )
    return _draw_reply(desk, form)


@pages.post("/scrutiny/<int:challenge_id>/reply")
@requires(Permission.SCRUTINY_REPLY)
def send_reply(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """Send the reply, or keep it for later."""
    form = ScrutinyReplyForm()
    desk = replying.open_desk(viewer, challenge_id)
    if not form.validate():
        return _draw_reply(desk, form), 400
    version = form.version.data or 0
    try:
        if form.save.data:
            replying.save_draft(viewer, challenge_id, form.text.data, version=version)
            flash("Your reply is saved. Only those who are asked see it until it is sent.")
        else:
            replying.send_reply(viewer, challenge_id, form.text.data, version=version, asked=form.asked.data or 0)
            flash("The reply is sent.")
    except Invalid as refused:
        form.take(refused)
        return _draw_reply(desk, form), 400
    except Conflict as lost:
        desk = replying.open_desk(viewer, challenge_id)
        form.version.data, form.asked.data = desk.version, desk.challenge.version
        return _draw_reply(desk, form, lost), 409
    return _to(challenge_id)


@pages.post("/scrutiny/<int:challenge_id>/reply/autosave")
@requires(Permission.SCRUTINY_REPLY)
def autosave(viewer: Viewer, challenge_id: int) -> ResponseReturnValue:
    """Keep what is being typed; answers as docs/frontend.md says."""
    form = ScrutinyReplyForm()
    if not form.validate():
        return {"message": form.error_summary[0][0]}, 422
    try:
        saved = replying.save_draft(viewer, challenge_id, form.text.data, version=form.version.data or 0)
    except Invalid as refused:
        return {"message": refused.errors["text"][0]}, 422
    except Conflict as refused:
        return {"message": str(refused)}, 409
    return {"saved_at": time_of_day(saved.at), "version": saved.version}


def _carry_out(
    viewer: Viewer,
    found: log.ChallengePage,
    form: ChangedQuestionForm | AskAgainForm | CloseForm,
    act: Callable[[int], object],
    *,
    said: str,
    template: str,
) -> ResponseReturnValue:
    """Do to a challenge what its form says, given the version that was seen; or draw the page with what was typed."""
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            act(form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = log.find_challenge(viewer, found.id).version
        else:
            flash(said)
            return _to(found.id)
    page = render_template(template, form=form, challenge=found, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _draw_reply(desk: Desk, form: ScrutinyReplyForm, lost: Conflict | None = None) -> str:
    return render_template("scrutiny/reply.html", desk=desk, challenge=desk.challenge, form=form, lost=lost)


def _question(form: QuestionForm) -> Question:
    whom = Whom(form.asked(PERSON), form.asked(ROLE), form.asked(AGENCY))
    return Question(form.title.data, form.text.data, whom, cast(date, form.due_on.data))


def _kept(viewer: Viewer) -> object:
    """What somebody had typed when their sign-in ended, for the empty page; else what is posted."""
    return kept_forms.take(viewer, request.path) if request.method == "GET" else request.form


def _to(challenge_id: int) -> ResponseReturnValue:
    return redirect(url_for("scrutiny.show", challenge_id=challenge_id), 303)
