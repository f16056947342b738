"""What may be said of counts by month: nothing small, and nothing that gives a small one back, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations_with_replacement, product

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain import published_counts
from portal.domain.month_blocks import Block, joined, merged, single_months, sum_of
from portal.domain.months import Month
from portal.domain.participation import PARTS
from portal.domain.published_counts import ALL, Published, Year, by_kind, of_agencies, of_conferences
from tests.domain.differencing import Attack

LIMIT = 5
MONTHS = 6
NOW = Month(2026, 9)
FIRST = Month(2026, 4)
KINDS = ("initial_conference", "review_conference")
AGENCIES = ("gp", "police", "school", "youth_justice")
PRACTICES = (11, 12, 13, 14)


def table_of(numbers: dict[tuple[str, str], list[int]]) -> Published:
    """A year with one count of invitations, the others as they follow from none having come or reported."""
    year = Year(MONTHS)
    for (agency, kind), expected in numbers.items():
        for name in PARTS:
            year.numbers[(agency, kind), name] = list(expected) if name in {"expected", "absent"} else [0] * MONTHS
    for kind in KINDS:
        by_kind(year, kind, AGENCIES, LIMIT)
    of_conferences(year, AGENCIES)
    return Published({2026: year}, NOW)


def ranges() -> list[tuple[int, int]]:
    return list(combinations_with_replacement(range(MONTHS), 2))


def cells_of(agency: str | None, kind: str | None, first: int, last: int) -> frozenset:
    """The cells that a question is about."""
    agencies = AGENCIES if agency is None else (agency,)
    kinds = KINDS if kind is None else (kind,)
    return frozenset(product(agencies, kinds, range(first, last + 1)))


def asked(published: Published) -> dict[frozenset, int | None]:
    """Every question that pages, packs and keys can ask, with its answer."""
    return {
        cells_of(agency, kind, first, last): published.count(
            (agency, kind), "expected", FIRST.plus(first), FIRST.plus(last)
        )
        for agency in (*AGENCIES, None)
        for kind in (*KINDS, None)
        for first, last in ranges()
    }


def attack(numbers: dict[tuple[str, str], list[int]], answers: dict[frozenset, int | None]) -> list[frozenset]:
    """The small sums that somebody finds out who has asked everything, by adding and subtracting or by bounds."""
    truth = {
        (agency, kind, month): numbers[agency, kind][month]
        for agency in AGENCIES
        for kind in KINDS
        for month in range(MONTHS)
    }
    known = Attack({cells: value for cells, value in answers.items() if value is not None})
    for cells, value in known.answers.items():
        assert value == sum(truth[cell] for cell in cells), "what is shown is true"
    found = [cells for cells in answers if 1 <= sum(truth[cell] for cell in cells) <= LIMIT and known.follows(cells)]
    bounds = known.bounds(truth, most=1000)
    found += [frozenset({cell}) for cell, (low, high) in bounds.items() if low == high and 1 <= truth[cell] <= LIMIT]
    return found


COUNTS = st.one_of(st.integers(0, 3), st.integers(0, 12), st.integers(6, 40))


@st.composite
def tables(draw) -> dict[tuple[str, str], list[int]]:
    return {
        (agency, kind): draw(st.lists(COUNTS, min_size=MONTHS, max_size=MONTHS))
        for agency in AGENCIES
        for kind in KINDS
    }


@settings(max_examples=150, deadline=None)
@given(tables())
def test_differencing_finds_no_small_count(numbers):
    assert attack(numbers, asked(table_of(numbers))) == []


@settings(max_examples=60, deadline=None)
@given(tables())
def test_nothing_small_is_shown(numbers):
    assert not any(1 <= value <= LIMIT for value in asked(table_of(numbers)).values() if value is not None)


def floors_of(year: Year, keys: dict[str | int, tuple]) -> dict[frozenset, int]:
    """What is known of withheld months beside sums: they are not 0, as long as what is 0 is always shown."""
    hidden = [
        (row, block, sum_of(block, year.of(key, "expected")))
        for row, key in keys.items()
        for block in year.blocks[key, "expected"]
        if not block.is_shown
    ]
    if any(count == 0 for _row, _block, count in hidden):
        return {}
    return {frozenset((row, month) for month in range(block.first, block.last + 1)): 1 for row, block, _ in hidden}


def told_exactly(year: Year, rows: dict[str | int, tuple], total: tuple, *, floors: bool = True) -> list[frozenset]:
    """The small sums that have one value in all tables of whole numbers that fit what is shown."""
    truth = {(row, month): year.of(key, "expected")[month] for row, key in rows.items() for month in range(MONTHS)}
    asked_of = {
        frozenset((row, month) for row in names for month in range(first, last + 1)): (key, first, last)
        for names, key in [*(((row,), key) for row, key in rows.items()), (tuple(rows), total)]
        for first, last in ranges()
    }
    shown = {cells: year.shown(key, "expected", first, last) for cells, (key, first, last) in asked_of.items()}
    known = Attack({cells: value for cells, value in shown.items() if value is not None})
    least = floors_of(year, rows) if floors else {}
    small = [cells for cells in asked_of if 1 <= sum(truth[cell] for cell in cells) <= LIMIT]
    return [cells for cells in small if known.tells(cells, truth, most=60, floors=least)]


def one_kind(numbers: dict[str, list[int]]) -> Year:
    """A year of one kind of meeting."""
    year = Year(MONTHS)
    for agency, expected in numbers.items():
        for name in PARTS:
            year.numbers[(agency, KINDS[0]), name] = list(expected) if name in {"expected", "absent"} else [0] * MONTHS
    by_kind(year, KINDS[0], list(numbers), LIMIT)
    return year


FEW = st.one_of(st.integers(0, 2), st.integers(0, 7), st.just(0), st.integers(6, 20))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(AGENCIES), st.lists(FEW, min_size=MONTHS, max_size=MONTHS), min_size=1))
def test_no_small_count_is_the_only_one_that_fits(numbers):
    """Also for a reader who knows that "too few" is never 0."""
    year = one_kind(numbers)
    assert told_exactly(year, {one: (one, KINDS[0]) for one in numbers}, (ALL, KINDS[0])) == []


def agencies_of_a_kind(counts: dict[int, list[int]]) -> Year:
    """A year of agencies of a kind, their kind's own blocks set as if it stood alone."""
    year = Year(MONTHS)
    for name in PARTS:
        for practice, numbers in counts.items():
            year.numbers[(practice, ALL), name] = list(numbers) if name in {"expected", "absent"} else [0] * MONTHS
        total = [sum(column) for column in zip(*(year.numbers[(one, ALL), name] for one in counts), strict=True)]
        year.numbers[("gp", ALL), name] = total
        year.blocks[("gp", ALL), name] = merged(
            single_months(MONTHS), lambda block, total=total: not 1 <= sum_of(block, total) <= LIMIT
        )
    of_agencies(year, "gp", ALL, list(counts), LIMIT)
    return year


