"""Sending what waits: once in effect, again with growing gaps, and told to somebody where it never arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailState, NoticeKind, Urgency
from portal.domain.messages import RETRY_GAPS
from portal.domain.vocabulary import JoiningPurpose, Role
from portal.gateways.mail import SmtpSender
from portal.gateways.mail_notify import NotifySender
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.services import joining, mailing
from portal.services.changes import changing
from portal.services.mails import letters, sending
from portal.services.mails.at_once import mail_at_once
from portal.services.mails.deliveries import ask_deliveries
from portal.services.mails.digests import make_digests
from portal.services.mails.sending import LEASE, claim, send_mails
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, MailServer, running_notify
from tests.services.mail_steps import forget_all, mails, notify_of
from tests.world import NOW


@pytest.fixture(autouse=True)
def nothing_told(mail_server: MailServer) -> None:
    """There is a mail server, and nobody has been told anything yet."""
    forget_all()


@pytest.fixture
def queued(gp):
    """A mail to the surgery's practitioner, which goes at any hour."""
    notify_of(gp, NoticeKind.ESCALATION_RAISED, urgency=Urgency.URGENT)
    assert mail_at_once(NOW) == 1
    return gp


@pytest.fixture
def notify(use_mailing):
    with running_notify() as running:
        use_mailing(NotifySender(NOTIFY_KEY, NOTIFY_TEMPLATE, running.url, seconds=5))
        yield running


