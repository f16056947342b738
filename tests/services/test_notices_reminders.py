"""Reminders: of what, to whom, on which days; each once, and of nothing that a colleague has done."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ActionStatus, ReturnStatus
from portal.domain.closures import closure_on, reminder_days
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.reminders import LATE
from portal.domain.sample_vocabulary import SampleStatus
from portal.domain.scrutiny_vocabulary import ScrutinyState
from portal.domain.vocabulary import Answer, Attendance, MeetingStatus
from portal.domain.working_days import is_working_day, london_day
from portal.models.actions import Action
from portal.models.activity import Activity
from portal.models.audits import AuditReturn, AuditRound
from portal.models.escalations import Escalation
from portal.models.improvement import ImprovementAction
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.models.samples import PracticeSample
from portal.models.scrutiny import ScrutinyChallenge
from portal.services.audits.closures import closures_of
from portal.services.notices import reminders
from portal.services.notices.reminders import remind
from portal.services.records.closure import written_columns
from tests import audits
from tests.services.notice_steps import tell_nobody_anything
from tests.services.round_steps import closure, keep
from tests.services.rows import change, stored
from tests.services.told_steps import away, morning, notices, of, told
from tests.world import TODAY

INVITATION, REPORT = NoticeKind.INVITATION, NoticeKind.REPORT_DUE
SAY, REGISTER = NoticeKind.ATTENDANCE_TO_SAY, NoticeKind.REGISTER_TO_CLOSE
LEADS = ("gp.lead", "other_gp.lead")


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


def days(first: date, last: date) -> list[date]:
    """Every day between two, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def only(*kept: object) -> None:
    """Leave only what a test looks at: close every matter, action, round, challenge and sample but these."""
    with writing() as session:
        session.execute(update(Escalation).values(is_noted=True))
        session.execute(update(Action).values(status=ActionStatus.DONE))
        session.execute(update(AuditRound).where(AuditRound.id.not_in(kept)).values(closed_at=morning(TODAY)))
        session.execute(update(Meeting).values(status=MeetingStatus.CANCELLED))
        session.execute(update(ScrutinyChallenge).values(state=ScrutinyState.REPLIED))
        session.execute(update(ImprovementAction).values(status=ImprovementStatus.STOPPED))
        drawn = PracticeSample.seed.is_not(None)
        session.execute(
            update(PracticeSample).where(drawn).values(status=SampleStatus.CLOSED, closed_at=morning(TODAY))
        )


def what_each_day_told(world, letter, first, last):
    """Of each day on which somebody was reminded: what, which place, and who, by name."""
    found = {}
    for day in days(first, last):
        remind(morning(day))
        begun = datetime.combine(day, time.min, UTC)
        of_day = notices(Notice.made_at >= begun, Notice.partnership_id == world.partnerships[letter])
        for kind, place in {(one.kind, one.place) for one in of_day}:
            found[day, kind, place] = told(
                world, kind, place=place, partnership_id=world.partnerships[letter], made_at=morning(day)
            )
    return found


