"""Views of the figures that somebody saved, and to whom they go by mail."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NEW_NOTICE_KIND = "'view_ready'"
BEHIND = "'alert_closed'"
"""The kind behind which the new one stands in the list."""
IS_SENT = sa.text("next_on IS NOT NULL")


def upgrade() -> None:
    """Apply the change."""
    kinds = _kinds()
    kinds.insert(kinds.index(BEHIND) + 1, NEW_NOTICE_KIND)
    _tell_of(kinds)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("send_every", sa.String(length=32), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("send_every IN ('never', 'week', 'month')", name=op.f("ck_saved_views_send_every_known")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_saved_views_partnership_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_saved_views_partnership_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_saved_views_partnership_id_id")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index("ix_saved_views_membership", ["membership_id"], unique=False)
        batch_op.create_index(
            "ix_saved_views_next", ["next_on"], unique=False, sqlite_where=IS_SENT, postgresql_where=IS_SENT
        )


def downgrade() -> None:
    """Take it back."""
    op.execute(f"DELETE FROM notices WHERE kind = {NEW_NOTICE_KIND}")  # noqa: S608 - a word of this file
    _tell_of([kind for kind in _kinds() if kind != NEW_NOTICE_KIND])
    op.drop_table("saved_views")


def _kinds() -> list[str]:
    checks = sa.inspect(op.get_bind()).get_check_constraints("notices")
    (listed,) = [check["sqltext"] for check in checks if check["name"] == "ck_notices_kind_known"]
    return re.findall(r"'[a-z_]+'", listed)


def _tell_of(kinds: list[str]) -> None:
    """Close the list of what people are told of."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), f"kind IN ({', '.join(kinds)})")
