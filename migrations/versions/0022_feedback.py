"""Feedback of families and professionals after a conference."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PRINTED = sa.text("mail_id IS NULL")
LISTED = re.compile(r"'(\w+)'")


def upgrade() -> None:
    """Apply the change: cards and what is given by them, and mails that carry a card's link."""
    _allow_mails([*_mail_kinds(), "feedback"])
    _cards()
    _given()
    op.create_table(
        "feedback_forms",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_feedback_forms")),
    )


def _cards() -> None:
    op.create_table(
        "feedback_cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("audience IN ('family', 'professional')", name=op.f("ck_feedback_cards_audience_known")),
        sa.CheckConstraint("uses >= 0 AND uses <= most_uses", name=op.f("ck_feedback_cards_uses_counted")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_feedback_cards_made_by_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_feedback_cards_mail_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_feedback_cards_partnership_id_meeting_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_cards")),
        sa.UniqueConstraint("code_index", name=op.f("uq_feedback_cards_code_index")),
        sa.UniqueConstraint("mail_id", name=op.f("uq_feedback_cards_mail_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_feedback_cards_partnership_id_id")),
    )
    with op.batch_alter_table("feedback_cards", schema=None) as batch_op:
        batch_op.create_index("ix_feedback_cards_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_feedback_cards_meeting", ["meeting_id"], unique=False)
        batch_op.create_index(
            "ix_feedback_cards_printed",
            ["meeting_id", "audience"],
            unique=True,
            sqlite_where=PRINTED,
            postgresql_where=PRINTED,
        )


def _given() -> None:
    """What was given refers to no card and no meeting, and its number is no serial one."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("agreement", sa.String(length=32), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("agreement IN ('agrees', 'differs', 'not_known')", name=op.f("ck_feedback_agreement_known")),
        sa.CheckConstraint("audience IN ('family', 'professional')", name=op.f("ck_feedback_audience_known")),
        sa.CheckConstraint("language IN ('en', 'pl', 'ro', 'bn', 'ur', 'ar')", name=op.f("ck_feedback_language_known")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_feedback_partnership_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"],
            ["meeting_types.partnership_id", "meeting_types.id"],
            name=op.f("fk_feedback_partnership_id_meeting_type_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_feedback_partnership_id_id")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index("ix_feedback_month", ["partnership_id", "month"], unique=False)
    op.create_table(
        "feedback_replies",
        sa.Column("feedback_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(length=32), nullable=False),
        sa.CheckConstraint("length(question) <= 40", name=op.f("ck_feedback_replies_question_length")),
        sa.CheckConstraint("reply IN ('yes', 'no', 'not_sure')", name=op.f("ck_feedback_replies_reply_known")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "feedback_id"],
            ["feedback.partnership_id", "feedback.id"],
            name=op.f("fk_feedback_replies_partnership_id_feedback_id"),
        ),
        sa.PrimaryKeyConstraint("feedback_id", "question", name=op.f("pk_feedback_replies")),
    )


def _mail_kinds() -> list[str]:
    """The kinds of mails that the database knows by now."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("mails")
    (listed,) = [check["sqltext"] for check in checks if check["name"] == "ck_mails_kind_known"]
    return LISTED.findall(str(listed))


def _allow_mails(kinds: Iterable[str]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_mails_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_mails_kind_known"), f"kind IN ({listed})")


def downgrade() -> None:
    """Take the change back: mails with a link go with the cards."""
    op.drop_table("feedback_forms")
    op.drop_table("feedback_replies")
    op.drop_table("feedback")
    op.drop_table("feedback_cards")
    op.execute("DELETE FROM mails WHERE kind = 'feedback'")
    _allow_mails(kind for kind in _mail_kinds() if kind != "feedback")
