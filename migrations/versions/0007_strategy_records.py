"""Strategy records, people named for a meeting, and meetings about several families."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CURRENT = sa.text("ended_at IS NULL")
OF_MEETING = sa.text("invitation_id IS NULL")


def upgrade() -> None:
    """Apply the change."""
    op.create_index(
        "ix_meetings_for_named_people",
        "meetings",
        ["partnership_id", "id"],
        sqlite_where=sa.text("named_people_only = 1"),
        postgresql_where=sa.text("named_people_only"),
    )
    op.create_table(
        "meeting_named_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_meeting_named_people_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_meeting_named_people_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["named_by_id"], ["users.id"], name=op.f("fk_meeting_named_people_named_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_meeting_named_people_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_named_people")),
    )
    op.create_index(
        "uq_meeting_named_people_current",
        "meeting_named_people",
        ["meeting_id", "membership_id"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_index(
        "ix_meeting_named_people_membership",
        "meeting_named_people",
        ["membership_id", "meeting_id"],
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "meeting_cases",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_meeting_cases_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_meeting_cases_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_meeting_cases_added_by_id")),
        sa.PrimaryKeyConstraint("meeting_id", "case_id", name=op.f("pk_meeting_cases")),
    )
    op.create_index("ix_meeting_cases_case", "meeting_cases", ["case_id", "meeting_id"])
    _create_records()


def _create_records() -> None:
    op.create_table(
        "strategy_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("signed_number", sa.Integer(), nullable=False),
        sa.Column("amending_because", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'signed', 'amending')", name=op.f("ck_strategy_records_state_known")),
        sa.CheckConstraint("signed_number >= 0", name=op.f("ck_strategy_records_signed_number_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_strategy_records_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_strategy_records_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_records")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_strategy_records_meeting_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_strategy_records_partnership_id_id")),
    )
    op.create_table(
        "strategy_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "question IN ('joined', 'waited-for', 'information', 'missing-child', 'threshold', 'section-47', "
            "'next-steps', 'safety-plan', 'sexual-abuse', 'late')",
            name=op.f("ck_strategy_answers_question_known"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "record_id"],
            ["strategy_records.partnership_id", "strategy_records.id"],
            name=op.f("fk_strategy_answers_partnership_id_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_strategy_answers_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_strategy_answers_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_answers")),
        sa.UniqueConstraint(
            "record_id",
            "question",
            "invitation_id",
            name=op.f("uq_strategy_answers_record_id_question_invitation_id"),
        ),
    )
    op.create_index(
        "uq_strategy_answers_of_meeting",
        "strategy_answers",
        ["record_id", "question"],
        unique=True,
        sqlite_where=OF_MEETING,
        postgresql_where=OF_MEETING,
    )
    op.create_table(
        "strategy_versions",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("amended_because", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_strategy_versions_number_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "record_id"],
            ["strategy_records.partnership_id", "strategy_records.id"],
            name=op.f("fk_strategy_versions_partnership_id_record_id"),
        ),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_strategy_versions_signed_by_id")),
        sa.PrimaryKeyConstraint("record_id", "number", name=op.f("pk_strategy_versions")),
    )


def downgrade() -> None:
    """Take the change back; meetings that were for named people only are then closed to nobody, so none may be left."""
    meetings = sa.table("meetings", sa.column("named_people_only", sa.Boolean()))
    closed = sa.select(sa.func.count()).select_from(meetings).where(meetings.c.named_people_only)
    if op.get_bind().scalar(closed):
        raise RuntimeError("There are meetings for named people only: taking this back would show them to everybody.")
    op.drop_table("strategy_versions")
    op.drop_table("strategy_answers")
    op.drop_table("strategy_records")
    op.drop_table("meeting_cases")
    op.drop_table("meeting_named_people")
    op.drop_index("ix_meetings_for_named_people", table_name="meetings")
