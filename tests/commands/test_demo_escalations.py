"""The demonstration's escalations: every state that pages show, who reads the markers, and inboxes fit to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal.domain.escalation_vocabulary import EntryKind, EscalationStatus, LadderKind, ProposalStatus, Turn
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.vocabulary import AgencyType, Role
from portal.domain.working_days import add_months, add_working_days, london_instant
from portal.models.absences import Absence
from portal.models.escalations import Escalation, EscalationEntry
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Meeting
from portal.models.messages import Mail, Notice
from portal.models.partnerships import Agency, Partnership
from portal.models.people import Membership, User
from tests.commands.demo_visits import MINUTES, assert_shown_as_said, in_app, markers_of
from tests.demonstration import MORNING, TODAY, Account, Demonstration, accounts_of

PLACES = ("Eastmarsh", "Westmoor")
TONIGHT = london_instant(TODAY, time(23))
OPEN_AT_MOST = 40
"""What somebody may find unread: social work and police have most, with something of every family, and samples."""

DISAGREED, MISSED, ALERT = LadderKind.DISAGREEMENT, LadderKind.NON_ATTENDANCE, LadderKind.PRACTICE_ALERT


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is the demonstration's day."""
    with time_machine.travel(MORNING + timedelta(minutes=2 * next(MINUTES)), tick=False):
        yield


@pytest.fixture
def accounts(demo: Demonstration) -> list[Account]:
    return accounts_of(demo)


def matters(demo: Demonstration, place: str, *conditions: Any) -> list[Any]:
    """The escalations of a partnership that meet some conditions."""
    found = in_app(
        demo,
        select(Escalation)
        .join(Partnership, Partnership.id == Escalation.partnership_id)
        .where(Partnership.name == place, *conditions)
        .order_by(Escalation.id),
    )
    return [row[0] for row in found]


