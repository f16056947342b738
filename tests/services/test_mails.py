"""The day's mail and what goes at once: to whom, when, and what of it stays in the inbox."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailKind, MailPlace, MailState, NoticeKind, Urgency
from portal.models.absences import Absence
from portal.models.closures import ClosurePeriod
from portal.models.ladders import EscalationLimits
from portal.models.meetings import Invitation
from portal.models.messages import Mail, Notice
from portal.models.people import Membership, User
from portal.models.rule_sets import RuleSet
from portal.services.mailing import install_mailing
from portal.services.mails.at_once import mail_at_once
from portal.services.mails.digests import make_digests
from portal.services.mails.sending import send_mails
from tests.mail_server import MailServer
from tests.services.mail_steps import at, choose, forget_all, mails, notify_of, place_of
from tests.world import NOW, TODAY

WEDNESDAY = TODAY
LATER = at(WEDNESDAY + timedelta(days=20), "17:00")


@pytest.fixture(autouse=True)
def nothing_told(mail_server: MailServer) -> None:
    """There is a mail server, and nobody has been told anything yet."""
    forget_all()


@pytest.fixture
def gp(world):
    return world.person("a.gp.practitioner")


@pytest.fixture
def gp_lead(world):
    return world.person("a.gp.lead")


@pytest.fixture
def teacher(world):
    return world.person("a.school.practitioner")


@pytest.fixture
def both(world):
    return world.person("both")


def test_all_that_waits_goes_into_one_mail(gp, gp_lead):
    told = [notify_of(gp), notify_of(gp, NoticeKind.REPORT_DUE, due_at=LATER), notify_of(gp_lead)]
    assert make_digests(NOW) == 2
    [mail] = mails(gp)
    assert (mail.kind, mail.state, mail.key) == (MailKind.DIGEST, MailState.QUEUED, f"digest:{gp.user_id}:2026-06-10")
    assert [place_of(one) for one in told] == [MailPlace.MAILED] * 3
    assert make_digests(NOW) == 0


def test_one_mail_serves_all_memberships(both, mail_server: MailServer):
    for hat in both.hats:
        notify_of(both, hat=hat)
    assert (make_digests(NOW), send_mails(NOW)) == (1, 1)
    [letter] = mail_server.to(both.email)
    # The police force is one agency in both partnerships.
    assert letter.subject.startswith("Safeguarding portal: 2 things need Borough Police")


def test_what_comes_later_waits_for_the_next_working_day(gp):
    notify_of(gp)
    friday = WEDNESDAY + timedelta(days=2)
    assert make_digests(at(friday)) == 1
    notify_of(gp)
    for moment in (at(friday, "16:00"), at(friday, "18:00"), at(friday + timedelta(days=1)), at(friday + timedelta(2))):
        assert make_digests(moment) == 0
    assert make_digests(at(friday + timedelta(days=3), "07:59")) == 0
    assert make_digests(at(friday + timedelta(days=3), "08:00")) == 1


@pytest.mark.parametrize(
    ("hour", "before", "then"),
    [(8, "07:59", "08:00"), (11, "10:59", "11:00"), (0, "07:59", "08:00"), (23, "15:59", "16:00")],
)
def test_it_goes_from_the_hour_that_was_chosen(gp, hour, before, then):
    choose(gp, hour=hour)
    notify_of(gp)
    assert make_digests(at(WEDNESDAY, before)) == 0
    assert make_digests(at(WEDNESDAY, then)) == 1


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 12, 28), date(2026, 5, 4), date(2026, 6, 13)])
def test_nothing_routine_goes_on_holidays_and_at_weekends(gp, day):
    notify_of(gp)
    notify_of(gp, urgency=Urgency.SOON)
    assert (make_digests(at(day)), mail_at_once(at(day))) == (0, 0)


def test_the_partnerships_office_hours_hold(world, gp):
    with writing() as session:
        partnership_id = world.partnerships["a"]
        rule_set_id = session.scalars(
            select(func.max(RuleSet.id)).where(RuleSet.partnership_id == partnership_id)
        ).one()
        session.execute(
            update(EscalationLimits).where(EscalationLimits.rule_set_id == rule_set_id).values(office_opens=at_time(10))
        )
        if session.scalar(select(EscalationLimits.id).where(EscalationLimits.rule_set_id == rule_set_id)) is None:
            session.add(
                EscalationLimits(
                    partnership_id=partnership_id,
                    rule_set_id=rule_set_id,
                    office_opens=at_time(10),
                    office_closes=at_time(12),
                    alert_working_days=20,
                )
            )
    notify_of(gp)
    assert make_digests(at(WEDNESDAY, "09:59")) == 0
    assert make_digests(at(WEDNESDAY, "10:00")) == 1


def at_time(hour):
    return NOW.replace(hour=hour, minute=0).time()


def test_what_is_soon_or_due_within_a_working_day_goes_at_once_in_one_mail(gp):
    friday = WEDNESDAY + timedelta(days=2)
    soon = notify_of(gp, urgency=Urgency.SOON)
    monday = notify_of(gp, NoticeKind.REPORT_DUE, due_at=at(friday + timedelta(days=3), "17:00"))
    tuesday = notify_of(gp, NoticeKind.REPORT_DUE, due_at=at(friday + timedelta(days=4), "09:00"))
    assert mail_at_once(at(friday)) == 1
    [mail] = mails(gp)
    assert (mail.kind, mail.key) == (MailKind.AT_ONCE, f"at_once:{soon}")
    assert [place_of(one) for one in (soon, monday, tuesday)] == [MailPlace.MAILED, MailPlace.MAILED, MailPlace.WAITING]
    assert mail_at_once(at(friday)) == 0


def test_at_night_only_what_is_urgent_goes(gp, mail_server: MailServer):
    night = at(WEDNESDAY, "23:00")
    soon = notify_of(gp, urgency=Urgency.SOON)
    urgent = notify_of(gp, NoticeKind.ESCALATION_RAISED, urgency=Urgency.URGENT, due_at=at(WEDNESDAY, "23:59"))
    assert (mail_at_once(night), send_mails(night)) == (1, 1)
    assert [place_of(one) for one in (soon, urgent)] == [MailPlace.WAITING, MailPlace.MAILED]
    [letter] = mail_server.to(gp.email)
    assert letter.subject.startswith("Safeguarding portal: urgent, 1 thing needs ")


def test_a_routine_mail_that_could_not_go_by_closing_time_waits_for_the_morning(gp, mail_server: MailServer):
    notify_of(gp)
    make_digests(at(WEDNESDAY, "16:59"))
    assert send_mails(at(WEDNESDAY, "17:00")) == 0
    [mail] = mails(gp)
    assert (mail.next_attempt_at, mail.attempts, mail.claimed_until) == (at(WEDNESDAY + timedelta(1), "08:00"), 0, None)
    assert send_mails(at(WEDNESDAY + timedelta(days=1), "08:00")) == 1
    assert len(mail_server.to(gp.email)) == 1


def test_a_digest_that_could_not_go_is_taken_up_by_the_next_days(gp, mail_server: MailServer):
    mail_server.refused_now = {gp.email}
    first = notify_of(gp)
    make_digests(NOW)
    assert send_mails(NOW) == 0
    second = notify_of(gp)
    tomorrow = NOW + timedelta(days=1)
    mail_server.refused_now = set()
    assert (make_digests(tomorrow), send_mails(tomorrow)) == (1, 1)
    old, new = mails(gp)
    assert (old.state, new.state, new.attempts) == (MailState.DROPPED, MailState.SENT, 2)
    assert [row.mail_id for row in db.session.scalars(select(Notice).where(Notice.id.in_([first, second])))] == [
        new.id
    ] * 2
    [letter] = mail_server.to(gp.email)
    assert "2 things" in letter.subject


def test_yesterdays_digest_that_went_this_morning_is_todays(gp, mail_server: MailServer):
    notify_of(gp)
    make_digests(at(WEDNESDAY, "16:59"))
    thursday = at(WEDNESDAY + timedelta(days=1), "08:00")
    assert send_mails(thursday) == 1
    notify_of(gp)
    assert make_digests(thursday + timedelta(hours=1)) == 0
    assert make_digests(thursday + timedelta(days=1)) == 1


def test_a_digest_that_is_being_sent_is_not_overtaken(gp):
    notify_of(gp)
    make_digests(NOW)
    tomorrow = NOW + timedelta(days=1)
    with writing() as session:
        session.execute(update(Mail).values(claimed_until=tomorrow + timedelta(minutes=1), attempts=1))
    notify_of(gp)
    assert make_digests(tomorrow) == 0
    assert make_digests(tomorrow + timedelta(minutes=1)) == 1


def test_what_a_colleague_has_done_is_not_mailed(world, teacher):
    invitation_id = world.meeting("a.initial").invitations["school"].id
    told = notify_of(teacher, NoticeKind.REPORT_DUE, subject="invitation", subject_id=invitation_id, due_at=LATER)
    other = notify_of(teacher)
    with writing() as session:
        session.execute(update(Invitation).where(Invitation.id == invitation_id).values(report_received_on=TODAY))
    assert make_digests(NOW) == 1
    assert [place_of(one) for one in (told, other)] == [MailPlace.DROPPED, MailPlace.MAILED]


def test_what_was_done_while_a_mail_waited_is_not_in_it(world, teacher, mail_server: MailServer):
    invitation_id = world.meeting("a.initial").invitations["school"].id
    notify_of(teacher, NoticeKind.REPORT_DUE, subject="invitation", subject_id=invitation_id, due_at=LATER)
    notify_of(teacher)
    assert make_digests(NOW) == 1
    with writing() as session:
        session.execute(update(Invitation).where(Invitation.id == invitation_id).values(report_received_on=TODAY))
    assert send_mails(NOW + timedelta(hours=1)) == 1
    [letter] = mail_server.to(teacher.email)
    assert "1 thing" in letter.subject
    assert "report" not in letter.text


def test_a_mail_in_which_nothing_is_left_is_dropped(world, teacher, mail_server: MailServer):
    invitation_id = world.meeting("a.initial").invitations["school"].id
    notify_of(teacher, NoticeKind.REPORT_DUE, subject="invitation", subject_id=invitation_id, due_at=LATER)
    assert make_digests(NOW) == 1
    with writing() as session:
        session.execute(update(Invitation).where(Invitation.id == invitation_id).values(report_received_on=TODAY))
    assert send_mails(NOW + timedelta(hours=1)) == 0
    assert mails(teacher)[0].state is MailState.DROPPED
    assert mail_server.letters == []


def test_a_muted_kind_stays_in_the_inbox_unless_the_role_must_get_it(gp):
    choose(gp, muted=[NoticeKind.ACTION_GIVEN, NoticeKind.REPORT_DUE])
    muted = notify_of(gp, NoticeKind.ACTION_GIVEN)
    muted_soon = notify_of(gp, NoticeKind.ACTION_GIVEN, urgency=Urgency.SOON)
    must = notify_of(gp, NoticeKind.REPORT_DUE, due_at=LATER)
    assert mail_at_once(NOW) == 0
    assert make_digests(NOW) == 1
    assert [place_of(one) for one in (muted, muted_soon, must)] == [
        MailPlace.INBOX_ONLY,
        MailPlace.INBOX_ONLY,
        MailPlace.MAILED,
    ]


def test_without_the_digest_only_what_cannot_wait_or_must_be_told_is_mailed(gp):
    choose(gp, wants=False)
    routine = notify_of(gp)
    soon = notify_of(gp, urgency=Urgency.SOON)
    must = notify_of(gp, NoticeKind.INVITATION, due_at=LATER)
    make_digests(NOW)
    assert [place_of(one) for one in (routine, soon, must)] == [
        MailPlace.INBOX_ONLY,
        MailPlace.MAILED,
        MailPlace.MAILED,
    ]


def test_the_audits_are_for_leads_whatever_they_mute(gp, gp_lead):
    told = []
    for person in (gp, gp_lead):
        choose(person, muted=[NoticeKind.AUDIT_DUE])
        told.append(notify_of(person, NoticeKind.AUDIT_DUE, due_at=LATER))
    make_digests(NOW)
    assert [place_of(one) for one in told] == [MailPlace.INBOX_ONLY, MailPlace.MAILED]


def test_whoever_has_left_or_sleeps_gets_nothing(world, gp, gp_lead):
    deactivated, former = world.person("a.gp.deactivated"), world.person("a.gp.former")
    told = [notify_of(one, urgency=Urgency.URGENT) for one in (deactivated, former, gp)]
    with writing() as session:
        session.execute(update(User).where(User.id == gp.user_id).values(asleep_at=NOW))
    assert mail_at_once(NOW) == 0
    assert make_digests(NOW) == 0
    assert [place_of(one) for one in told] == [MailPlace.DROPPED, MailPlace.DROPPED, MailPlace.INBOX_ONLY]
    assert mails() == []


def test_whoever_leaves_before_the_mail_goes_gets_nothing(gp, gp_lead, mail_server: MailServer):
    for person in (gp, gp_lead):
        notify_of(person)
    make_digests(NOW)
    with writing() as session:
        session.execute(update(User).where(User.id == gp.user_id).values(deactivated_at=NOW))
        session.execute(update(Membership).where(Membership.user_id == gp_lead.user_id).values(ended_at=NOW))
    assert send_mails(NOW) == 0
    assert {mail.state for mail in mails()} == {MailState.DROPPED}
    assert mail_server.letters == []


def away(person, deputy, first, last):
    with writing() as session:
        session.add(
            Absence(
                partnership_id=person.hat.partnership_id,
                membership_id=person.hat.membership_id,
                deputy_membership_id=deputy.hat.membership_id,
                begins_on=first,
                ends_on=last,
                made_at=NOW,
            )
        )


def test_of_somebody_away_what_the_deputy_got_stays_in_the_inbox_and_the_rest_waits(gp, gp_lead):
    away(gp, gp_lead, TODAY, TODAY + timedelta(days=1))
    shared = {"kind": NoticeKind.ACTION_GIVEN, "subject": "nothing", "subject_id": 77}
    both_told = notify_of(gp, **shared)
    notify_of(gp_lead, **shared)
    own = notify_of(gp)
    make_digests(NOW)
    assert mails(gp) == []
    assert [place_of(one) for one in (both_told, own)] == [MailPlace.INBOX_ONLY, MailPlace.WAITING]
    back = NOW + timedelta(days=2)
    make_digests(back)
    assert len(mails(gp)) == 1
    assert place_of(own) is MailPlace.MAILED


def test_in_a_closure_without_cover_only_what_is_urgent_goes(world):
    teacher = world.person("a.school.practitioner")
    with writing() as session:
        session.add(
            ClosurePeriod(
                partnership_id=teacher.hat.partnership_id,
                agency_id=teacher.hat.agency_id,
                name="Half term",
                begins_on=TODAY,
                ends_on=TODAY + timedelta(days=4),
                cover_name="",
                cover_contact="",
            )
        )
    soon, urgent = notify_of(teacher, urgency=Urgency.SOON), notify_of(teacher, urgency=Urgency.URGENT)
    assert (make_digests(NOW), mail_at_once(NOW)) == (1, 0)
    assert [place_of(one) for one in (soon, urgent)] == [MailPlace.WAITING, MailPlace.MAILED]


def test_where_nobody_sends_mails_notices_are_left_to_the_inbox(gp):
    install_mailing(None)
    told = notify_of(gp, urgency=Urgency.URGENT)
    assert (mail_at_once(NOW), make_digests(NOW), send_mails(NOW)) == (0, 0, 0)
    assert place_of(told) is MailPlace.INBOX_ONLY
    assert mails() == []


def test_a_mail_names_kinds_agencies_and_days_and_nothing_else(gp, mail_server: MailServer, world):
    notify_of(gp, NoticeKind.INVITATION, due_at=at(date(2026, 6, 16), "17:00"))
    notify_of(gp, NoticeKind.INVITATION, due_at=at(date(2026, 6, 16), "09:00"))
    notify_of(gp, NoticeKind.ESCALATION_CLOSED)
    make_digests(NOW)
    send_mails(NOW)
    [letter] = mail_server.letters
    agency = world.agency_names["a.gp"]
    assert letter.subject == f"Safeguarding portal: 2 things need {agency} by Tuesday [OFFICIAL-SENSITIVE]"
    assert "- Answer an invitation (2 times): by Tuesday 16 June, in 4 working days" in letter.text
    assert "- An escalation was closed" in letter.text
    assert letter.text.count("https://") == 1
    assert "https://portal.example/inbox" in letter.text
    assert "When you are away" in letter.text
    assert "Your messages" in letter.text
    assert "ZQ-NEVER-IN-A-MAIL-QZ" not in letter.text


def test_the_number_of_statements_does_not_grow_with_what_waits(world, gp, count_queries):
    def counted() -> int:
        with count_queries() as statements:
            make_digests(NOW)
        return len(statements)

    with writing() as session:
        session.execute(update(Notice).values(mail_place=MailPlace.INBOX_ONLY))
    notify_of(gp)
    first = counted()
    with writing() as session:
        session.execute(update(Mail).values(made_at=NOW - timedelta(days=30), key="old", state=MailState.SENT))
    for _ in range(20):
        notify_of(gp)
    assert counted() == first