def failures() -> list[tuple[int, str, int]]:
    """Who was told of mails that failed: membership, words, about which membership."""
    db.session.rollback()
    rows = db.session.execute(
        select(Notice.membership_id, Notice.what, Notice.subject_id)
        .where(Notice.kind == NoticeKind.MAIL_FAILED, Notice.subject == "membership")
        .order_by(Notice.membership_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_a_mail_is_sent_once(queued, mail_server):
    assert [send_mails(NOW), send_mails(NOW), send_mails(NOW + LEASE)] == [1, 0, 0]
    [mail] = mails()
    assert (mail.state, mail.attempts, mail.claimed_until, mail.fault) == (MailState.SENT, 1, None, None)
    assert mail.sent_at is not None
    assert len(mail_server.to(queued.email)) == 1


def test_what_one_worker_has_another_does_not_take_until_the_claim_ends(queued):
    taken = claim(NOW)
    assert taken is not None
    assert claim(NOW + LEASE - timedelta(seconds=1)) is None
    again = claim(NOW + LEASE)
    assert again is not None
    assert (again.facts, again.attempts) == (taken.facts, 2)


def test_a_worker_that_died_after_sending_costs_nobody_a_second_mail(queued, mail_server, monkeypatch):
    monkeypatch.setattr(sending, "_hand_on", dies_after(sending._hand_on))
    with pytest.raises(KeyboardInterrupt):
        send_mails(NOW)
    monkeypatch.undo()
    assert send_mails(NOW + timedelta(minutes=1)) == 0
    assert send_mails(NOW + 2 * LEASE) == 1
    assert len(mail_server.letters) == 2
    assert len({letter.message_id for letter in mail_server.letters}) == 1


def dies_after(hand_on):
    """Sends, and is gone before it can say so; not an Exception, as a kill is none."""

    def dies(mailing, mail, letter, clock):
        mailing.sender.send(letter, is_repeat=False)
        raise KeyboardInterrupt

    return dies


def test_a_server_that_was_gone_before_it_said_yes_gets_it_again_as_the_same_mail(queued, mail_server):
    mail_server.drops = True
    assert send_mails(NOW) == 0
    mail_server.drops = False
    assert send_mails(NOW + 10 * RETRY_GAPS[0]) == 1
    assert len(mail_server.letters) == 2
    assert len({letter.message_id for letter in mail_server.letters}) == 1


def test_what_is_refused_for_now_is_tried_again_with_growing_gaps_and_then_failed(queued, mail_server):
    mail_server.refused_now = {queued.email}
    now = NOW
    for number, gap in enumerate(RETRY_GAPS, start=1):
        assert send_mails(now) == 0
        [mail] = mails(queued)
        assert (mail.state, mail.attempts) == (MailState.QUEUED, number)
        assert timedelta() <= mail.next_attempt_at - now - gap < timedelta(seconds=30)
        assert claim(mail.next_attempt_at - timedelta(seconds=1)) is None
        assert failures() == []
        now = mail.next_attempt_at
    send_mails(now)
    [mail] = mails(queued)
    assert (mail.state, mail.attempts) == (MailState.FAILED, 7)
    assert mail.fault == "the address was refused for now (451)"
    assert len(failures()) == 1
    assert claim(now + timedelta(days=30)) is None


def test_what_is_refused_for_good_is_told_to_the_agencys_lead(world, queued, mail_server):
    mail_server.refused_for_good = {queued.email}
    assert send_mails(NOW) == 0
    [mail] = mails(queued)
    assert (mail.state, mail.fault) == (MailState.FAILED, "the address was refused (550)")
    assert queued.email not in mail.fault
    lead = world.person("a.gp.lead").hat.membership_id
    assert failures() == [(lead, f"Mail for {queued.name} does not arrive", queued.hat.membership_id)]


def test_it_is_told_once_a_month(queued, mail_server):
    mail_server.refused_for_good = {queued.email}
    send_mails(NOW)
    for days in (1, 2, 21):
        notify_of(queued, urgency=Urgency.URGENT)
        later = NOW + timedelta(days=days)
        mail_at_once(later)
        send_mails(later)
    assert len(mails(queued)) == 4
    assert len(failures()) == 2


def test_the_administrators_are_told_where_there_is_no_other_lead(world, mail_server):
    administrator = world.person("a.administrator").hat.membership_id
    for key in ("a.gp.lead", "a.chair"):
        person = world.person(key)
        notify_of(person, urgency=Urgency.URGENT)
        mail_server.refused_for_good.add(person.email)
    mail_at_once(NOW)
    send_mails(NOW)
    assert [who for who, _what, _about in failures()] == [administrator, administrator]


def test_somebody_of_two_partnerships_is_told_of_in_both(world, mail_server):
    both = world.person("both")
    notify_of(both, urgency=Urgency.URGENT)
    mail_server.refused_for_good = {both.email}
    mail_at_once(NOW)
    send_mails(NOW)
    leads = {world.person("a.police.lead").hat.membership_id, world.person("b.police.lead").hat.membership_id}
    assert {who for who, _what, _about in failures()} == leads


def test_a_server_that_is_away_costs_few_mails_an_attempt(world, use_mailing, mail_server):
    people = [person for key, person in world.people.items() if key.startswith("a.") and person.active][:8]
    for person in people:
        notify_of(person, urgency=Urgency.URGENT)
    assert mail_at_once(NOW) == 8
    use_mailing(SmtpSender.at("smtp://127.0.0.1:1", "no-reply@portal.example"))
    assert send_mails(NOW) == 0
    assert sum(mail.attempts for mail in mails()) == 3
    assert {mail.fault for mail in mails() if mail.attempts} == {"Connection refused"}


def test_one_address_that_is_refused_does_not_keep_others_waiting(world, mail_server):
    people = [person for key, person in world.people.items() if key.startswith("a.") and person.active][:8]
    for person in people:
        notify_of(person, urgency=Urgency.URGENT)
    mail_at_once(NOW)
    mail_server.refused_for_good = {person.email for person in people[:5]}
    assert send_mails(NOW) == 3


def test_a_fault_of_ours_in_one_mail_does_not_keep_it_at_the_head(world, queued, mail_server, monkeypatch):
    other = world.person("a.chair")
    notify_of(other, urgency=Urgency.URGENT)
    mail_at_once(NOW)

    def broken(mailing, mail, now):
        if mail.user_id == queued.user_id:
            raise ZeroDivisionError
        return letters.letter_of(mailing, mail, now)

    monkeypatch.setattr(sending, "letter_of", broken)
    with pytest.raises(ZeroDivisionError):
        send_mails(NOW)
    assert send_mails(NOW) == 1
    [mail] = mails(queued)
    assert (mail.state, mail.fault) == (MailState.QUEUED, "it could not be written (ZeroDivisionError)")
    assert len(mail_server.to(other.email)) == 1


def test_a_late_answer_does_not_undo_what_another_worker_made_of_it(queued, mail_server):
    slow = claim(NOW)
    assert slow is not None
    assert send_mails(NOW + LEASE) == 1
    sending._not_taken(slow, sending.TryAgain("it hung up"), NOW + LEASE)
    assert mails(queued)[0].state is MailState.SENT


def test_the_token_of_a_link_is_made_when_its_mail_goes(lead, gp, mail_server):
    with changing(lead) as change:
        assert joining.hand_over_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD) is None
    assert send_mails(NOW) == 1
    [letter] = mail_server.to(gp.email)
    token = letter.text.partition("/join/")[2].split()[0]
    assert joining.open_link(token, NOW).user_id == gp.user_id
    assert "https://portal.example/join/" in letter.text


def test_a_link_that_is_mailed_twice_is_the_same_link(lead, gp, mail_server):
    with changing(lead) as change:
        joining.hand_over_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD)
    mail_server.drops = True
    send_mails(NOW)
    mail_server.drops = False
    send_mails(NOW + timedelta(minutes=10))
    first, second = mail_server.to(gp.email)
    assert first.text == second.text
    assert first.message_id == second.message_id


