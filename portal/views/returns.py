"""The two-minute return: a link from a mail, its code, the one page that it opens, and what became of it.

Opening an address here changes nothing, however often a mail scanner does it. Whoever holds a link is signed in
nowhere: these pages are public, and what they show is asked for by the viewer that the link and its code make.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.clinical_records import read_choice
from portal.forms.returns import LinkCodeForm
from portal.services.clinical_records import documents, reading, taking
from portal.services.clinical_records.reading import NotThisChild
from portal.services.clinical_records.uploads import MOST_BYTES
from portal.services.files import TooLarge
from portal.services.reports.drafts import AlreadySent
from portal.services.reports.writing import Saved, Typed
from portal.services.return_links import codes, opening, returning
from portal.services.return_links.opening import LinkOver
from portal.services.throttle import Throttled
from portal.views import signed_in
from portal.views.clinical_records import DOCX
from portal.views.record_pages import choice_page, mismatch_page
from portal.views.return_pages import (
    FILLED,
    Sheet,
    ask_again,
    beside_record,
    code_facts,
    complain_of_lost,
    draw_sheet,
    fresh_sheet,
    over_page,
    posted_sheet,
    record_ways,
)
from portal.web.downloads import download
from portal.web.filters import time_of_day
from portal.web.guards import public
from portal.web.uploads import takes_unstored_file

pages = Blueprint("returns", __name__)

AT = "/return/<token>"
_OPENED = "return_link"
"""In the cookie: the token of the browser's session, which says nothing by itself."""

LinkView = Callable[[Viewer, str], ResponseReturnValue]


def link_page(view: LinkView) -> LinkView:
    """Draw a page in the frame of nobody, whoever else is signed in on this browser; a link that is over says why."""

    @wraps(view)
    def framed(viewer: Viewer, token: str) -> ResponseReturnValue:
        g.viewer = Viewer.nobody(viewer.now)
        try:
            return view(g.viewer, token)
        except LinkOver as over:
            return over_page(over.link)

    return framed


def by_link(view: LinkView) -> LinkView:
    """Hand the view whoever holds the link; without a code it is asked for, and a link that is over says why."""

    @link_page
    @wraps(view)
    def opened(viewer: Viewer, token: str) -> ResponseReturnValue:
        holder = opening.viewer_of(token, session.get(_OPENED, ""), viewer.now)
        if holder is None:
            return ask_again(token)
        g.viewer = holder
        return view(holder, token)

    return opened


@pages.get(AT)
@public
@link_page
def show(viewer: Viewer, token: str) -> ResponseReturnValue:
    """Ask for the code, or show the one page where it was given."""
    link = opening.find_open(token, viewer.now)
    if not opening.is_opened(link, session.get(_OPENED, ""), viewer.now):
        return render_template("returns/code.html", token=token, form=LinkCodeForm(None), **code_facts(link))
    g.viewer = link.viewer(viewer.now)
    return draw_sheet(token, fresh_sheet(returning.return_page(g.viewer)))


@pages.post(f"{AT}/text")
@public
@link_page
def text(viewer: Viewer, token: str) -> ResponseReturnValue:
    """Send a code to the registered telephone."""
    try:
        codes.text_code(token, viewer.now)
    except codes.NotTexted as refused:
        flash(str(refused), "notice")
    else:
        flash("The text message with your code is on its way.")
    return redirect(url_for("returns.show", token=token), 303)


@pages.post(f"{AT}/code")
@public
@link_page
def code(viewer: Viewer, token: str) -> ResponseReturnValue:
    """Take the code, and open the page to this browser."""
    form = LinkCodeForm()
    link = opening.find_open(token, viewer.now)
    try:
        if form.validate():
            session[_OPENED] = codes.check_code(token, form.code.data, viewer.now, request.remote_addr or "")
            return redirect(url_for("returns.show", token=token), 303)
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    except codes.WrongCode as refused:
        form.add_error("code", str(refused))
    return render_template("returns/code.html", token=token, form=form, **code_facts(link)), 400


@pages.post(AT)
@takes_unstored_file(MOST_BYTES)
@public
@by_link
def send(holder: Viewer, token: str) -> ResponseReturnValue:
    """Keep what was written, then read a file that was chosen, or do what the button says: send, or go on."""
    page = returning.return_page(holder)
    sheet = posted_sheet(page)
    saved = _keep(holder, sheet)
    if saved is not None and (status := _refused(sheet, saved)):
        return draw_sheet(token, sheet), status
    if page.desk is not None and ("read" in request.form or (sheet.record.record.data and not sheet.is_not_ours)):
        # A file that was chosen is never left behind, whichever button was pressed.
        return _read_record(holder, token, sheet)
    if "send" not in request.form:
        if "save" in request.form:
            flash("What you wrote is saved. Nobody but your agency sees it until you send it.")
        return draw_sheet(token, fresh_sheet(returning.return_page(holder), is_posted=True))
    return _send(holder, token, sheet)


@pages.post(f"{AT}/autosave")
@public
@by_link
def autosave(holder: Viewer, token: str) -> ResponseReturnValue:
    """Keep each answer of the report that is being typed; answers as docs/frontend.md says."""
    sheet = posted_sheet(returning.return_page(holder))
    try:
        saved = _keep(holder, sheet)
    except Conflict as refused:
        return {"message": str(refused)}, 409
    if saved is None or sheet.report is None:
        return {"message": "The report cannot be written here any more."}, 409
    return {
        "saved_at": time_of_day(saved.at),
        "seen": saved.seen,
        "conflicts": dict.fromkeys(saved.lost, "You changed this answer in another window"),
        "faults": {**sheet.report.check_given(), **saved.faults},
    }


