"""What people do to an escalation, each act on a small page of its own but the reply, whose box stands beside the log.

What somebody typed is never lost: a fault, a colleague who was quicker, a clock that ended meanwhile and a sign-in that
had ended all show it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.escalations import (
    AskAgainForm,
    ContactForm,
    CorrectForm,
    MoreTimeForm,
    MoveUpForm,
    OutcomeForm,
    ReplyForm,
    ResolveForm,
    ThanksForm,
    WithdrawForm,
)
from portal.services import kept_forms
from portal.services.escalations import acting, ending
from portal.services.escalations.page import EscalationPage, entry_to_correct, escalation_page
from portal.web.csrf import worth_keeping
from portal.web.guards import requires

pages = Blueprint("escalation_acts", __name__)


@dataclass(frozen=True)
class Act:
    """One thing that can be done: what its page says, which property of the escalation's page permits it."""

    may: str
    form: Any
    heading: str
    button: str
    done: str
    offer: Callable[[Any, EscalationPage], None] = lambda form, found: None
    """Puts on offer in the form what this escalation leaves to choose."""


_CONTACT = Act("may_add", ContactForm, "Note a contact or a meeting", "Add to the log", "It is in the log.")
_ASK_AGAIN = Act("may_ask_again", AskAgainForm, "Ask again", "Ask again", "The same people have been asked again.")
_MOVE_UP = Act(
    "may_move_up",
    MoveUpForm,
    "Move it to a higher stage",
    "Move it up",
    "It has moved up, and its people are told.",
    lambda form, found: form.offer(found.higher),
)
_MORE_TIME = Act(
    "may_extend",
    MoreTimeForm,
    "Give more time",
    "Give more time",
    "More time is given, and both sides are told.",
    lambda form, found: form.offer(found.days_to_give),
)
_RESOLVE = Act(
    "may_drive",
    ResolveForm,
    "Close it as resolved",
    "Close it",
    "It is closed, and both sides are told.",
    lambda form, found: form.offer(ending.resolutions_for(found.escalation), is_positive=found.escalation.is_positive),
)
_WITHDRAW = Act("may_drive", WithdrawForm, "Withdraw it", "Withdraw it", "It is withdrawn, and both sides are told.")
_OUTCOME = Act("may_record_outcome", OutcomeForm, "Record what came of it", "Add to the log", "It is in the log.")


