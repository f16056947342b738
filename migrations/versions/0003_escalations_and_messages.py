"""Escalations, practice alerts and their rules; messages, absences and what the worker does."""

from __future__ import annotations

from datetime import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RUNGS = (
    (1, "Practitioners", 2, 0, ["practitioners", "line_manager", "agency_lead"], "reply", True),
    (2, "Managers and designated leads", 3, 1, ["agency_lead", "named_professional"], "reply", True),
    (3, "Heads of service", 5, 1, ["named_professional", "executive", "safeguarding_manager"], "reply", True),
    (4, "Safeguarding partners", 5, 2, ["executive", "safeguarding_manager", "board"], "reply", True),
)
ALERT_RUNGS = (
    (1, "Informal", 5, 1, ["team_manager"], "resolution", False),
    (2, "Formal: team manager", 5, 1, ["team_manager", "agency_lead"], "reply", True),
    (3, "Formal: head of service", 5, 1, ["agency_lead", "executive", "safeguarding_manager"], "reply", True),
    (4, "Dispute resolution", 5, 2, ["executive", "safeguarding_manager", "board"], "reply", True),
)
LADDERS = {"non_attendance": RUNGS, "disagreement": RUNGS, "practice_alert": ALERT_RUNGS}
TRIGGERS = (
    (["absent_without_report", "inquorate_because"], 1, 1, None, False),
    (["absent_without_report", "inquorate_because"], 2, 2, None, True),
    (["absent_without_report", "inquorate_because"], 2, 2, 6, False),
    (["absent_without_report", "inquorate_because"], 3, 4, 12, False),
    (["no_answer", "report_late", "report_missing"], 3, 1, 6, False),
)


