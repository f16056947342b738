"""Dip samples and thematic audits of practice: rules, tools, draws, reviews and grades."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NEW_NOTICE_KINDS = "'sample_proposed', 'sample_review', 'sample_differs'"
BEHIND = "'audit_reopened'"
"""The kind behind which the new ones stand in the list."""


def upgrade() -> None:
    """Apply the change."""
    kinds = _kinds()
    kinds.insert(kinds.index(BEHIND) + 1, NEW_NOTICE_KINDS)
    _tell_of(kinds)
    op.create_table(
        "practice_tools",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_practice_tools_code_length")),
        sa.CheckConstraint("length(digest) <= 64", name=op.f("ck_practice_tools_digest_length")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_practice_tools_number_positive")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_practice_tools_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_tools")),
        sa.UniqueConstraint(
            "partnership_id", "code", "number", name=op.f("uq_practice_tools_partnership_id_code_number")
        ),
    )
    op.create_table(
        "dip_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), nullable=False),
        sa.Column("how_many", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("tool_code", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("how_many >= 1 AND how_many <= 200", name=op.f("ck_dip_rules_how_many_possible")),
        sa.CheckConstraint("length(tool_code) <= 40", name=op.f("ck_dip_rules_tool_code_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"],
            ["meeting_types.partnership_id", "meeting_types.id"],
            name=op.f("fk_dip_rules_partnership_id_meeting_type_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_dip_rules_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dip_rules")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_dip_rules_partnership_id_id")),
        sa.UniqueConstraint(
            "partnership_id", "meeting_type_id", name=op.f("uq_dip_rules_partnership_id_meeting_type_id")
        ),
    )
    op.create_table(
        "practice_samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("meeting_type_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("theme", sa.LargeBinary(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("how_many", sa.Integer(), nullable=False),
        sa.Column("tool_code", sa.String(length=40), nullable=False),
        sa.Column("tool", sa.JSON(), nullable=True),
        sa.Column("agency_types", sa.JSON(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=True),
        sa.Column("frame", sa.JSON(), nullable=True),
        sa.Column("frame_size", sa.Integer(), nullable=True),
        sa.Column("frame_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("strengths", sa.LargeBinary(), nullable=True),
        sa.Column("improvements", sa.LargeBinary(), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_practice_samples_closed_at_a_time")
        ),
        sa.CheckConstraint("(status = 'proposed') = (seed IS NULL)", name=op.f("ck_practice_samples_drawn_by_a_seed")),
        sa.CheckConstraint("kind IN ('dip', 'thematic')", name=op.f("ck_practice_samples_kind_known")),
        sa.CheckConstraint("status IN ('proposed', 'open', 'closed')", name=op.f("ck_practice_samples_status_known")),
        sa.CheckConstraint("(seed IS NULL) = (drawn_at IS NULL)", name=op.f("ck_practice_samples_drawn_at_a_time")),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_practice_samples_period_forward")),
        sa.CheckConstraint("how_many >= 1 AND how_many <= 200", name=op.f("ck_practice_samples_how_many_possible")),
        sa.CheckConstraint("length(frame_digest) <= 64", name=op.f("ck_practice_samples_frame_digest_length")),
        sa.CheckConstraint("length(seed) <= 32", name=op.f("ck_practice_samples_seed_length")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_practice_samples_closed_by_id")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["users.id"], name=op.f("fk_practice_samples_drawn_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"],
            ["meeting_types.partnership_id", "meeting_types.id"],
            name=op.f("fk_practice_samples_partnership_id_meeting_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "rule_id"],
            ["dip_rules.partnership_id", "dip_rules.id"],
            name=op.f("fk_practice_samples_partnership_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_practice_samples_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_samples")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_practice_samples_partnership_id_id")),
        sa.UniqueConstraint("rule_id", "from_on", name=op.f("uq_practice_samples_rule_id_from_on")),
    )
    with op.batch_alter_table("practice_samples", schema=None) as batch_op:
        batch_op.create_index("ix_practice_samples_list", ["partnership_id", "until_on", "id"], unique=False)

    op.create_table(
        "sampled_meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("replaced_because", sa.LargeBinary(), nullable=True),
        sa.Column("grade", sa.String(length=32), nullable=True),
        sa.Column("grades", sa.JSON(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("is_moderated", sa.Boolean(), nullable=False),
        sa.Column("moderation", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "grade IN ('outstanding', 'good', 'requires_improvement', 'inadequate')",
            name=op.f("ck_sampled_meetings_grade_known"),
        ),
        sa.CheckConstraint(
            "(grade IS NULL) = (settled_at IS NULL)", name=op.f("ck_sampled_meetings_settled_with_a_grade")
        ),
        sa.CheckConstraint(
            "(replaced_at IS NULL) = (replaced_because IS NULL)", name=op.f("ck_sampled_meetings_replaced_for_a_reason")
        ),
        sa.CheckConstraint("place >= 1", name=op.f("ck_sampled_meetings_place_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_sampled_meetings_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "sample_id"],
            ["practice_samples.partnership_id", "practice_samples.id"],
            name=op.f("fk_sampled_meetings_partnership_id_sample_id"),
        ),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["users.id"], name=op.f("fk_sampled_meetings_replaced_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_sampled_meetings_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sampled_meetings")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_sampled_meetings_partnership_id_id")),
        sa.UniqueConstraint("sample_id", "meeting_id", name=op.f("uq_sampled_meetings_sample_id_meeting_id")),
    )
    with op.batch_alter_table("sampled_meetings", schema=None) as batch_op:
        batch_op.create_index("ix_sampled_meetings_meeting", ["meeting_id"], unique=False)

    op.create_table(
        "sample_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("sampled_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grade", sa.String(length=32), nullable=True),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(part = 'agency') = (agency_id IS NOT NULL)", name=op.f("ck_sample_reviews_agency_for_its_part")
        ),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_sample_reviews_done_at_a_time")),
        sa.CheckConstraint(
            "grade IN ('outstanding', 'good', 'requires_improvement', 'inadequate')",
            name=op.f("ck_sample_reviews_grade_known"),
        ),
        sa.CheckConstraint("part IN ('first', 'second', 'agency')", name=op.f("ck_sample_reviews_part_known")),
        sa.CheckConstraint("state <> 'done' OR grade IS NOT NULL", name=op.f("ck_sample_reviews_done_with_a_grade")),
        sa.CheckConstraint("state IN ('asked', 'done')", name=op.f("ck_sample_reviews_state_known")),
        sa.CheckConstraint(
            "(membership_id IS NULL) = (agency_id IS NOT NULL)", name=op.f("ck_sample_reviews_of_a_person_or_an_agency")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_sample_reviews_done_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_sample_reviews_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_sample_reviews_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "sampled_id"],
            ["sampled_meetings.partnership_id", "sampled_meetings.id"],
            name=op.f("fk_sample_reviews_partnership_id_sampled_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_reviews")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_sample_reviews_partnership_id_id")),
        sa.UniqueConstraint(
            "sampled_id", "part", "agency_id", name=op.f("uq_sample_reviews_sampled_id_part_agency_id")
        ),
    )
    with op.batch_alter_table("sample_reviews", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sample_reviews_waiting",
            ["partnership_id", "membership_id", "agency_id"],
            unique=False,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.create_index(
            "uq_sample_reviews_reviewer",
            ["sampled_id", "part"],
            unique=True,
            sqlite_where=sa.text("agency_id IS NULL"),
            postgresql_where=sa.text("agency_id IS NULL"),
        )


def downgrade() -> None:
    """Take it back: samples go with their reviews, and what people were told of them."""
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    new = NEW_NOTICE_KINDS.split(", ")
    _tell_of([kind for kind in _kinds() if kind not in new])
    for table in ("sample_reviews", "sampled_meetings", "practice_samples", "dip_rules", "practice_tools"):
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
