"""Meetings in full: what opened one and how it went on, and kinds of meetings that a partnership makes its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CONFERENCE = ["family", "views", "outcomes", "minutes", "actions"]
STRATEGY = ["strategy", "minutes", "actions"]
MISSING_CHILD = ["strategy", "missing_child", "minutes", "actions"]
PANEL = ["minutes", "actions"]
KINDS = {
    "initial_conference": ("conference", CONFERENCE),
    "review_conference": ("conference", CONFERENCE),
    "strategy_meeting": ("strategy", STRATEGY),
    "core_group": ("core_group", ["family", "minutes", "actions"]),
}
NEVER_DUE = {"from_trigger": None, "hours_from_trigger": None, "after": []}
IN_72_HOURS = {"from_trigger": {"amount": 3, "unit": "calendar_days"}, "hours_from_trigger": 72, "after": []}
HEALTH = ["gp", "health_visiting", "hospital", "mental_health", "school_nursing"]
CORE_QUORUM = {"required": [["social_care"], ["police"], HEALTH], "further_types": 0, "counted_as_one": []}
WORDS_OF_REASONS = [
    "delay_would_harm",
    "few_agencies_know_the_child",
    "local_attendance_difficulty",
    "social_care_and_one_other",
    "sufficient_information",
]
ASK_FIRST = {"reminders": [5, 2, 1], "adjourn_within": None, "reasons": [], "twice_reasons": [], "twice_variants": []}
ADJOURNED = {
    "reminders": [5, 2, 1],
    "reasons": WORDS_OF_REASONS,
    "twice_reasons": ["few_agencies_know_the_child"],
    "twice_variants": ["pre_birth"],
}
WITHOUT_QUORUM = {
    "initial_conference": ADJOURNED | {"adjourn_within": {"amount": 10, "unit": "working_days"}},
    "review_conference": ADJOURNED | {"adjourn_within": {"amount": 1, "unit": "months"}},
    "strategy_meeting": ASK_FIRST,
    "missing_child_strategy": ASK_FIRST,
    "complex_strategy": ASK_FIRST,
}
EXPLOITATION = ["police", "school", "school_nursing", "social_care", "youth_justice"]
AROUND_A_CHILD = ["gp", "health_visiting", "police", "school", "social_care"]
NEW_KINDS = (
    ("missing_child_strategy", "Missing child strategy meeting", "strategy", MISSING_CHILD, False, IN_72_HOURS,
     CORE_QUORUM, AROUND_A_CHILD),
    ("complex_strategy", "Complex strategy meeting", "strategy", STRATEGY, True, NEVER_DUE, CORE_QUORUM,
     ["police", "social_care"]),
    ("pre_mase", "Pre-MASE panel", "panel", PANEL, False, NEVER_DUE, None, EXPLOITATION),
    ("mase", "MASE panel", "panel", PANEL, False, NEVER_DUE, None, EXPLOITATION),
)  # fmt: skip


def upgrade() -> None:
    """Apply the change; partnerships that are there get the further kinds that a new one starts with."""
    with op.batch_alter_table("meeting_types", schema=None) as batch_op:
        batch_op.add_column(sa.Column("family", sa.String(length=32), nullable=False, server_default="panel"))
        batch_op.add_column(sa.Column("sections", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("several_families", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("named_people_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_meeting_types_family_known"), "family IN ('conference', 'strategy', 'core_group', 'panel')"
        )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variant", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("follows_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("named_people_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("trigger_kind", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("section_47_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("duration_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("calendar_sequence", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("inquorate_reason", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("inquorate_note", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("interim_plan", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_meetings_partnership_id_follows_id"),
            "meetings",
            ["partnership_id", "follows_id"],
            ["partnership_id", "id"],
        )
        batch_op.create_check_constraint(op.f("ck_meetings_variant_known"), "variant IN ('pre_birth', 'transfer_in')")
        batch_op.create_check_constraint(
            op.f("ck_meetings_trigger_kind_known"),
            "trigger_kind IN ('referral', 'strategy_discussion', 'section_47', 'previous_conference', 'birth', "
            "'transfer', 'concern')",
        )
        batch_op.create_check_constraint(
            op.f("ck_meetings_inquorate_reason_known"),
            "inquorate_reason IN ('social_care_and_one_other', 'few_agencies_know_the_child', "
            "'local_attendance_difficulty', 'sufficient_information', 'delay_would_harm')",
        )
        batch_op.create_check_constraint(
            op.f("ck_meetings_duration_within_a_day"), "duration_minutes >= 1 AND duration_minutes <= 1440"
        )
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("inquorate", sa.JSON(), nullable=True))
    op.create_table(
        "sent_forms",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leads_to", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sent_forms_user_id")),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_sent_forms")),
    )
    op.create_table(
        "register_closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_time", sa.Time(), nullable=True),
        sa.Column("quorate", sa.Boolean(), nullable=True),
        sa.Column("interim_safety_plan", sa.Boolean(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("inquorate_reason", sa.String(length=32), nullable=True),
        sa.Column("inquorate_note", sa.LargeBinary(), nullable=True),
        sa.Column("interim_plan", sa.LargeBinary(), nullable=True),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_register_closings_number_positive")),
        sa.CheckConstraint(
            "status IN ('scheduled', 'held', 'inquorate', 'cancelled')", name=op.f("ck_register_closings_status_known")
        ),
        sa.CheckConstraint(
            "inquorate_reason IN ('social_care_and_one_other', 'few_agencies_know_the_child', "
            "'local_attendance_difficulty', 'sufficient_information', 'delay_would_harm')",
            name=op.f("ck_register_closings_inquorate_reason_known"),
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_register_closings_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["meetings.partnership_id", "meetings.id"],
            name=op.f("fk_register_closings_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["reopened_by_id"], ["users.id"], name=op.f("fk_register_closings_reopened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_closings")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_register_closings_meeting_id_number")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_register_closings_partnership_id_id")),
    )
    _describe_kinds()
    _describe_quorums()
    with op.batch_alter_table("meeting_types", schema=None) as batch_op:
        for column, kind in (
            ("family", sa.String(length=32)),
            ("sections", sa.JSON()),
            ("several_families", sa.Boolean()),
            ("named_people_only", sa.Boolean()),
        ):
            batch_op.alter_column(column, existing_type=kind, server_default=None)
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.alter_column("named_people_only", existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column("calendar_sequence", existing_type=sa.Integer(), server_default=None)
    for table in ("cases", "meetings"):
        op.create_index(
            f"ix_{table}_reference",
            table,
            ["partnership_id", sa.func.lower(sa.column("reference")).label("lowered")],
            unique=False,
            postgresql_ops={"lowered": "text_pattern_ops"},
        )


def _describe_kinds() -> None:
    """Say of the first four kinds what they are, and add the further ones with their rules where they are not known."""
    connection = op.get_bind()
    types = sa.table(
        "meeting_types",
        *(sa.column(name) for name in ("id", "partnership_id", "code", "name", "position", "family", "version")),
        sa.column("sections", sa.JSON()),
        sa.column("several_families", sa.Boolean()),
        sa.column("named_people_only", sa.Boolean()),
    )
    rules = sa.table(
        "meeting_rules",
        *(sa.column(name) for name in ("partnership_id", "rule_set_id", "meeting_type_id", "report_working_days")),
        sa.column("reports_due", sa.Boolean()),
        sa.column("due", sa.JSON()),
        sa.column("quorum", sa.JSON(none_as_null=True)),
        sa.column("expected_types", sa.JSON()),
        sa.column("version"),
    )
    rule_sets = sa.table("rule_sets", sa.column("id"), sa.column("partnership_id"))
    for code, (family, sections) in KINDS.items():
        connection.execute(sa.update(types).where(types.c.code == code).values(family=family, sections=sections))
    for partnership_id in connection.scalars(sa.select(types.c.partnership_id).distinct()).all():
        here = types.c.partnership_id == partnership_id
        known = set(connection.scalars(sa.select(types.c.code).where(here)))
        position = connection.scalar(sa.select(sa.func.max(types.c.position)).where(here)) or 0
        for code, name, family, sections, is_complex, due, quorum, expected in NEW_KINDS:
            if code in known:
                continue
            position += 1
            connection.execute(
                sa.insert(types).values(
                    partnership_id=partnership_id,
                    code=code,
                    name=name,
                    position=position,
                    family=family,
                    sections=sections,
                    several_families=is_complex,
                    named_people_only=is_complex,
                    version=1,
                )
            )
            type_id = connection.scalar(sa.select(types.c.id).where(here, types.c.code == code))
            of_partnership = sa.select(rule_sets.c.id).where(rule_sets.c.partnership_id == partnership_id)
            for rule_set_id in connection.scalars(of_partnership).all():
                connection.execute(
                    sa.insert(rules).values(
                        partnership_id=partnership_id,
                        rule_set_id=rule_set_id,
                        meeting_type_id=type_id,
                        report_working_days=None,
                        reports_due=False,
                        due=due,
                        quorum=quorum,
                        expected_types=expected,
                        version=1,
                    )
                )


def _describe_quorums() -> None:
    """Say of the kinds that everybody starts with when the missing are asked, and what an inquorate one does."""
    connection = op.get_bind()
    types = sa.table("meeting_types", sa.column("id"), sa.column("code"))
    rules = sa.table("meeting_rules", sa.column("meeting_type_id"), sa.column("inquorate", sa.JSON()))
    for code, inquorate in WITHOUT_QUORUM.items():
        of_kind = sa.select(types.c.id).where(types.c.code == code)
        connection.execute(sa.update(rules).where(rules.c.meeting_type_id.in_(of_kind)).values(inquorate=inquorate))


def downgrade() -> None:
    """Take the change back; kinds that were added stay, as a partnership's own."""
    for table in ("cases", "meetings"):
        op.drop_index(f"ix_{table}_reference", table_name=table)
    op.drop_table("register_closings")
    op.drop_table("sent_forms")
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.drop_column("inquorate")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_meetings_partnership_id_follows_id"), type_="foreignkey")
        for constraint in ("variant_known", "trigger_kind_known", "inquorate_reason_known", "duration_within_a_day"):
            batch_op.drop_constraint(op.f(f"ck_meetings_{constraint}"), type_="check")
        for column in (
            "interim_plan",
            "inquorate_note",
            "inquorate_reason",
            "calendar_sequence",
            "duration_minutes",
            "section_47_on",
            "trigger_kind",
            "named_people_only",
            "follows_id",
            "variant",
        ):
            batch_op.drop_column(column)
    with op.batch_alter_table("meeting_types", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_types_family_known"), type_="check")
        for column in ("retired_at", "named_people_only", "several_families", "sections", "family"):
            batch_op.drop_column(column)
