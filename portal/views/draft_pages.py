"""How a draft is changed in pages: saved, refused with what is wrong, or shown beside what somebody else saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from portal.domain.errors import Conflict, Invalid
from portal.forms.drafts import DraftForm


class Draft(Protocol):
    """What the page of a draft holds, whatever it is a draft of."""

    @property
    def version(self) -> int:
        """What a change is based on."""


Page = TypeVar("Page", bound=Draft)


def saved_or_shown(
    form: DraftForm,
    page: Page,
    save: Callable[[], str],
    *,
    reread: Callable[[], Page],
    draw: Callable[[Page, Conflict | None], str],
    in_words: Callable[[Page], Mapping[str, str]] | None = None,
    message: str,
) -> ResponseReturnValue:
    """Save what was posted and go on to where `save` says, or draw the form with what was typed.

    Where somebody else was quicker, the page is read again, and `in_words` says what stands there now.
    """
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            onwards = save()
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            page = reread()
            lost = Conflict(str(refused), theirs=in_words(page) if in_words else None)
            form.version.data = page.version
        else:
            flash(message)
            return redirect(onwards, 303)
    return draw(page, lost), 409 if lost else 400 if form.error_summary else 200


def acted(act: Callable[[int], None], message: str, back: str) -> ResponseReturnValue:
    """Do what a button of one act asks, and say so on the draft's page, also where it could not be done."""
    form = DraftForm()
    if form.validate_on_submit():
        try:
            act(form.seen)
        except (Invalid, Conflict) as refused:
            flash(str(refused), "notice")
        else:
            flash(message)
    else:
        flash("The page was out of date. Nothing was changed.", "notice")
    return redirect(back, 303)
