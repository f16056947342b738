"""Letters by SMTP and by GOV.UK Notify, to real servers: what is taken, what is tried again, what never will be."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.gateways.mail import Delivery, ForGood, Letter, SmtpSender, TryAgain, written
from portal.gateways.mail_notify import NotifySender
from tests.mail_server import (
    HOST,
    NOTIFY_KEY,
    NOTIFY_TEMPLATE,
    PASSWORD,
    USER,
    MailServer,
    NotifyServer,
    failed,
    running_mail_server,
    running_notify,
)

SENDER = "no-reply@portal.example"
LETTER = Letter(
    "jo@example.org",
    "Safeguarding portal: 2 things need Marsh Lane Surgery’s lead",
    "Hello Jo,\n\n- Answer an invitation – today\n.\nA line of one dot.\n",
    "<abc123@portal.example>",
    datetime(2026, 6, 10, 10, 0, tzinfo=UTC),
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running_mail_server() as running:
        yield running


@pytest.fixture
def smtp(server: MailServer) -> SmtpSender:
    return replace(SmtpSender.at(server.url, SENDER), seconds=2)


@pytest.fixture
def notify() -> Iterator[NotifyServer]:
    with running_notify() as running:
        yield running


@pytest.fixture
def by_notify(notify: NotifyServer) -> NotifySender:
    return NotifySender(NOTIFY_KEY, NOTIFY_TEMPLATE, notify.url, seconds=2)


def test_a_letter_arrives_as_it_was_written(smtp, server):
    assert smtp.send(LETTER, is_repeat=False) is None
    [letter] = server.letters
    assert letter.to == (LETTER.to,)
    assert (letter.subject, letter.message_id) == (LETTER.subject, LETTER.message_id)
    assert letter.text.replace("\r\n", "\n") == LETTER.text
    assert letter.message["From"].addresses[0].addr_spec == SENDER
    assert letter.message["Date"].datetime == LETTER.at
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert not letter.message.is_multipart()


def test_the_same_letter_twice_has_one_message_id(smtp, server):
    smtp.send(LETTER, is_repeat=False)
    smtp.send(LETTER, is_repeat=True)
    assert [letter.message_id for letter in server.letters] == [LETTER.message_id] * 2


def test_an_address_that_is_refused_for_good_is_given_up(smtp, server):
    server.refused_for_good = {LETTER.to}
    with pytest.raises(ForGood) as refused:
        smtp.send(LETTER, is_repeat=False)
    assert refused.value.detail == "the address was refused (550)"


def test_an_address_that_is_refused_for_now_is_tried_again(smtp, server):
    server.refused_now = {LETTER.to}
    with pytest.raises(TryAgain) as refused:
        smtp.send(LETTER, is_repeat=False)
    assert refused.value.detail == "the address was refused for now (451)"
    server.refused_now = set()
    smtp.send(LETTER, is_repeat=True)
    assert len(server.letters) == 1


@pytest.mark.parametrize(("answer", "kind"), [("554 5.7.1 spam", ForGood), ("452 4.3.1 full", TryAgain)])
def test_a_text_that_is_refused(smtp, server, answer, kind):
    server.refuses_text = answer
    with pytest.raises(kind) as refused:
        smtp.send(LETTER, is_repeat=False)
    assert answer[:3] in refused.value.detail


def test_a_server_that_hangs_is_tried_again(smtp, server):
    server.hangs = True
    with pytest.raises(TryAgain) as fault:
        replace(smtp, seconds=0.2).send(LETTER, is_repeat=False)
    assert fault.value.detail in ("no answer in time", "it hung up")


def test_a_server_that_is_gone_before_it_says_that_it_has_the_letter_is_tried_again(smtp, server):
    server.drops = True
    with pytest.raises(TryAgain) as fault:
        smtp.send(LETTER, is_repeat=False)
    assert fault.value.detail == "it hung up"
    assert len(server.letters) == 1


def test_a_server_that_is_not_there_is_tried_again():
    with running_mail_server() as gone:
        sender = SmtpSender.at(gone.url, SENDER)
    with pytest.raises(TryAgain) as fault:
        sender.send(LETTER, is_repeat=False)
    assert fault.value.detail == "Connection refused"
    assert sender.fault() == "the mail server cannot be used (Connection refused)"


def test_a_server_that_answers_has_no_fault(smtp):
    assert smtp.fault() is None


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it is TLS from the first byte
@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_server_with_a_certificate_gets_the_password_and_the_letter(tmp_path: Path, scheme: str):
    with running_mail_server(scheme, tmp_path) as server:
        context = ssl.create_default_context(cafile=str(tmp_path / "mail-server.pem"))
        url = f"{scheme}://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@{HOST}:{server.port}"
        sender = replace(SmtpSender.at(url, SENDER), context=context, seconds=5)
        assert sender.fault() is None
        sender.send(LETTER, is_repeat=False)
        assert len(server.letters) == 1
        wrong = replace(sender, password="not it")
        with pytest.raises(TryAgain) as fault:
            wrong.send(LETTER, is_repeat=False)
        assert fault.value.detail == "user and password are not taken (535)"
        stranger = replace(sender, context=ssl.create_default_context())
        with pytest.raises(TryAgain) as fault:
            stranger.send(LETTER, is_repeat=False)
        assert fault.value.detail == "its certificate or encryption cannot be trusted"
        assert len(server.letters) == 1
    assert PASSWORD not in repr(sender)
    assert PASSWORD not in sender.name


def test_without_encryption_where_it_was_asked_for_nothing_is_sent(server):
    sender = replace(SmtpSender.at(server.url, SENDER), scheme="smtp+starttls")
    with pytest.raises(TryAgain) as fault:
        sender.send(LETTER, is_repeat=False)
    assert fault.value.detail == "it does not offer what SMTP_URL asks for"
    assert server.letters == []


def test_what_a_server_says_is_never_repeated(smtp, server):
    """It repeats the address, and a fault stands in tables and logs."""
    for behaviour in ("refused_now", "refused_for_good"):
        setattr(server, behaviour, {"*"})
        with pytest.raises((TryAgain, ForGood)) as fault:
            smtp.send(LETTER, is_repeat=False)
        assert LETTER.to not in fault.value.detail


@given(
    st.sampled_from(["to", "subject", "message_id"]),
    st.text(max_size=20),
    st.sampled_from(["\r\n", "\n", "\r", "\0", "\x0b", "\x1c", "\x85", "\u2028", "\t"]),
    st.text(max_size=20),
)
def test_no_header_can_be_injected(name, before, broken, after):
    with pytest.raises(ValueError, match=name):
        replace(LETTER, **{name: f"{before}{broken}Bcc: everybody@example.org{after}"})


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Cn", "Co")), max_size=300))
@example("Safeguarding portal: 2 things need Borough Police [OFFICIAL-SENSITIVE]")
def test_a_subject_stays_one_header(typed):
    subject = " ".join(typed.split()) or "none"
    raw = written(replace(LETTER, subject=subject), SENDER).as_bytes()
    assert b"Subject:\r\n" not in raw
    assert str(message_from_bytes(raw, policy=policy.default)["Subject"]) == subject
    names = [name.lower() for name in message_names(raw)]
    assert sorted(names) == sorted(set(names))
    assert set(names) <= {
        *("from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress"),
        *("content-type", "content-transfer-encoding", "mime-version"),
    }


def message_names(raw: bytes) -> list[str]:
    """The names of the headers as a server that knows nothing of Python reads them."""
    head = raw.split(b"\r\n\r\n")[0].decode("ascii")
    return [line.partition(":")[0] for line in head.split("\r\n") if line and line[0] not in " \t"]


def test_notify_gets_subject_and_text_under_the_message_id(by_notify, notify):
    reference = by_notify.send(LETTER, is_repeat=False)
    assert reference == "abc123@portal.example"
    assert notify.sent == [
        {
            "email_address": LETTER.to,
            "template_id": NOTIFY_TEMPLATE,
            "personalisation": {"subject": LETTER.subject, "body": LETTER.text},
            "reference": reference,
        }
    ]


def test_notify_is_not_given_a_letter_that_it_has(by_notify, notify):
    by_notify.send(LETTER, is_repeat=True)
    by_notify.send(LETTER, is_repeat=True)
    assert len(notify.sent) == 1
    notify.statuses["abc123@portal.example"] = "technical-failure"
    by_notify.send(LETTER, is_repeat=True)
    assert len(notify.sent) == 2


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, failed(400, "ValidationError", "email_address jo@example.org is not valid"), ForGood),
        (400, failed(400, "BadRequestError", "Can't send to this recipient"), ForGood),
        (403, failed(403, "BadRequestError", "Trial mode"), ForGood),
        (403, failed(403, "AuthError", "Your system clock must be accurate"), TryAgain),
        (429, failed(429, "TooManyRequestsError", "Exceeded send limits"), TryAgain),
        (500, failed(500, "Exception", "Internal server error"), TryAgain),
        (503, "not even an object", TryAgain),
    ],
)
def test_notifys_refusals_are_sorted(by_notify, notify, status, body, kind):
    notify.answer = (status, body)
    with pytest.raises(kind) as fault:
        by_notify.send(LETTER, is_repeat=False)
    assert str(status) in fault.value.detail
    assert LETTER.to not in fault.value.detail


def test_a_notify_that_is_not_there_is_tried_again():
    with running_notify() as gone:
        sender = NotifySender(NOTIFY_KEY, NOTIFY_TEMPLATE, gone.url)
    with pytest.raises(TryAgain):
        sender.send(LETTER, is_repeat=False)
    with pytest.raises(TryAgain):
        sender.delivery("abc")
    assert sender.fault() == "GOV.UK Notify cannot be used (no answer)"


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        ("created", Delivery.UNDERWAY),
        ("sending", Delivery.UNDERWAY),
        ("delivered", Delivery.DELIVERED),
        ("permanent-failure", Delivery.BOUNCED),
        ("temporary-failure", Delivery.BOUNCED),
        ("technical-failure", Delivery.LOST),
    ],
)
def test_notify_is_asked_what_became_of_it(by_notify, notify, status, delivery):
    notify.statuses["abc"] = status
    assert by_notify.delivery("abc") is delivery


def test_notify_says_what_is_wrong_with_its_settings(by_notify):
    assert by_notify.fault() is None
    wrong_key = replace(by_notify, api_key=NOTIFY_KEY.replace("aaaa", "bbbb"))
    assert wrong_key.fault() == "GOV.UK Notify cannot be used (it answers 403, AuthError)"
    wrong_template = replace(by_notify, template_id=NOTIFY_KEY[-36:])
    assert wrong_template.fault() == "GOV.UK Notify cannot be used (it answers 404, NoResultFound)"
