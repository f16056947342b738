"""A few pages and what comes in from them, for tests of the scripts in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, g, render_template_string, request
from markupsafe import Markup

from tests.components.bare_app import signed_in

CHOICES = [
    ("in_person", "In person"),
    ("video", "Video"),
    ("telephone", "Phone"),
    ("apologies", "Apologies"),
    ("no_response", "Absent"),
]
FRAME = """{% extends "layout.html" %}{% block title %}Page{% endblock %}
{% from "components/inputs.html" import textarea, radio_items, radios, checkbox_items, button, file_input %}
{% from "components/page.html" import autosave_line, filters, back_link %}
{% block before %}{{ back_link("/") }}{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Page</h1>"""
REPORT = (
    FRAME
    + """<form method="post" action="/sent" novalidate data-autosave="/draft">{{ form_fields() }}
<input type="hidden" name="version" value="{{ version }}">
{{ textarea("strengths", "Strengths") }}{{ textarea("worries", "Worries") }}{{ autosave_line() }}
{{ button("Send the report", name="send", value="yes") }}</form>{% endblock %}"""
)
QUESTIONS = (
    FRAME
    + """<form method="post" action="/sent" novalidate data-autosave="/answers" data-autosave-questions>
{{ form_fields() }}{% for code, words in (("strengths", "Strengths"), ("worries", "Worries")) %}
<div id="question-{{ code }}" data-question="{{ code }}"><input type="hidden" name="seen-{{ code }}" value="0">
{% if code in carried %}<p data-carried><button type="submit" name="confirm" value="{{ code }}"
 class="govuk-button">Confirm {{ words | lower }}</button></p>{% endif %}{{ textarea(code, words) }}</div>{% endfor %}
<div data-question="view"><input type="hidden" name="seen-view" value="0">
{{ radios("view", "A plan?", [("yes", "Yes"), ("no", "No")]) }}</div>
<div data-question="harm" data-asked-if="view" data-asked-values="yes"><input type="hidden" name="seen-harm" value="0">
<p data-asked-words>Only if yes</p>{{ textarea("harm", "Which harm") }}</div>
<div data-question="more" data-asked-if="harm" data-asked-values="x"><input type="hidden" name="seen-more" value="0">
{{ textarea("more", "And more") }}</div>{{ autosave_line() }}
{{ button("Send the report", name="send", value="yes") }}</form>{% endblock %}"""
)
REGISTER = (
    FRAME
    + """<p class="app-quorum" role="status" data-register-quorum>nobody yet</p>
<table class="govuk-table app-register app-table--cards" data-register>
<thead class="govuk-table__head"><tr><th scope="col">Agency</th><th scope="col">Here?</th></tr></thead><tbody>
{% for name in ("Police", "GP", "School") %}<tr class="govuk-table__row" data-register-row>
<th scope="row" class="govuk-table__header">{{ name }}
<span class="app-saved" role="status" data-register-status></span></th>
<td class="govuk-table__cell app-register__here"><form method="post" action="/row/{{ loop.index }}" novalidate>
{{ form_fields() }}<input type="hidden" name="version" value="1">
<fieldset class="govuk-fieldset"><legend class="govuk-visually-hidden">{{ name }}: who was there</legend>
{{ radio_items("attendance", choices, none, "here-" ~ loop.index, "govuk-radios--inline app-choices") }}</fieldset>
<div class="app-register__more" data-when-present>
{{ checkbox_items("left_early", [("yes", "Left early")], (), "left-" ~ loop.index, "govuk-checkboxes--small") }}</div>
<button type="submit" class="govuk-button app-register__save">Save {{ name }}</button></form></td></tr>{% endfor %}
</tbody></table>{% endblock %}"""
)
OTHERS = (
    FRAME
    + """{{ radios("answer", "Will you come?", [("yes", "Yes"), ("no", "No", none, reason)]) }}
{% call filters() %}{{ textarea("q", "Words") }}{% endcall %}{% endblock %}"""
)

PLAIN = (
    FRAME
    + """<form method="post" action="/sent" novalidate>{{ form_fields() }}
{{ textarea("reply", "Your reply", request.form.get("reply", "")) }}
{{ button("Send the reply", name="send", value="yes") }}</form>{% endblock %}"""
)

CHOOSING = (
    FRAME
    + """<form method="post" action="/sent" enctype="multipart/form-data" novalidate>{{ form_fields() }}
{{ file_input("record", "The record", hint="Choose it, and it is read.", attributes={"data-presses": "read"}) }}
{{ button("Read it", name="read", value="yes", id="read") }}
{{ button("Send the rest", name="send", value="yes") }}</form>{% endblock %}"""
)


class Server:
    """A few pages and what came in; `answer` decides how a save is answered."""

    def __init__(self, app: Flask) -> None:
        self.saves: list[dict[str, str]] = []
        self.sent: list[dict[str, str]] = []
        self.rows: list[tuple[int, dict[str, str]]] = []
        self.version = 1
        self.answer: Callable[[], Any] = self.saved
        self.viewer: Any = signed_in()
        self.under_way = self.most_under_way = 0
        self.left = 1200
        self.stayed: list[str] = []
        self.most_left = 1200
        self.address = ""
        self._routes(app)

    def saved(self) -> Any:
        """A save that succeeds."""
        self.version += 1
        return {"saved_at": "10:42", "version": self.version}

    def kept(self) -> Any:
        """Every answer that was sent is kept; each is called 1 from then on, 2 after that."""
        sent = self.saves[-1]
        codes = [name.removeprefix("seen-") for name in sent if name.startswith("seen-")]
        seen = {code: int(sent[f"seen-{code}"]) + 1 for code in codes}
        return {"saved_at": "10:42", "seen": seen, "conflicts": {}, "faults": {}}

    def slow(self) -> Any:
        """A save that takes its time."""
        time.sleep(0.6)
        return self.saved()

    def _questions(self, app: Flask) -> None:
        @app.get("/questions")
        def questions() -> Any:
            carried = request.args.getlist("carried")
            return render_template_string(QUESTIONS, carried=carried) if self.viewer else ("", 302, {"Location": "/"})

        @app.post("/answers")
        def answers() -> Any:
            self.saves.append(request.form.to_dict())
            return self.answer()

    def _signed_in(self, app: Flask) -> None:
        @app.get("/signed-in/left")
        def left() -> Any:
            return {"seconds": self.left}

        @app.post("/signed-in/stay")
        def stay() -> Any:
            self.stayed.append(request.headers["X-CSRFToken"])
            self.left = min(1200, self.most_left) if self.left else 0
            return {"seconds": self.left}

    def _routes(self, app: Flask) -> None:
        self._questions(app)
        self._signed_in(app)

        @app.before_request
        def who() -> None:
            g.viewer = self.viewer

        @app.get("/report")
        def report() -> Any:
            return render_template_string(REPORT, version=self.version) if self.viewer else ("", 302, {"Location": "/"})

        @app.route("/plain", methods=["GET", "POST"])
        def plain() -> str:
            return render_template_string(PLAIN)

        @app.get("/choosing")
        def choosing() -> str:
            return render_template_string(CHOOSING)

        @app.post("/draft")
        def draft() -> Any:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            self.saves.append(request.form.to_dict())
            try:
                return self.answer()
            finally:
                self.under_way -= 1

        @app.post("/sent")
        def sent() -> str:
            self.sent.append(
                {**request.form.to_dict(), **{name: file.filename or "" for name, file in request.files.items()}}
            )
            return "sent"

        @app.get("/register")
        def register() -> str:
            return render_template_string(REGISTER, choices=CHOICES)

        @app.post("/row/<int:number>")
        def row(number: int) -> Any:
            self.rows.append((number, request.form.to_dict()))
            version = int(request.form["version"]) + 1
            quorum = {"quorate": len(self.rows) > 1, "text": f"{len(self.rows)} present"}
            return (
                {"saved_at": "10:42", "version": version, "quorum": quorum}
                if self.answer == self.saved
                else self.answer()
            )

        @app.get("/others")
        def others() -> str:
            return render_template_string(OTHERS, reason=Markup("<p id='reason'>Why?</p>"))
