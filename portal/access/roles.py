"""Role -> permissions: the one table. A permission opens a kind of page or act; rows are for access/<stem>.py."""

from __future__ import annotations

from portal.access.permissions import Permission as Permission
from portal.domain.vocabulary import Role

_EVERYONE = frozenset(
    {Permission.HOME, Permission.OWN_ACCOUNT, Permission.FILES_OPEN, Permission.INBOX, Permission.ABSENCES_PLAN}
)
_AGENCY = _EVERYONE | {
    Permission.MEETINGS_VIEW,
    Permission.INVITATIONS_ANSWER,
    Permission.ATTENDANCE_DECLARE,
    Permission.REPORTS_WRITE,
    Permission.REPORTS_READ,
    Permission.REPORTS_SHARE,
    Permission.REPORTS_WITHDRAW,
    Permission.AUDITS_VIEW,
    Permission.AUDITS_ANSWER,
    Permission.AUDITS_SIGN,
    Permission.ACTIONS_VIEW,
    Permission.ACTIONS_OWN,
    Permission.ESCALATIONS_VIEW,
    Permission.ESCALATIONS_RAISE,
    Permission.ESCALATIONS_ANSWER,
    Permission.EXPECTATIONS_CONTEST,
    Permission.VIEWS_GIVE,
    Permission.IMPROVEMENT_UPDATE,
    Permission.SAMPLES_GRADE,
    Permission.SCRUTINY_REPLY,
}
_BOARD = _EVERYONE | {
    Permission.BOARD_MEETINGS_VIEW,
    Permission.FIGURES_VIEW,
    Permission.AGENCIES_VIEW,
    Permission.AUDITS_VIEW,
    Permission.AUDITS_OVERSEE,
    Permission.FRAMEWORKS_VIEW,
    Permission.ACTIONS_VIEW,
    Permission.ESCALATIONS_FIGURES,
    Permission.VIEWS_SAVE,
    Permission.SCRUTINY_VIEW,
    Permission.SCRUTINY_REPLY,
    Permission.IMPROVEMENT_VIEW,
    Permission.IMPROVEMENT_UPDATE,
    Permission.SAMPLES_VIEW,
    Permission.FEEDBACK_VIEW,
    Permission.FIGURES_COMPARE,
}
_ESCALATING = {
    Permission.ESCALATIONS_VIEW,
    Permission.ESCALATIONS_RAISE,
    Permission.ESCALATIONS_ANSWER,
    Permission.ESCALATIONS_PROPOSED,
    Permission.ALERTS_RAISE,
}
_RECORDING = {Permission.MEETINGS_DIARY, Permission.MEETINGS_RECORD, Permission.ACTIONS_VIEW, Permission.PLANS_VIEW}
_PANEL = {Permission.AUDITS_READ, Permission.AUDITS_MODERATE}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: _AGENCY,
    Role.AGENCY_LEAD: _AGENCY
    | {
        Permission.TEAMS_ASSIGN,
        Permission.WITHDRAWALS_VIEW,
        Permission.RETURN_LINKS,
        Permission.AUDITS_LEAD,
        Permission.PEOPLE_VIEW,
        Permission.PEOPLE_MANAGE,
        Permission.FIGURES_VIEW,
        Permission.VIEWS_SAVE,
        Permission.API_KEYS_KEEP,
        Permission.AGENCIES_VIEW,
        Permission.ACTIVITY_OF_CHILDREN,
    },
    Role.CHAIR: _EVERYONE
    | _ESCALATING
    | _RECORDING
    | {
        Permission.MEETINGS_VIEW,
        Permission.REPORTS_READ,
        Permission.REPORTS_SHARE,
        Permission.REPORTS_WITHDRAW,
        Permission.REGISTER_KEEP,
        Permission.REGISTER_REOPEN,
        Permission.OUTCOMES_DECIDE,
        Permission.PLANS_CHECK,
        Permission.RULES_VIEW,
        Permission.FIGURES_OWN,
        Permission.VIEWS_SAVE,
        Permission.SCRUTINY_REPLY,
        Permission.RESTRICTIONS_KEEP,
        Permission.GLASS_BREAK,
        Permission.QUOTATIONS_AGREE,
        Permission.IMPROVEMENT_UPDATE,
        Permission.SAMPLES_GRADE,
        Permission.FEEDBACK_CARDS,
        Permission.FEEDBACK_VIEW,
    },
    Role.SAFEGUARDING_MANAGER: _EVERYONE
    | _ESCALATING
    | {
        Permission.ESCALATIONS_FIGURES,
        Permission.MEETINGS_VIEW,
        Permission.NAMED_MEETINGS_OVERSEE,
        Permission.MEETINGS_DIARY,
        Permission.REGISTER_REOPEN,
        Permission.REPORTS_READ,
        Permission.REPORTS_WITHDRAW,
        Permission.WITHDRAWALS_VIEW,
        Permission.WITHDRAWALS_ASSESS,
        Permission.FIGURES_VIEW,
        Permission.AGENCIES_VIEW,
        Permission.ACTIONS_VIEW,
        Permission.PLANS_VIEW,
        Permission.PLANS_CHECK,
        Permission.KINDS_VIEW,
        Permission.RULES_VIEW,
        Permission.REPORT_TEMPLATES_READ,
        Permission.BOARD_MEETINGS_VIEW,
        Permission.VIEWS_SAVE,
        Permission.SCRUTINY_VIEW,
        Permission.SCRUTINY_REPLY,
        Permission.QUOTATIONS_PROPOSE,
        Permission.IMPROVEMENT_VIEW,
        Permission.IMPROVEMENT_UPDATE,
        Permission.SAMPLES_VIEW,
        Permission.SAMPLES_DRAW,
        Permission.SAMPLES_GRADE,
        Permission.FEEDBACK_CARDS,
        Permission.FEEDBACK_VIEW,
        Permission.FEEDBACK_READ,
        Permission.FIGURES_COMPARE,
        Permission.PACKS_VIEW,
        Permission.PACKS_MAKE,
        Permission.CHILD_LISTS_MAKE,
        Permission.ACTIVITY_OF_CHILDREN,
        Permission.RESTRICTIONS_KEEP,
        Permission.GLASS_BREAK,
        Permission.GLASS_REVIEW,
        Permission.RECORDS_VIEW,
        Permission.RECORDS_HOLD,
        Permission.RECORDS_ERASE,
        Permission.SUBJECT_EXPORT,
    },
    Role.COORDINATOR: _EVERYONE
    | _RECORDING
    | {
        Permission.MEETINGS_VIEW,
        Permission.REPORTS_SHARE,
        Permission.REPORTS_WITHDRAW,
        Permission.MEETINGS_PLAN,
        Permission.KINDS_VIEW,
        Permission.RULES_VIEW,
        Permission.REPORT_TEMPLATES_READ,
        Permission.REGISTER_KEEP,
        Permission.RETURN_LINKS,
        Permission.EXPECTATIONS_SET,
        Permission.CASES_MANAGE,
        Permission.AGENCIES_VIEW,
        Permission.SCRUTINY_REPLY,
        Permission.FEEDBACK_CARDS,
        Permission.ACTIVITY_OF_CHILDREN,
        Permission.RESTRICTIONS_KEEP,
    },
    Role.SIGNATORY: _EVERYONE | {Permission.AUDITS_VIEW, Permission.AUDITS_SIGN, Permission.ESCALATIONS_VIEW},
    Role.SECTOR_LEAD: _BOARD | _PANEL | {Permission.SECTOR_CHASE},
    Role.BOARD_MEMBER: _BOARD | _PANEL | {Permission.RULES_VIEW, Permission.PACKS_VIEW},
    Role.BUSINESS_MANAGER: _BOARD
    | _PANEL
    | {
        Permission.AGENCIES_MANAGE,
        Permission.AUDITS_RUN,
        Permission.ACTIONS_CHECK,
        Permission.ESCALATIONS_VIEW,
        Permission.MESSAGES_WATCH,
        Permission.KINDS_VIEW,
        Permission.KINDS_MANAGE,
        Permission.RULES_VIEW,
        Permission.RULES_MANAGE,
        Permission.REPORT_TEMPLATES_READ,
        Permission.REPORT_TEMPLATES_KEEP,
        Permission.MONTHS_FREEZE,
        Permission.RECORDS_VIEW,
        Permission.BOARD_MEETINGS_KEEP,
        Permission.COMPARATORS_KEEP,
        Permission.API_KEYS_KEEP,
        Permission.IMPROVEMENT_KEEP,
        Permission.PACKS_VIEW,
        Permission.PACKS_MAKE,
    },
    Role.SCRUTINEER: _BOARD
    | _PANEL
    | {
        Permission.ESCALATIONS_VIEW,
        Permission.KINDS_VIEW,
        Permission.RULES_VIEW,
        Permission.REPORT_TEMPLATES_READ,
        Permission.SCRUTINY_ASK,
        Permission.QUOTATIONS_PROPOSE,
        Permission.PACKS_VIEW,
    },
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Permission.AGENCIES_VIEW,
        Permission.AGENCIES_MANAGE,
        Permission.PEOPLE_VIEW,
        Permission.PEOPLE_MANAGE,
        Permission.WITHDRAWALS_VIEW,
        Permission.ACTIVITY_VIEW,
        Permission.ACTIVITY_EXPORT,
        Permission.MESSAGES_WATCH,
        Permission.API_KEYS_KEEP,
    },
}

LINK_PERMISSIONS = frozenset(
    {
        Permission.INVITATIONS_ANSWER,
        Permission.ATTENDANCE_DECLARE,
        Permission.REPORTS_WRITE,
        Permission.REPORTS_READ,
    }
)
"""What a link of the two-minute return can do, for its one invitation. It opens no meeting, and nothing that hangs on
one."""

KEY_PERMISSIONS = frozenset({Permission.FIGURES_VIEW})
"""What a key of the API can do: read figures, with small counts hidden."""

CASE_ROLES = frozenset(role for role, permissions in ROLES.items() if Permission.MEETINGS_VIEW in permissions)
"""Roles that see children: they sign in with an authenticator code, as administrators do."""

CODE_ROLES = CASE_ROLES | {Role.ADMINISTRATOR}

WHOLE_PARTNERSHIP = frozenset({Role.SAFEGUARDING_MANAGER, Role.COORDINATOR})
"""Roles that see every meeting of their partnership."""

STRUCTURED_ONLY = frozenset({Role.BUSINESS_MANAGER, Role.SCRUTINEER, Role.SIGNATORY})
"""Roles that see of an escalation who, whom, why, stage, days and outcome, and neither its narrative nor its case."""
