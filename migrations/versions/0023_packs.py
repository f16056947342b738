"""Packs that the worker makes, by whom, and who opened them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PURPOSES_BEFORE = "purpose IN ('report_attachment', 'audit_evidence', 'meeting_minutes', 'report_bundle')"
PURPOSES = "purpose IN ('report_attachment', 'audit_evidence', 'meeting_minutes', 'report_bundle', 'pack')"
TO_MAKE = sa.text("state IN ('waiting', 'making')")


def upgrade() -> None:
    """Apply the change."""
    _keep_files(PURPOSES)
    op.create_table(
        "packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_membership_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("why_failed", sa.String(length=200), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_at", sa.Date(), nullable=True),
        sa.Column("standing", sa.String(length=200), nullable=True),
        sa.Column("is_frozen", sa.Boolean(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('board', 'annual', 'inspection', 'child_lists', 'dataset')", name=op.f("ck_packs_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'making', 'ready', 'failed', 'deleted')", name=op.f("ck_packs_state_known")
        ),
        sa.CheckConstraint("length(standing) <= 200", name=op.f("ck_packs_standing_length")),
        sa.CheckConstraint("length(why_failed) <= 200", name=op.f("ck_packs_why_failed_length")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_packs_ends_after_it_begins")),
        sa.CheckConstraint("attempts >= 0 AND step >= 0 AND steps >= step", name=op.f("ck_packs_steps_counted")),
        sa.CheckConstraint("(state = 'failed') = (why_failed IS NOT NULL)", name=op.f("ck_packs_failed_for_a_reason")),
        sa.CheckConstraint("(state = 'deleted') = (deleted_at IS NOT NULL)", name=op.f("ck_packs_deleted_at_a_time")),
        sa.CheckConstraint("(made_at IS NULL) = (standing IS NULL)", name=op.f("ck_packs_made_as_at_a_day")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_packs_asked_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["users.id"], name=op.f("fk_packs_deleted_by_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_packs_partnership_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "asked_by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_packs_partnership_id_asked_by_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_packs_partnership_id_id")),
    )
    with op.batch_alter_table("packs", schema=None) as batch_op:
        batch_op.create_index("ix_packs_list", ["partnership_id", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_packs_to_make", ["asked_at"], unique=False, sqlite_where=TO_MAKE, postgresql_where=TO_MAKE
        )

    op.create_table(
        "pack_files",
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("format IN ('pdf', 'xlsx', 'zip')", name=op.f("ck_pack_files_format_known")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_pack_files_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "pack_id"],
            ["packs.partnership_id", "packs.id"],
            name=op.f("fk_pack_files_partnership_id_pack_id"),
        ),
        sa.PrimaryKeyConstraint("pack_id", "format", name=op.f("pk_pack_files")),
    )
    with op.batch_alter_table("pack_files", schema=None) as batch_op:
        batch_op.create_index("ix_pack_files_file", ["file_id"], unique=False)

    op.create_table(
        "pack_children",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_pack_children_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_pack_children_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "pack_id"],
            ["packs.partnership_id", "packs.id"],
            name=op.f("fk_pack_children_partnership_id_pack_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_children")),
    )
    with op.batch_alter_table("pack_children", schema=None) as batch_op:
        batch_op.create_index("ix_pack_children_pack", ["pack_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    for table in ("pack_children", "pack_files", "packs"):
        op.drop_table(table)
    # The bytes are swept by `flask files scan`: they have no row any more, and no key.
    op.execute("DELETE FROM stored_files WHERE purpose = 'pack'")
    _keep_files(PURPOSES_BEFORE)


def _keep_files(purposes: str) -> None:
    """Close the list of what files are for."""
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_stored_files_purpose_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_stored_files_purpose_known"), purposes)
