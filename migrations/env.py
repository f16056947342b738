"""Alembic's door: the portal's own tables, by the owner's address where there is one."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

import portal.models  # noqa: F401 - makes every table known to the metadata
from portal.config import load_settings
from portal.database.declarative import Base
from portal.database.encryption import keyring
from portal.database.engines import engine_options, prepare_engine, writing_options
from portal.database.grants import finish_upgrade
from portal.database.scopes import EVERYTHING, within
from portal.database.types import EncryptedText, UTCDateTime


def plain_type(kind: str, item: Any, _autogen_context: Any) -> str | Literal[False]:
    """Write the portal's own column types as what the database holds: a version imports nothing of portal."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EncryptedText):
        return "sa.LargeBinary()"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def recrypt(value: bytes | None, old_place: str, new_place: str) -> bytes | None:
    """Encrypt for another column what a version moves there; empty text is nothing, and nothing becomes empty text.

    A version imports nothing of the portal, and ciphertext does not open in a place that it was not made for.
    """
    if value is None:
        return keyring.encrypt("", new_place)
    plain = keyring.decrypt(bytes(value), old_place)
    return keyring.encrypt(plain, new_place) if plain else None


def run() -> None:
    """Run the asked-for migration in one transaction."""
    context.config.attributes["recrypt"] = recrypt
    url = context.config.attributes.get("url") or load_settings().database_owner_url
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    # Also their owner is behind the tables' wall: without this a version that moves data would find none.
    with within(EVERYTHING), engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Batch operations copy tables, and with keys enforced the original cannot be dropped. Straight to the
            # driver: within the transaction that the portal begins with its first statement, this would do nothing.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
        else:
            connection.execution_options(**writing_options(engine))
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plain_type,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            finish_upgrade(connection, context.config.attributes.get("application_url", ""))
            if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("this migration would leave rows that point at nothing")
    engine.dispose()


run()
