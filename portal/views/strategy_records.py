"""The strategy record in its standard form: written question by question, checked, signed, amended, and read."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.strategy_records import FIELDS, LISTS, put_together, tidied
from portal.domain.strategy_vocabulary import OF_EACH_AGENCY, StrategyQuestion
from portal.domain.strategy_words import FIELD_LABELS
from portal.forms.strategy_records import FORMS, AmendForm, AnswerForm, SignForm, filled
from portal.services import kept_forms
from portal.services.strategy_records import desk as desks
from portal.services.strategy_records.desk import Section
from portal.services.strategy_records.signing import amend_record, seen, sign_record
from portal.services.strategy_records.stored import Place
from portal.services.strategy_records.writing import AlreadySigned, save_answer
from portal.web.filters import time_of_day
from portal.web.guards import requires

pages = Blueprint("strategy_records", __name__)

_AT = "/meetings/<int:meeting_id>/strategy"


@pages.get(_AT)
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The record: for those who keep it what is written and missing, for everybody else what was signed."""
    desk = desks.open_desk(viewer, meeting_id)
    return render_template(
        "strategy_records/desk.html" if desk.keeps else "strategy_records/read.html",
        desk=desk,
        meeting=desk.meeting,
        address=section_address,
    )


@pages.route(f"{_AT}/<question>", methods=["GET", "POST"])
@pages.route(
    f"{_AT}/joined/<int:invitation_id>", methods=["GET", "POST"], defaults={"question": StrategyQuestion.JOINED.value}
)
@pages.route(
    f"{_AT}/information/<int:invitation_id>",
    methods=["GET", "POST"],
    defaults={"question": StrategyQuestion.INFORMATION.value},
)
@requires(Permission.MEETINGS_VIEW)
def write(viewer: Viewer, meeting_id: int, question: str, invitation_id: int | None = None) -> ResponseReturnValue:
    """One question, to be written on."""
    place = _place(question, invitation_id)
    section = desks.open_section(viewer, meeting_id, place)
    if request.method == "GET" and not section.may_write:
        flash("The record has been signed. It changes by an amendment alone.", "notice")
        return redirect(url_for("strategy_records.show", meeting_id=meeting_id), 303)
    if request.method == "GET":
        kept = kept_forms.take(viewer, request.path)
        answer = section.kept.answer if section.kept else {}
        form = FORMS[place.question](kept, data=filled(place.question, answer, section.version))
        form.offer(section.stored.agency_names.items())
        return _page(section, form, was_kept=kept is not None)
    form = _posted(section)
    if not form.validate():
        return _page(section, form), 400
    try:
        save_answer(viewer, meeting_id, place, form.version.data or 0, form.answer)
    except Invalid as refused:
        form.take(refused)
        return _page(section, form), 400
    except AlreadySigned as lost:
        return render_template("strategy_records/already_signed.html", section=section, lost=lost), 409
    except Conflict as lost:
        return _conflict(desks.open_section(viewer, meeting_id, place), form, lost), 409
    flash("Saved.")
    if form.next.data and section.next is not None:
        return redirect(section_address(meeting_id, section.next), 303)
    return redirect(url_for("strategy_records.show", meeting_id=meeting_id), 303)


@pages.post(f"{_AT}/<question>/autosave")
@pages.route(
    f"{_AT}/joined/<int:invitation_id>/autosave", methods=["POST"], defaults={"question": StrategyQuestion.JOINED.value}
)
@pages.route(
    f"{_AT}/information/<int:invitation_id>/autosave",
    methods=["POST"],
    defaults={"question": StrategyQuestion.INFORMATION.value},
)
@requires(Permission.MEETINGS_VIEW)
def autosave(viewer: Viewer, meeting_id: int, question: str, invitation_id: int | None = None) -> ResponseReturnValue:
    """Keep what is being typed; answers as docs/frontend.md says."""
    place = _place(question, invitation_id)
    form = _posted(desks.open_section(viewer, meeting_id, place))
    if not form.validate():
        return {"message": form.error_summary[0][0]}, 422
    try:
        saved = save_answer(viewer, meeting_id, place, form.version.data or 0, form.answer)
    except Invalid as refused:
        return {"message": next(iter(refused.errors.values()))[0]}, 422
    except Conflict as refused:
        return {"message": str(refused)}, 409
    return {"saved_at": time_of_day(saved.at), "version": saved.version}


