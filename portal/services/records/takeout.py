"""Everything of a partnership that leaves, in one file: each table as CSV, every file, a manifest with digests."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from io import StringIO
from pathlib import PurePath
from typing import Any, BinaryIO

from sqlalchemy import Column, Connection, LargeBinary, Select, Table, select
from sqlalchemy.orm import Session

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import NotPermitted
from portal.domain.record_map import HOLDINGS, SECRETS, Holding
from portal.gateways.file_store import Damaged
from portal.models.files import StoredFile
from portal.models.partnerships import Partnership, PartnershipAgency
from portal.models.people import Membership
from portal.services import files
from portal.services.activity_chains import snapshot
from portal.services.changes import changing
from portal.services.records.closure import tables, written_columns

MANIFEST = "manifest.json"
STAYS = frozenset(
    {"partnerships", "erasures", "activity", "activity_chains", "activity_anchors", "activity_checkpoints"}
)
"""What stays of a partnership that left: its name, its trail of numbers and verbs, and its certificates."""
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written: rows by table, files, and the digest of the whole."""

    tables: dict[str, int]
    files: int
    missing: int
    digest: str


def export_partnership(viewer: Viewer, target: BinaryIO) -> Taken:
    """Write a zip: each table as CSV, every file as it was given, and a manifest with their digests. Logged.

    All tables are read as they stood at one moment. Secrets, digests and indexes stay behind. Raises NotPermitted.
    """
    if not access.may_leave(viewer) or viewer.partnership_id is None:
        raise NotPermitted("Only whoever runs the portal takes out everything.")
    with changing(viewer) as change:
        change.log("partnership.exported", "partnership", viewer.partnership_id)
    session: Session = db.session()
    listed: dict[str, dict[str, Any]] = {}
    kept: dict[str, dict[str, Any]] = {}
    missing = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with snapshot() as connection:
            for table in sorted(tables().values(), key=lambda one: one.name):
                where = rows_of(table, viewer.partnership_id)
                if where is None:
                    continue
                content, number = as_csv(connection, table, where)
                if number:
                    archive.writestr(f"tables/{table.name}.csv", content)
                    listed[table.name] = {"rows": number, "sha256": sha256(content).hexdigest()}
        for stored in session.scalars(_files_of(viewer.partnership_id)):
            try:
                content = b"".join(files.stored_bytes(stored))
            except (Damaged, Undecryptable, OSError):
                missing += 1
                continue
            name = f"files/{stored.id}-{PurePath(stored.name).name}"
            archive.writestr(name, content)
            kept[name] = {"size": len(content), "sha256": sha256(content).hexdigest()}
        manifest = {
            "partnership": session.scalar(select(Partnership.name).where(Partnership.id == viewer.partnership_id)),
            "made_at": viewer.now.isoformat(),
            "tables": listed,
            "files": kept,
            "files_missing": missing,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        archive.writestr(MANIFEST, text)
    return Taken({name: one["rows"] for name, one in listed.items()}, len(kept), missing, sha256(text).hexdigest())


def rows_of(table: Table, partnership_id: int) -> Any | None:
    """The condition by which a table's rows are a partnership's; none for tables that are nobody's."""
    holding = HOLDINGS.get(table.name)
    if table.name == "partnerships":
        return table.c.id == partnership_id
    if table.name == "kept_forms":
        # Typed and never saved: it is its person's for a day.
        return None
    if "partnership_id" in table.c:
        return table.c.partnership_id == partnership_id
    if table.name == "users":
        return table.c.id.in_(select(Membership.user_id).where(Membership.partnership_id == partnership_id))
    if table.name == "agencies":
        mine = select(PartnershipAgency.agency_id).where(PartnershipAgency.partnership_id == partnership_id)
        return table.c.id.in_(mine)
    if holding in (Holding.PERSON, Holding.PORTAL, Holding.TRAIL):
        return None
    return _through_parent(table, partnership_id)


def _through_parent(table: Table, partnership_id: int) -> Any | None:
    """Rows without a partnership of their own, by the row that they hang on."""
    for constraint in table.foreign_key_constraints:
        parent = constraint.referred_table
        if "partnership_id" in parent.c and parent.name not in ("memberships",):
            (element,) = constraint.elements
            mine = select(parent.c[element.column.name]).where(parent.c.partnership_id == partnership_id)
            return table.c[element.parent.name].in_(mine)
    return None


def _files_of(partnership_id: int) -> Select[StoredFile]:
    return (
        select(StoredFile)
        .where(StoredFile.partnership_id == partnership_id, StoredFile.status != FileStatus.INFECTED)
        .order_by(StoredFile.id)
    )


def as_csv(database: Session | Connection, table: Table, where: Any) -> tuple[bytes, int]:
    """Those rows of a table as they are taken along, and how many they are: the same rows are always the same bytes."""
    columns = [column for column in written_columns(table) if _is_taken(column)]
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow([column.name for column in columns])
    number = 0
    asked = select(*columns).where(where).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
    for row in database.execute(asked):
        writer.writerow([_plain(value) for value in row])
        number += 1
    return written.getvalue().encode(), number


def _is_taken(column: Column[Any]) -> bool:
    if f"{column.table.name}.{column.name}" in SECRETS:
        return False
    return not isinstance(column.type, LargeBinary)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
