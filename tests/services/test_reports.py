"""Reports: what an agency finds and writes, two people on one draft, and who reads what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.database.session import db
from portal.domain.deadlines import ReportState
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.reports import TEXT_LIMIT, ReportText
from portal.domain.vocabulary import AbuseCategory, ReportStatus
from portal.services.reports import open_desk, read_report, save_draft, submit_report
from tests.services.racing import at_once
from tests.services.report_steps import OTHER, WHOLE, desk, reports_of, verbs_of
from tests.services.rows import invitation_of


class TestTheDesk:
    """What an agency finds when it opens its report."""

    def test_it_names_the_child_and_the_reading_is_logged(self, teacher, place):
        found = desk(teacher, place)
        assert [name.split()[0] for name in found.children] == ["ZQ-A-CHILD-1-QZ"]
        assert (found.version, found.text, found.may_write) == (0, ReportText(), True)
        assert found.state is ReportState.LATE
        assert verbs_of(teacher) == ["case.read"]
        assert reports_of(place, "school") == [], "reading writes nothing"

    def test_a_sent_report_is_read_and_the_reading_logged(self, world, viewer_of, place):
        police = viewer_of(world.person("a.police.lead"))
        found = desk(police, place)
        assert found.is_sent
        assert not found.may_write
        assert found.report.submitted_by.name == world.person("a.police.lead").name
        assert sorted(verbs_of(police)[-2:]) == ["case.read", "report.read"]

    def test_it_takes_three_queries(self, teacher, place, count_queries):
        with count_queries() as statements:
            open_desk(teacher, place.id)
        assert len(statements) == 3

    @pytest.mark.parametrize(
        ("meeting", "person"),
        [
            ("a.initial", "a.other_gp.lead"),
            ("a.initial", "b.school.lead"),
            ("b.initial", "a.police.lead"),
            ("a.review", "a.gp.lead"),
            ("a.review", "a.social_care.west"),
        ],
    )
    def test_others_have_no_desk_there(self, world, viewer_of, meeting, person):
        viewer, place = viewer_of(world.person(person)), world.meeting(meeting)
        with pytest.raises(NotVisible):
            open_desk(viewer, place.id)
        with pytest.raises(NotVisible):
            save_draft(viewer, place.id, 0, WHOLE)
        with pytest.raises(NotVisible):
            submit_report(viewer, place.id, 1)

    @pytest.mark.parametrize(
        ("meeting", "person"), [("a.cancelled", "a.police.lead"), ("a.core_group", "a.school.lead")]
    )
    def test_no_report_is_written_where_none_is_asked_for(self, world, viewer_of, meeting, person):
        viewer, place = viewer_of(world.person(person)), world.meeting(meeting)
        found = desk(viewer, place)
        assert not found.may_write
        assert found.state is ReportState.NOT_NEEDED
        with pytest.raises(NotPermitted):
            save_draft(viewer, place.id, 0, WHOLE)


class TestReading:
    """Drafts are the agency's alone; what was sent is for the chair and the manager too."""

    @pytest.mark.parametrize("person", ["a.chair", "a.manager", "a.police.lead", "a.police.practitioner"])
    def test_a_sent_report_is_read_by_those_it_concerns(self, world, viewer_of, place, person):
        viewer = viewer_of(world.person(person))
        reading = read_report(viewer, place.id, place.invitations["police"].id)
        assert reading.text.worries == "ZQ-A-WORRIES-INITIAL-POLICE-QZ"
        assert reading.text.category_views == (AbuseCategory.NEGLECT,)
        assert reading.state is ReportState.SENT
        assert sorted(verbs_of(viewer)[-2:]) == ["case.read", "report.read"]

    @pytest.mark.parametrize(
        "person",
        [
            *("a.gp.lead", "a.school.practitioner", "a.social_care.lead", "a.coordinator", "a.second_chair"),
            *("a.administrator", "a.board", "b.chair", "b.manager", "b.police.lead"),
        ],
    )
    def test_nobody_else_reads_it(self, world, viewer_of, place, person):
        viewer = viewer_of(world.person(person))
        with pytest.raises(NotVisible):
            read_report(viewer, place.id, place.invitations["police"].id)
        assert "report.read" not in verbs_of(viewer)

    @pytest.mark.parametrize("person", ["a.chair", "a.manager", "a.coordinator", "a.police.lead", "b.gp.lead"])
    def test_a_draft_is_read_by_nobody_else(self, world, viewer_of, place, person):
        with pytest.raises(NotVisible):
            read_report(viewer_of(world.person(person)), place.id, place.invitations["gp"].id)

    def test_its_own_agency_reads_its_draft(self, world, viewer_of, place):
        reading = read_report(viewer_of(world.person("a.gp.lead")), place.id, place.invitations["gp"].id)
        assert reading.report.status is ReportStatus.DRAFT

    def test_not_under_another_meetings_address(self, world, viewer_of, place):
        with pytest.raises(NotVisible):
            read_report(
                viewer_of(world.person("a.manager")), world.meeting("a.review").id, place.invitations["police"].id
            )


