"""Reports that were sent to the wrong child or person: withdrawn everywhere at once, listed, told, asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.access import files as file_access
from portal.access import reports as report_access
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.report_sharing import Seen
from portal.domain.sharing_vocabulary import ShareWay
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason, WithdrawalState
from portal.domain.withdrawals import Assessment
from portal.domain.working_days import london_day
from portal.models.files import StoredFile
from portal.models.meetings import Invitation
from portal.models.messages import Notice
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services import report_files
from portal.services.file_reading import open_file
from portal.services.home.counted import counted
from portal.services.home.owed import owed_by_agencies
from portal.services.home.tasks import TaskKind
from portal.services.meetings.history import history
from portal.services.report_sharing.recording import record_sharing
from portal.services.reports.carrying import bring_last_report, last_report
from portal.services.reports.reading import read_report
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import save_draft
from portal.services.withdrawals.assessing import assess
from portal.services.withdrawals.listing import list_withdrawals
from portal.services.withdrawals.page import open_withdrawn_file, read_entry, read_withdrawn
from portal.services.withdrawals.withdrawing import find_withdrawable, may_withdraw, withdraw
from tests.sample_files import upload
from tests.services.file_steps import TellingScanner, read
from tests.services.report_steps import WHOLE, answers_of, desk, reports_of, verbs_of, write
from tests.world import NOW, TODAY

WRONG = WithdrawalReason.WRONG_CHILD


@pytest.fixture(autouse=True)
def passes(use_filing) -> None:
    use_filing(scanner=TellingScanner())


@pytest.fixture
def manager(world, viewer_of):
    return viewer_of(world.person("a.manager"))


@pytest.fixture
def second_chair(world, viewer_of):
    return viewer_of(world.person("a.second_chair"))


@pytest.fixture
def sent(head, place):
    """The school's report, sent today with a file; gives its invitation's id."""
    write(head, place, WHOLE)
    report_files.attach_files(head, place.id, [upload(b"its text", "Chronology.txt")])
    submit_report(head, place.id, desk(head, place).version)
    return place.invitations["school"].id


def invitation_of(invitation_id: int) -> Invitation:
    db.session.rollback()
    return db.session.scalars(
        select(Invitation).where(Invitation.id == invitation_id).execution_options(populate_existing=True)
    ).one()


def file_of(viewer, place, agency="school") -> int:
    report = report_access.visible_to(viewer).where(Report.invitation_id == place.invitations[agency].id)
    (attached,) = report_files.attached_to(viewer, db.session.scalars(report).one())
    return attached.id


def told(kind: NoticeKind) -> dict[str, Notice]:
    """Who was told of a kind since, by name."""
    db.session.rollback()
    rows = db.session.scalars(select(Notice).where(Notice.kind == kind, Notice.made_at == NOW))
    return {row.membership_id: row for row in rows}


def entry_row(entry_id: int) -> ReportWithdrawal:
    db.session.rollback()
    return db.session.get_one(ReportWithdrawal, entry_id, populate_existing=True)


def test_from_that_moment_nobody_reads_it_anywhere(head, teacher, chair, manager, place, sent):
    file_id = file_of(chair, place)
    assert read_report(chair, place.id, sent).answers["worries"] == WHOLE["worries"]
    withdraw(chair, place.id, sent, WRONG)
    for viewer in (head, teacher, chair, manager):
        with pytest.raises(NotVisible):
            read_report(viewer, place.id, sent)
        with pytest.raises(NotVisible):
            open_file(viewer, file_id)
        assert db.session.scalar(report_access.visible_to(viewer).where(Report.invitation_id == sent)) is None
        assert db.session.scalar(file_access.visible_to(viewer).where(StoredFile.id == file_id)) is None


def test_the_agencys_lead_and_the_manager_still_read_it_and_that_is_logged(head, chair, manager, place, sent):
    file_id = file_of(chair, place)
    entry_id = withdraw(chair, place.id, sent, WRONG, "Another Robin.")
    for viewer in (head, manager):
        found = read_withdrawn(viewer, entry_id)
        assert WHOLE["worries"] in {line.words for part in found.parts for line in part.lines}
        assert [file.name for file in found.files] == ["Chronology.txt"]
        _stored, chunks = open_withdrawn_file(viewer, entry_id, file_id)
        assert b"".join(chunks) == b"its text"
        assert verbs_of(viewer).count("withdrawal.read") == 2


def test_whoever_sees_no_content_is_shown_none(chair, teacher, administrator, coordinator, place, sent):
    file_id = file_of(chair, place)
    entry_id = withdraw(chair, place.id, sent, WRONG, "Another Robin.")
    assert read_entry(administrator, entry_id).meeting is None
    assert not read_entry(administrator, entry_id).may_read
    for viewer in (administrator, chair, teacher, coordinator):
        with pytest.raises(NotVisible):
            read_withdrawn(viewer, entry_id)
        with pytest.raises(NotVisible):
            open_withdrawn_file(viewer, entry_id, file_id)


def test_it_counts_as_not_received_and_is_asked_for_again(head, coordinator, place, sent):
    assert invitation_of(sent).report_received_on == TODAY
    entry_id = withdraw(coordinator, place.id, sent, WRONG)
    entry = entry_row(entry_id)
    assert (entry.received_on, entry.is_asked_again) == (TODAY, True)
    assert invitation_of(sent).report_received_on is None
    assert "report" in {task.kind.value for task in owed_by_agencies(db.session(), head).tasks}
    assert head.membership_id in told(NoticeKind.REPORT_DUE)


def test_another_one_is_written_and_sent_in_its_place(head, place, sent, chair):
    withdraw(head, place.id, sent, WRONG)
    assert desk(head, place).report is None, "nothing of what was withdrawn is brought along"
    write(head, place, WHOLE | {"worries": "The right one."})
    submit_report(head, place.id, desk(head, place).version)
    assert len(reports_of(place, "school")) == 2
    assert read_report(chair, place.id, sent).answers["worries"] == "The right one."
    assert invitation_of(sent).report_received_on == TODAY
    withdraw(head, place.id, sent, WRONG)
    assert list_withdrawals(head).total == 2 + existing(head)


def test_what_was_brought_from_it_goes_from_the_next_draft_unless_it_was_confirmed(head, world, second_chair):
    before, again = world.meeting("a.past_initial"), world.meeting("a.review")
    other = world.meeting("a.initial")
    write(head, other, {"worries": "Of another family."})
    bring_last_report(head, again.id)
    save_draft(head, again.id, {}, confirmed=["strengths"])
    write(head, again, {"worries": "My own words."}, answers_of(again))
    withdraw(second_chair, before.id, before.invitations["school"].id, WRONG)
    assert answers_of(again) == {"strengths": answers_of(before)["strengths"], "worries": "My own words."}
    assert desk(head, again).carried == frozenset()
    assert answers_of(other) == {"worries": "Of another family."}
    assert last_report(head, again.id) is None, "it is not brought again"


def existing(viewer) -> int:
    """What had been withdrawn before the test."""
    rows = list_withdrawals(viewer).rows
    return sum(1 for row in rows if row.clock.known_at < NOW)


def test_one_that_came_by_another_way_before_keeps_its_day(head, place):
    write(head, place, WHOLE)
    with writing() as session:
        session.execute(
            update(Invitation)
            .where(Invitation.id == place.invitations["school"].id)
            .values(report_received_on=TODAY - timedelta(days=2), report_shared_on=TODAY)
        )
    submit_report(head, place.id, desk(head, place).version)
    entry_id = withdraw(head, place.id, place.invitations["school"].id, WRONG)
    kept = invitation_of(place.invitations["school"].id)
    assert (kept.report_received_on, kept.report_shared_on) == (TODAY - timedelta(days=2), TODAY)
    assert not entry_row(entry_id).is_asked_again


def test_the_day_on_which_a_family_was_shown_it_is_kept_with_the_entry_alone(head, place, sent):
    with writing() as session:
        session.execute(update(Invitation).where(Invitation.id == sent).values(report_shared_on=TODAY))
    entry_id = withdraw(head, place.id, sent, WRONG)
    assert entry_row(entry_id).shared_on == TODAY
    assert invitation_of(sent).report_shared_on is None


def test_a_family_that_was_shown_it_counts_no_more_though_it_came_by_another_way_before(head, chair, place):
    write(head, place, WHOLE)
    sent = place.invitations["school"].id
    with writing() as session:
        session.execute(
            update(Invitation).where(Invitation.id == sent).values(report_received_on=TODAY - timedelta(days=2))
        )
    submit_report(head, place.id, desk(head, place).version)
    shown = Seen("carer", shared_on=TODAY - timedelta(1), way=ShareWay.POST, shared_by="The school")
    for one in (shown, replace(shown, reader="child", shared_on=TODAY)):
        record_sharing(chair, place.id, sent, one)
    entry_id = withdraw(head, place.id, sent, WRONG)
    assert entry_row(entry_id).shared_on == TODAY - timedelta(1)
    kept = invitation_of(sent)
    assert (kept.report_received_on, kept.report_shared_on) == (TODAY - timedelta(days=2), None)


def test_a_file_goes_alone_and_the_report_stays(head, chair, place, sent):
    file_id = file_of(chair, place)
    entry_id = withdraw(chair, place.id, sent, WRONG, file_id=file_id)
    with pytest.raises(NotVisible):
        open_file(chair, file_id)
    reading = read_report(chair, place.id, sent)
    assert reading.answers["worries"] == WHOLE["worries"]
    assert report_files.attached_to(chair, reading.report) == []
    assert invitation_of(sent).report_received_on == TODAY
    found = read_withdrawn(head, entry_id)
    assert (found.parts, [file.name for file in found.files]) == ((), ["Chronology.txt"])
    with pytest.raises(Invalid):
        withdraw(chair, place.id, sent, WRONG, file_id=file_id)


def test_a_file_of_another_report_is_not_withdrawn_with_this_one(chair, place, sent, world):
    with pytest.raises(Invalid):
        withdraw(chair, place.id, sent, WRONG, file_id=world.files["a.police_report"])


def test_who_had_opened_it_is_listed_and_told_without_content(head, chair, manager, place, sent, world):
    later = replace(chair, now=NOW + timedelta(minutes=5))
    file_id = file_of(chair, place)
    read_report(chair, place.id, sent)
    read_report(later, place.id, sent)
    read(chair, file_id)
    entry_id = withdraw(manager, place.id, sent, WRONG, "Another Robin.")
    entry = read_entry(manager, entry_id)
    (stranger,) = entry.strangers
    assert (stranger.name, stranger.times_read, stranger.times_file) == (chair.name, 2, 1)
    assert (stranger.first_at, stranger.last_at) == (NOW, NOW + timedelta(minutes=5))
    assert [one.is_own for one in entry.openings] == [False]
    notices = told(NoticeKind.REPORT_WITHDRAWN)
    assert set(notices) == {chair.membership_id}
    notice = notices[chair.membership_id]
    assert (notice.subject, notice.subject_id) == ("meeting", place.id)
    assert (
        notice.what
        == "Initial child protection conference, Wednesday 10 June: report of " + world.agency_names["a.school"]
    )
    for marker in world.markers:
        if marker.kind in {"child", "case", "meeting", "place"}:
            assert not marker.is_in(notice.what)


def test_the_agencys_own_reading_is_told_apart(head, teacher, chair, place, sent):
    read_report(teacher, place.id, sent)
    entry_id = withdraw(head, place.id, sent, WRONG)
    entry = read_entry(head, entry_id)
    assert entry.strangers == ()
    assert [(one.name, one.is_own) for one in entry.openings] == [(teacher.name, True)]
    (row,) = [row for row in list_withdrawals(head).rows if row.id == entry_id]
    assert row.opened_by == 0


def test_a_file_that_goes_alone_lists_only_who_opened_that_file(chair, manager, place, sent):
    file_id = file_of(chair, place)
    read_report(chair, place.id, sent)
    read(manager, file_id)
    entry_id = withdraw(chair, place.id, sent, WRONG, file_id=file_id)
    assert [one.name for one in read_entry(manager, entry_id).openings] == [manager.name]
    (row,) = [row for row in list_withdrawals(manager).rows if row.id == entry_id]
    assert row.opened_by == 1


def test_data_protection_is_told_and_has_seventy_two_hours(head, chair, manager, administrator, place, sent):
    entry_id = withdraw(chair, place.id, sent, WRONG)
    notices = told(NoticeKind.WITHDRAWAL_LISTED)
    assert {head.membership_id, manager.membership_id, administrator.membership_id} <= set(notices)
    assert chair.membership_id not in notices
    assert {notice.due_at for notice in notices.values()} == {NOW + timedelta(hours=72)}
    assert read_entry(administrator, entry_id).clock.hours_left(NOW) == 72


def test_whoever_withdraws_it_is_told_nothing_of_it(chair, place, sent):
    read_report(chair, place.id, sent)
    withdraw(chair, place.id, sent, WRONG)
    assert told(NoticeKind.REPORT_WITHDRAWN) == {}


def test_whoever_sent_it_withdraws_it_and_a_colleague_does_not(head, teacher, place):
    write(teacher, place, WHOLE)
    submit_report(teacher, place.id, desk(teacher, place).version)
    invitation_id = place.invitations["school"].id
    assert may_withdraw(teacher, invitation_id)
    other = replace(teacher, user_id=head.user_id)
    assert not may_withdraw(other, invitation_id)
    with pytest.raises(NotPermitted):
        withdraw(other, place.id, invitation_id, WRONG)
    withdraw(teacher, place.id, invitation_id, WRONG)


def test_other_agencies_find_nothing_to_withdraw(lead, place, sent, viewer):
    with pytest.raises(NotVisible):
        withdraw(lead, place.id, sent, WRONG)
    with pytest.raises(NotVisible):
        withdraw(viewer("b.chair"), place.id, sent, WRONG)
    with pytest.raises(NotVisible):
        find_withdrawable(viewer("a.second_chair"), place.id, sent)


def test_a_draft_is_not_withdrawn(lead, place, chair):
    """It has been sent nowhere: its own agency deletes what it wrote."""
    invitation_id = place.invitations["gp"].id
    for viewer in (lead, chair):
        with pytest.raises((NotVisible, Conflict)):
            withdraw(viewer, place.id, invitation_id, WRONG)


def test_it_is_withdrawn_once(head, chair, place, sent):
    withdraw(head, place.id, sent, WRONG)
    with pytest.raises(Conflict):
        withdraw(chair, place.id, sent, WRONG)


def test_why_is_asked(head, place, sent):
    with pytest.raises(Invalid) as refused:
        withdraw(head, place.id, sent, WithdrawalReason.SOMETHING_ELSE, "  ")
    assert list(refused.value.errors) == ["words"]
    with pytest.raises(Invalid):
        withdraw(head, place.id, sent, WRONG, "x" * 2001)
    assert may_withdraw(head, sent)


def test_the_coordinator_withdraws_without_seeing_a_files_name(coordinator, chair, place, sent):
    assert find_withdrawable(coordinator, place.id, sent).files == ()
    assert [file.name for file in find_withdrawable(chair, place.id, sent).files] == ["Chronology.txt"]


def test_the_meetings_history_says_it_and_not_why(chair, place, sent, world):
    withdraw(chair, place.id, sent, WRONG, "Another Robin.")
    lines = [event.what for event in history(chair, place.id)]
    assert f"The report of {world.agency_names['a.school']} was withdrawn" in lines


def test_it_is_assessed_and_closed(manager, head, place, sent):
    entry_id = withdraw(head, place.id, sent, WRONG)
    told_at = NOW + timedelta(hours=30)
    later = replace(manager, now=NOW + timedelta(hours=31))
    assess(later, entry_id, Assessment("The chair alone had read it.", RegulatorStep.NOT_DECIDED), 1)
    assert entry_row(entry_id).state is WithdrawalState.ASSESSED
    found = Assessment("The chair alone had read it.", RegulatorStep.TOLD, told_at, is_closed=True)
    assess(later, entry_id, found, 2)
    row = entry_row(entry_id)
    assert (row.state, row.regulator, row.regulator_told_at) == (WithdrawalState.CLOSED, RegulatorStep.TOLD, told_at)
    assert read_entry(manager, entry_id).clock.words(NOW) == "Told in time"
    assert verbs_of(manager)[-2:] == ["withdrawal.assessed", "withdrawal.closed"]
    with pytest.raises(NotPermitted):
        assess(later, entry_id, found, 3)


def test_of_two_who_assess_it_the_second_sees_what_the_first_found(manager, head, place, sent):
    entry_id = withdraw(head, place.id, sent, WRONG)
    assess(manager, entry_id, Assessment("First.", RegulatorStep.NOT_DECIDED), 1)
    with pytest.raises(Conflict) as lost:
        assess(manager, entry_id, Assessment("Second.", RegulatorStep.NOT_DECIDED), 1)
    assert lost.value.theirs["What was found"] == "First."
    assert lost.value.mine["What was found"] == "Second."


def test_an_entry_is_not_closed_without_a_decision(manager, head, place, sent):
    entry_id = withdraw(head, place.id, sent, WRONG)
    with pytest.raises(Invalid) as refused:
        assess(manager, entry_id, Assessment("x", RegulatorStep.NOT_DECIDED, is_closed=True), 1)
    assert list(refused.value.errors) == ["step"]
    assert entry_row(entry_id).state is WithdrawalState.OPEN


@pytest.mark.parametrize("who", ["a.administrator", "a.school.lead", "a.coordinator", "b.manager"])
def test_only_the_manager_assesses(viewer, who, head, place, sent):
    entry_id = withdraw(head, place.id, sent, WRONG)
    with pytest.raises((NotPermitted, NotVisible)):
        assess(viewer(who), entry_id, Assessment("x", RegulatorStep.NOT_DECIDED), 1)


def test_the_list_and_the_entry_cost_the_same_with_many(head, chair, manager, place, sent, count_queries):
    def cost() -> tuple[int, int]:
        db.session.rollback()
        with count_queries() as listed:
            rows = list_withdrawals(manager).rows
        db.session.rollback()
        with count_queries() as read_one:
            read_entry(manager, rows[-1].id)
        return len(listed), len(read_one)

    withdraw(head, place.id, sent, WRONG)
    few = cost()
    for _ in range(4):
        write(head, place, WHOLE)
        submit_report(head, place.id, desk(head, place).version)
        read_report(chair, place.id, sent)
        withdraw(head, place.id, sent, WRONG)
    assert cost() == few
    assert max(few) <= 8


def test_nothing_typed_lies_in_the_database_in_clear(head, place, sent):
    entry_id = withdraw(head, place.id, sent, WRONG, "ZQ-WITHDRAWN-BECAUSE-QZ")
    columns = ReportWithdrawal.__table__.c
    kept = db.session.execute(
        select(columns.words.cast(columns.words.type.impl)).where(columns.id == entry_id)
    ).scalar_one()
    assert b"ZQ-WITHDRAWN" not in bytes(kept)
    assert entry_row(entry_id).words == "ZQ-WITHDRAWN-BECAUSE-QZ"


def test_home_has_one_task_for_the_manager_until_all_is_decided(manager, head, place, sent, count_queries):
    with count_queries() as statements:
        (task,) = counted(db.session(), manager)
    assert len(statements) == 1
    before = task.of
    entry_id = withdraw(head, place.id, sent, WRONG)
    (task,) = counted(db.session(), manager)
    assert (task.of, task.kind) == (before + 1, TaskKind.WITHDRAWALS)
    assert counted(db.session(), head) == []
    found = Assessment("Nobody had read it.", RegulatorStep.NOT_NEEDED, reason="Nobody had read it.")
    assess(manager, entry_id, found, 1)
    (task,) = counted(db.session(), manager)
    assert task.of == before
    first = min(row.clock.known_at for row in list_withdrawals(manager).rows if row.clock.is_running)
    assert task.due == london_day(first + timedelta(hours=72))
