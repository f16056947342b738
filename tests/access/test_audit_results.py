"""Whose letters people open, and whose scores they read: the list and the question about one row agree."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.access import audit_results as access
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn
from tests.world import NOW


@pytest.fixture(params=[False, True], ids=["kept", "released"])
def returns(request, world):
    """Every return of both partnerships; where released, the school's and social care's are."""
    if request.param:
        with writing() as session:
            session.execute(
                update(AuditReturn)
                .where(AuditReturn.status == ReturnStatus.SIGNED)
                .values(released_at=NOW, moderated_at=NOW, status=ReturnStatus.MODERATED)
            )
    return db.session.scalars(select(AuditReturn)).all()


def test_a_letter_is_in_the_list_where_it_may_be_read(returns, world, viewer_of):
    opened = 0
    for person in world.people.values():
        if not person.hats:
            continue
        viewer = viewer_of(person)
        listed = set(db.session.scalars(access.letters_visible_to(viewer).with_only_columns(AuditReturn.id)))
        allowed = {one.id for one in returns if access.may_read_letter(viewer, one)}
        assert listed == allowed, person.key
        opened += len(listed)
    assert opened


def test_nobody_of_an_agency_opens_a_letter_that_is_not_released(world, viewer_of):
    for name in ("school.lead", "school.head", "school.governor", "social_care.lead", "school.practitioner"):
        viewer = viewer_of(world.people[f"a.{name}"])
        assert db.session.scalars(access.letters_visible_to(viewer)).all() == []


@pytest.mark.parametrize("name", ["gp.lead", "school.head", "chair", "manager", "coordinator", "administrator"])
def test_results_are_for_the_boards_world(world, viewer_of, name):
    viewer = viewer_of(world.people[f"a.{name}"])
    for rows in (access.rounds_visible_to(viewer), access.counted_for(viewer), access.named_for(viewer)):
        assert db.session.scalars(rows).all() == []


def test_a_sector_lead_counts_all_and_names_their_sector(world, viewer_of):
    viewer = viewer_of(world.people["a.sector_lead"])
    counted = set(db.session.scalars(access.counted_for(viewer).with_only_columns(AuditReturn.id)))
    named = set(db.session.scalars(access.named_for(viewer).with_only_columns(AuditReturn.id)))
    assert named < counted
    assert counted >= {world.returns[f"a.{name}"].id for name in ("gp", "police", "school")}
    assert named >= {world.returns["a.gp"].id}
    assert world.returns["a.police"].id not in named
    assert world.returns["b.gp"].id not in counted
