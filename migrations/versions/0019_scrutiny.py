"""The scrutineer's challenges with their replies, what is said to agencies of a sector, and keys of the API."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NEW_NOTICE_KINDS = (
    "'scrutiny_asked', 'scrutiny_due', 'scrutiny_replied', 'scrutiny_closed', 'quotation_proposed', "
    "'quotation_answered', 'sector_reminded', 'sector_remarked'"
)
BEFORE = "'joining'"
"""The kind before which the new ones stand in the list."""


def upgrade() -> None:
    """Apply the change."""
    kinds = _kinds()
    kinds.insert(kinds.index(BEFORE), NEW_NOTICE_KINDS)
    _tell_of(kinds)
    op.create_table(
        "scrutiny_challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("asked_membership_id", sa.Integer(), nullable=True),
        sa.Column("asked_role", sa.String(length=32), nullable=True),
        sa.Column("asked_agency_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_membership_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "asked_role IN ('practitioner', 'agency_lead', 'chair', 'safeguarding_manager', 'coordinator', 'sector_lead', 'board_member', 'business_manager', 'scrutineer', 'administrator', 'signatory')",
            name=op.f("ck_scrutiny_challenges_asked_role_known"),
        ),
        sa.CheckConstraint("state IN ('open', 'replied', 'closed')", name=op.f("ck_scrutiny_challenges_state_known")),
        sa.CheckConstraint(
            "(CASE WHEN asked_membership_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN asked_role IS NULL THEN 0 ELSE 1 END) + (CASE WHEN asked_agency_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_scrutiny_challenges_asked_of_one"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_scrutiny_challenges_number_positive")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_scrutiny_challenges_round_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "asked_agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_scrutiny_challenges_partnership_id_asked_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "asked_by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_scrutiny_challenges_partnership_id_asked_by_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "asked_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_scrutiny_challenges_partnership_id_asked_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_scrutiny_challenges_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrutiny_challenges")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_scrutiny_challenges_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "number", name=op.f("uq_scrutiny_challenges_partnership_id_number")),
    )
    with op.batch_alter_table("scrutiny_challenges", schema=None) as batch_op:
        batch_op.create_index("ix_scrutiny_challenges_due", ["partnership_id", "state", "due_on"], unique=False)

    op.create_table(
        "scrutiny_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "step IN ('asked', 'changed', 'replied', 'asked_again', 'closed')",
            name=op.f("ck_scrutiny_entries_step_known"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_scrutiny_entries_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "challenge_id"],
            ["scrutiny_challenges.partnership_id", "scrutiny_challenges.id"],
            name=op.f("fk_scrutiny_entries_partnership_id_challenge_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrutiny_entries")),
    )
    with op.batch_alter_table("scrutiny_entries", schema=None) as batch_op:
        batch_op.create_index("ix_scrutiny_entries_challenge", ["challenge_id", "id"], unique=False)

    op.create_table(
        "scrutiny_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "challenge_id"],
            ["scrutiny_challenges.partnership_id", "scrutiny_challenges.id"],
            name=op.f("fk_scrutiny_drafts_partnership_id_challenge_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_scrutiny_drafts_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrutiny_drafts")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_scrutiny_drafts_challenge_id")),
    )
    op.create_table(
        "quotations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("voice", sa.String(length=32), nullable=False),
        sa.Column("proposed_text", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_text", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_membership_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'agreed') = (agreed_text IS NOT NULL)", name=op.f("ck_quotations_agreed_with_its_text")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'refused', 'withdrawn')", name=op.f("ck_quotations_state_known")
        ),
        sa.CheckConstraint(
            "voice IN ('child', 'family', 'practitioner', 'somebody')", name=op.f("ck_quotations_voice_known")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_quotations_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_quotations_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "proposed_by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_quotations_partnership_id_proposed_by_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotations")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_quotations_partnership_id_id")),
    )
    with op.batch_alter_table("quotations", schema=None) as batch_op:
        batch_op.create_index("ix_quotations_meeting", ["meeting_id"], unique=False)
        batch_op.create_index("ix_quotations_state", ["partnership_id", "state", "id"], unique=False)

    op.create_table(
        "sector_remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("written_by_membership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_sector_remarks_number_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_sector_remarks_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "written_by_membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_sector_remarks_partnership_id_written_by_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector_remarks")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_sector_remarks_partnership_id_id")),
    )
    with op.batch_alter_table("sector_remarks", schema=None) as batch_op:
        batch_op.create_index("ix_sector_remarks_agency", ["partnership_id", "agency_id", "id"], unique=False)

    op.create_table(
        "remark_wordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "remark_id"],
            ["sector_remarks.partnership_id", "sector_remarks.id"],
            name=op.f("fk_remark_wordings_partnership_id_remark_id"),
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_remark_wordings_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_wordings")),
        sa.UniqueConstraint("remark_id", "number", name=op.f("uq_remark_wordings_remark_id_number")),
    )
    op.create_table(
        "sector_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("for_day", sa.Date(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_by_id", sa.Integer(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_sector_reminders_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["reminded_by_id"], ["users.id"], name=op.f("fk_sector_reminders_reminded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector_reminders")),
        sa.UniqueConstraint(
            "partnership_id", "agency_id", "for_day", name=op.f("uq_sector_reminders_partnership_id_agency_id_for_day")
        ),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ending", sa.String(length=4), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(ending) <= 4", name=op.f("ck_api_keys_ending_length")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_api_keys_name_length")),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_api_keys_uses_positive")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_api_keys_ended_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_api_keys_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_api_keys_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_api_keys_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_api_keys_partnership_id_id")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index("ix_api_keys_partnership", ["partnership_id", "agency_id"], unique=False)

    op.create_table(
        "api_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name=op.f("fk_api_requests_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_requests")),
    )
    with op.batch_alter_table("api_requests", schema=None) as batch_op:
        batch_op.create_index("ix_api_requests_address_at", ["address", "at"], unique=False)
        batch_op.create_index("ix_api_requests_at", ["at"], unique=False)
        batch_op.create_index("ix_api_requests_key_at", ["key_id", "at"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    new = NEW_NOTICE_KINDS.split(", ")
    _tell_of([kind for kind in _kinds() if kind not in new])
    for table in (
        "api_requests",
        "api_keys",
        "sector_reminders",
        "remark_wordings",
        "sector_remarks",
        "quotations",
        "scrutiny_drafts",
        "scrutiny_entries",
        "scrutiny_challenges",
    ):
        op.drop_table(table)


def _kinds() -> list[str]:
    """What people can be told of so far, as the database lists it: other revisions add to the list, too."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("notices")
    (listed,) = [check["sqltext"] for check in checks if check["name"] == "ck_notices_kind_known"]
    return re.findall(r"'[a-z_]+'", listed)


def _tell_of(kinds: list[str]) -> None:
    """Close the list of what people are told of."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), f"kind IN ({', '.join(kinds)})")
