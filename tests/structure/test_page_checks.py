"""The checks that every page goes through find what they are there to find."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.database.session import db
from tests.page_checks import TITLE_ENDS, check_page, check_response
from tests.page_client import form_values

GOOD = f"""<!DOCTYPE html><html lang="en"><head><title>Answer{TITLE_ENDS}</title></head><body><main>
<h1>Will you come?</h1><h2>Your answer</h2>
<form method="post" action="/sign-in"><input type="hidden" name="csrf_token" value="t">
<label for="note">Reason</label><input id="note" name="note" aria-describedby="note-hint"><p id="note-hint">Short</p>
<fieldset><legend>Answer</legend><label for="yes">Yes</label><input type="radio" id="yes" name="answer"></fieldset>
<button>Send</button></form>
<p>None of the agencies has answered. <a href="#note">Reason</a> <a href="/sign-in">Sign in</a></p>
<table><tr><th>Agency</th></tr></table></main></body></html>"""

FAULTS = [
    ('lang="en"', "", "no lang"),
    ("<h1>Will you come?</h1>", "", "0 h1"),
    ("<h1>Will", "<h1>Twice</h1><h1>Will", "2 h1"),
    ("<h1>Will you come?</h1>", "<h1> </h1>", "h1 is empty"),
    (f"Answer{TITLE_ENDS}", "Answer", "title is"),
    (f"Answer{TITLE_ENDS}", TITLE_ENDS, "title is"),
    ("<h1>", '<div class="govuk-error-summary"></div><h1>', "not Error"),
    ("<h2>Your answer</h2>", "<h4>Your answer</h4>", "h4 follows h1"),
    ('<p id="note-hint">', '<p id="note">', "stands 2 times"),
    ('aria-describedby="note-hint"', 'aria-describedby="gone"', "points at nothing"),
    ('<label for="note">', '<label for="other">', "points at nothing"),
    ('<label for="note">Reason</label>', "", "has no label"),
    ('href="#note"', 'href="#gone"', "not on the page"),
    ('name="csrf_token" value="t"', 'name="other" value="t"', "0 csrf_token"),
    ('value="t"', 'value=""', "csrf_token"),
    ('method="post"', 'method="get"', "into the address"),
    ("<legend>Answer</legend>", "", "no legend"),
    ("<button>Send</button>", "<button></button>", "button says nothing"),
    ("Sign in</a>", "</a>", "says nothing"),
    ("<th>Agency</th>", "<td>Agency</td>", "no th"),
    ("<h2>", '<h2 style="color: red">', "style attribute"),
    ("<h2>", '<h2 onclick="alert(1)">', "has onclick"),
    ("<h2>", "<script>alert(1)</script><h2>", "without this answer's nonce"),
    ("<h2>", "<style>h2 {}</style><h2>", "a style element"),
    ("<h2>", '<img src="/static/portal.css"><h2>', "no alt"),
    ('href="/sign-in"', 'href="javascript:alert(1)"', "javascript:"),
    ('href="/sign-in"', 'href="/no-such-page"', "nothing is there"),
    ('href="/sign-in"', 'href="http://elsewhere.example/"', "outside the portal"),
    ('action="/sign-in"', 'action="/health/live"', "nothing is there for POST"),
    ("<h2>Your", '<link rel="stylesheet" href="/static/gone.css"><h2>Your', "nothing is there"),
    ("Your answer", "None", "a slip"),
    ("Your answer", "{{ answer }}", "a slip"),
    ("Your answer", "datetime.date(2026, 6, 10)", "a slip"),
    ("Your answer", "&lt;Answer.ATTEND: 'attend'>", "a slip"),
]


class Answer:
    """As much of a response as the checks look at."""

    class request:  # noqa: N801 - named like the attribute of a response
        method, path = "GET", "/sign-in"

    status_code = 200
    headers = {"Content-Security-Policy": "script-src 'self' 'nonce-abc'"}  # noqa: RUF012


def check(html: str) -> None:
    """Put a page through the checks, as one of a portal with two addresses."""
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/sign-in", "sign_in.start", methods=["GET", "POST"])
    bare.add_url_rule("/health/live", "health.live")
    check_page(bare, BeautifulSoup(html, "html.parser"), Answer)


def test_a_good_page_passes():
    check(GOOD)


@pytest.mark.parametrize(("words", "instead", "fault"), FAULTS, ids=[f"{fault[2]}-{fault[1][:20]}" for fault in FAULTS])
def test_a_fault_is_found(words, instead, fault):
    assert words in GOOD
    with pytest.raises(AssertionError, match=fault):
        check(GOOD.replace(words, instead, 1))


def test_every_header_is_looked_for(client):
    response = client.get("/sign-in")
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Cache-Control"):
        kept = response.headers.pop(name)
        with pytest.raises(AssertionError, match=name if name != "Cache-Control" else "cache"):
            check_response(client.application, response)
        response.headers[name] = kept
    check_response(client.application, response)


def test_forms_are_filled_in_as_a_browser_would():
    form = BeautifulSoup(
        """<form><input name="a" value="1"><input name="b" type="radio" value="x"><input name="b" type="radio" value="y"
        checked><input name="c" type="checkbox" value="1" checked><input name="c" type="checkbox" value="2">
        <textarea name="d">\nkept</textarea><select name="e"><option value="1">1<option value="2" selected>Two</select>
        <input name="f" disabled value="no"><button name="g" value="no">Go</button></form>""",
        "html.parser",
    ).form
    assert form is not None
    assert form_values(form) == {"a": "1", "b": "y", "c": ["1"], "d": "kept", "e": "2"}


def test_a_request_sees_nothing_of_the_tests_own_session(client, database):
    """Otherwise a test could pass because of rows that its own session still held."""
    before = db.session()
    client.get("/sign-in")
    assert db.session() is before
