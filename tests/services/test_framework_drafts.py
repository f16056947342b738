"""Drafts of audit frameworks: they change until they are published, and what is published never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.frameworks import Check, QuestionText
from portal.domain.vocabulary import AgencyType
from portal.models.activity import Activity
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.services.frameworks import drafts, editions, loading
from portal.services.frameworks.drafts import EditionDetails
from tests.services.racing import at_once

NEW = QuestionText("new-one", "Is it new?", "Look.", "It is new.", "rag", hints=("A date",), weight=2)


@pytest.fixture
def draft(world):
    """A's draft of section 11."""
    return world.editions["a.draft"]


def page(viewer, edition_id):
    return editions.read_edition(viewer, edition_id)


def version(viewer, edition_id) -> int:
    return page(viewer, edition_id).version


def codes(viewer, edition_id) -> list[str]:
    return [question.code for question in page(viewer, edition_id).framework.questions]


def verbs() -> list[str]:
    return list(
        db.session.scalars(
            select(Activity.verb).where(Activity.verb.startswith("framework.")).order_by(Activity.sequence)
        )
    )


class TestBeginning:
    """A draft begins with what a published edition says."""

    def test_it_says_the_same_under_the_next_number(self, manager, world):
        schools = world.editions["a.schools"].id
        begun = page(manager, drafts.start_draft(manager, schools))
        assert begun.is_draft
        assert begun.number == 2
        assert begun.framework == page(manager, schools).framework
        assert begun.previous_id == schools
        assert page(manager, schools).draft_id == begun.id
        assert verbs() == ["framework.drafted"]

    def test_there_is_one_draft_at_a_time(self, manager, world):
        with pytest.raises(Invalid, match="draft of this framework already"):
            drafts.start_draft(manager, world.editions["a.section_11"].id)
        assert verbs() == []

    def test_not_from_a_draft_nor_by_others_nor_elsewhere(self, manager, draft, world, viewer_of):
        with pytest.raises(NotPermitted):
            drafts.start_draft(manager, draft.id)
        with pytest.raises(NotVisible):
            drafts.start_draft(manager, world.editions["b.schools"].id)
        with pytest.raises(NotPermitted):
            drafts.start_draft(viewer_of(world.person("a.scrutineer")), world.editions["a.schools"].id)


