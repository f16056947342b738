"""Mails, calendars, links and inbox of whoever a record is closed to: also what was under way when it was closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import notices
from portal.access.closed_notices import PLACES
from portal.database.session import db, writing
from portal.domain.errors import Invalid
from portal.domain.message_vocabulary import MailState, NoticeKind
from portal.domain.restriction_vocabulary import Reach
from portal.models.absences import Absence
from portal.models.meetings import Meeting
from portal.models.messages import Mail, Notice
from portal.models.people import User
from portal.models.return_links import AgencyContact
from portal.services import sessions
from portal.services.feedback.mailed import ask_page, mail_links
from portal.services.mails.digests import make_digests
from portal.services.mails.gathering import mail_change
from portal.services.mails.sending import send_mails
from portal.services.meeting_actions.recording import recording_of
from portal.services.notices.telling import Telling, tell
from portal.services.restrictions.keeping import Closing, close_record
from portal.services.restrictions.listing import of_case
from portal.services.return_links import making, opening
from tests.closed_records import close, worn
from tests.services.link_steps import TOKEN, opened
from tests.services.mail_steps import forget_all, notify_of
from tests.services.sign_in_steps import signed_in
from tests.world import NOW, TODAY

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


def invited(world, key: str, place) -> int:
    """A notice to somebody of the surgery that its invitation has changed; its id."""
    return notify_of(
        world.person(key), NoticeKind.INVITATION_CHANGED, subject="invitation", subject_id=place.invitations["gp"].id
    )


def letters_of(server, world, key: str) -> list:
    return server.to(world.person(key).email)


def test_a_mail_that_was_made_before_goes_without_it_once_a_restriction_has_begun(world, place, mail_server):
    """The mail server was away; the record's first day has come since, and nobody was at the portal."""
    forget_all()
    for key in ("a.gp.practitioner", "a.gp.lead"):
        invited(world, key, place)
        notify_of(world.person(key), NoticeKind.ESCALATION_CLOSED)
    make_digests(NOW)
    close(world, "a.1", ["a.gp.practitioner"], begins_on=TODAY + timedelta(days=1))
    send_mails(TOMORROW)
    [letter] = letters_of(mail_server, world, "a.gp.practitioner")
    assert "An escalation was closed" in letter.text
    assert "invitation" not in letter.text
    assert letter.calendars == []
    [other] = letters_of(mail_server, world, "a.gp.lead")
    assert "invitation that has changed" in other.text
    assert len(other.calendars) == 1


def test_a_mail_that_told_of_nothing_else_does_not_go(world, place, mail_server):
    forget_all()
    invited(world, "a.gp.practitioner", place)
    make_digests(NOW)
    close(world, "a.1", ["a.gp.practitioner"], begins_on=TODAY + timedelta(days=1))
    send_mails(TOMORROW)
    assert letters_of(mail_server, world, "a.gp.practitioner") == []
    assert db.session.scalars(select(Mail.state)).one() is MailState.DROPPED


def test_nothing_is_counted_as_unread_that_is_not_in_the_inbox(world, place):
    """Also where nobody has settled it: the restriction was made in advance."""
    person = world.person("a.gp.practitioner")
    forget_all()
    close(world, "a.1", [person.key], begins_on=TODAY)
    notice_id = invited(world, person.key, place)
    seen = worn(person)
    assert db.session.scalars(notices.visible_to(seen).where(Notice.id == notice_id)).all() == []
    token = signed_in(person).token
    assert sessions.load(token, NOW).viewer.unread_notices == 0
    notify_of(person)
    assert sessions.load(token, NOW).viewer.unread_notices == 1


def of_a_family(world, kind: str) -> tuple[int, str] | None:
    """Something of this kind in A that is about a family: its id, and the family; None where the world has none."""
    families = {number: key for key, number in world.cases.items() if key.startswith("a.")}
    at = dict(db.session.execute(select(Meeting.id, Meeting.case_id)).all())
    for row in db.session.execute(PLACES[kind].rows()):
        family = families.get(row.case_id or at.get(row.meeting_id))
        if family is not None:
            return row.id, family
    return None


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_whatever_it_is_about_they_are_not_told(kind, world):
    """Every kind of thing that people are told of: to whom its family is closed, nothing; to others as before."""
    found = of_a_family(world, kind)
    assert found is not None, "the world has something of every kind"
    number, family = found
    shut, sees = world.person("a.gp.practitioner"), world.person("a.gp.lead")
    before = notify_of(shut, subject=kind, subject_id=number)
    assert db.session.scalar(notices.visible_to(worn(shut)).where(Notice.id == before)) is not None
    close(world, family, [shut.key])
    telling = Telling(NoticeKind.ACTION_GIVEN, kind, number, what="ZQ-TOLD-QZ")
    with writing() as session:
        members = {shut.hat.membership_id, sees.hat.membership_id}
        assert tell(mail_change(session, NOW), world.partnerships["a"], members, telling) == 1
    assert db.session.scalar(notices.visible_to(worn(shut)).where(Notice.id == before)) is None
    told = db.session.scalars(select(Notice.membership_id).where(Notice.what == "ZQ-TOLD-QZ")).all()
    assert told == [sees.hat.membership_id]


