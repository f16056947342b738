"""Codes by text message: to the registered number alone, few of them, by a server that stands for GOV.UK Notify."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.return_links import MOST_TEXTS_WITHIN, TEXTS_WITHIN
from portal.gateways.text_notify import NotifyTexts
from portal.models.return_links import AgencyContact, ReturnCode
from portal.services.return_links import codes
from portal.services.return_links.opening import LinkOver
from portal.services.texting import install_texting
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, failed, running_notify
from tests.services.link_steps import ADDRESS, TOKEN
from tests.services.rows import change, trail
from tests.world import NOW
from tests.world_return_links import TELEPHONE


@pytest.fixture
def notify(database):
    """GOV.UK Notify, to which the app sends its text messages."""
    with running_notify() as running:
        install_texting(NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, running.url))
        yield running
        install_texting(None)


def digits_in(message) -> str:
    [digits] = re.findall(r"\b\d{6}\b", message["personalisation"]["body"])
    return digits


def test_a_code_goes_to_the_registered_number_and_opens_the_link(world, notify):
    codes.text_code(TOKEN, NOW)
    [message] = notify.sent
    assert message["phone_number"] == TELEPHONE
    words = message["personalisation"]["body"]
    assert [marker.text for marker in world.markers if marker.is_in(words)] == []
    assert "10 minutes" in words
    assert codes.check_code(TOKEN, digits_in(message), NOW, ADDRESS)
    assert trail("return_link.code_sent", world.meeting("a.initial").invitations["school"].id) == 1


def test_few_go_in_a_row(world, notify):
    for number in range(MOST_TEXTS_WITHIN):
        codes.text_code(TOKEN, NOW + timedelta(seconds=number))
    with pytest.raises(codes.NotTexted, match="15 minutes"):
        codes.text_code(TOKEN, NOW + timedelta(minutes=1))
    assert len(notify.sent) == MOST_TEXTS_WITHIN
    codes.text_code(TOKEN, NOW + TEXTS_WITHIN)
    assert len(notify.sent) == MOST_TEXTS_WITHIN + 1


def test_what_notify_does_not_take_is_said_and_leaves_no_code(world, notify):
    notify.answer = (400, failed(400, "ValidationError", f"{TELEPHONE} is not a mobile number"))
    with pytest.raises(codes.NotTexted) as refused:
        codes.text_code(TOKEN, NOW)
    assert TELEPHONE not in str(refused.value)
    lives = select(func.count()).select_from(ReturnCode).where(ReturnCode.expires_at > NOW)
    db.session.rollback()
    assert db.session.scalar(lives) == 0
    assert trail("return_link.code_not_sent", world.meeting("a.initial").invitations["school"].id) == 1


def test_without_a_number_or_a_sender_it_is_read_out(world, notify):
    change(AgencyContact, world.contacts["a.school"], telephone=None)
    with pytest.raises(codes.NotTexted, match="coordinator"):
        codes.text_code(TOKEN, NOW)
    change(AgencyContact, world.contacts["a.school"], telephone=TELEPHONE)
    install_texting(None)
    with pytest.raises(codes.NotTexted, match="coordinator"):
        codes.text_code(TOKEN, NOW)
    assert notify.sent == []


def test_no_code_is_sent_for_a_link_that_is_over_or_was_never_made(world, notify):
    with pytest.raises(LinkOver):
        codes.text_code(TOKEN, NOW + timedelta(days=60))
    with pytest.raises(LinkOver):
        codes.text_code("guessed", NOW)
    assert notify.sent == []