@pytest.mark.parametrize("letter", ["a", "b"])
def test_a_fortnight_reminds_of_each_thing_on_its_days(world, letter):
    with writing() as session:
        session.execute(update(Escalation).values(is_noted=True))
    surgery, school = (of(letter, f"{agency}.lead", f"{agency}.practitioner") for agency in ("other_gp", "school"))
    police, east = of(letter, "police.lead", "police.practitioner"), of(letter, "social_care.lead", "social_care.east")
    core = school | of(letter, "social_care.lead", "social_care.practitioner")
    audit = of(letter, *LEADS)
    # `both` leads the police in B.
    leads_of_police = of(letter, "police.lead") | ({"both"} if letter == "b" else set())
    signing = {"both"} if letter == "b" else set()
    signing |= of(letter, "police.lead")
    first = stored(AuditReturn, world.returns[f"{letter}.police"].id).version * 10
    assert what_each_day_told(world, letter, TODAY, date(2026, 6, 26)) == {
        (date(2026, 6, 11), INVITATION, 3): core,
        (date(2026, 6, 11), SAY, LATE): core | police,
        (date(2026, 6, 11), REGISTER, LATE): of(letter, "chair"),
        (date(2026, 6, 12), INVITATION, 3): surgery | police,
        (date(2026, 6, 12), REPORT, 3): surgery | east,
        (date(2026, 6, 12), NoticeKind.AUDIT_DUE, 20): audit,
        (date(2026, 6, 12), NoticeKind.AUDIT_TO_SIGN, first): signing,
        (date(2026, 6, 15), INVITATION, 1): core,
        (date(2026, 6, 16), INVITATION, 1): surgery | police,
        (date(2026, 6, 16), REPORT, 1): surgery | east,
        **{
            (day, kind, place): who
            for day, place in ((date(2026, 6, 17), 5), (date(2026, 6, 22), 2), (date(2026, 6, 23), 1))
            for kind, who in (
                (NoticeKind.QUORACY_AT_RISK, of(letter, "second_chair", "coordinator")),
                (NoticeKind.QUORACY_ASKED, of(letter, "other_gp.lead", "school.lead") | leads_of_police),
            )
        },
        (date(2026, 6, 18), REPORT, LATE): surgery | east,
        (date(2026, 6, 18), SAY, LATE): core,
        (date(2026, 6, 18), INVITATION, 3): school,
        (date(2026, 6, 22), INVITATION, 1): school,
        (date(2026, 6, 18), REGISTER, LATE): of(letter, "coordinator"),
        (date(2026, 6, 25), SAY, LATE): surgery | east,
        (date(2026, 6, 23), NoticeKind.IMPROVEMENT_DUE, 5): of(letter, "manager", "school.lead"),
        (date(2026, 6, 25), REGISTER, LATE): of(letter, "second_chair"),
        (date(2026, 6, 25), NoticeKind.SCRUTINY_DUE, 1): of(letter, "other_gp.lead"),
        (date(2026, 6, 26), NoticeKind.AUDIT_DUE, 10): audit,
        (date(2026, 6, 26), NoticeKind.AUDIT_TO_SIGN, first): signing,
    }


@pytest.mark.parametrize(
    ("subject", "model"),
    [
        ("invitation", Invitation),
        ("meeting", Meeting),
        ("audit_return", AuditReturn),
        ("action", Action),
        ("escalation", Escalation),
    ],
)
def test_nobody_is_reminded_of_another_partnerships_things(world, subject, model):
    """The police and `both` work in the two of them."""
    for day in (TODAY, date(2026, 6, 11), date(2026, 6, 12), date(2026, 7, 24)):
        remind(morning(day))
    db.session.rollback()
    reminded = select(Notice.partnership_id, model.partnership_id).join(model, model.id == Notice.subject_id)
    found = db.session.execute(reminded.where(Notice.subject == subject)).all()
    assert {one for one, _ in found} == set(world.partnerships.values())
    assert all(told_in == of_thing for told_in, of_thing in found)


def test_looking_again_on_the_same_day_tells_nobody_again(world):
    assert remind(morning(date(2026, 6, 12))) > 0
    before = len(notices())
    for hour in range(6, 18, 4):
        assert remind(datetime(2026, 6, 12, hour, tzinfo=UTC)) == 0
    assert len(notices()) == before
    verbs = db.session.scalars(select(Activity.verb).where(Activity.verb == "people.reminded")).all()
    assert len(verbs) == 2


def test_a_worker_who_looked_at_the_same_time_tells_nobody_again(world, monkeypatch):
    remind(morning(date(2026, 6, 12)))
    before = len(notices())
    monkeypatch.setattr(
        "portal.services.notices.reminded_day.ReminderDay.not_told", lambda *_, **__: Notice.id.is_(None) | True
    )
    assert remind(morning(date(2026, 6, 12))) == 0
    assert len(notices()) == before


def test_whoever_was_only_just_told_is_not_reminded_the_same_day(world):
    with writing() as session:
        session.execute(delete(Notice))
        session.add(
            Notice(
                partnership_id=world.partnerships["a"],
                membership_id=world.person("a.other_gp.lead").hat.membership_id,
                user_id=world.person("a.other_gp.lead").user_id,
                key="given",
                kind=REPORT,
                subject="invitation",
                subject_id=world.meeting("a.review").invitations["other_gp"].id,
                place=2,
                what="",
                urgency="soon",
                made_at=datetime(2026, 6, 12, 4, tzinfo=UTC),
                mail_place=MailPlace.WAITING,
            )
        )
    remind(morning(date(2026, 6, 12)))
    assert told(world, REPORT, place=3, partnership_id=world.partnerships["a"]) == of(
        "a", "social_care.lead", "social_care.east"
    )