@pages.post(f"{AT}/record")
@public
@by_link
def take(holder: Viewer, token: str) -> ResponseReturnValue:
    """Put the chosen lines of a clinical record into the report, and go on with the page."""
    sent = read_choice(request.form)
    meeting_id = returning.scope_of(holder).meeting_id
    try:
        filled = returning.take_lines(holder, sent.sealed, sent.lines, sent.answers)
    except AlreadySent:
        flash("This report was sent meanwhile, so nothing was put into it.", "notice")
    except Invalid as refused:
        try:
            offered = taking.shown_again(holder, meeting_id, sent.sealed, sent.lines, sent.answers)
        except Invalid as over:
            sheet = fresh_sheet(returning.return_page(holder), is_posted=True)
            sheet.record.take(over)
            return draw_sheet(token, sheet), 400
        return _draw_choice(holder, offered, token, refused), 400
    else:
        words = "1 answer was" if filled == 1 else f"{filled} answers were"
        flash(f"{words} filled from the record. Read them; sending the page confirms them.")
    return draw_sheet(token, fresh_sheet(returning.return_page(holder), is_posted=True))


@pages.get(f"{AT}/document")
@public
@by_link
def document(holder: Viewer, token: str) -> ResponseReturnValue:
    """The Word document for the practice's own system."""
    return download(documents.word_document(holder, returning.scope_of(holder).meeting_id), DOCX, documents.NAME)


@pages.get(f"{AT}/done")
@public
@link_page
def done(viewer: Viewer, token: str) -> ResponseReturnValue:
    """What was sent, and whether something is still asked; for the browser that sent it."""
    link = opening.find(token, viewer.now)
    if link is None or link.last_used_at is None or not opening.is_opened(link, session.get(_OPENED, ""), viewer.now):
        return redirect(url_for("returns.show", token=token))
    return render_template("returns/done.html", token=token, link=link)


def _keep(holder: Viewer, sheet: Sheet) -> Saved | None:
    """Keep what of the report can be read; None where there is none to write."""
    if sheet.report is None:
        return None
    sheet.report.check_given()
    confirmed = request.form.getlist("confirm")
    if request.form.get("send") == "all":
        confirmed += request.form.get(FILLED, "").split(",")
    limited = request.form.get("limited", "")
    return returning.keep_draft(
        holder,
        {question: Typed(*given) for question, given in sheet.report.given().items()},
        confirmed=confirmed,
        is_limited={"yes": True, "no": False}.get(limited),
    )


def _refused(sheet: Sheet, saved: Saved) -> int:
    """Show on the page what could not be kept of the report; gives the answer's status, 0 where all was kept."""
    report = sheet.report
    if report is None:
        return 0
    report.complain(saved.faults)
    complain_of_lost(report, saved.lost)
    if saved.lost:
        return 409
    return 400 if report.error_summary else 0


def _send(holder: Viewer, token: str, sheet: Sheet) -> ResponseReturnValue:
    is_all = request.form.get("send") == "all"
    # What was kept a moment ago gives the version that is sent.
    page = returning.return_page(holder)
    with_report = is_all and page.desk is not None and not sheet.is_not_ours
    is_sound = sheet.is_sound(sends_report=with_report)
    redrawn = fresh_sheet(page, is_posted=True)
    redrawn.answer, redrawn.day = sheet.answer, sheet.day
    if with_report and page.desk is not None and redrawn.report is not None and page.desk.lacks:
        redrawn.report.complain(page.desk.lacks)
        is_sound = False
    if not is_sound:
        return draw_sheet(token, redrawn), 400
    version = page.desk.version if with_report and page.desk is not None else None
    try:
        returning.send_return(holder, sheet.answered, sheet.declared, report_version=version)
    except Invalid as refused:
        redrawn.take(refused)
        return draw_sheet(token, redrawn), 400
    except Conflict as lost:
        again = fresh_sheet(returning.return_page(holder))
        again.take(Invalid(f"{lost} Look at it once more, then send the page."))
        return draw_sheet(token, again), 409
    return redirect(url_for("returns.done", token=token), 303)


def _read_record(holder: Viewer, token: str, sheet: Sheet) -> ResponseReturnValue:
    page = returning.return_page(holder)
    redrawn = fresh_sheet(page, is_posted=True)
    redrawn.record = sheet.record
    if not sheet.record.validate():
        return draw_sheet(token, redrawn), 400
    try:
        offered = reading.read_record(holder, returning.scope_of(holder).meeting_id, sheet.record.record.data[0])
    except NotThisChild as refused:
        return mismatch_page(refused, record_ways(token)), 400
    except Invalid as refused:
        redrawn.record.take(refused)
        return draw_sheet(token, redrawn), 413 if isinstance(refused, TooLarge) else 400
    return _draw_choice(holder, offered, token)


def _draw_choice(holder: Viewer, offered: reading.Offer, token: str, refused: Invalid | None = None) -> str:
    errors = refused.errors if refused else None
    return choice_page(offered, record_ways(token), errors, beside_record())
