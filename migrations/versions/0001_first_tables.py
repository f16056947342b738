"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency_type", sa.String(length=32), nullable=False),
        sa.Column("urn", sa.String(length=6), nullable=True),
        sa.Column("ods_code", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "agency_type IN ('social_care', 'police', 'gp', 'school', 'health_visiting', 'school_nursing', 'hospital', 'mental_health', 'probation', 'youth_justice', 'housing', 'early_help', 'voluntary', 'other')",
            name=op.f("ck_agencies_agency_type_known"),
        ),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_agencies_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
    )
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.create_index("ix_agencies_ods_code", ["ods_code", "agency_type"], unique=True)
        batch_op.create_index("ix_agencies_urn", ["urn", "agency_type"], unique=True)

    op.create_table(
        "partnerships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_partnerships_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnerships")),
        sa.UniqueConstraint("name", name=op.f("uq_partnerships_name")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempts_account_at", ["account_digest", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempts_address_at", ["address", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempts_at", ["at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_users_email_length")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_users_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "activity_chains",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("last_seal", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_activity_chains_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_chains")),
        sa.UniqueConstraint("partnership_id", name=op.f("uq_activity_chains_partnership_id")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(reference) <= 40", name=op.f("ck_cases_reference_length")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_cases_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_cases_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "reference", name=op.f("uq_cases_partnership_id_reference")),
    )
    op.create_table(
        "joining_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('join', 'new_password')", name=op.f("ck_joining_links_purpose_known")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_joining_links_made_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_joining_links_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining_links")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_joining_links_token_digest")),
    )
    with op.batch_alter_table("joining_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joining_links_user_id"), ["user_id"], unique=False)

    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_forms_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
    )
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_forms_user_id"), ["user_id"], unique=False)

    op.create_table(
        "meeting_types",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_meeting_types_code_length")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_meeting_types_name_length")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_meeting_types_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_types")),
        sa.UniqueConstraint("partnership_id", "code", name=op.f("uq_meeting_types_partnership_id_code")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_meeting_types_partnership_id_id")),
    )
    op.create_table(
        "partnership_agencies",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_partnership_agencies_code_length")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_partnership_agencies_email_length")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_partnership_agencies_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_partnership_agencies_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "agency_id", name=op.f("pk_partnership_agencies")),
        sa.UniqueConstraint("partnership_id", "code", name=op.f("uq_partnership_agencies_partnership_id_code")),
    )
    with op.batch_alter_table("partnership_agencies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_agencies_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_user_id"), ["user_id"], unique=False)

    op.create_table(
        "rule_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("guidance_edition", sa.String(length=80), nullable=False),
        sa.Column("small_count_limit", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("small_count_limit >= 0", name=op.f("ck_rule_sets_small_count_limit_positive")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_rule_sets_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sets")),
        sa.UniqueConstraint(
            "partnership_id", "effective_from", name=op.f("uq_rule_sets_partnership_id_effective_from")
        ),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_rule_sets_partnership_id_id")),
    )
    op.create_table(
        "activity",
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name=op.f("ck_activity_outcome_known")),
        sa.ForeignKeyConstraint(["chain_id"], ["activity_chains.id"], name=op.f("fk_activity_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "sequence", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_at", ["partnership_id", "at"], unique=False)
        batch_op.create_index("ix_activity_subject", ["partnership_id", "subject", "subject_id"], unique=False)

    op.create_table(
        "children",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.LargeBinary(), nullable=False),
        sa.Column("surname", sa.LargeBinary(), nullable=False),
        sa.Column("date_of_birth", sa.LargeBinary(), nullable=True),
        sa.Column("nhs_number", sa.LargeBinary(), nullable=True),
        sa.Column("upn", sa.LargeBinary(), nullable=True),
        sa.Column("surname_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("nhs_number_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("upn_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_children_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_children")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_children_partnership_id_id")),
    )
    with op.batch_alter_table("children", schema=None) as batch_op:
        batch_op.create_index("ix_children_case", ["case_id"], unique=False)
        batch_op.create_index("ix_children_nhs", ["partnership_id", "nhs_number_index"], unique=False)
        batch_op.create_index("ix_children_surname", ["partnership_id", "surname_index"], unique=False)
        batch_op.create_index("ix_children_upn", ["partnership_id", "upn_index"], unique=False)

    op.create_table(
        "meeting_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), nullable=False),
        sa.Column("reports_due", sa.Boolean(), nullable=False),
        sa.Column("report_working_days", sa.Integer(), nullable=True),
        sa.Column("due", sa.JSON(), nullable=False),
        sa.Column("quorum", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("expected_types", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"],
            ["meeting_types.partnership_id", "meeting_types.id"],
            name=op.f("fk_meeting_rules_partnership_id_meeting_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "rule_set_id"],
            ["rule_sets.partnership_id", "rule_sets.id"],
            name=op.f("fk_meeting_rules_partnership_id_rule_set_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_rules")),
        sa.UniqueConstraint(
            "rule_set_id", "meeting_type_id", name=op.f("uq_meeting_rules_rule_set_id_meeting_type_id")
        ),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_teams_name_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_teams_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("partnership_id", "agency_id", "name", name=op.f("uq_teams_partnership_id_agency_id_name")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_teams_partnership_id_id")),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=32), nullable=True),
        sa.Column("sector", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "agency_id IS NOT NULL OR role NOT IN ('agency_lead', 'practitioner')",
            name=op.f("ck_memberships_agency_role_has_agency"),
        ),
        sa.CheckConstraint(
            "post IN ('designated_lead', 'deputy_lead', 'head', 'governor', 'named_gp', 'conference_liaison', 'line_manager', 'team_manager', 'executive')",
            name=op.f("ck_memberships_post_known"),
        ),
        sa.CheckConstraint(
            "role IN ('practitioner', 'agency_lead', 'chair', 'safeguarding_manager', 'coordinator', 'sector_lead', 'board_member', 'business_manager', 'scrutineer', 'administrator')",
            name=op.f("ck_memberships_role_known"),
        ),
        sa.CheckConstraint(
            "sector IN ('social_care', 'police', 'gp', 'school', 'health_visiting', 'school_nursing', 'hospital', 'mental_health', 'probation', 'youth_justice', 'housing', 'early_help', 'voluntary', 'other')",
            name=op.f("ck_memberships_sector_known"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_memberships_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "team_id"],
            ["teams.partnership_id", "teams.id"],
            name=op.f("fk_memberships_partnership_id_team_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_memberships_partnership_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_memberships_partnership_id_id")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_partnership_agency", ["partnership_id", "agency_id"], unique=False)
        batch_op.create_index("ix_memberships_user", ["user_id"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("chair_membership_id", sa.Integer(), nullable=True),
        sa.Column("trigger_on", sa.Date(), nullable=True),
        sa.Column("trigger_time", sa.Time(), nullable=True),
        sa.Column("scheduled_on", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_time", sa.Time(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("interim_safety_plan", sa.Boolean(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("quorate", sa.Boolean(), nullable=True),
        sa.Column("all_core_agencies", sa.Boolean(), nullable=True),
        sa.Column("all_expected_agencies", sa.Boolean(), nullable=True),
        sa.Column("group_meeting", sa.Boolean(), nullable=True),
        sa.Column("register_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("register_closed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "format IN ('in_person', 'video', 'hybrid', 'telephone')", name=op.f("ck_meetings_format_known")
        ),
        sa.CheckConstraint(
            "status IN ('scheduled', 'held', 'inquorate', 'cancelled')", name=op.f("ck_meetings_status_known")
        ),
        sa.CheckConstraint("length(reference) <= 40", name=op.f("ck_meetings_reference_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_meetings_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "chair_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_meetings_partnership_id_chair_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"],
            ["meeting_types.partnership_id", "meeting_types.id"],
            name=op.f("fk_meetings_partnership_id_meeting_type_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_meetings_partnership_id")),
        sa.ForeignKeyConstraint(
            ["register_closed_by_id"], ["users.id"], name=op.f("fk_meetings_register_closed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_meetings_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "reference", name=op.f("uq_meetings_partnership_id_reference")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index("ix_meetings_case", ["case_id"], unique=False)
        batch_op.create_index(
            "ix_meetings_chair",
            ["partnership_id", "chair_membership_id", "scheduled_on", "start_time", "id"],
            unique=False,
        )
        batch_op.create_index("ix_meetings_held", ["partnership_id", "held_on"], unique=False)
        batch_op.create_index(
            "ix_meetings_open",
            ["partnership_id", "scheduled_on"],
            unique=False,
            sqlite_where=sa.text("status = 'scheduled'"),
            postgresql_where=sa.text("status = 'scheduled'"),
        )
        batch_op.create_index(
            "ix_meetings_scheduled", ["partnership_id", "scheduled_on", "start_time", "id"], unique=False
        )

    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("code_checked", sa.Boolean(), nullable=False),
        sa.Column("setup_secret", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "ended_by IN ('idle', 'too_long', 'signed_out', 'password_changed', 'access_changed')",
            name=op.f("ck_sign_in_sessions_ended_by_known"),
        ),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_sign_in_sessions_membership_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_sessions_token_digest")),
    )
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("expectation", sa.String(length=32), nullable=False),
        sa.Column("expectation_reason", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answer_note", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("coordinator_note", sa.LargeBinary(), nullable=True),
        sa.Column("attendance", sa.String(length=32), nullable=True),
        sa.Column("declared_attendance", sa.String(length=32), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_attendance", sa.String(length=32), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_note", sa.LargeBinary(), nullable=True),
        sa.Column("present_by", sa.String(length=32), nullable=True),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("left_early", sa.Boolean(), nullable=False),
        sa.Column("report_due_given", sa.Date(), nullable=True),
        sa.Column("report_due_on", sa.Date(), nullable=True),
        sa.Column("report_received_on", sa.Date(), nullable=True),
        sa.Column("report_shared_on", sa.Date(), nullable=True),
        sa.Column("consulted_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('attend', 'deputy', 'apologies', 'report_only', 'not_ours')",
            name=op.f("ck_invitations_answer_known"),
        ),
        sa.CheckConstraint(
            "attendance IN ('in_person', 'video', 'telephone', 'partial', 'deputy', 'apologies', 'no_response')",
            name=op.f("ck_invitations_attendance_known"),
        ),
        sa.CheckConstraint(
            "confirmed_attendance IN ('in_person', 'video', 'telephone', 'partial', 'deputy', 'apologies', 'no_response')",
            name=op.f("ck_invitations_confirmed_attendance_known"),
        ),
        sa.CheckConstraint(
            "declared_attendance IN ('in_person', 'video', 'telephone', 'partial', 'deputy', 'apologies', 'no_response')",
            name=op.f("ck_invitations_declared_attendance_known"),
        ),
        sa.CheckConstraint(
            "expectation IN ('expected', 'report_only', 'optional', 'not_relevant')",
            name=op.f("ck_invitations_expectation_known"),
        ),
        sa.CheckConstraint(
            "expectation_reason IN ('knows_child', 'registered', 'on_roll', 'statutory', 'supports_family', 'referred', 'not_involved', 'moved_away', 'imported')",
            name=op.f("ck_invitations_expectation_reason_known"),
        ),
        sa.CheckConstraint(
            "present_by IN ('in_person', 'video', 'telephone')", name=op.f("ck_invitations_present_by_known")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_invitations_answered_by_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_invitations_confirmed_by_id")),
        sa.ForeignKeyConstraint(["declared_by_id"], ["users.id"], name=op.f("fk_invitations_declared_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_invitations_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_invitations_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "team_id"],
            ["teams.partnership_id", "teams.id"],
            name=op.f("fk_invitations_partnership_id_team_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("meeting_id", "agency_id", name=op.f("uq_invitations_meeting_id_agency_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_invitations_partnership_id_id")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_invitations_agency",
            ["partnership_id", "agency_id", "meeting_on", "meeting_id", "expectation", "answer", "team_id"],
            unique=False,
        )
        batch_op.create_index("ix_invitations_answered", ["partnership_id", "agency_id", "answered_at"], unique=False)
        batch_op.create_index(
            "ix_invitations_not_ours",
            ["partnership_id", "meeting_id", "agency_id", "expectation", "answer"],
            unique=False,
            sqlite_where=sa.text("answer = 'not_ours'"),
            postgresql_where=sa.text("answer = 'not_ours'"),
        )
        batch_op.create_index(
            "ix_invitations_received", ["partnership_id", "agency_id", "report_received_on"], unique=False
        )

    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("involvement", sa.LargeBinary(), nullable=False),
        sa.Column("strengths", sa.LargeBinary(), nullable=False),
        sa.Column("worries", sa.LargeBinary(), nullable=False),
        sa.Column("threshold_view", sa.LargeBinary(), nullable=False),
        sa.Column("threshold_reason", sa.LargeBinary(), nullable=False),
        sa.Column("category_views", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'submitted')", name=op.f("ck_reports_status_known")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_reports_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_reports_saved_by_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_reports_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_reports_invitation_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_reports_partnership_id_id")),
    )
    op.bulk_insert(
        sa.table("activity_chains", sa.column("last_sequence", sa.Integer), sa.column("last_seal", sa.LargeBinary)),
        [{"last_sequence": 0, "last_seal": bytes(32)}],
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("reports")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index("ix_invitations_received")
        batch_op.drop_index(
            "ix_invitations_not_ours",
            sqlite_where=sa.text("answer = 'not_ours'"),
            postgresql_where=sa.text("answer = 'not_ours'"),
        )
        batch_op.drop_index("ix_invitations_answered")
        batch_op.drop_index("ix_invitations_agency")

    op.drop_table("invitations")
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_sessions_user_id"))

    op.drop_table("sign_in_sessions")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index("ix_meetings_scheduled")
        batch_op.drop_index(
            "ix_meetings_open",
            sqlite_where=sa.text("status = 'scheduled'"),
            postgresql_where=sa.text("status = 'scheduled'"),
        )
        batch_op.drop_index("ix_meetings_held")
        batch_op.drop_index("ix_meetings_chair")
        batch_op.drop_index("ix_meetings_case")

    op.drop_table("meetings")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_memberships_user")
        batch_op.drop_index("ix_memberships_partnership_agency")

    op.drop_table("memberships")
    op.drop_table("teams")
    op.drop_table("meeting_rules")
    with op.batch_alter_table("children", schema=None) as batch_op:
        batch_op.drop_index("ix_children_upn")
        batch_op.drop_index("ix_children_surname")
        batch_op.drop_index("ix_children_nhs")
        batch_op.drop_index("ix_children_case")

    op.drop_table("children")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_subject")
        batch_op.drop_index("ix_activity_at")

    op.drop_table("activity")
    op.drop_table("rule_sets")
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_codes_user_id"))

    op.drop_table("recovery_codes")
    with op.batch_alter_table("partnership_agencies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_agencies_agency_id"))

    op.drop_table("partnership_agencies")
    op.drop_table("meeting_types")
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_forms_user_id"))

    op.drop_table("kept_forms")
    with op.batch_alter_table("joining_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joining_links_user_id"))

    op.drop_table("joining_links")
    op.drop_table("cases")
    op.drop_table("activity_chains")
    op.drop_table("users")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempts_at")
        batch_op.drop_index("ix_sign_in_attempts_address_at")
        batch_op.drop_index("ix_sign_in_attempts_account_at")

    op.drop_table("sign_in_attempts")
    op.drop_table("partnerships")
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.drop_index("ix_agencies_urn")
        batch_op.drop_index("ix_agencies_ods_code")

    op.drop_table("agencies")
