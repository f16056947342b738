"""The demonstration's reports in full: every state that their pages show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.bundle_vocabulary import BundleEnd, MaySee
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.return_links import LinkEnd
from portal.domain.sharing_vocabulary import ConsultationState, ShareWay
from portal.domain.vocabulary import MeetingStatus, ReportStatus, Role
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalState
from portal.models.consultations import Consultation
from portal.models.families import FamilyAttendance
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Mail, Notice
from portal.models.partnerships import PartnershipAgency
from portal.models.people import User
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.report_sharing import ReportSharing
from portal.models.report_templates import ReportTemplate
from portal.models.report_waivers import ReportWaiver
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report, ReportAddendum, ReportAnswer
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services import known_people
from portal.services.demo.reports.links import CONTACTS
from portal.services.report_sharing.gaps import family_seen
from portal.services.reports.bundle_clock import due_on
from portal.services.return_links.ending import find_links
from portal.services.withdrawals.page import read_entry
from tests.commands.demo_visits import MINUTES, in_app, rows
from tests.demonstration import MORNING, TODAY, Account, Demonstration, accounts_of

PLACES = ("Eastmarsh", "Westmoor")


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is the demonstration's day."""
    with time_machine.travel(MORNING + timedelta(minutes=2 * next(MINUTES)), tick=False):
        yield


@pytest.fixture
def accounts(demo: Demonstration) -> list[Account]:
    return accounts_of(demo)


def as_role(demo: Demonstration, place: str, role: Role) -> Any:
    """The first of a role, as the app knows them now."""
    email = next(one.email for one in accounts_of(demo) for hat in one.memberships if hat[:2] == (place, role.value))
    person = known_people.find_by_email(email)
    # Reading is logged: in the order of time, whatever was looked at before.
    now = datetime.now(UTC)
    return next(
        person.at(now).wearing(hat.membership_id)
        for hat in person.hats
        if (hat.role, hat.partnership_name) == (role, place)
    )


@pytest.mark.parametrize("place", PLACES)
def test_bundles_were_cut_replaced_opened_and_cut_by_hand(demo: Demonstration, place: str) -> None:
    bundles = rows(demo, place, ReportBundle)
    assert {one.closed_because for one in bundles} == {None, BundleEnd.REPLACED, BundleEnd.WITHDRAWN}
    assert {one.cut_by_id is None for one in bundles} == {True, False}
    ahead = select(Meeting.id).where(Meeting.status == MeetingStatus.SCHEDULED, Meeting.scheduled_on > TODAY)
    standing = rows(demo, place, ReportBundle, ReportBundle.closed_at.is_(None), ReportBundle.meeting_id.in_(ahead))
    assert len(standing) >= 2
    printed = rows(demo, place, BundledReport, BundledReport.bundle_id.in_([one.id for one in bundles]))
    assert {one.is_later for one in printed} == {True, False}
    assert {one.may_see for one in printed} >= {MaySee.FAMILY, MaySee.READ_OUT}


@pytest.mark.parametrize("place", PLACES)
def test_no_bundle_waits_for_the_worker(demo: Demonstration, place: str) -> None:
    partnership_id = rows(demo, place, ReportBundle)[0].partnership_id
    assert partnership_id not in {row[1] for row in in_app(demo, due_on(TODAY))}


@pytest.mark.parametrize("place", PLACES)
def test_talks_are_confirmed_put_right_and_waiting(demo: Demonstration, place: str) -> None:
    talks = rows(demo, place, Consultation)
    assert {one.state for one in talks} == set(ConsultationState)
    assert {one.is_read_out for one in talks} == {True, False}
    counted = rows(demo, place, Invitation, Invitation.id.in_([one.invitation_id for one in talks]))
    settled = {one.invitation_id: one.talked_on for one in talks if one.state is not ConsultationState.WAITING}
    assert {one.id: one.consulted_on for one in counted if one.consulted_on} == settled


