"""The family's part of a meeting's record: read by whoever sees the meeting, kept by chair and coordinator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.family_vocabulary import FamilyQuestion
from portal.forms.families import FORMS, ConfirmPersonForm, NewPersonForm, QuestionForm, RemovePersonForm, ViewsForm
from portal.services import kept_forms
from portal.services.families import bringing, keeping
from portal.services.families.childs_views import Views, write_views
from portal.services.families.record import FamilyRecord, family_record, find_person, said_now
from portal.views.family_answers import fill, said_in
from portal.web.guards import requires

pages = Blueprint("families", __name__)


@pages.get("/meetings/<int:meeting_id>/family")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Who of the family was there, and what the children think."""
    return render_template("families/show.html", record=family_record(viewer, meeting_id))


@pages.post("/meetings/<int:meeting_id>/family/bring")
@requires(Permission.MEETINGS_RECORD)
def bring(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Bring the family of the last meeting along, each to be confirmed."""
    try:
        number = bringing.bring_along(viewer, meeting_id)
    except Invalid:
        flash("Everybody of the last meeting is here already.", "notice")
    else:
        flash(f"{'One person is' if number == 1 else f'{number} people are'} brought along. Confirm each of them.")
    return redirect(url_for("families.show", meeting_id=meeting_id), 303)


@pages.route("/meetings/<int:meeting_id>/family/new", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def add(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Add somebody, and go on with what is asked about them."""
    record = _kept_record(viewer, meeting_id)
    form = NewPersonForm(_posted(viewer))
    form.offer((child.id, child.name) for child in record.children)
    if form.validate_on_submit():
        try:
            attendee_id = keeping.add_person(viewer, meeting_id, said_in(FamilyQuestion.WHO, form))
        except Invalid as refused:
            form.take(refused)
        else:
            return _on(viewer, meeting_id, attendee_id, form)
    page = render_template(
        "families/question.html", record=record, person=None, form=form, question=FamilyQuestion.WHO, lost=None
    )
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/family/<int:attendee_id>/questions/<question>", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def ask(viewer: Viewer, meeting_id: int, attendee_id: int, question: str) -> ResponseReturnValue:
    """One question about somebody."""
    record = _kept_record(viewer, meeting_id)
    person = find_person(record, attendee_id)
    asked = _question(question)
    posted = _posted(viewer)
    form = FORMS[asked](
        posted, data=fill(said_now(viewer, meeting_id, attendee_id, asked)) | {"version": person.version}
    )
    _offer(form, record)
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            said = said_in(asked, form)
            keeping.answer(viewer, meeting_id, attendee_id, said, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = find_person(family_record(viewer, meeting_id), attendee_id).version
        else:
            return _on(viewer, meeting_id, attendee_id, form)
    page = render_template("families/question.html", record=record, person=person, form=form, question=asked, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.post("/meetings/<int:meeting_id>/family/<int:attendee_id>/confirm")
@requires(Permission.MEETINGS_RECORD)
def confirm(viewer: Viewer, meeting_id: int, attendee_id: int) -> ResponseReturnValue:
    """Say that somebody who was brought along belongs here."""
    form = ConfirmPersonForm()
    form.validate()
    try:
        keeping.confirm_person(viewer, meeting_id, attendee_id, version=form.version.data or 0)
    except Conflict:
        flash("Somebody else changed this entry a moment ago. Look at it, then confirm it.", "notice")
    else:
        flash("The person is confirmed.")
    return redirect(url_for("families.show", meeting_id=meeting_id, _anchor=f"person-{attendee_id}"), 303)


@pages.route("/meetings/<int:meeting_id>/family/<int:attendee_id>/remove", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def remove(viewer: Viewer, meeting_id: int, attendee_id: int) -> ResponseReturnValue:
    """Take somebody out of the record, with the reason."""
    record = _kept_record(viewer, meeting_id)
    person = find_person(record, attendee_id)
    form = RemovePersonForm(_posted(viewer), data={"version": person.version})
    is_lost = False
    if form.validate_on_submit():
        try:
            keeping.remove_person(viewer, meeting_id, attendee_id, form.because.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict:
            is_lost = True
            record = family_record(viewer, meeting_id)
            person = find_person(record, attendee_id)
            form.version.data = person.version
        else:
            flash(f"{person.name} is taken out of the record. The entry stays below, with your reason.")
            return redirect(url_for("families.show", meeting_id=meeting_id), 303)
    page = render_template("families/remove.html", record=record, person=person, form=form, is_lost=is_lost)
    return page, 409 if is_lost else 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/family/children/<int:child_id>", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def views(viewer: Viewer, meeting_id: int, child_id: int) -> ResponseReturnValue:
    """What one child thinks, and how it was given."""
    record = _kept_record(viewer, meeting_id)
    of_child = next((one for one in record.views if one.child.id == child_id), None)
    if of_child is None:
        raise NotVisible("No such child at this meeting.")
    form = ViewsForm(
        _posted(viewer),
        data={
            "given": of_child.given,
            "words": of_child.words,
            "for_chair_only": of_child.for_chair_only,
            "version": of_child.version,
        },
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        written = Views(form.given.data, form.words.data, form.for_chair_only.data)
        try:
            write_views(viewer, meeting_id, child_id, written, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            now = family_record(viewer, meeting_id)
            form.version.data = next(one.version for one in now.views if one.child.id == child_id)
        else:
            flash(f"What {of_child.child.name} thinks is written down.")
            return redirect(url_for("families.show", meeting_id=meeting_id, _anchor="children"), 303)
    page = render_template("families/views.html", record=record, of_child=of_child, form=form, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _kept_record(viewer: Viewer, meeting_id: int) -> FamilyRecord:
    record = family_record(viewer, meeting_id)
    if not record.may_keep:
        raise NotPermitted("The chair and the coordinator keep this part of the record, unless it was cancelled.")
    return record


def _posted(viewer: Viewer) -> Any:
    """What was sent, or what somebody had typed when their sign-in ended; None for a page that is opened afresh."""
    return request.form if request.method == "POST" else kept_forms.take(viewer, request.path)


def _question(text: str) -> FamilyQuestion:
    try:
        return FamilyQuestion(text)
    except ValueError:
        raise NotVisible("No such question.") from None


def _offer(form: QuestionForm, record: FamilyRecord) -> None:
    offer = getattr(form, "offer", None)
    if offer is not None:
        offer((child.id, child.name) for child in record.children)


def _on(viewer: Viewer, meeting_id: int, attendee_id: int, form: QuestionForm) -> ResponseReturnValue:
    """On to the next question about the same person that nobody has answered, or back to the record."""
    record = family_record(viewer, meeting_id)
    person = find_person(record, attendee_id)
    following = None if form.stop.data else person.next_question(has_come=record.meeting.day <= viewer.today)
    if following is None:
        flash(f"What is recorded of {person.name} is saved.")
        return redirect(url_for("families.show", meeting_id=meeting_id, _anchor=f"person-{attendee_id}"), 303)
    return redirect(
        url_for("families.ask", meeting_id=meeting_id, attendee_id=attendee_id, question=following.value), 303
    )
