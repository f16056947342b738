"""A family's timeline and a child's: each kind for whom it is, filtered, paged, and by few statements."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.deadlines import ReportState
from portal.domain.errors import NotVisible
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.plans import PlanEnd
from portal.domain.timelines import TimelineKind, Wanted
from portal.domain.vocabulary import AbuseCategory, Expectation, MeetingFormat, MeetingStatus
from portal.models.actions import Action
from portal.models.meetings import Invitation, Meeting
from portal.models.outcomes import Outcome
from portal.models.plans import Plan
from portal.services.timelines.reading import timeline
from portal.services.timelines.sources import SOURCES
from tests.services.escalation_steps import DISAGREEMENT, raised
from tests.services.family_steps import sibling
from tests.services.plan_steps import meeting
from tests.services.rows import change, trail
from tests.world import NOW

MOST_QUERIES = 9
"""The family, its children, and one statement for each source."""

IN_MAY = datetime(2026, 5, 20, 9, tzinfo=NOW.tzinfo)
INITIAL = "Initial child protection conference"
SEES_FAMILY = {
    *("social_care.lead", "social_care.east", "police.lead", "police.practitioner"),
    *("other_gp.lead", "other_gp.practitioner", "school.lead", "school.practitioner"),
    *("second_chair", "manager", "coordinator"),
}
"""Who sees the meetings of the second family, by hand."""


@pytest.fixture
def lived(world, viewer_of) -> dict[str, int]:
    """In each partnership, for two more children of the second family: a decision on the brother and what was asked
    for him, a draft and a plan that ended for the sister, and an escalation about the family.
    """
    found = {}
    for letter in ("a", "b"):
        for name in ("brother", "sister"):
            found[f"{letter}.{name}"] = sibling(world, f"{letter}.2", f"ZQ-{letter.upper()}-{name.upper()}-QZ")
        raised(
            world,
            viewer_of,
            by=f"{letter}.school.lead",
            with_="police",
            kind=DISAGREEMENT,
            meeting="review",
            summary="It was read otherwise.",
        )
        with writing() as session:
            for row in _rows(world, letter, found[f"{letter}.brother"], found[f"{letter}.sister"]):
                session.add(row)
                session.flush()
    return found


def _rows(world, letter: str, brother: int, sister: int) -> list[object]:
    partnership_id = world.partnerships[letter]
    meeting_id, tag = world.meeting(f"{letter}.past_initial").id, f"ZQ-{letter.upper()}-{{}}-TIMELINE-QZ"
    chair = world.person(f"{letter}.second_chair").user_id
    decided = {
        "partnership_id": partnership_id,
        "meeting_id": meeting_id,
        "categories": AbuseCategory.NEGLECT.value,
        "main_category": AbuseCategory.NEGLECT.value,
        "ends_because": "",
        "core_group_people": "",
        "lead_social_worker": "",
        "why": tag.format("WHY"),
        "saved_at": IN_MAY,
        "saved_by_id": chair,
    }
    signed = {"signed_at": IN_MAY, "signed_by_id": chair}
    start = PlanDecision.START.value
    return [
        Outcome(child_id=brother, number=1, decision=start, **decided, **signed),
        Outcome(child_id=brother, number=2, decision=start, amended_because="Neglect, too.", **decided, **signed),
        Outcome(child_id=sister, number=1, decision=start, **decided),
        Plan(
            partnership_id=partnership_id,
            reference=f"T-{letter}",
            case_id=world.cases[f"{letter}.2"],
            child_id=sister,
            started_on=date(2025, 1, 8),
            ended_on=date(2025, 7, 9),
            first_category=AbuseCategory.EMOTIONAL,
            latest_category=AbuseCategory.EMOTIONAL,
            previous_plans=0,
            end_reason=PlanEnd.NO_LONGER_AT_RISK,
            created_at=NOW,
        ),
        Action(
            partnership_id=partnership_id,
            agency_id=world.agencies[f"{letter}.school"],
            source=ActionSource.MEETING,
            meeting_id=meeting_id,
            child_id=brother,
            what=tag.format("ACTION"),
            owner_name="The head",
            due_on=date(2026, 6, 30),
            rag=ActionRag.GREEN,
            status=ActionStatus.DONE,
            evidence="",
            created_at=IN_MAY,
            done_at=NOW,
        ),
    ]


def told(viewer, world, kind: TimelineKind, letter: str = "a") -> list[str]:
    """What somebody reads of one kind."""
    found = timeline(viewer, world.cases[f"{letter}.2"], Wanted(kind))
    return [" ".join((one.what, *one.details)) for one in found.page.rows]


def readers(viewer, world, kind: TimelineKind, marker: str) -> set[str]:
    """Who of A reads a marker in lines of a kind."""
    found = set()
    for key in world.everybody("a"):
        if not world.person(key).active or key == "both":
            continue
        try:
            lines = told(viewer(key), world, kind)
        except NotVisible:
            continue
        if any(marker in line for line in lines):
            found.add(key.removeprefix("a."))
    return found


@pytest.mark.parametrize(
    ("kind", "marker", "expected"),
    [
        (TimelineKind.MEETING, INITIAL, SEES_FAMILY),
        (TimelineKind.ATTENDANCE, f"came: {INITIAL}", SEES_FAMILY),
        (TimelineKind.REPORT, "Report of ZQ-A-AGENCY-SCHOOL-QZ", SEES_FAMILY),
        (
            TimelineKind.DECISION,
            "ZQ-A-BROTHER-QZ Younger: The child has a child protection plan from now on",
            SEES_FAMILY,
        ),
        # A plan that a file brought in, of which no decision tells: for those who see plans.
        (
            TimelineKind.PLAN,
            "Child protection plan began for ZQ-A-SISTER-QZ",
            {"second_chair", "manager", "coordinator"},
        ),
        (TimelineKind.ACTION, "ZQ-A-ACTION-TIMELINE-QZ", SEES_FAMILY),
        (
            TimelineKind.ESCALATION,
            "with ZQ-AB-AGENCY-POLICE-QZ",
            {
                *("school.lead", "school.practitioner", "police.lead", "police.practitioner"),
                *("second_chair", "manager"),
            },
        ),
    ],
)
def test_each_kind_is_read_by_those_whom_its_own_rule_lets(lived, viewer, world, kind, marker, expected):
    marker = marker.replace("ZQ-AB-AGENCY-POLICE-QZ", world.agency_names["a.police"])
    marker = marker.replace("ZQ-A-AGENCY-SCHOOL-QZ", world.agency_names["a.school"])
    assert readers(viewer, world, kind, marker) == expected


BEGAN, ENDED = "Child protection plan began for ZQ-A-BROTHER-QZ", "Child protection plan ended for ZQ-A-BROTHER-QZ"


@pytest.fixture
def decided(lived, world) -> int:
    """The brother's plan: begun at the first conference, ended at a later one to which the school alone was invited."""
    later = meeting(world, "review_conference", date(2026, 6, 3), register_closed_at=NOW)
    chair = world.person("a.second_chair").user_id
    with writing() as session:
        session.add(
            Invitation(
                partnership_id=world.partnerships["a"],
                meeting_id=later,
                meeting_on=date(2026, 6, 3),
                agency_id=world.agencies["a.school"],
                expectation=Expectation.EXPECTED,
                created_at=NOW,
            )
        )
        session.add(
            Outcome(
                partnership_id=world.partnerships["a"],
                meeting_id=later,
                child_id=lived["a.brother"],
                number=1,
                decision=PlanDecision.END.value,
                categories="",
                main_category="",
                ends_because=PlanEnd.NO_LONGER_AT_RISK.value,
                core_group_people="",
                lead_social_worker="",
                why="",
                saved_at=NOW,
                saved_by_id=chair,
                signed_at=NOW,
                signed_by_id=chair,
            )
        )
        row = Plan(
            partnership_id=world.partnerships["a"],
            reference="T-decided",
            case_id=world.cases["a.2"],
            child_id=lived["a.brother"],
            started_on=date(2026, 5, 19),
            ended_on=date(2026, 6, 3),
            first_category=AbuseCategory.NEGLECT,
            latest_category=AbuseCategory.NEGLECT,
            previous_plans=0,
            end_reason=PlanEnd.NO_LONGER_AT_RISK,
            started_by_meeting_id=world.meeting("a.past_initial").id,
            ended_by_meeting_id=later,
            created_at=NOW,
        )
        session.add(row)
        session.flush()
        return row.id


