"""The demonstration's reports in full: who reads the markers, on pages, in bundles and of what was withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.domain.vocabulary import ReportStatus, Role
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation
from portal.models.partnerships import PartnershipAgency
from portal.models.report_bundles import ReportBundle
from portal.models.report_sharing import ReportSharing
from portal.models.report_waivers import ReportWaiver
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report, ReportAddendum, ReportAnswer
from tests.commands.demo_visits import (
    MINUTES,
    assert_shown_as_said,
    hats_in_turn,
    in_app,
    markers_of,
    rows,
    sample,
    signed_in,
)
from tests.databases import Database
from tests.demonstration import MORNING, Account, Demonstration, accounts_of

PLACES = ("Eastmarsh", "Westmoor")
KINDS = {"report_text", "consultation", "report_sharing", "report_waiver", "withdrawal"}
BOARD = {Role.BOARD_MEMBER, Role.BUSINESS_MANAGER, Role.SCRUTINEER, Role.SECTOR_LEAD, Role.ADMINISTRATOR}


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is the demonstration's day."""
    with time_machine.travel(MORNING + timedelta(minutes=2 * next(MINUTES)), tick=False):
        yield


@pytest.fixture
def accounts(demo: Demonstration) -> list[Account]:
    return accounts_of(demo)


@pytest.fixture(scope="module")
def listed() -> dict[str, list[dict[str, Any]]]:
    """The markers by backend: listing them takes seconds, and nothing here changes them."""
    return {}


@pytest.fixture
def markers(demo: Demonstration, listed: dict[str, list[dict[str, Any]]], databases: Database) -> list[dict[str, Any]]:
    """All markers of the demonstration."""
    if databases.backend not in listed:
        listed[databases.backend] = markers_of(demo)
    return listed[databases.backend]


def agency_of(demo: Demonstration, marker: dict[str, Any]) -> int:
    """The agency whose report, talk or entry holds a marker."""
    kind, said = marker["record"].split()
    number = int(said)
    by_invitation = select(Invitation.agency_id)
    found = {
        "report": by_invitation.join(Report, Report.invitation_id == Invitation.id).where(Report.id == number),
        "talk": by_invitation.join(Consultation, Consultation.invitation_id == Invitation.id).where(
            Consultation.id == number
        ),
        "sharing": by_invitation.join(ReportSharing, ReportSharing.invitation_id == Invitation.id).where(
            ReportSharing.id == number
        ),
        "waiver": by_invitation.join(ReportWaiver, ReportWaiver.invitation_id == Invitation.id).where(
            ReportWaiver.id == number
        ),
        "withdrawal": by_invitation.join(Report, Report.invitation_id == Invitation.id)
        .join(ReportWithdrawal, ReportWithdrawal.report_id == Report.id)
        .where(ReportWithdrawal.id == number),
    }
    return in_app(demo, found[kind])[0][0]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_markers_stand_in_two_agencies_of_each_partnership(
    demo: Demonstration, markers: list[dict[str, Any]], kind: str
) -> None:
    agencies: dict[str, set[int]] = {}
    for marker in markers:
        if marker["kind"] == kind:
            agencies.setdefault(marker["partnership"], set()).add(agency_of(demo, marker))
    assert {place: len(found) >= 2 for place, found in agencies.items()} == dict.fromkeys(PLACES, True)


def places_of(demo: Demonstration, marker: dict[str, Any]) -> tuple[int, int]:
    """The meeting and the invitation of a marker's record."""
    number = int(marker["record"].split()[1])
    model = {"consultation": Consultation, "report_sharing": ReportSharing, "report_waiver": ReportWaiver,
             "report_text": Report}[marker["kind"]]  # fmt: skip
    rows_of = select(Invitation.meeting_id, Invitation.id).join(model, model.invitation_id == Invitation.id)
    return in_app(demo, rows_of.where(model.id == number))[0]