class TestChanging:
    """Details, standards and questions of a draft."""

    def test_details(self, manager, draft):
        said = EditionDetails("New title", "New law", "Guidance 2", date(2027, 4, 1))
        drafts.change_details(manager, draft.id, said, version=version(manager, draft.id))
        now = page(manager, draft.id).framework
        assert (now.title, now.law, now.guidance_edition, now.effective_from) == (
            "New title",
            "New law",
            "Guidance 2",
            date(2027, 4, 1),
        )
        assert verbs() == ["framework.changed"]

    def test_a_question_is_changed_and_keeps_its_code_its_checks_and_whose_it_is(self, manager, draft):
        question_id = draft.questions["2.1"]
        db.session.get(Question, question_id).checks = [Check("report_rate", 80).to_plain()]
        db.session.commit()
        said = replace(NEW, code="other-code", is_local=True, agency_types=frozenset({AgencyType.GP}))
        drafts.change_question(manager, draft.id, question_id, said, version=version(manager, draft.id))
        now = page(manager, draft.id)
        found = now.question(question_id)
        assert found == replace(said, code="2.1", is_local=False, checks=(Check("report_rate", 80),))
        row = db.session.get(Question, question_id, populate_existing=True)
        assert row.digest == now.framework.digest_of(found)
        assert row.position == 4

    def test_a_question_is_added_behind_those_of_its_standard_and_is_the_partnerships_own(self, manager, draft):
        before = page(manager, draft.id)
        drafts.add_question(manager, draft.id, draft.standards["1"], NEW, version=before.version)
        now = page(manager, draft.id)
        assert codes(manager, draft.id) == ["1.1", "1.2", "1.3", "new-one", "2.1", "2.2", "2.3"]
        assert now.framework.questions[3] == replace(NEW, is_local=True)
        positions = select(Question.position).where(Question.edition_id == draft.id).order_by(Question.position)
        assert list(db.session.scalars(positions)) == [1, 2, 3, 4, 5, 6, 7]
        digest = db.session.scalar(select(FrameworkEdition.digest).where(FrameworkEdition.id == draft.id))
        assert digest == now.framework.digest

    def test_a_question_is_taken_out_and_the_rest_close_up(self, manager, draft):
        drafts.remove_question(manager, draft.id, draft.questions["1.2"], version=version(manager, draft.id))
        assert codes(manager, draft.id) == ["1.1", "1.3", "2.1", "2.2", "2.3"]
        positions = select(Question.position).where(Question.edition_id == draft.id).order_by(Question.position)
        assert list(db.session.scalars(positions)) == [1, 2, 3, 4, 5]

    def test_standards_are_added_renamed_and_taken_out_once_they_are_empty(self, manager, draft):
        new_id = drafts.add_standard(manager, draft.id, "local", "Local", "Ours.", version=version(manager, draft.id))
        drafts.change_standard(manager, draft.id, new_id, "Ours", "Ours alone.", version=version(manager, draft.id))
        standard = page(manager, draft.id).framework.standards[-1]
        assert (standard.code, standard.title, standard.summary) == ("local", "Ours", "Ours alone.")
        with pytest.raises(Invalid, match="Take the questions out"):
            drafts.remove_standard(manager, draft.id, draft.standards["1"], version=version(manager, draft.id))
        drafts.remove_standard(manager, draft.id, new_id, version=version(manager, draft.id))
        assert [standard.code for standard in page(manager, draft.id).framework.standards] == ["1", "2"]

    def test_codes_scales_and_agencies_must_be_the_frameworks_own(self, manager, draft):
        seen = version(manager, draft.id)
        standard = draft.standards["1"]
        for said, field in (
            (replace(NEW, code="2.1"), "code"),
            (replace(NEW, scale="stars"), "scale"),
            (replace(NEW, agency_types=frozenset({AgencyType.SCHOOL})), "agency_types"),
        ):
            with pytest.raises(Invalid) as refused:
                drafts.add_question(manager, draft.id, standard, said, version=seen)
            assert list(refused.value.errors) == [field]
        with pytest.raises(Invalid) as refused:
            drafts.add_standard(manager, draft.id, "1", "One", "One.", version=seen)
        assert list(refused.value.errors) == ["code"]
        assert verbs() == []

    def test_a_page_drawn_before_somebody_elses_change_is_refused(self, manager, draft):
        seen = version(manager, draft.id)
        drafts.change_standard(manager, draft.id, draft.standards["1"], "Theirs", "Theirs.", version=seen)
        for act in (
            lambda: drafts.remove_question(manager, draft.id, draft.questions["2.1"], version=seen),
            lambda: drafts.publish(manager, draft.id, version=seen),
            lambda: drafts.discard(manager, draft.id, version=seen),
        ):
            with pytest.raises(Conflict):
                act()
        assert len(codes(manager, draft.id)) == 6

    def test_the_version_moves_even_where_the_words_stay(self, manager, draft):
        seen = version(manager, draft.id)
        standard = page(manager, draft.id).standard(draft.standards["1"])
        for _ in range(2):
            drafts.change_standard(
                manager,
                draft.id,
                draft.standards["1"],
                standard.title,
                standard.summary,
                version=version(manager, draft.id),
            )
        assert version(manager, draft.id) == seen + 2

    def test_rows_of_another_edition_are_not_there(self, manager, draft, world):
        published = world.editions["a.section_11"]
        seen = version(manager, draft.id)
        with pytest.raises(NotVisible):
            drafts.change_question(manager, draft.id, published.questions["1.1"], NEW, version=seen)
        with pytest.raises(NotVisible):
            drafts.add_question(manager, draft.id, published.standards["1"], NEW, version=seen)
        with pytest.raises(NotVisible):
            drafts.remove_standard(manager, draft.id, world.editions["b.draft"].standards["1"], version=seen)

    def test_a_published_edition_never_changes_whoever_asks(self, manager, world, viewer_of):
        published = world.editions["a.section_11"]
        before = page(manager, published.id).framework
        for viewer in (manager, viewer_of(world.person("a.board"))):
            for act in (
                lambda viewer=viewer: drafts.publish(viewer, published.id, version=1),
                lambda viewer=viewer: drafts.discard(viewer, published.id, version=1),
                lambda viewer=viewer: drafts.change_question(
                    viewer, published.id, published.questions["1.1"], NEW, version=1
                ),
                lambda viewer=viewer: drafts.remove_question(
                    viewer, published.id, published.questions["1.1"], version=1
                ),
            ):
                with pytest.raises(NotPermitted):
                    act()
        assert page(manager, published.id).framework == before
        assert verbs() == []