def test_an_agency_knows_of_a_plan_what_the_decisions_that_it_reads_told_it(decided, viewer, world):
    """The police were at the conference that began it, and not at the one that ended it."""
    assert readers(viewer, world, TimelineKind.PLAN, BEGAN) == SEES_FAMILY
    school = {"school.lead", "school.practitioner", "second_chair", "manager", "coordinator"}
    assert readers(viewer, world, TimelineKind.PLAN, ENDED) == school
    (line,) = [line for line in told(viewer("a.police.lead"), world, TimelineKind.PLAN) if "BROTHER" in line]
    assert line.endswith("Because of: neglect")
    for other in ("b.police.lead", "b.manager"):
        assert not any("ZQ-A-" in line for line in told(viewer(other), world, TimelineKind.PLAN, "b"))


def test_a_plan_of_which_nothing_signed_tells_is_no_agencys_to_know(decided, lived, viewer, world):
    sees_plans = {"second_chair", "manager", "coordinator"}
    with writing() as session:
        # Of the sister, whose decision is a draft.
        session.get_one(Plan, decided).child_id = lived["a.sister"]
    assert readers(viewer, world, TimelineKind.PLAN, "began for ZQ-A-SISTER-QZ") == sees_plans
    with writing() as session:
        plan = session.get_one(Plan, decided)
        plan.child_id, plan.withdrawn_at = lived["a.brother"], NOW
    # The decision that began it was taken back: there never was one.
    assert readers(viewer, world, TimelineKind.PLAN, BEGAN) == set()


