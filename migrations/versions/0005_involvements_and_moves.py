"""Which agency knows which child; what happened to each meeting's day; the numbers of meetings opened in the portal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REASONS = (
    "'knows_child', 'registered', 'on_roll', 'statutory', 'supports_family', 'referred', 'not_involved', "
    "'moved_away', 'imported'"
)
FORMATS = "'in_person', 'video', 'hybrid', 'telephone'"
SOMEBODY_CANNOT = "'agency_cannot_come', 'chair_cannot_come', 'family_cannot_come', 'reports_not_ready', 'not_quorate'"
MOVE_REASONS = (
    f"{SOMEBODY_CANNOT}, 'needed_sooner', 'place_not_free', 'asked_for_late', 'not_needed', 'family_moved_away', "
    "'opened_by_mistake', 'another_reason', 'imported'"
)

NOTICE_KINDS = (
    "'invitation', 'invitation_changed', 'report_due', 'attendance_to_say', 'register_to_close', 'proposals', "
    "'audit_opened', 'audit_due', 'audit_sections', 'audit_to_sign', 'audit_reopened', 'action_given', 'action_due', "
    "'action_sent_back', 'escalation_raised', 'escalation_stage', 'escalation_reply', 'escalation_due', "
    "'escalation_closed', 'alert_raised', 'alert_stage', 'alert_reply', 'alert_closed', 'joining', "
    "'password_changed', 'people_to_confirm', 'account_asleep', 'work_handed_over', 'mail_failed'"
)
NEW_NOTICE_KINDS = (
    "'part_ended', 'chairing', 'chairing_ended', 'quoracy_at_risk', 'quoracy_asked', 'quoracy_failed', "
    "'contest_raised', 'contest_upheld', 'contest_kept', 'decisions_sent', 'minutes_sent', 'correction_asked', "
    "'correction_answered'"
)
ALL_NOTICE_KINDS = (
    "'invitation', 'invitation_changed', 'part_ended', 'report_due', 'attendance_to_say', 'register_to_close', "
    "'proposals', 'quoracy_at_risk', 'quoracy_asked', 'quoracy_failed', 'contest_raised', 'contest_upheld', "
    "'contest_kept', 'chairing', 'chairing_ended', 'decisions_sent', 'minutes_sent', 'correction_asked', "
    "'correction_answered', 'audit_opened', 'audit_due', 'audit_sections', 'audit_to_sign', 'audit_reopened', "
    "'action_given', 'action_due', 'action_sent_back', 'escalation_raised', 'escalation_stage', "
    "'escalation_reply', 'escalation_due', 'escalation_closed', 'alert_raised', 'alert_stage', 'alert_reply', "
    "'alert_closed', 'joining', 'password_changed', 'people_to_confirm', 'account_asleep', 'work_handed_over', "
    "'mail_failed'"
)


def upgrade() -> None:
    """Apply the change."""
    _tell_of(ALL_NOTICE_KINDS)
    op.create_table(
        "involvements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_involvements_reason_known")),
        sa.CheckConstraint("until >= since", name=op.f("ck_involvements_until_after_since")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_involvements_created_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_involvements_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_involvements_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_involvements_partnership_id_child_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_involvements")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_involvements_partnership_id_id")),
    )
    with op.batch_alter_table("involvements", schema=None) as batch_op:
        batch_op.create_index("ix_involvements_agency", ["partnership_id", "agency_id"], unique=False)
        batch_op.create_index(
            "ix_involvements_current",
            ["child_id", "agency_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "meeting_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("from_time", sa.Time(), nullable=True),
        sa.Column("from_minutes", sa.Integer(), nullable=True),
        sa.Column("from_format", sa.String(length=32), nullable=True),
        sa.Column("from_place", sa.LargeBinary(), nullable=True),
        sa.Column("from_link", sa.LargeBinary(), nullable=True),
        sa.Column("from_chair_id", sa.Integer(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("to_time", sa.Time(), nullable=True),
        sa.Column("to_minutes", sa.Integer(), nullable=True),
        sa.Column("to_format", sa.String(length=32), nullable=False),
        sa.Column("to_place", sa.LargeBinary(), nullable=True),
        sa.Column("to_link", sa.LargeBinary(), nullable=True),
        sa.Column("to_chair_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("late_reason", sa.String(length=32), nullable=True),
        sa.Column("asks_again", sa.Boolean(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"from_format IN ({FORMATS})", name=op.f("ck_meeting_moves_from_format_known")),
        sa.CheckConstraint(
            "kind IN ('opened', 'moved', 'cancelled', 'chair_changed')", name=op.f("ck_meeting_moves_kind_known")
        ),
        sa.CheckConstraint(
            f"late_reason IN ({SOMEBODY_CANNOT}, 'place_not_free', 'asked_for_late', 'another_reason')",
            name=op.f("ck_meeting_moves_late_reason_known"),
        ),
        sa.CheckConstraint(
            "(kind = 'opened' AND from_on IS NULL AND number = 0) "
            "OR (kind <> 'opened' AND from_on IS NOT NULL AND number > 0 "
            "AND (reason IS NOT NULL OR kind = 'chair_changed'))",
            name=op.f("ck_meeting_moves_opened_first_and_moved_for_a_reason"),
        ),
        sa.CheckConstraint(f"reason IN ({MOVE_REASONS})", name=op.f("ck_meeting_moves_reason_known")),
        sa.CheckConstraint(f"to_format IN ({FORMATS})", name=op.f("ck_meeting_moves_to_format_known")),
        sa.ForeignKeyConstraint(["moved_by_id"], ["users.id"], name=op.f("fk_meeting_moves_moved_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "from_chair_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_meeting_moves_partnership_id_from_chair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_meeting_moves_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "to_chair_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_meeting_moves_partnership_id_to_chair_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_moves")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_meeting_moves_meeting_id_number")),
    )
    op.create_table(
        "meeting_numbers",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_meeting_numbers_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "year", name=op.f("pk_meeting_numbers")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    _tell_of(NOTICE_KINDS)
    op.drop_table("meeting_numbers")
    op.drop_table("meeting_moves")
    with op.batch_alter_table("involvements", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_involvements_current",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index("ix_involvements_agency")
    op.drop_table("involvements")


def _tell_of(kinds: str) -> None:
    """Close the list of what people are told of."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), f"kind IN ({kinds})")
