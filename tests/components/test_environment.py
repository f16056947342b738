"""Pages are compiled in a way of our own; what comes out is Jinja's, word for word."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, UndefinedError
from markupsafe import Markup, escape

from portal.domain.vocabulary import Role
from portal.web.environment import PortalEnvironment, written
from portal.web.templating import install_templating

ATTACK = "<script>alert(\"1\" & '2')</script>"
PAGE = """{% macro cell(value) %}<td title="{{ value }}">{{ value }}</td>{% endmacro %}
{% set kept %}<b>{{ text }}</b>{% endset %}
{{ cell(text) }}{{ cell(kept) }}{{ kept }}{{ text | safe }}{{ html }}{{ thing }}{{ number }}{{ nothing }}
{% call(name) lines() %}{{ name }}{{ text }}{% endcall %}
{% filter upper %}{{ text }}{% endfilter %}{{ text ~ html }}{{ (html ~ text) | upper }}
{% autoescape false %}{{ text }}{{ html }}{% endautoescape %}{% autoescape plain %}{{ text }}{% endautoescape %}"""
LINES = "{% macro lines() %}{{ caller('<i>') }}{% endmacro %}"


class Thing:
    """Something that knows how it is written in a page."""

    def __html__(self) -> str:
        return "<thing>"


values = st.one_of(
    st.text(), st.builds(Markup, st.text()), st.integers(), st.none(), st.booleans(), st.dates(), st.just(Thing())
)


@given(values)
def test_what_is_written_says_what_markupsafe_escapes(value: object) -> None:
    html = f"<p>{written(value)}</p>"
    assert BeautifulSoup(html, "html.parser") == BeautifulSoup(f"<p>{escape(value)}</p>", "html.parser")


@given(values)
def test_what_is_written_is_ascii_unless_a_reference_would_mean_another_letter(value: object) -> None:
    text = written(value)
    assert text.isascii() or any("\x80" <= letter <= "\x9f" for letter in text)


def test_a_page_is_ascii_and_says_the_same(component_app: Flask) -> None:
    environment = Environment(autoescape=True, loader=component_app.jinja_env.loader)
    ours = component_app.jinja_env.overlay(loader=DictLoader({"page.html": "<p>One – {{ name }}’s</p>"}))
    drawn = ours.get_template("page.html").render(name="Zoë")
    assert drawn == "<p>One &#8211; Zo&#235;&#8217;s</p>"
    assert unescape(drawn) == environment.from_string("<p>One – {{ name }}’s</p>").render(name="Zoë")


def test_a_text_that_is_not_html_keeps_its_letters(component_app: Flask) -> None:
    ours = component_app.jinja_env.overlay(loader=DictLoader({"mail.txt": "One – {{ name }}’s"}), autoescape=False)
    assert ours.get_template("mail.txt").render(name="Zoë") == "One – Zoë’s"


def test_a_word_of_a_closed_list_is_written_as_its_value() -> None:
    assert written(Role.CHAIR) == "chair"


@pytest.mark.parametrize("plain", [True, False])
def test_a_page_is_as_jinja_draws_it(component_app: Flask, plain: bool) -> None:
    names = {
        "text": ATTACK,
        "html": Markup("<em>&amp;</em>"),
        "thing": Thing(),
        "number": 7,
        "nothing": None,
        "day": date(2026, 11, 20),
        "plain": plain,
    }
    ours, theirs = component_app.jinja_env, Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    assert isinstance(ours, PortalEnvironment)
    drawn = ours.from_string(LINES + PAGE).render(names)
    assert drawn == theirs.from_string(LINES + PAGE).render(names)
    assert "&lt;script&gt;" in drawn


def test_a_missing_name_is_still_a_fault(component_app: Flask) -> None:
    with pytest.raises(UndefinedError):
        component_app.jinja_env.from_string("{{ missing }}").render()


def test_the_app_compiles_its_pages_this_way(component_app: Flask) -> None:
    template = "errors/error.html"
    source = component_app.jinja_env.loader.get_source(component_app.jinja_env, template)[0]  # type: ignore[union-attr]
    compiled = component_app.jinja_env.compile(source, template, raw=True)
    assert "environment.written(" in compiled
    assert " escape(" not in compiled.split("\n", 1)[1]


def test_it_is_refused_once_something_else_has_set_jinja_up() -> None:
    app = Flask("late", static_folder=None)
    assert app.jinja_env
    with pytest.raises(RuntimeError, match="already"):
        install_templating(app)
