"""The field's words: closed lists of values that tables, files and pages share."""

from __future__ import annotations

from enum import StrEnum


class AgencyType(StrEnum):
    """The kind of agency; quoracy counts distinct kinds, figures group by them."""

    SOCIAL_CARE = "social_care"
    POLICE = "police"
    GP = "gp"
    SCHOOL = "school"
    HEALTH_VISITING = "health_visiting"
    SCHOOL_NURSING = "school_nursing"
    HOSPITAL = "hospital"
    MENTAL_HEALTH = "mental_health"
    PROBATION = "probation"
    YOUTH_JUSTICE = "youth_justice"
    HOUSING = "housing"
    EARLY_HELP = "early_help"
    VOLUNTARY = "voluntary"
    OTHER = "other"


HEALTH_TYPES = frozenset(
    {
        AgencyType.GP,
        AgencyType.HEALTH_VISITING,
        AgencyType.SCHOOL_NURSING,
        AgencyType.HOSPITAL,
        AgencyType.MENTAL_HEALTH,
    }
)


class MeetingKind(StrEnum):
    """The meeting types every partnership starts with; a partnership may add its own codes as rows."""

    INITIAL_CONFERENCE = "initial_conference"
    REVIEW_CONFERENCE = "review_conference"
    STRATEGY_MEETING = "strategy_meeting"
    CORE_GROUP = "core_group"


CONFERENCES = frozenset({MeetingKind.INITIAL_CONFERENCE, MeetingKind.REVIEW_CONFERENCE})


class MeetingStatus(StrEnum):
    """Where a meeting stands; `inquorate` means it opened and could not proceed."""

    SCHEDULED = "scheduled"
    HELD = "held"
    INQUORATE = "inquorate"
    CANCELLED = "cancelled"


COUNTED_STATUSES = frozenset({MeetingStatus.HELD, MeetingStatus.INQUORATE})


class MeetingFormat(StrEnum):
    """How people come together."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    HYBRID = "hybrid"
    TELEPHONE = "telephone"


class Expectation(StrEnum):
    """What the partnership expects of an invited agency; `expected` is to come and, for conferences, to report."""

    EXPECTED = "expected"
    REPORT_ONLY = "report_only"
    OPTIONAL = "optional"
    NOT_RELEVANT = "not_relevant"


class ExpectationReason(StrEnum):
    """Why an agency is expected, or why not."""

    KNOWS_CHILD = "knows_child"
    REGISTERED = "registered"
    ON_ROLL = "on_roll"
    STATUTORY = "statutory"
    SUPPORTS_FAMILY = "supports_family"
    REFERRED = "referred"
    NOT_INVOLVED = "not_involved"
    MOVED_AWAY = "moved_away"
    IMPORTED = "imported"


class Answer(StrEnum):
    """An agency's answer to an invitation."""

    ATTEND = "attend"
    DEPUTY = "deputy"
    APOLOGIES = "apologies"
    REPORT_ONLY = "report_only"
    NOT_OURS = "not_ours"


class Attendance(StrEnum):
    """Whether and how an agency was there; `partial` left early, empty counts as `no_response`."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    TELEPHONE = "telephone"
    PARTIAL = "partial"
    DEPUTY = "deputy"
    APOLOGIES = "apologies"
    NO_RESPONSE = "no_response"


PRESENT = frozenset(
    {Attendance.IN_PERSON, Attendance.VIDEO, Attendance.TELEPHONE, Attendance.PARTIAL, Attendance.DEPUTY}
)


class ReportStatus(StrEnum):
    """A report is a draft, seen by its agency alone, until it is submitted.

    Where the agency wants it, its lead signs a report off before it goes: until then it waits, and nobody writes on it.
    """

    DRAFT = "draft"
    FOR_SIGN_OFF = "for_sign_off"
    SUBMITTED = "submitted"


class ThresholdView(StrEnum):
    """An agency's view on whether a child protection plan is needed."""

    PLAN_NEEDED = "plan_needed"
    PLAN_NOT_NEEDED = "plan_not_needed"
    UNSURE = "unsure"


class AbuseCategory(StrEnum):
    """The categories of a child protection plan (Working Together)."""

    NEGLECT = "neglect"
    PHYSICAL = "physical"
    SEXUAL = "sexual"
    EMOTIONAL = "emotional"


class Role(StrEnum):
    """What a membership lets a person do; the table of permissions is access/roles.py."""

    PRACTITIONER = "practitioner"
    AGENCY_LEAD = "agency_lead"
    CHAIR = "chair"
    SAFEGUARDING_MANAGER = "safeguarding_manager"
    COORDINATOR = "coordinator"
    SECTOR_LEAD = "sector_lead"
    BOARD_MEMBER = "board_member"
    BUSINESS_MANAGER = "business_manager"
    SCRUTINEER = "scrutineer"
    ADMINISTRATOR = "administrator"
    SIGNATORY = "signatory"


AGENCY_ROLES = frozenset({Role.PRACTITIONER, Role.AGENCY_LEAD, Role.SIGNATORY})
"""Roles that belong to an agency; a signatory (a governor, an executive) signs its audit and sees nothing else."""

ANSWERING_ROLES = AGENCY_ROLES - {Role.SIGNATORY}
"""Roles that answer for an agency: its invitations, its reports, and with teams which of them."""


class Post(StrEnum):
    """The post a person holds in their agency, where it matters who signs or who is told."""

    DESIGNATED_LEAD = "designated_lead"
    DEPUTY_LEAD = "deputy_lead"
    HEAD = "head"
    GOVERNOR = "governor"
    NAMED_GP = "named_gp"
    CONFERENCE_LIAISON = "conference_liaison"
    LINE_MANAGER = "line_manager"
    TEAM_MANAGER = "team_manager"
    EXECUTIVE = "executive"


class JoiningPurpose(StrEnum):
    """Why a joining link was made."""

    JOIN = "join"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a purpose, not a password
    SIGN_ON = "sign_on"
    """To link the account with single sign-on; it sets no password."""


class ActivityOutcome(StrEnum):
    """Whether what was asked for happened."""

    DONE = "done"
    REFUSED = "refused"