@pages.post("/escalations/<int:escalation_id>")
@requires(Permission.ESCALATIONS_ANSWER)
def reply(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Send the reply of the agency that is asked."""
    found = _permitted(viewer, escalation_id, "may_reply")
    form = reply_form(found, request.form)
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            acting.reply(viewer, escalation_id, form.text.data, form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
            found = escalation_page(viewer, escalation_id)
        except Conflict as refused:
            lost, found = refused, _permitted(viewer, escalation_id, "may_reply")
            form.version.data = found.escalation.version
        else:
            flash("Your reply was sent." if isinstance(form, ReplyForm) else "Thank you. It is closed.")
            return redirect(_where(escalation_id), 303)
    return draw_escalation(found, form, lost=lost)


@pages.route("/escalations/<int:escalation_id>/contact", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def contact(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Note that the sides spoke, wrote or met."""

    def add(form: ContactForm) -> None:
        acting.add_contact(viewer, escalation_id, form.kind.data, form.text.data)

    return _take(viewer, escalation_id, _CONTACT, add)


@pages.route("/escalations/<int:escalation_id>/ask-again", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def ask_again(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Say that a reply is not enough."""

    def ask(form: AskAgainForm) -> None:
        acting.ask_again(viewer, escalation_id, form.text.data, form.version.data or 0)

    return _take(viewer, escalation_id, _ASK_AGAIN, ask)


@pages.route("/escalations/<int:escalation_id>/move-up", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def move_up(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Move it to a higher stage, with the reason."""

    def move(form: MoveUpForm) -> None:
        reasons = form.reason.data, form.urgent_reason.data
        acting.move_up(viewer, escalation_id, form.to_stage.data, *reasons, form.version.data or 0)

    return _take(viewer, escalation_id, _MOVE_UP, move)


@pages.route("/escalations/<int:escalation_id>/more-time", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def more_time(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Give the stage that it is at more working days."""

    def give(form: MoreTimeForm) -> None:
        acting.extend(viewer, escalation_id, form.working_days.data, form.reason.data, form.version.data or 0)

    return _take(viewer, escalation_id, _MORE_TIME, give)


@pages.route("/escalations/<int:escalation_id>/resolve", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def resolve(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Close it: how it ended, whether the child was safe, and what is learnt."""

    def close(form: ResolveForm) -> None:
        child_safe = form.child_safe.data if "child_safe" in form else None
        ending.resolve(
            viewer,
            escalation_id,
            form.resolution.data,
            form.text.data,
            child_safe,
            form.learning.data,
            form.version.data or 0,
        )

    return _take(viewer, escalation_id, _RESOLVE, close)


@pages.route("/escalations/<int:escalation_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def withdraw(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Take back what should not have been raised."""

    def take_back(form: WithdrawForm) -> None:
        ending.withdraw(viewer, escalation_id, form.text.data, form.version.data or 0)

    return _take(viewer, escalation_id, _WITHDRAW, take_back)


@pages.route("/escalations/<int:escalation_id>/outcome", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def outcome(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Record whether the child was safe and what is learnt, also afterwards."""

    def record(form: OutcomeForm) -> None:
        said = form.child_safe.data, form.learning.data, form.text.data
        ending.record_outcome(viewer, escalation_id, *said, form.version.data or 0)

    return _take(viewer, escalation_id, _OUTCOME, record)


@pages.route("/escalations/<int:escalation_id>/correct/<int:number>", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_ANSWER)
def correct(viewer: Viewer, escalation_id: int, number: int) -> ResponseReturnValue:
    """Correct an entry that the viewer wrote, by another that stands beside it."""
    entry = entry_to_correct(viewer, escalation_id, number)
    if not entry.may_amend:
        _refuse()
    form = CorrectForm(_typed(viewer))
    if form.validate_on_submit():
        try:
            acting.amend(viewer, escalation_id, number, form.text.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("Your correction stands beside the entry.")
            return redirect(_where(escalation_id), 303)
    page = render_template("escalations/correct.html", escalation_id=escalation_id, entry=entry, form=form)
    return page, 400 if form.error_summary else 200


def reply_form(found: EscalationPage, typed: Any) -> ReplyForm | ThanksForm:
    """The box for a reply, with what was typed into it; praise asks for nothing."""
    data = {"version": found.escalation.version}
    return ThanksForm(typed, data=data) if found.escalation.is_positive else ReplyForm(typed, data=data)


def draw_escalation(
    found: EscalationPage, form: ReplyForm | ThanksForm | None, *, lost: Conflict | None = None
) -> ResponseReturnValue:
    """The escalation's page, with the box for a reply where it is the viewer's to give."""
    page = render_template("escalations/show.html", found=found, form=form, lost=lost)
    return page, 409 if lost else 400 if form and form.error_summary else 200


def _take(viewer: Viewer, escalation_id: int, act: Act, do: Callable[[Any], None]) -> ResponseReturnValue:
    """Draw the page of an act, or do what its form says and go back to the escalation."""
    found = _permitted(viewer, escalation_id, act.may)
    form = act.form(_typed(viewer), data={"version": found.escalation.version})
    act.offer(form, found)
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            do(form)
        except Invalid as refused:
            form.take(refused)
            found = escalation_page(viewer, escalation_id)
        except Conflict as refused:
            # Sending it again is based on what stands now, which the page tells.
            lost, found = refused, _permitted(viewer, escalation_id, act.may)
            act.offer(form, found)
            form.version.data = found.escalation.version
        else:
            flash(act.done)
            return redirect(_where(escalation_id), 303)
    page = render_template("escalations/act.html", found=found, form=form, act=act, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _typed(viewer: Viewer) -> Any:
    """What is posted, or else what was kept when the viewer's sign-in had ended."""
    return request.form if request.method == "POST" else kept_forms.take(viewer, request.path)


def _permitted(viewer: Viewer, escalation_id: int, may: str) -> EscalationPage:
    """The escalation as it stands, where the viewer may do this to it now; `may` is a property of its page."""
    found = escalation_page(viewer, escalation_id)
    if not getattr(found, may):
        _refuse()
    return found


def _refuse() -> NoReturn:
    """Say that it is not the viewer's to do, or no longer; what they had typed is shown to be copied."""
    if request.method == "POST":
        g.refused_form = worth_keeping(request.form.to_dict())
    raise NotPermitted("This act is not the viewer's to take here, or not now.")


def _where(escalation_id: int) -> str:
    return url_for("escalations.show", escalation_id=escalation_id)