def test_nothing_of_the_other_partnership_is_ever_read(lived, viewer, world):
    for kind in TimelineKind:
        for name in ("b.manager", "b.coordinator", "b.school.lead"):
            with pytest.raises(NotVisible):
                told(viewer(name), world, kind)
    page = timeline(viewer("b.manager"), world.cases["b.2"]).page
    assert page.rows
    assert not any("ZQ-A-" in " ".join((one.what, *one.details)) for one in page.rows)


def test_drafts_and_reasons_stand_in_no_timeline(lived, viewer, world):
    """A decision is one when it is signed; why it was made is for the page of the decision."""
    for name in ("a.second_chair", "a.coordinator", "a.police.lead"):
        lines = told(viewer(name), world, TimelineKind.DECISION)
        assert not any("SISTER" in line or "ZQ-A-WHY" in line or "Neglect, too." in line for line in lines)
        amended, first = (line for line in lines if "BROTHER" in line)
        assert "Amended after it had been signed off" in amended
        assert "Amended" not in first


def test_who_came_is_one_line_for_each_meeting(lived, viewer, world):
    (line,) = told(viewer("a.police.lead"), world, TimelineKind.ATTENDANCE)
    name = world.agency_names
    assert line == (
        f"3 of 4 agencies came: {INITIAL} "
        f"Came: {name['a.other_gp']} (video), {name['a.school']} (deputy), {name['a.social_care']} (in person) "
        f"Not there: {name['a.police']} (apologies)"
    )


def test_reports_are_told_when_they_came_or_when_they_did_not(lived, viewer, world):
    rows = timeline(viewer("a.manager"), world.cases["a.2"], Wanted(TimelineKind.REPORT)).page.rows
    found = {(one.what.removeprefix("Report of "), one.meeting_id): (one.on, one.state) for one in rows}
    past, review, name = world.meeting("a.past_initial").id, world.meeting("a.review").id, world.agency_names
    assert found[name["a.police"], past] == (date(2026, 5, 13), ReportState.SENT)
    assert found[name["a.school"], past] == (date(2026, 5, 18), ReportState.SENT_LATE)
    assert found[name["a.other_gp"], past] == (date(2026, 5, 14), ReportState.LATE)
    assert found[name["a.police"], review] == (date(2026, 6, 8), ReportState.SENT)
    # Not due yet, or of an agency that has no part.
    assert (name["a.social_care"], review) not in found
    change(Invitation, world.meeting("a.past_initial").invitations["other_gp"].id, report_received_on=NOW.date())
    rows = timeline(viewer("a.manager"), world.cases["a.2"], Wanted(TimelineKind.REPORT)).page.rows
    states = {(one.what.removeprefix("Report of "), one.meeting_id): (one.on, one.state) for one in rows}
    assert states[name["a.other_gp"], past] == (NOW.date(), ReportState.AFTER_MEETING)
    assert (name["a.gp"], review) not in found


def test_a_childs_timeline_leaves_out_what_is_a_sisters(lived, viewer, world):
    manager, case_id = viewer("a.manager"), world.cases["a.2"]
    own = timeline(manager, case_id, child_id=lived["a.brother"])
    hers = timeline(manager, case_id, child_id=lived["a.sister"])
    assert own.child is not None
    assert {one.kind for one in own.page.rows} == set(TimelineKind) - {TimelineKind.PLAN}
    assert {one.child_id for one in own.page.rows} == {None, lived["a.brother"]}
    assert {one.child_id for one in hers.page.rows} == {None, lived["a.sister"]}
    assert {one.kind for one in hers.page.rows} == set(TimelineKind) - {TimelineKind.DECISION, TimelineKind.ACTION}
    for stranger in (world.children["a.1"], world.children["b.2"], 999_999):
        with pytest.raises(NotVisible):
            timeline(manager, case_id, child_id=stranger)


