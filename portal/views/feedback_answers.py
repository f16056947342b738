"""What families and professionals open from a card or a mail: a language, five questions, thanks. Nobody signs in.

Opening an address here changes nothing, however often it is done. A card that has ended and one that never was look
alike, and so do their answers to a browser.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotVisible
from portal.domain.feedback_vocabulary import Audience, Language
from portal.domain.feedback_words import HEADINGS, LEAVE_EMPTY
from portal.forms.feedback import FEEDBACK_FORMS
from portal.services.feedback.giving import NoSuchCard, give_feedback, open_card
from portal.services.throttle import Throttled
from portal.web.guards import public
from portal.web.translations import speak, speaking, translated

pages = Blueprint("feedback_answers", __name__)

AT = "/f/<code>"
IN = f"{AT}/<language>"

CardView = Callable[..., ResponseReturnValue]


def card_page(view: CardView) -> CardView:
    """Draw a page in the frame of nobody, whoever is signed in on this browser, in the language of its address."""

    @wraps(view)
    def framed(viewer: Viewer, **parts: str) -> ResponseReturnValue:
        g.viewer = Viewer.nobody(viewer.now)
        if "language" in parts:
            speak(_language(parts["language"]))
        try:
            return view(g.viewer, **parts)
        except NoSuchCard:
            return _said("feedback/over.html", is_chosen="language" in parts), 404
        except Throttled as refused:
            seconds = int((refused.until - viewer.now).total_seconds()) + 1
            page = _said("feedback/too_many.html", is_chosen="language" in parts)
            return page, 429, {"Retry-After": str(seconds)}

    return framed


@pages.get(f"{IN}/thanks")
@public
@card_page
def thanks(viewer: Viewer, code: str, language: str) -> ResponseReturnValue:
    """What was given is kept. The card may be used up by now, so it is not looked for."""
    return render_template("feedback/thanks.html", language=Language(language))


@pages.get(AT)
@public
@card_page
def choose(viewer: Viewer, code: str) -> ResponseReturnValue:
    """Which language to go on in."""
    card = open_card(code, viewer.now, request.remote_addr or "")
    return render_template(
        "feedback/choose.html",
        language=Language.ENGLISH,
        code=code,
        headings=_in_every_language(HEADINGS[card.audience]),
    )


@pages.get(IN)
@public
@card_page
def show(viewer: Viewer, code: str, language: str) -> ResponseReturnValue:
    """The five questions."""
    card = open_card(code, viewer.now, request.remote_addr or "")
    form = FEEDBACK_FORMS[card.audience](None)
    form.number.data = secrets.token_urlsafe(16)
    return _form_page(card.audience, code, language, form)


@pages.post(IN)
@public
@card_page
def send(viewer: Viewer, code: str, language: str) -> ResponseReturnValue:
    """Keep what was given; whatever a machine fills in is thanked for, and not kept."""
    card = open_card(code, viewer.now, request.remote_addr or "")
    form = FEEDBACK_FORMS[card.audience]()
    if form.validate():
        if not form.is_by_machine:
            try:
                give_feedback(
                    viewer,
                    code,
                    form.given(Language(language)),
                    form=form.number.data or "",
                    address=request.remote_addr or "",
                )
            except Invalid as refused:
                form.take(refused)
        if not form.error_summary:
            return redirect(url_for("feedback_answers.thanks", code=code, language=language), 303)
    return _form_page(card.audience, code, language, form), 400


def _form_page(audience: Audience, code: str, language: str, form: object) -> str:
    return render_template(
        "feedback/form.html",
        language=Language(language),
        code=code,
        form=form,
        heading=HEADINGS[audience],
        is_family=audience is Audience.FAMILY,
        leave_empty=LEAVE_EMPTY,
    )


def _language(code: str) -> Language:
    try:
        return Language(code)
    except ValueError:
        raise NotVisible("No such language.") from None


def _in_every_language(words: str) -> list[tuple[Language, str]]:
    found = []
    for language in Language:
        with speaking(language):
            found.append((language, translated(words)))
    return found


def _said(template: str, *, is_chosen: bool) -> str:
    """A page with something to say to whoever came: in the language chosen, else in all of them."""
    language = g.get("language", Language.ENGLISH)
    said = []
    for each in [language] if is_chosen else list(Language):
        with speaking(each):
            # A template drew it, and escaped what it was given.
            said.append((each, Markup(render_template(template, language=each))))  # noqa: S704
    return render_template("feedback/said.html", language=language, said=said)
