"""Frameworks from files into a partnership: as published editions, once for each thing that a file says."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus
from portal.domain.errors import NotPermitted, Unusable
from portal.gateways.framework_files import SHIPPED, shipped
from portal.models.activity import Activity
from portal.models.frameworks import FrameworkEdition, Question
from portal.services.frameworks import editions, loading
from tests.world import NOW


@pytest.fixture
def operator(world) -> Viewer:
    """Whoever runs the command, for A."""
    return Viewer.of_system("frameworks load", NOW, world.partnerships["a"])


@pytest.fixture
def changed_file(tmp_path):
    """A file that says what section 11 says, but for one sentence."""
    content = SHIPPED["section-11"].read_text(encoding="utf-8")
    path = tmp_path / "ours.yaml"
    path.write_text(content.replace("by name?", "by name and picture?"), encoding="utf-8")
    return str(path)


def stored(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def last_activity() -> tuple:
    rows = select(Activity.verb, Activity.subject, Activity.subject_id).order_by(Activity.sequence.desc())
    return tuple(db.session.execute(rows.limit(1)).one())


@pytest.mark.parametrize("code", SHIPPED)
def test_what_was_loaded_reads_back_as_the_file_says(operator, code):
    loaded = loading.load(operator, code)
    page = editions.read_edition(operator, loaded.edition_id)
    assert page.framework == shipped(code)
    assert page.framework.digest == shipped(code).digest
    assert not page.is_draft
    assert page.published_at == NOW
    assert last_activity() == ("framework.published", "framework", loaded.edition_id)


def test_each_question_keeps_its_place_and_the_digest_of_what_it_asks(operator):
    loaded = loading.load(operator, "section-11")
    rows = select(Question).where(Question.edition_id == loaded.edition_id).order_by(Question.position)
    found = list(db.session.scalars(rows))
    framework = shipped("section-11")
    assert [row.code for row in found] == [question.code for question in framework.questions]
    assert [row.position for row in found] == list(range(1, len(found) + 1))
    assert [row.digest for row in found] == [framework.digest_of(question) for question in framework.questions]


def test_the_same_file_again_changes_nothing(operator):
    first = loading.load(operator, "section-11")
    before = (stored(FrameworkEdition), stored(Question), stored(Activity))
    again = loading.load(operator, "section-11")
    assert (again.edition_id, again.number, again.is_new) == (first.edition_id, first.number, False)
    assert (stored(FrameworkEdition), stored(Question), stored(Activity)) == before


def test_a_changed_file_makes_the_next_edition_and_leaves_the_one_before(operator, changed_file):
    first = loading.load(operator, "section-11")
    second = loading.load(operator, changed_file)
    assert second.is_new
    assert second.number == first.number + 1
    assert editions.read_edition(operator, first.edition_id).framework == shipped("section-11")
    difference = editions.differences(operator, second.edition_id)
    assert difference.old.id == first.edition_id
    assert {kind.value: number for kind, number in difference.counts.items()} == {"altered": 1, "same": 64}


def test_a_draft_is_left_to_be_published(operator):
    loaded = loading.load(operator, "section-175-157", as_draft=True)
    page = editions.read_edition(operator, loaded.edition_id)
    assert page.is_draft
    assert page.published_at is None
    assert last_activity()[0] == "framework.loaded"


def test_other_partnerships_have_editions_of_their_own(operator, world):
    loading.load(operator, "section-11")
    in_b = select(FrameworkEdition.status).where(
        FrameworkEdition.partnership_id == world.partnerships["b"], FrameworkEdition.number > 2
    )
    assert list(db.session.scalars(in_b)) == []
    of_b = loading.load(Viewer.of_system("tests", NOW, world.partnerships["b"]), "section-11")
    assert of_b.is_new


def test_a_file_with_faults_leaves_nothing(operator, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("framework: broken\n", encoding="utf-8")
    before = stored(FrameworkEdition)
    with pytest.raises(Unusable):
        loading.load(operator, str(path))
    assert stored(FrameworkEdition) == before


@pytest.mark.parametrize("key", ["a.board", "a.scrutineer", "a.gp.lead", "a.administrator"])
def test_only_whoever_runs_the_audits_loads(world, viewer_of, key):
    before = stored(FrameworkEdition)
    with pytest.raises(NotPermitted):
        loading.load(viewer_of(world.person(key)), "section-11")
    with pytest.raises(NotPermitted):
        loading.load(Viewer.of_system("tests", NOW), "section-11")
    assert stored(FrameworkEdition) == before


def test_checking_several_files_lists_the_faults_of_all(tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("[]", encoding="utf-8")
    with pytest.raises(Unusable) as refused:
        loading.check([str(tmp_path / "one.yaml"), "section-11", str(tmp_path / "two.yaml")])
    assert len(refused.value.reasons) == 2
    assert [framework.code for framework in loading.check(SHIPPED)] == list(SHIPPED)


def test_the_list_takes_one_query_and_an_edition_four_however_much_they_hold(world, viewer_of, operator, count_queries):
    manager = viewer_of(world.person("a.business_manager"))
    loaded = loading.load(operator, "section-11")
    with count_queries() as statements:
        listed = editions.list_frameworks(manager)
    assert len(statements) == 1
    with count_queries() as statements:
        editions.read_edition(manager, loaded.edition_id)
    assert len(statements) == 4
    section_11, schools = listed
    assert (section_11.current.number, section_11.draft.number) == (3, 2)
    assert [edition.number for edition in section_11.older] == [1]
    assert (section_11.current.standards, section_11.current.questions) == (12, 65)
    assert (schools.current.number, schools.draft) == (1, None)
    assert [edition.id for edition in editions.published(manager)] == [loaded.edition_id, schools.current.id]
    assert section_11.current.status is FrameworkStatus.PUBLISHED