def told_of_agencies(year: Year, practices: Iterable[int]) -> list[frozenset]:
    return told_exactly(year, {one: (one, ALL) for one in practices}, ("gp", ALL))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=MONTHS, max_size=MONTHS), min_size=2, max_size=4))
def test_no_agency_is_the_only_one_that_fits(counts):
    numbers = dict(zip(PRACTICES, counts, strict=False))
    numbers[19] = [0] * MONTHS
    assert told_of_agencies(agencies_of_a_kind(numbers), numbers) == []


def test_agencies_of_one_each_are_not_told_by_their_number():
    """Six surgeries invited six times: were the seventh seen to have none, each of them would have had one."""
    numbers = {practice: [0, 0, 0, 1, 0, 0] for practice in range(11, 17)} | {17: [0] * MONTHS}
    year = agencies_of_a_kind(numbers)
    assert year.shown(("gp", ALL), "expected", 0, 5) == 6
    assert told_of_agencies(year, numbers) == []
    assert year.shown((17, ALL), "expected", 0, 5) is None


def test_the_attack_knows_that_too_few_is_not_nothing():
    numbers = {practice: [0, 0, 0, 1, 0, 0] for practice in range(11, 17)}
    year = agencies_of_a_kind(numbers)
    for practice in numbers:
        year.blocks[(practice, ALL), "expected"] = (Block(0, 5, is_shown=False),)
    rows = {one: (one, ALL) for one in numbers}
    assert told_exactly(year, rows, ("gp", ALL), floors=False) == []
    assert len(told_exactly(year, rows, ("gp", ALL))) >= len(numbers)


