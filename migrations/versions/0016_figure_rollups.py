"""What figures count, kept by month and day: triggers note each change in its own transaction (ADR 37).

A later version that copies `invitations`, `meetings` or `agencies` on SQLite (batch operations do) loses the triggers of
that table: it drops all of them first, and makes them again at its end, by a copy of what stands here.
"""

# ruff: noqa: S608 - statements made of this file's own words
from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LOCK = 370016
"""Held by whoever adds up what was noted, and shared by whoever makes an agency another type (PostgreSQL)."""
AGENCY_TYPES = (
    "'social_care', 'police', 'gp', 'school', 'health_visiting', 'school_nursing', 'hospital', 'mental_health', "
    "'probation', 'youth_justice', 'housing', 'early_help', 'voluntary', 'other'"
)
PRESENT = ("in_person", "video", "telephone", "partial", "deputy")

EXPECTED = "{i}.expectation = 'expected'"
# Never as a list: SQLite makes a table of one, each time that a trigger runs, and a save took ten times as long.
CAME = "(" + " OR ".join(f"{{i}}.attendance = '{there}'" for there in PRESENT) + ")"
ABSENT = f"{EXPECTED} AND ({{i}}.attendance IS NULL OR NOT {CAME})"
DUE = "({i}.expectation = 'expected' OR {i}.expectation = 'report_only') AND {i}.report_due_on IS NOT NULL"
RECEIVED = f"{DUE} AND {{i}}.report_received_on IS NOT NULL"
OF_INVITATIONS = {
    "invited": "1 = 1",
    "expected": EXPECTED,
    "report_only": "{i}.expectation = 'report_only'",
    "optional": "{i}.expectation = 'optional'",
    "not_relevant": "{i}.expectation = 'not_relevant'",
    "attended": f"{EXPECTED} AND {CAME}",
    "reports_due": DUE,
    "reports_received": RECEIVED,
    "reports_on_time": f"{DUE} AND {{i}}.report_received_on <= {{i}}.report_due_on",
    "reports_before_meeting": f"{DUE} AND {{i}}.report_received_on <= {{m}}.held_on",
    "absent_with_report": f"{ABSENT} AND {{i}}.report_received_on IS NOT NULL",
    "consulted": f"{ABSENT} AND {{i}}.consulted_on IS NOT NULL",
    "reports_shared_with_family": f"{RECEIVED} AND {{i}}.report_shared_on IS NOT NULL",
}
OF_MEETINGS = {
    "meetings": "1 = 1",
    "with_quorum": "{m}.quorate IS NOT NULL",
    "quorate": "{m}.quorate",
    "due_day_known": "{m}.in_time IS NOT NULL",
    "in_time": "{m}.in_time",
    "all_core_agencies": "{m}.all_core_agencies",
    "all_expected_agencies": "{m}.all_expected_agencies",
    "group_meetings": "{m}.group_meeting",
    "telephone_only": "{m}.format = 'telephone'",
    "interim_safety_plan": "{m}.interim_safety_plan",
}
READ_OF_INVITATION = (
    "expectation", "report_due_on", "report_received_on", "report_shared_on", "consulted_on",
)  # fmt: skip
"""Beside the attendance, which changes most often and most often alone."""
PLACE_OF_INVITATION = ("partnership_id", "meeting_id", "agency_id")
PLACE_OF_MEETING = ("partnership_id", "meeting_type_id", "status", "held_on")
READ_OF_MEETING = (
    "format", "interim_safety_plan", "in_time", "quorate", "all_core_agencies", "all_expected_agencies",
    "group_meeting",
)  # fmt: skip
TRIGGERS = {
    "figures_invitation_added": "invitations",
    "figures_invitation_attended": "invitations",
    "figures_invitation_changed": "invitations",
    "figures_invitation_moved": "invitations",
    "figures_invitation_removed": "invitations",
    "figures_meeting_added": "meetings",
    "figures_meeting_changed": "meetings",
    "figures_meeting_moved": "meetings",
    "figures_meeting_removed": "meetings",
    "figures_agency_retyped": "agencies",
}
FUNCTIONS = (
    "figures_of_invitation_added", "figures_of_invitation_attended", "figures_of_invitation_changed", "figures_of_invitation_moved",
    "figures_of_invitation_removed", "figures_of_meeting_added", "figures_of_meeting_changed",
    "figures_of_meeting_moved", "figures_of_meeting_removed", "figures_of_agency_retyped",
)  # fmt: skip
TABLES = (
    "figures_by_type", "figures_by_agency", "figures_of_meetings", "figure_changes", "meeting_figure_changes",
    "figure_recounts",
)  # fmt: skip