class TestDrafting:
    """Saved as it is typed, and never over somebody else's words."""

    def test_the_first_save_makes_the_draft(self, teacher, place):
        saved = save_draft(teacher, place.id, 0, WHOLE)
        assert (saved.at, saved.version) == (teacher.now, 1)
        found = desk(teacher, place)
        assert (found.text, found.version) == (WHOLE, 1)
        assert found.report.saved_by.name == teacher.name
        assert invitation_of(place, "school").report_received_on is None
        assert verbs_of(teacher) == ["report.saved", "case.read"]

    def test_each_save_is_based_on_the_last(self, teacher, head, place):
        first = save_draft(teacher, place.id, 0, WHOLE)
        second = save_draft(head, place.id, first.version, OTHER)
        assert (second.version, desk(teacher, place).text) == (2, OTHER)

    def test_the_same_again_is_no_new_version(self, teacher, place):
        later = replace(teacher, now=teacher.now + timedelta(minutes=1))
        first = save_draft(teacher, place.id, 0, WHOLE)
        assert save_draft(later, place.id, 0, WHOLE) == first
        assert verbs_of(teacher) == ["report.saved"]

    def test_nothing_written_makes_no_draft(self, teacher, place):
        assert save_draft(teacher, place.id, 0, ReportText()).version == 0
        assert reports_of(place, "school") == []

    def test_another_text_since_is_not_overwritten(self, teacher, head, place):
        first = save_draft(teacher, place.id, 0, WHOLE)
        save_draft(head, place.id, first.version, OTHER)
        with pytest.raises(Conflict) as refused:
            save_draft(teacher, place.id, first.version, replace(WHOLE, strengths="Mine."))
        assert refused.value.mine["strengths"] == "Mine."
        assert refused.value.theirs["worries"] == "Something else."
        assert refused.value.theirs["category_views"] == "Neglect, Physical abuse"
        assert desk(teacher, place).text == OTHER

    def test_a_first_save_meets_a_colleagues_draft(self, teacher, head, place):
        save_draft(head, place.id, 0, OTHER)
        with pytest.raises(Conflict):
            save_draft(teacher, place.id, 0, WHOLE)
        assert len(reports_of(place, "school")) == 1

    def test_two_first_saves_at_once_make_one_draft(self, app, teacher, head, place):
        outcomes = at_once(
            app, lambda: save_draft(teacher, place.id, 0, WHOLE), lambda: save_draft(head, place.id, 0, OTHER)
        )
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
        (kept,) = reports_of(place, "school")
        assert kept.worries == (OTHER if isinstance(outcomes[0], Conflict) else WHOLE).worries

    def test_many_saves_at_once_lose_none(self, app, teacher, place):
        version = save_draft(teacher, place.id, 0, WHOLE).version
        texts = [replace(WHOLE, worries=f"Worry {number}") for number in range(8)]
        outcomes = at_once(app, *(lambda text=text: save_draft(teacher, place.id, version, text) for text in texts))
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7, outcomes
        (winner,) = [number for number, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
        assert desk(teacher, place).text == texts[winner]

    def test_too_long_is_refused_by_field(self, teacher, place):
        with pytest.raises(Invalid) as refused:
            save_draft(teacher, place.id, 0, replace(WHOLE, worries="x" * (TEXT_LIMIT + 1)))
        assert list(refused.value.errors) == ["worries"]
        assert reports_of(place, "school") == []

    def test_what_is_written_is_encrypted(self, app, teacher, place, database):
        save_draft(teacher, place.id, 0, WHOLE)
        db.session.rollback()
        raw = db.session.connection().exec_driver_sql("SELECT * FROM reports").all()
        assert all(
            "burns" not in str(bytes(value)) for row in raw for value in row if isinstance(value, bytes | memoryview)
        )
