"""Bundles of reports, what families have seen of them, talks on the telephone, and reports that are not needed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NOTICE_KINDS_BEFORE = (
    "'invitation', 'invitation_changed', 'part_ended', 'report_due', 'report_withdrawn', 'withdrawal_listed', "
    "'attendance_to_say', 'register_to_close', 'proposals', 'quoracy_at_risk', 'quoracy_asked', 'quoracy_failed', "
    "'contest_raised', 'contest_upheld', 'contest_kept', 'chairing', 'chairing_ended', 'decisions_sent', "
    "'minutes_sent', 'correction_asked', 'correction_answered', 'audit_opened', 'audit_due', 'audit_sections', "
    "'audit_to_sign', 'audit_reopened', 'action_given', 'action_due', 'action_sent_back', 'escalation_raised', "
    "'escalation_stage', 'escalation_reply', 'escalation_due', 'escalation_closed', 'alert_raised', 'alert_stage', "
    "'alert_reply', 'alert_closed', 'joining', 'password_changed', 'people_to_confirm', 'account_asleep', "
    "'work_handed_over', 'mail_failed'"
)
NEW_NOTICE_KINDS = "'report_to_sign', 'report_sent_back', 'bundle_cut', 'consultation_recorded'"
NOTICE_KINDS = (
    "'invitation', 'invitation_changed', 'part_ended', 'report_due', 'report_to_sign', 'report_sent_back', "
    "'bundle_cut', 'consultation_recorded', 'report_withdrawn', 'withdrawal_listed', 'attendance_to_say', "
    "'register_to_close', 'proposals', 'quoracy_at_risk', 'quoracy_asked', 'quoracy_failed', 'contest_raised', "
    "'contest_upheld', 'contest_kept', 'chairing', 'chairing_ended', 'decisions_sent', 'minutes_sent', "
    "'correction_asked', 'correction_answered', 'audit_opened', 'audit_due', 'audit_sections', 'audit_to_sign', "
    "'audit_reopened', 'action_given', 'action_due', 'action_sent_back', 'escalation_raised', 'escalation_stage', "
    "'escalation_reply', 'escalation_due', 'escalation_closed', 'alert_raised', 'alert_stage', 'alert_reply', "
    "'alert_closed', 'joining', 'password_changed', 'people_to_confirm', 'account_asleep', 'work_handed_over', "
    "'mail_failed'"
)
PURPOSES_BEFORE = "purpose IN ('report_attachment', 'audit_evidence', 'meeting_minutes')"
PURPOSES = "purpose IN ('report_attachment', 'audit_evidence', 'meeting_minutes', 'report_bundle')"


def upgrade() -> None:
    """Apply the change: a bundle is a file that nobody gave, since the portal makes it."""
    _tell_of(NOTICE_KINDS)
    _keep_files(PURPOSES, given_by_nobody=True)
    op.create_table(
        "report_bundles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cut_by_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("talks", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "closed_because IN ('replaced', 'withdrawn')", name=op.f("ck_report_bundles_closed_because_known")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_because IS NULL)", name=op.f("ck_report_bundles_closed_for_a_reason")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (file_id IS NOT NULL)", name=op.f("ck_report_bundles_open_with_its_file")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_bundles_number_positive")),
        sa.ForeignKeyConstraint(["cut_by_id"], ["users.id"], name=op.f("fk_report_bundles_cut_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_report_bundles_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_report_bundles_partnership_id_meeting_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_bundles")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_report_bundles_meeting_id_number")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_report_bundles_partnership_id_id")),
    )
    with op.batch_alter_table("report_bundles", schema=None) as batch_op:
        batch_op.create_index(
            "ix_report_bundles_withdrawn",
            ["meeting_id"],
            unique=False,
            sqlite_where=sa.text("closed_because = 'withdrawn'"),
            postgresql_where=sa.text("closed_because = 'withdrawn'"),
        )
        batch_op.create_index("ix_report_bundles_file", ["file_id"], unique=False)
        batch_op.create_index(
            "uq_report_bundles_standing",
            ["meeting_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "consultations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("talked_on", sa.Date(), nullable=False),
        sa.Column("talked_with", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("correction", sa.LargeBinary(), nullable=True),
        sa.Column("is_read_out", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'corrected') = (correction IS NOT NULL)", name=op.f("ck_consultations_corrected_in_words")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_consultations_settled_unless_waiting")
        ),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'corrected')", name=op.f("ck_consultations_state_known")),
        sa.CheckConstraint(
            "taken_back_at IS NULL OR state = 'waiting'", name=op.f("ck_consultations_taken_back_unconfirmed")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_consultations_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_consultations_recorded_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_consultations_settled_by_id")),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["users.id"], name=op.f("fk_consultations_taken_back_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_consultations_partnership_id_id")),
    )
    with op.batch_alter_table("consultations", schema=None) as batch_op:
        batch_op.create_index("ix_consultations_invitation", ["invitation_id"], unique=False)
        batch_op.create_index("ix_consultations_state", ["partnership_id", "state", "invitation_id"], unique=False)

    op.create_table(
        "report_waivers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('nothing_held', 'not_involved', 'covered', 'consulted', 'brought_forward', 'something_else')",
            name=op.f("ck_report_waivers_reason_known"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_report_waivers_ended_by_somebody")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_report_waivers_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_report_waivers_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["waived_by_id"], ["users.id"], name=op.f("fk_report_waivers_waived_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_waivers")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_report_waivers_partnership_id_id")),
    )
    with op.batch_alter_table("report_waivers", schema=None) as batch_op:
        batch_op.create_index("ix_report_waivers_invitation", ["invitation_id"], unique=False)
        batch_op.create_index(
            "uq_report_waivers_standing",
            ["invitation_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "bundled_reports",
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("addenda", sa.Integer(), nullable=False),
        sa.Column("may_see", sa.String(length=32), nullable=False),
        sa.Column("is_later", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "may_see IN ('family', 'agencies', 'read_out')", name=op.f("ck_bundled_reports_may_see_known")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "bundle_id"],
            ["report_bundles.partnership_id", "report_bundles.id"],
            name=op.f("fk_bundled_reports_partnership_id_bundle_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "report_id"],
            ["reports.partnership_id", "reports.id"],
            name=op.f("fk_bundled_reports_partnership_id_report_id"),
        ),
        sa.PrimaryKeyConstraint("bundle_id", "report_id", name=op.f("pk_bundled_reports")),
    )
    with op.batch_alter_table("bundled_reports", schema=None) as batch_op:
        batch_op.create_index("ix_bundled_reports_report", ["report_id"], unique=False)

    op.create_table(
        "report_sharings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=True),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("shared_on", sa.Date(), nullable=True),
        sa.Column("way", sa.String(length=32), nullable=True),
        sa.Column("language", sa.LargeBinary(), nullable=True),
        sa.Column("shared_by", sa.LargeBinary(), nullable=True),
        sa.Column("withheld", sa.String(length=32), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('mother', 'father', 'carer', 'child', 'other_family')",
            name=op.f("ck_report_sharings_relation_known"),
        ),
        sa.CheckConstraint(
            "way IN ('in_person', 'read_out', 'post', 'interpreter')", name=op.f("ck_report_sharings_way_known")
        ),
        sa.CheckConstraint(
            "withheld IN ('risk_of_harm', 'enquiry', 'court_order', 'third_party', 'not_reached', 'declined', 'something_else')",
            name=op.f("ck_report_sharings_withheld_known"),
        ),
        sa.CheckConstraint("(shared_on IS NULL) = (way IS NULL)", name=op.f("ck_report_sharings_shared_in_a_way")),
        sa.CheckConstraint(
            "(shared_on IS NULL) = (withheld IS NOT NULL)", name=op.f("ck_report_sharings_shared_or_withheld")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "attendance_id"],
            ["family_attendances.partnership_id", "family_attendances.id"],
            name=op.f("fk_report_sharings_partnership_id_attendance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_report_sharings_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "report_id"],
            ["reports.partnership_id", "reports.id"],
            name=op.f("fk_report_sharings_partnership_id_report_id"),
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_report_sharings_recorded_by_id")),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["users.id"], name=op.f("fk_report_sharings_taken_back_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sharings")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_report_sharings_partnership_id_id")),
    )
    with op.batch_alter_table("report_sharings", schema=None) as batch_op:
        batch_op.create_index("ix_report_sharings_invitation", ["invitation_id"], unique=False)


def downgrade() -> None:
    """Take the change back; days on which reports were due that were not needed come back as cases are recounted."""
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    _tell_of(NOTICE_KINDS_BEFORE)
    for table in ("report_sharings", "report_waivers", "consultations", "bundled_reports", "report_bundles"):
        op.drop_table(table)
    # The bytes are swept by `flask files scan`: they have no row any more, and no key.
    op.execute("DELETE FROM stored_files WHERE purpose = 'report_bundle'")
    _keep_files(PURPOSES_BEFORE, given_by_nobody=False)


def _tell_of(kinds: str) -> None:
    """Close the list of what people are told of."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), f"kind IN ({kinds})")


def _keep_files(purposes: str, *, given_by_nobody: bool) -> None:
    """Close the list of what files are for, and say whether each has a giver."""
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_stored_files_purpose_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_stored_files_purpose_known"), purposes)
        batch_op.alter_column("given_by_id", existing_type=sa.Integer(), nullable=given_by_nobody)
