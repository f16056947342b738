"""The board's own meetings: groups, their members, and who of them was there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "board_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("quorum_members", sa.Integer(), nullable=False),
        sa.Column("quorum_partners", sa.JSON(), nullable=False),
        sa.Column("deputies_count", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_board_groups_name_length")),
        sa.CheckConstraint(
            "quorum_members >= 0 AND quorum_members <= 100", name=op.f("ck_board_groups_quorum_members_within_reason")
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_board_groups_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_groups")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_board_groups_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_board_groups_partnership_id_name")),
    )
    op.create_table(
        "board_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("partner", sa.String(length=32), nullable=True),
        sa.Column("role_in_group", sa.String(length=120), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_board_members_name_length")),
        sa.CheckConstraint("length(role_in_group) <= 120", name=op.f("ck_board_members_role_in_group_length")),
        sa.CheckConstraint(
            "partner IN ('local_authority', 'health', 'police')", name=op.f("ck_board_members_partner_known")
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_board_members_until_after_from")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_board_members_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "group_id"],
            ["board_groups.partnership_id", "board_groups.id"],
            name=op.f("fk_board_members_partnership_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_board_members_partnership_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_members")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_board_members_partnership_id_id")),
    )
    with op.batch_alter_table("board_members", schema=None) as batch_op:
        batch_op.create_index("ix_board_members_group", ["group_id", "name"], unique=False)
    op.create_table(
        "board_meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("agenda", sa.LargeBinary(), nullable=True),
        sa.Column("minutes", sa.LargeBinary(), nullable=True),
        sa.Column("record_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_board_meetings_place_length")),
        sa.CheckConstraint(
            "status IN ('scheduled', 'held', 'inquorate', 'cancelled')", name=op.f("ck_board_meetings_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "group_id"],
            ["board_groups.partnership_id", "board_groups.id"],
            name=op.f("fk_board_meetings_partnership_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_meetings")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_board_meetings_partnership_id_id")),
    )
    with op.batch_alter_table("board_meetings", schema=None) as batch_op:
        batch_op.create_index("ix_board_meetings_day", ["partnership_id", "meets_on"], unique=False)
        batch_op.create_index("ix_board_meetings_group", ["group_id", "meets_on"], unique=False)
    op.create_table(
        "board_attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.String(length=32), nullable=False),
        sa.Column("deputy_name", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "attendance IN ('present', 'deputy', 'apologies', 'absent')",
            name=op.f("ck_board_attendances_attendance_known"),
        ),
        sa.CheckConstraint("length(deputy_name) <= 120", name=op.f("ck_board_attendances_deputy_name_length")),
        sa.CheckConstraint(
            "deputy_name IS NULL OR attendance = 'deputy'", name=op.f("ck_board_attendances_deputy_only_of_deputy")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["board_meetings.partnership_id", "board_meetings.id"],
            name=op.f("fk_board_attendances_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "member_id"],
            ["board_members.partnership_id", "board_members.id"],
            name=op.f("fk_board_attendances_partnership_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_attendances")),
        sa.UniqueConstraint("meeting_id", "member_id", name=op.f("uq_board_attendances_meeting_id_member_id")),
    )
    with op.batch_alter_table("board_attendances", schema=None) as batch_op:
        batch_op.create_index("ix_board_attendances_member", ["member_id"], unique=False)
    op.create_table(
        "board_meeting_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_board_meeting_records_reason_length")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_board_meeting_records_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["board_meetings.partnership_id", "board_meetings.id"],
            name=op.f("fk_board_meeting_records_partnership_id_meeting_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_meeting_records")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_board_meeting_records_meeting_id_number")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("board_meeting_records")
    op.drop_table("board_attendances")
    op.drop_table("board_meetings")
    op.drop_table("board_members")
    op.drop_table("board_groups")
