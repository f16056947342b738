"""What every table of the portal holds, to the law of records: a table that is not declared here fails a test.

`FAMILY` tables hold what is about a child, or hang on it. They are erased with the family's file and given to whoever
asks for all that is held on the child. The test compares this list with the foreign keys themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Holding(StrEnum):
    """Whose a table's rows are."""

    FAMILY = "family"
    """About a child, or hanging on something that is."""
    PARTNERSHIP = "partnership"
    """The partnership's own work and rules: no child, but for what somebody typed where it does not belong."""
    PERSON = "person"
    """Who works with the portal, and how they sign in."""
    TRAIL = "trail"
    """Who did what to which number: kept, and without content."""
    PORTAL = "portal"
    """The portal's own running."""


FAMILY_TITLES: Mapping[str, str] = {
    "cases": "The family",
    "children": "The children",
    "involvements": "Agencies that know the child",
    "meetings": "Meetings",
    "meeting_cases": "Families that a meeting is about",
    "meeting_moves": "Meetings that were moved",
    "meeting_named_people": "Who was named to a closed meeting",
    "family_attendances": "The family at meetings",
    "child_views": "The child’s views",
    "invitations": "Agencies that were invited",
    "invitation_children": "Which children an agency knows",
    "expectation_changes": "Whom a meeting expected",
    "contests": "What an agency contested",
    "consultations": "Talks with agencies that did not come",
    "reports": "Agencies’ reports",
    "report_answers": "What agencies wrote",
    "report_addenda": "What agencies added later",
    "report_files": "Files attached to reports",
    "report_bundles": "Bundles of reports",
    "bundled_reports": "Reports in a bundle",
    "report_sharings": "What the family was shown",
    "report_waivers": "Reports that were waived",
    "report_withdrawals": "Reports that were taken back",
    "return_links": "Links for an answer",
    "return_codes": "Codes to such links",
    "return_sessions": "Uses of such links",
    "register_closings": "Registers of meetings",
    "strategy_records": "Records of strategy meetings",
    "strategy_answers": "Answers in such a record",
    "strategy_versions": "Signed versions of such a record",
    "outcomes": "Decisions of conferences",
    "outcome_core_groups": "Core groups",
    "agency_views": "Agencies’ views on the decision",
    "minutes_drafts": "Drafts of minutes",
    "sent_papers": "Minutes and decision sheets",
    "paper_readings": "Who opened them",
    "minutes_corrections": "Corrections of minutes",
    "plans": "Child protection plans",
    "midway_checks": "Midway checks of plans",
    "actions": "Actions",
    "action_updates": "How actions went",
    "action_carryings": "Actions carried into a plan",
    "escalations": "Escalations and practice alerts",
    "escalation_entries": "Entries of escalations",
    "escalation_causes": "What led to an escalation",
    "escalation_proposals": "Escalations that the rules proposed",
    "escalation_told": "Who was told of an escalation",
    "quotations": "Quotations taken from a meeting",
    "sampled_meetings": "Meetings looked at in a practice audit",
    "sample_reviews": "Reviews of such a meeting",
    "feedback_cards": "Cards that asked for feedback",
    "pack_children": "Lists for inspectors that the child stood in",
    "legal_holds": "Legal holds",
    "subject_exports": "Requests for what is held",
    "subject_decisions": "What was decided about such a request",
    "case_restrictions": "Restrictions of the record",
    "restricted_people": "Whom a restriction names",
    "report_holds": "Reports held back from an agency",
    "emergency_openings": "Openings in an emergency",
}
"""Tables with a child in them, and what a reader calls them."""

ATTACHED_TITLES: Mapping[str, str] = {
    "stored_files": "Files",
    "notices": "Notices to people who work with the family",
    "mails": "Mails that told of it, without their words",
    "packs": "Lists for inspectors",
    "pack_files": "Files of such lists",
    "kept_forms": "What was typed and not yet saved",
    "sent_forms": "That a form was sent",
}
"""Tables whose rows belong to a child without a foreign key to it, and go with it too."""

