"""Searching for a family or a meeting: by what, and for whom there is nothing to find."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.access import cases as access
from portal.database.beginnings import begins_with
from portal.database.session import db
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting
from portal.services.meetings import searching

pytestmark = pytest.mark.usefixtures("database")


def found(viewer, text):
    """What a search leads to."""
    return searching.find(viewer, text)


def test_a_family_is_found_by_whatever_is_in_hand(world, viewer):
    case_id = world.meeting("a.initial").case_id
    markers = {
        marker.text
        for marker in world.markers
        if marker.kind in ("child", "case") and "-1-QZ" in marker.text and marker.partnership == "a"
    }
    surname = next(text for text in markers if "SURNAME" in text)
    reference = next(text for text in markers if "CASE" in text)
    numbers = [
        form
        for marker in world.markers
        for form in marker.forms
        if marker.kind == "child" and marker.partnership == "a" and form.replace(" ", "").isalnum() and "QZ" not in form
    ]
    chair = viewer("a.chair")
    for text in (surname, surname.lower(), f" {surname} ", reference, reference[:9].lower()):
        assert case_id in found(chair, text).case_ids, text
    assert any(case_id in found(chair, text).case_ids for text in numbers)
    given_name = next(text for text in markers if "CHILD" in text)
    assert found(chair, given_name) == searching.Found((), ())


def test_a_meeting_is_found_by_the_beginning_of_its_reference(world, viewer):
    place = world.meeting("a.initial")
    assert found(viewer("a.chair"), place.reference.lower()).meeting_ids == (place.id,)
    assert found(viewer("a.chair"), place.reference[:2]).meeting_ids == ()
    assert found(viewer("b.chair"), place.reference).meeting_ids == ()


def test_nobody_finds_a_family_without_a_meeting_of_theirs(world, viewer):
    surnames = {marker.text: marker for marker in world.markers if "SURNAME" in marker.text}
    for person, hat in world.wearers():
        for text, marker in surnames.items():
            result = searching.find(viewer(person.key, hat=hat), text)
            letter = next(name for name, number in world.partnerships.items() if number == hat.partnership_id)
            is_theirs = person.key in marker.seen_by and marker.partnership == letter
            if person.key.endswith(".second_chair") and "SURNAME-3" in text:
                # Their review of a sample opens that one meeting's pages; it lends no search for the family.
                is_theirs = False
            assert bool(result.case_ids) is is_theirs, (person.key, text)


@pytest.mark.parametrize("text", ["", "   ", "%", "___", "Z%"])
def test_nothing_and_wildcards_find_nothing(viewer, text):
    assert found(viewer("a.manager"), text) == searching.Found((), ())


def plan_of(statement, backend):
    """How the database goes about it, with as many rows as would make it choose an index."""
    words = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    # PostgreSQL reads a table of a few rows whole, whatever its indexes.
    ways = ("seqscan", "hashjoin", "mergejoin") if backend == "postgresql" else ()
    for way in ways:
        db.session.execute(sa.text(f"SET enable_{way} = off"))
    explain = "EXPLAIN QUERY PLAN" if backend == "sqlite" else "EXPLAIN"
    plan = " ".join(str(line) for line in db.session.execute(sa.text(f"{explain} {words}")))
    for way in ways:
        db.session.execute(sa.text(f"RESET enable_{way}"))
    return plan


SOUGHT = {
    "sqlite": "INDEX ix_{}_lower_reference (partnership_id=? AND lower_reference>? AND lower_reference<?)",
    "postgresql": "Index Cond: ((partnership_id = 1) AND (lower_reference >= 'zq-'::text) AND (lower_reference < ",
}


def test_references_are_looked_up_along_their_indexes(database, backend):
    """On PostgreSQL too, where the second wall stands before whatever might tell of a row behind it."""
    for table, looked in (("cases", Case), ("meetings", Meeting)):
        search = sa.select(looked.id).where(looked.partnership_id == 1, begins_with(looked.lower_reference, "ZQ-"))
        assert SOUGHT[backend].format(table) in plan_of(search, backend)


def test_the_children_of_a_meeting_are_looked_up_by_their_families(world, backend):
    """An OR of the meeting's own family and its further ones would have every child looked at."""
    children = access.children_of_meeting(world.meeting("a.initial").id).with_only_columns(Child.id)
    assert "ix_children_case" in plan_of(children, backend)


@pytest.mark.parametrize("text", ["ZQ_", "zq-a%", "ZQ-A\\", "\U0010ffff"])
def test_what_means_something_to_a_database_means_itself(viewer, text):
    assert found(viewer("a.manager"), text) == searching.Found((), ())
