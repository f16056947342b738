"""Identities at providers of single sign-on, and sign-ons that were begun."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PURPOSES = "'join', 'new_password'"
NEW_PURPOSE = "'sign_on'"


def upgrade() -> None:
    """Apply the change."""
    _purposes(f"{PURPOSES}, {NEW_PURPOSE}")
    # Not by a copy of the table, as batches do: on SQLite triggers of the figures read it meanwhile.
    op.add_column(
        "partnership_agencies", sa.Column("local_sign_in", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    _identities()
    _attempts()
    op.create_table(
        "provided_sessions",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("has_second_step", sa.Boolean(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id_token", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(provider) <= 32", name=op.f("ck_provided_sessions_provider_length")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sign_in_sessions.id"],
            name=op.f("fk_provided_sessions_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_provided_sessions")),
    )


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=600), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(provider) <= 32", name=op.f("ck_identities_provider_length")),
        sa.CheckConstraint("length(issuer) <= 255", name=op.f("ck_identities_issuer_length")),
        sa.CheckConstraint("length(subject) <= 600", name=op.f("ck_identities_subject_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["users.id"], name=op.f("fk_identities_linked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_identities_user_id_issuer")),
    )


def _attempts() -> None:
    op.create_table(
        "sign_on_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("wanted", sa.String(length=1000), nullable=True),
        sa.Column("joining_link_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(provider) <= 32", name=op.f("ck_sign_on_attempts_provider_length")),
        sa.CheckConstraint("length(nonce) <= 64", name=op.f("ck_sign_on_attempts_nonce_length")),
        sa.CheckConstraint("length(wanted) <= 1000", name=op.f("ck_sign_on_attempts_wanted_length")),
        sa.CheckConstraint("length(address) <= 64", name=op.f("ck_sign_on_attempts_address_length")),
        sa.ForeignKeyConstraint(
            ["joining_link_id"],
            ["joining_links.id"],
            name=op.f("fk_sign_on_attempts_joining_link_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sign_in_sessions.id"],
            name=op.f("fk_sign_on_attempts_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_on_attempts")),
        sa.UniqueConstraint("state_digest", name=op.f("uq_sign_on_attempts_state_digest")),
    )
    with op.batch_alter_table("sign_on_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_sign_on_attempts_address", ["address", "began_at"], unique=False)
        batch_op.create_index("ix_sign_on_attempts_ends", ["ends_at"], unique=False)


def downgrade() -> None:
    """Take it back; whoever signed in by a provider signs in by a password again."""
    op.drop_table("provided_sessions")
    op.drop_table("sign_on_attempts")
    op.drop_table("identities")
    op.drop_column("partnership_agencies", "local_sign_in")
    # A mail may have carried such a link, and the way back in that is left for its person is a password.
    op.execute(f"UPDATE joining_links SET purpose = 'new_password' WHERE purpose = {NEW_PURPOSE}")  # noqa: S608 - words of this file
    _purposes(PURPOSES)


def _purposes(known: str) -> None:
    """Close the list of what joining links are for."""
    with op.batch_alter_table("joining_links", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_joining_links_purpose_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_joining_links_purpose_known"), f"purpose IN ({known})")
