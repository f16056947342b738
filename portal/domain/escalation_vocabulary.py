"""The words of escalations and practice alerts: why, how far, whose turn it is, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.vocabulary import Post


class LadderKind(StrEnum):
    """What is climbed: one ladder of stages and clocks for each."""

    NON_ATTENDANCE = "non_attendance"
    DISAGREEMENT = "disagreement"
    PRACTICE_ALERT = "practice_alert"


class Category(StrEnum):
    """Why: an escalation's category, or a practice alert's theme."""

    NON_ATTENDANCE = "non_attendance"
    THRESHOLD = "threshold"
    ROLE = "role"
    INACTION = "inaction"
    PLAN_DRIFT = "plan_drift"
    INFORMATION_SHARING = "information_sharing"
    ALLEGATION_DELAY = "allegation_delay"
    VISITS = "visits"
    ASSESSMENT = "assessment"
    CORE_GROUPS = "core_groups"
    REPORT_QUALITY = "report_quality"
    CHILDS_VOICE = "childs_voice"
    FAMILY_INFORMED = "family_informed"
    GOOD_PRACTICE = "good_practice"


CATEGORIES: Mapping[LadderKind, tuple[Category, ...]] = {
    LadderKind.NON_ATTENDANCE: (Category.NON_ATTENDANCE,),
    LadderKind.DISAGREEMENT: (
        Category.THRESHOLD,
        Category.ROLE,
        Category.INACTION,
        Category.PLAN_DRIFT,
        Category.INFORMATION_SHARING,
        Category.ALLEGATION_DELAY,
    ),
    LadderKind.PRACTICE_ALERT: (
        Category.PLAN_DRIFT,
        Category.VISITS,
        Category.ASSESSMENT,
        Category.CORE_GROUPS,
        Category.REPORT_QUALITY,
        Category.CHILDS_VOICE,
        Category.FAMILY_INFORMED,
        Category.GOOD_PRACTICE,
    ),
}


class LadderEvent(StrEnum):
    """What can count towards a non-attendance escalation, seen when a register is closed."""

    ABSENT_WITHOUT_REPORT = "absent_without_report"
    REPORT_LATE = "report_late"
    REPORT_MISSING = "report_missing"
    NO_ANSWER = "no_answer"
    INQUORATE_BECAUSE = "inquorate_because"


class Told(StrEnum):
    """Who is told of a stage: by post in the agency that is asked, or by role in the partnership."""

    PRACTITIONERS = "practitioners"
    LINE_MANAGER = "line_manager"
    TEAM_MANAGER = "team_manager"
    AGENCY_LEAD = "agency_lead"
    NAMED_PROFESSIONAL = "named_professional"
    EXECUTIVE = "executive"
    SAFEGUARDING_MANAGER = "safeguarding_manager"
    BOARD = "board"


POSTS_TOLD: Mapping[Told, frozenset[Post]] = {
    Told.LINE_MANAGER: frozenset({Post.LINE_MANAGER}),
    Told.TEAM_MANAGER: frozenset({Post.TEAM_MANAGER}),
    Told.NAMED_PROFESSIONAL: frozenset({Post.NAMED_GP, Post.DESIGNATED_LEAD, Post.CONFERENCE_LIAISON, Post.HEAD}),
    Told.EXECUTIVE: frozenset({Post.EXECUTIVE}),
}


class Until(StrEnum):
    """What stops a stage's clock: a reply, or nothing less than the end of the matter."""

    REPLY = "reply"
    RESOLUTION = "resolution"


class Turn(StrEnum):
    """Whose turn it is: the side that raised it, the side that is asked, or nobody's once it is closed."""

    RAISED_BY = "raised_by"
    RAISED_WITH = "raised_with"
    NOBODY = "nobody"


class EscalationStatus(StrEnum):
    """Where it stands. What is closed stays closed: what comes back is raised anew."""

    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class EntryKind(StrEnum):
    """What an entry of the log records."""

    RAISED = "raised"
    JOINED = "joined"
    CONTACT = "contact"
    REPLY = "reply"
    ASKED_AGAIN = "asked_again"
    MEETING = "meeting"
    STAGE_CHANGE = "stage_change"
    EXTENSION = "extension"
    CLOCK_ENDED = "clock_ended"
    RESOLUTION = "resolution"
    CHILD_OUTCOME = "child_outcome"
    LEARNING = "learning"
    AMENDMENT = "amendment"


class Side(StrEnum):
    """For whom somebody wrote in a log."""

    RAISED_BY = "raised_by"
    RAISED_WITH = "raised_with"
    PARTNERSHIP = "partnership"
    CLOCK = "clock"


class Resolution(StrEnum):
    """How a matter ended."""

    DONE = "done"
    PLAN_AGREED = "plan_agreed"
    EXPLAINED = "explained"
    DECISION_CHANGED = "decision_changed"
    DECISION_STANDS = "decision_stands"
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"


class ChildSafe(StrEnum):
    """Whether the child was safe while the matter was open."""

    SAFE = "safe"
    NOT_SAFE = "not_safe"
    NOT_KNOWN = "not_known"


class Learning(StrEnum):
    """What is to be learnt, as a code that can be counted."""

    NOTHING_NEW = "nothing_new"
    INVITATIONS = "invitations"
    CAPACITY = "capacity"
    ROLES_UNCLEAR = "roles_unclear"
    THRESHOLDS = "thresholds"
    INFORMATION_SHARING = "information_sharing"
    TRAINING = "training"
    COMMUNICATION = "communication"
    GOOD_PRACTICE = "good_practice"


class ProposalStatus(StrEnum):
    """What came of something that the rules proposed when a register was closed."""

    OPEN = "open"
    RAISED = "raised"
    JOINED = "joined"
    WAIVED = "waived"


class WaiverReason(StrEnum):
    """Why a chair does not raise what the rules propose."""

    NOT_INVITED = "not_invited"
    EMERGENCY = "emergency"
    SPOKEN_TO = "spoken_to"
    RECORDED_WRONGLY = "recorded_wrongly"
    OTHER = "other"