def upgrade() -> None:
    """Apply the change, and count what is there."""
    _make_tables()
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in (*_backfill(is_sqlite), *(_sqlite_triggers() if is_sqlite else _postgresql_triggers())):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Take it back: everything in these tables is counted from others."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for name, table in TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        for name in FUNCTIONS:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_tables() -> None:
    counted = [[sa.Column(name, sa.Integer(), nullable=False) for name in OF_INVITATIONS] for _ in range(3)]
    meetings = [[sa.Column(name, sa.Integer(), nullable=False) for name in OF_MEETINGS] for _ in range(2)]
    op.create_table(
        "figures_by_type",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_type", sa.String(length=32), nullable=False),
        *counted[0],
        sa.CheckConstraint(f"agency_type IN ({AGENCY_TYPES})", name=op.f("ck_figures_by_type_agency_type_known")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_figures_by_type_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "period", "meeting_type_id", "agency_type", name=op.f("pk_figures_by_type")
        ),
    )
    op.create_table(
        "figures_by_agency",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), autoincrement=False, nullable=False),
        *counted[1],
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_figures_by_agency_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "agency_id", "period", "meeting_type_id", name=op.f("pk_figures_by_agency")
        ),
    )
    op.create_index("ix_figures_by_agency_period", "figures_by_agency", ["partnership_id", "period"])
    op.create_table(
        "figures_of_meetings",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), autoincrement=False, nullable=False),
        *meetings[0],
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_figures_of_meetings_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "period", "meeting_type_id", name=op.f("pk_figures_of_meetings")),
    )
    op.create_table(
        "figure_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("agency_type", sa.String(length=32), nullable=True),
        *counted[2],
        sa.CheckConstraint(
            "(agency_id IS NULL) = (agency_type IS NOT NULL)", name=op.f("ck_figure_changes_of_an_agency_or_a_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_changes")),
    )
    op.create_index("ix_figure_changes_partnership", "figure_changes", ["partnership_id"])
    op.create_table(
        "meeting_figure_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("meeting_type_id", sa.Integer(), nullable=False),
        *meetings[1],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_figure_changes")),
    )
    op.create_index("ix_meeting_figure_changes_partnership", "meeting_figure_changes", ["partnership_id"])
    op.create_table(
        "figure_recounts",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("recounted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.CheckConstraint("differing >= 0", name=op.f("ck_figure_recounts_differing_positive")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_figure_recounts_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_figure_recounts")),
    )


# What is counted


def _ones(conditions: Mapping[str, str], i: str = "", m: str = "") -> list[str]:
    """Each condition as 1 or 0, of the rows that are called `i` and `m`."""
    return [f"CASE WHEN {condition.format(i=i, m=m)} THEN 1 ELSE 0 END" for condition in conditions.values()]


def _sums(conditions: Mapping[str, str], i: str = "", m: str = "") -> str:
    return ", ".join(f"sum({one})" for one in _ones(conditions, i, m))


def _counts(m: str) -> str:
    return f"({m}.status = 'held' OR {m}.status = 'inquorate') AND {m}.held_on IS NOT NULL"


