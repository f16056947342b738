"""What agencies contest, every change of an expectation, and months whose figures are frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EXPECTATIONS = "('expected', 'report_only', 'optional', 'not_relevant')"
REASONS = (
    "('knows_child', 'registered', 'on_roll', 'statutory', 'supports_family', 'referred', 'not_involved', "
    "'moved_away', 'imported')"
)
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "contests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("expected", sa.String(length=32), nullable=False),
        sa.Column("wanted", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_membership_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'upheld', 'kept', 'withdrawn')", name=op.f("ck_contests_status_known")),
        sa.CheckConstraint(
            "reason IN ('never_ours', 'no_longer_ours', 'invited_too_late', 'not_invited', 'report_enough', "
            "'another_agency', 'we_know_the_child', 'something_else')",
            name=op.f("ck_contests_reason_known"),
        ),
        sa.CheckConstraint(f"expected IN {EXPECTATIONS}", name=op.f("ck_contests_expected_known")),
        sa.CheckConstraint(f"wanted IN {EXPECTATIONS}", name=op.f("ck_contests_wanted_known")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_contests_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_contests_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "raised_by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_contests_partnership_id_raised_by_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_contests_partnership_id_id")),
    )
    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.create_index("ix_contests_invitation", ["invitation_id"], unique=False)
        batch_op.create_index(
            "ix_contests_open", ["partnership_id", "due_on"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
        )
        batch_op.create_index(
            "uq_contests_open_invitation", ["invitation_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
    op.create_table(
        "expectation_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("from_expectation", sa.String(length=32), nullable=False),
        sa.Column("from_reason", sa.String(length=32), nullable=True),
        sa.Column("to_expectation", sa.String(length=32), nullable=False),
        sa.Column("to_reason", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            f"from_expectation IN {EXPECTATIONS}", name=op.f("ck_expectation_changes_from_expectation_known")
        ),
        sa.CheckConstraint(f"from_reason IN {REASONS}", name=op.f("ck_expectation_changes_from_reason_known")),
        sa.CheckConstraint(
            f"to_expectation IN {EXPECTATIONS}", name=op.f("ck_expectation_changes_to_expectation_known")
        ),
        sa.CheckConstraint(f"to_reason IN {REASONS}", name=op.f("ck_expectation_changes_to_reason_known")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_expectation_changes_changed_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "contest_id"],
            ["contests.partnership_id", "contests.id"],
            name=op.f("fk_expectation_changes_partnership_id_contest_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_expectation_changes_partnership_id_invitation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expectation_changes")),
    )
    with op.batch_alter_table("expectation_changes", schema=None) as batch_op:
        batch_op.create_index("ix_expectation_changes_invitation", ["invitation_id", "id"], unique=False)
    op.create_table(
        "frozen_months",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("correction_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correction_opened_by_id", sa.Integer(), nullable=True),
        sa.Column("correction_reason", sa.LargeBinary(), nullable=True),
        sa.Column("register_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_frozen_months_revision_positive")),
        sa.ForeignKeyConstraint(
            ["correction_opened_by_id"], ["users.id"], name=op.f("fk_frozen_months_correction_opened_by_id")
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_frozen_months_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_months")),
        sa.UniqueConstraint("partnership_id", "begins_on", name=op.f("uq_frozen_months_partnership_id_begins_on")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_frozen_months_partnership_id_id")),
    )
    op.create_table(
        "month_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("frozen_month_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_month_revisions_number_positive")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["users.id"], name=op.f("fk_month_revisions_frozen_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "frozen_month_id"],
            ["frozen_months.partnership_id", "frozen_months.id"],
            name=op.f("fk_month_revisions_partnership_id_frozen_month_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_revisions")),
        sa.UniqueConstraint("frozen_month_id", "number", name=op.f("uq_month_revisions_frozen_month_id_number")),
    )
    with op.batch_alter_table("rule_sets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contest_working_days", sa.Integer(), nullable=False, server_default="5"))
        batch_op.create_check_constraint(
            op.f("ck_rule_sets_contest_working_days_positive"), "contest_working_days >= 1"
        )


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("rule_sets", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_rule_sets_contest_working_days_positive"), type_="check")
        batch_op.drop_column("contest_working_days")
    op.drop_table("month_revisions")
    op.drop_table("frozen_months")
    with op.batch_alter_table("expectation_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_expectation_changes_invitation")
    op.drop_table("expectation_changes")
    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.drop_index("uq_contests_open_invitation", sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.drop_index("ix_contests_open", sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.drop_index("ix_contests_invitation")
    op.drop_table("contests")
