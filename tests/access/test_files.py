"""Who sees which file: under the report's rule or the answer's, by its purpose, and never across partnerships."""

from __future__ import annotations

from collections import defaultdict

import pytest
from sqlalchemy import select, update

from portal.access import audits, files, reports
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.models.evidence import Evidence
from portal.models.files import ReportFile, StoredFile
from tests.access.conftest import who
from tests.world import NOW, viewer_of

SEES = {
    "police_report": {"police.lead", "police.practitioner", "both", "chair", "manager"},
    "school_report": {"school.lead", "school.practitioner", "second_chair", "manager"},
    "gp_draft": {"gp.lead", "gp.practitioner"},
    "gp_waiting": {"gp.lead", "gp.practitioner"},
    "gp_infected": {"gp.lead", "gp.practitioner"},
    # Withdrawn, with its report and by itself: opened from the withdrawal's page alone.
    "gp_withdrawn": set(),
    "school_withdrawn": set(),
    # Standard 1 was given to the practitioner; standard 2 is the lead's alone.
    "gp_evidence": {"gp.lead", "gp.practitioner"},
    "gp_lead_evidence": {"gp.lead"},
    # Signed: its own lead and signatories, whoever reads every return, and the round's panel.
    "school_evidence": {
        *("school.lead", "school.head", "school.governor"),
        *("board", "business_manager", "scrutineer"),
    },
}


@pytest.fixture
def rows(database) -> dict[int, StoredFile]:
    """Every file there is, past every rule."""
    return {row.id: row for row in db.session.scalars(select(StoredFile))}


def test_every_file_of_the_world_is_in_the_table(world):
    assert {name.partition(".")[2] for name in world.files} == set(SEES)


@pytest.mark.parametrize("name", SEES)
def test_who_sees_each_file(name, onlookers, world, ids):
    file_id = world.files[f"a.{name}"]
    assert who(onlookers, lambda viewer: file_id in ids(files.visible_to(viewer))) == SEES[name]


def test_a_file_is_listed_exactly_where_it_may_be_viewed(onlookers, rows, ids):
    of_report, of_answers = defaultdict(set), defaultdict(set)
    stands = ReportFile.withdrawn_at.is_(None)
    for file_id, report_id in db.session.execute(select(ReportFile.file_id, ReportFile.report_id).where(stands)):
        of_report[file_id].add(report_id)
    for file_id, response_id in db.session.execute(select(Evidence.file_id, Evidence.response_id)):
        of_answers[file_id].add(response_id)
    for onlooker in onlookers:
        read_reports = ids(reports.visible_to(onlooker.viewer))
        read_answers = ids(audits.answers_visible_to(onlooker.viewer))
        may = {
            row.id
            for row in rows.values()
            if files.may_view(
                onlooker.viewer,
                row,
                reads_report=bool(of_report[row.id] & read_reports),
                reads_answer=bool(of_answers[row.id] & read_answers),
            )
        }
        assert ids(files.visible_to(onlooker.viewer)) == may, onlooker.name


def test_a_file_of_one_kind_is_not_seen_by_what_it_would_be_as_the_other(world, viewer_of, ids):
    """Evidence that somebody tied to a report would be open to that report's readers."""
    file_id = world.files["a.gp_lead_evidence"]
    draft_id = world.meeting("a.initial").invitations["gp"].report_id
    partnership_id = world.partnerships["a"]
    db.session.add(ReportFile(partnership_id=partnership_id, report_id=draft_id, file_id=file_id))
    db.session.flush()
    assert file_id not in ids(files.visible_to(viewer_of(world.person("a.gp.practitioner"))))
    db.session.execute(update(StoredFile).where(StoredFile.id == file_id).values(purpose=FilePurpose.REPORT_ATTACHMENT))
    assert file_id in ids(files.visible_to(viewer_of(world.person("a.gp.practitioner"))))


def test_a_file_that_belongs_to_nothing_is_for_commands_alone(world, onlookers, ids):
    file_id = world.files["a.gp_draft"]
    db.session.delete(db.session.get(ReportFile, file_id))
    db.session.flush()
    assert who(onlookers, lambda viewer: file_id in ids(files.visible_to(viewer))) == set()
    assert file_id in ids(files.visible_to(Viewer.of_system("tests", NOW, world.partnerships["a"])))


def test_a_command_sees_one_partnerships_files(world, rows, ids):
    own = {row.id for row in rows.values() if row.partnership_id == world.partnerships["b"]}
    system = Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert own
    assert ids(files.visible_to(system)) == own
    assert {
        row.id for row in rows.values() if files.may_view(system, row, reads_report=False, reads_answer=False)
    } == own
    assert ids(files.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(files.visible_to(Viewer.nobody(NOW))) == set()


def test_whoever_reads_a_report_of_the_other_partnership_sees_none_of_ours(world, rows):
    foreign = viewer_of(world.person("b.gp.lead"))
    ours = rows[world.files["a.gp_draft"]]
    assert not files.may_view(foreign, ours, reads_report=True, reads_answer=True)
