"""Passkeys as services keep them: what is done at once is done once, and what must stay stays."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid
from portal.domain.message_vocabulary import MailKind
from portal.domain.passkeys import Site
from portal.gateways.mail import SmtpSender
from portal.gateways.mail_templates import passkey_mail
from portal.models.passkeys import Passkey, PasskeyChallenge
from portal.models.people import User
from portal.services import passkey_sign_in, passkeys
from portal.services.mailing import mailing
from portal.services.mails.letters import MailFacts, letter_of
from portal.services.passkey_proofs import PasskeyRefused
from portal.services.sign_in import SignIn
from tests.services.racing import at_once
from tests.services.sign_in_steps import HOME
from tests.soft_passkeys import ORIGIN, SITE, SoftPasskey, decoded
from tests.world import NOW, viewer_of
from tests.world_passkeys import passkey_of

HERE = Site(SITE, ORIGIN)
BROWSER = "what the cookie holds"


@pytest.fixture
def owner(world):
    """Who has a passkey in the world."""
    return world.person("a.other_gp.lead")


def signed(device, **lies):
    """A challenge that was given to this browser, signed."""
    options = json.loads(passkey_sign_in.options(Viewer.nobody(NOW), HERE, BROWSER, HOME))
    return device.sign(options, **lies)


def sign_in(answer):
    """Send it."""
    return passkey_sign_in.check_passkey(Viewer.nobody(NOW), HERE, answer, BROWSER, HOME)


def test_one_answer_sent_many_times_at_once_is_one_sign_in(app, owner):
    answer = signed(passkey_of("a"))
    results = at_once(app, *[lambda: sign_in(answer)] * 4)
    assert [type(result) for result in results].count(SignIn) == 1
    assert [type(result) for result in results].count(PasskeyRefused) == 3


def test_two_answers_with_the_same_count_at_once_are_one_sign_in(app, owner):
    """As of a device and its copy, each with a challenge of its own."""
    answers = [signed(passkey_of("a"), count=8) for _ in range(2)]
    results = at_once(app, *[lambda answer=answer: sign_in(answer) for answer in answers])
    assert sorted(type(result).__name__ for result in results) == ["PasskeyRefused", "SignIn"]


def test_two_browsers_that_each_remove_one_do_not_remove_the_last(app, owner):
    with writing() as session:
        session.execute(
            update(User)
            .where(User.id == owner.user_id)
            .values(totp_secret=None, totp_confirmed_at=None, totp_last_step=None)
        )
        other = SoftPasskey("other")
        session.add(
            Passkey(
                user_id=owner.user_id,
                credential_id=other.credential_id,
                public_key=other.public_key,
                sign_count=0,
                transports="usb",
                name="Key",
                made_at=NOW,
            )
        )
    viewer = viewer_of(owner)
    ids = [row.id for row in passkeys.list_own(viewer)]
    assert len(ids) == 2
    db.session.rollback()
    results = at_once(app, *[lambda one=one: passkeys.remove(viewer, one) for one in ids])
    assert sorted(type(result).__name__ for result in results) == ["Invalid", "NoneType"]
    assert len(passkeys.list_own(viewer)) == 1
    assert not passkeys.may_go(viewer)
    with pytest.raises(Invalid):
        passkeys.remove(viewer, passkeys.list_own(viewer)[0].id)


def test_an_account_is_known_to_devices_by_random_bytes_that_stay(owner, world):
    gp = world.person("a.gp.practitioner")
    viewer = replace(viewer_of(gp), session_id=world.open_sessions["a.other_gp"])
    first, second = (json.loads(passkeys.options(viewer, HERE, HOME)) for _ in range(2))
    assert first["user"]["id"] == second["user"]["id"]
    assert first["challenge"] != second["challenge"]
    assert len(decoded(first["user"]["id"])) == 32
    assert first["attestation"] == "none"
    assert first["authenticatorSelection"]["residentKey"] == "required"
    assert db.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 2


@pytest.mark.parametrize(("key", "words"), [("added", "was added to"), ("removed", "was removed from")])
def test_the_mail_says_what_was_done_and_names_no_device(owner, use_mailing, key, words):
    use_mailing(SmtpSender.at("smtp://127.0.0.1:1", "no-reply@portal.example"))
    facts = MailFacts(1, f"passkey_{key}:5:1", MailKind.ACCOUNT, owner.user_id, None, NOW)
    letter = letter_of(mailing(), facts, NOW)
    assert words in letter.subject
    assert words in letter.text
    assert "https://portal.example/account/passkeys" in letter.text
    assert "PASSKEY-QZ" not in letter.text


def test_the_mail_gives_the_time_in_london():
    assert "10 June, 11:00" in passkey_mail("A. Shah", NOW, "https://portal.example", is_added=True).text
