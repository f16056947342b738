"""Check values of the keys, and which key a recovery code was made under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "field_keys",
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("check_value", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(key_id) <= 16", name=op.f("ck_field_keys_key_id_length")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_field_keys")),
    )
    with op.batch_alter_table("recovery_codes") as batch:
        batch.add_column(sa.Column("key_id", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("recovery_codes") as batch:
        batch.drop_column("key_id")
    op.drop_table("field_keys")