def alone(numbers: list[int]) -> tuple[Block, ...]:
    """The blocks of a count that has no total with others."""
    return merged(single_months(len(numbers)), lambda block: not 1 <= sum_of(block, numbers) <= LIMIT, alone=numbers)


def test_a_running_quarter_leaves_those_before_it_alone():
    """What was shown of July to September is still shown when October brings three."""
    assert alone([20] * 6 + [3]) == (*alone([20] * 6), Block(6, 6, is_shown=False))


def test_a_year_that_is_over_has_its_total():
    assert alone([20] * 9 + [3, 0, 0]) == (*alone([20] * 6), Block(6, 11))


def test_a_small_beginning_is_left_out_where_the_next_quarter_stands_alone():
    blocks = alone([0] * 8 + [3, 20, 20, 20])
    assert [block for block in blocks if not block.is_shown] == [Block(6, 8, is_shown=False)]
    assert blocks[-3:] == (Block(9, 9), Block(10, 10), Block(11, 11))


def test_a_small_quarter_between_others_is_told_with_the_next():
    assert alone([20, 20, 20, 1, 1, 1, 20, 20, 20]) == (*alone([20] * 3), Block(3, 8))


@given(st.lists(st.integers(0, 12), min_size=12, max_size=12), st.integers(1, 3))
def test_what_was_shown_of_quarters_that_are_over_stays_so(numbers, quarters):
    over = {block for block in alone(numbers[: quarters * 3]) if block.is_shown}
    for months in range(quarters * 3, 12):
        assert over <= {block for block in alone(numbers[:months]) if block.is_shown}


def test_the_attack_finds_what_is_only_hidden_where_it_is_small():
    numbers = {(agency, kind): [20] * MONTHS for agency in AGENCIES for kind in KINDS}
    numbers["gp", KINDS[1]] = [8, 3, 9, 9, 9, 9]
    answers = {
        cells: (None if 1 <= value <= LIMIT else value)
        for cells, value in (
            (cells, sum(numbers[agency, kind][month] for agency, kind, month in cells))
            for cells in asked(table_of(numbers))
        )
    }
    assert frozenset({("gp", KINDS[1], 1)}) in attack(numbers, answers)


def test_the_attack_sees_totals_that_are_not_held_against_their_parts(monkeypatch):
    monkeypatch.setattr(published_counts, "without_bridges", lambda _rows, _numbers, totals, _limit: totals)
    numbers = {(agency, kind): [20] * MONTHS for agency in AGENCIES for kind in KINDS}
    numbers["gp", KINDS[1]] = [8, 3, 9, 9, 9, 9]
    assert attack(numbers, asked(table_of(numbers)))


def test_two_totals_together_give_nothing_back():
    """Less a school that lies in both, they gave what is left of the practices."""
    numbers = {(agency, kind): [0] * MONTHS for agency in AGENCIES for kind in KINDS}
    numbers["gp", KINDS[1]] = [0, 0, 6, 0, 0, 2]
    numbers["police", KINDS[1]] = [0, 0, 0, 1, 3, 3]
    numbers["school", KINDS[1]] = [0, 7, 1, 0, 0, 0]
    numbers["youth_justice", KINDS[1]] = [0, 0, 0, 0, 4, 3]
    assert attack(numbers, asked(table_of(numbers))) == []


def test_a_year_of_plenty_is_shown_by_single_months():
    numbers = {(agency, kind): [20] * MONTHS for agency in AGENCIES for kind in KINDS}
    assert None not in asked(table_of(numbers)).values()


