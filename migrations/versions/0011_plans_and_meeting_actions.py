"""Child protection plans with their midway checks, and actions that come from meetings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CATEGORIES = "'neglect', 'physical', 'sexual', 'emotional'"
ENDS = "'no_longer_at_risk', 'looked_after', 'moved_away', 'turned_18', 'died', 'other', 'imported'"
OPEN_PLAN = "ended_on IS NULL AND withdrawn_at IS NULL"
RULE_VALUES = (
    ("plan_midway_percent", "50"),
    ("plan_long_months", "11"),
    ("plan_very_long_months", "18"),
    ("plan_short_months", "3"),
    ("plan_ended_shown_months", "3"),
)


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("rule_sets", schema=None) as batch_op:
        for name, value in RULE_VALUES:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=value))
        batch_op.add_column(sa.Column("sources", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_check_constraint(
            op.f("ck_rule_sets_plan_months_in_order"),
            "plan_long_months >= 1 AND plan_very_long_months > plan_long_months AND plan_short_months >= 1 "
            "AND plan_ended_shown_months >= 1",
        )
        batch_op.create_check_constraint(
            op.f("ck_rule_sets_plan_midway_between"), "plan_midway_percent BETWEEN 1 AND 99"
        )

    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("meeting_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("child_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("measure", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(op.f("ck_actions_source_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_actions_source_known"), "source IN ('audit_answer', 'meeting')")
        batch_op.create_check_constraint(
            op.f("ck_actions_meeting_is_named"), "(source = 'meeting') = (meeting_id IS NOT NULL)"
        )
        batch_op.create_foreign_key(
            op.f("fk_actions_partnership_id_meeting_id"),
            "meetings",
            ["partnership_id", "meeting_id"],
            ["partnership_id", "id"],
        )
        batch_op.create_foreign_key(
            op.f("fk_actions_partnership_id_child_id"),
            "children",
            ["partnership_id", "child_id"],
            ["partnership_id", "id"],
        )
        batch_op.create_index("ix_actions_meeting", ["meeting_id"], unique=False)

    op.create_table(
        "action_carryings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("carrying", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("carrying IN ('carried', 'not_carried')", name=op.f("ck_action_carryings_carrying_known")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_action_carryings_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "action_id"],
            ["actions.partnership_id", "actions.id"],
            name=op.f("fk_action_carryings_partnership_id_action_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_action_carryings_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_action_carryings_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_carryings")),
        sa.UniqueConstraint("meeting_id", "action_id", name=op.f("uq_action_carryings_meeting_id_action_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_action_carryings_partnership_id_id")),
    )

    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("first_category", sa.String(length=32), nullable=False),
        sa.Column("latest_category", sa.String(length=32), nullable=False),
        sa.Column("previous_plans", sa.Integer(), nullable=False),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("started_by_meeting_id", sa.Integer(), nullable=True),
        sa.Column("ended_by_meeting_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"first_category IN ({CATEGORIES})", name=op.f("ck_plans_first_category_known")),
        sa.CheckConstraint(f"latest_category IN ({CATEGORIES})", name=op.f("ck_plans_latest_category_known")),
        sa.CheckConstraint(f"end_reason IN ({ENDS})", name=op.f("ck_plans_end_reason_known")),
        sa.CheckConstraint("length(reference) <= 40", name=op.f("ck_plans_reference_length")),
        sa.CheckConstraint("previous_plans >= 0", name=op.f("ck_plans_previous_plans_counted")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_plans_ends_after_it_starts")),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_plans_end_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_plans_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_plans_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "started_by_meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_plans_partnership_id_started_by_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "ended_by_meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_plans_partnership_id_ended_by_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_plans_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_plans_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "reference", name=op.f("uq_plans_partnership_id_reference")),
    )
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.create_index("ix_plans_case", ["case_id"], unique=False)
        batch_op.create_index("ix_plans_started", ["partnership_id", "started_on", "id"], unique=False)
        batch_op.create_index(
            "ix_plans_open",
            ["partnership_id", "case_id"],
            unique=False,
            sqlite_where=sa.text(OPEN_PLAN),
            postgresql_where=sa.text(OPEN_PLAN),
        )
        batch_op.create_index(
            "uq_plans_open_child",
            ["child_id"],
            unique=True,
            sqlite_where=sa.text(OPEN_PLAN),
            postgresql_where=sa.text(OPEN_PLAN),
        )

    op.create_table(
        "midway_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("finding", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_midway_checks_done_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_midway_checks_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_midway_checks_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_midway_checks")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_midway_checks_meeting_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_midway_checks_partnership_id_id")),
    )
    with op.batch_alter_table("midway_checks", schema=None) as batch_op:
        batch_op.create_index("ix_midway_checks_done", ["partnership_id", "done_on"], unique=False)


def downgrade() -> None:
    """Take the change back; what came of meetings has no place before it and goes."""
    op.drop_table("midway_checks")
    op.drop_table("plans")
    op.drop_table("action_carryings")
    op.execute("DELETE FROM action_updates WHERE action_id IN (SELECT id FROM actions WHERE source = 'meeting')")
    op.execute("DELETE FROM actions WHERE source = 'meeting'")
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.drop_index("ix_actions_meeting")
        batch_op.drop_constraint(op.f("fk_actions_partnership_id_child_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_actions_partnership_id_meeting_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_actions_meeting_is_named"), type_="check")
        batch_op.drop_constraint(op.f("ck_actions_source_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_actions_source_known"), "source IN ('audit_answer')")
        for name in ("measure", "child_id", "meeting_id"):
            batch_op.drop_column(name)
    with op.batch_alter_table("rule_sets", schema=None) as batch_op:
        for constraint in ("plan_midway_between", "plan_months_in_order"):
            batch_op.drop_constraint(op.f(f"ck_rule_sets_{constraint}"), type_="check")
        batch_op.drop_column("sources")
        for name, _ in RULE_VALUES:
            batch_op.drop_column(name)