def _backfill(is_sqlite: bool) -> Iterable[str]:
    """The counts of what is there already."""
    if is_sqlite:
        periods = [f"CAST(strftime('{written}', m.held_on) AS INTEGER)" for written in ("%Y%m", "%Y%m%d")]
    else:
        periods = [f"CAST(to_char(m.held_on, '{written}') AS INTEGER)" for written in ("YYYYMM", "YYYYMMDD")]
    joined = (
        "FROM meetings m JOIN invitations i ON i.meeting_id = m.id JOIN agencies a ON a.id = i.agency_id "
        f"WHERE {_counts('m')}"
    )
    counts = _sums(OF_INVITATIONS, "i", "m")
    for period in periods:
        yield (
            f"INSERT INTO figures_by_type (partnership_id, period, meeting_type_id, agency_type, {_of(OF_INVITATIONS)}) "
            f"SELECT m.partnership_id, {period}, m.meeting_type_id, a.agency_type, {counts} {joined} GROUP BY 1, 2, 3, 4"
        )
        yield (
            f"INSERT INTO figures_of_meetings (partnership_id, period, meeting_type_id, {_of(OF_MEETINGS)}) "
            f"SELECT m.partnership_id, {period}, m.meeting_type_id, {_sums(OF_MEETINGS, m='m')} "
            f"FROM meetings m WHERE {_counts('m')} GROUP BY 1, 2, 3"
        )
    yield (
        f"INSERT INTO figures_by_agency (partnership_id, agency_id, period, meeting_type_id, {_of(OF_INVITATIONS)}) "
        f"SELECT m.partnership_id, i.agency_id, {periods[0]}, m.meeting_type_id, {counts} {joined} GROUP BY 1, 2, 3, 4"
    )


def _of(conditions: Mapping[str, str]) -> str:
    return ", ".join(conditions)


# What triggers note. `m` is the row that says of which day and kind a meeting is: itself, or as it was or now is.

_PLACED = "partnership_id, held_on, meeting_type_id"
_INTO = f"INSERT INTO figure_changes ({_PLACED}, agency_id, agency_type, {_of(OF_INVITATIONS)})"
_MEETINGS_INTO = f"INSERT INTO meeting_figure_changes ({_PLACED}, {_of(OF_MEETINGS)})"


def _signed(sign: str, ones: Iterable[str]) -> str:
    return ", ".join(f"{sign}({one})" for one in ones)


def _placed(m: str) -> str:
    return ", ".join(f"{m}.{name}" for name in _PLACED.split(", "))


def _note_invitation(row: str, sign: str) -> str:
    """Note one invitation, or that it is gone; where it stands is read from its meeting, of which `m` is the row."""
    return f"{_INTO} SELECT {_placed('m')}, {row}.agency_id, NULL, {_signed(sign, _ones(OF_INVITATIONS, row, 'm'))}"


def _attends_otherwise(other: str) -> str:
    """Whether whoever is expected comes now and did not, or the other way about, and nothing else has changed."""
    came = [f"CASE WHEN {CAME.format(i=row)} THEN 1 ELSE 0 END" for row in ("OLD", "NEW")]
    same = f"NOT {_differ((*PLACE_OF_INVITATION, *READ_OF_INVITATION), other)}"
    return f"{EXPECTED.format(i='NEW')} AND {came[0]} <> {came[1]} AND {same}"


def _note_attendance() -> str:
    """Note that somebody came after all, or did not: three counts change by one, and the others do not."""
    came = CAME.format(i="NEW")
    changed = {
        "attended": f"CASE WHEN {came} THEN 1 ELSE -1 END",
        "absent_with_report": f"CASE WHEN NEW.report_received_on IS NULL THEN 0 WHEN {came} THEN -1 ELSE 1 END",
        "consulted": f"CASE WHEN NEW.consulted_on IS NULL THEN 0 WHEN {came} THEN -1 ELSE 1 END",
    }
    return f"{_INTO} SELECT {_placed('m')}, NEW.agency_id, NULL, " + ", ".join(
        changed.get(name, "0") for name in OF_INVITATIONS
    )


def _note_difference() -> str:
    """Note what one invitation counts now and did not before, where it stayed in its place."""
    pairs = zip(_ones(OF_INVITATIONS, "NEW", "m"), _ones(OF_INVITATIONS, "OLD", "m"), strict=True)
    return f"{_INTO} SELECT {_placed('m')}, NEW.agency_id, NULL, {', '.join(f'{new} - {old}' for new, old in pairs)}"


