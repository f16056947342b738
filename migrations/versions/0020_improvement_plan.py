"""The improvement plan: areas, actions, leads, occurrences, measures, history."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NEW_NOTICE_KINDS = "'improvement_given', 'improvement_due'"
BEHIND = "'action_sent_back'"
"""The kind behind which the new ones stand in the list."""

RAG = "rag IN ('red', 'amber', 'green')"
STATUS = "status IN ('open', 'complete', 'stopped')"


def upgrade() -> None:
    """Apply the change."""
    kinds = _kinds()
    kinds.insert(kinds.index(BEHIND) + 1, NEW_NOTICE_KINDS)
    _tell_of(kinds)
    op.create_table(
        "improvement_areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("aim", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_improvement_areas_title_length")),
        sa.CheckConstraint("number >= 1 AND number <= 99", name=op.f("ck_improvement_areas_number_within_reason")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_improvement_areas_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_areas")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_improvement_areas_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "number", name=op.f("uq_improvement_areas_partnership_id_number")),
    )
    _create_actions()
    _create_what_hangs_on_actions()
    _create_history()


def downgrade() -> None:
    """Take the change back; the plan goes with it."""
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    new = NEW_NOTICE_KINDS.split(", ")
    _tell_of([kind for kind in _kinds() if kind not in new])
    for table in (
        "improvement_months",
        "improvement_evidence",
        "improvement_ticks",
        "improvement_changes",
        "improvement_measures",
        "improvement_leads",
        "improvement_actions",
        "improvement_areas",
    ):
        op.drop_table(table)


def _create_actions() -> None:
    op.create_table(
        "improvement_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("measure_words", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_name", sa.LargeBinary(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("sample_id", sa.Integer(), nullable=True),
        sa.Column("by_when", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("rag", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("from_file", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "source IN ('plan', 'learning_review', 'audit_round', 'dip_sample', 'multi_agency_audit', 'inspection')",
            name=op.f("ck_improvement_actions_source_known"),
        ),
        sa.CheckConstraint(
            "by_when IN ('day', 'month', 'weekly', 'monthly', 'quarterly', 'ongoing')",
            name=op.f("ck_improvement_actions_by_when_known"),
        ),
        sa.CheckConstraint(STATUS, name=op.f("ck_improvement_actions_status_known")),
        sa.CheckConstraint(RAG, name=op.f("ck_improvement_actions_rag_known")),
        sa.CheckConstraint("length(reference) <= 20", name=op.f("ck_improvement_actions_reference_length")),
        sa.CheckConstraint(
            "(due_on IS NOT NULL) = (by_when IN ('day', 'month'))", name=op.f("ck_improvement_actions_due_on_a_day")
        ),
        sa.CheckConstraint(
            "(starts_on IS NOT NULL) = (by_when IN ('weekly', 'monthly', 'quarterly'))",
            name=op.f("ck_improvement_actions_starts_when_it_repeats"),
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_improvement_actions_ends_after_it_starts")
        ),
        sa.CheckConstraint(
            "round_id IS NULL OR source = 'audit_round'", name=op.f("ck_improvement_actions_round_of_an_audit")
        ),
        sa.CheckConstraint(
            "sample_id IS NULL OR source IN ('dip_sample', 'multi_agency_audit')",
            name=op.f("ck_improvement_actions_sample_of_practice"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["improvement_areas.partnership_id", "improvement_areas.id"],
            name=op.f("fk_improvement_actions_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "round_id"],
            ["audit_rounds.partnership_id", "audit_rounds.id"],
            name=op.f("fk_improvement_actions_partnership_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_actions")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_improvement_actions_partnership_id_id")),
        sa.UniqueConstraint(
            "partnership_id", "reference", name=op.f("uq_improvement_actions_partnership_id_reference")
        ),
    )
    with op.batch_alter_table("improvement_actions", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_actions_area", ["area_id"], unique=False)
        batch_op.create_index("ix_improvement_actions_round", ["round_id"], unique=False)
        batch_op.create_index(
            "ix_improvement_actions_due",
            ["partnership_id", "next_due_on"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )


def _create_what_hangs_on_actions() -> None:
    op.create_table(
        "improvement_leads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=True),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "role IN ('practitioner', 'agency_lead', 'chair', 'safeguarding_manager', 'coordinator', 'sector_lead', "
            "'board_member', 'business_manager', 'scrutineer', 'administrator', 'signatory')",
            name=op.f("ck_improvement_leads_role_known"),
        ),
        sa.CheckConstraint("length(post) <= 120", name=op.f("ck_improvement_leads_post_length")),
        sa.CheckConstraint(
            "CASE WHEN membership_id IS NULL THEN 0 ELSE 1 END + CASE WHEN role IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN post = '' THEN 0 ELSE 1 END = 1",
            name=op.f("ck_improvement_leads_one_of_three"),
        ),
        _to_action("improvement_leads"),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_improvement_leads_partnership_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_leads")),
    )
    with op.batch_alter_table("improvement_leads", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_leads_action", ["action_id", "place"], unique=False)
        batch_op.create_index("ix_improvement_leads_membership", ["membership_id"], unique=False)
    op.create_table(
        "improvement_measures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.String(length=60), nullable=False),
        sa.Column("agency_type", sa.String(length=32), nullable=False),
        sa.Column("meeting_type", sa.String(length=40), nullable=False),
        sa.CheckConstraint("length(measure_id) <= 60", name=op.f("ck_improvement_measures_measure_id_length")),
        sa.CheckConstraint("length(agency_type) <= 32", name=op.f("ck_improvement_measures_agency_type_length")),
        sa.CheckConstraint("length(meeting_type) <= 40", name=op.f("ck_improvement_measures_meeting_type_length")),
        _to_action("improvement_measures"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_measures")),
        sa.UniqueConstraint(
            "action_id",
            "measure_id",
            "agency_type",
            "meeting_type",
            name=op.f("uq_improvement_measures_of_action"),
        ),
    )


def _create_history() -> None:
    op.create_table(
        "improvement_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("counts_for", sa.Date(), nullable=False),
        sa.Column("rag", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "step IN ('added', 'changed', 'updated', 'no_change', 'ticked', 'unticked', 'completed', 'stopped', "
            "'reopened')",
            name=op.f("ck_improvement_changes_step_known"),
        ),
        sa.CheckConstraint(RAG, name=op.f("ck_improvement_changes_rag_known")),
        sa.CheckConstraint(STATUS, name=op.f("ck_improvement_changes_status_known")),
        sa.CheckConstraint(
            "(action_id IS NULL) <> (area_id IS NULL)", name=op.f("ck_improvement_changes_of_an_action_or_an_area")
        ),
        sa.CheckConstraint("(action_id IS NULL) = (rag IS NULL)", name=op.f("ck_improvement_changes_rag_of_an_action")),
        sa.CheckConstraint(
            "(action_id IS NULL) = (status IS NULL)", name=op.f("ck_improvement_changes_status_of_an_action")
        ),
        _to_action("improvement_changes"),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["improvement_areas.partnership_id", "improvement_areas.id"],
            name=op.f("fk_improvement_changes_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_improvement_changes_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_improvement_changes_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_changes")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_improvement_changes_partnership_id_id")),
    )
    with op.batch_alter_table("improvement_changes", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_changes_action", ["action_id", "id"], unique=False)
        batch_op.create_index("ix_improvement_changes_area", ["area_id", "id"], unique=False)
        batch_op.create_index(
            "ix_improvement_changes_month", ["partnership_id", "counts_for", "action_id"], unique=False
        )
    op.create_table(
        "improvement_ticks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("by_when", sa.String(length=32), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_by_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "by_when IN ('weekly', 'monthly', 'quarterly')", name=op.f("ck_improvement_ticks_by_when_known")
        ),
        _to_action("improvement_ticks"),
        sa.ForeignKeyConstraint(["ticked_by_id"], ["users.id"], name=op.f("fk_improvement_ticks_ticked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_ticks")),
        sa.UniqueConstraint(
            "action_id", "by_when", "begins_on", name=op.f("uq_improvement_ticks_action_id_by_when_begins_on")
        ),
    )
    op.create_table(
        "improvement_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        _to_action("improvement_evidence"),
        sa.ForeignKeyConstraint(
            ["partnership_id", "change_id"],
            ["improvement_changes.partnership_id", "improvement_changes.id"],
            name=op.f("fk_improvement_evidence_partnership_id_change_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_evidence")),
    )
    with op.batch_alter_table("improvement_evidence", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_evidence_action", ["action_id"], unique=False)
    op.create_table(
        "improvement_months",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_improvement_months_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_improvement_months_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_months")),
        sa.UniqueConstraint("partnership_id", "begins_on", name=op.f("uq_improvement_months_partnership_id_begins_on")),
    )


def _to_action(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["partnership_id", "action_id"],
        ["improvement_actions.partnership_id", "improvement_actions.id"],
        name=op.f(f"fk_{table}_partnership_id_action_id"),
    )


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
