"""Row-level security on PostgreSQL: the second wall.

Every table with a partnership's data gets policies that show the rows of the partnerships in `portal.reads`, and take
and delete rows of those in `portal.writes`, two settings of the running transaction; where nothing is set nothing is
seen. No row goes from one partnership to another. The policies hold for the tables' owner too. SQLite has nothing of
the kind; forms that are kept for a day say on both which partnership they were typed for.

`portal_protect()` does it for every table that has the column and no policy yet. migrations/env.py calls it after each
upgrade, so that a table which a later version makes is never without.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _among(setting: str) -> str:
    """Whether a row's partnership is among those of a setting, or all are.

    In sub-selects, which are worked out once for a query and not once for a row.
    """
    listed = f"(SELECT nullif(nullif(current_setting('{setting}', true), ''), 'all')::integer[])::integer[]"
    return f"partnership_id = ANY ({listed}) OR (SELECT current_setting('{setting}', true) = 'all')"


READS, WRITES = _among("portal.reads"), _among("portal.writes")

OF_NO_PARTNERSHIP = {
    # The portal's own chain: where it ends is read and moved on by whoever adds to it, such as a wrong password.
    "activity_chains": "FOR ALL USING (partnership_id IS NULL) WITH CHECK (partnership_id IS NULL)",
    # What stands in it may be added to by everybody, and is read by those who see everything.
    "activity": "FOR INSERT WITH CHECK (partnership_id IS NULL)",
}

STAYS = """
CREATE FUNCTION portal_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE insufficient_privilege USING MESSAGE =
        pg_catalog.format('row-level security: a row of %I stays in its partnership', TG_TABLE_NAME);
END $body$
"""

PROTECT = f"""
CREATE FUNCTION portal_protect() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    bare regclass;
BEGIN
    FOR bare IN
        SELECT c.oid FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'partnership_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = pg_catalog.current_schema()::pg_catalog.regnamespace
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'of_partnerships'
        )
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', bare);
        EXECUTE pg_catalog.format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', bare);
        EXECUTE pg_catalog.format(
            'CREATE POLICY of_partnerships ON %s USING (%s) WITH CHECK (%s)', bare, $reads${READS}$reads$,
            $writes${WRITES}$writes$
        );
        -- To lock a row, or to see that one of another partnership was changed, it has to be seen; not to delete one.
        EXECUTE pg_catalog.format(
            'CREATE POLICY of_deleted ON %s AS RESTRICTIVE FOR DELETE USING (%s)', bare, $writes${WRITES}$writes$
        );
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER stays_in_partnership BEFORE UPDATE OF partnership_id ON %s FOR EACH ROW '
            'WHEN (OLD.partnership_id IS DISTINCT FROM NEW.partnership_id) EXECUTE FUNCTION portal_stays()', bare
        );
    END LOOP;
END $body$
"""  # noqa: S608 - words of this file

UNPROTECT = """
DO $body$
DECLARE
    walled record;
BEGIN
    FOR walled IN
        SELECT p.polname AS policy, p.polrelid::regclass AS place FROM pg_catalog.pg_policy p
        WHERE p.polname IN ('of_partnerships', 'of_deleted', 'of_no_partnership')
    LOOP
        EXECUTE pg_catalog.format('DROP POLICY %I ON %s', walled.policy, walled.place);
        EXECUTE pg_catalog.format('DROP TRIGGER IF EXISTS stays_in_partnership ON %s', walled.place);
        EXECUTE pg_catalog.format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', walled.place);
        EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', walled.place);
    END LOOP;
END $body$
"""


def upgrade() -> None:
    """Build the wall."""
    _say_for_whom_forms_are_kept()
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(STAYS)
    op.execute(PROTECT)
    op.execute("REVOKE EXECUTE ON FUNCTION portal_protect() FROM PUBLIC")
    op.execute("SELECT portal_protect()")
    for table, rule in OF_NO_PARTNERSHIP.items():
        op.execute(f"CREATE POLICY of_no_partnership ON {table} {rule}")


def downgrade() -> None:
    """Take it down."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(UNPROTECT)
        op.execute("DROP FUNCTION portal_protect()")
        op.execute("DROP FUNCTION portal_stays()")
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_kept_forms_partnership_id"), type_="foreignkey")
        batch_op.drop_column("partnership_id")


def _say_for_whom_forms_are_kept() -> None:
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partnership_id", sa.Integer(), nullable=True))
    # What a form says itself is encrypted: those that are there are of the partnership that their person worked in last.
    op.execute(
        "UPDATE kept_forms SET partnership_id = (SELECT m.partnership_id FROM sign_in_sessions s "
        "JOIN memberships m ON m.id = s.membership_id WHERE s.user_id = kept_forms.user_id ORDER BY s.id DESC LIMIT 1)"
    )
    op.execute("DELETE FROM kept_forms WHERE partnership_id IS NULL")
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.alter_column("partnership_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(op.f("fk_kept_forms_partnership_id"), "partnerships", ["partnership_id"], ["id"])