_PARTNERSHIP = """
absences agency_contacts api_keys api_requests audit_returns audit_rounds board_attendances board_groups
board_meeting_records board_meetings board_members challenge_sessions closure_periods comparator_files comparators
dip_rules erasures escalation_limits evidence feedback feedback_forms feedback_replies figure_changes figure_recounts
figures_by_agency figures_by_type figures_of_meetings framework_editions frozen_months improvement_actions
improvement_areas improvement_changes improvement_evidence improvement_leads improvement_measures improvement_months
improvement_ticks ladder_stages ladder_triggers meeting_figure_changes meeting_numbers meeting_rules meeting_types
memberships moderations month_revisions notices pack_files packs panel_members partnership_agencies partnerships
people_confirmations practice_samples practice_tools questions records_contacts remark_wordings report_templates
response_comments responses retention_rules return_versions rule_sets saved_views scrutiny_challenges scrutiny_drafts
scrutiny_entries sections_given sector_remarks sector_reminders sign_offs signing_keys standards stored_files teams
travelled_answers trusted_keys
"""
_PERSON = """
agencies identities joining_links kept_forms mails message_choices passkey_challenges passkeys provided_sessions
recovery_codes sent_forms sign_in_attempts sign_in_sessions sign_on_attempts users
"""
_TRAIL = "activity activity_anchors activity_chains activity_checkpoints"
_PORTAL = "field_keys worker_beats"

HOLDINGS: Mapping[str, Holding] = {
    **dict.fromkeys(FAMILY_TITLES, Holding.FAMILY),
    **dict.fromkeys(_PARTNERSHIP.split(), Holding.PARTNERSHIP),
    **dict.fromkeys(_PERSON.split(), Holding.PERSON),
    **dict.fromkeys(_TRAIL.split(), Holding.TRAIL),
    **dict.fromkeys(_PORTAL.split(), Holding.PORTAL),
}
"""Every table and whose its rows are."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of a table that names a row of another."""

    table: str
    column: str


LET_GO = frozenset(
    {
        Reference("meetings", "follows_id"),
        Reference("plans", "started_by_meeting_id"),
        Reference("plans", "ended_by_meeting_id"),
        Reference("minutes_corrections", "taken_into_id"),
        Reference("audit_rounds", "follows_id"),
        Reference("responses", "carried_from_id"),
        Reference("evidence", "given_from_id"),
        Reference("improvement_actions", "round_id"),
        Reference("family_attendances", "brought_from_id"),
    }
)
"""What is emptied when the row that it names goes; everything else that names an erased row goes with it."""

TAKES_ALONG = frozenset({Reference("pack_children", "pack_id")})
"""A list of children goes whole: it is a paper, and can be made again without the child."""

USED_UP = frozenset(
    {
        Reference("report_files", "file_id"),
        Reference("report_withdrawals", "file_id"),
        Reference("report_bundles", "file_id"),
        Reference("minutes_drafts", "file_id"),
        Reference("sent_papers", "file_id"),
        Reference("pack_files", "file_id"),
        Reference("evidence", "file_id"),
        Reference("feedback_cards", "mail_id"),
        Reference("return_links", "mail_id"),
        Reference("notices", "mail_id"),
    }
)
"""What goes with the last row that names it: files and mails."""

SUBJECTS: Mapping[str, str] = {
    "invitation": "invitations",
    "meeting": "meetings",
    "action": "actions",
    "contest": "contests",
    "escalation": "escalations",
    "quotation": "quotations",
    "plan": "plans",
    "report": "reports",
    "withdrawal": "report_withdrawals",
    "sampled_meeting": "sampled_meetings",
    "sample_review": "sample_reviews",
    "audit_return": "audit_returns",
    "audit_round": "audit_rounds",
    "scrutiny_challenge": "scrutiny_challenges",
}
"""What a notice is about, and the table where that stands."""

ADDRESSES: Mapping[str, str] = {
    "cases": "cases",
    "children": "children",
    "meetings": "meetings",
    "escalations": "escalations",
    "actions": "actions",
    "plans": "plans",
    "withdrawals": "report_withdrawals",
    "contests": "contests",
    "quotations": "quotations",
    "reviews": "sample_reviews",
}
"""What comes before a number in an address of the portal, and the table where that number stands."""

SECRETS = frozenset(
    {
        "users.password_hash",
        "users.totp_secret",
        "sign_in_sessions.setup_secret",
        "sign_on_attempts.verifier",
        "provided_sessions.id_token",
        "signing_keys.private_key",
        "feedback_cards.code",
        "stored_files.wrapped_key",
        "stored_files.store_name",
    }
)
"""Columns that no export carries, besides every column of plain bytes: keys, codes, digests and indexes."""

NOT_WORDS = frozenset({"key", "email", "telephone", "store_name", "media_type", "digest", "fingerprint", "public_key"})
"""Columns of plain text in which nobody writes."""