@pytest.mark.parametrize("place", PLACES)
def test_missed_conferences_are_chased_at_every_stage(demo: Demonstration, place: str) -> None:
    chased = matters(demo, place, Escalation.kind == MISSED, Escalation.status == EscalationStatus.OPEN)
    assert {one.stage for one in chased} == {1, 2, 3, 4}
    assert all(one.meeting_id and one.due_at > MORNING for one in chased)
    kinds = [kind for (kind,) in in_app(demo, select(Agency.agency_type).where(
        Agency.id.in_([one.raised_with_agency_id for one in chased]))
    )]  # fmt: skip
    assert {AgencyType.GP, AgencyType.SCHOOL} & set(kinds)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_over_is_spread_over_the_last_quarters_and_says_what_was_learnt(
    demo: Demonstration, place: str
) -> None:
    over = matters(demo, place, Escalation.status == EscalationStatus.RESOLVED)
    quarters = {(one.closed_at.year, (one.closed_at.month - 1) // 3) for one in over}
    assert len(quarters & {(2026, 0), (2026, 1), (2026, 2)}) == 3
    assert {one.stage for one in over} == {1, 2, 3, 4}
    assert all(one.learning and one.child_safe for one in over if not one.is_positive)
    assert len({(one.closed_at - one.opened_at).days for one in over}) > 5


@pytest.mark.parametrize("place", PLACES)
def test_an_urgent_disagreement_has_skipped_to_stage_three_and_is_resolved(demo: Demonstration, place: str) -> None:
    (urgent,) = matters(demo, place, Escalation.kind == DISAGREED, Escalation.is_urgent.is_(True))
    assert (urgent.status, urgent.stage) == (EscalationStatus.RESOLVED, 3)
    steps = in_app(
        demo,
        select(EscalationEntry.from_stage, EscalationEntry.to_stage).where(
            EscalationEntry.escalation_id == urgent.id, EscalationEntry.kind == EntryKind.STAGE_CHANGE
        ),
    )
    assert steps == [(1, 3)]


@pytest.mark.parametrize("place", PLACES)
def test_of_the_open_disagreements_one_wants_a_reply_today_and_one_is_overdue(demo: Demonstration, place: str) -> None:
    waiting = matters(demo, place, Escalation.kind == DISAGREED, Escalation.status == EscalationStatus.OPEN)
    today = [one for one in waiting if one.turn is Turn.RAISED_WITH and MORNING < one.due_at < TONIGHT]
    assert today
    assert [one for one in waiting if one.due_at < MORNING]


@pytest.mark.parametrize("place", PLACES)
def test_practice_alerts_stand_at_every_point(demo: Demonstration, place: str) -> None:
    alerts = matters(demo, place, Escalation.kind == ALERT)
    is_open = EscalationStatus.OPEN
    assert {(one.stage, one.is_positive) for one in alerts if one.status is is_open} >= {(1, False), (2, False)}
    assert {one.stage for one in alerts if one.status is EscalationStatus.RESOLVED} == {1, 2}
    assert [one for one in alerts if one.is_positive]


@pytest.mark.parametrize("place", PLACES)
def test_chairs_have_decided_some_proposals_and_have_some_to_decide(demo: Demonstration, place: str) -> None:
    rows = in_app(
        demo,
        select(Meeting.chair_membership_id, EscalationProposal.status, func.count())
        .join(Meeting, Meeting.id == EscalationProposal.meeting_id)
        .join(Partnership, Partnership.id == EscalationProposal.partnership_id)
        .where(Partnership.name == place)
        .group_by(Meeting.chair_membership_id, EscalationProposal.status),
    )
    assert {status for _chair, status, _number in rows} == set(ProposalStatus)
    assert {chair for chair, status, _n in rows if status is ProposalStatus.OPEN} == {chair for chair, _s, _n in rows}


def test_the_log_of_each_runs_in_the_order_of_time_and_its_clocks_ended_when_they_were_due(
    demo: Demonstration,
) -> None:
    entries = in_app(
        demo,
        select(EscalationEntry.escalation_id, EscalationEntry.kind, EscalationEntry.at, EscalationEntry.by_user_id)
        .order_by(EscalationEntry.escalation_id, EscalationEntry.number),
    )  # fmt: skip
    assert [(one[0], one[2]) for one in entries] == sorted((one[0], one[2]) for one in entries)
    by_clock = [one for one in entries if one[3] is None]
    assert len(by_clock) > 20
    for _id, kind, at, _nobody in by_clock:
        assert kind in (EntryKind.STAGE_CHANGE, EntryKind.CLOCK_ENDED)
        assert at == london_instant(at.date(), time(17)), "clocks end when the offices close"
    assert max(at for _id, _kind, at, _who in entries) < MORNING
    assert min(at for _id, _kind, at, _who in entries) < datetime.combine(add_months(TODAY, -7), time(), UTC)


@pytest.mark.parametrize("place", PLACES)
def test_practice_alerts_reach_a_team_manager(demo: Demonstration, place: str) -> None:
    told = in_app(
        demo,
        select(Membership.post, func.count())
        .join(Notice, Notice.membership_id == Membership.id)
        .join(Partnership, Partnership.id == Notice.partnership_id)
        .where(Partnership.name == place, Notice.kind.in_([NoticeKind.ALERT_RAISED, NoticeKind.ALERT_STAGE]))
        .group_by(Membership.post),
    )
    assert "team_manager" in {post.value for post, _number in told if post}


@pytest.mark.parametrize("place", PLACES)
def test_somebody_will_be_away_and_has_a_deputy(demo: Demonstration, place: str) -> None:
    roles = in_app(
        demo,
        select(Membership.role)
        .join(Absence, Absence.membership_id == Membership.id)
        .join(Partnership, Partnership.id == Absence.partnership_id)
        .where(Partnership.name == place, Absence.begins_on > TODAY),
    )
    assert {role for (role,) in roles} == {Role.PRACTITIONER, Role.CHAIR}


def test_inboxes_hold_what_is_new_and_nothing_waits_to_be_mailed(demo: Demonstration) -> None:
    assert in_app(demo, select(func.count()).select_from(Mail)) == [(0,)]
    notices = in_app(demo, select(Notice.made_at, Notice.mail_place, Notice.settled_at, Notice.read_at))
    oldest = london_instant(add_working_days(TODAY, -4), time.min)
    assert notices
    assert all(made_at >= oldest for made_at, *_rest in notices)
    assert {place for _made, place, *_rest in notices} == {MailPlace.INBOX_ONLY}
    assert all(read_at for _made, _place, settled_at, read_at in notices if settled_at)
    unread = in_app(
        demo,
        select(User.email, func.count())
        .join(Notice, Notice.user_id == User.id)
        .where(Notice.read_at.is_(None))
        .group_by(User.email),
    )
    assert unread
    assert {email: number for email, number in unread if number > OPEN_AT_MOST} == {}


def test_markers_stand_in_matters_with_two_agencies_of_each_partnership(demo: Demonstration) -> None:
    agencies: dict[str, set[int]] = {}
    with_agency = dict(in_app(demo, select(Escalation.id, Escalation.raised_with_agency_id)))
    for marker in markers_of(demo):
        if marker["kind"] == "escalation":
            agencies.setdefault(marker["partnership"], set()).add(with_agency[int(marker["record"].split()[1])])
    assert {place: len(found) >= 2 for place, found in agencies.items()} == dict.fromkeys(PLACES, True)


def chosen(demo: Demonstration) -> list[dict[str, Any]]:
    """Of each partnership markers of a matter of each kind that is open, of one that is over, and of a waiver."""
    found, seen = [], set()
    facts = {row.id: (row.kind, row.status) for place in PLACES for row in matters(demo, place)}
    for marker in markers_of(demo):
        if marker["kind"] not in ("escalation", "waiver_note"):
            continue
        record, number = marker["record"].split()
        shape = (marker["partnership"], record, facts[int(number)] if record == "escalation" else "")
        if shape not in seen:
            seen.add(shape)
            found.append(marker)
    return found


def doors(demo: Demonstration, markers: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The pages that would show each marker."""
    of_meeting = dict(in_app(demo, select(EscalationProposal.id, EscalationProposal.meeting_id)))
    found = {}
    for marker in markers:
        record, number = marker["record"].split()
        page = f"/escalations/{number}"
        found[marker["marker"]] = (
            [page] if record == "escalation" else [f"/meetings/{of_meeting[int(number)]}/proposals"]
        )
    return found


@pytest.mark.usefixtures("on_one_database")
def test_markers_are_shown_to_whom_they_say_and_to_nobody_else(demo: Demonstration, accounts: list[Account]) -> None:
    markers = chosen(demo)
    assert_shown_as_said(demo, accounts, markers, doors(demo, markers))


@pytest.mark.usefixtures("on_one_database")
def test_by_roles_alone_nobody_of_the_board_or_of_a_third_agency_reads_a_matter(
    demo: Demonstration, accounts: list[Account]
) -> None:
    """By the accounts' roles and agencies, whatever the rules say by which markers are listed."""
    by_email = {account.email: account for account in accounts}
    board = {"board_member", "business_manager", "scrutineer", "sector_lead", "administrator", "coordinator"}
    for marker in markers_of(demo):
        if marker["kind"] != "escalation":
            continue
        (matter,) = matters(demo, marker["partnership"], Escalation.id == int(marker["record"].split()[1]))
        asked = {matter.raised_with_agency_id, matter.raised_by_agency_id} - {None}
        assert marker["visible_to"], marker
        for email in marker["visible_to"]:
            hats = [hat for hat in by_email[email].memberships if hat[0] == marker["partnership"]]
            assert not {role for _place, role, _kind in hats} <= board, (email, marker)
            if {role for _place, role, _kind in hats} <= {"agency_lead", "practitioner", "signatory"}:
                own = in_app(
                    demo,
                    select(Membership.agency_id).join(User, User.id == Membership.user_id).where(User.email == email),
                )
                assert {agency for (agency,) in own} & asked, (email, marker)
