"""How days, times and shares are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.vocabulary import AgencyType
from portal.web.filters import percent

Draw = Callable[..., str]
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
LATE_IN_SUMMER = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ d | day }}", "Tuesday 24 November"),
        ("{{ d | day(year=true) }}", "Tuesday 24 November 2026"),
        ("{{ next | day }}", "Monday 4 January 2027"),
        ("{{ next | day(year=false) }}", "Monday 4 January"),
        ("{{ late | day }}", "Thursday 2 July"),
        ("{{ none | day }}", ""),
        ("{{ d | day_time(ten) }}", "Tuesday 24 November, 10:00"),
        ("{{ d | day_time }}", "Tuesday 24 November"),
        ("{{ summer | day_time }}", "Wednesday 1 July, 23:30"),
        ("{{ late | day_time }}", "Thursday 2 July, 00:30"),
        ("{{ none | day_time }}", ""),
        ("{{ d | short_day }}", "24 Nov 2026"),
        ("{{ late | short_day }}", "2 Jul 2026"),
        ("{{ none | short_day }}", ""),
        ("{{ summer | time_of_day }}", "23:30"),
        ("{{ naive | time_of_day }}", "23:30"),
        ("{{ ten | time_of_day }}", "10:00"),
        ("{{ none | time_of_day }}", ""),
        ("{{ today | due_words }}", "due today"),
        ("{{ d | due_words }}", "in 2 working days"),
        ("{{ saturday | due_words }}", "due tomorrow"),
        ("{{ past | due_words }}", "1 day late"),
        ("{{ none | due_words }}", ""),
        ("{{ d | days_left }} {{ past | days_left }}", "4 -1"),
        ("{{ kind | label }}/{{ kind | short_label }}/{{ none | label }}", "Children’s social care/Social care/"),
        ("{{ 10 | percent(12) }}", "83 %"),
        ("{{ 0 | percent(0) }}", ""),
    ],
)
def test_written(draw: Draw, source: str, written: str) -> None:
    names = {
        "d": date(2026, 11, 24),
        "next": date(2027, 1, 4),
        "saturday": date(2026, 11, 21),
        "past": date(2026, 11, 19),
        "ten": time(10),
        "summer": SUMMER,
        "naive": SUMMER.replace(tzinfo=None),
        "late": LATE_IN_SUMMER,
        "kind": AgencyType.SOCIAL_CARE,
    }
    assert draw(source, **names) == written


def test_percent_rounds_half_up() -> None:
    assert percent(1, 8) == "13 %"
    assert percent(1, 8, decimals=1) == "12.5 %"
    assert percent(1, 200) == "1 %"


@given(st.integers(1, 10_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_percent_is_nearest_and_within_bounds(share: tuple[int, int]) -> None:
    part, whole = share
    shown = int(percent(part, whole).removesuffix(" %"))
    assert 0 <= shown <= 100
    assert abs(shown * whole - 100 * part) * 2 <= whole


@pytest.mark.parametrize(
    ("call", "words", "colour"),
    [
        ("status_tag('due')", "Due", "blue"),
        ("status_tag('due', 0)", "Due today", "blue"),
        ("status_tag('due', 1)", "Due tomorrow", "blue"),
        ("status_tag('due', 2)", "Due in 2 days", "blue"),
        ("status_tag('late')", "Late", "red"),
        ("status_tag('sent')", "Sent", "green"),
        ("status_tag('not_needed')", "Not needed", "grey"),
        ("status_tag('differs')", "Differs", "yellow"),
    ],
)
def test_status_tags_have_a_word_and_a_colour(draw: Draw, call: str, words: str, colour: str) -> None:
    drawn = draw('{% from "components/status.html" import status_tag %}{{ ' + call + " }}").strip()
    assert drawn == f'<strong class="govuk-tag govuk-tag--{colour}">{words}</strong>'
