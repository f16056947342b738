"""Whether the database can be used: there, at the newest migration, free of demo accounts in production."""

from __future__ import annotations

from functools import cache

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from portal.config import ROOT
from portal.database.grants import role_faults as faults_of_role
from portal.database.session import db
from portal.models.people import User
from portal.services.activity_store import anchor_store
from portal.services.filing import filing
from portal.services.mailing import mailing
from portal.services.texting import texting

DEMO_DOMAIN = "@demo.example"

MOST_BEHIND = 300
"""Seconds by which a replica may lag before `flask config check` calls it a fault."""

_FOLLOWS = """
SELECT pg_is_in_recovery(), CASE
    WHEN pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn() THEN 0
    ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)
END
"""


def faults() -> list[str]:
    """Why the portal cannot serve now; empty when it can."""
    try:
        with db.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        return ["the database does not answer"]
    if revision != newest_revision():
        return [f"the database stands at migration {revision or 'none'}: run flask db upgrade"]
    return []


def replica_faults(address: str) -> list[str]:
    """Why the replica at this address would not help; empty where it follows its primary, and where none is set."""
    if not address:
        return []
    engine = create_engine(address, poolclass=NullPool, connect_args={"connect_timeout": 3}, hide_parameters=True)
    try:
        with engine.connect() as connection:
            follows, behind = connection.execute(text(_FOLLOWS)).one()
    except SQLAlchemyError:
        return ["it does not answer"]
    if not follows:
        return ["it is not a replica: it follows no other server"]
    return [f"it is {behind:.0f} seconds behind"] if behind > MOST_BEHIND else []


def file_store_faults() -> list[str]:
    """Why no file can be stored now; empty where it can."""
    fault = filing().store.fault()
    return [fault] if fault else []


def file_store_misfits() -> list[str]:
    """What keeps the settings from ever storing a file, however long one waits; empty where there is no such thing."""
    misfit = filing().store.misfit()
    return [misfit] if misfit else []


def anchor_faults() -> list[str]:
    """Why no anchor of the activity can be kept now; empty where one can."""
    fault = anchor_store().fault()
    return [fault] if fault else []


def scanner_faults() -> list[str]:
    """Why no file can be scanned now; empty where it can, and where no scanner is set."""
    scanner = filing().scanner
    fault = scanner.fault() if scanner else None
    return [fault] if fault else []


def mail_faults() -> list[str]:
    """Why no mail can be sent now; empty where one can, and where nobody is set who sends them."""
    sending = mailing()
    fault = sending.sender.fault() if sending else None
    return [fault] if fault else []


def mail_server() -> str:
    """Who sends mails; empty where nobody is set."""
    sending = mailing()
    return sending.sender.name if sending else ""


def text_faults() -> list[str]:
    """Why no text message can be sent now; empty where one can, and where nobody is set who sends them."""
    sender = texting()
    fault = sender.fault() if sender else None
    return [fault] if fault else []


def text_sender() -> str:
    """Who sends text messages; empty where nobody is set."""
    sender = texting()
    return sender.name if sender else ""


@cache
def newest_revision() -> str | None:
    """The migration that this code expects."""
    return _history().get_current_head()


@cache
def known_revisions() -> frozenset[str]:
    """The migrations that this code has: a database at another was led there by a newer version."""
    return frozenset(script.revision for script in _history().walk_revisions())


def _history() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


def role_faults() -> list[str]:
    """Why the database would not hold its second wall against this portal; empty where it does, and on SQLite."""
    try:
        with db.engine.connect() as connection:
            return faults_of_role(connection)
    except SQLAlchemyError:
        # As above: a database that does not answer is not known to be wrong.
        return []


def demo_accounts_present() -> bool:
    """Whether accounts of the demonstration, whose passwords are printed, stand in this database."""
    try:
        if not inspect(db.engine).has_table(User.__tablename__):
            return False
        found = db.session.execute(select(User.id).where(User.email.endswith(DEMO_DOMAIN)).limit(1)).first()
        return found is not None
    except SQLAlchemyError:
        # A database that does not answer is /health/ready's to say; start, so that it can come back.
        return False
    finally:
        db.session.remove()