def test_whoever_stands_in_and_is_shut_out_hears_nothing_in_the_others_place(world, place):
    lead, practitioner = world.person("a.gp.lead"), world.person("a.gp.practitioner")
    forget_all()
    close(world, "a.1", [practitioner.key])
    with writing() as session:
        session.add(
            Absence(
                partnership_id=world.partnerships["a"],
                membership_id=lead.hat.membership_id,
                deputy_membership_id=practitioner.hat.membership_id,
                begins_on=TODAY,
                ends_on=TODAY,
                made_at=NOW,
            )
        )
    with writing() as session:
        told = Telling(NoticeKind.INVITATION_CHANGED, "meeting", place.id, what="Conference")
        tell(mail_change(session, NOW), world.partnerships["a"], {lead.hat.membership_id}, told)
        other = Telling(NoticeKind.INVITATION_CHANGED, "meeting", world.meeting("a.review").id, what="Conference")
        tell(mail_change(session, NOW), world.partnerships["a"], {lead.hat.membership_id}, other)
    rows = db.session.execute(select(Notice.membership_id, Notice.subject_id)).all()
    assert (practitioner.hat.membership_id, world.meeting("a.review").id) in rows, "they do stand in"
    assert (practitioner.hat.membership_id, place.id) not in rows
    assert (lead.hat.membership_id, place.id) in rows


# Links of the two-minute return, whose holders have no membership


def contact(world, agency: str = "school") -> tuple[int, User]:
    row = db.session.get_one(AgencyContact, world.contacts[f"a.{agency}"])
    return row.id, db.session.get_one(User, row.user_id)


def close_to(world, user: User, **facts) -> None:
    """As its manager does it, by the address."""
    closing = Closing(Reach.NAMED, frozenset(), "Her sister’s family.", TODAY, address=user.email, **facts)
    close_record(worn(world.person("a.manager")), world.cases["a.1"], closing)


def test_whoever_answers_by_links_is_offered_and_shut_out_like_everybody(world, place, coordinator):
    contact_id, user = contact(world)
    page = of_case(worn(world.person("a.manager")), world.cases["a.1"])
    assert user.id in {one.user_id for one in page.others}
    opened(world, coordinator)
    assert opening.find_open(TOKEN, NOW).viewer(NOW).link is not None
    close_to(world, user)
    with pytest.raises(opening.LinkOver):
        opening.find_open(TOKEN, NOW)
    # Nor is another one made for them, and nobody is offered them for it.
    choices = {
        one.contact_id
        for agency in making.links_page(worn(world.person("a.coordinator")), place.id).agencies
        for one in agency.choices
    }
    assert contact_id not in choices
    assert world.contacts["a.gp"] in choices
    with pytest.raises(Invalid):
        making.make_link(worn(world.person("a.coordinator")), place.id, place.invitations["school"].id, contact_id)


def test_a_browser_that_had_opened_the_link_goes_no_further(world, coordinator):
    session_token = opened(world, coordinator)
    assert opening.viewer_of(TOKEN, session_token, NOW) is not None
    close_to(world, contact(world)[1])
    with pytest.raises(opening.LinkOver):
        opening.viewer_of(TOKEN, session_token, NOW)


def test_a_link_in_a_mail_that_waits_does_not_go(world, place, mail_server):
    forget_all()
    contact_id, user = contact(world, "gp")
    coordinator = worn(world.person("a.coordinator"))
    making.make_link(coordinator, place.id, place.invitations["gp"].id, contact_id)
    close_to(world, user)
    send_mails(NOW)
    assert mail_server.to(user.email) == []


# Asking for feedback


def test_nobody_is_asked_what_they_thought_of_a_conference_that_is_closed_to_them(world, mail_server):
    past, chair = world.meeting("a.past_initial"), worn(world.person("a.second_chair"))
    forget_all()
    asked = {one.name: one.user_id for one in ask_page(chair, past.id).people}
    shut, other = (world.person(key) for key in ("a.police.lead", "a.school.lead"))
    assert {shut.name, other.name} <= set(asked)
    mail_links(chair, past.id, [shut.user_id, other.user_id])
    case = next(key for key, number in world.cases.items() if number == past.case_id)
    close(world, case, [shut.key], by="coordinator")
    assert shut.name not in {one.name for one in ask_page(worn(world.person("a.second_chair")), past.id).people}
    send_mails(NOW)
    assert letters_of(mail_server, world, shut.key) == []
    assert len(letters_of(mail_server, world, other.key)) == 1


def test_nobody_is_given_an_action_that_they_could_not_see(world):
    meeting = world.meeting("a.past_initial")
    keeper = worn(world.person("a.second_chair"))
    before = {one.membership_id for one in recording_of(keeper, meeting.id).owners}
    shut = world.person("a.police.lead").hat.membership_id
    assert shut in before
    case = next(key for key, number in world.cases.items() if number == meeting.case_id)
    close(world, case, ["a.police.lead"], by="coordinator")
    assert {one.membership_id for one in recording_of(keeper, meeting.id).owners} == before - {shut}