def doors(demo: Demonstration, marker: dict[str, Any]) -> list[str]:
    """The pages that show one marker, the bundle apart."""
    number = marker["record"].split()[1]
    if marker["kind"] == "withdrawal":
        return [f"/withdrawals/{number}"]
    meeting_id, invitation_id = places_of(demo, marker)
    if marker["kind"] == "report_sharing":
        return [f"/meetings/{meeting_id}/family-reports"]
    if marker["kind"] == "report_waiver":
        return [f"/meetings/{meeting_id}/reports/{invitation_id}/not-needed"]
    return [f"/meetings/{meeting_id}/talks/{number}"]


def chosen(markers: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Of each partnership the marker of a kind that most people read, and the one that fewest do."""
    found = []
    for place in PLACES:
        here = [one for one in markers if (one["kind"], one["partnership"]) == (kind, place)]
        here.sort(key=lambda one: len(one["visible_to"]))
        found += [here[0], here[-1]]
    return found


@pytest.mark.usefixtures("on_one_database")
@pytest.mark.parametrize("kind", ["report_sharing", "withdrawal"])
def test_markers_are_shown_to_whom_they_say_and_to_nobody_else(
    demo: Demonstration, markers: list[dict[str, Any]], accounts: list[Account], kind: str
) -> None:
    picked = chosen(markers, kind)
    assert_shown_as_said(demo, accounts, picked, {marker["marker"]: doors(demo, marker) for marker in picked})


def seen_on(demo: Demonstration, account: Account, paths: list[str], *, each: bool) -> str:
    """All that somebody reads on these pages, without its spaces, under each of their hats where `each`."""
    client, said = signed_in(demo, account), []
    for _hat in hats_in_turn(client, each=each):
        for path in paths:
            answer = client.get(path)
            if answer.mimetype == "application/pdf":
                said += [page.extract_text() for page in PdfReader(BytesIO(answer.get_data())).pages]
            else:
                said.append(answer.get_data(as_text=True))
    # A document breaks a line within a marker, after its hyphens.
    return re.sub(r"\s+", "", " ".join(said))


def bundle_of(demo: Demonstration, meeting_id: int) -> list[str]:
    found = in_app(demo, select(ReportBundle.number).where(
        ReportBundle.meeting_id == meeting_id, ReportBundle.closed_at.is_(None)))  # fmt: skip
    return [f"/meetings/{meeting_id}/bundle/{number}" for (number,) in found]


@pytest.mark.usefixtures("on_one_database")
@pytest.mark.parametrize("place", PLACES)
def test_a_bundle_says_the_markers_of_its_reports_and_talks_to_whom_they_say(
    demo: Demonstration, markers: list[dict[str, Any]], accounts: list[Account], place: str
) -> None:
    """A meeting with a standing bundle: its PDF, each report's own page and each talk's, for everybody of a sample."""
    standing = rows(demo, place, ReportBundle, ReportBundle.closed_at.is_(None))
    talked = {places_of(demo, one)[0] for one in markers if one["kind"] == "consultation"}
    by_size = {one.meeting_id: one for one in standing}
    meeting_id = next((one for one in sorted(by_size) if one in talked), min(by_size))
    texts = [
        one
        for one in markers
        if one["kind"] in ("report_text", "consultation")
        and one["partnership"] == place
        and places_of(demo, one)[0] == meeting_id
    ]
    paths = bundle_of(demo, meeting_id)
    for one in texts:
        number, (_meeting, invitation_id) = one["record"].split()[1], places_of(demo, one)
        page = f"talks/{number}" if one["kind"] == "consultation" else f"reports/{invitation_id}"
        paths.append(f"/meetings/{meeting_id}/{page}")
    paths += [f"/meetings/{meeting_id}/report", f"/meetings/{meeting_id}/report/addendum"]
    readers = {email for one in texts for email in one["visible_to"]}
    assert len(readers) > 4
    seen: dict[str, set[str]] = {one["marker"]: set() for one in texts}
    for account in sample(accounts, readers):
        said = seen_on(demo, account, paths, each=account.email in readers)
        for marker, who in seen.items():
            if marker in said:
                who.add(account.email)
    assert seen == {one["marker"]: set(one["visible_to"]) for one in texts}


@pytest.mark.usefixtures("on_one_database")
@pytest.mark.parametrize("place", PLACES)
def test_a_withdrawn_report_is_read_by_its_lead_and_the_manager_alone(
    demo: Demonstration, markers: list[dict[str, Any]], accounts: list[Account], place: str
) -> None:
    (entry,) = rows(demo, place, ReportWithdrawal, ReportWithdrawal.file_id.is_(None))
    (marker,) = (
        one for one in markers if one["record"] == f"report {entry.report_id}" and one["kind"] == "report_text"
    )
    meeting_id, invitation_id = places_of(demo, marker)
    paths = [
        f"/withdrawals/{entry.id}/text",
        f"/meetings/{meeting_id}/reports/{invitation_id}",
        f"/meetings/{meeting_id}/report",
        *bundle_of(demo, meeting_id),
    ]
    assert len(paths) == 4
    invited = {
        one.email
        for one in accounts
        for hat in one.memberships
        if hat[0] == place and hat[1] in (Role.CHAIR, Role.SAFEGUARDING_MANAGER, Role.AGENCY_LEAD, Role.PRACTITIONER)
    }
    shown = {
        account.email
        for account in sample(accounts, invited | set(marker["visible_to"]))
        if marker["marker"] in seen_on(demo, account, paths, each=account.email in marker["visible_to"])
    }
    assert shown == set(marker["visible_to"])
    assert len(shown) == 2


@pytest.mark.usefixtures("on_one_database")
def test_a_waiver_is_read_by_nobody_whom_its_marker_does_not_name(
    demo: Demonstration, markers: list[dict[str, Any]], accounts: list[Account]
) -> None:
    """Its own agency may read it, and has no page for it yet: so not the other way round."""
    picked = chosen(markers, "report_waiver")
    named = {one["marker"]: set(one["visible_to"]) for one in picked}
    paths = [path for one in picked for path in doors(demo, one)]
    shown: dict[str, set[str]] = {one: set() for one in named}
    readers = {email for who in named.values() for email in who}
    for account in sample(accounts, readers):
        said = seen_on(demo, account, paths, each=account.email in readers)
        for marker, who in shown.items():
            if marker in said:
                who.add(account.email)
    assert all(shown.values())
    assert {marker for marker, who in shown.items() if not who <= named[marker]} == set()


@pytest.mark.usefixtures("on_one_database")
def test_by_roles_alone_nobody_of_the_board_reads_any_of_it(
    demo: Demonstration, markers: list[dict[str, Any]], accounts: list[Account]
) -> None:
    """By the accounts' roles, whatever the rules say by which markers are listed."""
    by_email = {account.email: account for account in accounts}
    for marker in markers:
        if marker["kind"] in KINDS:
            assert marker["visible_to"], marker
            for email in marker["visible_to"]:
                roles = {hat[1] for hat in by_email[email].memberships if hat[0] == marker["partnership"]}
                assert not roles <= BOARD, (email, marker)


@pytest.mark.usefixtures("on_one_database")
def test_drafts_are_read_by_their_own_agency_alone(
    demo: Demonstration, markers: list[dict[str, Any]], accounts: list[Account]
) -> None:
    by_email = {account.email: account for account in accounts}
    status = func.coalesce(ReportAddendum.status, Report.status)
    drafts = in_app(
        demo,
        select(ReportAnswer.value, PartnershipAgency.code)
        .join(Report, Report.id == ReportAnswer.report_id)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .join(
            PartnershipAgency,
            (PartnershipAgency.agency_id == Invitation.agency_id)
            & (PartnershipAgency.partnership_id == Invitation.partnership_id),
        )
        .outerjoin(
            ReportAddendum,
            (ReportAddendum.report_id == Report.id) & (ReportAddendum.number == ReportAnswer.addendum),
        )
        .where(status != ReportStatus.SUBMITTED),
    )
    checked = 0
    for marker in markers:
        for value, code in drafts:
            if marker["kind"] == "report_text" and marker["marker"] in value:
                own = (marker["partnership"], code)
                assert all(own in by_email[email].places for email in marker["visible_to"]), marker
                checked += 1
    assert checked > 4