class TestPublishing:
    """The end of a draft."""

    def test_it_becomes_the_current_edition(self, manager, draft, world):
        drafts.publish(manager, draft.id, version=version(manager, draft.id))
        now = page(manager, draft.id)
        assert (now.status, now.number, now.published_at) == (FrameworkStatus.PUBLISHED, 2, manager.now)
        assert not now.may_change
        assert [line.id for line in editions.published(manager)] == [draft.id, world.editions["a.schools"].id]
        assert verbs() == ["framework.published"]

    def test_it_is_the_newest_even_where_a_file_was_loaded_meanwhile(self, manager, draft):
        loaded = loading.load(manager, "section-11")
        assert loaded.number == 3
        drafts.publish(manager, draft.id, version=version(manager, draft.id))
        assert page(manager, draft.id).number == 4
        assert page(manager, draft.id).previous_id == loaded.edition_id

    def test_not_with_a_standard_that_asks_nothing(self, manager, draft):
        drafts.add_standard(manager, draft.id, "local", "Local", "Ours.", version=version(manager, draft.id))
        with pytest.raises(Invalid, match="No question stands in Local"):
            drafts.publish(manager, draft.id, version=version(manager, draft.id))

    def test_not_where_somebody_would_be_asked_nothing(self, manager, draft):
        for question_id in draft.questions.values():
            said = replace(NEW, agency_types=frozenset(AgencyType) - {AgencyType.SCHOOL, AgencyType.POLICE})
            drafts.change_question(manager, draft.id, question_id, said, version=version(manager, draft.id))
        with pytest.raises(Invalid, match="Nobody would ask police anything"):
            drafts.publish(manager, draft.id, version=version(manager, draft.id))

    def test_a_draft_that_is_thrown_away_leaves_nothing_but_its_trail(self, manager, draft, world):
        drafts.discard(manager, draft.id, version=version(manager, draft.id))
        for table in (Standard, Question):
            rows = select(func.count()).select_from(table).where(table.edition_id == draft.id)
            assert db.session.scalar(rows) == 0
        with pytest.raises(NotVisible):
            page(manager, draft.id)
        assert verbs() == ["framework.discarded"]
        assert page(manager, world.editions["a.section_11"].id).draft_id is None


class TestAtOnce:
    """Two people with the same page before them."""

    def test_of_two_changes_from_one_page_one_is_kept_and_the_other_is_told(self, app, manager, draft):
        seen = version(manager, draft.id)
        first, second = draft.questions["1.1"], draft.questions["2.1"]
        outcomes = at_once(
            app,
            lambda: drafts.change_question(manager, draft.id, first, replace(NEW, text="First?"), version=seen),
            lambda: drafts.remove_question(manager, draft.id, second, version=seen),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
        db.session.rollback()
        now = page(manager, draft.id)
        assert (now.question(first).text == "First?") is (outcomes[0] is None)
        assert ("2.1" in codes(manager, draft.id)) is (outcomes[1] is not None)
        assert now.version == seen + 1

    def test_of_two_who_begin_a_draft_at_once_one_does(self, app, manager, world):
        schools = world.editions["a.schools"].id
        outcomes = at_once(app, *[lambda: drafts.start_draft(manager, schools)] * 2)
        refused = [outcome for outcome in outcomes if not isinstance(outcome, int)]
        assert len(refused) == 1
        assert isinstance(refused[0], Invalid | Conflict)
        db.session.rollback()
        rows = select(func.count()).where(FrameworkEdition.code == "section-175-157")
        assert db.session.scalar(rows.where(FrameworkEdition.partnership_id == world.partnerships["a"])) == 2
