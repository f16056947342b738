"""The deletion of a partnership that has left: against the file it was taken out into, with a certificate."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Table, delete, func, select, update
from sqlalchemy.orm import Session

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.emptying import empty_free_space
from portal.database.encryption import keyring
from portal.domain.errors import NotPermitted, Unusable
from portal.domain.record_map import HOLDINGS, Holding
from portal.domain.retention import Cause, ErasureState
from portal.models.files import StoredFile
from portal.models.partnerships import Agency, Partnership, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.records import Erasure
from portal.models.return_links import AgencyContact
from portal.models.sessions import KeptForm
from portal.services import files
from portal.services.changes import changing
from portal.services.records.certificates import seal
from portal.services.records.closure import links_to, tables
from portal.services.records.takeout import MANIFEST, STAYS, as_csv, rows_of
from portal.services.records.turns import take_turn

WORKED_OUT = frozenset(
    {
        "figure_changes",
        "figure_recounts",
        "figures_by_agency",
        "figures_by_type",
        "figures_of_meetings",
        "meeting_figure_changes",
    }
)
"""What the worker counts from the rest by itself: that it did so since the export is no change."""


def delete_partnership(viewer: Viewer, export: Path) -> Erasure:
    """Delete everything of a partnership that `export` holds, and keep a certificate; legal holds forbid it.

    Raises NotPermitted, and Unusable where the file is damaged, of another partnership, or older than the last change.
    """
    if not access.may_leave(viewer) or viewer.partnership_id is None:
        raise NotPermitted("Only whoever runs the portal deletes a partnership.")
    manifest = _checked(export)
    partnership_id = viewer.partnership_id
    with changing(viewer) as change:
        session = change.session
        take_turn(session, partnership_id)
        _check_it_is_this(session, partnership_id, manifest)
        store_names = list(
            session.scalars(select(StoredFile.store_name).where(StoredFile.partnership_id == partnership_id))
        )
        people, agencies = _only_here(session, partnership_id)
        counts = _delete(session, partnership_id)
        counts["users"] = _delete_people(session, people)
        counts["agencies"] = _delete_agencies(session, agencies)
        session.expire_all()
        certificate = _certificate(session, viewer, counts, manifest, store_names)
        session.add(certificate)
        seal(certificate)
        session.flush()
        change.log("partnership.deleted", "partnership", partnership_id)
    files.drop_bytes(*store_names)
    empty_free_space()
    return certificate


def _checked(export: Path) -> dict[str, Any]:
    """The manifest of an export whose every part is as it was written. Raises Unusable."""
    try:
        with zipfile.ZipFile(export) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            parts = {f"tables/{name}.csv": one["sha256"] for name, one in manifest["tables"].items()}
            parts |= {name: one["sha256"] for name, one in manifest["files"].items()}
            for name, digest in parts.items():
                if sha256(archive.read(name)).hexdigest() != digest:
                    raise Unusable([f"{export}: {name} is not as it was written"])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as fault:
        raise Unusable([f"{export}: not an export of a partnership ({type(fault).__name__})"]) from None
    return manifest


def _check_it_is_this(session: Session, partnership_id: int, manifest: dict[str, Any]) -> None:
    name = session.scalar(select(Partnership.name).where(Partnership.id == partnership_id))
    if manifest.get("partnership") != name:
        raise Unusable([f"this is the export of {manifest.get('partnership')!r}, not of {name!r}"])
    if manifest.get("files_missing"):
        raise Unusable([f"{manifest['files_missing']} files were missing from the export: find them first"])
    held = tables()["legal_holds"]
    standing = (
        select(func.count())
        .select_from(held)
        .where(held.c.partnership_id == partnership_id, held.c.lifted_at.is_(None))
    )
    if session.scalar(standing):
        raise Unusable([f"{name} has legal holds: they are lifted, or the records stay"])
    for table in tables().values():
        where = rows_of(table, partnership_id)
        if where is None or table.name in STAYS | WORKED_OUT or HOLDINGS.get(table.name) is Holding.PERSON:
            continue
        content, now = as_csv(session, table, where)
        listed = manifest["tables"].get(table.name, {})
        if now != listed.get("rows", 0):
            then = listed.get("rows", 0)
            raise Unusable([f"{table.name} has {now} rows, and the export {then}: take everything out again"])
        if now and sha256(content).hexdigest() != listed["sha256"]:
            raise Unusable([f"{table.name} was changed since the export: take everything out again"])


def _only_here(session: Session, partnership_id: int) -> tuple[set[int], set[int]]:
    """People and agencies that no other partnership knows."""

    def here(column: Any, of: Any) -> set[int]:
        return set(session.scalars(select(column).where(of == partnership_id)))

    def elsewhere(column: Any, of: Any) -> set[int]:
        return set(session.scalars(select(column).where(of != partnership_id)))

    people = here(Membership.user_id, Membership.partnership_id) | here(
        AgencyContact.user_id, AgencyContact.partnership_id
    )
    people -= elsewhere(Membership.user_id, Membership.partnership_id)
    people -= elsewhere(AgencyContact.user_id, AgencyContact.partnership_id)
    agencies = here(PartnershipAgency.agency_id, PartnershipAgency.partnership_id)
    return people, agencies - elsewhere(PartnershipAgency.agency_id, PartnershipAgency.partnership_id)


def _delete(session: Session, partnership_id: int) -> dict[str, int]:
    """Every row but those that stay, those that refer to others first."""
    for table in tables().values():
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table is table and "partnership_id" in table.c:
                itself = [element.parent for element in constraint.elements if element.parent.nullable]
                mine = table.c.partnership_id == partnership_id
                if itself:
                    session.execute(update(table).where(mine).values({column.name: None for column in itself}))
    members = select(Membership.id).where(Membership.partnership_id == partnership_id)
    sessions = tables()["sign_in_sessions"]
    session.execute(update(sessions).where(sessions.c.membership_id.in_(members)).values(membership_id=None))
    session.execute(delete(KeptForm).where(KeptForm.partnership_id == partnership_id))
    counts: dict[str, int] = {}
    for table in _children_first():
        where = rows_of(table, partnership_id)
        if where is None or table.name in STAYS or HOLDINGS.get(table.name) is Holding.PERSON:
            continue
        gone = session.execute(delete(table).where(where).execution_options(synchronize_session=False))
        if isinstance(gone, CursorResult) and gone.rowcount:
            counts[table.name] = gone.rowcount
    return counts


def _children_first() -> Iterator[Table]:
    yield from reversed(next(iter(tables().values())).metadata.sorted_tables)


def _delete_people(session: Session, people: set[int]) -> int:
    """Those whom nothing else names: what is theirs alone (how they sign in, mails) goes with them."""
    gone = 0
    users = tables()["users"]
    own = [table for table in _children_first() if HOLDINGS.get(table.name) is Holding.PERSON and table is not users]
    staying = tables()["erasures"]
    for number in sorted(people):
        session.execute(update(staying).where(staying.c.erased_by_id == number).values(erased_by_id=None))
        if _is_named(session, number, {table.name for table in own}):
            continue
        for table in own:
            if "user_id" in table.c:
                session.execute(delete(table).where(table.c.user_id == number))
        if not _is_named(session, number, set()):
            session.execute(delete(User).where(User.id == number).execution_options(synchronize_session=False))
            gone += 1
    return gone


def _is_named(session: Session, user_id: int, without: set[str]) -> bool:
    for link in links_to(tables()["users"]):
        if link.table.name in without and link.columns[0] == "user_id":
            continue
        if session.scalar(select(1).select_from(link.table).where(link.table.c[link.columns[0]] == user_id).limit(1)):
            return True
    return False


def _delete_agencies(session: Session, agencies: set[int]) -> int:
    gone = 0
    for number in sorted(agencies):
        named = [link.table.c[link.columns[0]] == number for link in links_to(tables()["agencies"])]
        if not any(session.scalar(select(1).select_from(one.left.table).where(one).limit(1)) for one in named):
            session.execute(delete(Agency).where(Agency.id == number).execution_options(synchronize_session=False))
            gone += 1
    return gone


def _certificate(
    session: Session, viewer: Viewer, counts: dict[str, int], manifest: dict[str, Any], store_names: list[str]
) -> Erasure:
    digests = {name: one["sha256"] for name, one in manifest["tables"].items()}
    left = {}
    for table in tables().values():
        where = None if viewer.partnership_id is None else rows_of(table, viewer.partnership_id)
        if where is not None and table.name not in STAYS:
            number = session.scalar(select(func.count()).select_from(table).where(where))
            if number:
                left[table.name] = number
    return Erasure(
        partnership_id=viewer.partnership_id,
        cause=Cause.LEFT,
        state=ErasureState.ERASED,
        proposed_at=viewer.now,
        erased_at=viewer.now,
        erased_by=viewer.system,
        certificate={
            "tables": {
                name: {"rows": rows, "digest": digests.get(name, "")} for name, rows in sorted(counts.items()) if rows
            },
            "typed": {},
            "files": {
                "number": len(store_names),
                "digest": keyring.seal(json.dumps(sorted(store_names)).encode()).hex(),
            },
            "reference_digests": [],
            "blotted": {},
            "not_sought": 0,
            "checked": {"tables": len(tables()), "texts": 0, "unreadable": 0, "left": left},
            "stays": sorted(STAYS),
        },
    )
