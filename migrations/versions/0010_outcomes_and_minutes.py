"""Outcomes and minutes: what conferences decide, what agencies think of it, and what is written and sent afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CONFERENCE = {"decision_sheet_working_days": 1, "minutes_working_days": 20, "corrections_working_days": 10}
OTHER = {**CONFERENCE, "decision_sheet_working_days": None}
PURPOSES = "purpose IN ('report_attachment', 'audit_evidence', 'meeting_minutes')"
PURPOSES_BEFORE = "purpose IN ('report_attachment', 'audit_evidence')"
CORRECTION_OUTCOMES = "outcome IN ('open', 'taken', 'not_taken')"


def upgrade() -> None:
    """Apply the change; rules that are there get the days that a new partnership starts with."""
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minutes", sa.JSON(), nullable=True))
    _say_when_minutes_are_due()
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.alter_column("agency_id", existing_type=sa.Integer(), nullable=True)
        batch_op.drop_constraint(op.f("ck_stored_files_purpose_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_stored_files_purpose_known"), PURPOSES)
    _outcomes()
    _agency_views()
    _papers()
    _corrections()


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
        sa.Column("categories", sa.LargeBinary(), nullable=False),
        sa.Column("main_category", sa.LargeBinary(), nullable=False),
        sa.Column("ends_because", sa.LargeBinary(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("core_group_on", sa.Date(), nullable=True),
        sa.Column("core_group_people", sa.LargeBinary(), nullable=False),
        sa.Column("lead_social_worker", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("amended_because", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_outcomes_number_positive")),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name=op.f("ck_outcomes_signed_by_somebody")),
        sa.CheckConstraint("number = 1 OR signed_at IS NOT NULL", name=op.f("ck_outcomes_amended_once_signed")),
        sa.CheckConstraint("(number = 1) = (amended_because IS NULL)", name=op.f("ck_outcomes_amended_for_a_reason")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_outcomes_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_outcomes_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_outcomes_saved_by_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_outcomes_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_outcomes_partnership_id_id")),
        sa.UniqueConstraint("meeting_id", "child_id", "number", name=op.f("uq_outcomes_meeting_id_child_id_number")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index("ix_outcomes_child", ["child_id", "signed_at"], unique=False)
    op.create_table(
        "outcome_core_groups",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcomes.partnership_id", "outcomes.id"],
            name=op.f("fk_outcome_core_groups_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_outcome_core_groups_partnership_id_invitation_id"),
        ),
        sa.PrimaryKeyConstraint("outcome_id", "invitation_id", name=op.f("pk_outcome_core_groups")),
    )


def _agency_views() -> None:
    op.create_table(
        "agency_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.LargeBinary(), nullable=False),
        sa.Column("categories", sa.LargeBinary(), nullable=False),
        sa.Column("stance", sa.String(length=32), nullable=True),
        sa.Column("of_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("stance IN ('agrees', 'dissents')", name=op.f("ck_agency_views_stance_known")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_agency_views_number_positive")),
        sa.CheckConstraint(
            "stance IS NULL OR stance != 'dissents' OR reason IS NOT NULL",
            name=op.f("ck_agency_views_dissents_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_agency_views_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_agency_views_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["users.id"], name=op.f("fk_agency_views_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_views")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_agency_views_partnership_id_id")),
        sa.UniqueConstraint(
            "invitation_id", "child_id", "number", name=op.f("uq_agency_views_invitation_id_child_id_number")
        ),
    )


def _papers() -> None:
    op.create_table(
        "minutes_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_minutes_drafts_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_minutes_drafts_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_minutes_drafts_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_drafts")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_minutes_drafts_partnership_id_id")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_minutes_drafts_meeting_id")),
    )
    with op.batch_alter_table("minutes_drafts", schema=None) as batch_op:
        batch_op.create_index("ix_minutes_drafts_file", ["file_id"], unique=False)
    op.create_table(
        "sent_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("because", sa.LargeBinary(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('decisions', 'minutes')", name=op.f("ck_sent_papers_kind_known")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_sent_papers_number_positive")),
        sa.CheckConstraint("(number = 1) = (because IS NULL)", name=op.f("ck_sent_papers_sent_again_for_a_reason")),
        sa.CheckConstraint(
            "(kind = 'minutes') = (text IS NOT NULL OR file_id IS NOT NULL)",
            name=op.f("ck_sent_papers_minutes_say_something"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_sent_papers_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_sent_papers_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_sent_papers_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_papers")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_sent_papers_partnership_id_id")),
        sa.UniqueConstraint("meeting_id", "kind", "number", name=op.f("uq_sent_papers_meeting_id_kind_number")),
    )
    with op.batch_alter_table("sent_papers", schema=None) as batch_op:
        batch_op.create_index("ix_sent_papers_file", ["file_id"], unique=False)
    op.create_table(
        "paper_readings",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "paper_id"],
            ["sent_papers.partnership_id", "sent_papers.id"],
            name=op.f("fk_paper_readings_partnership_id_paper_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_paper_readings_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["read_by_id"], ["users.id"], name=op.f("fk_paper_readings_read_by_id")),
        sa.PrimaryKeyConstraint("paper_id", "agency_id", name=op.f("pk_paper_readings")),
    )


def _corrections() -> None:
    op.create_table(
        "minutes_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_into_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(CORRECTION_OUTCOMES, name=op.f("ck_minutes_corrections_outcome_known")),
        sa.CheckConstraint(
            "(outcome = 'open') = (answered_at IS NULL)", name=op.f("ck_minutes_corrections_answered_unless_open")
        ),
        sa.CheckConstraint(
            "outcome != 'not_taken' OR answer IS NOT NULL", name=op.f("ck_minutes_corrections_not_taken_for_a_reason")
        ),
        sa.CheckConstraint(
            "taken_into_id IS NULL OR outcome = 'taken'", name=op.f("ck_minutes_corrections_taken_into_a_version")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "paper_id"],
            ["sent_papers.partnership_id", "sent_papers.id"],
            name=op.f("fk_minutes_corrections_partnership_id_paper_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_minutes_corrections_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "taken_into_id"],
            ["sent_papers.partnership_id", "sent_papers.id"],
            name=op.f("fk_minutes_corrections_partnership_id_taken_into_id"),
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_minutes_corrections_asked_by_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_minutes_corrections_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_corrections")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_minutes_corrections_partnership_id_id")),
    )
    with op.batch_alter_table("minutes_corrections", schema=None) as batch_op:
        batch_op.create_index("ix_minutes_corrections_paper", ["paper_id"], unique=False)


def _say_when_minutes_are_due() -> None:
    """Give every rule the days of its kind: a decision sheet comes of conferences alone."""
    connection = op.get_bind()
    types = sa.table("meeting_types", sa.column("id"), sa.column("family"))
    rules = sa.table("meeting_rules", sa.column("meeting_type_id"), sa.column("minutes", sa.JSON()))
    conferences = sa.select(types.c.id).where(types.c.family == "conference")
    connection.execute(sa.update(rules).values(minutes=OTHER))
    connection.execute(sa.update(rules).where(rules.c.meeting_type_id.in_(conferences)).values(minutes=CONFERENCE))


def downgrade() -> None:
    """Take the change back; the rows of uploaded minutes go, and their bytes are swept by `flask files scan`."""
    for table in (
        "minutes_corrections",
        "paper_readings",
        "sent_papers",
        "minutes_drafts",
        "agency_views",
        "outcome_core_groups",
        "outcomes",
    ):
        op.drop_table(table)
    files = sa.table("stored_files", sa.column("purpose"))
    op.get_bind().execute(sa.delete(files).where(files.c.purpose == "meeting_minutes"))
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_stored_files_purpose_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_stored_files_purpose_known"), PURPOSES_BEFORE)
        batch_op.alter_column("agency_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.drop_column("minutes")
