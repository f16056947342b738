"""PostgreSQL takes no samples of what may be about a family, so that an erasure leaves none behind.

ANALYZE, autovacuum's too, keeps values of each column in pg_statistic until the table is next analysed. For ciphertexts,
digests and references they serve no query: those are found by unique indexes, or never looked for. Columns that later
versions add say the same themselves (`tests/migrations/test_no_samples.py`).
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

WORDS = (
    "actions.owner_name",
    "cases.reference",
    "escalations.reference",
    "kept_forms.path",
    "mails.delivery_reference",
    "mails.fault",
    "mails.key",
    "meetings.reference",
    "notices.key",
    "notices.subject",
    "notices.what",
    "packs.standing",
    "packs.why_failed",
    "plans.reference",
    "report_answers.code",
    "sent_forms.leads_to",
    "stored_files.key_id",
    "stored_files.media_type",
    "stored_files.store_name",
    "subject_decisions.place",
    "subject_exports.taken_digest",
)
"""Plain words of rows that are erased. Beside them every column of bytes: ciphertexts, digests, keys."""

EACH = """
DO $body$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.oid::regclass AS place, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = pg_catalog.current_schema()::pg_catalog.regnamespace
        AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.atttypid = 'bytea'::regtype OR c.relname || '.' || a.attname IN ({words}))
    LOOP
        {do}
    END LOOP;
END $body$
"""

NONE = "EXECUTE pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', one.place, one.name);"
FORGET = "EXECUTE pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', one.place, one.name, one.type);"
"""The type that it has: nothing is written anew, and PostgreSQL lets go of what it knew of the values."""
AS_BEFORE = "EXECUTE pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS -1', one.place, one.name);"


def upgrade() -> None:
    """Take no more samples, and let go of those that there are."""
    _for_each(f"{NONE}\n        {FORGET}")


def downgrade() -> None:
    """Take samples again."""
    _for_each(AS_BEFORE)


def _for_each(do: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(EACH.format(words=", ".join(f"'{one}'" for one in WORDS), do=do))