def _note_all_invitations(row: str, sign: str) -> str:
    """Note every invitation to a meeting, as it stood or now stands."""
    ones = _signed(sign, _ones(OF_INVITATIONS, "i", row))
    note = f"{_INTO} SELECT {_placed(row)}, i.agency_id, NULL, {ones}"
    return f"{note} FROM invitations i WHERE i.meeting_id = {row}.id"


def _note_meeting(row: str, sign: str) -> str:
    return f"{_MEETINGS_INTO} SELECT {_placed(row)}, {_signed(sign, _ones(OF_MEETINGS, m=row))}"


def _note_meeting_difference() -> str:
    pairs = zip(_ones(OF_MEETINGS, m="NEW"), _ones(OF_MEETINGS, m="OLD"), strict=True)
    return f"{_MEETINGS_INTO} SELECT {_placed('NEW')}, {', '.join(f'{new} - {old}' for new, old in pairs)}"


def _note_retyped() -> str:
    """Move between two types what was added up of an agency: what is only noted moves by itself, being of the agency."""
    names = list(OF_INVITATIONS)
    counted = (
        f"SELECT {_placed('m')}, "
        + ", ".join(f"{one} AS {name}" for one, name in zip(_ones(OF_INVITATIONS, "i", "m"), names, strict=True))
        + " FROM partnership_agencies p JOIN invitations i"
        " ON i.partnership_id = p.partnership_id AND i.agency_id = p.agency_id JOIN meetings m ON m.id = i.meeting_id"
        f" WHERE p.agency_id = NEW.id AND {_counts('m')}"
    )
    taken = ", ".join(f"-{name}" for name in names)
    noted = f"SELECT {_PLACED}, {taken} FROM figure_changes WHERE agency_id = NEW.id"
    types = "SELECT OLD.agency_type AS agency_type, -1 AS sign UNION ALL SELECT NEW.agency_type, 1"
    return (
        f"{_INTO} SELECT {_PLACED}, NULL, t.agency_type, {', '.join(f't.sign * sum({name})' for name in names)} "
        f"FROM ({counted} UNION ALL {noted}) c CROSS JOIN ({types}) t "
        f"GROUP BY {_PLACED}, t.agency_type, t.sign"
    )


def _differ(names: Iterable[str], comparison: str) -> str:
    return "(" + " OR ".join(f"OLD.{name} {comparison} NEW.{name}" for name in names) + ")"


def _sqlite_triggers() -> Iterable[str]:
    def trigger(name: str, event: str, condition: str, *statements: str) -> str:
        when = f"WHEN {condition} " if condition else ""
        body = " ".join(f"{statement};" for statement in statements)
        return f"CREATE TRIGGER {name} AFTER {event} ON {TRIGGERS[name]} FOR EACH ROW {when}BEGIN {body} END"

    def at_meeting(row: str) -> str:
        return f" FROM meetings m WHERE m.id = {row}.meeting_id AND {_counts('m')}"

    other = "IS NOT"
    moved = _differ(PLACE_OF_INVITATION, other)
    yield trigger("figures_invitation_added", "INSERT", "", _note_invitation("NEW", "") + at_meeting("NEW"))
    yield trigger(
        "figures_invitation_attended",
        "UPDATE OF attendance",
        _attends_otherwise(other),
        _note_attendance() + at_meeting("NEW"),
    )
    yield trigger(
        "figures_invitation_changed",
        f"UPDATE OF {', '.join(READ_OF_INVITATION)}",
        f"NOT {moved} AND {_differ(READ_OF_INVITATION, other)}",
        _note_difference() + at_meeting("NEW"),
    )
    yield trigger(
        "figures_invitation_moved",
        f"UPDATE OF {', '.join(PLACE_OF_INVITATION)}",
        moved,
        _note_invitation("OLD", "-") + at_meeting("OLD"),
        _note_invitation("NEW", "") + at_meeting("NEW"),
    )
    yield trigger("figures_invitation_removed", "DELETE", "", _note_invitation("OLD", "-") + at_meeting("OLD"))
    moved = _differ(PLACE_OF_MEETING, other)
    of_old, of_new = (
        [
            f"{_note_meeting(row, sign)} WHERE {_counts(row)}",
            f"{_note_all_invitations(row, sign)} AND {_counts(row)}",
        ]
        for row, sign in (("OLD", "-"), ("NEW", ""))
    )
    yield trigger("figures_meeting_added", "INSERT", "", *of_new)
    yield trigger(
        "figures_meeting_changed",
        f"UPDATE OF {', '.join(READ_OF_MEETING)}",
        f"{_counts('NEW')} AND NOT {moved} AND {_differ(READ_OF_MEETING, other)}",
        _note_meeting_difference(),
    )
    yield trigger("figures_meeting_moved", f"UPDATE OF {', '.join(PLACE_OF_MEETING)}", moved, *of_old, *of_new)
    yield trigger("figures_meeting_removed", "DELETE", "", *of_old)
    yield trigger(
        "figures_agency_retyped", "UPDATE OF agency_type", "OLD.agency_type <> NEW.agency_type", _note_retyped()
    )


