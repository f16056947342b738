"""References are found by how they begin along columns of their own, which PostgreSQL's second wall lets it use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = ("cases", "meetings")


def upgrade() -> None:
    """Let the database keep each reference in lower case, and put an index on that instead of on a function."""
    # On PostgreSQL the order of bytes, as SQLite has anyway; and, as 0031 has it, no samples of what is about a family.
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    kind = sa.Text(collation="C") if on_postgresql else sa.Text()
    # SQLite adds no column to a table that would have to be written into each row; its index holds the words anyway.
    lowered = sa.Computed("lower(reference)", persisted=on_postgresql)
    for table in TABLES:
        op.drop_index(f"ix_{table}_reference", table_name=table)
        op.add_column(table, sa.Column("lower_reference", kind, lowered, nullable=True))
        if on_postgresql:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN lower_reference SET STATISTICS 0")
        op.create_index(f"ix_{table}_lower_reference", table, ["partnership_id", "lower_reference"])


def downgrade() -> None:
    """Look along the function again."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_lower_reference", table_name=table)
        op.drop_column(table, "lower_reference")
        op.create_index(
            f"ix_{table}_reference",
            table,
            ["partnership_id", sa.func.lower(sa.column("reference")).label("lowered")],
            unique=False,
            postgresql_ops={"lowered": "text_pattern_ops"},
        )
