"""Retention, legal holds, erasures with their certificates, and exports."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

COUNCILS = "Retention schedules of North Somerset and Blackpool councils: "
OWN = "The portal’s own default, to be confirmed by the partnership."
SINCE_EVER = date(1900, 1, 1)
DEFAULTS = (
    (
        "conference",
        35,
        "People come back as adults to ask what was known and done, and claims and inquiries look far back.",
        f"{COUNCILS}35 years from closure or last contact.",
    ),
    (
        "looked_after",
        75,
        "Whoever grew up in care must be able to find out about their childhood.",
        f"{COUNCILS}75 years from birth.",
    ),
    (
        "escalation",
        35,
        "It may name a child, whose claim or inquiry looks as far back as at conferences.",
        OWN,
    ),
    ("audit", 7, "An agency’s audit is held against the three rounds before it.", OWN),
    ("challenge", 7, "What scrutiny asked is followed up over several annual reports.", OWN),
    ("feedback", 3, "Figures of feedback are compared over three years; the words serve no longer.", OWN),
)
TABLES = (
    "subject_decisions",
    "subject_exports",
    "records_contacts",
    "erasures",
    "legal_holds",
    "retention_rules",
)


def upgrade() -> None:
    """Apply the change; partnerships that there are begin with the rules that new ones begin with."""
    _rules()
    _holds()
    _erasures()
    _subject_exports()
    _subject_decisions()
    _contacts()
    _begin_with_defaults()


def downgrade() -> None:
    """Take it back."""
    for name in TABLES:
        op.drop_table(name)


def _begin_with_defaults() -> None:
    rules = sa.table(
        "retention_rules",
        sa.column("partnership_id", sa.Integer()),
        sa.column("record_class", sa.String()),
        sa.column("years", sa.Integer()),
        sa.column("reason", sa.String()),
        sa.column("source", sa.String()),
        sa.column("effective_from", sa.Date()),
        sa.column("made_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    numbers = list(connection.execute(sa.text("SELECT id FROM partnerships ORDER BY id")).scalars())
    rows = [
        {
            "partnership_id": number,
            "record_class": record_class,
            "years": years,
            "reason": reason,
            "source": source,
            "effective_from": SINCE_EVER,
            "made_at": datetime.now(UTC),
        }
        for number in numbers
        for record_class, years, reason, source in DEFAULTS
    ]
    if rows:
        connection.execute(sa.insert(rules), rows)


def _rules() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("record_class", sa.String(length=32), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "record_class IN ('conference', 'looked_after', 'escalation', 'audit', 'challenge', 'feedback')",
            name=op.f("ck_retention_rules_record_class_known"),
        ),
        sa.CheckConstraint("length(reason) <= 2000", name=op.f("ck_retention_rules_reason_length")),
        sa.CheckConstraint("length(source) <= 300", name=op.f("ck_retention_rules_source_length")),
        sa.CheckConstraint("years >= 1 AND years <= 150", name=op.f("ck_retention_rules_years_possible")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_retention_rules_made_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_retention_rules_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rules")),
        sa.UniqueConstraint(
            "partnership_id",
            "record_class",
            "effective_from",
            name=op.f("uq_retention_rules_partnership_id_record_class_effective_from"),
        ),
    )


def _holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("record_class", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_because", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(scope = 'agency') = (agency_id IS NOT NULL)", name=op.f("ck_legal_holds_agency_named")),
        sa.CheckConstraint("(scope = 'case') = (case_id IS NOT NULL)", name=op.f("ck_legal_holds_case_named")),
        sa.CheckConstraint("(scope = 'child') = (child_id IS NOT NULL)", name=op.f("ck_legal_holds_child_named")),
        sa.CheckConstraint(
            "(scope = 'record_class') = (record_class IS NOT NULL)", name=op.f("ck_legal_holds_class_named")
        ),
        sa.CheckConstraint(
            "record_class IN ('conference', 'looked_after', 'escalation', 'audit', 'challenge', 'feedback')",
            name=op.f("ck_legal_holds_record_class_known"),
        ),
        sa.CheckConstraint(
            "scope IN ('case', 'child', 'agency', 'record_class', 'everything')",
            name=op.f("ck_legal_holds_scope_known"),
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_because IS NULL)", name=op.f("ck_legal_holds_lifted_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["users.id"], name=op.f("fk_legal_holds_lifted_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
            name=op.f("fk_legal_holds_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["cases.partnership_id", "cases.id"],
            name=op.f("fk_legal_holds_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_legal_holds_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_legal_holds_partnership_id")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["users.id"], name=op.f("fk_legal_holds_placed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_legal_holds_partnership_id_id")),
    )
    with op.batch_alter_table("legal_holds", schema=None) as batch_op:
        batch_op.create_index("ix_legal_holds_list", ["partnership_id", "placed_at"], unique=False)


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("record_class", sa.String(length=32), nullable=True),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_by_id", sa.Integer(), nullable=True),
        sa.Column("erased_by", sa.String(length=120), nullable=True),
        sa.Column("certificate", sa.JSON(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'erased') = (erased_at IS NOT NULL)", name=op.f("ck_erasures_erased_at_a_time")),
        sa.CheckConstraint("(state = 'erased') = (seal IS NOT NULL)", name=op.f("ck_erasures_erased_with_a_seal")),
        sa.CheckConstraint("cause IN ('retention', 'left')", name=op.f("ck_erasures_cause_known")),
        sa.CheckConstraint(
            "record_class IN ('conference', 'looked_after', 'escalation', 'audit', 'challenge', 'feedback')",
            name=op.f("ck_erasures_record_class_known"),
        ),
        sa.CheckConstraint("state IN ('proposed', 'erased')", name=op.f("ck_erasures_state_known")),
        sa.CheckConstraint("length(rule) <= 200", name=op.f("ck_erasures_rule_length")),
        sa.ForeignKeyConstraint(["erased_by_id"], ["users.id"], name=op.f("fk_erasures_erased_by_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"], name=op.f("fk_erasures_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_erasures_partnership_id_id")),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index("ix_erasures_list", ["partnership_id", "state", "due_on"], unique=False)
        batch_op.create_index(
            "ix_erasures_proposed",
            ["partnership_id", "record_class", "root_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )


def _subject_exports() -> None:
    op.create_table(
        "subject_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_subject_exports_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "child_id"],
            ["children.partnership_id", "children.id"],
            name=op.f("fk_subject_exports_partnership_id_child_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_subject_exports_partnership_id")
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name=op.f("fk_subject_exports_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_exports")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_subject_exports_partnership_id_id")),
    )
    with op.batch_alter_table("subject_exports", schema=None) as batch_op:
        batch_op.create_index("ix_subject_exports_child", ["child_id"], unique=False)
        batch_op.create_index("ix_subject_exports_list", ["partnership_id", "asked_at"], unique=False)


def _subject_decisions() -> None:
    op.create_table(
        "subject_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('give', 'blot', 'withhold')", name=op.f("ck_subject_decisions_decision_known")
        ),
        sa.CheckConstraint("length(place) <= 120", name=op.f("ck_subject_decisions_place_length")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_subject_decisions_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "export_id"],
            ["subject_exports.partnership_id", "subject_exports.id"],
            name=op.f("fk_subject_decisions_partnership_id_export_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_decisions")),
        sa.UniqueConstraint("export_id", "place", name=op.f("uq_subject_decisions_export_id_place")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_subject_decisions_partnership_id_id")),
    )


def _contacts() -> None:
    op.create_table(
        "records_contacts",
        sa.Column("partnership_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("telephone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(address) <= 300", name=op.f("ck_records_contacts_address_length")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_records_contacts_email_length")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_records_contacts_name_length")),
        sa.CheckConstraint("length(telephone) <= 40", name=op.f("ck_records_contacts_telephone_length")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_records_contacts_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_records_contacts")),
    )
