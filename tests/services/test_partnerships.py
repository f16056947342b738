"""Opening a partnership: what it starts with, who may, and who sees which."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.default_rules import default_rule_set
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.vocabulary import Role
from portal.gateways.report_template_files import SHIPPED
from portal.models.activity import Activity, ActivityChain
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import Partnership
from portal.models.report_templates import ReportTemplate
from portal.models.rule_sets import MeetingType, RuleSet
from portal.services import activity_checks, people
from portal.services.partnerships import create_partnership, list_partnerships
from portal.services.rule_sets import rule_book
from tests.world import NOW

OPERATOR = Viewer.of_system("partnerships create", NOW)


def test_it_starts_with_the_default_rules_the_usual_meetings_what_is_asked_and_a_trail_of_its_own(database):
    made = create_partnership(OPERATOR, "  Northmoor \n Valley ")
    assert made.name == "Northmoor Valley"
    book = rule_book(db.session(), made.id)
    assert book.rule_sets == (default_rule_set(),)
    assert [known.code for known in book.meeting_types] == [kind.code for kind in DEFAULT_KINDS]
    rows = select(Activity.verb, Activity.subject_id).where(Activity.partnership_id == made.id)
    logged = [tuple(row) for row in db.session.execute(rows.order_by(Activity.sequence))]
    rule_set = db.session.scalars(select(RuleSet.id).where(RuleSet.partnership_id == made.id)).one()
    of_both = select(FrameworkEdition.id, FrameworkEdition.code, FrameworkEdition.status)
    editions = db.session.execute(of_both.where(FrameworkEdition.partnership_id == made.id).order_by("id")).all()
    assert [edition.code for edition in editions] == ["section-11", "section-175-157"]
    assert {edition.status for edition in editions} == {FrameworkStatus.PUBLISHED}
    published = [("framework.published", edition.id) for edition in editions]
    of_all = select(ReportTemplate.id, ReportTemplate.code).where(ReportTemplate.partnership_id == made.id)
    templates = db.session.execute(of_all.order_by(ReportTemplate.id)).all()
    assert [template.code for template in templates] == list(SHIPPED)
    published += [("report_template.published", template.id) for template in templates]
    assert logged == [("rule_set.created", rule_set), *published, ("partnership.created", made.id)]
    assert activity_checks.verify(OPERATOR).faults == []


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 121, "North\x00moor", "ZQ-A-PARTNERSHIP-QZ", " ZQ-A-PARTNERSHIP-QZ "]
)
def test_a_name_that_will_not_do_or_is_taken_leaves_nothing(database, name):
    before = db.session.scalar(select(func.count()).select_from(ActivityChain))
    with pytest.raises(Invalid):
        create_partnership(OPERATOR, name)
    for table, expected in ((Partnership, 2), (ActivityChain, before), (MeetingType, 2 * len(DEFAULT_KINDS))):
        assert db.session.scalar(select(func.count()).select_from(table)) == expected


def test_of_two_at_once_by_one_name_one_is_made(app):
    barrier = Barrier(2)

    def create() -> object:
        with app.app_context():
            barrier.wait()
            try:
                return create_partnership(OPERATOR, "Northmoor").name
            except Exception as refusal:
                return type(refusal)

    with ThreadPoolExecutor(2) as pool:
        results = {pool.submit(create), pool.submit(create)}
    assert {future.result() for future in results} == {"Northmoor", Invalid}
    assert activity_checks.verify(OPERATOR).faults == []


def test_no_person_opens_a_partnership(world, viewer_of):
    for key in ("a.administrator", "a.business_manager", "a.manager"):
        with pytest.raises(NotPermitted):
            create_partnership(viewer_of(world.person(key)), "Northmoor")


def test_the_list_counts_agencies_and_each_person_once(world):
    a, b = list_partnerships(OPERATOR)
    assert (a.name, b.name) == ("ZQ-A-PARTNERSHIP-QZ", "ZQ-B-PARTNERSHIP-QZ")
    assert (a.agencies, b.agencies) == (5, 5)
    assert a.people == len(world.everybody("a")) - 1  # one left
    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    gp = world.person("a.gp.practitioner")
    people.add_person(system, email=gp.email, name="x", role=Role.CHAIR)
    assert list_partnerships(OPERATOR)[0].people == a.people


def test_people_and_commands_see_their_own(world, viewer_of):
    def names(viewer: Viewer) -> list[str]:
        return [row.name for row in list_partnerships(viewer)]

    assert names(viewer_of(world.person("a.board"))) == ["ZQ-A-PARTNERSHIP-QZ"]
    assert names(viewer_of(world.person("both"))) == ["ZQ-A-PARTNERSHIP-QZ", "ZQ-B-PARTNERSHIP-QZ"]
    assert names(Viewer.of_system("tests", NOW, world.partnerships["b"])) == ["ZQ-B-PARTNERSHIP-QZ"]
    assert names(Viewer.nobody(NOW)) == []
