"""The languages of the few pages that people read who do not work here; every other page is in English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_babel import Babel, force_locale, format_date, get_translations

from portal.domain.feedback_vocabulary import Language

FOLDER = Path("portal") / "translations"
"""Where the catalogues are, seen from the checkout: docs/feedback.md says how they are made."""


def install_translations(app: Flask) -> None:
    """Give templates `_()`, in the language that a view has chosen by `speak`; otherwise in English."""
    Babel(  # type: ignore[no-untyped-call]  # Flask-Babel is untyped
        app,
        configure_jinja=False,
        default_translation_directories=str(Path(app.root_path) / FOLDER),
        locale_selector=lambda: _locale(spoken()),
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda words: get_translations().ugettext(words),
        lambda one, many, number: get_translations().ungettext(one, many, number),
        newstyle=True,
    )


def speak(language: Language) -> None:
    """Draw this request's page in a language."""
    g.language = language


def spoken() -> Language:
    """The language of this request's page."""
    found: Language = g.get("language", Language.ENGLISH)
    return found


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say something in another language than the page's."""
    with force_locale(_locale(language)):
        yield


def translated(words: str, **facts: Any) -> str:
    """Words in the language spoken, with facts put where they stand as %(name)s."""
    found: str = get_translations().ugettext(words)
    return found % facts if facts else found


def long_day(day: date) -> str:
    """A day with its month in letters, as the language spoken writes it."""
    found: str = format_date(day, "long")  # type: ignore[no-untyped-call]  # as above
    return found


def _locale(language: Language) -> str:
    """As Babel knows it: days are written as they are here, 15 January 2027."""
    return "en_GB" if language is Language.ENGLISH else language.value
