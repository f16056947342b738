"""Which meetings stand in the world, who is invited to each, and by hand: who sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from portal.domain.deadlines import EarlierMeeting
from portal.domain.vocabulary import Answer, Attendance, Expectation, MeetingKind, MeetingStatus, ReportStatus

DRAFT, SUBMITTED = ReportStatus.DRAFT, ReportStatus.SUBMITTED
EXPECTED = Expectation.EXPECTED
KEEPERS = {"manager", "coordinator"}


@dataclass(frozen=True)
class Part:
    """One agency's part in a meeting; `attendance` stands for what was declared and confirmed alike."""

    expectation: Expectation = EXPECTED
    answer: Answer | None = None
    attendance: Attendance | None = None
    team: str | None = None
    report: ReportStatus | None = None
    reported_on: date | None = None


@dataclass(frozen=True)
class Plan:
    """One meeting, the same in both partnerships. `case` is the family's number; `seen_by` is written by hand."""

    key: str
    case: int
    kind: MeetingKind
    scheduled_on: date
    seen_by: set[str]
    parts: dict[str, Part]
    chair: str | None = "chair"
    trigger_on: date | None = None
    status: MeetingStatus = MeetingStatus.SCHEDULED
    start: time = time(14)
    facts: dict[str, bool] = field(default_factory=dict)

    @property
    def is_held(self) -> bool:
        """Whether it is over, and its register closed."""
        return self.status is MeetingStatus.HELD

    @property
    def held_on(self) -> date | None:
        """The day it was held."""
        return self.scheduled_on if self.is_held else None


PLANS = (
    Plan(
        key="initial",
        case=1,
        kind=MeetingKind.INITIAL_CONFERENCE,
        trigger_on=date(2026, 5, 22),
        scheduled_on=date(2026, 6, 10),
        parts={
            "social_care": Part(),
            "police": Part(answer=Answer.ATTEND, report=SUBMITTED, reported_on=date(2026, 6, 4)),
            "gp": Part(answer=Answer.APOLOGIES, report=DRAFT),
            "school": Part(),
            "other_gp": Part(Expectation.NOT_RELEVANT),
        },
        seen_by={
            *("social_care.lead", "social_care.practitioner", "police.lead", "police.practitioner"),
            *("gp.lead", "gp.practitioner", "school.lead", "school.practitioner", "chair", *KEEPERS),
        },
    ),
    Plan(
        key="review",
        case=2,
        kind=MeetingKind.REVIEW_CONFERENCE,
        trigger_on=date(2026, 4, 1),
        scheduled_on=date(2026, 6, 24),
        start=time(9, 30),
        chair="second_chair",
        parts={
            "social_care": Part(team="east", answer=Answer.ATTEND),
            "police": Part(Expectation.REPORT_ONLY, report=SUBMITTED, reported_on=date(2026, 6, 8)),
            "other_gp": Part(report=DRAFT),
            "gp": Part(answer=Answer.NOT_OURS),
            "school": Part(Expectation.OPTIONAL),
        },
        seen_by={
            *("social_care.lead", "social_care.east", "police.lead", "police.practitioner"),
            *("other_gp.lead", "other_gp.practitioner", "school.lead", "school.practitioner"),
            *("second_chair", *KEEPERS),
        },
    ),
    Plan(
        key="strategy",
        case=3,
        kind=MeetingKind.STRATEGY_MEETING,
        trigger_on=date(2026, 5, 11),
        scheduled_on=date(2026, 5, 12),
        status=MeetingStatus.HELD,
        parts={
            "social_care": Part(team="west", attendance=Attendance.IN_PERSON),
            "police": Part(attendance=Attendance.VIDEO),
            "gp": Part(attendance=Attendance.TELEPHONE),
            "school": Part(Expectation.OPTIONAL, attendance=Attendance.APOLOGIES),
        },
        facts={"quorate": True, "all_core_agencies": True, "all_expected_agencies": True, "group_meeting": True},
        seen_by={
            *("social_care.lead", "social_care.west", "police.lead", "police.practitioner"),
            *("gp.lead", "gp.practitioner", "school.lead", "school.practitioner", "chair", *KEEPERS),
        },
    ),
    Plan(
        key="past_initial",
        case=2,
        kind=MeetingKind.INITIAL_CONFERENCE,
        trigger_on=date(2026, 4, 29),
        scheduled_on=date(2026, 5, 19),
        status=MeetingStatus.HELD,
        chair="second_chair",
        parts={
            "social_care": Part(team="east", answer=Answer.ATTEND, attendance=Attendance.IN_PERSON),
            "police": Part(attendance=Attendance.APOLOGIES, report=SUBMITTED, reported_on=date(2026, 5, 13)),
            "school": Part(attendance=Attendance.DEPUTY, report=SUBMITTED, reported_on=date(2026, 5, 18)),
            "other_gp": Part(attendance=Attendance.VIDEO),
        },
        facts={"quorate": True, "all_core_agencies": False, "all_expected_agencies": False, "group_meeting": True},
        seen_by={
            *("social_care.lead", "social_care.east", "police.lead", "police.practitioner"),
            *("other_gp.lead", "other_gp.practitioner", "school.lead", "school.practitioner"),
            *("second_chair", *KEEPERS),
        },
    ),
    Plan(
        key="core_group",
        case=4,
        kind=MeetingKind.CORE_GROUP,
        scheduled_on=date(2026, 6, 17),
        chair=None,
        parts={"social_care": Part(), "school": Part()},
        seen_by={
            *("social_care.lead", "social_care.practitioner", "school.lead", "school.practitioner", *KEEPERS),
        },
    ),
    Plan(
        key="cancelled",
        case=4,
        kind=MeetingKind.REVIEW_CONFERENCE,
        trigger_on=date(2026, 3, 2),
        scheduled_on=date(2026, 5, 28),
        status=MeetingStatus.CANCELLED,
        parts={"social_care": Part(), "police": Part()},
        seen_by={
            *("social_care.lead", "social_care.practitioner", "police.lead", "police.practitioner", "chair", *KEEPERS),
        },
    ),
)


def earlier_of(plan: Plan) -> list[EarlierMeeting]:
    """The meetings of a plan's family, which may move its due day."""
    return [EarlierMeeting(other.kind.value, other.held_on, other.status) for other in PLANS if other.case == plan.case]
