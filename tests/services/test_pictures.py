"""Pictures of figures: every number of a drawing stands in its table, and what is withheld stands nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.comparators import Comparator, Target
from portal.domain.measures import Direction, Of, Point, Series, Unit, Value
from portal.domain.months import Month
from portal.services.pictures import (
    FunnelOf,
    HeatTable,
    MultiplesOf,
    Shape,
    funnel_chart,
    funnel_figure,
    heat_figure,
    heat_map,
    multiples_chart,
    multiples_figure,
    run_chart,
    run_figure,
    words_of,
)
from tests.domain.test_control_limits import months, series

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("shape", list(Shape))
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
ENGLAND = Comparator("England", "2024/25", Decimal("81.4"), "Table C4")
TARGET = Target("2025-04", Decimal(95), "The board")
VALUES = [(31, 40), (28, 36), (33, 41), None, (30, 39), (29, 37), (12, 40), (33, 42), (30, 38), (31, 41), (9, 43)]


def texts(svg: bytes, *, axis: bool = False) -> list[str]:
    """What stands in a drawing; names of the scale only where they are asked for."""
    tree = ElementTree.fromstring(svg)
    return ["".join(text.itertext()) for text in tree.iter(f"{SVG}text") if axis or text.get("class") != "axis"]


def said(figure) -> str:
    """All that stands beside a drawing."""
    cells = [cell for table in figure.tables for row in (table.heads, *table.rows) for cell in row]
    return " | ".join([*cells, *(table.caption for table in figure.tables)])


def numbers(words) -> set[str]:
    return {number.rstrip(".,") for one in words for number in NUMBER.findall(one)}


def a_funnel():
    rows = [(f"School {letter}", Value(8 + place % 3, 10 + place)) for place, letter in enumerate("ABCDEFGH")]
    rows += [("St Oswald’s", Value(1, 30)), ("Tiny", Value(None, None)), ("None due", Value(0, 0))]
    return FunnelOf(series([(1, 2)]).measure, "Schools, April to June 2026", tuple(rows))


def a_heat():
    rows = (
        ("Police", (Value(8, 100), Value(None, None), Value(93, 100))),
        ("GPs", (Value(0, 40), None, Value(20, 100))),
        ("All agencies", (Value(8, 140), Value(None, None), Value(113, 200))),
    )
    return HeatTable(
        series([(1, 2)]).measure, "Here, 2026", ("Initial", "Review", "All"), rows, frozenset({"All", "All agencies"})
    )


def some_multiples():
    return MultiplesOf("Attendance", tuple((name, series(VALUES)) for name in ("Police", "GPs", "Schools", "Housing")))


def drawings(shape):
    """One of each kind, with what stands beside it."""
    shown, before = series(VALUES), series([(20, 30)] * 11)
    before = replace(before, points=tuple(replace(one, month=one.month.plus(-12)) for one in before.points))
    held = {"comparators": (ENGLAND,), "target": TARGET, "last_year": before}
    yield run_chart(shown, shape=shape, **held), run_figure(shown, **held)
    days = series([(40, 12), (33, 10)] * 6, unit=Unit.DAYS)
    yield run_chart(days, shape=shape), run_figure(days)
    counted = series([3, 4, 5, 3, 4, 6, 5, 4, 40], unit=Unit.NUMBER)
    yield run_chart(counted, shape=shape), run_figure(counted)
    yield funnel_chart(a_funnel(), shape), funnel_figure(a_funnel())
    yield heat_map(a_heat(), shape), heat_figure(a_heat())
    yield multiples_chart(some_multiples(), shape), multiples_figure(some_multiples())


@BOTH
def test_no_number_stands_in_a_drawing_that_is_not_in_its_table(shape):
    for svg, figure in drawings(shape):
        years = {str(point.month.year + more) for point in series(VALUES).points for more in (0, 1)}
        drawn = [one for one in texts(svg) if not one.startswith(("19 of", "499 of"))]
        assert numbers(drawn) - years <= numbers([said(figure)]), figure.alt


@BOTH
def test_a_drawing_is_one_image_with_words_and_nothing_that_runs(shape):
    for svg, figure in drawings(shape):
        tree = ElementTree.fromstring(svg)
        assert (tree.get("role"), tree.get("aria-label")) == ("img", figure.alt)
        assert tree.find(f"{SVG}title").text == figure.alt
        for part in tree.iter():
            assert part.tag.removeprefix(SVG) in {
                "svg", "title", "defs", "pattern", "rect", "path", "line", "polyline", "polygon", "circle", "text",
            }  # fmt: skip
            assert not [name for name in part.attrib if name == "style" or name.startswith("on") or "href" in name]


@BOTH
def test_a_narrow_drawing_fits_a_telephone(shape):
    for svg, _figure in drawings(shape):
        assert float(ElementTree.fromstring(svg).get("width")) <= {Shape.NARROW: 345, Shape.WIDE: 1060}[shape]


def test_every_figure_has_words_and_a_table():
    for _svg, figure in drawings(Shape.WIDE):
        assert figure.words
        assert figure.tables
        for table in figure.tables:
            assert all(len(row) == len(table.heads) for row in table.rows)


@BOTH
def test_a_withheld_month_is_a_gap_and_never_a_zero(shape):
    svg = run_chart(series(VALUES), shape=shape)
    tree = ElementTree.fromstring(svg)
    [hatched] = [one for one in tree.iter(f"{SVG}rect") if one.get("fill") == "url(#withheld)"]
    left, right = float(hatched.get("x")), float(hatched.get("x")) + float(hatched.get("width"))
    ink = [one for one in tree.iter(f"{SVG}polyline") if one.get("stroke") == "#14232b"]
    assert len(ink) == 2
    for line in ink:
        places = [float(pair.partition(",")[0]) for pair in line.get("points").split()]
        assert not [x for x in places if left < x < right]
        assert not min(places) < left < right < max(places)
    assert not [one for one in tree.iter(f"{SVG}circle") if left < float(one.get("cx")) < right]
    assert "Withheld (too few)" in texts(svg)
    assert ("July 2024", "too few") in {row[:2] for row in run_figure(series(VALUES)).tables[0].rows}


@given(months)
def test_what_is_withheld_cannot_be_read_from_what_is_drawn(values):
    """Pictures are made of the shown points alone: any number that was withheld draws the very same."""
    shown = series(values)
    assert run_chart(shown) == run_chart(shown)
    for point in shown.points:
        assert point.value.part is not None or point.value.is_withheld
    hidden = [place for place, value in enumerate(values) if value is None]
    figure = run_figure(shown)
    for place in hidden:
        row = next(row for row in figure.tables[0].rows if row[0] == shown.points[place].month.words)
        assert row[1] == "too few"
        assert set(row[2:]) <= {"–"}


def test_months_that_were_put_together_are_one_row_and_no_gap():
    blocks = series([None, None, (9, 30), *[(3, 10)] * 8], since={2: Month(2024, 4)})
    figure = run_figure(blocks)
    assert figure.tables[0].rows[0][:2] == ("April to June 2024", "30 % (9 of 30)")
    assert "url(#withheld)" not in run_chart(blocks).decode()
    assert not any("Too few to show" in sentence for sentence in figure.words)


def test_a_signal_has_its_shape_its_word_and_its_row():
    shown = series(VALUES)
    svg = run_chart(shown)
    assert "Worse, more than chance" in texts(svg)
    assert len(list(ElementTree.fromstring(svg).iter(f"{SVG}polygon"))) == 1 + sum(
        row[-1] == "Worse" for row in run_figure(shown).tables[0].rows
    )
    assert any(sentence.endswith("worse, and more than chance.") for sentence in words_of(shown))


def test_what_it_is_held_against_is_said_and_none_of_it_claimed_to_be_chance():
    shown = series(VALUES)
    before = series([(30, 60)] * 11)
    before = replace(before, points=tuple(replace(one, month=one.month.plus(-12)) for one in before.points))
    said_so = words_of(shown, (ENGLAND,), TARGET, before)
    assert "The target is 95 %: not reached." in said_so
    assert "England, 2024/25: 81.4 %. Here it is lower." in said_so
    # Ten of the eleven months: one is withheld now.
    [compared] = [one for one in said_so if "a year before" in one]
    assert compared == ("The same 10 months a year before: 50 % (300 of 600). Now: 67 % (266 of 397), which is higher.")
    few = replace(before, points=before.points[:5])
    assert not any("a year before" in one for one in words_of(shown, (), None, few))
    lower = series([(96, 100)] * 9, direction=Direction.LOWER)
    assert "The target is 95 %: not reached." in words_of(lower, (), TARGET)
    assert "The target is 95 %: higher." in words_of(series([(96, 100)] * 9, direction=Direction.NEITHER), (), TARGET)


def test_where_nothing_can_be_shown_there_is_no_picture_to_show():
    figure = run_figure(series([None] * 6))
    assert not figure.has_picture
    assert figure.tables
    few = FunnelOf(series([(1, 2)]).measure, "GPs", (("One", Value(1, 2)), ("Two", Value(2, 2))))
    assert funnel_chart(few) is None
    assert funnel_figure(few).words == ("A funnel needs 5 agencies whose figures can be shown.",)
    assert multiples_chart(MultiplesOf("Nobody", ())) is None


def test_where_there_was_nothing_to_count_no_row_of_dashes_says_so():
    figure = run_figure(series([(0, 0)] * 12), last_year=series([(0, 0)] * 12))
    assert (figure.words, figure.tables, figure.has_picture) == (
        ("There was nothing to count in these months.",),
        (),
        False,
    )
    assert run_figure(series([(0, 0)] * 12), [ENGLAND]).tables[0].caption == "Held against"
    # What is withheld is something; and a year with something is shown beside one in which there was nothing.
    assert "too few to tell" in run_figure(series([None] * 12)).words[0]
    assert len(run_figure(series([(0, 0)] * 24), last_year=series([(4, 8)] * 24)).tables) == 1


def test_a_funnel_names_who_stands_outside_by_a_letter_that_its_table_has():
    figure = funnel_figure(a_funnel())
    assert any(
        row[0] == "St Oswald’s (A)" and row[3] == "Outside the outer lines, below" for row in figure.tables[0].rows
    )
    assert any(one.startswith("A: St Oswald’s, 3 % (1 of 30)") for one in texts(funnel_chart(a_funnel())))
    assert "Tiny" not in " ".join(texts(funnel_chart(a_funnel())))
    assert ("Tiny", "too few", "–", "–") in figure.tables[0].rows


def test_a_heat_map_is_dark_where_it_should_not_be():
    svg = heat_map(a_heat()).decode()
    lower = heat_map(replace(a_heat(), measure=replace(a_heat().measure, direction=Direction.LOWER))).decode()
    assert svg.index("#0b5a6f") < svg.index(">8 %")
    assert svg != lower
    assert heat_figure(a_heat()).words[0].startswith("Lowest: GPs, initial: 0 % (0 of 40); Police, initial: 8 %")
    assert heat_figure(a_heat()).words[1] == "2 cells are withheld: too few to show."


@given(st.text(max_size=60), st.text(max_size=200))
def test_names_of_any_kind_are_only_words(title, about):
    """Whatever an agency is called, the drawing stays an image that can be read as XML."""
    clean = "".join(letter for letter in title if letter.isprintable())
    about = "".join(letter for letter in about if letter.isprintable())
    shown = Series(series([(1, 2)]).measure, Of(), about, (Point(Month(2026, 1), Value(3, 9)),), date(2026, 6, 10))
    for svg in (
        run_chart(shown, (Comparator(clean or "?", "2025", Decimal(50), "s"),)),
        multiples_chart(MultiplesOf(about, ((clean, shown),))),
        heat_map(HeatTable(shown.measure, about, (clean or "?",), ((clean, (Value(1, 2),)),))),
    ):
        ElementTree.fromstring(svg)


def test_drawing_loads_no_library_of_charts():
    """A process that draws these never pays for one: they are lines and words."""
    script = (
        "import sys; from tests.services.test_pictures import drawings, Shape; list(drawings(Shape.WIDE)); "
        "print([name for name in ('altair', 'vl_convert', 'matplotlib', 'numpy') if name in sys.modules])"
    )
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"