def _postgresql_triggers() -> Iterable[str]:
    def trigger(name: str, event: str, condition: str, body: str) -> Iterable[str]:
        function = name.replace("figures_", "figures_of_", 1)
        yield (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$ "
            f"{'DECLARE m record; ' if 'INTO m ' in body else ''}BEGIN {body} RETURN NULL; END $body$"
        )
        when = f"WHEN ({condition}) " if condition else ""
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {TRIGGERS[name]} FOR EACH ROW {when}EXECUTE FUNCTION {function}()"
        )

    def at_meeting(row: str, statement: str) -> str:
        # Whoever moves the meeting at this moment is waited for, and waits: otherwise neither would see the other's
        # change. Whoever saves an invitation holds its meeting already (services/case_facts.py), and waits for nobody.
        columns = f"{_PLACED}, status"
        return (
            f"SELECT {columns} INTO m FROM meetings WHERE id = {row}.meeting_id FOR SHARE; "
            f"IF FOUND AND {_counts('m')} THEN {statement}; END IF;"
        )

    other = "IS DISTINCT FROM"
    moved = _differ(PLACE_OF_INVITATION, other)
    added, gone = at_meeting("NEW", _note_invitation("NEW", "")), at_meeting("OLD", _note_invitation("OLD", "-"))
    yield from trigger("figures_invitation_added", "INSERT", "", added)
    yield from trigger(
        "figures_invitation_attended",
        "UPDATE OF attendance",
        _attends_otherwise(other),
        at_meeting("NEW", _note_attendance()),
    )
    yield from trigger(
        "figures_invitation_changed",
        f"UPDATE OF {', '.join(READ_OF_INVITATION)}",
        f"NOT {moved} AND {_differ(READ_OF_INVITATION, other)}",
        at_meeting("NEW", _note_difference()),
    )
    yield from trigger(
        "figures_invitation_moved", f"UPDATE OF {', '.join(PLACE_OF_INVITATION)}", moved, f"{gone} {added}"
    )
    yield from trigger("figures_invitation_removed", "DELETE", "", gone)
    moved = _differ(PLACE_OF_MEETING, other)
    of_old, of_new = (
        f"IF {_counts(row)} THEN {_note_meeting(row, sign)}; {_note_all_invitations(row, sign)}; END IF;"
        for row, sign in (("OLD", "-"), ("NEW", ""))
    )
    yield from trigger("figures_meeting_added", "INSERT", "", of_new)
    yield from trigger(
        "figures_meeting_changed",
        f"UPDATE OF {', '.join(READ_OF_MEETING)}",
        f"{_counts('NEW')} AND NOT {moved} AND {_differ(READ_OF_MEETING, other)}",
        f"{_note_meeting_difference()};",
    )
    yield from trigger("figures_meeting_moved", f"UPDATE OF {', '.join(PLACE_OF_MEETING)}", moved, f"{of_old} {of_new}")
    yield from trigger("figures_meeting_removed", "DELETE", "", of_old)
    yield from trigger(
        "figures_agency_retyped",
        "UPDATE OF agency_type",
        "OLD.agency_type <> NEW.agency_type",
        # What was noted before is either added up or not, while this looks.
        f"PERFORM pg_advisory_xact_lock_shared({LOCK}); {_note_retyped()};",
    )
