"""Report templates, a report's answers one by one, its addenda, and what an agency wants of its reports."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXTS = ("involvement", "strengths", "worries", "threshold_view", "threshold_reason", "category_views")
"""The columns that a report had, which are its answers now."""


WITH_LEAD = "status = 'for_sign_off' OR sent_back_note IS NOT NULL"


def _question(code: str, title: str, read_title: str, help_: str, kind: str, **more: Any) -> dict[str, Any]:
    needed = more.pop("needed", True)
    plain = {"code": code, "title": title, "help": help_, "kind": kind, "needed": needed, "for_family": True, **more}
    return plain | ({"read_title": read_title} if read_title else {})


FIRST_FORM = {
    "sections": [
        {
            "code": "report",
            "title": "Your report",
            "questions": [
                _question(
                    "involvement",
                    "How you know the child and family",
                    "How they know the child and family",
                    "Since when, how often you see them, and when last.",
                    "long_text",
                ),
                _question(
                    "strengths",
                    "What is going well",
                    "",
                    "What keeps the child safe, and who helps. If you know of nothing, say so.",
                    "long_text",
                ),
                _question(
                    "worries",
                    "What you are worried about",
                    "What they are worried about",
                    "What happened, when, and what it means for the child. Facts first, then what you make of them.",
                    "long_text",
                ),
                _question(
                    "threshold_view",
                    "Is a child protection plan needed?",
                    "",
                    "",
                    "one_of",
                    choices=[
                        {"code": "plan_needed", "label": "A plan is needed"},
                        {"code": "plan_not_needed", "label": "No plan is needed"},
                        {"code": "unsure", "label": "We are not sure"},
                    ],
                ),
                _question("threshold_reason", "Why you think so", "Why they think so", "", "long_text"),
                _question(
                    "category_views",
                    "If there is a plan, for which kind of harm?",
                    "",
                    "Choose all that you think apply. You only need to answer if you think that a plan is needed.",
                    "several_of",
                    choices=[
                        {"code": "neglect", "label": "Neglect"},
                        {"code": "physical", "label": "Physical abuse"},
                        {"code": "sexual", "label": "Sexual abuse"},
                        {"code": "emotional", "label": "Emotional abuse"},
                    ],
                    asked_if={"question": "threshold_view", "values": ["plan_needed"]},
                ),
            ],
        }
    ],
    "limited_involvement": [],
}
"""What every agency was asked until now: reports that were written keep it, as their template's first version."""


