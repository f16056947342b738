"""Keys of the API: made once, counted, held back, and good for the figures of their own scope alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.access.roles import Permission
from portal.database.session import db, writing
from portal.domain.api_keys import MOST_KEYS, REQUESTS_PER_KEY, WINDOW, WRONG_PER_ADDRESS, digest_of
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.models.api_keys import ApiKey, ApiRequest
from portal.models.partnerships import PartnershipAgency
from portal.services.api_keys import admitting, keeping
from portal.services.api_keys.admitting import NoKey, TooManyRequests
from tests.services.rows import change, stored, trail
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("database")

HERE = "192.0.2.7"
LAST = date(2026, 9, 30)


def requests() -> int:
    """How many requests are counted now."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(ApiRequest)) or 0


def test_a_lead_makes_a_key_for_the_own_agency_and_others_for_the_partnership(viewer, world):
    made = keeping.make_key(viewer("a.gp.lead"), "Practice system", LAST)
    assert stored(ApiKey, made.id).agency_id == world.agencies["a.gp"]
    for key in ("a.business_manager", "a.administrator"):
        made = keeping.make_key(viewer(key), f"Dashboard of {key}", LAST)
        row = stored(ApiKey, made.id)
        assert (row.agency_id, row.partnership_id) == (None, world.partnerships["a"])
    assert trail("api_key.made", made.id) == 1


def test_only_a_digest_is_kept(viewer):
    made = keeping.make_key(viewer("a.gp.lead"), "Practice system", LAST)
    row = stored(ApiKey, made.id)
    assert row.digest == digest_of(made.key)
    assert made.key not in "".join(str(getattr(row, column.name)) for column in ApiKey.__table__.columns)
    assert made.key not in repr(made)
    assert len(made.key) > 40


@pytest.mark.parametrize(
    ("name", "ends_on", "field"),
    [
        ("", LAST, "name"),
        ("x" * 81, LAST, "name"),
        ("Old", TODAY - timedelta(days=1), "ends_on"),
        ("Long", TODAY + timedelta(days=400), "ends_on"),
    ],
)
def test_a_key_has_a_name_and_an_end(viewer, name, ends_on, field):
    with pytest.raises(Invalid) as refused:
        keeping.make_key(viewer("a.gp.lead"), name, ends_on)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("key", ["a.board", "a.gp.practitioner", "a.scrutineer", "a.manager", "a.sector_lead"])
def test_others_make_none(viewer, key):
    with pytest.raises(NotPermitted):
        keeping.make_key(viewer(key), "Mine", LAST)


def test_so_many_keys_hold_at_a_time(viewer):
    lead = viewer("a.school.lead")
    made = [keeping.make_key(lead, f"Key {number}", LAST) for number in range(MOST_KEYS)]
    with pytest.raises(Invalid):
        keeping.make_key(lead, "One more", LAST)
    keeping.end_key(lead, made[0].id)
    keeping.make_key(lead, "One more", LAST)


def test_a_key_becomes_a_viewer_that_reads_figures_and_nothing_else(world):
    key = world.api_keys["a.gp"]
    machine = admitting.admit(NOW, key.key, HERE)
    assert (machine.partnership_id, machine.agency_id) == (world.partnerships["a"], world.agencies["a.gp"])
    assert (machine.user_id, machine.hat, machine.role, machine.is_signed_in) == (None, None, None, False)
    assert [one for one in Permission if machine.may(one)] == [Permission.FIGURES_VIEW]
    row = stored(ApiKey, key.id)
    assert (row.uses, row.last_used_at) == (1, NOW)


@pytest.mark.parametrize("sent", ["", None, "spk_wrong", "wrong", "spk_\ud800", "spk_" + "x" * 5_000])
def test_what_is_no_key_opens_nothing(sent):
    with pytest.raises(NoKey):
        admitting.admit(NOW, sent, HERE)


def test_a_key_that_was_ended_or_has_run_out_opens_nothing(viewer, world):
    whole, own = world.api_keys["a.whole"], world.api_keys["a.gp"]
    keeping.end_key(viewer("a.business_manager"), own.id)
    assert trail("api_key.ended", own.id) == 1
    with pytest.raises(NoKey):
        admitting.admit(NOW, own.key, HERE)
    keeping.end_key(viewer("a.business_manager"), own.id)  # twice is once
    assert trail("api_key.ended", own.id) == 1
    last_day = NOW.replace(month=12, day=31)
    assert admitting.admit(last_day, whole.key, HERE).key
    with pytest.raises(NoKey):
        admitting.admit(last_day + timedelta(days=1), whole.key, HERE)


def test_the_key_of_an_agency_that_has_left_opens_nothing(world):
    with writing() as session:
        session.get_one(PartnershipAgency, (world.partnerships["a"], world.agencies["a.gp"])).left_at = NOW
    with pytest.raises(NoKey):
        admitting.admit(NOW, world.api_keys["a.gp"].key, HERE)


def test_so_many_requests_a_minute_are_answered_and_no_more(world):
    key, other = world.api_keys["a.gp"].key, world.api_keys["a.whole"].key
    for _ in range(REQUESTS_PER_KEY):
        admitting.admit(NOW, key, HERE)
    with pytest.raises(TooManyRequests) as full:
        admitting.admit(NOW, key, "198.51.100.1")  # wherever it comes from
    assert full.value.until == NOW + WINDOW
    assert admitting.seconds_until(full.value.until, NOW + timedelta(seconds=59.5)) == 1
    assert requests() == REQUESTS_PER_KEY  # what was refused is not counted
    admitting.admit(NOW, other, HERE)
    admitting.admit(NOW + WINDOW + timedelta(seconds=1), key, HERE)
    assert requests() == 1  # what no longer counts is gone


def test_wrong_keys_are_held_back_by_their_address(world):
    for number in range(WRONG_PER_ADDRESS):
        with pytest.raises(NoKey):
            admitting.admit(NOW, f"spk_{number}", f"2001:db8::{number}")  # one network
    with pytest.raises(TooManyRequests):
        admitting.admit(NOW, "spk_more", "2001:db8::ffff")
    with pytest.raises(NoKey):
        admitting.admit(NOW, "spk_more", HERE)
    # A good key is not held back by what others there have tried.
    assert admitting.admit(NOW, world.api_keys["a.gp"].key, "2001:db8::1").key


def test_keys_are_listed_without_themselves_those_that_hold_first(viewer, world):
    change(ApiKey, world.api_keys["a.whole"].id, ends_on=date(2026, 6, 1))
    listed = keeping.list_keys(viewer("a.business_manager"))
    assert [(row.id, row.holds) for row in listed] == [
        (world.api_keys["a.gp"].id, True),
        (world.api_keys["a.whole"].id, False),
    ]
    assert [row.id for row in keeping.list_keys(viewer("a.gp.lead"))] == [world.api_keys["a.gp"].id]
    with pytest.raises(NotVisible):
        keeping.find_key(viewer("a.gp.lead"), world.api_keys["a.whole"].id)
    with pytest.raises(NotVisible):
        keeping.end_key(viewer("b.business_manager"), world.api_keys["a.gp"].id)