def test_small_months_are_put_together_within_their_quarter():
    numbers = {(agency, kind): [20] * MONTHS for agency in AGENCIES for kind in KINDS}
    numbers["gp", KINDS[1]] = numbers["school", KINDS[1]] = [3, 4, 9, 9, 9, 9]
    published = table_of(numbers)
    assert published.count(("gp", KINDS[1]), "expected", FIRST, FIRST) is None
    assert published.count(("gp", KINDS[1]), "expected", FIRST, FIRST.plus(1)) == 7
    assert published.count(("gp", KINDS[1]), "expected", FIRST.plus(2), FIRST.plus(2)) == 9
    assert published.begins(("gp", KINDS[1]), "expected", FIRST.plus(1)) == FIRST
    assert published.begins(("gp", KINDS[1]), "expected", FIRST) is None


def test_a_part_is_shown_by_blocks_of_its_whole():
    year = Year(MONTHS)
    for agency, kind in product(AGENCIES, KINDS):
        for name in PARTS:
            year.numbers[(agency, kind), name] = [0] * MONTHS
        year.numbers[(agency, kind), "expected"] = [20] * MONTHS
        year.numbers[(agency, kind), "attended"] = [3, 4, 8, 0, 0, 20]
        year.numbers[(agency, kind), "absent"] = [17, 16, 12, 20, 20, 0]
    for kind in KINDS:
        by_kind(year, kind, AGENCIES, LIMIT)
    assert year.shown(("gp", KINDS[0]), "expected", 0, 0) == 20
    assert year.shown(("gp", KINDS[0]), "attended", 0, 0) is None
    assert year.shown(("gp", KINDS[0]), "attended", 0, 1) == 7
    assert year.shown(("gp", KINDS[0]), "attended", 3, 3) == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=MONTHS, max_size=MONTHS), min_size=2, max_size=4))
def test_agencies_of_a_kind_give_back_none_of_themselves(counts):
    practices = PRACTICES[: len(counts)]
    year = agencies_of_a_kind(dict(zip(practices, counts, strict=True)))
    answers = {}
    for first, last in ranges():
        for practice in practices:
            answers[frozenset((practice, month) for month in range(first, last + 1))] = year.shown(
                (practice, ALL), "expected", first, last
            )
        answers[frozenset(product(practices, range(first, last + 1)))] = year.shown(
            ("gp", ALL), "expected", first, last
        )
    truth = {
        (one, month): numbers[month] for one, numbers in zip(practices, counts, strict=True) for month in range(MONTHS)
    }
    known = Attack({cells: value for cells, value in answers.items() if value is not None})
    found = [cells for cells in answers if 1 <= sum(truth[cell] for cell in cells) <= LIMIT and known.follows(cells)]
    assert found == []


@given(st.lists(st.integers(0, 12), min_size=12, max_size=12))
def test_blocks_cover_a_year_and_each_is_safe(numbers):
    blocks = merged(single_months(12), lambda block: not 1 <= sum_of(block, numbers) <= LIMIT)
    assert [place for block in blocks for place in range(block.first, block.last + 1)] == list(range(12))
    assert all(not 1 <= sum_of(block, numbers) <= LIMIT for block in blocks if block.is_shown)
    assert not any(sum_of(block, numbers) == 0 for block in blocks if not block.is_shown)


@given(st.lists(st.integers(0, 12), min_size=12, max_size=12))
def test_a_quarter_that_is_safe_is_whole_blocks(numbers):
    blocks = merged(single_months(12), lambda block: not 1 <= sum_of(block, numbers) <= LIMIT)
    quarters = [sum(numbers[place : place + 3]) for place in (0, 3, 6, 9)]
    if all(quarter == 0 or quarter > LIMIT for quarter in quarters):
        assert {2, 5, 8, 11} <= {block.last for block in blocks}


def test_joined_blocks_are_whole_blocks_of_each():
    assert joined((Block(0, 0), Block(1, 2)), (Block(0, 1), Block(2, 2))) == (Block(0, 2),)
