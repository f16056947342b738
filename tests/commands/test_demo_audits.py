"""The demonstration's audits: the published figures, a contradiction, work for everybody, and who sees the markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import or_, select

from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.files import ReportFile, StoredFile
from portal.models.frameworks import Question
from portal.models.meetings import Invitation
from portal.models.partnerships import Agency, Partnership, PartnershipAgency
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from tests.commands.demo_visits import MINUTES, assert_shown_as_said, holder, in_app, markers_of, signed_in
from tests.demonstration import MORNING, Account, Demonstration, accounts_of, published
from tests.page_client import PageClient

SCHOOLS_AUDIT = "School safeguarding audit 2026"
UPDATE = "School safeguarding audit, update 2026"
SECTION_11 = "Section 11 audit 2026"
LOW_ATTENDANCE = 35
BOARD = {"board_member", "business_manager", "scrutineer", "sector_lead"}
KINDS = ("audit_answer", "evidence_file", "uploaded_file")

# (the question's code, the ratings that the sentence counts): how each published sentence is asked of the workbook.
QUERIES = {
    "schools rated amber on child sexual exploitation": (
        "sexual-and-criminal-exploitation",
        {"Amber: partly in place, or not yet shown to work"},
    ),
    "schools compliant on recording and storing concerns": (
        "recording-and-storing",
        {"Green: fully in place, and we can show it"},
    ),
    "schools with an online-safety policy": ("online-safety-policy", {"Yes"}),
}


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is the demonstration's day."""
    with time_machine.travel(MORNING + timedelta(minutes=2 * next(MINUTES)), tick=False):
        yield


@pytest.fixture
def accounts(demo: Demonstration) -> list[Account]:
    return accounts_of(demo)


def round_id(demo: Demonstration, title: str, partnership: str = "Eastmarsh") -> int:
    found = in_app(
        demo,
        select(AuditRound.id)
        .join(Partnership, Partnership.id == AuditRound.partnership_id)
        .where(AuditRound.title == title, Partnership.name == partnership),
    )
    return found[0][0]


def return_id(demo: Demonstration, title: str, agency: str) -> int:
    found = in_app(
        demo,
        select(AuditReturn.id)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .where(AuditReturn.round_id == round_id(demo, title), Agency.name == agency),
    )
    return found[0][0]


def question(demo: Demonstration, round_title: str, code: str) -> tuple[int, str]:
    """The id and the text of a question that a round asks."""
    (found,) = in_app(
        demo,
        select(Question.id, Question.text)
        .join(AuditRound, AuditRound.edition_id == Question.edition_id)
        .where(AuditRound.id == round_id(demo, round_title), Question.code == code),
    )
    return found


def words_of(client: PageClient, path: str) -> str:
    """What a page says, in its main part."""
    answer = client.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return " ".join(answer.page.main.get_text(" ").split())


def test_every_published_row_has_its_query() -> None:
    assert {row["figure"] for row in published(step=2)} == set(QUERIES)


@pytest.mark.parametrize("row", published(step=2), ids=lambda row: row["figure"])
def test_published_school_figures_stand_in_the_boards_workbook(
    demo: Demonstration, accounts: list[Account], row: dict[str, str]
) -> None:
    code, counted = QUERIES[row["figure"]]
    _id, asked = question(demo, SCHOOLS_AUDIT, code)
    board = signed_in(demo, holder(accounts, "Eastmarsh", "board_member"))
    answer = board.get(f"/audit-rounds/{round_id(demo, SCHOOLS_AUDIT)}/results/workbook")
    rows = load_workbook(BytesIO(answer.get_data()))["Questions"].iter_rows(min_row=2, values_only=True)
    of_schools = [line for line in rows if line[0] == asked and line[2] == "Schools"]
    share = sum(Decimal(str(line[4])) for line in of_schools if line[3] in counted)
    assert {line[6] for line in of_schools} == {32}
    assert share.quantize(Decimal(1), rounding=ROUND_HALF_UP) == Decimal(row["value"])