@pages.get(f"{_AT}/check")
@requires(Permission.MEETINGS_RECORD)
def check(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """All of the record once more, with what is missing; its chair signs here."""
    return _check_page(viewer, meeting_id)


@pages.post(f"{_AT}/check")
@requires(Permission.OUTCOMES_DECIDE)
def sign(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Sign the record as it was checked, once however often this comes."""
    form = SignForm()
    try:
        number = sign_record(viewer, meeting_id, form.version.data or 0)
    except AlreadySigned:
        flash("This record had been signed already. It was signed once.", "notice")
    except Invalid:
        return _check_page(viewer, meeting_id), 400
    except Conflict:
        return _check_page(viewer, meeting_id, changed=True), 409
    else:
        flash("The record is signed." if number == 1 else f"Version {number} of the record is signed.")
    return redirect(url_for("strategy_records.show", meeting_id=meeting_id), 303)


@pages.route(f"{_AT}/amend", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def amend(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Open a signed record again, with a reason."""
    desk = desks.open_desk(viewer, meeting_id)
    back = url_for("strategy_records.show", meeting_id=meeting_id)
    form = AmendForm()
    if request.method == "GET" and not desk.may_amend:
        flash("Only a record that has been signed is amended.", "notice")
        return redirect(back, 303)
    if form.validate_on_submit():
        try:
            amend_record(viewer, meeting_id, form.reason.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("Write what has to change, then sign the record again. What was signed is read until then.")
            return redirect(back, 303)
    page = render_template("strategy_records/amend.html", desk=desk, meeting=desk.meeting, form=form)
    return page, 400 if form.error_summary else 200


@pages.get(f"{_AT}/versions/<int:number>")
@requires(Permission.MEETINGS_VIEW)
def version(viewer: Viewer, meeting_id: int, number: int) -> ResponseReturnValue:
    """One version as it was signed."""
    found = desks.read_version(viewer, meeting_id, number)
    return render_template("strategy_records/version.html", found=found, meeting=found.meeting)


def section_address(meeting_id: int, place: Place) -> str:
    """Where a question is written on."""
    if place.invitation_id is None:
        return url_for("strategy_records.write", meeting_id=meeting_id, question=place.question.value)
    return url_for(
        "strategy_records.write",
        meeting_id=meeting_id,
        question=place.question.value,
        invitation_id=place.invitation_id,
    )


def _place(question: str, invitation_id: int | None) -> Place:
    try:
        return Place(StrategyQuestion(question), invitation_id)
    except ValueError:
        raise NotVisible("No such question.") from None


def _posted(section: Section) -> AnswerForm:
    form = FORMS[section.place.question]()
    form.offer(section.stored.agency_names.items())
    return form


def _page(section: Section, form: AnswerForm, *, was_kept: bool = False) -> str:
    return render_template(
        "strategy_records/write.html",
        section=section,
        meeting=section.meeting,
        form=form,
        fields=_drawn_fields(section.place.question),
        was_kept=was_kept,
        is_of_agency=section.place.question in OF_EACH_AGENCY,
        address=section_address(section.meeting.id, section.place),
    )


def _drawn_fields(question: StrategyQuestion) -> list[str]:
    """The fields that are drawn by themselves; others open below the answer that they belong to."""
    revealed = {
        StrategyQuestion.SAFETY_PLAN: {"text"},
        StrategyQuestion.SEXUAL_ABUSE: {"consultation_reason", "medical_reason"},
    }
    return [field for field in FIELDS[question] if field not in revealed.get(question, set())]


def _check_page(viewer: Viewer, meeting_id: int, *, changed: bool = False) -> str:
    desk = desks.open_desk(viewer, meeting_id)
    form = SignForm(None, data={"version": seen(desk.stored)})
    return render_template(
        "strategy_records/check.html",
        desk=desk,
        meeting=desk.meeting,
        form=form,
        changed=changed,
        address=section_address,
    )


def _conflict(section: Section, form: AnswerForm, lost: Conflict) -> str:
    """Both answers side by side; each way out of it posts a whole answer, based on the colleague's version."""
    question = section.place.question
    theirs = section.kept.answer if section.kept else tidied(question, {})
    together = FORMS[question](None, data=filled(question, put_together(form.answer, theirs), section.version))
    together.offer(section.stored.agency_names.items())
    mine = tidied(question, form.answer)
    return render_template(
        "strategy_records/conflict.html",
        section=section,
        lost=lost,
        together=together,
        fields=_drawn_fields(question),
        labels={field: FIELD_LABELS[question, field] for field in FIELDS[question]},
        differing=[field for field in FIELDS[question] if lost.mine.get(field) != lost.theirs.get(field)],
        kept=[
            (field, text) for field in FIELDS[question] for text in (mine[field] if field in LISTS else [mine[field]])
        ],
        address=section_address(section.meeting.id, section.place),
    )
