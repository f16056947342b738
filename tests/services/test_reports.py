"""Reports: what an agency finds and writes, two people on one draft, and who reads what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.database.session import db, writing
from portal.domain.deadlines import ReportState
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.report_answers import LONG_LIMIT, seen
from portal.domain.vocabulary import AgencyType, ReportStatus
from portal.services.reports.desk import open_desk
from portal.services.reports.reading import read_report
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import NOTHING_SEEN, save_answer, save_draft
from tests.report_forms import EVERY_KIND, publish
from tests.services.racing import at_once
from tests.services.report_steps import OTHER, WHOLE, answers_of, desk, reports_of, verbs_of, write
from tests.services.rows import invitation_of

EVERY_KIND_FOR_SCHOOLS = replace(EVERY_KIND, agency_types=frozenset({AgencyType.SCHOOL}))


class TestTheDesk:
    """What an agency finds when it opens its report."""

    def test_it_names_the_child_and_the_reading_is_logged(self, teacher, place):
        found = desk(teacher, place)
        assert [name.split()[0] for name in found.children] == ["ZQ-A-CHILD-1-QZ"]
        assert (found.version, found.answers, found.may_write) == (0, {}, True)
        assert found.template.code == "first-form"
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

    def test_it_takes_few_queries_however_much_is_written(self, teacher, place, count_queries):
        db.session.rollback()
        with count_queries() as empty:
            open_desk(teacher, place.id)
        write(teacher, place, WHOLE)
        db.session.rollback()
        with count_queries() as full:
            open_desk(teacher, place.id)
        # Without a report its template is chosen, by two; with one, its answers are read, by one.
        assert (len(empty), len(full)) == (6, 5)

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
            write(viewer, place, WHOLE)
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
            write(viewer, place, WHOLE)


class TestReading:
    """Drafts are the agency's alone; what was sent is for the chair and the manager too."""

    @pytest.mark.parametrize("person", ["a.chair", "a.manager", "a.police.lead", "a.police.practitioner"])
    def test_a_sent_report_is_read_by_those_it_concerns(self, world, viewer_of, place, person):
        viewer = viewer_of(world.person(person))
        reading = read_report(viewer, place.id, place.invitations["police"].id)
        assert reading.answers["worries"] == "ZQ-A-WORRIES-INITIAL-POLICE-QZ"
        (part,) = reading.parts(is_own=False)
        lines = {line.code: (line.title, line.words) for line in part.lines}
        assert lines["worries"] == ("What they are worried about", "ZQ-A-WORRIES-INITIAL-POLICE-QZ")
        assert lines["category_views"][1] == "Neglect"
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
    """Each answer saved by itself as it is typed, and never over somebody else's words."""

    def test_the_first_save_makes_the_draft(self, teacher, place, world):
        saved = write(teacher, place, WHOLE)
        assert (saved.at, saved.lost, saved.faults) == (teacher.now, {}, {})
        assert saved.seen == {code: seen(value) for code, value in WHOLE.items()}
        found = desk(teacher, place)
        assert (found.answers, found.version) == (WHOLE, saved.version)
        assert found.report.saved_by.name == teacher.name
        assert found.report.template_id == world.report_forms["a"]
        assert invitation_of(place, "school").report_received_on is None
        assert verbs_of(teacher) == ["report.saved", "case.read"]

    def test_two_people_at_different_questions_never_meet(self, teacher, head, place):
        write(teacher, place, WHOLE)
        write(teacher, place, WHOLE | {"worries": "His."}, on=WHOLE)
        saved = write(head, place, WHOLE | {"strengths": "Hers."}, on=WHOLE)
        assert saved.lost == {}
        assert answers_of(place) == WHOLE | {"worries": "His.", "strengths": "Hers."}

    def test_a_question_that_was_left_alone_is_not_written_back(self, teacher, head, place):
        """A page without a script sends all of it; what its reader did not touch is a colleague's to change."""
        write(teacher, place, WHOLE)
        write(head, place, {"worries": "Hers."}, on=WHOLE)
        assert write(teacher, place, WHOLE, on=WHOLE).lost == {}
        assert answers_of(place)["worries"] == "Hers."

    def test_the_same_again_changes_nothing(self, teacher, place):
        later = replace(teacher, now=teacher.now + timedelta(minutes=1))
        first = write(teacher, place, WHOLE)
        again = write(later, place, WHOLE)
        assert (again.at, again.version, again.seen) == (first.at, first.version, first.seen)
        assert verbs_of(teacher) == ["report.saved"]

    def test_nothing_written_makes_no_draft(self, teacher, place):
        assert write(teacher, place, dict.fromkeys(WHOLE, "")).version == 0
        assert reports_of(place, "school") == []

    def test_another_answer_since_is_not_overwritten_and_hinders_no_other(self, teacher, head, place):
        write(teacher, place, WHOLE)
        write(head, place, {"worries": "Hers."}, on=WHOLE)
        saved = write(teacher, place, {"worries": "His.", "strengths": "Also his."}, on=WHOLE)
        assert list(saved.seen) == ["strengths"]
        lost = saved.lost["worries"]
        assert (lost.theirs, lost.by, lost.by_id, lost.at) == ("Hers.", head.name, head.user_id, head.now)
        assert answers_of(place) == WHOLE | {"worries": "Hers.", "strengths": "Also his."}

    def test_one_answer_alone_is_refused_with_both_texts(self, teacher, head, place):
        save_answer(head, place.id, "worries", NOTHING_SEEN, "Hers.")
        with pytest.raises(Conflict) as refused:
            save_answer(teacher, place.id, "worries", NOTHING_SEEN, "His.")
        assert (refused.value.mine, refused.value.theirs) == ({"worries": "His."}, {"worries": "Hers."})
        assert save_answer(teacher, place.id, "worries", seen("Hers."), "His.").seen == {"worries": seen("His.")}

    def test_an_answer_is_taken_back(self, teacher, place):
        write(teacher, place, WHOLE)
        write(teacher, place, {"worries": ""}, on=WHOLE)
        assert "worries" not in answers_of(place)
        assert "worries" not in desk(teacher, place).answers

    def test_two_first_saves_at_once_make_one_draft(self, app, teacher, head, place):
        outcomes = at_once(app, lambda: write(teacher, place, WHOLE), lambda: write(head, place, OTHER))
        assert [list(one.lost) for one in outcomes].count(["worries"]) == 1, outcomes
        assert len(reports_of(place, "school")) == 1
        assert answers_of(place) == (OTHER if outcomes[0].lost else WHOLE)

    def test_many_saves_at_once_lose_none(self, app, teacher, place):
        write(teacher, place, WHOLE)
        texts = [f"Worry {number}" for number in range(8)]
        outcomes = at_once(
            app, *(lambda text=text: write(teacher, place, {"worries": text}, on=WHOLE) for text in texts)
        )
        winners = [text for text, one in zip(texts, outcomes, strict=True) if not one.lost]
        assert winners == [answers_of(place)["worries"]], outcomes

    def test_many_questions_at_once_are_all_kept(self, app, teacher, head, place):
        write(teacher, place, {"involvement": "Begun."})
        calls = [
            lambda code=code, who=who: write(who, place, {code: WHOLE[code]})
            for code, who in zip(list(WHOLE)[1:], (teacher, head) * 3, strict=False)
        ]
        assert not any(getattr(one, "lost", one) for one in at_once(app, *calls))
        assert answers_of(place) == WHOLE | {"involvement": "Begun."}

    @pytest.mark.parametrize(
        ("code", "value"),
        [("worries", "x" * (LONG_LIMIT + 1)), ("threshold_view", "perhaps"), ("favourite_colour", "Blue")],
    )
    def test_what_cannot_be_kept_is_refused_by_question_and_hinders_no_other(self, teacher, place, code, value):
        with pytest.raises(Invalid) as refused:
            save_answer(teacher, place.id, code, NOTHING_SEEN, value)
        assert list(refused.value.errors) == [code]
        assert reports_of(place, "school") == []
        saved = write(teacher, place, {code: value, "strengths": "Many."})
        assert (list(saved.faults), answers_of(place)) == ([code], {"strengths": "Many."})

    def test_a_colleague_and_the_lead_go_on_with_it(self, teacher, head, place, world, viewer_of):
        write(teacher, place, {"worries": "His."})
        write(head, place, {"strengths": "Hers."})
        found = desk(teacher, place)
        assert (found.report.saved_by.name, found.kept["worries"].saved_by) == (head.name, teacher.name)

    def test_a_newer_template_does_not_change_what_is_being_answered(self, teacher, place, world):
        write(teacher, place, {"worries": "His."})
        with writing() as session:
            publish(session, world.partnerships["a"], EVERY_KIND_FOR_SCHOOLS)
        assert desk(teacher, place).template.code == "first-form"
        assert desk(teacher, world.meeting("a.review")).template.code == "every-kind"

    def test_what_is_written_is_encrypted(self, teacher, place):
        write(teacher, place, WHOLE)
        db.session.rollback()
        raw = db.session.connection().exec_driver_sql("SELECT * FROM report_answers").all()
        values = [bytes(value) for row in raw for value in row if isinstance(value, bytes | memoryview)]
        assert len(values) >= len(WHOLE)
        assert not any(b"burns" in value for value in values)


class TestTheShortForm:
    """For an agency that hardly knows the family."""

    def test_it_is_chosen_and_left_again_and_nothing_typed_is_lost(self, teacher, place):
        write(teacher, place, WHOLE, is_limited=True)
        found = desk(teacher, place)
        assert found.is_limited
        assert list(found.not_asked) == ["strengths", "threshold_view", "threshold_reason", "category_views"]
        assert found.lacks == {}
        save_draft(teacher, place.id, {}, is_limited=False)
        assert (desk(teacher, place).is_limited, desk(teacher, place).answers) == (False, WHOLE)

    def test_only_what_it_asks_is_sent_and_the_rest_is_deleted(self, teacher, place):
        version = write(teacher, place, WHOLE, is_limited=True).version
        assert submit_report(teacher, place.id, version) is ReportStatus.SUBMITTED
        assert answers_of(place) == {code: WHOLE[code] for code in ("involvement", "worries")}