def test_the_published_amber_stands_on_the_boards_page(demo: Demonstration, accounts: list[Account]) -> None:
    question_id, asked = question(demo, SCHOOLS_AUDIT, "sexual-and-criminal-exploitation")
    board = signed_in(demo, holder(accounts, "Eastmarsh", "board_member"))
    shown = words_of(board, f"/audit-rounds/{round_id(demo, SCHOOLS_AUDIT)}/results/questions/{question_id}")
    assert asked in shown
    assert "18.8 % (6 of 32)" in shown


def test_the_agenda_of_the_police_shows_that_their_own_figures_contradict_them(
    demo: Demonstration, accounts: list[Account]
) -> None:
    manager = signed_in(demo, holder(accounts, "Eastmarsh", "business_manager"))
    shown = words_of(manager, f"/moderation/{return_id(demo, SECTION_11, 'Saltmere Police')}/session")
    _id, asked = question(demo, SECTION_11, "multi-agency-work")
    assert asked in shown
    said = re.search(r"You say green\. Saltmere Police came to (\d+) % \(\d+ of \d+\)", shown)
    assert said is not None
    assert int(said[1]) < LOW_ATTENDANCE


def test_the_feedback_letter_of_the_police_is_theirs_to_open(demo: Demonstration, accounts: list[Account]) -> None:
    police = signed_in(demo, holder(accounts, "Eastmarsh", "agency_lead", "police"))
    letter = police.get(f"/audits/{return_id(demo, SECTION_11, 'Saltmere Police')}/letter")
    assert letter.status_code == 200
    assert letter.get_data().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("partnership", "role", "agency_type", "waits"),
    [
        ("Eastmarsh", "agency_lead", "school", UPDATE),
        ("Eastmarsh", "practitioner", "school", UPDATE),
        ("Eastmarsh", "agency_lead", "police", "Give each officer of the child protection desk supervision"),
        ("Eastmarsh", "agency_lead", "gp", SECTION_11),
        ("Eastmarsh", "practitioner", "gp", SECTION_11),
        ("Eastmarsh", "business_manager", None, "Name a second person who reads alerts"),
        ("Eastmarsh", "business_manager", None, "return"),
        ("Westmoor", "agency_lead", "gp", SECTION_11),
        ("Westmoor", "business_manager", None, "return"),
    ],
)
def test_home_lists_audit_work(
    demo: Demonstration,
    accounts: list[Account],
    partnership: str,
    role: str,
    agency_type: str | None,
    waits: str,
) -> None:
    client = signed_in(demo, holder(accounts, partnership, role, agency_type))
    home = client.get("/").page
    # Whoever has much to do finds the less urgent one step further.
    rest = home.select_one("main a[href='/?all=1']")
    assert waits in words_of(client, rest["href"] if rest else "/")


@pytest.mark.parametrize("partnership", ["Eastmarsh", "Westmoor"])
def test_a_governor_has_a_return_to_sign(demo: Demonstration, accounts: list[Account], partnership: str) -> None:
    signing = [one for one in accounts if (partnership, "signatory", "school") in one.memberships]
    homes = [signed_in(demo, one).get("/").get_data(as_text=True) for one in signing]
    assert sum("School safeguarding audit" in home for home in homes) >= 1


def test_every_stage_of_a_return_is_there(demo: Demonstration) -> None:
    found = in_app(demo, select(AuditReturn.status).where(AuditReturn.round_id == round_id(demo, SECTION_11)))
    assert {status.value for (status,) in found} == {
        *("not_started", "in_progress", "submitted", "signed", "moderated"),
    }


def agency_of(demo: Demonstration, marker: dict[str, Any]) -> int:
    """Whose record a marker stands in."""
    kind, number = marker["record"].split()
    agency = {
        "answer": select(AuditReturn.agency_id)
        .join(Response, Response.return_id == AuditReturn.id)
        .where(Response.id == int(number)),
        "file": select(StoredFile.agency_id).where(StoredFile.id == int(number)),
    }
    return in_app(demo, agency[kind])[0][0]


@pytest.mark.parametrize("kind", KINDS)
def test_markers_stand_in_two_agencies_of_each_partnership(demo: Demonstration, kind: str) -> None:
    agencies: dict[str, set[int]] = {}
    for marker in markers_of(demo):
        if marker["kind"] == kind:
            agencies.setdefault(marker["partnership"], set()).add(agency_of(demo, marker))
    assert {place: len(found) >= 2 for place, found in agencies.items()} == {"Eastmarsh": True, "Westmoor": True}


