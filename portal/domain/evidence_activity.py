"""What the trail's verbs about itself are in plain words: read, searched, taken along, anchored, let go."""

from __future__ import annotations

from collections.abc import Mapping

EVIDENCE_VERBS: Mapping[str, str] = {
    "activity.anchored": "Kept an anchor of the activity",
    "activity.anchored_anew": "Anchored the activity anew after a restore",
    "activity.downloaded": "Took the activity along as a file",
    "activity.let_go": "Let the oldest activity go",
    "activity.read": "Looked through the activity",
    "case.readings_read": "Looked up who had read a child’s record",
}

SUBJECTS_TO_SEARCH: tuple[str, ...] = (
    "action",
    "activity",
    "agency",
    "api_key",
    "audit_return",
    "audit_round",
    "bundle",
    "case",
    "child",
    "contest",
    "emergency_opening",
    "erasure",
    "escalation",
    "file",
    "framework",
    "invitation",
    "legal_hold",
    "meeting",
    "membership",
    "notice",
    "pack",
    "paper",
    "partnership",
    "person",
    "plan",
    "report",
    "report_template",
    "retention_rule",
    "rule_set",
    "scrutiny_challenge",
    "strategy_record",
    "team",
    "withdrawal",
)
"""The kinds of records that a search of the trail offers; an address may name any other."""
