"""Versions side by side: what changed in rating, words and evidence, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.database.session import writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import NotVisible
from portal.models.audits import AuditReturn, ReturnVersion
from portal.models.evidence import Evidence
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.signing import reopen_return
from portal.services.audits.versions import compare_versions
from tests import audits
from tests.services.audit_steps import Asked, asked_now, back, pieces, row


@pytest.fixture
def person(world, viewer_of):
    """Somebody of A by name."""
    return lambda name: viewer_of(world.person(f"a.{name}"))


@pytest.fixture
def place(world, person) -> Asked:
    """A school's return, signed, opened again, and changed in 1.1 (all of it) and 2.3 (its evidence)."""
    found = asked_now(world)
    audits.signed_return(found.round, world.agencies["a.school"])
    user_id = world.person("a.school.lead").user_id
    back(row(found, "1.1").id, user_id, "Old policy")
    lead = person("school.lead")
    assert reopen_return(lead, found.id, "A slip.")
    with writing() as session:
        session.delete(session.get_one(Evidence, pieces(found, "1.1")[0].id))
    save_answer(lead, found.id, found.questions["1.1"], row(found, "1.1").version, AnswerText("amber", "We do less."))
    back(row(found, "2.3").id, user_id, "New register")
    return found


def lock(place: Asked) -> None:
    with writing() as session:
        session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SIGNED))


def test_what_changed_stands_side_by_side(place, person):
    found = compare_versions(person("school.lead"), place.id)
    assert (found.older, found.newer, found.numbers, found.asked) == (1, 2, (1, 2), 6)
    first, last = found.changed
    assert (first.number, first.before.rating, first.after.rating) == (
        "1.1",
        "Green: fully in place",
        "Amber: partly in place",
    )
    assert [(piece.kind.value, piece.words) for piece in first.pieces] == [
        ("both", "We do"),
        ("old", "this."),
        ("new", "less."),
    ]
    assert [piece.title for piece in first.removed] == ["Old policy"]
    assert first.added == ()
    assert (last.number, last.rating_changed, last.pieces) == ("2.3", False, ())
    assert [piece.title for piece in last.added] == ["New register"]


def test_the_order_of_the_numbers_does_not_matter(place, person):
    lead = person("school.lead")
    assert compare_versions(lead, place.id, 1, 2).changed == compare_versions(lead, place.id, 2, 1).changed


@pytest.mark.parametrize("numbers", [(1, 1), (2, 2), (3, 1), (2, 0), (99, 98), (1, None)])
def test_versions_that_are_not_there_are_not_found(place, person, numbers):
    with pytest.raises(NotVisible):
        compare_versions(person("school.lead"), place.id, *numbers)


def test_one_version_has_nothing_beside_it(world, person):
    found = asked_now(world)
    audits.signed_return(found.round, world.agencies["a.school"])
    with pytest.raises(NotVisible):
        compare_versions(person("school.lead"), found.id)


def test_from_outside_only_signed_versions_are_compared_and_only_by_readers(place, world, person, viewer_of):
    for name in ("business_manager", "scrutineer", "board", "gp.lead", "school.practitioner"):
        with pytest.raises(NotVisible):
            compare_versions(person(name), place.id)
    lock(place)
    with pytest.raises(NotVisible):
        compare_versions(person("business_manager"), place.id)  # signed by nobody yet: one version is one too few
    with writing() as session:
        session.get_one(ReturnVersion, (place.id, 2)).signed_at = person("board").now
    assert len(compare_versions(person("business_manager"), place.id).changed) == 2
    assert len(compare_versions(person("scrutineer"), place.id).changed) == 2
    for name in ("board", "gp.lead", "sector_lead"):
        with pytest.raises(NotVisible):
            compare_versions(person(name), place.id)
    with pytest.raises(NotVisible):
        compare_versions(viewer_of(world.person("b.business_manager")), place.id)


def test_a_signatory_reads_both(place, person):
    assert len(compare_versions(person("school.governor"), place.id).changed) == 2


def test_three_queries_and_one_for_the_return_whatever_it_asks(place, person, count_queries):
    with count_queries() as seen:
        compare_versions(person("school.lead"), place.id)
    assert len(seen) == 4