def doors(demo: Demonstration, markers: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The pages that show each marker to those who may see it: of an answer that was carried over, those of both."""
    answers = in_app(demo, select(Response.narrative, Response.return_id, Response.question_id))
    found: dict[str, list[str]] = {}
    for marker in markers:
        text, (kind, number) = marker["marker"], marker["record"].split()
        if kind == "file":
            found[text] = [f"/files/{number}", *withdrawn_at(demo, int(number))]
            continue
        places = {f"{of_return}/questions/{of_question}" for said, of_return, of_question in answers if text in said}
        found[text] = [f"/{pages}/{place}" for pages in ("audits", "moderation") for place in sorted(places)]
    return found


def withdrawn_at(demo: Demonstration, file_id: int) -> list[str]:
    """Where a file is opened that was withdrawn, alone or with its report."""
    of_file = or_(ReportWithdrawal.file_id.is_(None), ReportWithdrawal.file_id == file_id)
    entries = in_app(
        demo,
        select(ReportWithdrawal.id)
        .join(ReportFile, ReportFile.report_id == ReportWithdrawal.report_id)
        .where(ReportFile.file_id == file_id, of_file),
    )
    return [f"/withdrawals/{number}/files/{file_id}" for (number,) in entries]


def chosen(demo: Demonstration, kind: str) -> list[dict[str, Any]]:
    """Of each partnership the marker that most may see, and of another agency that which fewest may."""
    found = []
    for partnership in ("Eastmarsh", "Westmoor"):
        here = [one for one in markers_of(demo) if (one["kind"], one["partnership"]) == (kind, partnership)]
        here.sort(key=lambda one: -len(one["visible_to"]))
        other = [one for one in here if agency_of(demo, one) != agency_of(demo, here[0])]
        found += [here[0], other[-1]]
    return found


@pytest.mark.usefixtures("on_one_database")
def test_markers_are_shown_to_whom_they_say_and_to_nobody_else(demo: Demonstration, accounts: list[Account]) -> None:
    markers = [marker for kind in KINDS for marker in chosen(demo, kind)]
    assert_shown_as_said(demo, accounts, markers, doors(demo, markers))


@pytest.mark.usefixtures("on_one_database")
def test_what_is_not_signed_is_its_agencys_own_and_attachments_never_reach_the_board(
    demo: Demonstration, accounts: list[Account]
) -> None:
    """By the accounts' roles and agencies alone, whatever the rules say by which markers are listed."""
    by_email = {account.email: account for account in accounts}
    codes = in_app(
        demo,
        select(Partnership.name, PartnershipAgency.agency_id, PartnershipAgency.code).join(
            Partnership, Partnership.id == PartnershipAgency.partnership_id
        ),
    )
    code_of = {(place, agency): code for place, agency, code in codes}
    answers = in_app(
        demo,
        select(Response.narrative, AuditReturn.signed_at).join(AuditReturn, AuditReturn.id == Response.return_id),
    )
    met = set()
    for marker in markers_of(demo):
        if marker["kind"] not in KINDS:
            continue
        place = marker["partnership"]
        own = (place, code_of[place, agency_of(demo, marker)])
        others = [by_email[email] for email in marker["visible_to"] if own not in by_email[email].places]
        roles = {role for other in others for partnership, role, _type in other.memberships if partnership == place}
        assert len(others) < len(marker["visible_to"]), f"{marker} is hidden from its own agency"
        if marker["kind"] == "uploaded_file":
            assert roles.isdisjoint(BOARD), marker
            continue
        assert roles <= BOARD, marker
        signed = [signed_at for said, signed_at in answers if marker["marker"] in said]
        if marker["kind"] == "audit_answer":
            met.add(any(signed))
            assert bool(roles) == any(signed), marker
    assert met == {True, False}


def test_attached_files_belong_to_reports_that_were_sent(demo: Demonstration) -> None:
    reports = in_app(
        demo,
        select(Report.submitted_at)
        .join(ReportFile, ReportFile.report_id == Report.id)
        .join(Invitation, Invitation.id == Report.invitation_id),
    )
    assert reports
    assert all(submitted_at for (submitted_at,) in reports)
