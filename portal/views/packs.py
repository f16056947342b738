"""Packs of figures in one click: what can be made, how far one is, its files, and who opened them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.packs import FORMAT_WORDS, OFFERS, STATE_WORDS, PackFormat, completed_quarters
from portal.domain.quarters import Quarter
from portal.forms.packs import PackForm, PackVersionForm, QuarterFilter
from portal.services.file_reading import HeldBack
from portal.services.packs import asking, listing
from portal.views.files import held_back
from portal.web.downloads import attachment
from portal.web.guards import requires

pages = Blueprint("packs", __name__)

_PACK = "/packs/<int:pack_id>"


@pages.get("/packs")
@requires(Permission.PACKS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """What can be made of a quarter in one click, and what has been made so far."""
    quarter = _asked_quarter(viewer)
    chosen = QuarterFilter(request.args)
    chosen.offer(completed_quarters(viewer.today), quarter)
    offers = listing.offers(viewer, quarter)
    form = PackForm(None)
    form.begin(quarter, listing.newest_id(viewer))
    return render_template(
        "packs/index.html",
        quarter=quarter,
        standing=listing.standing(viewer, quarter) if offers else None,
        offers=offers,
        packs=listing.list_packs(viewer, page=request.args.get("page", 1, type=int)),
        chosen=chosen,
        form=form,
        state_words=STATE_WORDS,
    )


@pages.post("/packs")
@requires(Permission.PACKS_MAKE, fresh=True)
def make(viewer: Viewer) -> ResponseReturnValue:
    """Put a pack into the queue of the worker."""
    form = PackForm()
    quarter = form.asked_quarter
    if not form.validate_on_submit() or form.kind.data is None or quarter is None:
        flash("Nothing is made: choose a pack, of a quarter that is over.", "notice")
        return redirect(url_for("packs.index"), 303)
    try:
        pack_id = asking.ask_for_pack(viewer, form.kind.data, quarter)
    except (Conflict, Invalid) as refused:
        flash(str(refused), "notice")
        return redirect(url_for("packs.index"), 303)
    flash(f"{OFFERS[form.kind.data].title}: it is being made. This takes less than a minute.")
    return redirect(url_for("packs.show", pack_id=pack_id), 303)


@pages.get(_PACK)
@requires(Permission.PACKS_VIEW)
def show(viewer: Viewer, pack_id: int) -> ResponseReturnValue:
    """How far a pack is; its files when it is ready, and who has opened them."""
    page = listing.pack_page(viewer, pack_id)
    form = PackVersionForm(None, data={"version": page.version})
    return render_template(
        "packs/show.html", page=page, form=form, offer=OFFERS[page.line.kind], state_words=STATE_WORDS,
        format_words=FORMAT_WORDS,
    )  # fmt: skip


@pages.post(f"{_PACK}/again")
@requires(Permission.PACKS_MAKE, fresh=True)
def again(viewer: Viewer, pack_id: int) -> ResponseReturnValue:
    """Have a pack tried again that could not be made."""
    try:
        asking.ask_again(viewer, pack_id, PackVersionForm().version.data or 0)
    except Conflict as refused:
        flash(str(refused), "notice")
    else:
        flash("It is being made again.")
    return redirect(url_for("packs.show", pack_id=pack_id), 303)


@pages.post(f"{_PACK}/delete")
@requires(Permission.PACKS_MAKE)
def delete(viewer: Viewer, pack_id: int) -> ResponseReturnValue:
    """Delete a pack's files."""
    try:
        asking.delete_pack(viewer, pack_id, PackVersionForm().version.data or 0)
    except Conflict as refused:
        flash(str(refused), "notice")
    else:
        flash("The files are deleted. Who made the pack and who opened it is kept.")
    return redirect(url_for("packs.show", pack_id=pack_id), 303)


@pages.get(f"{_PACK}/pack.pdf")
@requires(Permission.PACKS_VIEW, fresh="file")
def take_pdf(viewer: Viewer, pack_id: int) -> ResponseReturnValue:
    """The pack as a PDF, to be saved."""
    return _take(viewer, pack_id, PackFormat.PDF)


@pages.get(f"{_PACK}/pack.xlsx")
@requires(Permission.PACKS_VIEW, fresh="file")
def take_xlsx(viewer: Viewer, pack_id: int) -> ResponseReturnValue:
    """The pack as an Excel workbook."""
    return _take(viewer, pack_id, PackFormat.EXCEL)


@pages.get(f"{_PACK}/pack.zip")
@requires(Permission.PACKS_VIEW, fresh="file")
def take_zip(viewer: Viewer, pack_id: int) -> ResponseReturnValue:
    """The pack's tables as CSV files."""
    return _take(viewer, pack_id, PackFormat.CSV)


def _take(viewer: Viewer, pack_id: int, wanted: PackFormat) -> ResponseReturnValue:
    try:
        stored, chunks = listing.open_pack(viewer, pack_id, wanted)
    except HeldBack as held:
        return held_back(held)
    return attachment(chunks, stored.media_type, size=stored.size, name=stored.name)


def _asked_quarter(viewer: Viewer) -> Quarter:
    """The quarter in the address, or the last one that is over."""
    asked = request.args.get("quarter")
    if asked is None:
        return completed_quarters(viewer.today, 1)[0]
    try:
        quarter = Quarter.parse(asked)
    except ValueError:
        raise NotVisible("There is no such quarter.") from None
    if not quarter.is_over(viewer.today):
        raise NotVisible("This quarter is not over yet.")
    return quarter