def test_two_links_have_different_tokens(lead, gp, mail_server):
    for minutes in (0, 1):
        with changing(replace(lead, now=NOW + timedelta(minutes=minutes))) as change:
            joining.hand_over_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD)
        send_mails(NOW + timedelta(minutes=minutes))
    tokens = [letter.text.partition("/join/")[2].split()[0] for letter in mail_server.to(gp.email)]
    assert len(set(tokens)) == 2
    with pytest.raises(joining.LinkOver):
        joining.open_link(tokens[0], NOW + timedelta(minutes=2))


def test_a_link_that_was_replaced_or_lapsed_is_not_mailed(lead, gp, mail_server):
    with changing(lead) as change:
        joining.hand_over_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD)
        joining.hand_over_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD)
    assert send_mails(NOW) == 1
    assert [mail.state for mail in mails(gp)] == [MailState.DROPPED, MailState.SENT]
    with changing(lead) as change:
        joining.hand_over_link(change, gp.user_id, JoiningPurpose.NEW_PASSWORD)
    assert send_mails(NOW + timedelta(days=3)) == 0
    assert mails(gp)[-1].state is MailState.DROPPED


def test_notify_says_later_what_became_of_a_mail(queued, notify):
    assert send_mails(NOW) == 1
    [mail] = mails(queued)
    reference = mail.delivery_reference
    assert reference == mailing.mailing().message_id(mail.key).strip("<>")
    assert ask_deliveries(NOW) == 0
    later = mail.next_attempt_at
    assert ask_deliveries(later) == 0
    notify.statuses[reference] = "delivered"
    assert ask_deliveries(later) == 0
    assert ask_deliveries(later + timedelta(hours=2)) == 1
    [mail] = mails(queued)
    assert (mail.state, mail.delivery_reference) == (MailState.SENT, None)
    assert failures() == []


@pytest.mark.parametrize("status", ["permanent-failure", "temporary-failure"])
def test_a_mail_that_came_back_has_failed(world, queued, notify, status):
    send_mails(NOW)
    notify.statuses = dict.fromkeys(notify.statuses, status)
    assert ask_deliveries(NOW + timedelta(hours=1)) == 1
    [mail] = mails(queued)
    assert (mail.state, mail.fault) == (MailState.FAILED, "the mail came back")
    assert [who for who, _what, _about in failures()] == [world.person("a.gp.lead").hat.membership_id]


def test_a_mail_that_notify_lost_is_sent_anew(queued, notify):
    send_mails(NOW)
    notify.statuses = dict.fromkeys(notify.statuses, "technical-failure")
    hour = NOW + timedelta(hours=1)
    assert ask_deliveries(hour) == 1
    assert mails(queued)[0].state is MailState.QUEUED
    assert send_mails(hour + timedelta(minutes=10)) == 1
    assert len(notify.sent) == 2


def test_a_mail_of_which_notify_never_says_more_is_asked_after_for_days_and_then_left(queued, notify):
    send_mails(NOW)
    for days in (1, 2, 3):
        assert ask_deliveries(NOW + timedelta(days=days)) == 0
        assert mails(queued)[0].delivery_reference is not None
    assert ask_deliveries(NOW + timedelta(days=5)) == 1
    [mail] = mails(queued)
    assert (mail.state, mail.delivery_reference) == (MailState.SENT, None)


def test_notify_gets_a_mail_once_even_if_a_worker_dies_after_sending(queued, notify, monkeypatch):
    monkeypatch.setattr(sending, "_hand_on", dies_after(sending._hand_on))
    with pytest.raises(KeyboardInterrupt):
        send_mails(NOW)
    monkeypatch.undo()
    assert send_mails(NOW + 2 * LEASE) == 1
    assert len(notify.sent) == 1


def test_a_lead_that_ended_is_not_told(world, queued, mail_server):
    lead = world.person("a.gp.lead")
    with writing() as session:
        session.execute(
            update(Membership).where(Membership.user_id == lead.user_id).values(role=Role.PRACTITIONER, post=None)
        )
    mail_server.refused_for_good = {queued.email}
    send_mails(NOW)
    assert [who for who, _what, _about in failures()] == [world.person("a.administrator").hat.membership_id]


def test_a_digest_fails_even_though_each_day_makes_a_new_one(gp, mail_server):
    mail_server.refused_now = {gp.email}
    notify_of(gp)
    states = []
    for hours in range(0, 72, 1):
        now = NOW + timedelta(hours=hours)
        make_digests(now)
        send_mails(now)
        states = [mail.state for mail in mails(gp)]
        if MailState.FAILED in states:
            break
    assert states[-1] is MailState.FAILED
    assert len(failures()) == 1