class TestWhatIsDone:
    """Nobody is reminded of what a colleague has done."""

    @pytest.mark.parametrize(
        "done",
        [
            {"answer": Answer.ATTEND},
            {"answer": Answer.NOT_OURS},
            {"expectation": "not_relevant"},
        ],
    )
    def test_answered(self, world, done):
        change(Invitation, world.meeting("a.review").invitations["other_gp"].id, **done)
        remind(morning(date(2026, 6, 12)))
        assert not told(world, INVITATION) & of("a", "other_gp.lead", "other_gp.practitioner")

    def test_reported(self, world):
        change(Invitation, world.meeting("a.review").invitations["other_gp"].id, report_received_on=TODAY)
        remind(morning(date(2026, 6, 12)))
        assert told(world, REPORT, partnership_id=world.partnerships["a"]) == of(
            "a", "social_care.lead", "social_care.east"
        )

    @pytest.mark.parametrize("column", ["declared_attendance", "confirmed_attendance"])
    def test_attendance_was_said(self, world, column):
        change(Invitation, world.meeting("a.initial").invitations["school"].id, **{column: Attendance.VIDEO})
        remind(morning(date(2026, 6, 11)))
        assert not told(world, SAY) & of("a", "school.lead", "school.practitioner")

    def test_closed_or_cancelled(self, world):
        change(Meeting, world.meeting("a.initial").id, register_closed_at=world.now, status=MeetingStatus.HELD)
        change(Meeting, world.meeting("b.initial").id, status=MeetingStatus.CANCELLED)
        remind(morning(date(2026, 6, 11)))
        assert told(world, REGISTER) == set()
        assert told(world, SAY, partnership_id=world.partnerships["b"]) == set()


def test_the_register_of_a_chair_who_has_left_is_the_coordinators(world):
    change(Membership, world.person("a.chair").hat.membership_id, ended_at=world.now)
    remind(morning(date(2026, 6, 11)))
    assert told(world, REGISTER) == {"a.coordinator", "b.chair"}


def test_a_report_whose_day_moves_is_reminded_of_before_its_new_day_again(world):
    invitation = world.meeting("a.review").invitations["other_gp"].id
    remind(morning(date(2026, 6, 12)))
    change(Invitation, invitation, report_due_on=date(2026, 7, 3))
    remind(morning(date(2026, 6, 30)))
    assert len(notices(Notice.kind == REPORT, Notice.subject_id == invitation, Notice.place == 3)) == 4


def test_who_is_away_hands_reminders_to_the_deputy(world):
    away(world.person("a.other_gp.lead"), world.person("a.other_gp.practitioner"), TODAY, date(2026, 6, 30))
    remind(morning(date(2026, 6, 12)))
    assert told(world, REPORT, mail_place=MailPlace.INBOX_ONLY) == {"a.other_gp.lead"}
    assert "a.other_gp.practitioner" in told(world, REPORT, mail_place=MailPlace.WAITING)


@pytest.mark.parametrize("day", [date(2026, 6, 13), date(2026, 6, 14), date(2026, 8, 31), date(2026, 12, 25)])
def test_nobody_is_reminded_on_days_off(world, day, count_queries):
    with count_queries() as statements:
        assert remind(morning(day)) == 0
    assert statements == []
    assert notices() == []


def test_a_closed_agency_is_reminded_of_its_report_before_and_after(world):
    """Closed from the 12th to the 18th, with a report due on the 17th."""
    agency = world.agencies["a.other_gp"]
    keep(closure(world, agency, date(2026, 6, 12), date(2026, 6, 18)))
    seen = Counter()
    for day in days(date(2026, 6, 5), date(2026, 6, 25)):
        remind(morning(day))
        for one in notices(Notice.kind == REPORT, Notice.made_at == morning(day)):
            if one.membership_id == world.person("a.other_gp.lead").hat.membership_id:
                seen[day, one.place] += 1
    assert seen == {(date(2026, 6, 9), 3): 1, (date(2026, 6, 11), 1): 1, (date(2026, 6, 19), LATE): 1}


