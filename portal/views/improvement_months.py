"""The board's view of the improvement plan month by month, and the month's end: what is to be said, and closing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.improvement_vocabulary import ImprovementStep
from portal.domain.months import Month
from portal.forms.frozen_months import month_number, numbered_month
from portal.forms.improvement_updates import CloseMonthForm, NoChangeForm
from portal.services.improvement import months, updates
from portal.services.improvement.updates import Said
from portal.web.guards import requires

pages = Blueprint("improvement_months", __name__)


@pages.get("/improvement/month")
@requires(Permission.IMPROVEMENT_VIEW)
def show(viewer: Viewer) -> ResponseReturnValue:
    """A month of the plan: what is red, what changed, what is due, what nobody has spoken of."""
    return render_template("improvement/month.html", page=months.month_page(viewer, _asked()))


@pages.get("/improvement/month-end")
@requires(Permission.IMPROVEMENT_KEEP)
def month_end(viewer: Viewer) -> ResponseReturnValue:
    """What nobody has spoken of in the month that is to be closed, and closing it."""
    return _page(viewer, None, None)


@pages.post("/improvement/actions/<int:improvement_id>/no-change")
@requires(Permission.IMPROVEMENT_KEEP)
def no_change(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Say in a word that an action has not changed in the month that is to be closed."""
    form = NoChangeForm()
    if form.validate():
        said = Said(ImprovementStep.NO_CHANGE, form.text.data, month=_numbered(form.month.data))
        try:
            updates.say(viewer, improvement_id, said, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict:
            flash("Somebody said something of this action a moment ago. Nothing of yours was saved.", "notice")
            return redirect(url_for("improvement_months.month_end"), 303)
        else:
            flash("“No change” is saved.")
            here = f"#area-{form.area.data}" if form.area.data else "#actions"
            return redirect(url_for("improvement_months.month_end") + here, 303)
    else:
        updates.check_visible(viewer, improvement_id)
    return _page(viewer, None, (improvement_id, form))


@pages.post("/improvement/month-end/close")
@requires(Permission.IMPROVEMENT_KEEP)
def close(viewer: Viewer) -> ResponseReturnValue:
    """Close the view of a month for good."""
    form = CloseMonthForm()
    if form.validate():
        month = _numbered(form.month.data)
        if month is None:
            raise NotVisible("There is no such month.")
        try:
            months.close_month(viewer, month, form.note.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            flash(str(refused), "notice")
            return redirect(url_for("improvement_months.show", month=str(month)), 303)
        else:
            flash(f"{month.words} is closed. The board reads this view from now on.")
            return redirect(url_for("improvement_months.show", month=str(month)), 303)
    return _page(viewer, form, None)


def _page(viewer: Viewer, closing: CloseMonthForm | None, said: tuple[int, NoChangeForm] | None) -> ResponseReturnValue:
    found = months.month_end(viewer)
    if found is None:
        return render_template("improvement/nothing_to_close.html"), 400 if closing or said else 200
    if said and all(line.id != said[0] for line in found.view.silent):
        # Somebody has spoken of it since, and its form has gone from the page: what was typed belongs to no field.
        typed = said[1].text.shown
        words = f" What you typed: “{typed}”." if typed else ""
        flash(f"That action has been spoken of by now, so nothing of yours was saved.{words}", "notice")
        return redirect(url_for("improvement_months.month_end") + "#actions", 303)
    number = month_number(found.view.month)
    if closing is None:
        closing = CloseMonthForm(None, data={"month": number})
    refused = said[1].error_summary if said else closing.error_summary
    drawn = render_template(
        "improvement/month_end.html",
        page=found,
        form=closing,
        number=number,
        said_of=said[0] if said else 0,
        said=said[1].text.shown if said else "",
        errors=[(words, f"#why-{said[0]}") for words, _ in refused] if said else refused,
    )
    return drawn, 400 if refused else 200


def _asked() -> Month | None:
    asked = request.args.get("month")
    try:
        return None if asked is None else Month.parse(asked)
    except ValueError:
        raise NotVisible("There is no such month.") from None


def _numbered(number: int | None) -> Month | None:
    try:
        return numbered_month(number or 0)
    except ValueError:
        return None
