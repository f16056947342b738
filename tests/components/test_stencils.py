"""Stencils: stamped with anybody's words they stay HTML, and a register's row is drawn as the components would."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from portal.domain.labels import short_label
from portal.domain.registers import CHOICES
from portal.web.stencils import Stencil, in_ascii
from portal.web.templating import component

CHOSEN = [(choice.value, short_label(choice)) for choice in CHOICES]


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs"]))
"""What people write: no control, and nothing that is no character."""


@given(WORDS, WORDS)
def test_whatever_somebody_wrote_stands_there_as_text(name, note):
    stencil = Stencil(Markup('<p id="%(id)s" title="%(note)s">%(name)s %(name)s 100%%</p>'))
    stamped = stencil.stamp({"id": 7, "name": name, "note": note})
    assert unescape(stamped) == f'<p id="7" title="{note}">{name} {name} 100%%</p>'
    assert "<" not in stamped.removeprefix("<p").removesuffix("</p>")
    assert stamped.isascii()
    assert isinstance(stamped, Markup)


@given(st.text(st.characters(exclude_categories=["Cn", "Cs"])))
def test_references_are_read_as_what_was_meant(words):
    assert unescape(in_ascii(words)) == words


def test_html_stays_html_and_a_place_without_a_value_stays_empty():
    stencil = Stencil("<p>%(kept)s|%(nothing)s</p>")
    assert stencil.stamp({"kept": Markup("<b>x</b>"), "elsewhere": "y"}) == "<p><b>x</b>|</p>"


@given(st.lists(st.tuples(st.text(), st.text())))
def test_many_rows_are_stamped_as_each_would_be(rows):
    stencil = Stencil('<p title="%(note)s">%(name)s 100%%</p>')
    assert stencil.places == ("note", "name")
    stamped = stencil.stamp_all([(note, Markup("<b>%s</b>") % name) for note, name in rows])
    assert stamped == "".join(stencil.stamp({"note": note, "name": Markup("<b>%s</b>") % name}) for note, name in rows)
    assert isinstance(stamped, Markup)


@given(st.lists(st.tuples(WORDS, WORDS)))
def test_a_name_fills_all_its_places_and_what_is_not_named_stays_empty(rows):
    stencil = Stencil('<p title="%(note)s">%(name)s, %(nothing)s %(name)s</p>')
    stamped = stencil.stamp_named(("name", "elsewhere", "note"), [(name, "x", note) for name, note in rows])
    assert stamped == "".join(stencil.stamp({"note": note, "name": name}) for name, note in rows)
    assert isinstance(stamped, Markup)


def test_one_place_is_filled_by_name_too():
    assert Stencil("<p>%(one)s</p>").stamp_named(("other", "one"), [("x", 1), ("y", 2)]) == "<p>1</p><p>2</p>"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_one_without_a_place_is_only_repeated(number):
    rows = [()] * number
    assert Stencil("<hr>").stamp_all(rows) == Stencil("<hr>").stamp_named((), rows) == "<hr>" * number


def test_the_templates_indentation_is_left_out():
    assert Stencil("<p>\n      one\n  </p>").stamp({}) == "<p>\none\n</p>"


@pytest.mark.parametrize("chosen", CHOICES)
def test_a_rows_choices_are_those_of_the_component(in_request: Flask, chosen: Any):
    drawn: Any = in_request.jinja_env.get_template("registers/rows.html").module
    row = Stencil(drawn.row(CHOSEN, one_form=False)).stamp({"id": 7, chosen.value: Markup(" checked")})
    ours = BeautifulSoup(row, "html.parser").select_one(".govuk-radios")
    radios = component("inputs", "radio_items")
    theirs = BeautifulSoup(
        radios("attendance", CHOSEN, chosen.value, "here-7", "govuk-radios--inline app-choices"), "html.parser"
    ).select_one(".govuk-radios")
    assert ours is not None
    assert theirs is not None
    # The script of GOV.UK's radios only opens what a choice reveals, and these reveal nothing.
    del theirs["data-module"]
    assert _tags(ours) == _tags(theirs)


def _tags(part: Any) -> list[tuple[str, dict[str, Any], str]]:
    return [(tag.name, dict(tag.attrs), tag.get_text(strip=True)) for tag in part.find_all(True)]
