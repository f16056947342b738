"""Drafts of report templates: they change until they are published, and what is published never does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.report_template_drafting import QuestionSaid
from portal.domain.report_templates import Condition
from portal.domain.report_vocabulary import AnswerKind, TemplateState, TemplateStatus
from portal.domain.vocabulary import AgencyType
from portal.models.activity import Activity
from portal.models.report_templates import ReportTemplate
from portal.services.report_templates import comparing, drafts, reading, versions
from portal.services.report_templates.choosing import template_of
from portal.services.report_templates.drafts import TemplateDetails
from tests.services.racing import at_once
from tests.world import TODAY
from tests.world_report_templates import OWN

NEW = QuestionSaid("Is it new?", "Look.", AnswerKind.YES_NO, is_needed=True, for_family=False)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def draft(world) -> int:
    """A's draft of what probation is asked."""
    return world.templates["a.draft"]


@pytest.fixture
def own(world) -> int:
    """The published version that it was begun from."""
    return world.templates["a.own"]


def page(viewer, template_id):
    return reading.read_version(viewer, template_id)


def version(viewer, template_id) -> int:
    return page(viewer, template_id).version


def codes(viewer, template_id) -> list[list[str]]:
    return [[one.code for one in section.questions] for section in page(viewer, template_id).template.sections]


def verbs() -> list[str]:
    rows = select(Activity.verb).where(Activity.verb.startswith("report_template.")).order_by(Activity.sequence)
    return list(db.session.scalars(rows))


def answered(world, day: date) -> int:
    return template_of(db.session(), world.partnerships["a"], AgencyType.PROBATION, "core_group", day).id


class TestBeginning:
    """A draft begins with what a published version says."""

    def test_a_copy_has_a_code_of_its_own(self, manager, own):
        begun = page(manager, versions.start_copy(manager, own, "Probation’s report"))
        assert begun.is_draft
        assert (begun.number, begun.template.code, begun.template.title) == (
            1,
            "probations-report",
            "Probation’s report",
        )
        assert begun.template.sections == OWN.sections
        assert verbs() == ["report_template.drafted"]
        again = page(manager, versions.start_copy(manager, own, "Probation’s report"))
        assert again.template.code == "probations-report-2"

    def test_the_next_version_says_the_same_under_the_next_number(self, manager, world):
        first = world.report_forms["a"]
        begun = page(manager, versions.start_next(manager, first))
        assert (begun.is_draft, begun.number, begun.previous_id) == (True, 2, first)
        assert begun.template.sections == page(manager, first).template.sections
        assert page(manager, first).draft_id == begun.id

    def test_there_is_one_draft_at_a_time(self, manager, own):
        with pytest.raises(Invalid, match="draft of this template already"):
            versions.start_next(manager, own)
        assert verbs() == []

    def test_not_from_a_draft_nor_by_others_nor_elsewhere(self, manager, draft, own, world, viewer_of):
        for begin in (versions.start_next, lambda viewer, one: versions.start_copy(viewer, one, "X")):
            with pytest.raises(NotPermitted):
                begin(manager, draft)
            with pytest.raises(NotVisible):
                begin(manager, world.templates["b.own"])
            for key in ("a.scrutineer", "a.coordinator", "a.gp.lead"):
                with pytest.raises(NotPermitted):
                    begin(viewer_of(world.person(key)), own)


