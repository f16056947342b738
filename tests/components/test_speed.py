"""What repeats on a page must cost next to nothing: the reason for having macros of our own."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from flask import Flask

from tests.components.govuk import LIBRARY

CHOICES = [("in_person", "In person"), ("video", "Video"), ("telephone", "Phone"), ("no_response", "Absent")]
OURS = """{% from "components/inputs.html" import radio_items %}
{% for row in rows %}{{ radio_items("attendance", choices, "video", "here-" ~ row) }}{% endfor %}"""
THEIRS = """{% from "govuk_frontend_jinja/components/radios/macro.html" import govukRadios %}
{% for row in rows %}
{{ govukRadios({"name": "attendance", "idPrefix": "here-" ~ row, "value": "video", "items": items}) }}
{% endfor %}"""


def best(work: Callable[[], object], rounds: int = 9) -> float:
    """The shortest of several runs: other work on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def test_eighty_radios_are_far_cheaper_than_the_librarys(in_request: Flask) -> None:
    rows = range(20)
    ours = in_request.jinja_env.from_string(OURS)
    theirs = LIBRARY.from_string(THEIRS)
    items = [{"value": value, "text": text} for value, text in CHOICES]
    assert ours.render(rows=rows, choices=CHOICES).count("<input") == 80
    assert theirs.render(rows=rows, items=items).count("<input") == 80
    ratio = best(lambda: theirs.render(rows=rows, items=items)) / best(lambda: ours.render(rows=rows, choices=CHOICES))
    assert ratio > 5, f"80 radios cost only {ratio:.1f} times less than the library's"
