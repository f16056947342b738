"""Requests for all that is held on one child: begun, listed, and answered with a file; each is logged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.subject_access import LONGEST_ASKER
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting
from portal.models.people import User
from portal.models.records import SubjectExport
from portal.services.changes import changing
from portal.services.records.children import find_child
from portal.services.sent_forms import once
from portal.services.subject_access.decisions import decisions_about
from portal.services.subject_access.gathering import Reader
from portal.services.subject_access.handing import answer_file

MOST = 100


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request of the list."""

    export: SubjectExport
    child: str
    reference: str
    by: str


def list_requests(viewer: Viewer) -> list[RequestRow]:
    """The newest first, by one query."""
    rows = db.session.execute(
        access.exports_visible_to(viewer)
        .join(Child, Child.id == SubjectExport.child_id)
        .join(Case, Case.id == Child.case_id)
        .outerjoin(User, User.id == SubjectExport.asked_by_id)
        .where(Case.id.not_in(sorted(viewer.closed_cases)))
        .with_only_columns(SubjectExport, Child, Case.reference, User.name)
        .order_by(SubjectExport.asked_at.desc(), SubjectExport.id.desc())
        .limit(MOST)
    ).all()
    return [RequestRow(row.SubjectExport, called(row.Child), row.reference, row.name or "A command") for row in rows]


def begin(viewer: Viewer, said: str, asked_by: str) -> int:
    """Write down a request for what is held on a child; returns its number.

    `said` is whatever `find_child` takes. Raises NotPermitted, and Invalid by field ("reference", "asked_by").
    """
    if not access.may_export(viewer):
        raise NotPermitted("Requests of access are the safeguarding manager’s.")
    if not asked_by.strip() or len(asked_by) > LONGEST_ASKER:
        words = "Say who asks, and how you made sure of who they are"
        raise Invalid(words, errors={"asked_by": [words]})
    with changing(viewer) as change:
        once(change)
        child = find_child(change.session, viewer, said)
        _check_all_is_open(change.session, viewer, child)
        export = SubjectExport(
            partnership_id=viewer.partnership_id,
            child_id=child.id,
            asked_by=asked_by.strip(),
            asked_at=viewer.now,
            asked_by_id=viewer.user_id,
            progress={},
        )
        change.session.add(export)
        change.session.flush()
        # Now, because the request is itself something that is held on the child.
        marked = Counter(one.kind for one in Reader(change.session, child).record().marked)
        export.progress = {kind: [number, 0] for kind, number in marked.items()}
        change.session.flush()
        change.log("subject.asked", "child", child.id)
        return export.id


def take_along(viewer: Viewer, export_id: int) -> tuple[str, bytes]:
    """The file for whoever asked, with its name; what nobody decided about is withheld. Logged. Raises NotVisible."""
    session: Session = db.session()
    export, child, reference = find_request(session, viewer, export_id)
    # Made before the change: a document takes a second, for which nobody else should wait.
    record = Reader(session, child).record()
    decisions = decisions_about(session, export, record.passages)
    content = answer_file(record, decisions, viewer.now, viewer.name)
    with changing(viewer) as change:
        export, child, reference = find_request(change.session, viewer, export_id)
        export.taken_at, export.taken_by_id = viewer.now, viewer.user_id
        export.taken_digest = sha256(content).hexdigest()
        change.log("subject.exported", "child", child.id)
    return f"Held on a child of {reference}.zip", content


def export_for_command(viewer: Viewer, said: str, *, reviewed: bool) -> tuple[bytes, int, int]:
    """All that is held on a child, for whoever runs the portal: the zip, how many passages, how many to review.

    Unless it is `reviewed`, it is whole and each passage about others is marked. Raises Invalid.
    """
    if not viewer.is_system or not access.may_export(viewer):
        raise NotPermitted("Only whoever runs the portal takes this out.")
    session: Session = db.session()
    child = find_child(session, viewer, said)
    record = Reader(session, child).record()
    newest = session.scalar(
        select(SubjectExport)
        .where(SubjectExport.child_id == child.id, SubjectExport.partnership_id == viewer.partnership_id)
        .order_by(SubjectExport.id.desc())
        .limit(1)
    )
    decisions = decisions_about(session, newest, record.passages) if newest else {}
    content = answer_file(record, decisions, viewer.now, viewer.system or "", reviewed=reviewed)
    child_id = child.id
    with changing(viewer) as change:
        change.log("subject.exported", "child", child_id)
    return content, len(record.passages), len(record.marked)


def find_request(session: Session, viewer: Viewer, export_id: int) -> tuple[SubjectExport, Child, str]:
    """A request with its child and the family's reference, by two queries. Raises NotVisible, and Invalid where part of
    the record is closed to the viewer.
    """
    row = session.execute(
        access.exports_visible_to(viewer)
        .join(Child, Child.id == SubjectExport.child_id)
        .join(Case, Case.id == Child.case_id)
        .where(SubjectExport.id == export_id, Case.id.not_in(sorted(viewer.closed_cases)))
        .with_only_columns(SubjectExport, Child, Case.reference)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotVisible("No such request.")
    _check_all_is_open(session, viewer, row.Child)
    return row.SubjectExport, row.Child, row.reference


def _check_all_is_open(session: Session, viewer: Viewer, child: Child) -> None:
    """An answer is whole or none: a meeting for named people only is first opened to whoever answers."""
    about = cases_access.is_about(child.case_id)
    every = select(func.count()).select_from(Meeting).where(Meeting.partnership_id == child.partnership_id, about)
    seen = select(func.count()).select_from(meetings_access.visible_to(viewer).where(about).subquery())
    row = session.execute(select(every.scalar_subquery().label("every"), seen.scalar_subquery().label("seen"))).one()
    if row.every != row.seen:
        words = (
            "Part of this child’s record is open to named people only. Name yourself there with a reason, or ask "
            "somebody who is named"
        )
        raise Invalid(words, errors={"reference": [words]})


def called(child: Child) -> str:
    """A child as people call it."""
    return f"{child.given_name} {child.surname}"
