"""What pages call each value of the vocabulary: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from portal.domain.audit_labels import AUDIT_LABELS
from portal.domain.board_labels import BOARD_LABELS
from portal.domain.contest_labels import CONTEST_LABELS
from portal.domain.deadlines import ReportState
from portal.domain.due_rules import Unit
from portal.domain.escalation_labels import ESCALATION_LABELS
from portal.domain.family_labels import FAMILY_LABELS
from portal.domain.improvement_labels import IMPROVEMENT_LABELS
from portal.domain.meeting_labels import MEETING_LABELS
from portal.domain.outcome_labels import OUTCOME_LABELS
from portal.domain.plan_labels import PLAN_LABELS
from portal.domain.report_labels import REPORT_LABELS
from portal.domain.restriction_labels import RESTRICTION_LABELS
from portal.domain.return_link_labels import RETURN_LINK_LABELS
from portal.domain.sample_labels import SAMPLE_LABELS
from portal.domain.saved_view_labels import SAVED_VIEW_LABELS
from portal.domain.scheduling_labels import SCHEDULING_LABELS
from portal.domain.scrutiny_labels import SCRUTINY_LABELS
from portal.domain.sharing_labels import SHARING_LABELS
from portal.domain.strategy_labels import STRATEGY_LABELS
from portal.domain.vocabulary import (
    HEALTH_TYPES,
    AbuseCategory,
    ActivityOutcome,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    ExpectationReason,
    JoiningPurpose,
    MeetingFormat,
    MeetingKind,
    MeetingStatus,
    Post,
    ReportStatus,
    Role,
    ThresholdView,
)
from portal.domain.withdrawal_labels import WITHDRAWAL_LABELS


class Label(NamedTuple):
    """The words for a value; `short` where the full ones are too long for a column."""

    full: str
    short: str


def _label(full: str, short: str | None = None) -> Label:
    """Return a label whose short form is its full one unless another is given."""
    return Label(full, short or full)


# A table for each list: the same value can stand in several, such as report_only, and means another thing.
LABELS: Mapping[type[StrEnum], Mapping[str, Label]] = {
    AgencyType: {
        AgencyType.SOCIAL_CARE: _label("Children’s social care", "Social care"),
        AgencyType.POLICE: _label("Police"),
        AgencyType.GP: _label("GP"),
        AgencyType.SCHOOL: _label("School"),
        AgencyType.HEALTH_VISITING: _label("Health visiting"),
        AgencyType.SCHOOL_NURSING: _label("School nursing"),
        AgencyType.HOSPITAL: _label("Hospital"),
        AgencyType.MENTAL_HEALTH: _label("Mental health"),
        AgencyType.PROBATION: _label("Probation"),
        AgencyType.YOUTH_JUSTICE: _label("Youth justice"),
        AgencyType.HOUSING: _label("Housing"),
        AgencyType.EARLY_HELP: _label("Early help"),
        AgencyType.VOLUNTARY: _label("Voluntary organisation", "Voluntary"),
        AgencyType.OTHER: _label("Other agency", "Other"),
    },
    MeetingKind: {
        MeetingKind.INITIAL_CONFERENCE: _label("Initial child protection conference", "Initial conference"),
        MeetingKind.REVIEW_CONFERENCE: _label("Review child protection conference", "Review conference"),
        MeetingKind.STRATEGY_MEETING: _label("Strategy meeting"),
        MeetingKind.CORE_GROUP: _label("Core group"),
    },
    MeetingStatus: {
        MeetingStatus.SCHEDULED: _label("Scheduled"),
        MeetingStatus.HELD: _label("Held"),
        MeetingStatus.INQUORATE: _label("Opened but could not go ahead: not quorate", "Not quorate"),
        MeetingStatus.CANCELLED: _label("Cancelled"),
    },
    MeetingFormat: {
        MeetingFormat.IN_PERSON: _label("In person"),
        MeetingFormat.VIDEO: _label("Video call", "Video"),
        MeetingFormat.HYBRID: _label("In person and by video", "Hybrid"),
        MeetingFormat.TELEPHONE: _label("Telephone call", "Telephone"),
    },
    Expectation: {
        Expectation.EXPECTED: _label("Expected to come", "Expected"),
        Expectation.REPORT_ONLY: _label("Expected to report, need not come", "Report only"),
        Expectation.OPTIONAL: _label("Welcome, not expected", "Optional"),
        Expectation.NOT_RELEVANT: _label("Not relevant to this meeting", "Not relevant"),
    },
    ExpectationReason: {
        ExpectationReason.KNOWS_CHILD: _label("Works with the child", "Knows the child"),
        ExpectationReason.REGISTERED: _label("The child is registered there", "Registered"),
        ExpectationReason.ON_ROLL: _label("The child is on its roll", "On roll"),
        ExpectationReason.STATUTORY: _label("The law or guidance asks for it", "Statutory"),
        ExpectationReason.SUPPORTS_FAMILY: _label("Supports the family"),
        ExpectationReason.REFERRED: _label("Made the referral", "Referred"),
        ExpectationReason.NOT_INVOLVED: _label("Not involved with the family", "Not involved"),
        ExpectationReason.MOVED_AWAY: _label("The family has moved away", "Moved away"),
        ExpectationReason.IMPORTED: _label("As the imported file says", "Imported"),
    },
    Answer: {
        Answer.ATTEND: _label("Will come"),
        Answer.DEPUTY: _label("A deputy will come", "Deputy"),
        Answer.APOLOGIES: _label("Apologies: nobody can come", "Apologies"),
        Answer.REPORT_ONLY: _label("Will send a report only", "Report only"),
        Answer.NOT_OURS: _label("Not ours: the child is not with us", "Not ours"),
    },
    Attendance: {
        Attendance.IN_PERSON: _label("In person"),
        Attendance.VIDEO: _label("By video", "Video"),
        Attendance.TELEPHONE: _label("By telephone", "Phone"),
        Attendance.PARTIAL: _label("Left early"),
        Attendance.DEPUTY: _label("A deputy came", "Deputy"),
        Attendance.APOLOGIES: _label("Sent apologies", "Apologies"),
        Attendance.NO_RESPONSE: _label("Absent without apologies", "Absent"),
    },
    ReportStatus: {
        ReportStatus.DRAFT: _label("Draft, seen by your agency only", "Draft"),
        ReportStatus.FOR_SIGN_OFF: _label("Waits for your lead’s signature", "For signature"),
        ReportStatus.SUBMITTED: _label("Sent"),
    },
    ReportState: {
        ReportState.NOT_NEEDED: _label("Not needed"),
        ReportState.DUE: _label("Due"),
        ReportState.LATE: _label("Late"),
        ReportState.SENT: _label("Sent"),
        ReportState.SENT_LATE: _label("Sent late"),
        ReportState.AFTER_MEETING: _label("Received after the meeting", "After the meeting"),
    },
    ThresholdView: {
        ThresholdView.PLAN_NEEDED: _label("A child protection plan is needed", "Plan needed"),
        ThresholdView.PLAN_NOT_NEEDED: _label("A child protection plan is not needed", "Plan not needed"),
        ThresholdView.UNSURE: _label("Not sure yet", "Not sure"),
    },
    AbuseCategory: {
        AbuseCategory.NEGLECT: _label("Neglect"),
        AbuseCategory.PHYSICAL: _label("Physical abuse", "Physical"),
        AbuseCategory.SEXUAL: _label("Sexual abuse", "Sexual"),
        AbuseCategory.EMOTIONAL: _label("Emotional abuse", "Emotional"),
    },
    Role: {
        Role.PRACTITIONER: _label("Practitioner"),
        Role.AGENCY_LEAD: _label("Agency lead"),
        Role.CHAIR: _label("Conference chair", "Chair"),
        Role.SAFEGUARDING_MANAGER: _label("Safeguarding manager", "Manager"),
        Role.COORDINATOR: _label("Conference coordinator", "Coordinator"),
        Role.SECTOR_LEAD: _label("Sector lead"),
        Role.BOARD_MEMBER: _label("Board member"),
        Role.BUSINESS_MANAGER: _label("Business manager"),
        Role.SCRUTINEER: _label("Independent scrutineer", "Scrutineer"),
        Role.ADMINISTRATOR: _label("Administrator"),
        Role.SIGNATORY: _label("Signatory: signs the audit, sees nothing else", "Signatory"),
    },
    Post: {
        Post.DESIGNATED_LEAD: _label("Designated safeguarding lead", "Designated lead"),
        Post.DEPUTY_LEAD: _label("Deputy safeguarding lead", "Deputy lead"),
        Post.HEAD: _label("Head teacher or principal", "Head"),
        Post.GOVERNOR: _label("Safeguarding governor", "Governor"),
        Post.NAMED_GP: _label("Named GP"),
        Post.CONFERENCE_LIAISON: _label("Conference liaison officer", "Conference liaison"),
        Post.LINE_MANAGER: _label("Line manager"),
        Post.TEAM_MANAGER: _label("Team manager"),
        Post.EXECUTIVE: _label("Executive lead", "Executive"),
    },
    JoiningPurpose: {
        JoiningPurpose.JOIN: _label("Join the portal", "Join"),
        JoiningPurpose.NEW_PASSWORD: _label("Choose a new password", "New password"),
        JoiningPurpose.SIGN_ON: _label("Link single sign-on", "Single sign-on"),
    },
    ActivityOutcome: {
        ActivityOutcome.DONE: _label("Done"),
        ActivityOutcome.REFUSED: _label("Refused"),
    },
    Unit: {
        Unit.CALENDAR_DAYS: _label("Calendar days", "Days"),
        Unit.WORKING_DAYS: _label("Working days"),
        Unit.WEEKS: _label("Weeks"),
        Unit.MONTHS: _label("Months"),
    },
    **{
        words: {value: Label(*pair) for value, pair in table.items()}
        for words, table in {
            **AUDIT_LABELS,
            **BOARD_LABELS,
            **SCRUTINY_LABELS,
            **CONTEST_LABELS,
            **ESCALATION_LABELS,
            **FAMILY_LABELS,
            **IMPROVEMENT_LABELS,
            **MEETING_LABELS,
            **OUTCOME_LABELS,
            **PLAN_LABELS,
            **REPORT_LABELS,
            **RESTRICTION_LABELS,
            **RETURN_LINK_LABELS,
            **SAMPLE_LABELS,
            **SAVED_VIEW_LABELS,
            **SCHEDULING_LABELS,
            **SHARING_LABELS,
            **STRATEGY_LABELS,
            **WITHDRAWAL_LABELS,
        }.items()
    },
}

_IN_A_SENTENCE: Mapping[AgencyType, str] = {
    AgencyType.SOCIAL_CARE: "social care",
    AgencyType.POLICE: "police",
    AgencyType.GP: "a GP",
    AgencyType.SCHOOL: "a school",
    AgencyType.HEALTH_VISITING: "health visiting",
    AgencyType.SCHOOL_NURSING: "school nursing",
    AgencyType.HOSPITAL: "a hospital",
    AgencyType.MENTAL_HEALTH: "mental health",
    AgencyType.PROBATION: "probation",
    AgencyType.YOUTH_JUSTICE: "youth justice",
    AgencyType.HOUSING: "housing",
    AgencyType.EARLY_HELP: "early help",
    AgencyType.VOLUNTARY: "a voluntary organisation",
    AgencyType.OTHER: "an agency of another kind",
}


def label(value: StrEnum) -> str:
    """Return what pages call a value, in full."""
    return LABELS[type(value)][value].full


def short_label(value: StrEnum) -> str:
    """Return what tables and tags call a value."""
    return LABELS[type(value)][value].short


def role_name(role: Role) -> str:
    """Return a role's name alone, without what its label adds for whoever gives the role to somebody."""
    return label(role).partition(":")[0]


def choices(values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return (value, label) pairs for radios and selects, in the order given; an enum itself will do."""
    return [(value.value, label(value)) for value in values]


def in_words(group: Iterable[AgencyType]) -> list[str]:
    """Return agency types as they stand in the middle of a sentence, in the vocabulary's order."""
    wanted = frozenset(group)
    return [words for agency_type, words in _IN_A_SENTENCE.items() if agency_type in wanted]


def any_of(group: frozenset[AgencyType]) -> str:
    """Return a group of agency types of which one is meant: "a health agency", "a GP or a school"."""
    return "a health agency" if group == HEALTH_TYPES else listed(in_words(group), "or")


def listed(words: list[str], last: str = "and") -> str:
    """Return words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