class TestChanging:
    """Details, sections and questions of a draft."""

    def test_details(self, manager, draft):
        said = TemplateDetails("New", frozenset({AgencyType.HOUSING}), frozenset({"core_group"}))
        drafts.change_details(manager, draft, said, version=version(manager, draft))
        now = page(manager, draft)
        assert (now.template.title, now.asked_of, now.asked_at) == ("New", "Housing", "Core group")
        wrong = TemplateDetails("New", frozenset(), frozenset({"tea_party"}))
        with pytest.raises(Invalid) as refused:
            drafts.change_details(manager, draft, wrong, version=now.version)
        assert "meeting_types" in refused.value.errors

    def test_sections_and_questions_come_move_and_go(self, manager, draft):
        def at() -> int:
            return version(manager, draft)

        section = drafts.add_section(manager, draft, "More", version=at())
        code = drafts.add_question(manager, draft, section, NEW, version=at())
        drafts.change_section(manager, draft, section, "Even more", version=at())
        drafts.move_section(manager, draft, section, up=True, version=at())
        drafts.move_question(manager, draft, code, up=True, version=at())
        assert codes(manager, draft)[:2] == [["sentence", "conditions", "next_seen", code], []]
        drafts.remove_section(manager, draft, section, version=at())
        drafts.set_condition(manager, draft, code, Condition("sentence", ("none",)), version=at())
        drafts.set_short_form(manager, draft, [code, "worries", "sentence"], version=at())
        now = page(manager, draft).template
        assert now.question(code).asked_if == Condition("sentence", ("none",))
        assert now.limited_involvement == ("sentence", code, "worries")
        drafts.remove_question(manager, draft, code, version=at())
        assert page(manager, draft).template.limited_involvement == ("sentence", "worries")
        assert verbs() == ["report_template.changed"] * 9

    def test_how_a_published_question_is_answered_stays(self, manager, draft):
        day = QuestionSaid("When?", "", AnswerKind.NUMBER, is_needed=False, for_family=True)
        with pytest.raises(Invalid) as refused:
            drafts.change_question(manager, draft, "next_seen", day, version=version(manager, draft))
        assert "kind" in refused.value.errors
        code = drafts.add_question(manager, draft, "person", NEW, version=version(manager, draft))
        drafts.change_question(manager, draft, code, day, version=version(manager, draft))
        assert page(manager, draft).template.question(code).kind is AnswerKind.NUMBER

    def test_what_every_report_asks_stays(self, manager, draft):
        with pytest.raises(Invalid, match="Every report has this question"):
            drafts.remove_question(manager, draft, "worries", version=version(manager, draft))

    def test_who_comes_second_is_told_and_overwrites_nothing(self, manager, draft):
        seen = version(manager, draft)
        drafts.change_section(manager, draft, "person", "Theirs", version=seen)
        with pytest.raises(Conflict):
            drafts.change_section(manager, draft, "summary", "Mine", version=seen)
        assert [one.title for one in page(manager, draft).template.sections] == ["Theirs", "What you make of it"]

    def test_a_save_of_the_same_makes_an_older_page_out_of_date(self, manager, draft):
        seen = version(manager, draft)
        drafts.change_section(manager, draft, "person", "The person you supervise", version=seen)
        with pytest.raises(Conflict):
            drafts.change_section(manager, draft, "person", "Mine", version=seen)

    def test_of_two_at_once_one_is_told(self, manager, draft, app):
        seen = version(manager, draft)
        said = at_once(
            app,
            lambda: drafts.change_section(manager, draft, "person", "One", version=seen),
            lambda: drafts.change_section(manager, draft, "summary", "Two", version=seen),
        )
        assert sorted(type(one).__name__ for one in said) == ["Conflict", "NoneType"]

    def test_a_published_version_never_changes(self, manager, own):
        with pytest.raises(NotPermitted):
            drafts.change_section(manager, own, "person", "Mine", version=version(manager, own))
        with pytest.raises(NotPermitted):
            versions.discard(manager, own, version=version(manager, own))

    def test_it_is_thrown_away_whole(self, manager, draft, own):
        versions.discard(manager, draft, version=version(manager, draft))
        with pytest.raises(NotVisible):
            page(manager, draft)
        assert page(manager, own).draft_id is None
        assert verbs() == ["report_template.discarded"]


