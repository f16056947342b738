"""Reviewing a request of access by kind of record: what may be about others is given, blotted or withheld."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, NotVisible
from portal.domain.subject_access import Decision, Passage, Progress
from portal.models.cases import Child
from portal.models.records import SubjectExport
from portal.services.activity import record_reading
from portal.services.changes import changing
from portal.services.subject_access.decisions import decisions_about, keep_decisions
from portal.services.subject_access.gathering import TITLES, Reader
from portal.services.subject_access.requests import called, find_request

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record of a request: how much of it there is, and how far its review is."""

    name: str
    title: str
    entries: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A request with the kinds of record in which something is held on the child."""

    export: SubjectExport
    child: str
    reference: str
    kinds: tuple[Kind, ...]

    @property
    def progress(self) -> Progress:
        """How far the whole review is."""
        return Progress(sum(one.progress.marked for one in self.kinds), sum(one.progress.decided for one in self.kinds))

    @property
    def next(self) -> Kind | None:
        """Where somebody goes on; none where all is decided."""
        return next((one for one in self.kinds if not one.progress.is_done), None)


@dataclass(frozen=True, slots=True)
class KindPage:
    """One page of one kind of record: what must be looked at or, as `is_whole`, all that is held."""

    export: SubjectExport
    child: str
    reference: str
    kind: str
    title: str
    held: int
    progress: Progress
    is_whole: bool
    page: int
    number: int
    """How many passages there are to page through."""
    passages: tuple[Passage, ...]
    decisions: Mapping[str, Decision]

    @property
    def is_last(self) -> bool:
        """Whether no page of this kind follows."""
        return self.page * PER_PAGE >= self.number


def review(viewer: Viewer, export_id: int) -> ReviewPage:
    """The kinds in which something is held, by at most three queries; logged as a reading. Raises NotVisible."""
    session: Session = db.session()
    export, child, reference = find_request(session, viewer, export_id)
    known = export.progress
    kinds = tuple(
        Kind(kind, TITLES[kind], entries, Progress(*known.get(kind, (0, 0))))
        for kind, entries in Reader(session, child).counts().items()
    )
    record_reading(viewer, "subject.read", "child", [child.id])
    return ReviewPage(export, called(child), reference, kinds)


def review_kind(viewer: Viewer, export_id: int, kind: str, page: int = 1, *, is_whole: bool = False) -> KindPage:
    """One page of one kind, by at most ten queries; logged as a reading. Raises NotVisible, for no such kind too."""
    session: Session = db.session()
    export, child, reference = find_request(session, viewer, export_id)
    held = _passages(session, child, kind)
    decisions = decisions_about(session, export, held, kind)
    shown = [one for one in held if is_whole or one.mark is not None]
    page = min(max(page, 1), max(1, -(-len(shown) // PER_PAGE)))
    found = KindPage(
        export,
        called(child),
        reference,
        kind,
        TITLES[kind],
        len(held),
        progress_of(held, decisions),
        is_whole,
        page,
        len(shown),
        tuple(shown[(page - 1) * PER_PAGE : page * PER_PAGE]),
        decisions,
    )
    record_reading(viewer, "subject.read", "child", [child.id])
    return found


def decide(viewer: Viewer, export_id: int, kind: str, decisions: Mapping[str, Decision], *, seen: int) -> None:
    """Keep what was decided about passages of one kind. Raises NotVisible, Conflict, for no such passage too."""
    with changing(viewer) as change:
        session = change.session
        export, child, _reference = find_request(session, viewer, export_id)
        held = {one.place: one for one in _passages(session, child, kind)}
        if not decisions.keys() <= held.keys():
            raise Conflict("Something that you decided about is not there any more. Look at it again.")
        after = {**decisions_about(session, export, held.values(), kind), **decisions}
        progress = {**export.progress, kind: list(progress_of(held.values(), after).numbers)}
        bumped = session.execute(
            update(SubjectExport)
            .where(SubjectExport.id == export.id, SubjectExport.version == seen)
            .values(version=seen + 1, progress=progress)
            .returning(SubjectExport.id)
            .execution_options(synchronize_session=False)
        ).first()
        if bumped is None:
            raise Conflict("Somebody else has decided about this request a moment ago. Look at it again.")
        keep_decisions(session, viewer, export, held, decisions)
        change.log("subject.reviewed", "child", child.id)


def progress_of(passages: Iterable[Passage], decisions: Mapping[str, Decision]) -> Progress:
    """How many of these passages somebody must look at, and about how many of them is decided."""
    marked = [one.place for one in passages if one.mark is not None]
    return Progress(len(marked), sum(1 for place in marked if place in decisions))


def _passages(session: Session, child: Child, kind: str) -> tuple[Passage, ...]:
    if kind not in TITLES:
        raise NotVisible("No such kind of record.")
    return Reader(session, child).passages(kind)
