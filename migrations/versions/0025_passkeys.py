"""Passkeys, and when a session last proved who it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ENDS = "'idle', 'too_long', 'signed_out', 'password_changed', 'access_changed'"
NEW_END = "'ended_elsewhere'"
WAYS = "'password', 'password_and_code', 'password_and_passkey', 'passkey', 'provider'"
PURPOSES = "'add', 'sign_in', 'second_step', 'prove'"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("users", sa.Column("passkey_handle", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_users_passkey_handle", "users", ["passkey_handle"], unique=True)
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("way", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("browser", sa.String(length=60), nullable=True))
        batch_op.create_check_constraint(op.f("ck_sign_in_sessions_way_known"), f"way IN ({WAYS})")
        batch_op.create_check_constraint(op.f("ck_sign_in_sessions_browser_length"), "length(browser) <= 60")
    _ends(f"{ENDS}, {NEW_END}")
    _passkeys()
    _challenges()


def downgrade() -> None:
    """Take the change back; whoever signed in with a passkey goes back to their code."""
    op.drop_table("passkey_challenges")
    op.drop_table("passkeys")
    op.execute(f"UPDATE sign_in_sessions SET ended_by = 'signed_out' WHERE ended_by = {NEW_END}")  # noqa: S608 - words of this file
    _ends(ENDS)
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_sign_in_sessions_browser_length"), type_="check")
        batch_op.drop_constraint(op.f("ck_sign_in_sessions_way_known"), type_="check")
        batch_op.drop_column("browser")
        batch_op.drop_column("way")
        batch_op.drop_column("proved_at")
    op.drop_index("ix_users_passkey_handle", table_name="users")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("passkey_handle")


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(length=100), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(transports) <= 100", name=op.f("ck_passkeys_transports_length")),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count_positive")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index("ix_passkeys_credential_id", ["credential_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_passkeys_user_id"), ["user_id"], unique=False)


def _challenges() -> None:
    op.create_table(
        "passkey_challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("browser_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"purpose IN ({PURPOSES})", name=op.f("ck_passkey_challenges_purpose_known")),
        sa.CheckConstraint(
            "(session_id IS NULL) = (browser_digest IS NOT NULL)", name=op.f("ck_passkey_challenges_is_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sign_in_sessions.id"],
            name=op.f("fk_passkey_challenges_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenges")),
    )
    with op.batch_alter_table("passkey_challenges", schema=None) as batch_op:
        batch_op.create_index("ix_passkey_challenges_challenge", ["challenge"], unique=True)
        batch_op.create_index("ix_passkey_challenges_made_at", ["made_at"], unique=False)
        batch_op.create_index("ix_passkey_challenges_network", ["network", "made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_passkey_challenges_session_id"), ["session_id"], unique=False)


def _ends(known: str) -> None:
    """Close the list of why a sign-in ends."""
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_sign_in_sessions_ended_by_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_sign_in_sessions_ended_by_known"), f"ended_by IN ({known})")
