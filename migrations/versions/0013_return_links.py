"""The two-minute return: people of agencies without an account, links for them, their codes and short sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_mails_kind_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_mails_kind_known"), "kind IN ('digest', 'at_once', 'account', 'return_link')"
        )
    _contacts()
    _links()
    _codes_and_sessions()


def _contacts() -> None:
    op.create_table(
        "agency_contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("telephone", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_agency_contacts_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_agency_contacts_user_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_agency_contacts_added_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_agency_contacts_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_contacts")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_agency_contacts_partnership_id_id")),
    )
    with op.batch_alter_table("agency_contacts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_agency_contacts_named",
            ["partnership_id", "agency_id", "user_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def _links() -> None:
    op.create_table(
        "return_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_stood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declaration_stood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_stood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "invitation_id"],
            ["invitations.partnership_id", "invitations.id"],
            name=op.f("fk_return_links_partnership_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "contact_id"],
            ["agency_contacts.partnership_id", "agency_contacts.id"],
            name=op.f("fk_return_links_partnership_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_return_links_mail_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_return_links_made_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_return_links_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_links")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_return_links_partnership_id_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_return_links_token_digest")),
    )
    with op.batch_alter_table("return_links", schema=None) as batch_op:
        batch_op.create_index("ix_return_links_contact", ["contact_id"], unique=False)
        batch_op.create_index(op.f("ix_return_links_mail_id"), ["mail_id"], unique=False)
        batch_op.create_index(
            "ix_return_links_out",
            ["invitation_id"],
            unique=True,
            sqlite_where=sa.text("used_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("used_at IS NULL AND withdrawn_at IS NULL"),
        )


def _codes_and_sessions() -> None:
    op.create_table(
        "return_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("way IN ('text', 'read_out')", name=op.f("ck_return_codes_way_known")),
        sa.CheckConstraint("tries >= 0 AND tries <= 5", name=op.f("ck_return_codes_tries_counted")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "link_id"],
            ["return_links.partnership_id", "return_links.id"],
            name=op.f("fk_return_codes_partnership_id_link_id"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_return_codes_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_codes")),
    )
    with op.batch_alter_table("return_codes", schema=None) as batch_op:
        batch_op.create_index("ix_return_codes_link", ["link_id", "made_at"], unique=False)
    op.create_table(
        "return_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "link_id"],
            ["return_links.partnership_id", "return_links.id"],
            name=op.f("fk_return_sessions_partnership_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_return_sessions_token_digest")),
    )
    with op.batch_alter_table("return_sessions", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_return_sessions_link_id"), ["link_id"], unique=False)


def downgrade() -> None:
    """Take the change back: mails with a link go with the links."""
    op.drop_table("return_sessions")
    op.drop_table("return_codes")
    op.drop_table("return_links")
    op.drop_table("agency_contacts")
    op.execute("DELETE FROM mails WHERE kind = 'return_link'")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_mails_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_mails_kind_known"), "kind IN ('digest', 'at_once', 'account')")
