"""Families at meetings: who of them was there, what the children think, and which children each agency knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CHILD_THERE = "relation = 'child' AND removed_at IS NULL"
NOT_KNOWN = "knows = 'no' AND settled_at IS NULL"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "family_attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("invited", sa.Boolean(), nullable=True),
        sa.Column("told_by", sa.String(length=32), nullable=True),
        sa.Column("needs_interpreter", sa.Boolean(), nullable=True),
        sa.Column("language", sa.LargeBinary(), nullable=True),
        sa.Column("needs_advocate", sa.Boolean(), nullable=True),
        sa.Column("met_before", sa.String(length=32), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("not_met_because", sa.LargeBinary(), nullable=True),
        sa.Column("exclusion", sa.String(length=32), nullable=True),
        sa.Column("exclusion_reason", sa.String(length=32), nullable=True),
        sa.Column("excluded_by", sa.LargeBinary(), nullable=True),
        sa.Column("exclusion_note", sa.LargeBinary(), nullable=True),
        sa.Column("presence", sa.String(length=32), nullable=True),
        sa.Column("for_chair_only", sa.Boolean(), nullable=False),
        sa.Column("brought_from_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_because", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('mother', 'father', 'carer', 'child', 'other_family', 'advocate', 'interpreter', "
            "'supporter')",
            name=op.f("ck_family_attendances_relation_known"),
        ),
        sa.CheckConstraint(
            "told_by IN ('in_person', 'letter', 'telephone', 'message')",
            name=op.f("ck_family_attendances_told_by_known"),
        ),
        sa.CheckConstraint(
            "met_before IN ('yes', 'declined', 'no')", name=op.f("ck_family_attendances_met_before_known")
        ),
        sa.CheckConstraint(
            "exclusion IN ('none', 'part', 'whole')", name=op.f("ck_family_attendances_exclusion_known")
        ),
        sa.CheckConstraint(
            "exclusion_reason IN ('risk_of_violence', 'court_order', 'childs_wish', 'others_would_not_share', 'other')",
            name=op.f("ck_family_attendances_exclusion_reason_known"),
        ),
        sa.CheckConstraint(
            "presence IN ('in_person', 'video', 'telephone', 'part', 'did_not_come', 'sent_views')",
            name=op.f("ck_family_attendances_presence_known"),
        ),
        sa.CheckConstraint(
            "(relation = 'child') = (name IS NULL)", name=op.f("ck_family_attendances_a_child_is_named_elsewhere")
        ),
        sa.CheckConstraint(
            "NOT (relation = 'child') OR child_id IS NOT NULL",
            name=op.f("ck_family_attendances_a_child_is_one_of_the_case"),
        ),
        sa.CheckConstraint(
            "met_before != 'yes' OR met_on IS NOT NULL", name=op.f("ck_family_attendances_met_on_a_day")
        ),
        sa.CheckConstraint(
            "exclusion IS NULL OR (exclusion = 'none') = (exclusion_reason IS NULL)",
            name=op.f("ck_family_attendances_excluded_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_because IS NULL)",
            name=op.f("ck_family_attendances_removed_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_family_attendances_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_family_attendances_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "brought_from_id"],
            ["family_attendances.partnership_id", "family_attendances.id"],
            name=op.f("fk_family_attendances_partnership_id_brought_from_id"),
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_family_attendances_confirmed_by_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["users.id"], name=op.f("fk_family_attendances_removed_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_family_attendances_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_attendances")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_family_attendances_partnership_id_id")),
    )
    with op.batch_alter_table("family_attendances", schema=None) as batch_op:
        batch_op.create_index("ix_family_attendances_meeting", ["meeting_id"], unique=False)
        batch_op.create_index(
            "ix_family_attendances_child",
            ["meeting_id", "child_id"],
            unique=True,
            sqlite_where=sa.text(CHILD_THERE),
            postgresql_where=sa.text(CHILD_THERE),
        )

    op.create_table(
        "child_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("for_chair_only", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "given IN ('in_person', 'advocate', 'social_worker', 'own_means', 'not_given', 'too_young')",
            name=op.f("ck_child_views_given_known"),
        ),
        sa.CheckConstraint("given = 'too_young' OR words IS NOT NULL", name=op.f("ck_child_views_given_in_words")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_child_views_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_child_views_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_child_views_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_views")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_child_views_partnership_id_id")),
        sa.UniqueConstraint("meeting_id", "child_id", name=op.f("uq_child_views_meeting_id_child_id")),
    )
    op.create_table(
        "invitation_children",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("knows", sa.String(length=32), nullable=False),
        sa.Column("covered_by_report", sa.Boolean(), nullable=False),
        sa.Column("whereabouts", sa.LargeBinary(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("knows IN ('yes', 'no', 'not_said')", name=op.f("ck_invitation_children_knows_known")),
        sa.CheckConstraint(
            "NOT covered_by_report OR knows != 'no'", name=op.f("ck_invitation_children_covered_means_known")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_invitation_children_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_invitation_children_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["users.id"], name=op.f("fk_invitation_children_said_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_invitation_children_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_children")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_invitation_children_partnership_id_id")),
        sa.UniqueConstraint("invitation_id", "child_id", name=op.f("uq_invitation_children_invitation_id_child_id")),
    )
    with op.batch_alter_table("invitation_children", schema=None) as batch_op:
        batch_op.create_index(
            "ix_invitation_children_not_known",
            ["partnership_id", "invitation_id"],
            unique=False,
            sqlite_where=sa.text(NOT_KNOWN),
            postgresql_where=sa.text(NOT_KNOWN),
        )


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("invitation_children", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_invitation_children_not_known",
            sqlite_where=sa.text(NOT_KNOWN),
            postgresql_where=sa.text(NOT_KNOWN),
        )

    op.drop_table("invitation_children")
    op.drop_table("child_views")
    with op.batch_alter_table("family_attendances", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_family_attendances_child",
            sqlite_where=sa.text(CHILD_THERE),
            postgresql_where=sa.text(CHILD_THERE),
        )
        batch_op.drop_index("ix_family_attendances_meeting")

    op.drop_table("family_attendances")
