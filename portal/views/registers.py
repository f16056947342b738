"""The register of a meeting: kept row by row as people arrive, then closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.adjourning import PLAN_REVIEWED
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.meeting_kinds import period_words
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.forms.registers import CloseForm, TypedRow, read_row, read_sheet
from portal.services import kept_forms
from portal.services.registers.closing import Closing, close_register
from portal.services.registers.inquorate import Beforehand, ClosingPage, Ways, read_beforehand, read_closing
from portal.services.registers.marking import AlreadyClosed, Entry, Recorded, record
from portal.services.registers.reopening import EarlierClosing, earlier_closings
from portal.services.registers.sheet import Register, RegisterState, SaidOfQuorum, read_register, read_said_before
from portal.views.register_rows import register_rows
from portal.web.filters import time_of_day, write_day
from portal.web.guards import requires

pages = Blueprint("registers", __name__)
pages.add_app_template_global(register_rows)

CLOSED_MEANWHILE = "The register has been closed. What you entered was not saved."


@pages.get("/meetings/<int:meeting_id>/register")
@requires(Permission.REGISTER_KEEP)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The register: a form for each row, or why it cannot be kept."""
    return _drawn(viewer, read_register(viewer, meeting_id))


@pages.post("/meetings/<int:meeting_id>/register/<int:invitation_id>")
@requires(Permission.REGISTER_KEEP)
def save_row(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Save one row: as JSON for the page's script, and back to the row for everybody else."""
    if request.headers.get("X-Requested-With") == "fetch":
        return _save_for_script(viewer, meeting_id, invitation_id)
    typed = {invitation_id: read_row(request.form)}
    refused = _save(viewer, meeting_id, typed, one_form=False)
    return refused or redirect(url_for("registers.show", meeting_id=meeting_id, _anchor=f"row-{invitation_id}"), 303)


@pages.get("/meetings/<int:meeting_id>/register/all")
@requires(Permission.REGISTER_KEEP)
def show_all(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The register as one form, quicker without scripts than a form for each row."""
    return _drawn(viewer, read_register(viewer, meeting_id), one_form=True)


@pages.post("/meetings/<int:meeting_id>/register/all")
@requires(Permission.REGISTER_KEEP)
def save_all(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Save every row of the one form, or none and say why."""
    sheet = read_register(viewer, meeting_id)
    typed = read_sheet(request.form, (row.invitation_id for row in sheet.rows))
    refused = _save(viewer, meeting_id, typed, one_form=True)
    if refused is None:
        flash("The register is saved.")
    return refused or redirect(url_for("registers.show", meeting_id=meeting_id), 303)


@pages.get("/meetings/<int:meeting_id>/register/close")
@requires(Permission.REGISTER_KEEP)
def close(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What closing will record, before it does."""
    sheet = read_register(viewer, meeting_id)
    if sheet.state is not RegisterState.OPEN:
        return redirect(url_for("registers.show", meeting_id=meeting_id))
    form = CloseForm(kept_forms.take(viewer, request.path), data=_proposed(sheet, *read_said_before(viewer, sheet)))
    return _close_page(sheet, form, _offer(viewer, sheet, form))


@pages.post("/meetings/<int:meeting_id>/register/close")
@requires(Permission.REGISTER_KEEP)
def close_now(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Close the register as the page showed it."""
    form, sheet = CloseForm(), read_register(viewer, meeting_id)
    if sheet.state is RegisterState.CLOSED:
        flash("This register had been closed already.", "notice")
        return redirect(url_for("registers.show", meeting_id=meeting_id), 303)
    form.held_on.latest = viewer.today
    page = _offer(viewer, sheet, form)
    if not form.validate() or form.held_on.data is None:
        return _close_page(sheet, form, page), 400
    try:
        proposals = close_register(viewer, meeting_id, _closing(form, form.held_on.data))
    except Invalid as refused:
        form.take(refused)
        return _close_page(sheet, form, page), 400
    except AlreadyClosed:
        flash("This register had been closed already.", "notice")
    except Conflict:
        return _close_again(viewer, meeting_id, form)
    else:
        flash(_closed_words(viewer, form, page.ways))
        if proposals and viewer.may(Permission.ESCALATIONS_PROPOSED):
            return redirect(url_for("proposals.of_meeting", meeting_id=meeting_id), 303)
    return redirect(url_for("registers.show", meeting_id=meeting_id), 303)


def _save_for_script(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    row = read_row(request.form, ticks_hidden=True)
    if row.fault:
        return {"message": row.fault}, 422
    try:
        recorded = record(viewer, meeting_id, _entries({invitation_id: row}))
    except Invalid as refused:
        return {"message": refused.errors[str(invitation_id)][0]}, 422
    except AlreadyClosed:
        return {"message": CLOSED_MEANWHILE}, 422
    except NotPermitted as refused:
        return {"message": str(refused)}, 403
    except Conflict as refused:
        return {"message": str(refused)}, 409
    return _answer(viewer, invitation_id, recorded)


def _answer(viewer: Viewer, invitation_id: int, recorded: Recorded) -> ResponseReturnValue:
    answer: dict[str, object] = {"saved_at": time_of_day(viewer.now), "version": recorded.seen[invitation_id]}
    if recorded.line.quorate is not None:
        answer["quorum"] = {"quorate": recorded.line.quorate, "text": recorded.line.text}
    return answer


def _save(
    viewer: Viewer, meeting_id: int, typed: Mapping[int, TypedRow], *, one_form: bool
) -> ResponseReturnValue | None:
    """Save rows that were posted without scripts; None where they were, otherwise the page that says why not."""
    faults = {invitation_id: row.fault for invitation_id, row in typed.items() if row.fault}
    try:
        if not faults:
            record(viewer, meeting_id, _entries(typed))
            return None
    except Invalid as refused:
        faults = {int(invitation_id): sentences[0] for invitation_id, sentences in refused.errors.items()}
    except AlreadyClosed:
        flash(CLOSED_MEANWHILE, "notice")
        return redirect(url_for("registers.show", meeting_id=meeting_id), 303)
    except Conflict as lost:
        return _conflict_page(viewer, read_register(viewer, meeting_id), typed, lost, one_form=one_form), 409
    sheet = read_register(viewer, meeting_id)
    page = draw_page(sheet, one_form=one_form, beforehand=_beforehand(viewer, sheet), typed=typed, faults=faults)
    return page, 400


def _conflict_page(
    viewer: Viewer, sheet: Register, typed: Mapping[int, TypedRow], lost: Conflict, *, one_form: bool
) -> str:
    """The register with what was typed; saved again, the rows that were lost are based on what they say now."""
    seen = {row.invitation_id: row.seen for row in sheet.rows}
    faults = {
        int(invitation_id): f"Somebody else entered: {theirs}. You entered: {lost.mine[invitation_id]}. "
        "Save again to keep yours."
        for invitation_id, theirs in lost.theirs.items()
    }
    again = {
        invitation_id: replace(row, seen=seen[invitation_id]) if invitation_id in faults else row
        for invitation_id, row in typed.items()
    }
    return draw_page(sheet, one_form=one_form, beforehand=_beforehand(viewer, sheet), typed=again, faults=faults)


def _beforehand(viewer: Viewer, sheet: Register) -> Beforehand | None:
    return read_beforehand(viewer, sheet) if sheet.state is RegisterState.OPEN else None


def _entries(typed: Mapping[int, TypedRow]) -> dict[int, Entry]:
    return {invitation_id: Entry(row.seen, row.mark, row.note) for invitation_id, row in typed.items()}


def _drawn(viewer: Viewer, sheet: Register, *, one_form: bool = False) -> str:
    is_closed = sheet.state is RegisterState.CLOSED
    earlier = earlier_closings(viewer, sheet.meeting_id) if is_closed else ()
    return draw_page(sheet, one_form=one_form, earlier=earlier, beforehand=_beforehand(viewer, sheet))


def draw_page(
    sheet: Register,
    *,
    one_form: bool = False,
    earlier: Sequence[EarlierClosing] = (),
    beforehand: Beforehand | None = None,
    typed: Mapping[int, TypedRow] | None = None,
    faults: Mapping[int, str] | None = None,
) -> str:
    """The register's page: with what was typed where it could not be saved, or why it cannot be kept."""
    if sheet.state is not RegisterState.OPEN:
        return render_template("registers/shut.html", sheet=sheet, earlier=earlier)
    return render_template(
        "registers/show.html",
        sheet=sheet,
        one_form=one_form,
        beforehand=beforehand,
        typed=typed or {},
        faults=faults or {},
    )


def _proposed(sheet: Register, note: str, before: SaidOfQuorum) -> dict[str, object]:
    """What is known of the meeting, or else follows from the register; the chair may say otherwise."""
    outcome = MeetingStatus.INQUORATE if sheet.line.quorate is False else MeetingStatus.HELD
    plan = {True: "yes", False: "no", None: None}[sheet.interim_safety_plan]
    return {
        "version": sheet.version,
        "seen": sheet.seen,
        "held_on": sheet.held_on or sheet.scheduled_on,
        "held_time": sheet.held_time or sheet.start_time,
        "status": sheet.status if sheet.status in COUNTED_STATUSES else outcome,
        "interim_safety_plan": plan,
        "note": note,
        "inquorate_reason": before.reason,
        "inquorate_note": before.note,
        "plan_reviewed": before.interim_plan.startswith(PLAN_REVIEWED),
        "interim_plan": before.interim_plan.removeprefix(PLAN_REVIEWED).strip(),
        "new_time": sheet.start_time,
    }


def _closing(form: CloseForm, held_on: date) -> Closing:
    said = form.data
    return Closing(
        version=form.version.data or 0,
        seen=form.seen.data or 0,
        held_on=held_on,
        held_time=form.held_time.data,
        status=form.status.data,
        interim_safety_plan={"yes": True, "no": False}.get(said.get("interim_safety_plan", "")),
        note=form.note.data,
        inquorate_reason=said.get("inquorate_reason"),
        inquorate_note=said.get("inquorate_note") or "",
        interim_plan=said.get("interim_plan") or "",
        plan_reviewed=bool(said.get("plan_reviewed")),
        new_on=said.get("new_on"),
        new_time=said.get("new_time"),
    )


def _closed_words(viewer: Viewer, form: CloseForm, ways: Ways) -> str:
    new_on = ways.next.on if ways.next else form.data.get("new_on")
    if not ways.adjourns or form.status.data is not MeetingStatus.INQUORATE or new_on is None:
        return "The register is closed."
    return f"The register is closed, and the conference is adjourned to {write_day(new_on, viewer.today)}."


def _close_again(viewer: Viewer, meeting_id: int, form: CloseForm) -> ResponseReturnValue:
    """The closing page anew, of the register as it is now, with what was said of the one before."""
    sheet = read_register(viewer, meeting_id)
    if sheet.state is not RegisterState.OPEN:
        return redirect(url_for("registers.show", meeting_id=meeting_id), 303)
    again = CloseForm()
    again.version.data, again.seen.data = sheet.version, sheet.seen
    return _close_page(sheet, again, _offer(viewer, sheet, again), changed=True), 409


def _offer(viewer: Viewer, sheet: Register, form: CloseForm) -> ClosingPage:
    """Offer in a form what can be said of this meeting."""
    page = read_closing(viewer, sheet, form.held_on.data)
    if not sheet.asks_for_safety_plan:
        del form.interim_safety_plan
    ways = page.ways
    if ways.adjourns and ways.rule.adjourn_within is not None and ways.last_day is not None:
        within = period_words(ways.rule.adjourn_within)
        form.offer_ways(
            ways.reasons,
            is_quorate=sheet.line.quorate is not False,
            has_plan=ways.has_plan,
            asks_day=ways.next is None,
            day_hint=f"{write_day(ways.last_day, viewer.today)} or earlier: the rules ask for it within {within}. "
            "The same agencies are invited again, and told at once.",
        )
    else:
        form.leave_out_ways()
    return page


def _close_page(sheet: Register, form: CloseForm, page: ClosingPage, *, changed: bool = False) -> str:
    return render_template(
        "registers/close.html",
        sheet=sheet,
        form=form,
        changed=changed,
        foreseen=page.foreseen,
        ways=page.ways,
        frozen=page.frozen,
    )
