"""The file that the business manager keeps: what it says of a measure, and what makes it refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.comparators import COLUMNS, MOST_ROWS
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.measure_definitions import MEASURES
from portal.domain.months import Month
from portal.models.comparators import Comparator, ComparatorFile
from portal.services import comparators
from portal.services.comparators import keeping
from tests.services.racing import at_once
from tests.services.rows import trail

HEADER = ",".join(COLUMNS)


@pytest.fixture
def manager(world, viewer_of):
    """A's business manager."""
    return viewer_of(world.person("a.business_manager"))


def content(*rows: str, header: str = HEADER) -> bytes:
    """A file of these rows."""
    return "\n".join((header, *rows, "")).encode()


def stored(partnership_id):
    """The measures and areas that stand for a partnership."""
    query = select(Comparator.measure_id, Comparator.area).where(Comparator.partnership_id == partnership_id)
    return sorted(tuple(row) for row in db.session.execute(query))


def refused(manager, *rows, **more):
    """The sentences by which a file is refused."""
    with pytest.raises(Invalid) as fault:
        keeping.keep(manager, content(*rows, **more), seen=1)
    return fault.value.errors["file"]


def test_a_measure_is_held_against_the_newest_of_each_area_and_the_target(world):
    held = comparators.held_against(db.session(), world.partnerships["a"], "initial_in_time")
    assert [(one.area, one.period, one.value) for one in held.comparators] == [
        ("England", "2024/25", Decimal("81.4")), ("London", "2024/25", Decimal("77")),
    ]  # fmt: skip
    assert held.target.value == Decimal("95")
    assert held.phases == (Month(2026, 1),)
    assert comparators.target_for(db.session(), world.partnerships["a"], "attendance") is None
    assert comparators.comparators_for(db.session(), world.partnerships["a"], "attendance") == ()


def test_the_children_of_an_area_are_its_own(world):
    assert comparators.children_of_area(db.session(), world.partnerships["a"]) == 61_800
    assert comparators.children_of_area(db.session(), world.partnerships["b"]) == 40_000


def test_where_nobody_has_said_how_many_children_there_are_nothing_is_known(world, manager):
    keeping.keep(manager, content("attendance,target,2026,90,The board"), seen=1)
    assert comparators.children_of_area(db.session(), world.partnerships["a"]) is None
    assert comparators.phases_for(db.session(), world.partnerships["a"], "initial_in_time") == ()


def test_a_file_takes_the_place_of_the_one_before_whole(world, manager):
    before = stored(world.partnerships["b"])
    number = keeping.keep(
        manager,
        content(
            "attendance,Target,2026,90,The board in March",
            'attendance,"Similar areas",2024/25,"81.4","Statistics, table C4"',
            "attendance,new phase,2026-02,,Invitations go by the portal",
            'children_of_area,Here,2025,"61,800",Office for National Statistics',
        ),
        seen=1,
    )
    assert number == 4
    assert stored(world.partnerships["a"]) == [
        ("attendance", "Similar areas"), ("attendance", "new phase"), ("attendance", "target"),
        ("children_of_area", "Here"),
    ]  # fmt: skip
    assert stored(world.partnerships["b"]) == before
    assert keeping.kept(manager).version == 2
    file = db.session.scalars(select(ComparatorFile).where(ComparatorFile.version == 2)).one()
    assert trail("comparators.kept", file.id) == 1


