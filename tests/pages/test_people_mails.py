"""Letting people in where mails are sent: the pages say that a mail is on its way, and show no link."""

from __future__ import annotations

from tests.mail_server import MailServer


def test_an_invited_persons_page_says_that_a_mail_is_on_its_way(client, sign_in, world, mail_server: MailServer):
    sign_in(client, world.person("a.gp.lead"))
    answer = client.submit("/people/new", email="new@example.org", name="New Person", role="practitioner")
    page = client.get(answer.location)
    assert "A mail with their joining link is on its way to them." in page.text
    assert "/join/" not in page.text


def test_a_new_link_goes_by_mail(client, sign_in, world, mail_server: MailServer):
    sign_in(client, world.person("a.gp.lead"))
    membership_id = world.person("a.gp.practitioner").hat.membership_id
    page = client.get(client.submit(f"/people/{membership_id}/link").location)
    assert "A mail with a new link is on its way to them." in page.text
    assert "/join/" not in page.text