class TestAudits:
    """A round's own reminders."""

    @pytest.fixture
    def asked(self, world):
        """A round of A's surgery, due in its holidays' neighbourhood, with many reminders."""
        edition = audits.published_edition(world.partnerships["a"], number=21)
        asked = audits.open_round(
            edition,
            world.agencies["a.gp"],
            world.agencies["a.police"],
            title="Many reminders",
            opens_on=date(2026, 6, 29),
            due_on=date(2026, 8, 21),
            reminders=(30, 20, 10, 5, 3, 1, 0),
        )
        only(asked.id)
        return asked

    def test_come_on_open_working_days_each_once_and_an_hour_makes_no_difference(self, world, asked):
        keep(closure(world, world.agencies["a.police"], date(2026, 7, 22), date(2026, 7, 24)))
        for day in days(date(2026, 6, 22), date(2026, 9, 10)):
            remind(morning(day))
            remind(datetime.combine(day, time(15), UTC))
        # The police work in B too, where this round asks nobody.
        for kind in (NoticeKind.AUDIT_OPENED, NoticeKind.AUDIT_DUE):
            assert told(world, kind) == {"a.gp.lead", "a.police.lead"}
        closures = closures_of(
            db.session(), asked.partnership_id, [world.agencies[f"a.{name}"] for name in ("gp", "police")]
        )
        for agency in ("gp", "police"):
            agency_id = world.agencies[f"a.{agency}"]
            place = audits.return_of(asked, agency_id)
            lead = world.person(f"a.{agency}.lead").hat.membership_id
            mine = notices(Notice.subject_id == place.id, Notice.membership_id == lead)
            on = [london_day(one.made_at) for one in mine if one.kind is NoticeKind.AUDIT_DUE]
            assert on == [
                day
                for day in reminder_days(place.due_on, asked.reminders, closures[agency_id])
                if day >= asked.opens_on
            ]
            assert len(on) == len(set(on)) >= 6
            assert all(is_working_day(day) and closure_on(day, closures[agency_id]) is None for day in on)
            assert [london_day(one.made_at) for one in mine if one.kind is NoticeKind.AUDIT_OPENED] == [asked.opens_on]

    def test_go_to_the_leads_alone_until_it_is_sent_and_then_to_whoever_signs(self, world, asked):
        place = audits.return_of(asked, world.agencies["a.police"])
        remind(morning(date(2026, 8, 14)))
        assert told(world, NoticeKind.AUDIT_DUE, subject_id=place.id) == {"a.police.lead"}
        audits.submitted_return(asked, world.agencies["a.police"])
        remind(morning(date(2026, 8, 18)))
        assert told(world, NoticeKind.AUDIT_TO_SIGN, subject_id=place.id) == {"a.police.lead"}
        change(AuditReturn, place.id, status=ReturnStatus.SIGNED)
        remind(morning(date(2026, 8, 20)))
        assert len(notices(Notice.subject_id == place.id, Notice.kind != NoticeKind.AUDIT_OPENED)) == 2

    def test_a_closed_round_reminds_nobody(self, world, asked):
        change(AuditRound, asked.id, closed_at=world.now)
        for day in days(date(2026, 6, 29), date(2026, 8, 24)):
            assert remind(morning(day)) == 0

    def test_that_it_opened_waits_for_an_agency_that_is_closed_and_is_not_told_to_one_that_has_begun(
        self, world, asked
    ):
        keep(closure(world, world.agencies["a.gp"], date(2026, 6, 25), date(2026, 7, 2)))
        audits.started_return(asked, world.agencies["a.police"])
        opened = {}
        for day in days(date(2026, 6, 26), date(2026, 7, 20)):
            remind(morning(day))
            opened[day] = told(world, NoticeKind.AUDIT_OPENED, made_at=morning(day))
        assert {day: who for day, who in opened.items() if who} == {date(2026, 7, 3): {"a.gp.lead"}}

    def test_that_it_opened_is_told_in_its_own_partnership_alone(self, world):
        """The police work in both, and A is looked through first."""
        place = world.returns["b.police"]
        change(AuditRound, place.round_id, opens_on=TODAY)
        change(AuditReturn, place.id, status=ReturnStatus.NOT_STARTED)
        remind(morning(TODAY))
        assert told(world, NoticeKind.AUDIT_OPENED, subject_id=place.id) == {"b.police.lead", "both"}
        found = notices(Notice.kind == NoticeKind.AUDIT_OPENED, Notice.subject_id == place.id)
        assert {one.partnership_id for one in found} == {world.partnerships["b"]}


