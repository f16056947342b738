"""The database's figures against the oracle that counts one invitation at a time, on random partnerships."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from portal.database.session import db
from portal.domain import deadlines
from portal.domain.deadlines import EarlierMeeting
from portal.domain.default_rules import default_rule_set
from portal.domain.indicators import BY, columns
from portal.domain.tally import InvitationFacts, MeetingFacts, tally
from portal.domain.vocabulary import (
    COUNTED_STATUSES,
    AgencyType,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingKind,
    MeetingStatus,
)
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.services.indicators import indicators
from tests.areas import Area, meeting, part

FIRST = date(2026, 1, 1)
AGENCIES = {kind.value: kind for kind in AgencyType} | {"gp-2": AgencyType.GP, "school-2": AgencyType.SCHOOL}

days = st.integers(0, 120).map(lambda number: FIRST + timedelta(days=number))
maybe_days = st.none() | days
parts = st.fixed_dictionaries(
    {
        "expectation": st.sampled_from(Expectation),
        "attendance": st.none() | st.sampled_from(Attendance),
        "due_given": maybe_days,
        "received": maybe_days,
        "shared": maybe_days,
        "consulted": maybe_days,
    }
)
meetings = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(MeetingKind),
            "case": st.sampled_from(["C1", "C2"]),
            "day": days,
            "trigger": maybe_days,
            "status": st.sampled_from([*MeetingStatus, MeetingStatus.HELD, MeetingStatus.HELD]),
            "format": st.sampled_from(MeetingFormat),
            "plan": st.sampled_from([None, True, False]),
            "parts": st.dictionaries(st.sampled_from(sorted(AGENCIES)), parts, max_size=6),
        }
    ),
    max_size=7,
)
questions = st.fixed_dictionaries(
    {
        "by": st.permutations(BY).flatmap(lambda order: st.integers(0, 3).map(lambda length: order[:length])),
        "meeting_types": st.none() | st.sets(st.sampled_from([kind.value for kind in MeetingKind]), min_size=1),
        "agency_types": st.none() | st.sets(st.sampled_from(AgencyType), min_size=1, max_size=5),
        "first": days,
        "length": st.integers(0, 120),
    }
)


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def bring(area: Area, planned: list[dict[str, Any]]) -> None:
    """Store the plan, and nothing else, through the imports."""
    session = db.session()
    for model in (Invitation, Meeting, Case):
        session.execute(delete(model).where(model.partnership_id == area.partnership_id))
    session.commit()
    area.meetings(
        *(
            meeting(
                str(number),
                plan["kind"],
                iso(plan["day"]),
                case_ref=plan["case"],
                trigger_on=iso(plan["trigger"]),
                status=plan["status"],
                held_on=iso(held_on(plan)),
                format=plan["format"],
                interim_safety_plan={True: "yes", False: "no", None: ""}[plan["plan"]],
            )
            for number, plan in enumerate(planned)
        )
    )
    area.attendance(
        *(
            part(
                str(number),
                agency,
                facts["attendance"] or "",
                facts["expectation"],
                report_due_on=iso(facts["due_given"]),
                report_received_on=iso(facts["received"]),
                report_shared_with_family_on=iso(facts["shared"]),
                consulted_on=iso(facts["consulted"]),
            )
            for number, plan in enumerate(planned)
            for agency, facts in plan["parts"].items()
        )
    )


def held_on(plan: dict[str, Any]) -> date | None:
    return plan["day"] if plan["status"] in COUNTED_STATUSES else None


def facts_of(plan: dict[str, Any], planned: list[dict[str, Any]]) -> MeetingFacts:
    """The same plan by the pure rules, each asked as plainly as it can be."""
    rule = default_rule_set().rule_for(plan["kind"])
    earlier = [
        EarlierMeeting(one["kind"], held_on(one), one["status"]) for one in planned if one["case"] == plan["case"]
    ]
    due = deadlines.due_on(rule.due, meeting_on=plan["day"], trigger_on=plan["trigger"], earlier=earlier)
    return MeetingFacts(
        meeting_type=plan["kind"],
        status=plan["status"],
        held_on=held_on(plan),
        format=plan["format"],
        in_time=deadlines.is_in_time(rule.due, due=due, held_on=held_on(plan)),
        quorum=rule.quorum,
        interim_safety_plan=plan["plan"],
        invitations=tuple(
            InvitationFacts(
                agency_type=AGENCIES[agency],
                expectation=facts["expectation"],
                attendance=facts["attendance"],
                report_due_on=deadlines.report_due_on(
                    rule, given=facts["due_given"], held_on=held_on(plan), scheduled_on=plan["day"]
                ),
                report_received_on=facts["received"],
                report_shared_on=facts["shared"],
                consulted_on=facts["consulted"],
            )
            for agency, facts in plan["parts"].items()
        ),
    )


@pytest.fixture
def area(database) -> Area:
    made = Area.new()
    made.agencies(
        {"agency_code": code, "name": code, "agency_type": kind} for code, kind in AGENCIES.items() if code != kind
    )
    return made


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(planned=meetings, asked=st.lists(questions, min_size=1, max_size=6))
def test_the_database_counts_as_the_oracle_does(area, planned, asked):
    bring(area, planned)
    facts = [facts_of(plan, planned) for plan in planned]
    for question in asked:
        by, first = tuple(question["by"]), question["first"]
        last = first + timedelta(days=question["length"])
        narrowed = {"meeting_types": question["meeting_types"], "agency_types": question["agency_types"]}
        counted = indicators(area.viewer, start=first, end=last, by=by, **narrowed)
        assert counted == tally(facts, first=first, last=last, by=by, **narrowed)
        assert all(tuple(row) == columns(by) for row in counted)
