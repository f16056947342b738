"""What has been done, by whomever, is not mailed any more and reads as done; what still wants doing stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete

from portal.database.session import writing
from portal.domain.audit_vocabulary import ActionStatus, ReturnStatus, SignOffStep
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.vocabulary import Answer, Attendance, Expectation, MeetingStatus
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, SectionGiven, SignOff
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.services.audits.sections import give_section, seen_given
from portal.services.changes import changing
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.notices.reminders import remind
from portal.services.notices.wanted import settle
from tests.services.notice_steps import give, tell_nobody_anything
from tests.services.rows import change, stored
from tests.services.told_steps import away, is_waiting, morning, notices, settled
from tests.world import NOW, TODAY

LATER = NOW + timedelta(hours=1)
CLOSED = {"status": "resolved", "turn": "nobody", "closed_at": NOW}


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


@pytest.fixture
def told_of(world):
    """Tell somebody of a thing; gives back the notice's id."""

    def tell_them(key, kind, subject, subject_id, **more):
        person = world.person(key)
        return give(person.hat, person.user_id, kind=kind, subject=subject, subject_id=subject_id, **more)

    return tell_them


def check(world, notice_id, thing, done):
    """Nothing is settled while it wants doing; then `done` (columns of `thing`) settles it."""
    assert settled(world, LATER) == 0
    assert is_waiting(stored(Notice, notice_id))
    model, row_id = thing
    change(model, row_id, **done)
    assert settled(world, LATER) == 1
    found = stored(Notice, notice_id)
    assert (found.mail_place, found.settled_at, found.read_at) == (MailPlace.DROPPED, LATER, None)
    assert settled(world, LATER + timedelta(hours=1)) == 0


@pytest.mark.parametrize(
    ("kind", "place", "done"),
    [
        (NoticeKind.INVITATION, "a.review", {"answer": Answer.APOLOGIES}),
        (NoticeKind.INVITATION, "a.review", {"expectation": Expectation.NOT_RELEVANT}),
        (NoticeKind.REPORT_DUE, "a.review", {"report_received_on": TODAY}),
        (NoticeKind.REPORT_DUE, "a.review", {"answer": Answer.NOT_OURS}),
        (NoticeKind.REPORT_DUE, "a.review", {"expectation": Expectation.OPTIONAL}),
        (NoticeKind.REPORT_DUE, "a.review", {"report_due_on": None}),
        (NoticeKind.ATTENDANCE_TO_SAY, "a.initial", {"declared_attendance": Attendance.VIDEO}),
        (NoticeKind.ATTENDANCE_TO_SAY, "a.initial", {"confirmed_attendance": Attendance.NO_RESPONSE}),
    ],
)
def test_of_an_invitation(world, told_of, kind, place, done):
    agency = "other_gp" if place == "a.review" else "school"
    invitation = world.meeting(place).invitations[agency].id
    notice = told_of(f"a.{agency}.lead", kind, "invitation", invitation)
    check(world, notice, (Invitation, invitation), done)


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        (NoticeKind.INVITATION, {"status": MeetingStatus.CANCELLED}),
        (NoticeKind.INVITATION, {"status": MeetingStatus.HELD, "register_closed_at": NOW}),
        (NoticeKind.REPORT_DUE, {"status": MeetingStatus.CANCELLED}),
    ],
)
def test_of_a_meeting_that_is_not_any_more(world, told_of, kind, done):
    place = world.meeting("a.review")
    notice = told_of("a.other_gp.lead", kind, "invitation", place.invitations["other_gp"].id)
    check(world, notice, (Meeting, place.id), done)


def test_an_invitation_to_a_meeting_that_is_over_is_settled_and_its_report_is_still_wanted(world, told_of):
    invitation = world.meeting("a.review").invitations["other_gp"].id
    answer = told_of("a.other_gp.lead", NoticeKind.INVITATION, "invitation", invitation)
    report = told_of("a.other_gp.lead", NoticeKind.REPORT_DUE, "invitation", invitation)
    settled(world, morning(date(2026, 6, 25)))
    assert not is_waiting(stored(Notice, answer))
    assert is_waiting(stored(Notice, report))


def test_a_register(world, told_of):
    place = world.meeting("a.initial")
    notice = told_of("a.chair", NoticeKind.REGISTER_TO_CLOSE, "meeting", place.id)
    check(world, notice, (Meeting, place.id), {"register_closed_at": NOW, "status": MeetingStatus.HELD})