def upgrade() -> None:
    """Apply the change; partnerships that are there get the rules that a new one starts with."""
    op.create_table(
        "worker_beats",
        sa.Column("work", sa.String(length=40), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_done", sa.Integer(), nullable=False),
        sa.Column("last_fault_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(fault) <= 200", name=op.f("ck_worker_beats_fault_length")),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_worker_beats")),
    )
    op.create_table(
        "message_choices",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("wants_digest", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "digest_hour >= 0 AND digest_hour <= 23", name=op.f("ck_message_choices_digest_hour_of_day")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_message_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_message_choices")),
    )
    op.create_table(
        "escalation_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("office_opens", sa.Time(), nullable=False),
        sa.Column("office_closes", sa.Time(), nullable=False),
        sa.Column("alert_working_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("office_closes > office_opens", name=op.f("ck_escalation_limits_office_hours_in_order")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "rule_set_id"],
            ["rule_sets.partnership_id", "rule_sets.id"],
            name=op.f("fk_escalation_limits_partnership_id_rule_set_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_limits")),
        sa.UniqueConstraint("rule_set_id", name=op.f("uq_escalation_limits_rule_set_id")),
    )
    op.create_table(
        "ladder_stages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("urgent_working_days", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.Column("is_formal", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('non_attendance', 'disagreement', 'practice_alert')", name=op.f("ck_ladder_stages_kind_known")
        ),
        sa.CheckConstraint("until IN ('reply', 'resolution')", name=op.f("ck_ladder_stages_until_known")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_ladder_stages_name_length")),
        sa.CheckConstraint(
            "urgent_working_days >= 0 AND working_days >= urgent_working_days AND working_days <= 60",
            name=op.f("ck_ladder_stages_working_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "rule_set_id"],
            ["rule_sets.partnership_id", "rule_sets.id"],
            name=op.f("fk_ladder_stages_partnership_id_rule_set_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_stages")),
        sa.UniqueConstraint("rule_set_id", "kind", "number", name=op.f("uq_ladder_stages_rule_set_id_kind_number")),
    )
    op.create_table(
        "ladder_triggers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("opens_stage", sa.Integer(), nullable=False),
        sa.Column("within_months", sa.Integer(), nullable=True),
        sa.Column("is_in_a_row", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 1 AND opens_stage >= 1", name=op.f("ck_ladder_triggers_count_and_stage_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "rule_set_id"],
            ["rule_sets.partnership_id", "rule_sets.id"],
            name=op.f("fk_ladder_triggers_partnership_id_rule_set_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_triggers")),
        sa.UniqueConstraint("rule_set_id", "position", name=op.f("uq_ladder_triggers_rule_set_id_position")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("joining_link_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=True),
        sa.Column("delivery_reference", sa.String(length=80), nullable=True),
        sa.CheckConstraint("kind IN ('digest', 'at_once', 'account')", name=op.f("ck_mails_kind_known")),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed', 'dropped')", name=op.f("ck_mails_state_known")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mails_attempts_positive")),
        sa.CheckConstraint("length(fault) <= 200", name=op.f("ck_mails_fault_length")),
        sa.CheckConstraint("length(key) <= 120", name=op.f("ck_mails_key_length")),
        sa.ForeignKeyConstraint(["joining_link_id"], ["joining_links.id"], name=op.f("fk_mails_joining_link_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mails_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("key", name=op.f("uq_mails_key")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mails_failed",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )
        batch_op.create_index(
            "ix_mails_to_ask",
            ["next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("delivery_reference IS NOT NULL"),
            postgresql_where=sa.text("delivery_reference IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_mails_to_send",
            ["next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index("ix_mails_user", ["user_id", "made_at"], unique=False)

    op.create_table(
        "people_confirmations",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("quarter_begins_on", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["users.id"], name=op.f("fk_people_confirmations_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_people_confirmations_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "agency_id", "quarter_begins_on", name=op.f("pk_people_confirmations")
        ),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("deputy_membership_id", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("deputy_membership_id != membership_id", name=op.f("ck_absences_deputy_is_somebody_else")),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_absences_ends_after_beginning")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_absences_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "deputy_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_absences_partnership_id_deputy_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_absences_partnership_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_absences_partnership_id_id")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index("ix_absences_deputy", ["deputy_membership_id", "begins_on"], unique=False)
        batch_op.create_index("ix_absences_membership", ["membership_id", "begins_on"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "urgency",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "mail_place",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invitation', 'invitation_changed', 'report_due', 'attendance_to_say', "
            "'register_to_close', 'proposals', 'audit_opened', 'audit_due', 'audit_sections', "
            "'audit_to_sign', 'audit_reopened', 'action_given', 'action_due', 'action_sent_back', "
            "'escalation_raised', 'escalation_stage', 'escalation_reply', 'escalation_due', "
            "'escalation_closed', 'alert_raised', 'alert_stage', 'alert_reply', 'alert_closed', 'joining', "
            "'password_changed', 'people_to_confirm', 'account_asleep', 'work_handed_over', 'mail_failed')",
            name=op.f("ck_notices_kind_known"),
        ),
        sa.CheckConstraint(
            "mail_place IN ('waiting', 'mailed', 'dropped', 'inbox_only')", name=op.f("ck_notices_mail_place_known")
        ),
        sa.CheckConstraint("urgency IN ('routine', 'soon', 'urgent')", name=op.f("ck_notices_urgency_known")),
        sa.CheckConstraint("length(key) <= 160", name=op.f("ck_notices_key_length")),
        sa.CheckConstraint("length(what) <= 200", name=op.f("ck_notices_what_length")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_notices_mail_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_notices_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_subject", ["subject", "subject_id"], unique=False)
        batch_op.create_index(
            "ix_notices_unread",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND settled_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND settled_at IS NULL"),
        )
        batch_op.create_index("ix_notices_user", ["user_id", "id"], unique=False)
        batch_op.create_index(
            "ix_notices_waiting",
            ["user_id", "made_at"],
            unique=False,
            sqlite_where=sa.text("mail_place = 'waiting'"),
            postgresql_where=sa.text("mail_place = 'waiting'"),
        )

    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("is_positive", sa.Boolean(), nullable=False),
        sa.Column("raised_by_membership_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_agency_id", sa.Integer(), nullable=True),
        sa.Column("raised_by_team_id", sa.Integer(), nullable=True),
        sa.Column("raised_with_agency_id", sa.Integer(), nullable=False),
        sa.Column("raised_with_team_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("wanted", sa.LargeBinary(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column(
            "turn",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("formal_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_days", sa.Integer(), nullable=False),
        sa.Column("is_noted", sa.Boolean(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "resolution",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column(
            "child_safe",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column(
            "learning",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_escalations_closed_when_not_open")),
        sa.CheckConstraint("(status = 'open') = (turn != 'nobody')", name=op.f("ck_escalations_open_has_a_turn")),
        sa.CheckConstraint(
            "category IN ('non_attendance', 'threshold', 'role', 'inaction', 'plan_drift', "
            "'information_sharing', 'allegation_delay', 'visits', 'assessment', 'core_groups', "
            "'report_quality', 'childs_voice', 'family_informed', 'good_practice')",
            name=op.f("ck_escalations_category_known"),
        ),
        sa.CheckConstraint(
            "child_safe IN ('safe', 'not_safe', 'not_known')", name=op.f("ck_escalations_child_safe_known")
        ),
        sa.CheckConstraint(
            "kind IN ('non_attendance', 'disagreement', 'practice_alert')", name=op.f("ck_escalations_kind_known")
        ),
        sa.CheckConstraint(
            "learning IN ('nothing_new', 'invitations', 'capacity', 'roles_unclear', 'thresholds', "
            "'information_sharing', 'training', 'communication', 'good_practice')",
            name=op.f("ck_escalations_learning_known"),
        ),
        sa.CheckConstraint(
            "resolution IN ('done', 'plan_agreed', 'explained', 'decision_changed', 'decision_stands', "
            "'acknowledged', 'withdrawn')",
            name=op.f("ck_escalations_resolution_known"),
        ),
        sa.CheckConstraint("status IN ('open', 'resolved', 'withdrawn')", name=op.f("ck_escalations_status_known")),
        sa.CheckConstraint("turn IN ('raised_by', 'raised_with', 'nobody')", name=op.f("ck_escalations_turn_known")),
        sa.CheckConstraint("length(reference) <= 20", name=op.f("ck_escalations_reference_length")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_escalations_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_escalations_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_escalations_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "raised_by_agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_escalations_partnership_id_raised_by_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "raised_by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_escalations_partnership_id_raised_by_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "raised_by_team_id"],
            ["teams.partnership_id", "teams.id"],
            name=op.f("fk_escalations_partnership_id_raised_by_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "raised_with_agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_escalations_partnership_id_raised_with_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "raised_with_team_id"],
            ["teams.partnership_id", "teams.id"],
            name=op.f("fk_escalations_partnership_id_raised_with_team_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_escalations_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_escalations_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "reference", name=op.f("uq_escalations_partnership_id_reference")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_escalations_by", ["partnership_id", "raised_by_agency_id", "status", "opened_at"], unique=False
        )
        batch_op.create_index("ix_escalations_case", ["case_id"], unique=False)
        batch_op.create_index(
            "ix_escalations_clock",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'open' AND NOT is_noted"),
            postgresql_where=sa.text("status = 'open' AND NOT is_noted"),
        )
        batch_op.create_index("ix_escalations_meeting", ["meeting_id"], unique=False)
        batch_op.create_index("ix_escalations_raiser", ["raised_by_membership_id"], unique=False)
        batch_op.create_index(
            "ix_escalations_with", ["partnership_id", "raised_with_agency_id", "status", "opened_at"], unique=False
        )

    op.create_table(
        "escalation_causes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "event IN ('absent_without_report', 'report_late', 'report_missing', 'no_answer', 'inquorate_because')",
            name=op.f("ck_escalation_causes_event_known"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "escalation_id"],
            ["escalations.partnership_id", "escalations.id"],
            name=op.f("fk_escalation_causes_partnership_id_escalation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_escalation_causes_partnership_id_invitation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_causes")),
        sa.UniqueConstraint(
            "escalation_id",
            "invitation_id",
            "event",
            name=op.f("uq_escalation_causes_escalation_id_invitation_id_event"),
        ),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_escalation_causes_partnership_id_id")),
    )
    op.create_table(
        "escalation_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_membership_id", sa.Integer(), nullable=True),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("from_stage", sa.Integer(), nullable=True),
        sa.Column("to_stage", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column(
            "resolution",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column(
            "child_safe",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column(
            "learning",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column("amends", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "child_safe IN ('safe', 'not_safe', 'not_known')", name=op.f("ck_escalation_entries_child_safe_known")
        ),
        sa.CheckConstraint(
            "kind IN ('raised', 'joined', 'contact', 'reply', 'asked_again', 'meeting', 'stage_change', "
            "'extension', 'clock_ended', 'resolution', 'child_outcome', 'learning', 'amendment')",
            name=op.f("ck_escalation_entries_kind_known"),
        ),
        sa.CheckConstraint(
            "learning IN ('nothing_new', 'invitations', 'capacity', 'roles_unclear', 'thresholds', "
            "'information_sharing', 'training', 'communication', 'good_practice')",
            name=op.f("ck_escalation_entries_learning_known"),
        ),
        sa.CheckConstraint(
            "resolution IN ('done', 'plan_agreed', 'explained', 'decision_changed', 'decision_stands', "
            "'acknowledged', 'withdrawn')",
            name=op.f("ck_escalation_entries_resolution_known"),
        ),
        sa.CheckConstraint(
            "side IN ('raised_by', 'raised_with', 'partnership', 'clock')",
            name=op.f("ck_escalation_entries_side_known"),
        ),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_escalation_entries_by_user_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_escalation_entries_partnership_id_by_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "escalation_id"],
            ["escalations.partnership_id", "escalations.id"],
            name=op.f("fk_escalation_entries_partnership_id_escalation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_entries")),
        sa.UniqueConstraint("escalation_id", "number", name=op.f("uq_escalation_entries_escalation_id_number")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_escalation_entries_partnership_id_id")),
    )
    with op.batch_alter_table("escalation_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_escalation_entries_amends",
            ["escalation_id", "amends"],
            unique=False,
            sqlite_where=sa.text("amends IS NOT NULL"),
            postgresql_where=sa.text("amends IS NOT NULL"),
        )

    op.create_table(
        "escalation_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("escalation_id", sa.Integer(), nullable=True),
        sa.Column(
            "waiver",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column("waiver_note", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'raised', 'joined', 'waived')", name=op.f("ck_escalation_proposals_status_known")
        ),
        sa.CheckConstraint(
            "waiver IN ('not_invited', 'emergency', 'spoken_to', 'recorded_wrongly', 'other')",
            name=op.f("ck_escalation_proposals_waiver_known"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_escalation_proposals_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_escalation_proposals_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "escalation_id"],
            ["escalations.partnership_id", "escalations.id"],
            name=op.f("fk_escalation_proposals_partnership_id_escalation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_escalation_proposals_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_escalation_proposals_partnership_id_meeting_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_proposals")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_escalation_proposals_invitation_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_escalation_proposals_partnership_id_id")),
    )
    with op.batch_alter_table("escalation_proposals", schema=None) as batch_op:
        batch_op.create_index("ix_escalation_proposals_meeting", ["meeting_id"], unique=False)
        batch_op.create_index(
            "ix_escalation_proposals_open",
            ["partnership_id", "made_at"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "escalation_told",
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column(
            "told_as",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "told_as IN ('practitioners', 'line_manager', 'team_manager', 'agency_lead', "
            "'named_professional', 'executive', 'safeguarding_manager', 'board')",
            name=op.f("ck_escalation_told_told_as_known"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "escalation_id"],
            ["escalations.partnership_id", "escalations.id"],
            name=op.f("fk_escalation_told_partnership_id_escalation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_escalation_told_partnership_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("escalation_id", "stage", "membership_id", name=op.f("pk_escalation_told")),
    )
    with op.batch_alter_table("escalation_told", schema=None) as batch_op:
        batch_op.create_index("ix_escalation_told_membership", ["membership_id", "escalation_id"], unique=False)

    with op.batch_alter_table("closure_periods", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cover_membership_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_closure_periods_partnership_id_cover_membership_id"),
            "memberships",
            ["partnership_id", "cover_membership_id"],
            ["partnership_id", "id"],
        )

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asleep_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("woken_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("partnerships", schema=None) as batch_op:
        # The default is for the rows that are there; the model says what a new one starts with.
        batch_op.add_column(
            sa.Column("account_sleeps_after_days", sa.Integer(), nullable=False, server_default=sa.text("90"))
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_partnerships_account_sleeps_within_reason"),
            "account_sleeps_after_days >= 30 AND account_sleeps_after_days <= 730",
        )
    with op.batch_alter_table("partnerships", schema=None) as batch_op:
        batch_op.alter_column("account_sleeps_after_days", existing_type=sa.Integer(), server_default=None)
    note_last_sign_ins()
    give_default_rules()


def note_last_sign_ins() -> None:
    """Write down when each person signed in last: the newest of their sign-ins is always kept."""
    op.execute(
        "UPDATE users SET last_signed_in_at = (SELECT max(started_at) FROM sign_in_sessions "
        "WHERE sign_in_sessions.user_id = users.id AND code_checked)"
    )


def give_default_rules() -> None:
    """Give every rule set its ladders, as they stood when this was written."""
    connection = op.get_bind()
    tables = sa.MetaData()
    names = ("rule_sets", "ladder_stages", "ladder_triggers", "escalation_limits")
    tables.reflect(connection, only=names)
    rule_sets, stages, triggers, limits = (tables.tables[name] for name in names)
    for row in connection.execute(sa.select(rule_sets.c.id, rule_sets.c.partnership_id)).all():
        own = {"rule_set_id": row.id, "partnership_id": row.partnership_id, "version": 1}
        for kind, rungs in LADDERS.items():
            for number, name, days, urgent, told, until, is_formal in rungs:
                connection.execute(
                    stages.insert().values(
                        **own,
                        kind=kind,
                        number=number,
                        name=name,
                        working_days=days,
                        urgent_working_days=urgent,
                        told=sa.bindparam(None, told, type_=sa.JSON()),
                        until=until,
                        is_formal=is_formal,
                    )
                )
        for position, (events, count, opens_stage, within_months, is_in_a_row) in enumerate(TRIGGERS, start=1):
            connection.execute(
                triggers.insert().values(
                    **own,
                    position=position,
                    events=sa.bindparam(None, events, type_=sa.JSON()),
                    count=count,
                    opens_stage=opens_stage,
                    within_months=within_months,
                    is_in_a_row=is_in_a_row,
                )
            )
        connection.execute(
            limits.insert().values(**own, office_opens=time(8), office_closes=time(17), alert_working_days=20)
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("partnerships", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_partnerships_account_sleeps_within_reason"), type_="check")
        batch_op.drop_column("account_sleeps_after_days")

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("woken_at")
        batch_op.drop_column("last_signed_in_at")
        batch_op.drop_column("asleep_at")

    with op.batch_alter_table("closure_periods", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_closure_periods_partnership_id_cover_membership_id"), type_="foreignkey"
        )
        batch_op.drop_column("cover_membership_id")

    with op.batch_alter_table("escalation_told", schema=None) as batch_op:
        batch_op.drop_index("ix_escalation_told_membership")

    op.drop_table("escalation_told")
    with op.batch_alter_table("escalation_proposals", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_escalation_proposals_open",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.drop_index("ix_escalation_proposals_meeting")

    op.drop_table("escalation_proposals")
    with op.batch_alter_table("escalation_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_escalation_entries_amends",
            sqlite_where=sa.text("amends IS NOT NULL"),
            postgresql_where=sa.text("amends IS NOT NULL"),
        )

    op.drop_table("escalation_entries")
    op.drop_table("escalation_causes")
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_index("ix_escalations_with")
        batch_op.drop_index("ix_escalations_raiser")
        batch_op.drop_index("ix_escalations_meeting")
        batch_op.drop_index(
            "ix_escalations_clock",
            sqlite_where=sa.text("status = 'open' AND NOT is_noted"),
            postgresql_where=sa.text("status = 'open' AND NOT is_noted"),
        )
        batch_op.drop_index("ix_escalations_case")
        batch_op.drop_index("ix_escalations_by")

    op.drop_table("escalations")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notices_waiting",
            sqlite_where=sa.text("mail_place = 'waiting'"),
            postgresql_where=sa.text("mail_place = 'waiting'"),
        )
        batch_op.drop_index("ix_notices_user")
        batch_op.drop_index(
            "ix_notices_unread",
            sqlite_where=sa.text("read_at IS NULL AND settled_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND settled_at IS NULL"),
        )
        batch_op.drop_index("ix_notices_subject")

    op.drop_table("notices")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index("ix_absences_membership")
        batch_op.drop_index("ix_absences_deputy")

    op.drop_table("absences")
    op.drop_table("people_confirmations")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index("ix_mails_user")
        batch_op.drop_index(
            "ix_mails_failed", sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'")
        )
        batch_op.drop_index(
            "ix_mails_to_send", sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'")
        )
        batch_op.drop_index(
            "ix_mails_to_ask",
            sqlite_where=sa.text("delivery_reference IS NOT NULL"),
            postgresql_where=sa.text("delivery_reference IS NOT NULL"),
        )

    op.drop_table("mails")
    op.drop_table("ladder_triggers")
    op.drop_table("ladder_stages")
    op.drop_table("escalation_limits")
    op.drop_table("message_choices")
    op.drop_table("worker_beats")
