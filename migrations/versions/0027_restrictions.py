"""Records closed to people, reports held back from agencies, and what is opened in an emergency all the same."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NEW_NOTICE_KINDS = "'record_opened', 'opening_reviewed'"
BEHIND = "'withdrawal_listed'"
"""The kind behind which the new ones stand in the list."""
IN_FORCE = sa.text("ended_at IS NULL")
TO_REVIEW = sa.text("reviewed_at IS NULL")


def upgrade() -> None:
    """Apply the change."""
    kinds = _kinds()
    kinds.insert(kinds.index(BEHIND) + 1, NEW_NOTICE_KINDS)
    _tell_of(kinds)
    _create_restrictions()
    _create_holds()
    _create_openings()


def _create_restrictions() -> None:
    op.create_table(
        "case_restrictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reach", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("reach IN ('named', 'all_others')", name=op.f("ck_case_restrictions_reach_known")),
        sa.CheckConstraint("until IS NULL OR until >= begins_on", name=op.f("ck_case_restrictions_until_after_begins")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_case_restrictions_ended_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_case_restrictions_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_case_restrictions_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_restrictions")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_case_restrictions_partnership_id_id")),
    )
    with op.batch_alter_table("case_restrictions", schema=None) as batch_op:
        batch_op.create_index("ix_case_restrictions_case", ["case_id"], unique=False)
        batch_op.create_index(
            "ix_case_restrictions_in_force",
            ["partnership_id", "case_id"],
            unique=False,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        )
    op.create_table(
        "restricted_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("restriction_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_restricted_people_added_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_restricted_people_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "restriction_id"],
            ["case_restrictions.partnership_id", "case_restrictions.id"],
            name=op.f("fk_restricted_people_partnership_id_restriction_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_restricted_people_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_people")),
    )
    with op.batch_alter_table("restricted_people", schema=None) as batch_op:
        batch_op.create_index(
            "uq_restricted_people_current",
            ["restriction_id", "user_id"],
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        )


def _create_holds() -> None:
    op.create_table(
        "report_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "because IN ('relative', 'third_party', 'enquiry', 'something_else')",
            name=op.f("ck_report_holds_because_known"),
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_report_holds_ended_by_id")),
        sa.ForeignKeyConstraint(["held_by_id"], ["users.id"], name=op.f("fk_report_holds_held_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_report_holds_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_report_holds_partnership_id_invitation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_holds")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_report_holds_partnership_id_id")),
    )
    with op.batch_alter_table("report_holds", schema=None) as batch_op:
        batch_op.create_index(
            "uq_report_holds_current",
            ["invitation_id", "agency_id"],
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        )


def _create_openings() -> None:
    op.create_table(
        "emergency_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=32), nullable=True),
        sa.Column("review", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('justified', 'not_justified')", name=op.f("ck_emergency_openings_verdict_known")
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (reviewed_at IS NULL)", name=op.f("ck_emergency_openings_reviewed_with_a_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_emergency_openings_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "membership_id"],
            ["memberships.partnership_id", "memberships.id"],
            name=op.f("fk_emergency_openings_partnership_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_emergency_openings_reviewed_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emergency_openings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_openings")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_emergency_openings_partnership_id_id")),
    )
    with op.batch_alter_table("emergency_openings", schema=None) as batch_op:
        batch_op.create_index("ix_emergency_openings_case", ["case_id"], unique=False)
        batch_op.create_index("ix_emergency_openings_membership", ["membership_id", "opened_at"], unique=False)
        batch_op.create_index(
            "ix_emergency_openings_to_review",
            ["partnership_id"],
            unique=False,
            sqlite_where=TO_REVIEW,
            postgresql_where=TO_REVIEW,
        )


def downgrade() -> None:
    """Take it back: restrictions, holds and openings go with what people were told of them; what they closed is open."""
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW_NOTICE_KINDS})")  # noqa: S608 - words of this file
    new = NEW_NOTICE_KINDS.split(", ")
    _tell_of([kind for kind in _kinds() if kind not in new])
    for table in ("emergency_openings", "report_holds", "restricted_people", "case_restrictions"):
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
