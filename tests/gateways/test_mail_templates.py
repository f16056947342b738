"""The templates of mails: a subject and a text for each, strict about what is missing, plain about what is there."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from portal.domain.message_vocabulary import MailKind, NoticeKind
from portal.domain.vocabulary import JoiningPurpose
from portal.gateways.mail_rendering import FOLDER, MARKING, render
from portal.gateways.mail_templates import Told, joining_mail, notices_mail, previews
from tests.world import NOW, TODAY

PARTS = {"about"}


def test_every_template_has_a_preview_that_reads_like_a_mail():
    shown = previews("https://portal.example")
    assert len({one.name for one in shown}) == len(shown)
    for one in shown:
        assert one.subject.startswith("Safeguarding portal: ")
        assert one.subject.endswith(f" [{MARKING}]")
        assert one.text.startswith(f"{MARKING}\n\nHello Jo Bloggs,\n")
        assert one.text.count("https://portal.example/") == 1
        assert "\n\n\n" not in one.text
        assert "{" not in one.text


@pytest.mark.parametrize("name", sorted({path.stem for path in FOLDER.glob("*.txt")} - PARTS))
def test_a_template_without_its_facts_is_no_mail(name):
    with pytest.raises(UndefinedError):
        render(name)


@pytest.mark.parametrize("kind", [MailKind.DIGEST, MailKind.AT_ONCE])
def test_names_stand_as_they_are_and_stay_in_their_line(kind):
    told = [Told(NoticeKind.INVITATION, "O’Hara & Sons <GP>\r\nBcc: all@example.org", None)]
    mail = notices_mail(kind, "Jo “{{ x }}” Bloggs", told, TODAY, "https://portal.example/inbox")
    assert "O’Hara & Sons <GP> Bcc: all@example.org" in mail.subject
    assert mail.subject.isprintable()
    assert "Hello Jo “{{ x }}” Bloggs," in mail.text


def test_agencies_stand_apart_where_there_are_several():
    told = [Told(NoticeKind.INVITATION, "Marsh Lane", TODAY), Told(NoticeKind.ACTION_DUE, "Westmoor", None)]
    mail = notices_mail(MailKind.DIGEST, "Jo", told, TODAY, "https://portal.example/inbox")
    assert mail.subject.startswith("Safeguarding portal: 2 things need you today")
    assert (
        "\nMarsh Lane\n\n- Answer an invitation: by Wednesday 10 June, due today\n\nWestmoor\n\n- Finish an action\n"
        in (mail.text)
    )


@pytest.mark.parametrize(("whom", "words"), [("Marsh Lane", "portal for Marsh Lane. Choose"), ("", "portal. Choose")])
def test_a_joining_mail_says_for_whom(whom, words):
    assert words in joining_mail("Jo", JoiningPurpose.JOIN, whom, "https://portal.example/join/x", NOW).text
