"""Text messages by a real server that stands for GOV.UK Notify."""

from __future__ import annotations

import pytest

from portal.gateways.text_messages import Untexted
from portal.gateways.text_notify import NotifyTexts
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, failed, running_notify

NUMBER = "+447700900123"


@pytest.fixture
def notify():
    with running_notify() as running:
        yield running


@pytest.fixture
def sender(notify):
    return NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, notify.url)


def test_a_text_message_goes_with_our_words_in_one_template(sender, notify):
    sender.send(NUMBER, "123456 is your code.", "return-code-1")
    assert notify.sent == [
        {
            "phone_number": NUMBER,
            "template_id": NOTIFY_TEMPLATE,
            "personalisation": {"body": "123456 is your code."},
            "reference": "return-code-1",
        }
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, failed(400, "ValidationError", f"{NUMBER} is no mobile")), "400, ValidationError"),
        ((429, failed(429, "RateLimitError", "too many")), "429, RateLimitError"),
        ((500, {"message": "no"}), "500"),
    ],
)
def test_what_is_refused_is_told_without_the_number(sender, notify, answer, words):
    notify.answer = answer
    with pytest.raises(Untexted) as refused:
        sender.send(NUMBER, "123456", "reference")
    assert words in refused.value.detail
    assert NUMBER not in refused.value.detail


def test_a_server_that_is_away_is_told(notify):
    gone = NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, "http://127.0.0.1:9")
    with pytest.raises(Untexted, match="no answer"):
        gone.send(NUMBER, "123456", "reference")
    assert "no answer" in (gone.fault() or "")


def test_key_and_template_are_looked_at_before_they_are_needed(sender, notify):
    assert sender.fault() is None
    assert "404" in (NotifyTexts(NOTIFY_KEY, "another", notify.url).fault() or "")
    assert NOTIFY_KEY not in repr(sender)