def upgrade() -> None:
    """Apply the change."""
    _templates()
    _answers()
    with op.batch_alter_table("partnership_agencies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reports_signed_off", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("link_returns", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("template_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_limited", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sign_off_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("sign_off_asked_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sent_back_note", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(op.f("ck_reports_status_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_reports_status_known"), "status IN ('draft', 'for_sign_off', 'submitted')"
        )
        batch_op.create_foreign_key(
            op.f("fk_reports_partnership_id_template_id"),
            "report_templates",
            ["partnership_id", "template_id"],
            ["partnership_id", "id"],
        )
        batch_op.create_foreign_key(op.f("fk_reports_sign_off_asked_by_id"), "users", ["sign_off_asked_by_id"], ["id"])
    _give_the_first_form()
    _move_texts_to_answers()
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.alter_column("template_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("is_limited", existing_type=sa.Boolean(), server_default=None)
        for name in TEXTS:
            batch_op.drop_column(name)
        batch_op.create_index(
            "ix_reports_with_lead",
            ["partnership_id", "invitation_id"],
            unique=False,
            sqlite_where=sa.text(WITH_LEAD),
            postgresql_where=sa.text(WITH_LEAD),
        )


def _templates() -> None:
    op.create_table(
        "report_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("agency_types", sa.JSON(), nullable=False),
        sa.Column("meeting_types", sa.JSON(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'retired')", name=op.f("ck_report_templates_status_known")
        ),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_report_templates_code_length")),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_report_templates_title_length")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_report_templates_created_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_report_templates_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_templates")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_report_templates_partnership_id_id")),
        sa.UniqueConstraint(
            "partnership_id", "code", "number", name=op.f("uq_report_templates_partnership_id_code_number")
        ),
    )


def _answers() -> None:
    op.create_table(
        "report_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("addendum", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("is_carried", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("addendum >= 0", name=op.f("ck_report_answers_addendum_counted")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_report_answers_code_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "report_id"],
            ["reports.partnership_id", "reports.id"],
            name=op.f("fk_report_answers_partnership_id_report_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_report_answers_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_answers")),
        sa.UniqueConstraint("report_id", "addendum", "code", name=op.f("uq_report_answers_report_id_addendum_code")),
    )
    op.create_table(
        "report_addenda",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("after_bundle", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("sign_off_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sign_off_asked_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_back_note", sa.LargeBinary(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_addenda_number_counted")),
        sa.CheckConstraint(
            "status IN ('draft', 'for_sign_off', 'submitted')", name=op.f("ck_report_addenda_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "report_id"],
            ["reports.partnership_id", "reports.id"],
            name=op.f("fk_report_addenda_partnership_id_report_id"),
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_report_addenda_saved_by_id")),
        sa.ForeignKeyConstraint(
            ["sign_off_asked_by_id"], ["users.id"], name=op.f("fk_report_addenda_sign_off_asked_by_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_report_addenda_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_addenda")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_addenda_report_id_number")),
    )
    with op.batch_alter_table("report_addenda", schema=None) as batch_op:
        batch_op.create_index("ix_report_addenda_submitted", ["partnership_id", "submitted_at"], unique=False)
        batch_op.create_index(
            "ix_report_addenda_with_lead",
            ["partnership_id", "report_id"],
            unique=False,
            sqlite_where=sa.text(WITH_LEAD),
            postgresql_where=sa.text(WITH_LEAD),
        )


def _give_the_first_form() -> None:
    """Give each partnership the questions that its agencies have been asked, as a template that is in force."""
    document = json.dumps(FIRST_FORM)
    op.get_bind().execute(
        sa.text(
            "INSERT INTO report_templates (partnership_id, code, number, title, agency_types, meeting_types, "
            "effective_from, status, document, digest, created_at, published_at, version) "
            "SELECT id, 'first-form', 1, 'Report', '[]', '[]', '2025-01-01', 'published', :document, :digest, "
            "created_at, created_at, 1 FROM partnerships"
        ),
        {"document": document, "digest": hashlib.sha256(document.encode()).hexdigest()},
    )
    op.execute(
        "UPDATE reports SET template_id = (SELECT t.id FROM report_templates t "
        "WHERE t.partnership_id = reports.partnership_id AND t.code = 'first-form')"
    )


def _move_texts_to_answers() -> None:
    """Each text goes to a row of its own, encrypted for its new place; one that was left empty stays unanswered."""
    bind, recrypt = op.get_bind(), op.get_context().config.attributes["recrypt"]  # type: ignore[union-attr]
    columns = ", ".join(TEXTS)
    last = 0
    while True:
        reports = bind.execute(
            sa.text(
                f"SELECT id, partnership_id, saved_at, saved_by_id, {columns} FROM reports "  # noqa: S608 - own names
                "WHERE id > :last ORDER BY id LIMIT 1000"
            ),
            {"last": last},
        ).all()
        if not reports:
            return
        last = reports[-1].id
        rows = [
            {
                "partnership_id": report.partnership_id,
                "report_id": report.id,
                "code": name,
                "value": value,
                "is_carried": False,
                "saved_at": report.saved_at,
                "saved_by_id": report.saved_by_id,
            }
            for report in reports
            for name in TEXTS
            if (value := recrypt(getattr(report, name), f"reports.{name}", "report_answers.value")) is not None
        ]
        if rows:
            bind.execute(
                sa.text(
                    "INSERT INTO report_answers (partnership_id, report_id, addendum, code, value, is_carried, "
                    "saved_at, saved_by_id, version) "
                    "VALUES (:partnership_id, :report_id, 0, :code, :value, :is_carried, :saved_at, :saved_by_id, 1)"
                ),
                rows,
            )


def downgrade() -> None:
    """Take the change back: what has no column of before goes with it."""
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index("ix_reports_with_lead")
        for name in TEXTS:
            batch_op.add_column(sa.Column(name, sa.LargeBinary(), nullable=True))
    _move_answers_to_texts()
    op.execute("UPDATE reports SET status = 'draft' WHERE status = 'for_sign_off'")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        for name in TEXTS:
            batch_op.alter_column(name, existing_type=sa.LargeBinary(), nullable=False)
        batch_op.drop_constraint(op.f("fk_reports_partnership_id_template_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_reports_sign_off_asked_by_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_reports_status_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_reports_status_known"), "status IN ('draft', 'submitted')")
        for name in ("sent_back_note", "sign_off_asked_by_id", "sign_off_asked_at", "is_limited", "template_id"):
            batch_op.drop_column(name)
    with op.batch_alter_table("partnership_agencies", schema=None) as batch_op:
        batch_op.drop_column("link_returns")
        batch_op.drop_column("reports_signed_off")
    op.drop_table("report_addenda")
    op.drop_table("report_answers")
    op.drop_table("report_templates")


def _move_answers_to_texts() -> None:
    bind, recrypt = op.get_bind(), op.get_context().config.attributes["recrypt"]  # type: ignore[union-attr]
    for name in TEXTS:
        answers = bind.execute(
            sa.text("SELECT report_id, value FROM report_answers WHERE addendum = 0 AND code = :code"), {"code": name}
        ).all()
        found = {row.report_id: recrypt(row.value, "report_answers.value", f"reports.{name}") for row in answers}
        empty = recrypt(None, "report_answers.value", f"reports.{name}")
        reports = bind.execute(sa.text("SELECT id FROM reports")).scalars().all()
        if reports:
            bind.execute(
                sa.text(f"UPDATE reports SET {name} = :value WHERE id = :id"),  # noqa: S608 - own names
                [{"id": report, "value": found.get(report) or empty} for report in reports],
            )