class TestActions:
    """Promises with a day."""

    def test_five_working_days_before_and_once_it_is_late(self, world):
        """The world's surgeries are closed from the third to the fourteenth of August."""
        seen = {}
        for day in days(date(2026, 7, 20), date(2026, 8, 21)):
            remind(morning(day))
            who = told(world, NoticeKind.ACTION_DUE, made_at=morning(day))
            if who:
                seen[day] = who
        both = {"a.gp.practitioner", "b.gp.practitioner"}
        assert seen == {date(2026, 7, 24): both, date(2026, 8, 17): both}

    def test_the_leads_where_its_owner_has_left_and_nobody_once_it_is_done(self, world):
        change(Membership, world.person("a.gp.practitioner").hat.membership_id, ended_at=world.now)
        for name in ("gp", "strategy_gp"):
            change(Action, world.actions[f"b.{name}"], status=ActionStatus.DONE)
        remind(morning(date(2026, 7, 24)))
        assert told(world, NoticeKind.ACTION_DUE) == {"a.gp.lead"}


class TestEscalations:
    """The working day before a clock ends."""

    @pytest.fixture
    def matter(self, world):
        """The escalation with A's other surgery, whose clock ends tomorrow, alone."""
        with writing() as session:
            session.execute(
                update(Escalation).where(Escalation.id != world.escalations["a.missed"]).values(is_noted=True)
            )
        return world.escalations["a.missed"]

    def test_whoever_was_told_of_the_stage_is_reminded(self, world, matter):
        remind(morning(TODAY))
        assert told(world, NoticeKind.ESCALATION_DUE) <= of("a", "other_gp.lead", "other_gp.practitioner")
        [due] = {(one.due_at, one.place, one.subject_id) for one in notices(Notice.kind == NoticeKind.ESCALATION_DUE)}
        assert due == (datetime(2026, 6, 11, 16, tzinfo=UTC), 1, matter)
        assert remind(morning(TODAY + timedelta(days=1))) == 0 or not told(
            world, NoticeKind.ESCALATION_DUE, made_at=morning(TODAY + timedelta(days=1))
        )

    def test_whoever_raised_it_once_it_is_theirs_and_the_manager_where_they_have_left(self, world, matter):
        change(Escalation, matter, turn="raised_by")
        remind(morning(TODAY))
        assert told(world, NoticeKind.ESCALATION_DUE) == {"a.second_chair"}
        change(Escalation, matter, due_at=datetime(2026, 6, 15, 16, tzinfo=UTC))
        change(Membership, world.person("a.second_chair").hat.membership_id, ended_at=world.now)
        remind(morning(date(2026, 6, 12)))
        assert told(world, NoticeKind.ESCALATION_DUE, made_at=morning(date(2026, 6, 12))) == {"a.manager"}

    def test_on_friday_for_monday_and_after_more_time_again(self, world, matter):
        change(Escalation, matter, due_at=datetime(2026, 6, 15, 16, tzinfo=UTC))
        on = []
        for day in days(TODAY, date(2026, 6, 22)):
            remind(morning(day))
            if day == date(2026, 6, 12):
                change(Escalation, matter, due_at=datetime(2026, 6, 17, 16, tzinfo=UTC))
            if notices(Notice.kind == NoticeKind.ESCALATION_DUE, Notice.made_at == morning(day)):
                on.append(day)
        assert on == [date(2026, 6, 12), date(2026, 6, 16)]


def test_looking_takes_no_more_statements_for_many_things(world, count_queries):
    day = morning(date(2026, 6, 12))
    with count_queries() as statements:
        remind(day)
    few = len(statements)
    tell_nobody_anything()
    with writing() as session:
        place = world.meeting("a.review")
        found = session.get_one(Invitation, place.invitations["other_gp"].id)
        plain = {column.key: getattr(found, column.key) for column in Invitation.__mapper__.column_attrs}
        meeting = session.get_one(Meeting, place.id)
        written = [column.key for column in written_columns(Meeting.__table__)]
        plain_meeting = {name: getattr(meeting, name) for name in written}
        for number in range(40):
            another = Meeting(**{**plain_meeting, "id": None, "reference": f"COPY-{number}"})
            session.add(another)
            session.flush()
            session.add(Invitation(**{**plain, "id": None, "meeting_id": another.id}))
    with count_queries() as statements:
        remind(day)
    assert len(notices(Notice.kind == REPORT)) >= 80
    assert len(statements) <= few


def test_the_worker_looks_in_every_partnership(world, monkeypatch):
    seen = []
    monkeypatch.setattr(reminders, "remind_in", lambda viewer: seen.append(viewer.partnership_id) or 0)
    remind(morning(TODAY))
    assert seen == sorted(world.partnerships.values())
