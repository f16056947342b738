"""Races about one link: of two who use it, its code or its place at the same moment, exactly one does."""

from __future__ import annotations

from threading import Event
from time import sleep

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Conflict
from portal.domain.return_links import LinkEnd
from portal.domain.vocabulary import Answer
from portal.models.return_links import ReturnLink, ReturnSession
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_no_answer
from portal.services.registers import closing as register_closing
from portal.services.return_links import codes, making, returning
from portal.services.return_links.opening import LinkOver
from portal.services.return_links.returning import Answered
from tests.services.link_steps import ADDRESS, TOKEN, holder, read_out
from tests.services.racing import at_once
from tests.services.register_steps import closing
from tests.services.rows import invitation_of, trail
from tests.world import NOW

WILL_COME = Answered(Answer.ATTEND, "", seen_no_answer())
TIMES = 4


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


def test_a_colleague_who_signs_in_and_the_links_holder_answer_at_once(app, world, place, viewer):
    school, by_link = viewer("a.school.lead"), holder()
    outcomes = at_once(
        app,
        lambda: answer_invitation(school, place.id, Answer.APOLOGIES, "Half term", seen_no_answer()),
        lambda: returning.send_return(by_link, WILL_COME, None, report_version=None),
    )
    lost = [one for one in outcomes if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], (Conflict, LinkOver))
    invitation = invitation_of(place, "school")
    winner = school.user_id if isinstance(outcomes[1], Exception) else by_link.user_id
    assert invitation.answered_by_id == winner
    assert trail("invitation.answered", invitation.id) == 1


def test_what_is_sent_while_the_register_is_being_closed_waits_and_finds_it_closed(app, place, viewer, monkeypatch):
    chair, by_link, is_held, propose = viewer("a.chair"), holder(), Event(), register_closing.propose
    said = closing(chair, place)

    def slowly(*about):
        is_held.set()
        sleep(0.3)
        return propose(*about)

    def send():
        assert is_held.wait(10)
        return returning.send_return(by_link, WILL_COME, None, report_version=None)

    monkeypatch.setattr(register_closing, "propose", slowly)
    closed, sent = at_once(app, lambda: register_closing.close_register(chair, place.id, said), send)
    assert not isinstance(closed, Exception)
    assert isinstance(sent, LinkOver)
    assert sent.link.end is LinkEnd.CLOSED
    assert invitation_of(place, "school").answer is None
    assert trail("return_link.used", place.invitations["school"].id) == 0


def test_the_page_is_sent_several_times_at_once(app, world, place):
    by_link = holder()
    outcomes = at_once(app, *[lambda: returning.send_return(by_link, WILL_COME, None, report_version=None)] * TIMES)
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, (Conflict, LinkOver))]
    assert trail("invitation.answered", place.invitations["school"].id) == 1


def test_one_code_opens_one_session_however_many_send_it(app, world, coordinator):
    digits = read_out(world, coordinator)
    outcomes = at_once(app, *[lambda: codes.check_code(TOKEN, digits, NOW, ADDRESS)] * TIMES)
    assert sum(isinstance(one, str) for one in outcomes) == 1
    assert all(isinstance(one, (str, codes.WrongCode)) for one in outcomes)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(ReturnSession)) == 1


def test_wrong_codes_at_once_are_all_counted(app, world, coordinator):
    digits = read_out(world, coordinator)
    wrong = "000000" if digits != "000000" else "111111"
    at_once(app, *[lambda: codes.check_code(TOKEN, wrong, NOW, ADDRESS)] * 5)
    with pytest.raises(codes.WrongCode):
        codes.check_code(TOKEN, digits, NOW, ADDRESS)


def test_two_who_make_a_link_at_once_leave_one_that_works(app, world, coordinator, place, viewer):
    contact, invitation = world.contacts["a.school"], place.invitations["school"].id
    makers = (coordinator, viewer("a.school.lead"))
    outcomes = at_once(app, *[lambda one=one: making.make_link(one, place.id, invitation, contact) for one in makers])
    assert all(isinstance(one, str) for one in outcomes), outcomes
    db.session.rollback()
    out = select(func.count()).where(
        ReturnLink.invitation_id == invitation, ReturnLink.used_at.is_(None), ReturnLink.withdrawn_at.is_(None)
    )
    assert db.session.scalar(out) == 1