class TestPublishing:
    """From a day on a version is answered."""

    def test_at_once_it_takes_the_place_of_the_one_before(self, manager, draft, own, world):
        versions.publish(manager, draft, TODAY, version=version(manager, draft))
        assert answered(world, TODAY) == draft
        assert (page(manager, draft).state, page(manager, own).state) == (
            TemplateState.IN_USE,
            TemplateState.OUT_OF_USE,
        )
        assert db.session.get(ReportTemplate, own).status is TemplateStatus.RETIRED
        assert verbs() == ["report_template.published"]

    def test_from_a_later_day_both_have_their_time(self, manager, draft, own, world):
        versions.publish(manager, draft, TOMORROW, version=version(manager, draft))
        assert (answered(world, TODAY), answered(world, TOMORROW)) == (own, draft)
        assert (page(manager, draft).state, page(manager, own).state) == (TemplateState.TO_COME, TemplateState.IN_USE)

    def test_not_from_a_day_that_is_past(self, manager, draft):
        with pytest.raises(Invalid) as refused:
            versions.publish(manager, draft, TODAY - timedelta(days=1), version=version(manager, draft))
        assert "first_day" in refused.value.errors
        assert page(manager, draft).is_draft

    def test_what_would_not_work_is_listed(self, manager, draft):
        drafts.move_question(manager, draft, "sentence", up=False, version=version(manager, draft))
        assert [fault.field for fault in page(manager, draft).faults] == ["asked_if.question"]
        with pytest.raises(Invalid, match="What must the person keep to\\?: no question before this one"):
            versions.publish(manager, draft, TODAY, version=version(manager, draft))
        drafts.add_section(manager, draft, "Empty", version=version(manager, draft))
        with pytest.raises(Invalid, match="Empty: no question stands in it"):
            versions.publish(manager, draft, TODAY, version=version(manager, draft))

    def test_nobody_is_left_without_a_report_to_write(self, manager, world):
        first = world.report_forms["a"]
        with pytest.raises(Invalid, match="Some agency would have no report to write"):
            versions.retire(manager, first)
        assert page(manager, first).state is TemplateState.IN_USE

    def test_of_two_who_take_the_last_two_out_of_use_one_is_refused(self, app, manager, own, world):
        first = world.report_forms["a"]
        second = versions.start_copy(manager, own, "For everybody, too")
        details = TemplateDetails("For everybody, too", frozenset(), frozenset())
        drafts.change_details(manager, second, details, version=version(manager, second))
        versions.publish(manager, second, TODAY, version=version(manager, second))
        said = at_once(app, lambda: versions.retire(manager, first), lambda: versions.retire(manager, second))
        assert sorted(type(one).__name__ for one in said) == ["Invalid", "NoneType"]

    def test_a_template_goes_out_of_use_in_all_its_versions(self, manager, draft, own, world):
        versions.publish(manager, draft, TOMORROW, version=version(manager, draft))
        versions.retire(manager, draft)
        assert {page(manager, one).state for one in (draft, own)} == {TemplateState.OUT_OF_USE}
        assert answered(world, TOMORROW) == world.report_forms["a"]
        assert verbs()[-1] == "report_template.retired"

    def test_only_its_keeper_does(self, draft, own, world, viewer_of):
        for key in ("a.scrutineer", "a.manager", "a.gp.lead"):
            viewer = viewer_of(world.person(key))
            with pytest.raises(NotPermitted):
                versions.publish(viewer, draft, TODAY, version=1)
            with pytest.raises(NotPermitted):
                versions.retire(viewer, own)


class TestReading:
    """The list, one version, and what differs."""

    def test_the_list_is_narrowed_and_says_what_is_answered(self, manager, world, draft):
        everything = reading.list_templates(manager)
        assert {one.shown.code for one in everything.templates} >= {"own", "first-form"}
        [own] = [one for one in everything.templates if one.shown.code == "own"]
        assert (own.shown.number, [one.id for one in own.others]) == (1, [draft])
        assert everything.answered is None
        found = reading.list_templates(manager, AgencyType.PROBATION, "core_group")
        assert found.answered.id == world.templates["a.own"]
        assert {one.shown.code for one in found.templates} == {"own", "first-form"}
        assert reading.list_templates(manager, AgencyType.POLICE, "core_group").answered.id == world.report_forms["a"]

    def test_a_reader_sees_no_draft(self, world, viewer_of, own):
        reader = viewer_of(world.person("a.coordinator"))
        assert all(version_.state is not TemplateState.DRAFT
                   for one in reading.list_templates(reader).templates for version_ in one.versions)  # fmt: skip
        assert page(reader, own).draft_id is None

    def test_what_a_draft_changed(self, manager, draft, own, world):
        found = comparing.differences(manager, draft)
        assert (found.old.id, found.new.id) == (own, draft)
        assert [change.question.code for _, changes in found.changed for change in changes] == ["sentence"]
        assert comparing.differences(manager, draft, own).old.id == own
        for wrong in (world.report_forms["a"], world.templates["b.own"], 999_999):
            with pytest.raises(NotVisible):
                comparing.differences(manager, draft, wrong)
        with pytest.raises(NotVisible):
            comparing.differences(manager, own)

    def test_two_old_versions_can_be_compared_either_way(self, manager, draft, own):
        versions.publish(manager, draft, TODAY, version=version(manager, draft))
        assert comparing.differences(manager, own, draft).old.id == draft
