"""Codes for links: once, for ten minutes, for five tries; and sessions that they begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.return_links import IDLE_FOR
from portal.models.return_links import ReturnSession
from portal.services.return_links import codes, opening
from portal.services.throttle import Throttled
from tests.services.link_steps import ADDRESS, TOKEN, opened, read_out
from tests.services.rows import trail
from tests.world import NOW
from tests.world_return_links import TOKENS


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


def test_a_code_opens_the_link_once(world, coordinator):
    digits = read_out(world, coordinator)
    session_token = codes.check_code(TOKEN, f" {digits[:3]} {digits[3:]} ", NOW, ADDRESS)
    link = opening.find_open(TOKEN, NOW)
    assert opening.is_opened(link, session_token, NOW)
    assert not opening.is_opened(link, "", NOW)
    assert not opening.is_opened(link, "another", NOW)
    with pytest.raises(codes.WrongCode):
        codes.check_code(TOKEN, digits, NOW, ADDRESS)
    assert trail("return_link.code_read_out", link.scope.invitation_id) == 1
    assert trail("return_link.opened", link.scope.invitation_id) == 1


def test_a_code_stands_nowhere_and_is_shown_to_whoever_read_it_out(world, coordinator, viewer, place):
    digits = read_out(world, coordinator)
    link_id = world.return_links["a.initial/school"]
    assert codes.shown_code(coordinator, place.id, link_id).digits == digits
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert digits not in (str(value) for value in row)
            assert sha256(digits.encode()).digest() not in [value for value in row if isinstance(value, bytes)]
    with pytest.raises(NotPermitted):
        codes.shown_code(viewer("a.school.lead"), place.id, link_id)
    with pytest.raises(NotPermitted):
        codes.read_out(viewer("a.school.lead"), place.id, link_id)
    with pytest.raises(NotVisible):
        codes.read_out(viewer("b.coordinator"), place.id, link_id)
    later = replace(coordinator, now=NOW + timedelta(minutes=10))
    assert codes.shown_code(later, place.id, link_id) is None


def test_a_code_works_for_ten_minutes(world, coordinator):
    digits = read_out(world, coordinator)
    with pytest.raises(codes.WrongCode):
        codes.check_code(TOKEN, digits, NOW + timedelta(minutes=10), ADDRESS)


def test_after_five_wrong_tries_the_right_code_is_worth_nothing(world, coordinator):
    digits = read_out(world, coordinator)
    wrong = "000000" if digits != "000000" else "111111"
    for _try in range(5):
        with pytest.raises(codes.WrongCode):
            codes.check_code(TOKEN, wrong, NOW, ADDRESS)
    with pytest.raises(codes.WrongCode):
        codes.check_code(TOKEN, digits, NOW, ADDRESS)
    assert db.session.scalar(select(func.count()).select_from(ReturnSession)) == 0
    assert trail("return_link.code_refused", world.meeting("a.initial").invitations["school"].id) == 6


def test_a_flood_of_guesses_is_throttled_whatever_codes_there_are(world, coordinator):
    for _round in range(2):
        read_out(world, coordinator)
        for _try in range(5):
            with pytest.raises(codes.WrongCode):
                codes.check_code(TOKEN, "nonsense", NOW, ADDRESS)
    digits = read_out(world, coordinator)
    with pytest.raises(Throttled):
        codes.check_code(TOKEN, digits, NOW, ADDRESS)
    assert codes.check_code(TOKEN, digits, NOW + timedelta(minutes=6), ADDRESS)


def test_a_newer_code_ends_the_one_before(world, coordinator):
    first, second = read_out(world, coordinator), read_out(world, replace(coordinator, now=NOW + timedelta(seconds=1)))
    with pytest.raises(codes.WrongCode):
        codes.check_code(TOKEN, first, NOW + timedelta(seconds=2), ADDRESS)
    assert codes.check_code(TOKEN, second, NOW + timedelta(seconds=2), ADDRESS)


def test_one_links_code_opens_no_other(world, coordinator, viewer):
    digits = read_out(world, coordinator)
    with pytest.raises(codes.WrongCode):
        codes.check_code(TOKENS["b"], digits, NOW, ADDRESS)


def test_a_pause_asks_for_a_new_code(world, coordinator):
    token = opened(world, coordinator)
    link = opening.find_open(TOKEN, NOW)
    soon = NOW + IDLE_FOR - timedelta(minutes=1)
    assert opening.is_opened(link, token, soon)
    assert opening.is_opened(link, token, soon + IDLE_FOR - timedelta(minutes=1))
    assert not opening.is_opened(link, token, soon + 3 * IDLE_FOR)


def test_a_session_of_one_link_opens_no_other(world, coordinator):
    token = opened(world, coordinator)
    assert not opening.is_opened(opening.find_open(TOKENS["b"], NOW), token, NOW)


def test_looking_changes_nothing_at_all(world, database):
    def everything():
        db.session.rollback()
        return {table.name: db.session.execute(select(table)).all() for table in Base.metadata.sorted_tables}

    before = everything()
    for _look in range(3):
        opening.find_open(TOKEN, NOW)
        assert opening.viewer_of(TOKEN, "", NOW) is None
    assert everything() == before