def test_the_file_that_is_taken_along_says_the_same_when_it_comes_back(manager):
    before = keeping.kept(manager)
    keeping.keep(manager, keeping.as_csv(manager).encode("utf-8-sig"), seen=before.version)
    assert keeping.kept(manager).lines == before.lines


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("turnout,England,2025,80,Somewhere", "Line 2, measure_id: is no measure of the portal"),
        (",England,2025,80,Somewhere", "Line 2, measure_id: is empty"),
        ("attendance,,2025,80,Somewhere", "Line 2, area: is empty"),
        ("attendance,England,last year,80,Somewhere", "Line 2, period: is not a period like 2025"),
        ("attendance,England,2025-13,80,Somewhere", "Line 2, period: is not a period of the calendar"),
        ("attendance,England,2025,eighty,Somewhere", "Line 2, value: is not a number like 81.4"),
        ("attendance,England,2025,100.1,Somewhere", "Line 2, value: is more than 100"),
        ("attendance,England,2025,,Somewhere", "Line 2, value: is empty"),
        ("attendance,England,2025,80,", "Line 2, source: is empty"),
        ("attendance,new phase,2025,,Why", "Line 2, period: is not the month in which the phase begins"),
        ("attendance,new phase,2025-04,80,Why", "Line 2, value: must be empty where a new phase begins"),
        ("children_of_area,Here,2025,61.5,Somewhere", "Line 2, value: is not a whole number of children"),
        ("children_of_area,Here,2025,0,Somewhere", "Line 2, value: is not a whole number of children"),
        ("attendance,=England,2025,80,Somewhere", "Line 2, area: begins with a sign"),
        (f"attendance,{'E' * 81},2025,80,Somewhere", "Line 2, area: is longer than 80 characters"),
        ("attendance,England,2025,80", "Line 2, row: has 4 values"),
    ],
)
def test_each_fault_is_said_with_its_line_and_its_column(manager, world, row, said):
    before = stored(world.partnerships["a"])
    [sentence] = refused(manager, row)
    assert sentence.startswith(said)
    assert stored(world.partnerships["a"]) == before


def test_all_faults_are_said_at_once(manager):
    said = refused(
        manager, "turnout,England,last year,80,Here", "attendance,London,2025,x,There", "attendance,L,2025,1,T"
    )
    assert [sentence.partition(":")[0] for sentence in said] == [
        "Line 2, measure_id", "Line 2, period", "Line 3, value",
    ]  # fmt: skip


def test_two_rows_that_say_different_things_of_the_same_are_a_fault(manager):
    same = "attendance,England,2025,80,Somewhere"
    [said] = refused(manager, same, same, "attendance,ENGLAND,2025,81,Somewhere")
    assert said.startswith("Line 4, measure_id: line 2 says something else of the same")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Line 1, header: is missing"),
        (b"\xff\xfe", "Line 1, row: is not UTF-8"),
        (b"area,period\n", "Line 1, measure_id: this column is missing"),
        (b"x" * 1_000_001, "The file is larger than 1 MB"),
    ],
)
def test_what_is_no_such_file_is_refused(manager, raw, said):
    with pytest.raises(Invalid) as fault:
        keeping.keep(manager, raw, seen=1)
    assert fault.value.errors["file"][0].startswith(said)


def test_a_list_that_is_too_long_is_refused(manager):
    rows = (f"attendance,Area {number},2025,80,Somewhere" for number in range(MOST_ROWS + 1))
    assert refused(manager, *rows) == [f"Line 1, row: there are more than {MOST_ROWS:,} rows"]


def test_every_measure_can_be_held_against_something(manager):
    rows = [f"{measure_id},target,2026,1,The board" for measure_id in MEASURES]
    assert keeping.keep(manager, content(*rows), seen=1) == len(MEASURES)


def test_nobody_but_the_business_manager_keeps_it(world, viewer_of):
    for name in ("a.board", "a.scrutineer", "a.manager", "a.gp.lead", "a.administrator"):
        with pytest.raises(NotPermitted):
            keeping.keep(viewer_of(world.person(name)), content(), seen=1)


def test_whoever_was_slower_overwrites_nothing(manager, world):
    keeping.keep(manager, content("attendance,target,2026,90,The board"), seen=1)
    with pytest.raises(Conflict):
        keeping.keep(manager, content("attendance,target,2026,80,Me"), seen=1)
    assert stored(world.partnerships["a"]) == [("attendance", "target")]


def test_of_two_at_once_one_is_taken(app, manager, world):
    def attempt(number):
        keeping.keep(manager, content(f"attendance,target,2026,{number},The board"), seen=1)

    found = at_once(app, lambda: attempt(80), lambda: attempt(90))
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "NoneType"]
    assert len(stored(world.partnerships["a"])) == 1