def test_a_report_of_an_agency_that_does_not_know_the_child_is_not_in_its_timeline(viewer, world):
    """The school has said so of the child of the first family; its report would be about the others."""
    with writing() as session:
        session.get_one(Invitation, world.meeting("a.initial").invitations["school"].id).report_received_on = date(
            2026, 6, 5
        )
    name, case_id = f"Report of {world.agency_names['a.school']}", world.cases["a.1"]
    whole = timeline(viewer("a.chair"), case_id)
    of_child = timeline(viewer("a.chair"), case_id, child_id=world.children["a.1"])
    assert name in [one.what for one in whole.page.rows]
    assert name not in [one.what for one in of_child.page.rows]
    # What another agency says of a child is not for the police to know: for them nothing changes.
    for_police = timeline(viewer("a.police.lead"), case_id, child_id=world.children["a.1"])
    assert name in [one.what for one in for_police.page.rows]


def test_filters_narrow_by_kind_and_days_both_included(lived, viewer, world):
    manager, case_id = viewer("a.manager"), world.cases["a.2"]
    on_the_day = timeline(manager, case_id, Wanted(None, date(2026, 5, 19), date(2026, 5, 19))).page.rows
    assert {one.on for one in on_the_day} == {date(2026, 5, 19)}
    assert {TimelineKind.MEETING, TimelineKind.ATTENDANCE} <= {one.kind for one in on_the_day}
    plans = timeline(manager, case_id, Wanted(TimelineKind.PLAN, date(2025, 7, 9))).page.rows
    assert [one.what for one in plans if "SISTER" in one.what] == [
        "Child protection plan ended for ZQ-A-SISTER-QZ Younger"
    ]


def test_it_has_the_newest_first_and_no_line_twice(lived, viewer, world):
    rows = timeline(viewer("a.manager"), world.cases["a.2"]).page.rows
    assert [one.key for one in rows] == sorted({one.key for one in rows}, reverse=True)


def test_who_sees_no_meeting_of_the_family_sees_no_timeline(viewer, world):
    for name in ("a.other_gp.lead", "a.business_manager", "b.manager", "b.gp.lead", "a.second_chair", "a.board"):
        with pytest.raises(NotVisible):
            timeline(viewer(name), world.cases["a.1"])


def test_reading_is_logged(viewer, world):
    timeline(viewer("a.police.lead"), world.cases["a.1"])
    assert trail("case.read", world.cases["a.1"]) == 1


def test_a_longer_timeline_takes_no_more_statements_and_is_paged(lived, viewer, world, count_queries):
    manager, case_id = viewer("a.manager"), world.cases["a.2"]

    def counted(**more) -> int:
        db.session.rollback()
        with count_queries() as statements:
            timeline(manager, case_id, **more)
        return len(statements)

    before = counted()
    many = 60
    with writing() as session:
        place = session.get_one(Meeting, world.meeting("a.past_initial").id)
        rows = [
            {
                "partnership_id": place.partnership_id,
                "reference": f"MANY-{number}",
                "meeting_type_id": place.meeting_type_id,
                "case_id": case_id,
                "scheduled_on": date(2024, 1, 1) + timedelta(days=number),
                "status": MeetingStatus.CANCELLED,
                "format": MeetingFormat.VIDEO,
                "created_at": NOW,
                "version": 1,
            }
            for number in range(many)
        ]
        session.execute(insert(Meeting), rows)
    assert counted() == before <= MOST_QUERIES
    assert counted(child_id=world.children["a.2"]) <= MOST_QUERIES + 1
    first, second = timeline(manager, case_id), timeline(manager, case_id, page=2)
    whole = timeline(manager, case_id, page=None)
    assert len(first.page.rows) == 50
    assert [*first.page.rows, *second.page.rows] == whole.page.rows
    assert whole.page.total == len(whole.page.rows) > many
    assert timeline(manager, case_id, page=99).page.number == 2


def test_every_kind_has_one_source():
    assert [kind for kind, _ in SOURCES] == list(dict.fromkeys(kind for kind, _ in SOURCES))
    assert {kind for kind, _ in SOURCES} == set(TimelineKind)


def test_an_agency_that_is_not_relevant_stands_nowhere(viewer, world):
    with writing() as session:
        row = session.get_one(Invitation, world.meeting("a.past_initial").invitations["other_gp"].id)
        row.expectation = Expectation.NOT_RELEVANT
    lines = told(viewer("a.manager"), world, TimelineKind.ATTENDANCE)
    lines += told(viewer("a.manager"), world, TimelineKind.REPORT)
    past = [line for line in lines if INITIAL in line]
    assert past
    assert not any(world.agency_names["a.other_gp"] in line for line in past)
