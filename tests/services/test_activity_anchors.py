"""Anchors: what is kept of the trail elsewhere, to show what a chain alone cannot."""

from __future__ import annotations

import pytest

from portal.database.session import db
from portal.domain.errors import Unusable
from portal.services import activity_checks
from portal.services.activity_checks import Falsified
from portal.services.changes import changing
from tests.services.activity_steps import OPERATOR, ROWS, faults, raw
from tests.world import NOW


class TestAnchors:
    """What is kept elsewhere."""

    def test_an_anchor_knows_each_chains_end_and_survives_its_file(self, chain):
        links = activity_checks.anchor_now(OPERATOR)
        assert [link.sequence for link in links if link.chain == chain] == [ROWS]
        stored = activity_checks.to_json(links, NOW)
        assert activity_checks.from_json(stored) == links
        assert faults(links) == []

    def test_a_chain_may_grow_after_its_anchor(self, chain, world, viewer_of):
        links = activity_checks.anchor_now(OPERATOR)
        with changing(viewer_of(world.person("a.gp.lead"))) as change:
            change.log("invitation.answered", "invitation", 1)
        assert faults(links) == []

    def test_nothing_is_anchored_to_a_chain_that_does_not_end_as_its_head_says(self, chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence = :s", c=chain, s=ROWS)
        db.session.rollback()
        with pytest.raises(Falsified):
            activity_checks.anchor_now(OPERATOR)

    @pytest.mark.parametrize(
        "stored",
        [
            None,
            [],
            {},
            {"made_at": "yesterday", "chains": []},
            {"made_at": "2026-06-10T10:00:00+00:00", "chains": [{"chain": 1}]},
            {
                "made_at": "2026-06-10T10:00:00+00:00",
                "chains": [{"chain": 1, "partnership": None, "sequence": 1, "seal": "?"}],
            },
        ],
    )
    def test_what_is_no_anchor_is_refused(self, stored):
        with pytest.raises(Unusable):
            activity_checks.from_json(stored)
