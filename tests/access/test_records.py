"""Who sees rules, holds, erasures and requests: rows and predicates say the same, for every role and partnership."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import records as access
from portal.database.session import db
from portal.models.records import Erasure, LegalHold, RetentionRule, SubjectExport
from tests.world import viewer_of

LISTS = (
    (access.rules_visible_to, access.may_view, RetentionRule, {"manager", "business_manager"}),
    (access.holds_visible_to, access.may_view, LegalHold, {"manager", "business_manager"}),
    (access.erasures_visible_to, access.may_view, Erasure, {"manager", "business_manager"}),
    (access.exports_visible_to, access.may_view_export, SubjectExport, {"manager"}),
)


@pytest.mark.parametrize(("visible_to", "may_view", "model", "roles"), LISTS)
def test_rows_and_predicates_agree_for_everybody(world, visible_to, may_view, model, roles):
    every = list(db.session.scalars(select(model)))
    assert {row.partnership_id for row in every} == set(world.partnerships.values())
    for person, hat in world.wearers():
        viewer = viewer_of(person, hat=hat)
        seen = {row.id for row in db.session.scalars(visible_to(viewer))}
        assert seen == {row.id for row in every if may_view(viewer, row)}, person.key
        name = person.key.partition(".")[2]
        own = {row.id for row in every if row.partnership_id == hat.partnership_id}
        assert seen == (own if name in roles else set()), person.key


@pytest.mark.parametrize(
    ("may", "roles"),
    [
        (access.may_hold, {"manager"}),
        (access.may_read_hold, {"manager"}),
        (access.may_erase, {"manager"}),
        (access.may_export, {"manager"}),
        (access.may_change_rules, {"business_manager"}),
        (access.may_leave, set()),
    ],
)
def test_who_may_what(world, may, roles):
    for person, hat in world.wearers():
        assert may(viewer_of(person, hat=hat)) is (person.key.partition(".")[2] in roles), person.key
