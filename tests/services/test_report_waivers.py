"""Reports that are not needed, because: due no more, uncounted, taken back; what was decided stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.sharing_vocabulary import NotNeededReason
from portal.models.report_waivers import ReportWaiver
from portal.services import case_facts
from portal.services.changes import changing
from portal.services.home.owed import owed_by_agencies
from portal.services.home.tasks import TaskKind
from portal.services.meetings.history import history
from portal.services.meetings.outlook import standings
from portal.services.report_sharing.waiving import ask_after_all, waive, waiver_page
from tests.services.bundle_steps import invitation_of

BECAUSE = NotNeededReason.NOTHING_HELD


@pytest.fixture
def school(place) -> int:
    """The school's invitation to A's initial conference, whose report is late."""
    return place.invitations["school"].id


def reports_owed(viewer) -> set[int | None]:
    db.session.rollback()
    return {task.meeting_id for task in owed_by_agencies(db.session(), viewer).tasks if task.kind is TaskKind.REPORT}


def test_it_is_due_no_more_and_figures_do_not_ask_for_it(place, chair, head, school):
    before = standings(db.session().connection(), [place.id])[place.id].reports_due
    assert place.id in reports_owed(head)
    waive(chair, place.id, school, BECAUSE)
    assert invitation_of(place, "school").report_due_on is None
    assert standings(db.session().connection(), [place.id])[place.id].reports_due == before - 1
    assert place.id not in reports_owed(head)


def test_no_later_recount_brings_it_back(place, coordinator, system, school):
    waive(coordinator, place.id, school, BECAUSE)
    with changing(coordinator) as change:
        case_facts.recount(change.session, invitation_of(place, "school").partnership_id, [place.case_id])
        change.log("meeting.changed", "meeting", place.id)
    assert invitation_of(place, "school").report_due_on is None


def test_asked_for_after_all_it_is_due_again_and_the_decision_stays_known(place, chair, coordinator, school):
    due = invitation_of(place, "school").report_due_on
    waive(chair, place.id, school, BECAUSE, "ZQ-BECAUSE-QZ")
    ask_after_all(coordinator, place.id, school)
    assert invitation_of(place, "school").report_due_on == due
    page = waiver_page(chair, place.id, school)
    assert page.standing is None
    assert page.may_waive
    (row,) = page.waivers
    assert (row.waived_by.name, row.ended_by.name, row.words) == (chair.name, coordinator.name, "ZQ-BECAUSE-QZ")
    told = [event.what for event in history(chair, place.id)]
    assert any("is not needed" in one for one in told)
    assert any("needed after all" in one for one in told)


def test_who_decides_and_what_can_be_decided(place, chair, coordinator, head, viewer, school):
    for stranger, error in (
        (head, NotPermitted),
        (viewer("a.second_chair"), NotVisible),
        (viewer("b.chair"), NotVisible),
    ):
        with pytest.raises(error):
            waive(stranger, place.id, school, BECAUSE)
    with pytest.raises(NotPermitted):
        waive(chair, place.id, place.invitations["police"].id, BECAUSE)  # it has come
    with pytest.raises(NotPermitted):
        waive(chair, place.id, place.invitations["other_gp"].id, BECAUSE)  # nobody asked for it
    with pytest.raises(Invalid):
        waive(chair, place.id, school, NotNeededReason.SOMETHING_ELSE)
    with pytest.raises(Conflict):
        ask_after_all(chair, place.id, school)
    waive(chair, place.id, school, BECAUSE)
    waive(chair, place.id, school, BECAUSE)  # a double click
    for other, reason in ((chair, NotNeededReason.COVERED), (coordinator, BECAUSE)):
        with pytest.raises(Conflict):
            waive(other, place.id, school, reason)
    assert len(db.session.scalars(select(ReportWaiver).where(ReportWaiver.invitation_id == school)).all()) == 1
