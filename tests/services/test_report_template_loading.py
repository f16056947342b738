"""Report templates from files into a partnership: as published versions, once for each thing that a file says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, Unusable
from portal.domain.report_templates import digest
from portal.domain.report_vocabulary import TemplateState, TemplateStatus
from portal.domain.rules import EVER
from portal.domain.vocabulary import AgencyType
from portal.gateways.report_template_files import SHIPPED, shipped
from portal.models.activity import Activity
from portal.models.report_templates import ReportTemplate
from portal.services.partnerships import create_partnership
from portal.services.report_templates import loading, reading
from portal.services.report_templates.choosing import template_of
from tests.world import NOW, TODAY

LATER = NOW + timedelta(days=200)
"""A day on which the files that ship have begun."""


@pytest.fixture
def operator(world) -> Viewer:
    """Whoever runs the command, for A."""
    return Viewer.of_system("report-templates load", LATER, world.partnerships["a"])


@pytest.fixture
def changed_file(tmp_path):
    """A file that says what the school's says, but for one sentence."""
    content = SHIPPED["school"].read_text(encoding="utf-8")
    path = tmp_path / "ours.yaml"
    path.write_text(content.replace("Often late", "Late every week"), encoding="utf-8")
    return str(path)


def stored(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def last_activity() -> tuple:
    rows = select(Activity.verb, Activity.subject, Activity.subject_id).order_by(Activity.sequence.desc())
    return tuple(db.session.execute(rows.limit(1)).one())


def status_of(template_id: int) -> TemplateStatus:
    return db.session.scalar(select(ReportTemplate.status).where(ReportTemplate.id == template_id))


def test_what_was_loaded_reads_back_as_the_files_say(operator):
    loaded = loading.load(operator, loading.SHIPPED)
    assert [one.name for one in loaded] == list(SHIPPED)
    for one in loaded:
        page = reading.read_version(operator, one.template_id)
        assert page.template == shipped(one.name)
        assert (page.state, page.number, page.published_at) == (TemplateState.IN_USE, 1, LATER)
    assert last_activity() == ("report_template.published", "report_template", loaded[-1].template_id)


def test_the_same_file_again_changes_nothing(operator):
    [first] = loading.load(operator, ["school"])
    before = stored(ReportTemplate), stored(Activity)
    [again] = loading.load(operator, ["school"])
    assert (again.template_id, again.number, again.is_new) == (first.template_id, first.number, False)
    assert (stored(ReportTemplate), stored(Activity)) == before


def test_a_changed_file_makes_the_next_version_and_retires_the_one_before(operator, changed_file):
    [first] = loading.load(operator, ["school"])
    [second] = loading.load(operator, [changed_file])
    assert (second.is_new, second.number) == (True, 2)
    assert (status_of(first.template_id), status_of(second.template_id)) == (
        TemplateStatus.RETIRED,
        TemplateStatus.PUBLISHED,
    )
    assert reading.read_version(operator, first.template_id).template == shipped("school")


def test_a_version_that_has_not_begun_leaves_the_one_before_in_use(operator, changed_file):
    early = Viewer.of_system("tests", NOW, operator.partnership_id)
    [first] = loading.load(early, ["school"])
    [second] = loading.load(early, [changed_file])
    # The files hold from September on, and it is June.
    assert {reading.read_version(early, one.template_id).state for one in (first, second)} == {
        TemplateState.TO_COME,
        TemplateState.OUT_OF_USE,
    }


def test_a_draft_is_left_to_be_published(operator):
    [loaded] = loading.load(operator, ["police"], as_draft=True)
    assert reading.read_version(operator, loaded.template_id).is_draft
    assert last_activity()[0] == "report_template.loaded"
    [again] = loading.load(operator, ["police"], as_draft=True)
    assert (again.template_id, again.is_new) == (loaded.template_id, False)
    [published] = loading.load(operator, ["police"])
    assert (published.is_new, published.number) == (True, 2)


def test_one_bad_file_and_none_is_loaded(operator, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("template: broken\n", encoding="utf-8")
    before = stored(ReportTemplate)
    with pytest.raises(Unusable):
        loading.load(operator, ["school", str(path)])
    assert stored(ReportTemplate) == before


def test_a_kind_of_meeting_that_the_partnership_does_not_hold_is_refused(operator, tmp_path):
    path = tmp_path / "ours.yaml"
    content = SHIPPED["school"].read_text(encoding="utf-8")
    path.write_text(content.replace("review_conference]", "tea_party]"), encoding="utf-8")
    with pytest.raises(Unusable) as refused:
        loading.load(operator, [str(path)])
    assert refused.value.reasons == [f"{path}: meeting_types: tea_party is no kind of meeting of this partnership"]


@pytest.mark.parametrize("key", ["a.coordinator", "a.scrutineer", "a.gp.lead", "a.administrator"])
def test_only_who_keeps_them_loads_them(world, viewer_of, key):
    with pytest.raises(NotPermitted):
        loading.load(viewer_of(world.person(key)), ["school"])


class TestANewPartnership:
    """It begins with what ships, from ever on."""

    @pytest.fixture
    def partnership_id(self, database) -> int:
        """A partnership that was opened just now."""
        return create_partnership(Viewer.of_system("tests", NOW), "Northmoor").id

    def test_it_has_them_all_in_use(self, partnership_id):
        rows = list(db.session.scalars(select(ReportTemplate).where(ReportTemplate.partnership_id == partnership_id)))
        assert {row.code for row in rows} == set(SHIPPED)
        assert {(row.number, row.status, row.effective_from) for row in rows} == {(1, TemplateStatus.PUBLISHED, EVER)}
        assert {row.digest for row in rows} == {digest(shipped(code)) for code in SHIPPED}

    def test_loading_what_it_has_changes_nothing(self, partnership_id):
        operator = Viewer.of_system("tests", NOW, partnership_id)
        assert not any(one.is_new for one in loading.load(operator, loading.SHIPPED))

    @pytest.mark.parametrize(
        ("agency_type", "meeting_type", "code"),
        [
            (AgencyType.GP, "initial_conference", "gp"),
            (AgencyType.SCHOOL_NURSING, "review_conference", "child-health"),
            (AgencyType.SOCIAL_CARE, "review_conference", "social-care-review"),
            (AgencyType.HOSPITAL, "review_conference", "conference"),
            (AgencyType.GP, "strategy_meeting", "other-meetings"),
            (AgencyType.VOLUNTARY, "something_of_their_own", "other-meetings"),
        ],
    )
    def test_which_one_an_agency_answers(self, partnership_id, agency_type, meeting_type, code, count_queries):
        with count_queries() as queries:
            found = template_of(db.session(), partnership_id, agency_type, meeting_type, TODAY)
        assert found.code == code
        assert len(queries) <= 2


def test_a_partnership_without_templates_says_so(database):
    with pytest.raises(LookupError, match="No report template fits gp at core_group"):
        template_of(db.session(), 999_999, AgencyType.GP, "core_group", TODAY)
