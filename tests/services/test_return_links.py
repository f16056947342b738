"""Making links: for whom, by whom, by mail; and how they are listed."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailKind, MailState
from portal.domain.return_links import LinkEnd
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.models.messages import Mail
from portal.models.people import User
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services.mails.sending import send_mails
from portal.services.return_links import making, opening
from tests.services.link_steps import TOKEN
from tests.services.mail_steps import forget_all
from tests.services.rows import change, stored
from tests.world import NOW


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


@pytest.fixture
def school(viewer):
    return viewer("a.school.lead")


def end() -> LinkEnd | None:
    db.session.rollback()
    found = opening.find(TOKEN, NOW)
    assert found is not None
    return found.end


def make(viewer, place, agency, contact_id):
    return making.make_link(viewer, place.id, place.invitations[agency].id, contact_id)


def test_a_link_is_mailed_to_the_person_named_and_says_nothing_of_the_meeting(world, coordinator, mail_server):
    forget_all()
    place = world.meeting("a.initial")
    assert make(coordinator, place, "school", world.contacts["a.school"]) is None
    assert send_mails(NOW) == 1
    contact = stored(AgencyContact, world.contacts["a.school"])
    [letter] = mail_server.to(db.session.get_one(User, contact.user_id).email)
    allowed = {"contact", "agency"}
    assert [m.text for m in world.markers if m.is_in(letter.everything) and m.kind not in allowed] == []
    for word in ("conference", "child", "Review", "Initial"):
        assert word not in letter.text
    assert letter.text.count("http") == 1
    token = letter.text.split("/return/")[1].split()[0]
    link = opening.find(token, NOW)
    assert link is not None
    assert link.end is None
    assert link.scope.invitation_id == place.invitations["school"].id


def test_only_the_digest_of_a_token_is_kept_and_the_same_mail_twice_carries_the_same_link(
    world, coordinator, mail_server
):
    forget_all()
    place = world.meeting("a.initial")
    make(coordinator, place, "school", world.contacts["a.school"])
    send_mails(NOW)
    mail = db.session.scalars(select(Mail).where(Mail.kind == MailKind.RETURN_LINK)).one()
    change(Mail, mail.id, state=MailState.QUEUED, claimed_until=None, next_attempt_at=NOW)
    send_mails(NOW + timedelta(minutes=1))
    first, second = mail_server.letters
    assert first.text == second.text
    token = first.text.split("/return/")[1].split()[0]
    link = db.session.scalars(select(ReturnLink).where(ReturnLink.mail_id == mail.id)).one()
    assert bytes(link.token_digest) == sha256(token.encode()).digest()
    assert token not in str(vars(mail))


def test_a_link_that_ended_meanwhile_is_not_mailed(world, coordinator, mail_server):
    forget_all()
    place = world.meeting("a.initial")
    make(coordinator, place, "school", world.contacts["a.school"])
    change(Meeting, place.id, status=MeetingStatus.CANCELLED)
    assert send_mails(NOW) == 0
    assert db.session.scalars(select(Mail.state)).all() == [MailState.DROPPED]


def test_without_a_mail_server_the_link_is_handed_over_once(world, school):
    token = make(school, world.meeting("a.initial"), "school", world.contacts["a.school"])
    assert token is not None
    assert opening.find_open(token, NOW).holder_id == stored(AgencyContact, world.contacts["a.school"]).user_id


def test_a_newer_link_ends_the_one_before(world, coordinator, place):
    make(coordinator, place, "school", world.contacts["a.school"])
    assert end() is LinkEnd.WITHDRAWN
    out = select(func.count()).where(ReturnLink.used_at.is_(None), ReturnLink.withdrawn_at.is_(None))
    assert db.session.scalar(out.where(ReturnLink.partnership_id == world.partnerships["a"])) == 1


def test_who_makes_links_and_for_whom(world, viewer, coordinator, place):
    practitioner = viewer("a.school.practitioner")
    with pytest.raises(NotPermitted):
        make(practitioner, place, "school", world.contacts["a.school"])
    for stranger in (viewer("a.gp.lead"), viewer("b.school.lead"), viewer("b.coordinator")):
        with pytest.raises(NotVisible):
            make(stranger, place, "school", world.contacts["a.school"])
    for key in ("a.gp", "b.school"):
        with pytest.raises(Invalid):
            make(coordinator, place, "school", world.contacts[key])
    change(Meeting, place.id, named_people_only=True)
    with pytest.raises((NotPermitted, NotVisible)):
        make(coordinator, place, "school", world.contacts["a.school"])


def test_a_lead_sees_the_links_of_their_own_agency_and_the_coordinator_all(world, school, coordinator, viewer, place):
    assert [one.agency_id for one in making.links_page(school, place.id).agencies] == [world.agencies["a.school"]]
    page = making.links_page(coordinator, place.id)
    assert len(page.agencies) == len(place.invitations)
    [own] = [one for one in page.agencies if one.links]
    assert (own.agency_id, own.links[0].end, own.choices[0].telephone) == (
        world.agencies["a.school"],
        None,
        "ending 123",
    )
    with pytest.raises(NotVisible):
        making.links_page(viewer("a.other_gp.lead"), place.id)


def test_the_page_of_links_takes_the_same_few_queries_for_any_number(world, coordinator, place, count_queries):
    with count_queries() as few:
        making.links_page(coordinator, place.id)
    for _again in range(3):
        make(coordinator, place, "school", world.contacts["a.school"])
    with count_queries() as many:
        making.links_page(coordinator, place.id)
    assert len(few) == len(many) <= 6
