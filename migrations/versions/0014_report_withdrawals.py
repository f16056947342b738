"""Reports and files of reports that were taken back, and the data-protection entry of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STANDS = sa.text("withdrawn_at IS NULL")
NOTICE_KINDS_BEFORE = (
    "'invitation', 'invitation_changed', 'part_ended', 'report_due', 'attendance_to_say', 'register_to_close', "
    "'proposals', 'quoracy_at_risk', 'quoracy_asked', 'quoracy_failed', 'contest_raised', 'contest_upheld', "
    "'contest_kept', 'chairing', 'chairing_ended', 'decisions_sent', 'minutes_sent', 'correction_asked', "
    "'correction_answered', 'audit_opened', 'audit_due', 'audit_sections', 'audit_to_sign', 'audit_reopened', "
    "'action_given', 'action_due', 'action_sent_back', 'escalation_raised', 'escalation_stage', 'escalation_reply', "
    "'escalation_due', 'escalation_closed', 'alert_raised', 'alert_stage', 'alert_reply', 'alert_closed', 'joining', "
    "'password_changed', 'people_to_confirm', 'account_asleep', 'work_handed_over', 'mail_failed'"
)
NEW_NOTICE_KINDS = "'report_withdrawn', 'withdrawal_listed'"
NOTICE_KINDS = (
    "'invitation', 'invitation_changed', 'part_ended', 'report_due', 'report_withdrawn', 'withdrawal_listed', "
    "'attendance_to_say', 'register_to_close', 'proposals', 'quoracy_at_risk', 'quoracy_asked', 'quoracy_failed', "
    "'contest_raised', 'contest_upheld', 'contest_kept', 'chairing', 'chairing_ended', 'decisions_sent', "
    "'minutes_sent', 'correction_asked', 'correction_answered', 'audit_opened', 'audit_due', 'audit_sections', "
    "'audit_to_sign', 'audit_reopened', 'action_given', 'action_due', 'action_sent_back', 'escalation_raised', "
    "'escalation_stage', 'escalation_reply', 'escalation_due', 'escalation_closed', 'alert_raised', 'alert_stage', "
    "'alert_reply', 'alert_closed', 'joining', 'password_changed', 'people_to_confirm', 'account_asleep', "
    "'work_handed_over', 'mail_failed'"
)


def upgrade() -> None:
    """Apply the change: in place of a report that was withdrawn another one may be written."""
    _tell_of(NOTICE_KINDS)
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("uq_reports_invitation_id"), type_="unique")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(
            "uq_reports_standing_invitation",
            ["invitation_id"],
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        )
        batch_op.create_index("ix_reports_invitation", ["invitation_id"], unique=False)
    with op.batch_alter_table("report_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "report_withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("file_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("shared_on", sa.Date(), nullable=True),
        sa.Column("is_asked_again", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("assessment", sa.LargeBinary(), nullable=True),
        sa.Column("regulator", sa.String(length=32), nullable=False),
        sa.Column("regulator_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("regulator_reason", sa.LargeBinary(), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('wrong_child', 'wrong_person', 'somebody_elses', 'not_to_be_shared', 'something_else')",
            name=op.f("ck_report_withdrawals_reason_known"),
        ),
        sa.CheckConstraint("state IN ('open', 'assessed', 'closed')", name=op.f("ck_report_withdrawals_state_known")),
        sa.CheckConstraint(
            "regulator IN ('not_decided', 'told', 'not_needed')", name=op.f("ck_report_withdrawals_regulator_known")
        ),
        sa.CheckConstraint(
            "file_number = COALESCE(file_id, 0)", name=op.f("ck_report_withdrawals_file_number_follows")
        ),
        sa.CheckConstraint(
            "(regulator = 'told') = (regulator_told_at IS NOT NULL)",
            name=op.f("ck_report_withdrawals_told_at_a_time"),
        ),
        sa.ForeignKeyConstraint(["assessed_by_id"], ["users.id"], name=op.f("fk_report_withdrawals_assessed_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_report_withdrawals_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "report_id"],
            ["reports.partnership_id", "reports.id"],
            name=op.f("fk_report_withdrawals_partnership_id_report_id"),
        ),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_report_withdrawals_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_withdrawals")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_report_withdrawals_partnership_id_id")),
        sa.UniqueConstraint("report_id", "file_number", name=op.f("uq_report_withdrawals_report_id_file_number")),
    )
    with op.batch_alter_table("report_withdrawals", schema=None) as batch_op:
        batch_op.create_index("ix_report_withdrawals_list", ["partnership_id", "withdrawn_at"], unique=False)


def downgrade() -> None:
    """Take the change back: what was withdrawn goes for good, since nothing would keep it from being read."""
    withdrawn = "SELECT id FROM reports WHERE withdrawn_at IS NOT NULL"
    gone = f"SELECT file_id FROM report_files WHERE withdrawn_at IS NOT NULL OR report_id IN ({withdrawn})"  # noqa: S608
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    _tell_of(NOTICE_KINDS_BEFORE)
    op.drop_table("report_withdrawals")
    bind = op.get_bind()
    files = bind.execute(sa.text(gone)).scalars().all()
    if files:
        # The bytes are swept by `flask files scan`: they have no row any more, and no key.
        removed = [{"id": file_id} for file_id in files]
        bind.execute(sa.text("DELETE FROM report_files WHERE file_id = :id"), removed)
        bind.execute(sa.text("DELETE FROM stored_files WHERE id = :id"), removed)
    for table in ("report_answers", "report_addenda"):
        op.execute(f"DELETE FROM {table} WHERE report_id IN ({withdrawn})")  # noqa: S608 - own names
    op.execute("DELETE FROM reports WHERE withdrawn_at IS NOT NULL")
    with op.batch_alter_table("report_files", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index("ix_reports_invitation")
        batch_op.drop_index("uq_reports_standing_invitation", sqlite_where=STANDS, postgresql_where=STANDS)
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f("uq_reports_invitation_id"), ["invitation_id"])
        batch_op.drop_column("withdrawn_at")


def _tell_of(kinds: str) -> None:
    """Close the list of what people are told of."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), f"kind IN ({kinds})")
