"""Asking for feedback about a conference: printed cards in several languages, and links in mails."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.feedback_vocabulary import Audience, Language
from portal.domain.working_days import london_day
from portal.forms.feedback import AskForm, CardLanguages, MakeCardForm
from portal.services.feedback import cards, mailed
from portal.web.guards import requires
from portal.web.translations import long_day, speaking

pages = Blueprint("feedback_cards", __name__)

AT = "/meetings/<int:meeting_id>/feedback"


@pages.get(AT)
@requires(Permission.FEEDBACK_CARDS)
def index(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The cards of a conference."""
    page = cards.cards_page(viewer, meeting_id)
    return render_template("feedback/cards.html", page=page, form=MakeCardForm(None), Audience=Audience)


@pages.post(AT)
@requires(Permission.FEEDBACK_CARDS)
def make(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Make a card, or lead to the one that works."""
    page = cards.cards_page(viewer, meeting_id)
    form = MakeCardForm()
    if form.validate():
        card_id = cards.make_card(viewer, meeting_id, form.audience.data)
        return redirect(url_for("feedback_cards.show", meeting_id=meeting_id, card_id=card_id), 303)
    return render_template("feedback/cards.html", page=page, form=form, Audience=Audience), 400


@pages.get(f"{AT}/<int:card_id>")
@requires(Permission.FEEDBACK_CARDS)
def show(viewer: Viewer, meeting_id: int, card_id: int) -> ResponseReturnValue:
    """The card, to be printed in the languages chosen."""
    card = cards.find_card(viewer, meeting_id, card_id, current_app.extensions["settings"].base_url)
    form = CardLanguages(request.args)
    chosen = form.chosen() if form.validate() else [Language.ENGLISH]
    form.language.data = chosen
    return render_template("feedback/card.html", card=card, form=form, chosen=_with_days(card, chosen))


@pages.post(f"{AT}/<int:card_id>/end")
@requires(Permission.FEEDBACK_CARDS)
def end(viewer: Viewer, meeting_id: int, card_id: int) -> ResponseReturnValue:
    """End a card at once."""
    cards.end_card(viewer, meeting_id, card_id)
    flash("The card has ended: its address does not work any more.")
    return redirect(url_for("feedback_cards.index", meeting_id=meeting_id), 303)


@pages.route(f"{AT}/mail", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_CARDS)
def mail(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Send professionals a link of their own."""
    page = mailed.ask_page(viewer, meeting_id)
    form = AskForm((one.user_id, one.name, one.agency_name) for one in page.people if not one.was_asked)
    if request.method == "POST" and not page.sends_mail:
        flash("The portal sends no email here. Hand out a card instead.", "notice")
        return redirect(url_for("feedback_cards.index", meeting_id=meeting_id), 303)
    if request.method == "POST" and form.validate():
        try:
            number = mailed.mail_links(viewer, meeting_id, form.people.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The link is on its way." if number == 1 else f"{number} links are on their way.")
            return redirect(url_for("feedback_cards.index", meeting_id=meeting_id), 303)
    return render_template("feedback/mail.html", page=page, form=form), 400 if form.error_summary else 200


def _with_days(card: cards.Card, languages: list[Language]) -> list[tuple[Language, str, Markup]]:
    """For each language its part of the card, drawn in it."""
    last = london_day(card.expires_at)
    found = []
    for language in languages:
        with speaking(language):
            day = long_day(last)
            words = render_template("feedback/card_words.html", card=card, day=day, Audience=Audience)
            # A template drew it, and escaped what it was given.
            found.append((language, day, Markup(words)))  # noqa: S704
    return found