@pytest.mark.parametrize("subject", ["meeting", "escalation_proposal"])
def test_what_the_rules_propose(world, told_of, subject):
    proposal = world.proposals["a.open"]
    subject_id = stored(EscalationProposal, proposal).meeting_id if subject == "meeting" else proposal
    notice = told_of("a.second_chair", NoticeKind.PROPOSALS, subject, subject_id)
    check(world, notice, (EscalationProposal, proposal), {"status": "waived", "waiver": "other"})


class TestReturns:
    """Of an audit."""

    @pytest.mark.parametrize(
        ("agency", "kind", "place", "done"),
        [
            ("other_gp", NoticeKind.AUDIT_OPENED, 0, {"status": ReturnStatus.IN_PROGRESS}),
            ("gp", NoticeKind.AUDIT_DUE, 3, {"status": ReturnStatus.SUBMITTED}),
            ("gp", NoticeKind.AUDIT_REOPENED, 1, {"status": ReturnStatus.SUBMITTED}),
            ("gp", NoticeKind.AUDIT_REOPENED, 1, {"number": 2}),
            ("police", NoticeKind.AUDIT_TO_SIGN, 10, {"status": ReturnStatus.IN_PROGRESS}),
            ("police", NoticeKind.AUDIT_TO_SIGN, 10, {"version": 2}),
        ],
    )
    def test_that_went_on(self, world, told_of, agency, kind, place, done):
        row = world.returns[f"a.{agency}"]
        place = place * stored(AuditReturn, row.id).version if kind is NoticeKind.AUDIT_TO_SIGN else place
        done = {"version": 99} if "version" in done else done
        notice = told_of(f"a.{agency}.lead", kind, "audit_return", row.id, place=place)
        check(world, notice, (AuditReturn, row.id), done)

    def test_that_the_person_has_signed(self, world, told_of):
        row = stored(AuditReturn, world.returns["a.police"].id)
        first = told_of("a.police.lead", NoticeKind.AUDIT_TO_SIGN, "audit_return", row.id, place=row.version * 10)
        next_one = told_of(
            "a.police.executive", NoticeKind.AUDIT_TO_SIGN, "audit_return", row.id, place=row.version * 10 + 1
        )
        signer = world.person("a.police.lead")
        with writing() as session:
            session.add(
                SignOff(
                    partnership_id=row.partnership_id,
                    return_id=row.id,
                    number=row.number,
                    step=SignOffStep.AUTHOR,
                    membership_id=signer.hat.membership_id,
                    user_id=signer.user_id,
                    name=signer.name,
                    declaration="So it is.",
                    signed_at=NOW,
                )
            )
        settled(world, LATER)
        assert not is_waiting(stored(Notice, first))
        assert is_waiting(stored(Notice, next_one))

    def test_whose_round_was_closed(self, world, told_of):
        row = world.returns["a.gp"]
        notice = told_of("a.gp.lead", NoticeKind.AUDIT_DUE, "audit_return", row.id)
        check(world, notice, (AuditRound, row.round_id), {"closed_at": NOW})

    def test_a_section_that_was_taken_back(self, world, told_of):
        row = world.returns["a.gp"]
        standard = row.standards["1"]
        notice = told_of("a.gp.practitioner", NoticeKind.AUDIT_SECTIONS, "audit_return", row.id, place=standard)
        assert settled(world, LATER) == 0
        with writing() as session:
            session.execute(delete(SectionGiven).where(SectionGiven.return_id == row.id))
        assert settled(world, LATER) == 1
        assert not is_waiting(stored(Notice, notice))

    def test_a_stand_in_keeps_the_section_of_whoever_is_away(self, world, viewer):
        row, away_one = world.returns["a.gp"], world.person("a.gp.practitioner")
        away(away_one, world.person("a.other_gp.lead"), TODAY, TODAY)
        standard = row.standards["2"]
        give_section(viewer("a.gp.lead"), row.id, standard, [away_one.hat.membership_id], seen_given([]))
        assert settled(world, LATER) == 0
        give_section(viewer("a.gp.lead"), row.id, standard, [], seen_given([away_one.hat.membership_id]))
        assert settled(world, LATER) == 2


@pytest.mark.parametrize("kind", [NoticeKind.ACTION_GIVEN, NoticeKind.ACTION_DUE, NoticeKind.ACTION_SENT_BACK])
def test_an_action_that_was_done(world, told_of, kind):
    action = world.actions["a.gp"]
    check(world, told_of("a.gp.practitioner", kind, "action", action), (Action, action), {"status": ActionStatus.DONE})


