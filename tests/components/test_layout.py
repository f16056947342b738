"""The frame of every page: what stands in it for whom, and that nothing in it breaks the security policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask, flash, g
from jinja2 import UndefinedError
from markupsafe import Markup

from tests.components.bare_app import signed_in

Draw = Callable[..., str]
PAGE = """{% extends "layout.html" %}
{% block title %}Meetings{% endblock %}
{% block before %}{{ way_back }}{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Meetings</h1>{% endblock %}"""


def page_of(draw: Draw, **names: object) -> BeautifulSoup:
    """A small page in the layout."""
    return BeautifulSoup(draw(PAGE, **{"way_back": "", **names}), "html.parser")


def test_frame(draw: Draw) -> None:
    page = page_of(draw)
    assert page.title.get_text() == "Meetings – Safeguarding partnership portal"
    assert [heading.get_text() for heading in page.find_all("h1")] == ["Meetings"]
    assert page.select_one("a.govuk-skip-link")["href"] == "#main-content"
    assert page.main["id"] == "main-content"
    assert "OFFICIAL-SENSITIVE" in page.footer.get_text()
    assert "printed Friday 20 November 2026" in page.footer.get_text()
    assert [link.get_text() for link in page.select("nav[aria-label=Sections] a")] == ["Home", "Meetings"]
    assert page.select_one("nav a[aria-current]").get_text() == "Home"


def test_sign_out_is_a_form_with_a_button(draw: Draw) -> None:
    form = page_of(draw).select_one("form[action='/sign-out']")
    assert form["method"] == "post"
    assert form.button.get_text(strip=True) == "Sign out"
    assert form.select_one("[name=csrf_token]")["value"]
    assert form.select_one("[name=working_as]")["value"] == "7"


def test_one_hat_shows_agency_and_partnership_without_a_choice(draw: Draw) -> None:
    header = page_of(draw).header
    assert "Marsh Lane Surgery" in header.get_text()
    assert "Eastmarsh" in header.get_text()
    assert header.select_one("a[href='/working-as']") is None


def test_several_hats_can_be_changed(draw: Draw) -> None:
    header = page_of(draw, viewer=signed_in(has_other_hats=True)).header
    assert "Working as Practitioner, Marsh Lane Surgery" in " ".join(header.get_text().split())
    assert header.select_one("a[href='/working-as']") is not None


@pytest.mark.parametrize("viewer", [None, signed_in(is_signed_in=False)])
def test_nobody_signed_in_sees_no_sections_and_no_sign_out(draw: Draw, viewer: object) -> None:
    page = page_of(draw, viewer=viewer)
    assert page.nav is None
    assert page.form is None


def test_demonstration_is_said_only_in_demo_mode(draw: Draw) -> None:
    assert page_of(draw).select_one(".app-demo") is None
    assert "invented" in page_of(draw, demo_mode=True).select_one(".app-demo").get_text()


def test_way_back_stands_before_main_in_a_landmark_of_its_own(draw: Draw) -> None:
    assert page_of(draw).select_one(".app-before") is None
    before = page_of(draw, way_back=Markup('<a href="/">Back</a>')).select_one(".app-before")
    assert before["role"] == "region"
    assert before.find_next_sibling("main") is not None


def test_flashed_messages_are_shown_once_each_under_their_own_id(draw: Draw) -> None:
    flash("The report has been sent.")
    flash("The meeting has moved.", "notice")
    banners = page_of(draw).select(".govuk-notification-banner")
    assert [banner["role"] for banner in banners] == ["alert", "region"]
    assert len({banner["aria-labelledby"] for banner in banners}) == 2


def test_nothing_inline(draw: Draw) -> None:
    page = page_of(draw, demo_mode=True)
    assert page.find_all(style=True) == []
    assert page.find_all("style") == []
    assert [script.get_text() for script in page.find_all("script")] == ["", ""]
    assert all(script["src"].startswith("/static/") for script in page.find_all("script"))


def test_files_of_the_page_are_served(component_app: Flask, draw: Draw) -> None:
    page = page_of(draw)
    addresses = [tag["href"] for tag in page.select("link[href]")] + [tag["src"] for tag in page.select("script")]
    assert len(addresses) == 5
    client = component_app.test_client()
    assert {client.get(address).status_code for address in addresses} == {200}


def test_form_tag_opens_a_guarded_form(draw: Draw) -> None:
    form = BeautifulSoup(
        draw(
            '{% from "components/form.html" import form_tag with context %}'
            '{% call form_tag("/answer", attributes={"data-autosave": "/draft"}) %}<p>In</p>{% endcall %}'
        ),
        "html.parser",
    ).form
    assert form.has_attr("novalidate")
    assert (form["method"], form["action"], form["data-autosave"]) == ("post", "/answer", "/draft")
    assert form.select_one("[name=csrf_token]")["value"]
    assert form.select_one("[name=working_as]")["value"] == "7"
    assert form.p.get_text() == "In"


def test_form_fields_of_a_stranger_name_no_membership(draw: Draw) -> None:
    fields = BeautifulSoup(draw("{{ form_fields() }}", viewer=None), "html.parser")
    assert [field["name"] for field in fields.find_all("input")] == ["csrf_token"]


def test_form_tag_imported_without_context_fails_loudly(draw: Draw) -> None:
    with pytest.raises((KeyError, UndefinedError)):
        draw('{% from "components/form.html" import form_tag %}{% call form_tag("/x") %}{% endcall %}')


def test_a_missing_name_is_an_error(draw: Draw) -> None:
    with pytest.raises(UndefinedError):
        draw("{{ meeting.title }}")


def test_error_pages_say_what_to_do(draw: Draw) -> None:
    source = '{% include "errors/error.html" %}'
    for code in (400, 403, 404, 405, 409, 413, 429, 500):
        page = BeautifulSoup(draw(source, code=code, error_number="7F3K-92QX", message=""), "html.parser")
        assert len(page.find_all("h1")) == 1
        assert "quote 7F3K-92QX" in " ".join(page.main.get_text().split())
        assert page.main.select_one("a[href='/']") is not None
    told = draw(source, code=409, error_number="7F3K-92QX", message="The meeting is closed.")
    assert "The meeting is closed." in told


def test_refused_form_is_shown_again(draw: Draw, in_request: Flask) -> None:
    g.refused_form = {"strengths": "\nMother brings <both> children."}
    page = BeautifulSoup(
        draw('{% include "errors/error.html" %}', code=400, error_number="A", message=""), "html.parser"
    )
    assert page.textarea.get_text() == "\n\nMother brings <both> children."
    assert page.select_one(f"label[for={page.textarea['id']}]").get_text() == "Strengths"


def conflict(draw: Draw) -> BeautifulSoup:
    """The page for two texts of one field, another being the same in both."""
    return BeautifulSoup(
        draw(
            '{% include "errors/conflict.html" %}',
            mine={"Strengths": "mine & more", "Worries": "same"},
            theirs={"Strengths": "theirs", "Worries": "same"},
            names={"Strengths": "strengths", "Worries": "worries"},
            action="/reports/7",
            version=9,
            hidden={"step": "2"},
        ),
        "html.parser",
    )


def test_conflict_offers_mine_theirs_and_both(draw: Draw) -> None:
    page = conflict(draw)
    offered = {}
    for form in page.main.find_all("form"):
        fields = {field["name"]: field.get("value") for field in form.select("input[name]")}
        fields |= {area["name"]: area.get_text().removeprefix("\n") for area in form.find_all("textarea")}
        assert fields["csrf_token"]
        assert (form["action"], fields["version"], fields["step"], fields["worries"]) == (
            "/reports/7",
            "9",
            "2",
            "same",
        )
        offered[form.button.get_text(strip=True)] = fields["strengths"]
    assert offered == {
        "Keep mine": "mine & more",
        "Keep theirs": "theirs",
        "Save the text put together": "theirs\n\nmine & more",
    }


def test_conflict_shows_only_what_differs(draw: Draw) -> None:
    assert [heading.get_text() for heading in conflict(draw).select("section h2")] == ["Strengths"]


@pytest.mark.parametrize(
    "template",
    [
        "layout",
        "components/form",
        "meetings/filters",
        "meetings/index",
        "meetings/rows",
        "meetings/search_box",
        "registers/rows",
        "registers/show",
    ],
)
def test_what_is_drawn_most_is_written_in_ascii(app: Flask, template: str) -> None:
    """One other character doubles the room that the whole page takes while it is drawn, and the time to send it."""
    words = (Path(app.root_path) / "templates" / f"{template}.html").read_text(encoding="utf-8")
    assert [line for line in words.splitlines() if not line.isascii()] == []
