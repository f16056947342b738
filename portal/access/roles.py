"""Role -> permissions: the one table. A permission opens a kind of page or act; rows are for access/<stem>.py."""

from __future__ import annotations

from enum import StrEnum

from portal.domain.vocabulary import Role


class Permission(StrEnum):
    """What a role may do at all; whether it may do it to a given row is asked of the row's stem."""

    HOME = "home.view"
    OWN_ACCOUNT = "account.manage"
    FILES_OPEN = "files.open"
    MEETINGS_VIEW = "meetings.view"
    INVITATIONS_ANSWER = "invitations.answer"
    ATTENDANCE_DECLARE = "attendance.declare"
    REPORTS_WRITE = "reports.write"
    REPORTS_READ = "reports.read"
    REPORTS_SHARE = "reports.share"
    """Record what a family has seen of a report, or why not; whose, is asked of the row."""
    REPORTS_WITHDRAW = "reports.withdraw"
    """Take back a report, or a file of it, that was sent to the wrong place; whose, is asked of the row."""
    WITHDRAWALS_VIEW = "withdrawals.view"
    """The data-protection list: what was withdrawn, who had opened it, how far it is; content is asked of the row."""
    WITHDRAWALS_ASSESS = "withdrawals.assess"
    REGISTER_KEEP = "register.keep"
    REGISTER_REOPEN = "register.reopen"
    """Have a register that was closed corrected."""
    EXPECTATIONS_SET = "expectations.set"
    EXPECTATIONS_CONTEST = "expectations.contest"
    MEETINGS_PLAN = "meetings.plan"
    """Open a meeting, move it, cancel it, arrange a series."""
    MEETINGS_DIARY = "meetings.diary"
    """Days and weeks over many meetings; whose, is asked of the rows."""
    MEETINGS_RECORD = "meetings.record"
    """Keep the record of a meeting: the family, the strategy record, minutes, actions."""
    NAMED_MEETINGS_OVERSEE = "named_meetings.oversee"
    """Know which meetings are for named people only, and name oneself with a reason."""
    VIEWS_GIVE = "views.give"
    RETURN_LINKS = "return_links.keep"
    """Make links by which somebody without an account answers for an agency, and keep who may be sent one."""
    OUTCOMES_DECIDE = "outcomes.decide"
    PLANS_VIEW = "plans.view"
    """Lists of children with a plan, the panel's agenda, midway checks."""
    PLANS_CHECK = "plans.check"
    KINDS_VIEW = "kinds.view"
    KINDS_MANAGE = "kinds.manage"
    RULES_VIEW = "rules.view"
    """The page of all other rules of an area; the ladders stand among the escalations, too."""
    RULES_MANAGE = "rules.manage"
    MONTHS_FREEZE = "months.freeze"
    BOARD_MEETINGS_VIEW = "board_meetings.view"
    BOARD_MEETINGS_KEEP = "board_meetings.keep"
    CASES_MANAGE = "cases.manage"
    TEAMS_ASSIGN = "teams.assign"
    AGENCIES_VIEW = "agencies.view"
    AGENCIES_MANAGE = "agencies.manage"
    PEOPLE_VIEW = "people.view"
    PEOPLE_MANAGE = "people.manage"
    ACTIVITY_VIEW = "activity.view"
    FIGURES_VIEW = "figures.view"
    AUDITS_VIEW = "audits.view"
    AUDITS_ANSWER = "audits.answer"
    AUDITS_LEAD = "audits.lead"
    AUDITS_SIGN = "audits.sign"
    AUDITS_RUN = "audits.run"
    AUDITS_READ = "audits.read"
    AUDITS_MODERATE = "audits.moderate"
    AUDITS_OVERSEE = "audits.oversee"
    """Rounds: what is asked of everybody. Agencies have a page of their own returns."""
    FRAMEWORKS_VIEW = "frameworks.view"
    REPORT_TEMPLATES_READ = "report_templates.read"
    """What agencies are asked in their reports: versions of templates, and what they changed."""
    REPORT_TEMPLATES_KEEP = "report_templates.keep"
    ESCALATIONS_VIEW = "escalations.view"
    """The list and the page of an escalation; what of it may be read is asked of the row."""
    ESCALATIONS_RAISE = "escalations.raise"
    ESCALATIONS_ANSWER = "escalations.answer"
    ESCALATIONS_PROPOSED = "escalations.proposed"
    """What the rules propose when a register is closed: to raise it, join it to another, or waive it."""
    ESCALATIONS_FIGURES = "escalations.figures"
    ALERTS_RAISE = "alerts.raise"
    INBOX = "inbox.view"
    ABSENCES_PLAN = "absences.plan"
    MESSAGES_WATCH = "messages.watch"
    """The queue of mails and work in the background, and the templates of mails: no content."""
    ACTIONS_VIEW = "actions.view"
    ACTIONS_OWN = "actions.own"
    ACTIONS_CHECK = "actions.check"


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
        Permission.AGENCIES_VIEW,
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
    },
    Role.SIGNATORY: _EVERYONE | {Permission.AUDITS_VIEW, Permission.AUDITS_SIGN, Permission.ESCALATIONS_VIEW},
    Role.SECTOR_LEAD: _BOARD | _PANEL,
    Role.BOARD_MEMBER: _BOARD | _PANEL | {Permission.RULES_VIEW},
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
        Permission.BOARD_MEETINGS_KEEP,
    },
    Role.SCRUTINEER: _BOARD
    | _PANEL
    | {
        Permission.ESCALATIONS_VIEW,
        Permission.KINDS_VIEW,
        Permission.RULES_VIEW,
        Permission.REPORT_TEMPLATES_READ,
    },
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Permission.AGENCIES_VIEW,
        Permission.AGENCIES_MANAGE,
        Permission.PEOPLE_VIEW,
        Permission.PEOPLE_MANAGE,
        Permission.WITHDRAWALS_VIEW,
        Permission.ACTIVITY_VIEW,
        Permission.MESSAGES_WATCH,
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

CASE_ROLES = frozenset(role for role, permissions in ROLES.items() if Permission.MEETINGS_VIEW in permissions)
"""Roles that see children: they sign in with an authenticator code, as administrators do."""

CODE_ROLES = CASE_ROLES | {Role.ADMINISTRATOR}

WHOLE_PARTNERSHIP = frozenset({Role.SAFEGUARDING_MANAGER, Role.COORDINATOR})
"""Roles that see every meeting of their partnership."""

STRUCTURED_ONLY = frozenset({Role.BUSINESS_MANAGER, Role.SCRUTINEER, Role.SIGNATORY})
"""Roles that see of an escalation who, whom, why, stage, days and outcome, and neither its narrative nor its case."""