class TestEscalations:
    """Replied to, moved on, closed."""

    @pytest.mark.parametrize(
        "kind",
        [
            NoticeKind.ESCALATION_RAISED,
            NoticeKind.ESCALATION_STAGE,
            NoticeKind.ALERT_RAISED,
            NoticeKind.ALERT_STAGE,
        ],
    )
    @pytest.mark.parametrize("done", [{"turn": "raised_by"}, {"stage": 2}, CLOSED])
    def test_a_stage(self, world, told_of, kind, done):
        matter = world.escalations["a.missed"]
        notice = told_of("a.other_gp.lead", kind, "escalation", matter, place=1)
        check(world, notice, (Escalation, matter), done)

    @pytest.mark.parametrize(
        "done", [{"turn": "raised_by"}, {"stage": 2}, {"due_at": datetime(2026, 6, 20, 16, tzinfo=UTC)}, CLOSED]
    )
    def test_a_clock(self, world, told_of, done):
        matter = world.escalations["a.missed"]
        due_at = stored(Escalation, matter).due_at
        notice = told_of("a.other_gp.lead", NoticeKind.ESCALATION_DUE, "escalation", matter, place=1, due_at=due_at)
        check(world, notice, (Escalation, matter), done)

    def test_a_clock_of_whoever_raised_it_runs_on_once_it_is_theirs(self, world, told_of):
        matter = world.escalations["a.missed"]
        due_at = stored(Escalation, matter).due_at
        change(Escalation, matter, turn="raised_by")
        told_of("a.second_chair", NoticeKind.ESCALATION_DUE, "escalation", matter, place=1, due_at=due_at)
        assert settled(world, LATER) == 0


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (NoticeKind.INVITATION_CHANGED, "meeting"),
        (NoticeKind.INVITATION_CHANGED, "invitation"),
        (NoticeKind.ESCALATION_REPLY, "escalation"),
        (NoticeKind.ESCALATION_CLOSED, "escalation"),
        (NoticeKind.ALERT_CLOSED, "escalation"),
        (NoticeKind.WORK_HANDED_OVER, "membership"),
    ],
)
def test_what_only_informs_is_never_settled(world, told_of, kind, subject):
    notice = told_of("a.gp.lead", kind, subject, 999_999)
    assert settled(world, LATER) == 0
    assert is_waiting(stored(Notice, notice))


def test_what_is_gone_altogether_is_settled(world, told_of):
    told_of("a.gp.lead", NoticeKind.AUDIT_OPENED, "audit_return", 999_999)
    assert settled(world, LATER) == 1


def test_only_of_these_people_and_what_was_mailed_but_not_read_stays_mailed(world, told_of):
    mine = told_of("a.gp.lead", NoticeKind.ACTION_DUE, "action", 999_999, mail_place=MailPlace.MAILED)
    read = told_of("a.gp.lead", NoticeKind.ACTION_DUE, "action", 999_999, mail_place=MailPlace.MAILED, read_at=NOW)
    other = told_of("a.school.lead", NoticeKind.ACTION_DUE, "action", 999_999)
    assert settled(world, LATER, ["a.gp.lead"]) == 1
    assert (stored(Notice, mine).mail_place, stored(Notice, mine).settled_at) == (MailPlace.MAILED, LATER)
    assert stored(Notice, read).settled_at is None
    assert is_waiting(stored(Notice, other))
    assert settled(world, LATER, []) == 0


def test_a_reminder_is_dropped_once_a_colleague_has_answered(world, viewer):
    remind(morning(date(2026, 6, 12)))
    place = world.meeting("a.review")
    lead = viewer("a.other_gp.lead", now=morning(date(2026, 6, 12)))
    answer_invitation(lead, place.id, Answer.ATTEND, "", seen_answer(own_invitation(lead, place.id)))
    settled(world, morning(date(2026, 6, 12)))
    of_it = notices(Notice.kind == NoticeKind.INVITATION, Notice.subject_id == place.invitations["other_gp"].id)
    assert len(of_it) == 2
    assert not any(map(is_waiting, of_it))
    others = notices(Notice.kind == NoticeKind.INVITATION, Notice.subject_id == place.invitations["police"].id)
    assert others
    assert all(map(is_waiting, others))


def test_settling_takes_as_many_statements_for_many_people_and_things(world, system, told_of, count_queries):
    def statements(keys):
        with changing(system) as begun, count_queries() as found:
            begun.log("notices.settled", "partnership", None)
            settle(begun, [world.person(key).user_id for key in keys])
        return len(found)

    told_of("a.gp.lead", NoticeKind.ACTION_DUE, "action", 999_999)
    few = statements(["a.gp.lead"])
    for key in ("a.gp.lead", "a.school.lead", "a.police.lead"):
        for number in range(20):
            told_of(key, NoticeKind.ACTION_DUE, "action", 900_000 + number)
    assert statements(sorted(world.people)) == few
    assert few <= 19
