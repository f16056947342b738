"""Links for feedback in mails: to whom, content-free, once, and for one answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.feedback_vocabulary import Audience
from portal.domain.message_vocabulary import MailKind, MailState
from portal.models.feedback import FeedbackCard
from portal.models.messages import Mail
from portal.models.people import User
from portal.services.feedback.ending import forget_ended
from portal.services.feedback.giving import NoSuchCard, open_card
from portal.services.feedback.mailed import ask_page, mail_links
from portal.services.mails.sending import send_mails
from tests.services.feedback_steps import all_yes, give, newest
from tests.services.mail_steps import forget_all
from tests.services.rows import change
from tests.world import NOW


@pytest.fixture
def past(world):
    return world.meeting("a.past_initial")


@pytest.fixture
def chair(viewer):
    return viewer("a.second_chair")


def names(page) -> set[str]:
    return {one.name for one in page.people}


def test_those_are_offered_who_had_a_part_for_an_invited_agency(world, chair, past, mail_server):
    page = ask_page(chair, past.id)
    assert page.sends_mail
    invited = set(past.invitations)
    assert {"police", "school"} <= invited
    leads = {world.person(f"a.{agency}.lead").name for agency in invited}
    assert leads <= names(page)
    everybody = {person.name for person in world.people.values() if person.key.startswith("b.")}
    assert not names(page) & everybody
    assert world.person("a.gp.former").name not in names(page)
    assert world.person("a.chair").name not in names(page)


def test_a_link_goes_by_mail_and_says_nothing_of_the_conference(world, chair, past, mail_server):
    forget_all()
    one, other = ask_page(chair, past.id).people[:2]
    assert mail_links(chair, past.id, [one.user_id, other.user_id]) == 2
    assert send_mails(NOW) == 2
    [letter] = mail_server.to(db.session.get_one(User, one.user_id).email)
    kinds = {marker.kind for marker in world.markers if marker.is_in(letter.everything)}
    assert kinds <= {"person", "person's address", "contact"}
    for word in ("Initial", "Review", "Westmoor", "child’s", "case"):
        assert word not in letter.text
    assert letter.text.count("http") == 1
    code = letter.text.split("/f/")[1].split()[0]
    assert open_card(code, NOW, "192.0.2.1").audience is Audience.PROFESSIONAL
    give(code, form="pressed", **all_yes(Audience.PROFESSIONAL))
    give(code, form="pressed", **all_yes(Audience.PROFESSIONAL))
    assert len(newest()) == 1
    with pytest.raises(NoSuchCard):
        give(code, form="another", **all_yes(Audience.PROFESSIONAL))
    with pytest.raises(NoSuchCard):
        open_card(code, NOW, "192.0.2.1")


def test_nobody_is_asked_twice_about_a_conference_even_when_their_link_is_gone(chair, past, mail_server):
    one = ask_page(chair, past.id).people[0]
    assert mail_links(chair, past.id, [one.user_id]) == 1
    assert mail_links(chair, past.id, [one.user_id]) == 0
    send_mails(NOW)
    for card in db.session.scalars(select(FeedbackCard).where(FeedbackCard.mail_id.is_not(None))).all():
        change(FeedbackCard, card.id, uses=1)
    assert forget_ended(NOW) == 1
    again = next(person for person in ask_page(chair, past.id).people if person.user_id == one.user_id)
    assert again.was_asked
    assert mail_links(chair, past.id, [one.user_id]) == 0


def test_the_same_mail_sent_again_carries_the_same_link(chair, past, mail_server):
    one = ask_page(chair, past.id).people[0]
    mail_links(chair, past.id, [one.user_id])
    mail = select(Mail).where(Mail.kind == MailKind.FEEDBACK)
    send_mails(NOW)
    change(Mail, db.session.scalars(mail).one().id, state=MailState.QUEUED, next_attempt_at=NOW)
    send_mails(NOW)
    first, second = mail_server.to(db.session.get_one(User, one.user_id).email)
    assert first.text == second.text


def test_a_mail_whose_card_has_ended_does_not_go(chair, past, mail_server):
    one = ask_page(chair, past.id).people[0]
    mail_links(chair, past.id, [one.user_id])
    for card in db.session.scalars(select(FeedbackCard).where(FeedbackCard.mail_id.is_not(None))).all():
        change(FeedbackCard, card.id, uses=1)
    forget_ended(NOW)
    sent = mail_server.to(db.session.get_one(User, one.user_id).email)
    send_mails(NOW)
    assert mail_server.to(db.session.get_one(User, one.user_id).email) == sent
    db.session.rollback()
    assert db.session.scalars(select(Mail).where(Mail.kind == MailKind.FEEDBACK)).one().state is MailState.DROPPED


def test_only_people_who_are_shown_can_be_chosen(world, chair, past, mail_server):
    for chosen in ([], [world.person("b.gp.lead").user_id], [10**9]):
        with pytest.raises(Invalid):
            mail_links(chair, past.id, chosen)


def test_others_ask_nobody(viewer, past, world, mail_server):
    someone = world.person("a.gp.lead").user_id
    for key in ("a.chair", "b.manager"):
        with pytest.raises(NotVisible):
            mail_links(viewer(key), past.id, [someone])
    with pytest.raises(NotPermitted):
        ask_page(viewer("a.manager"), world.meeting("a.review").id)


def test_without_mail_there_is_none_to_send(chair, past):
    page = ask_page(chair, past.id)
    assert not page.sends_mail
    with pytest.raises(NotPermitted):
        mail_links(chair, past.id, [page.people[0].user_id])
