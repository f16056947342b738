"""What is done to accounts is told by mail where mails are sent, in the same transaction; elsewhere by the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.message_vocabulary import MailKind, MailState
from portal.domain.vocabulary import Role
from portal.models.messages import Mail
from portal.services import joining, passwords, people, ways_back
from portal.services.mails.sending import send_mails
from tests.mail_server import MailServer
from tests.services.mail_steps import forget_all, mails
from tests.services.sign_in_steps import HOME, signed_in
from tests.world import NOW, PASSWORD

NEW = {"email": "new@example.org", "name": "New Person", "role": Role.PRACTITIONER}
LONG = "a lantern 93 for otters"


@pytest.fixture
def server(mail_server: MailServer) -> MailServer:
    """There is a mail server, and nobody has been told anything yet."""
    forget_all()
    return mail_server


def token_in(letter) -> str:
    return letter.text.partition("/join/")[2].split()[0]


def test_whoever_is_invited_gets_their_link_by_mail(lead, server, world):
    added = people.add_person(lead, **NEW, agency_id=lead.agency_id)
    assert (added.joining_token, added.is_mailed, added.needs_other, added.is_new) == (None, True, False, True)
    [mail] = mails()
    assert (mail.kind, mail.state, mail.user_id) == (MailKind.ACCOUNT, MailState.QUEUED, added.membership.user_id)
    assert send_mails(NOW) == 1
    [letter] = server.to("new@example.org")
    assert letter.subject == "Safeguarding portal: choose your password [OFFICIAL-SENSITIVE]"
    assert world.agency_names["a.gp"] in letter.text
    begun = joining.use_link(Viewer.nobody(NOW), token_in(letter), "New Person", LONG)
    assert begun is not None
    assert send_mails(NOW) == 0, "that they chose their first password is no news to them"


def test_it_goes_at_any_hour(lead, server):
    night = NOW + timedelta(hours=12)
    people.add_person(replace(lead, now=night), **NEW, agency_id=lead.agency_id)
    assert send_mails(night) == 1


def test_what_is_refused_writes_no_mail(lead, server):
    with pytest.raises(Invalid):
        people.add_person(lead, **{**NEW, "name": ""}, agency_id=lead.agency_id)
    with pytest.raises(Invalid):
        people.add_person(lead, **{**NEW, "email": "nobody"}, agency_id=lead.agency_id)
    assert mails() == []


def test_a_new_password_link_goes_by_mail_and_its_use_is_told(lead, gp, server):
    assert ways_back.reissue_password_link(lead, gp.hat.membership_id) is None
    assert send_mails(NOW) == 1
    [letter] = server.to(gp.email)
    assert "choose a new password" in letter.subject
    joining.use_link(Viewer.nobody(NOW), token_in(letter), gp.name, LONG)
    assert send_mails(NOW) == 1
    assert "your password was changed" in server.to(gp.email)[1].subject


def test_a_changed_password_is_told(gp, server):
    passwords.change_password(signed_in(gp).viewer, PASSWORD, LONG, HOME)
    assert send_mails(NOW) == 1
    [letter] = server.to(gp.email)
    assert letter.subject == "Safeguarding portal: your password was changed [OFFICIAL-SENSITIVE]"
    assert "Wednesday 10 June, 11:00" in letter.text
    assert "/join/" not in letter.text
    assert LONG not in letter.text


def test_a_command_gives_its_link_to_whoever_typed_it(system, server, world):
    added = people.add_person(system, **{**NEW, "role": Role.ADMINISTRATOR})
    assert added.joining_token is not None
    assert not added.is_mailed
    assert ways_back.reissue_by_operator(system, "new@example.org")
    assert mails() == []


def test_without_a_mail_server_the_page_gives_the_link(lead, gp):
    forget_all()
    added = people.add_person(lead, **NEW, agency_id=lead.agency_id)
    assert added.joining_token is not None
    assert not added.is_mailed
    assert ways_back.reissue_password_link(lead, gp.hat.membership_id) is not None
    assert db.session.scalars(select(Mail)).all() == []
