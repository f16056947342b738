"""Frameworks from files: checking them, and loading one into a partnership as an edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.access import frameworks as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus
from portal.domain.errors import NotPermitted, Unusable
from portal.domain.frameworks import Framework
from portal.gateways import framework_files
from portal.models.frameworks import FrameworkEdition
from portal.services.changes import Change, changing
from portal.services.frameworks.rows import write_edition

SHIPPED = tuple(framework_files.SHIPPED)
"""The codes of the frameworks that come with the portal."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file; `is_new` is False where the partnership had an edition that says the same."""

    edition_id: int
    title: str
    number: int
    is_new: bool


def check(names: Sequence[str]) -> list[Framework]:
    """Read files, or frameworks that ship, by their name; raises Unusable with the faults of all of them."""
    found: list[Framework] = []
    faults: list[str] = []
    for name in names:
        try:
            found.append(framework_files.read(name))
        except Unusable as fault:
            faults += fault.reasons
    if faults:
        raise Unusable(faults)
    return found


def load(viewer: Viewer, name: str, *, as_draft: bool = False) -> Loaded:
    """Load a file, or a framework that ships, into the viewer's partnership; published unless it is to be a draft.

    A file that says what an edition says already changes nothing; a changed one becomes the next edition, because
    agencies have answered the one before. Raises Unusable with every fault of the file.
    """
    framework = framework_files.read(name)
    if viewer.partnership_id is None or not access.may_keep(viewer):
        raise NotPermitted("This role does not keep the audit frameworks.")
    as_before = _same(viewer, framework)
    if as_before is not None:
        return as_before
    with changing(viewer) as change:
        return _put(change, viewer.partnership_id, framework, as_draft=as_draft)


def publish_shipped(change: Change, partnership_id: int) -> None:
    """Give a new partnership the frameworks that come with the portal, inside the change that opens it."""
    for name in SHIPPED:
        _put(change, partnership_id, framework_files.shipped(name), as_draft=False)


def _put(change: Change, partnership_id: int, framework: Framework, *, as_draft: bool) -> Loaded:
    status = FrameworkStatus.DRAFT if as_draft else FrameworkStatus.PUBLISHED
    edition = write_edition(change, partnership_id, framework, status)
    verb = "framework.loaded" if as_draft else "framework.published"
    change.log(verb, "framework", edition.id, partnership_id=partnership_id)
    return Loaded(edition.id, edition.title, edition.number, is_new=True)


def _same(viewer: Viewer, framework: Framework) -> Loaded | None:
    """The newest edition that says the same."""
    rows = access.visible_to(viewer).with_only_columns(
        FrameworkEdition.id, FrameworkEdition.title, FrameworkEdition.number
    )
    found = db.session.execute(
        rows.where(FrameworkEdition.code == framework.code, FrameworkEdition.digest == framework.digest)
        .order_by(FrameworkEdition.number.desc())
        .limit(1)
    ).first()
    return Loaded(*found, is_new=False) if found else None