@pytest.mark.parametrize("place", PLACES)
def test_families_have_seen_some_reports_and_the_chair_sees_the_gaps(demo: Demonstration, place: str) -> None:
    found = rows(demo, place, ReportSharing)
    assert {one.way for one in found} >= {ShareWay.IN_PERSON, ShareWay.POST, None}
    assert [one for one in found if one.withheld and one.words]
    with demo.app.app_context():
        meetings = sorted({one.meeting_id for one in rows(
            demo, place, Invitation, Invitation.id.in_([one.invitation_id for one in found])
        )})  # fmt: skip
        keeper = as_role(demo, place, Role.COORDINATOR)
        pages = [family_seen(keeper, meeting_id) for meeting_id in meetings]
    assert len(pages) == 2
    assert all(page.named and page.gaps for page in pages)
    assert any(not line.is_gap for page in pages for line in page.lines if line.shown)


@pytest.mark.parametrize("place", PLACES)
def test_some_reports_are_not_needed_and_one_was_asked_for_after_all(demo: Demonstration, place: str) -> None:
    found = rows(demo, place, ReportWaiver)
    standing = [one for one in found if one.ended_at is None]
    assert len(standing) >= 2 > len(found) - len(standing) > 0
    assert [one for one in standing if one.words]
    due = rows(demo, place, Invitation, Invitation.id.in_([one.invitation_id for one in standing]))
    assert {one.report_due_on for one in due} == {None}


@pytest.mark.parametrize("place", PLACES)
def test_links_are_out_used_and_withdrawn_and_one_agency_takes_none(demo: Demonstration, place: str) -> None:
    with demo.app.app_context():
        ids = [one.id for one in rows(demo, place, ReturnLink)]
        links = find_links(db.session(), ReturnLink.id.in_(ids), MORNING)
    assert {link.end for link in links} == {None, LinkEnd.USED, LinkEnd.WITHDRAWN}
    (used,) = (link for link in links if link.end is LinkEnd.USED)
    (report,) = rows(
        demo, place, Report, Report.invitation_id == used.scope.invitation_id, Report.submitted_by_id == used.holder_id
    )
    assert report.status is ReportStatus.SUBMITTED
    assert len(rows(demo, place, PartnershipAgency, PartnershipAgency.link_returns.is_(False))) == 1


@pytest.mark.parametrize("place", PLACES)
def test_contacts_have_numbers_that_nobody_has_and_one_has_none(demo: Demonstration, place: str) -> None:
    numbers = [one.telephone for one in rows(demo, place, AgencyContact)]
    assert numbers.count(None) == 1 < len(numbers)
    # What Ofcom keeps for stories.
    assert all(re.fullmatch(r"\+447700900\d{3}", number) for number in numbers if number)


def test_contacts_are_no_accounts(demo: Demonstration, accounts: list[Account]) -> None:
    people = {person for found in CONTACTS.values() for _code, person in found}
    named = in_app(demo, select(User.name, User.email, User.password_hash, User.last_signed_in_at).join(
        AgencyContact, AgencyContact.user_id == User.id))  # fmt: skip
    assert {name for name, *_rest in named} == people
    assert {(hashed, seen) for _name, _email, hashed, seen in named} == {(None, None)}
    assert {one.email for one in accounts}.isdisjoint({email for _name, email, *_rest in named})
    refused = demo.command("demo", "code", named[0][1])
    assert (refused.exit_code, "no demo account" in refused.stderr) == (2, True)
    assert in_app(demo, select(func.count()).select_from(Mail)) == [(0,)]


