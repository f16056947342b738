"""Actions: the list, one with its history, and the steps from promised to checked."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import ActionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.forms.actions import (
    ALL,
    CLOSE,
    CLOSED,
    OPEN,
    OVERDUE,
    SILENT,
    TO_CHECK,
    ActionFilter,
    ActionForm,
    CheckForm,
    DoneForm,
    MeetingDoneForm,
    MeetingProgressForm,
    ProgressForm,
)
from portal.services.actions import adding, listing, progress
from portal.services.actions.adding import Promise
from portal.services.actions.listing import Wanted
from portal.services.actions.progress import ActionPage
from portal.web.guards import requires

pages = Blueprint("actions", __name__)

_STATUS = {TO_CHECK: ActionStatus.DONE, CLOSED: ActionStatus.CLOSED}


@pages.get("/actions")
@requires(Permission.ACTIONS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The actions that the viewer sees, overdue first."""
    form = ActionFilter(request.args)
    form.offer(
        listing.agencies_with_actions(viewer),
        is_owner=viewer.may(Permission.ACTIONS_OWN),
        of_meetings=viewer.may(Permission.ACTIONS_OWN) and viewer.may(Permission.MEETINGS_VIEW),
    )
    form.validate()
    show = form.asked("show") or OPEN
    wanted = Wanted(
        status=_STATUS.get(show),
        is_closed_too=show == ALL,
        overdue_only=show == OVERDUE,
        silent_only=show == SILENT,
        rag=form.asked("rag"),
        agency_id=form.asked("agency_id"),
        own_only=bool(form.asked("mine")),
        source=form.asked("source"),
    )
    return render_template(
        "actions/index.html",
        form=form,
        listed=listing.list_actions(viewer, wanted, page=request.args.get("page", 1, type=int)),
        tally=listing.tally(viewer),
        set_filters=sum(
            map(bool, (show != OPEN, *(form.asked(name) for name in ("rag", "agency_id", "source", "mine"))))
        ),
        one_agency=viewer.agency_id is not None,
        from_audits=viewer.may(Permission.AUDITS_VIEW),
        from_meetings=viewer.may(Permission.MEETINGS_VIEW),
    )


@pages.get("/actions/<int:action_id>")
@requires(Permission.ACTIONS_VIEW)
def show(viewer: Viewer, action_id: int) -> ResponseReturnValue:
    """One action: what was promised, how it stands, and what was said about it."""
    return render_template("actions/show.html", found=progress.find_action(viewer, action_id))


@pages.route("/audits/<int:return_id>/questions/<int:question_id>/actions/new", methods=["GET", "POST"])
@requires(Permission.ACTIONS_VIEW)
def add(viewer: Viewer, return_id: int, question_id: int) -> ResponseReturnValue:
    """Add an action to an answer of an audit."""
    source = adding.source_of(viewer, return_id, question_id)
    form = ActionForm()
    form.owner.choices = [(str(number), name) for number, name in adding.possible_owners(source)]
    form.due_on.earliest = viewer.today
    if form.validate_on_submit() and form.due_on.data is not None:
        promise = Promise(form.what.data, form.owner.data, form.owner_name.data, form.due_on.data, form.rag.data)
        try:
            action_id = adding.add_action(viewer, return_id, question_id, promise)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The action is added.")
            return redirect(_after_adding(viewer, action_id), 303)
    page = render_template("actions/add.html", form=form, source=source)
    return page, 400 if form.error_summary else 200


@pages.route("/actions/<int:action_id>/progress", methods=["GET", "POST"])
@requires(Permission.ACTIONS_OWN)
def update(viewer: Viewer, action_id: int) -> ResponseReturnValue:
    """Say how an action goes."""
    found = _own(viewer, action_id)
    form_of = MeetingProgressForm if found.meeting else ProgressForm
    form = form_of(data={"version": found.action.version, "rag": found.action.rag})

    def save(version: int) -> str:
        progress.say_progress(viewer, action_id, rag=form.rag.data, text=form.text.data, version=version)
        return "Your update is saved."

    return _take(viewer, found, form, "actions/progress.html", save)


@pages.route("/actions/<int:action_id>/done", methods=["GET", "POST"])
@requires(Permission.ACTIONS_OWN)
def done(viewer: Viewer, action_id: int) -> ResponseReturnValue:
    """Say that an action was done, and what shows it."""
    found = _own(viewer, action_id)
    form = (MeetingDoneForm if found.meeting else DoneForm)(data={"version": found.action.version})
    checker = "The meeting’s chair" if found.meeting else "The partnership’s business manager"

    def save(version: int) -> str:
        progress.say_done(viewer, action_id, evidence=form.text.data, version=version)
        return f"Saved. {checker} checks it, and then closes the action."

    return _take(viewer, found, form, "actions/done.html", save)


@pages.route("/actions/<int:action_id>/check", methods=["GET", "POST"])
@requires(Permission.ACTIONS_VIEW)
def check(viewer: Viewer, action_id: int) -> ResponseReturnValue:
    """Close an action that was done, or send it back with the reason."""
    found = progress.find_action(viewer, action_id)
    form = CheckForm(data={"version": found.action.version})
    # Whoever was at it when somebody else closed it is told of that, and keeps what they wrote.
    if not found.may_check and not form.validate_on_submit():
        raise NotPermitted("There is nothing for this viewer to check.")

    def save(version: int) -> str:
        if form.outcome.data == CLOSE:
            progress.close_action(viewer, action_id, checked=form.text.data, version=version)
            return "The action is closed."
        progress.send_back(viewer, action_id, reason=form.text.data, version=version)
        return "The action is open again, and its owner reads why."

    return _take(viewer, found, form, "actions/check.html", save)


def _take(
    viewer: Viewer,
    found: ActionPage,
    form: ProgressForm | DoneForm | CheckForm,
    template: str,
    save: Callable[[int], str],
) -> ResponseReturnValue:
    """Save what a form says of an action by the version that it was filled in on, or draw it with what is wrong.

    After a lost race the action is shown as it stands now, under what was typed: sending it again is a choice made
    with open eyes.
    """
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            said = save(form.version.data or 0)
        except (Invalid, Conflict) as refused:
            found = progress.find_action(viewer, found.action.id)
            if isinstance(refused, Invalid):
                form.take(refused)
            else:
                form.version.data, lost = found.action.version, refused
        else:
            flash(said)
            return redirect(url_for("actions.show", action_id=found.action.id), 303)
    page = render_template(template, found=found, form=form, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _own(viewer: Viewer, action_id: int) -> ActionPage:
    found = progress.find_action(viewer, action_id)
    if not found.may_work_on and request.method == "GET":
        raise NotPermitted("This action is not the viewer's to work on, or not open.")
    return found


def _after_adding(viewer: Viewer, action_id: int) -> str:
    """The action's page; or the list, where somebody has added one for others to own."""
    try:
        progress.find_action(viewer, action_id)
    except NotVisible:
        return url_for("actions.index")
    return url_for("actions.show", action_id=action_id)
