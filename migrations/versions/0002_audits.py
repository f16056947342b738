"""Audits: frameworks, rounds, returns, moderation, actions, files; and who signs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


ROLES = (
    "'practitioner', 'agency_lead', 'chair', 'safeguarding_manager', 'coordinator', "
    "'sector_lead', 'board_member', 'business_manager', 'scrutineer', 'administrator'"
)
PHASES = "phase IN ('early_years', 'primary', 'secondary', 'all_through', 'post_16', 'special')"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "framework_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("law", sa.String(length=200), nullable=False),
        sa.Column("guidance_edition", sa.String(length=120), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("scales", sa.JSON(), nullable=False),
        sa.Column("agency_types", sa.JSON(), nullable=False),
        sa.Column("sign_off", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_framework_editions_status_known")),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_framework_editions_code_length")),
        sa.CheckConstraint(
            "length(guidance_edition) <= 120", name=op.f("ck_framework_editions_guidance_edition_length")
        ),
        sa.CheckConstraint("length(law) <= 200", name=op.f("ck_framework_editions_law_length")),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_framework_editions_title_length")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_framework_editions_created_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_framework_editions_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_editions")),
        sa.UniqueConstraint(
            "partnership_id", "code", "number", name=op.f("uq_framework_editions_partnership_id_code_number")
        ),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_framework_editions_partnership_id_id")),
    )
    op.create_table(
        "audit_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("challenge_from", sa.Date(), nullable=True),
        sa.Column("challenge_to", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('full', 'update')", name=op.f("ck_audit_rounds_kind_known")),
        sa.CheckConstraint("due_on >= opens_on", name=op.f("ck_audit_rounds_due_after_opening")),
        sa.CheckConstraint("length(title) <= 120", name=op.f("ck_audit_rounds_title_length")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_audit_rounds_created_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "edition_id"],
            ["framework_editions.partnership_id", "framework_editions.id"],
            name=op.f("fk_audit_rounds_partnership_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "follows_id"],
            ["audit_rounds.partnership_id", "audit_rounds.id"],
            name=op.f("fk_audit_rounds_partnership_id_follows_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_audit_rounds_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_rounds")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_audit_rounds_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "title", name=op.f("uq_audit_rounds_partnership_id_title")),
    )
    with op.batch_alter_table("audit_rounds", schema=None) as batch_op:
        batch_op.create_index("ix_audit_rounds_opens", ["partnership_id", "opens_on"], unique=False)

    op.create_table(
        "closure_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cover_name", sa.String(length=120), nullable=False),
        sa.Column("cover_contact", sa.String(length=254), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_closure_periods_ends_after_beginning")),
        sa.CheckConstraint("length(cover_contact) <= 254", name=op.f("ck_closure_periods_cover_contact_length")),
        sa.CheckConstraint("length(cover_name) <= 120", name=op.f("ck_closure_periods_cover_name_length")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_closure_periods_name_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_closure_periods_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_periods")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_closure_periods_partnership_id_id")),
    )
    with op.batch_alter_table("closure_periods", schema=None) as batch_op:
        batch_op.create_index("ix_closure_periods_agency", ["partnership_id", "agency_id", "begins_on"], unique=False)

    op.create_table(
        "standards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_standards_code_length")),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_standards_title_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "edition_id"],
            ["framework_editions.partnership_id", "framework_editions.id"],
            name=op.f("fk_standards_partnership_id_edition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standards")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("uq_standards_edition_id_code")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_standards_partnership_id_id")),
    )
    op.create_table(
        "stored_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("store_name", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('report_attachment', 'audit_evidence')", name=op.f("ck_stored_files_purpose_known")
        ),
        sa.CheckConstraint(
            "status IN ('quarantined', 'clean', 'not_scanned', 'infected')", name=op.f("ck_stored_files_status_known")
        ),
        sa.CheckConstraint("length(media_type) <= 100", name=op.f("ck_stored_files_media_type_length")),
        sa.CheckConstraint("length(key_id) <= 16", name=op.f("ck_stored_files_key_id_length")),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_stored_files_given_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_stored_files_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_stored_files_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_stored_files_partnership_id_id")),
        sa.UniqueConstraint("store_name", name=op.f("uq_stored_files_store_name")),
    )
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.create_index("ix_stored_files_status", ["status"], unique=False)

    op.create_table(
        "audit_returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moderated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('not_started', 'in_progress', 'submitted', 'signed', 'moderated')",
            name=op.f("ck_audit_returns_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_audit_returns_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "round_id"],
            ["audit_rounds.partnership_id", "audit_rounds.id"],
            name=op.f("fk_audit_returns_partnership_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_returns")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_audit_returns_partnership_id_id")),
        sa.UniqueConstraint("round_id", "agency_id", name=op.f("uq_audit_returns_round_id_agency_id")),
    )
    with op.batch_alter_table("audit_returns", schema=None) as batch_op:
        batch_op.create_index("ix_audit_returns_agency", ["partnership_id", "agency_id"], unique=False)
        batch_op.create_index("ix_audit_returns_round", ["partnership_id", "round_id"], unique=False)

    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("good", sa.Text(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("paragraph", sa.String(length=200), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("agency_types", sa.JSON(), nullable=False),
        sa.Column("phases", sa.JSON(), nullable=False),
        sa.Column("needs_narrative", sa.Boolean(), nullable=False),
        sa.Column("needs_evidence", sa.Boolean(), nullable=False),
        sa.Column("is_local", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_questions_code_length")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_questions_weight_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "edition_id"],
            ["framework_editions.partnership_id", "framework_editions.id"],
            name=op.f("fk_questions_partnership_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "standard_id"],
            ["standards.partnership_id", "standards.id"],
            name=op.f("fk_questions_partnership_id_standard_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("uq_questions_edition_id_code")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_questions_partnership_id_id")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index("ix_questions_standard", ["standard_id", "position"], unique=False)

    op.create_table(
        "actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("owner_name", sa.String(length=120), nullable=False),
        sa.Column("owner_membership_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rag", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rag IN ('red', 'amber', 'green')", name=op.f("ck_actions_rag_known")),
        sa.CheckConstraint(
            "source != 'audit_answer' OR (return_id IS NOT NULL AND question_id IS NOT NULL)",
            name=op.f("ck_actions_audit_answer_is_named"),
        ),
        sa.CheckConstraint("source IN ('audit_answer')", name=op.f("ck_actions_source_known")),
        sa.CheckConstraint("status IN ('open', 'done', 'closed')", name=op.f("ck_actions_status_known")),
        sa.CheckConstraint("length(owner_name) <= 120", name=op.f("ck_actions_owner_name_length")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_actions_closed_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_actions_created_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_actions_done_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_actions_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "owner_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_actions_partnership_id_owner_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "question_id"],
            ["questions.partnership_id", "questions.id"],
            name=op.f("fk_actions_partnership_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_actions_partnership_id_return_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_actions_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_actions_partnership_id_id")),
    )
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.create_index("ix_actions_agency", ["partnership_id", "agency_id", "status", "due_on"], unique=False)
        batch_op.create_index(
            "ix_actions_due",
            ["partnership_id", "due_on"],
            unique=False,
            sqlite_where=sa.text("status != 'closed'"),
            postgresql_where=sa.text("status != 'closed'"),
        )
        batch_op.create_index("ix_actions_return", ["return_id", "question_id"], unique=False)

    op.create_table(
        "challenge_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("panel", sa.LargeBinary(), nullable=False),
        sa.Column("agenda", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'held', 'released')", name=op.f("ck_challenge_sessions_status_known")
        ),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_challenge_sessions_place_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_challenge_sessions_partnership_id_return_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_sessions")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_challenge_sessions_partnership_id_id")),
        sa.UniqueConstraint("return_id", name=op.f("uq_challenge_sessions_return_id")),
    )
    with op.batch_alter_table("challenge_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_challenge_sessions_on", ["partnership_id", "held_on"], unique=False)

    op.create_table(
        "panel_members",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_panel_members_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "round_id"],
            ["audit_rounds.partnership_id", "audit_rounds.id"],
            name=op.f("fk_panel_members_partnership_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("round_id", "membership_id", name=op.f("pk_panel_members")),
    )
    with op.batch_alter_table("panel_members", schema=None) as batch_op:
        batch_op.create_index("ix_panel_members_membership", ["membership_id"], unique=False)

    op.create_table(
        "response_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "question_id"],
            ["questions.partnership_id", "questions.id"],
            name=op.f("fk_response_comments_partnership_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_response_comments_partnership_id_return_id"),
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["users.id"], name=op.f("fk_response_comments_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_comments")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_response_comments_partnership_id_id")),
    )
    with op.batch_alter_table("response_comments", schema=None) as batch_op:
        batch_op.create_index("ix_response_comments_question", ["return_id", "question_id"], unique=False)

    op.create_table(
        "return_versions",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_return_versions_opened_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_return_versions_partnership_id_return_id"),
        ),
        sa.PrimaryKeyConstraint("return_id", "number", name=op.f("pk_return_versions")),
    )
    op.create_table(
        "sections_given",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_sections_given_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_sections_given_partnership_id_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "standard_id"],
            ["standards.partnership_id", "standards.id"],
            name=op.f("fk_sections_given_partnership_id_standard_id"),
        ),
        sa.PrimaryKeyConstraint("return_id", "standard_id", "membership_id", name=op.f("pk_sections_given")),
    )
    with op.batch_alter_table("sections_given", schema=None) as batch_op:
        batch_op.create_index("ix_sections_given_membership", ["membership_id"], unique=False)

    op.create_table(
        "action_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("rag", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("rag IN ('red', 'amber', 'green')", name=op.f("ck_action_updates_rag_known")),
        sa.CheckConstraint("status IN ('open', 'done', 'closed')", name=op.f("ck_action_updates_status_known")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "action_id"],
            ["actions.partnership_id", "actions.id"],
            name=op.f("fk_action_updates_partnership_id_action_id"),
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["users.id"], name=op.f("fk_action_updates_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_updates")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_action_updates_partnership_id_id")),
    )
    with op.batch_alter_table("action_updates", schema=None) as batch_op:
        batch_op.create_index("ix_action_updates_action", ["action_id"], unique=False)

    op.create_table(
        "responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(length=40), nullable=True),
        sa.Column("narrative", sa.LargeBinary(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("carried_from_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(rating) <= 40", name=op.f("ck_responses_rating_length")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_responses_answered_by_id")),
        sa.ForeignKeyConstraint(["carried_from_id"], ["responses.id"], name=op.f("fk_responses_carried_from_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "question_id"],
            ["questions.partnership_id", "questions.id"],
            name=op.f("fk_responses_partnership_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_responses_partnership_id_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "standard_id"],
            ["standards.partnership_id", "standards.id"],
            name=op.f("fk_responses_partnership_id_standard_id"),
        ),
        sa.ForeignKeyConstraint(
            ["return_id", "number"],
            ["return_versions.return_id", "return_versions.number"],
            name=op.f("fk_responses_return_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_responses_partnership_id_id")),
        sa.UniqueConstraint(
            "return_id", "number", "question_id", name=op.f("uq_responses_return_id_number_question_id")
        ),
    )
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.create_index(
            "ix_responses_standard",
            ["return_id", "number", "standard_id", "rating", "is_confirmed", "question_id", "id"],
            unique=False,
        )

    op.create_table(
        "sign_offs",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('author', 'executive', 'designated_lead', 'head', 'governor')",
            name=op.f("ck_sign_offs_step_known"),
        ),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_sign_offs_name_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_sign_offs_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_sign_offs_partnership_id_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["return_id", "number"],
            ["return_versions.return_id", "return_versions.number"],
            name=op.f("fk_sign_offs_return_id_number"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_offs_user_id")),
        sa.PrimaryKeyConstraint("return_id", "number", "step", name=op.f("pk_sign_offs")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("given_from_id", sa.Integer(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('file', 'link', 'given')", name=op.f("ck_evidence_kind_known")),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_evidence_added_by_id")),
        sa.ForeignKeyConstraint(["given_from_id"], ["evidence.id"], name=op.f("fk_evidence_given_from_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_evidence_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "response_id"],
            ["responses.partnership_id", "responses.id"],
            name=op.f("fk_evidence_partnership_id_response_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_evidence_partnership_id_id")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_file", ["file_id"], unique=False)
        batch_op.create_index("ix_evidence_response", ["response_id"], unique=False)

    op.create_table(
        "moderations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_rating", sa.String(length=40), nullable=True),
        sa.Column("moderated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moderated_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(agreed_rating) <= 40", name=op.f("ck_moderations_agreed_rating_length")),
        sa.CheckConstraint("length(rating) <= 40", name=op.f("ck_moderations_rating_length")),
        sa.ForeignKeyConstraint(["moderated_by_id"], ["users.id"], name=op.f("fk_moderations_moderated_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "response_id"],
            ["responses.partnership_id", "responses.id"],
            name=op.f("fk_moderations_partnership_id_response_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "return_id"],
            ["audit_returns.partnership_id", "audit_returns.id"],
            name=op.f("fk_moderations_partnership_id_return_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderations")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_moderations_partnership_id_id")),
        sa.UniqueConstraint("response_id", name=op.f("uq_moderations_response_id")),
    )
    with op.batch_alter_table("moderations", schema=None) as batch_op:
        batch_op.create_index("ix_moderations_return", ["return_id"], unique=False)

    op.create_table(
        "report_files",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "file_id"],
            ["stored_files.partnership_id", "stored_files.id"],
            name=op.f("fk_report_files_partnership_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "report_id"],
            ["reports.partnership_id", "reports.id"],
            name=op.f("fk_report_files_partnership_id_report_id"),
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_report_files")),
    )
    with op.batch_alter_table("report_files", schema=None) as batch_op:
        batch_op.create_index("ix_report_files_report", ["report_id"], unique=False)

    op.create_table(
        "signing_keys",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(fingerprint) <= 60", name=op.f("ck_signing_keys_fingerprint_length")),
        sa.CheckConstraint("length(public_key) <= 60", name=op.f("ck_signing_keys_public_key_length")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_signing_keys_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "trusted_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.String(length=60), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(fingerprint) <= 60", name=op.f("ck_trusted_keys_fingerprint_length")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_trusted_keys_name_length")),
        sa.CheckConstraint("length(public_key) <= 60", name=op.f("ck_trusted_keys_public_key_length")),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_trusted_keys_added_by_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_trusted_keys_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_keys")),
        sa.UniqueConstraint("partnership_id", "fingerprint", name=op.f("uq_trusted_keys_partnership_id_fingerprint")),
    )
    op.create_table(
        "travelled_answers",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("rating", sa.String(length=40), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("narrative", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(issuer) <= 120", name=op.f("ck_travelled_answers_issuer_length")),
        sa.CheckConstraint("length(rating) <= 40", name=op.f("ck_travelled_answers_rating_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "response_id"],
            ["responses.partnership_id", "responses.id"],
            name=op.f("fk_travelled_answers_partnership_id_response_id"),
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name=op.f("fk_travelled_answers_taken_by_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_travelled_answers")),
    )
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phase", sa.String(length=32), nullable=True))
        batch_op.create_check_constraint(op.f("ck_agencies_phase_known"), PHASES)
    with op.batch_alter_table("rule_sets") as batch_op:
        batch_op.add_column(sa.Column("evidence_months", sa.Integer(), nullable=False, server_default="24"))
        batch_op.create_check_constraint(op.f("ck_rule_sets_evidence_months_positive"), "evidence_months >= 1")
        batch_op.add_column(sa.Column("audit_green_from", sa.Integer(), nullable=False, server_default="75"))
        batch_op.add_column(sa.Column("audit_amber_from", sa.Integer(), nullable=False, server_default="25"))
        batch_op.create_check_constraint(
            op.f("ck_rule_sets_audit_levels_in_order"),
            "audit_amber_from > 0 AND audit_green_from > audit_amber_from AND audit_green_from <= 100",
        )
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.drop_constraint(op.f("ck_memberships_role_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_memberships_agency_role_has_agency"), type_="check")
        batch_op.create_check_constraint(op.f("ck_memberships_role_known"), f"role IN ({ROLES}, 'signatory')")
        batch_op.create_check_constraint(
            op.f("ck_memberships_agency_role_has_agency"),
            "agency_id IS NOT NULL OR role NOT IN ('agency_lead', 'practitioner', 'signatory')",
        )


def downgrade() -> None:
    """Take it back."""
    # Nobody may see more than before by going back: who was a signatory is no longer a member.
    op.execute(
        "UPDATE memberships SET role = 'practitioner', ended_at = coalesce(ended_at, created_at) WHERE role = 'signatory'"
    )
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.drop_constraint(op.f("ck_memberships_role_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_memberships_agency_role_has_agency"), type_="check")
        batch_op.create_check_constraint(op.f("ck_memberships_role_known"), f"role IN ({ROLES})")
        batch_op.create_check_constraint(
            op.f("ck_memberships_agency_role_has_agency"),
            "agency_id IS NOT NULL OR role NOT IN ('agency_lead', 'practitioner')",
        )
    with op.batch_alter_table("rule_sets") as batch_op:
        batch_op.drop_constraint(op.f("ck_rule_sets_evidence_months_positive"), type_="check")
        batch_op.drop_column("evidence_months")
        batch_op.drop_constraint(op.f("ck_rule_sets_audit_levels_in_order"), type_="check")
        batch_op.drop_column("audit_green_from")
        batch_op.drop_column("audit_amber_from")
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_agencies_phase_known"), type_="check")
        batch_op.drop_column("phase")

    op.drop_table("travelled_answers")
    op.drop_table("trusted_keys")
    op.drop_table("signing_keys")
    with op.batch_alter_table("report_files", schema=None) as batch_op:
        batch_op.drop_index("ix_report_files_report")

    op.drop_table("report_files")
    with op.batch_alter_table("moderations", schema=None) as batch_op:
        batch_op.drop_index("ix_moderations_return")

    op.drop_table("moderations")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_response")
        batch_op.drop_index("ix_evidence_file")

    op.drop_table("evidence")
    op.drop_table("sign_offs")
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.drop_index("ix_responses_standard")

    op.drop_table("responses")
    with op.batch_alter_table("action_updates", schema=None) as batch_op:
        batch_op.drop_index("ix_action_updates_action")

    op.drop_table("action_updates")
    with op.batch_alter_table("sections_given", schema=None) as batch_op:
        batch_op.drop_index("ix_sections_given_membership")

    op.drop_table("sections_given")
    op.drop_table("return_versions")
    with op.batch_alter_table("response_comments", schema=None) as batch_op:
        batch_op.drop_index("ix_response_comments_question")

    op.drop_table("response_comments")
    with op.batch_alter_table("panel_members", schema=None) as batch_op:
        batch_op.drop_index("ix_panel_members_membership")

    op.drop_table("panel_members")
    with op.batch_alter_table("challenge_sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_challenge_sessions_on")

    op.drop_table("challenge_sessions")
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.drop_index("ix_actions_return")
        batch_op.drop_index(
            "ix_actions_due", sqlite_where=sa.text("status != 'closed'"), postgresql_where=sa.text("status != 'closed'")
        )
        batch_op.drop_index("ix_actions_agency")

    op.drop_table("actions")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index("ix_questions_standard")

    op.drop_table("questions")
    with op.batch_alter_table("audit_returns", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_returns_round")
        batch_op.drop_index("ix_audit_returns_agency")

    op.drop_table("audit_returns")
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_files_status")

    op.drop_table("stored_files")
    op.drop_table("standards")
    with op.batch_alter_table("closure_periods", schema=None) as batch_op:
        batch_op.drop_index("ix_closure_periods_agency")

    op.drop_table("closure_periods")
    with op.batch_alter_table("audit_rounds", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_rounds_opens")

    op.drop_table("audit_rounds")
    op.drop_table("framework_editions")