@pytest.mark.parametrize("place", PLACES)
def test_reports_wait_for_a_signature_were_sent_back_and_added_to(demo: Demonstration, place: str) -> None:
    reports = rows(demo, place, Report)
    assert {one.status for one in reports} == set(ReportStatus)
    assert [one for one in reports if one.sent_back_note]
    assert [one for one in reports if one.is_limited]
    carried = {one.report_id for one in rows(demo, place, ReportAnswer, ReportAnswer.is_carried)}
    assert len(carried) == 1, "a surgery has filled its report from its own system"
    addenda = rows(demo, place, ReportAddendum)
    assert {(one.status, one.after_bundle) for one in addenda} == {
        (ReportStatus.SUBMITTED, True),
        (ReportStatus.DRAFT, False),
    }


@pytest.mark.parametrize("place", PLACES)
def test_a_file_was_withdrawn_and_assessed_and_the_hours_of_a_report_run(demo: Demonstration, place: str) -> None:
    of_file, of_report = sorted(rows(demo, place, ReportWithdrawal), key=lambda one: one.id)
    assert of_file.file_id
    assert (of_file.state, of_file.regulator) == (WithdrawalState.CLOSED, RegulatorStep.NOT_NEEDED)
    assert not of_report.file_id
    assert (of_report.state, of_report.regulator) == (WithdrawalState.OPEN, RegulatorStep.NOT_DECIDED)
    with demo.app.app_context():
        manager = as_role(demo, place, Role.SAFEGUARDING_MANAGER)
        entries = [read_entry(manager, one.id) for one in (of_file, of_report)]
    assert all(entry.strangers for entry in entries)
    assert all(one.times_file for one in entries[0].strangers)
    assert 0 < entries[1].clock.hours_left(manager.now) <= 72


def test_whoever_had_read_what_was_withdrawn_was_told(demo: Demonstration) -> None:
    for place in PLACES:
        told = {one.membership_id for one in rows(demo, place, Notice, Notice.kind == NoticeKind.REPORT_WITHDRAWN)}
        with demo.app.app_context():
            manager = as_role(demo, place, Role.SAFEGUARDING_MANAGER)
            entries = [read_entry(manager, one.id) for one in rows(demo, place, ReportWithdrawal)]
        assert told
        assert told >= {one.membership_id for entry in entries for one in entry.strangers}


@pytest.mark.parametrize("place", PLACES)
def test_what_was_confirmed_and_assessed_asks_for_nothing_in_an_inbox(demo: Demonstration, place: str) -> None:
    talks = {one.id: one.state is ConsultationState.WAITING for one in rows(demo, place, Consultation)}
    told = rows(demo, place, Notice, Notice.kind == NoticeKind.CONSULTATION_RECORDED)
    assert {(talks[one.place], one.settled_at is None) for one in told} == {(True, True), (False, False)}
    entries = {one.id: one.state is WithdrawalState.OPEN for one in rows(demo, place, ReportWithdrawal)}
    told = rows(demo, place, Notice, Notice.kind == NoticeKind.WITHDRAWAL_LISTED)
    assert {(entries[one.subject_id], one.settled_at is None) for one in told} == {(True, True), (False, False)}


@pytest.mark.parametrize("place", PLACES)
def test_the_next_version_of_a_template_is_being_written(demo: Demonstration, place: str) -> None:
    drafts = rows(demo, place, ReportTemplate, ReportTemplate.status == "draft")
    assert [one.agency_types for one in drafts] == [["school"]]


def test_all_of_it_is_about_conferences_after_the_day(demo: Demonstration) -> None:
    """So nothing of it is counted in a figure that is published."""
    for model in (Consultation, ReportSharing, ReportWaiver, ReturnLink):
        days = in_app(demo, select(Meeting.scheduled_on).join(Invitation, Invitation.meeting_id == Meeting.id).join(
            model, model.invitation_id == Invitation.id))  # fmt: skip
        assert days
        assert min(day for (day,) in days) > TODAY
    named = in_app(demo, select(Meeting.scheduled_on).join(
        FamilyAttendance, FamilyAttendance.meeting_id == Meeting.id).where(Meeting.scheduled_on > TODAY))  # fmt: skip
    assert named
