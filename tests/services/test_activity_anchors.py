"""Anchors: what is kept of the trail elsewhere, to show what a chain alone cannot; signed, so that none is made up."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import Unusable
from portal.gateways.signatures import is_signed, new_private_key, public_key_of, sign
from portal.services import activity_anchors
from portal.services.activity_anchors import digest_of, from_bytes, from_json, to_bytes, to_json
from portal.services.activity_chains import Falsified
from portal.services.changes import changing
from tests.harness import FIELD_KEY
from tests.services.activity_steps import OPERATOR, ROWS, faults, raw
from tests.world import NOW


class TestAnchors:
    """What is kept elsewhere."""

    def test_an_anchor_knows_each_chains_end_and_survives_its_file(self, chain):
        links = activity_anchors.anchor_now(OPERATOR)
        assert [link.sequence for link in links if link.chain == chain] == [ROWS]
        read = from_bytes(to_bytes(to_json(links, NOW, before=("activity-000001-0.json", "00"), reason="A restore")))
        assert list(read.links) == links
        assert (read.made_at, read.before, read.reason) == (NOW, ("activity-000001-0.json", "00"), "A restore")
        assert faults(read.links) == []

    def test_a_chain_may_grow_after_its_anchor(self, chain, world, viewer_of):
        links = activity_anchors.anchor_now(OPERATOR)
        with changing(viewer_of(world.person("a.gp.lead"))) as change:
            change.log("invitation.answered", "invitation", 1)
        assert faults(links) == []

    def test_nothing_is_anchored_to_a_chain_that_does_not_end_as_its_head_says(self, chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence = :s", c=chain, s=ROWS)
        db.session.rollback()
        with pytest.raises(Falsified):
            activity_anchors.anchor_now(OPERATOR)

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
            {"made_at": "2026-06-10T10:00:00+00:00", "chains": [], "before": "it"},
        ],
    )
    def test_what_is_no_anchor_is_refused(self, stored):
        with pytest.raises(Unusable):
            from_json(stored)
        with pytest.raises(Falsified):
            from_bytes(json.dumps(stored).encode())


class TestSignatures:
    """Nobody without the field keys makes or alters an anchor."""

    @pytest.fixture
    def signed(self, chain) -> dict:
        """An anchor as it is kept."""
        return to_json(activity_anchors.anchor_now(OPERATOR), NOW, before=("activity-000001-0.json", "00"))

    @pytest.mark.parametrize(
        "change",
        [
            lambda facts: facts.update(made_at="2026-06-11T10:00:00+00:00"),
            lambda facts: facts.update(reason="A restore"),
            lambda facts: facts.update(before=None),
            lambda facts: facts["chains"].pop(),
            lambda facts: facts["chains"][0].update(sequence=1),
            lambda facts: facts["chains"][0].update(seal="11" * 32),
            lambda facts: facts.update(signature="00" * 64),
            lambda facts: facts.update(signature=None),
            lambda facts: facts.update(more="anything"),
            lambda facts: facts.pop("signature"),
            lambda facts: facts.pop("public_key"),
        ],
    )
    def test_an_altered_anchor_is_told_from_ours(self, signed, change):
        assert from_bytes(to_bytes(signed)).made_at == NOW
        change(signed)
        with pytest.raises(Falsified):
            from_bytes(to_bytes(signed))

    def test_one_that_somebody_signed_with_a_key_of_their_own_is_not_ours(self, signed):
        own = new_private_key()
        facts = {name: value for name, value in signed.items() if name != "signature"} | {
            "public_key": public_key_of(own)
        }
        content = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        with pytest.raises(Falsified, match="signature does not fit"):
            from_json(facts | {"signature": sign(own, content)})

    def test_whoever_has_the_public_key_checks_one_without_a_secret(self, signed):
        facts = {name: value for name, value in signed.items() if name != "signature"}
        content = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert is_signed(signed["public_key"], content, signed["signature"])

    def test_one_of_before_the_keys_were_changed_still_holds_while_the_old_key_is_there(self, signed):
        newer = bytes(range(100, 132))
        try:
            keyring.install([("t2", newer), ("t1", FIELD_KEY)])
            assert from_json(signed).made_at == NOW
            assert to_json([], NOW)["key_id"] == "t2"
            keyring.install([("t2", newer)])
            with pytest.raises(Falsified, match="'t1', which is not among FIELD_KEYS"):
                from_json(signed)
        finally:
            keyring.install([("t1", FIELD_KEY)])

    def test_one_of_before_they_were_signed_is_read_from_a_file_and_never_from_where_they_are_kept(self, chain):
        links = activity_anchors.anchor_now(OPERATOR)
        facts = to_json(links, NOW)
        old = {"made_at": facts["made_at"], "chains": facts["chains"]}
        assert list(from_json(old).links) == links
        with pytest.raises(Falsified, match="not signed"):
            from_bytes(json.dumps(old).encode())

    def test_a_digest_is_of_the_file(self, chain):
        links = activity_anchors.anchor_now(OPERATOR)
        one, other = to_bytes(to_json(links, NOW)), to_bytes(to_json([replace(links[0], sequence=7)], NOW))
        assert digest_of(one) != digest_of(other)
        assert digest_of(one) == digest_of(to_bytes(to_json(links, NOW)))
