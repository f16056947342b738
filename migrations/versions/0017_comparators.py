"""Published figures of other areas that charts are held against."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "comparator_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kept_by_id"], ["users.id"], name=op.f("fk_comparator_files_kept_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_comparator_files_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparator_files")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_comparator_files_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", name=op.f("uq_comparator_files_partnership_id")),
    )
    op.create_table(
        "comparators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("measure_id", sa.String(length=60), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=True),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('area', 'target', 'phase', 'children')", name=op.f("ck_comparators_kind_known")),
        sa.CheckConstraint("length(measure_id) <= 60", name=op.f("ck_comparators_measure_id_length")),
        sa.CheckConstraint("length(area) <= 80", name=op.f("ck_comparators_area_length")),
        sa.CheckConstraint("length(period) <= 20", name=op.f("ck_comparators_period_length")),
        sa.CheckConstraint("tenths >= 0", name=op.f("ck_comparators_tenths_not_negative")),
        sa.CheckConstraint("(tenths IS NULL) = (kind = 'phase')", name=op.f("ck_comparators_tenths_where_a_number")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["comparator_files.partnership_id", "comparator_files.id"],
            name=op.f("fk_comparators_partnership_id_file_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparators")),
        sa.UniqueConstraint(
            "file_id", "measure_id", "area", "period", name=op.f("uq_comparators_file_id_measure_id_area_period")
        ),
    )
    with op.batch_alter_table("comparators", schema=None) as batch_op:
        batch_op.create_index("ix_comparators_measure", ["partnership_id", "measure_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("comparators")
    op.drop_table("comparator_files")
