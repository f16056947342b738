"""Sending a report: once, whole, on time or late, and what is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.domain.deadlines import ReportState
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import Expectation, MeetingStatus, ReportStatus
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.services.reports.drafts import AlreadySent
from portal.services.reports.reading import read_report
from portal.services.reports.sending import submit_report
from tests.services.racing import at_once
from tests.services.report_steps import OTHER, WHOLE, answers_of, desk, reports_of, verbs_of, write
from tests.services.rows import invitation_of


class TestSending:
    """Once, whole, and on time or late."""

    def test_it_is_locked_and_counts_as_received_today(self, teacher, place):
        version = write(teacher, place, WHOLE).version
        submit_report(teacher, place.id, version)
        found = desk(teacher, place)
        assert found.is_sent
        assert (found.report.submitted_at, found.report.submitted_by_id) == (teacher.now, teacher.user_id)
        assert found.invitation.report_received_on == teacher.today
        assert found.state is ReportState.SENT_LATE
        assert verbs_of(teacher)[:2] == ["report.saved", "report.submitted"]

    @pytest.mark.parametrize(
        ("now", "day"),
        [
            (datetime(2026, 6, 4, 22, 59, tzinfo=UTC), date(2026, 6, 4)),
            (datetime(2026, 6, 4, 23, 1, tzinfo=UTC), date(2026, 6, 5)),
        ],
    )
    def test_the_day_is_londons(self, teacher, place, now, day):
        """In summer, 23:01 UTC is already the next day in London."""
        viewer = replace(teacher, now=now)
        version = write(viewer, place, WHOLE).version
        submit_report(viewer, place.id, version)
        assert invitation_of(place, "school").report_received_on == day

    @pytest.mark.parametrize(("days", "state"), [(0, ReportState.SENT), (1, ReportState.SENT_LATE)])
    def test_the_due_day_itself_is_in_time(self, teacher, place, days, state):
        due = invitation_of(place, "school").report_due_on
        viewer = replace(teacher, now=datetime(due.year, due.month, due.day, 12, tzinfo=UTC) + timedelta(days=days))
        submit_report(viewer, place.id, write(viewer, place, WHOLE).version)
        assert desk(viewer, place).state is state

    def test_after_the_meeting_it_still_can_be_sent(self, world, viewer_of):
        place, viewer = world.meeting("a.past_initial"), viewer_of(world.person("a.other_gp.lead"))
        found = desk(viewer, place)
        assert (found.state, found.may_write) == (ReportState.LATE, True)
        submit_report(viewer, place.id, write(viewer, place, WHOLE).version)
        assert invitation_of(place, "other_gp").report_received_on == viewer.today
        assert desk(viewer, place).state is ReportState.AFTER_MEETING

    def test_one_that_nobody_asked_for_is_simply_sent(self, world, viewer_of):
        place, viewer = world.meeting("a.review"), viewer_of(world.person("a.school.lead"))
        assert invitation_of(place, "school").expectation is Expectation.OPTIONAL
        submit_report(viewer, place.id, write(viewer, place, WHOLE).version)
        assert desk(viewer, place).state is ReportState.SENT

    def test_one_that_had_come_by_another_way_keeps_its_day(self, teacher, place):
        earlier = teacher.today - timedelta(days=9)
        with writing() as session:
            session.execute(
                update(Invitation)
                .where(Invitation.id == place.invitations["school"].id)
                .values(report_received_on=earlier)
            )
        submit_report(teacher, place.id, write(teacher, place, WHOLE).version)
        assert invitation_of(place, "school").report_received_on == earlier

    def test_sent_twice_it_is_sent_once(self, teacher, head, place):
        version = write(teacher, place, WHOLE).version
        submit_report(teacher, place.id, version)
        with pytest.raises(AlreadySent):
            submit_report(replace(head, now=head.now + timedelta(days=1)), place.id, version)
        assert verbs_of(teacher).count("report.submitted") == 1
        assert invitation_of(place, "school").report_received_on == teacher.today

    def test_sent_twice_at_once_it_is_sent_once(self, app, teacher, head, place):
        version = write(teacher, place, WHOLE).version
        outcomes = at_once(
            app, lambda: submit_report(teacher, place.id, version), lambda: submit_report(head, place.id, version)
        )
        assert sum(isinstance(outcome, AlreadySent) for outcome in outcomes) == 1, outcomes
        db.session.rollback()
        sent = db.session.scalar(select(func.count()).where(Activity.verb == "report.submitted"))
        assert sent == 1

    def test_saving_and_sending_at_once_never_lose_a_word(self, app, teacher, head, place):
        version = write(teacher, place, WHOLE).version
        saved, sent = at_once(
            app, lambda: write(head, place, OTHER, on=WHOLE), lambda: submit_report(teacher, place.id, version)
        )
        (kept,) = reports_of(place, "school")
        if sent is ReportStatus.SUBMITTED:
            assert isinstance(saved, AlreadySent), saved
            assert saved.mine["worries"] == OTHER["worries"]
            assert (kept.status, answers_of(place)) == (ReportStatus.SUBMITTED, WHOLE)
        else:
            assert isinstance(sent, Conflict), sent
            assert (kept.status, answers_of(place)) == (ReportStatus.DRAFT, OTHER)

    def test_what_was_changed_since_it_was_checked_is_not_sent(self, teacher, head, place):
        version = write(teacher, place, WHOLE).version
        write(head, place, OTHER, on=WHOLE)
        with pytest.raises(Conflict):
            submit_report(teacher, place.id, version)
        assert invitation_of(place, "school").report_received_on is None

    def test_missing_answers_are_named(self, teacher, place):
        version = write(teacher, place, WHOLE | {"worries": "", "category_views": ""}).version
        with pytest.raises(Invalid) as refused:
            submit_report(teacher, place.id, version)
        assert list(refused.value.errors) == ["worries", "category_views"]
        assert reports_of(place, "school")[0].status is ReportStatus.DRAFT

    def test_nothing_cannot_be_sent(self, teacher, place):
        with pytest.raises(Invalid):
            submit_report(teacher, place.id, 0)

    def test_a_cancelled_meeting_takes_no_report(self, teacher, place):
        version = write(teacher, place, WHOLE).version
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == place.id).values(status=MeetingStatus.CANCELLED))
        with pytest.raises(NotPermitted):
            submit_report(teacher, place.id, version)

    def test_the_text_once_sent_is_for_the_chair_and_no_other_agency(self, teacher, place, world, viewer_of):
        submit_report(teacher, place.id, write(teacher, place, WHOLE).version)
        wanted = place.invitations["school"].id
        assert read_report(viewer_of(world.person("a.chair")), place.id, wanted).answers == WHOLE
        with pytest.raises(NotVisible):
            read_report(viewer_of(world.person("a.gp.lead")), place.id, wanted)

    def test_what_does_not_apply_is_not_sent(self, teacher, place):
        version = write(teacher, place, WHOLE | {"threshold_view": "unsure"}).version
        assert list(desk(teacher, place).not_asked) == ["category_views"]
        submit_report(teacher, place.id, version)
        assert "category_views" not in answers_of(place)
