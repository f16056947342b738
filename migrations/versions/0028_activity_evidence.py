"""Checkpoints and anchors of the activity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "activity_checkpoints",
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["activity_chains.id"], name=op.f("fk_activity_checkpoints_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "sequence", name=op.f("pk_activity_checkpoints")),
    )
    op.create_table(
        "activity_anchors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_activity_anchors_name_length")),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_activity_anchors_reason_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_anchors")),
        sa.UniqueConstraint("name", name=op.f("uq_activity_anchors_name")),
    )


def downgrade() -> None:
    """Take it back. A chain whose beginning was let go has none to fall back on: that is refused."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM activity_checkpoints")):
        raise RuntimeError("rows of the activity were let go: without their checkpoints the chains would not verify")
    op.drop_table("activity_anchors")
    op.drop_table("activity_checkpoints")
