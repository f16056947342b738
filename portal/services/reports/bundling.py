"""Putting a meeting's reports together: cut at the cut-off or by hand, numbered, closed by the next or a withdrawal.

The document is made before the transaction that keeps it, which takes hold of the meeting and looks again: where a
report has come or gone in between, it is made once more.
"""

from __future__ import annotations

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access import report_bundles as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.bundle_vocabulary import BundleEnd
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.reports import Report
from portal.services import files
from portal.services.changes import Change, changing
from portal.services.notices.bundles import tell_cut
from portal.services.reports.bundle_contents import Contents, contents_of
from portal.services.reports.bundle_documents import as_pdf

PDF = "application/pdf"
TRIES = 3
NOTHING = "No report has come yet, so there is nothing to put together."


class _Moved(Exception):
    """A report came or went, or somebody else cut a bundle, while this one was being made."""


def has_been_cut(session: Session, meeting_id: int) -> bool:
    """Whether what is sent now comes too late to be among the reports that the meeting was first given.

    It does once a bundle was cut, and at the latest when the register is closed: the meeting is over.
    """
    was_cut = exists().where(ReportBundle.meeting_id == Meeting.id)
    rows = select(Meeting.id).where(Meeting.id == meeting_id, or_(Meeting.register_closed_at.is_not(None), was_cut))
    return session.scalar(rows) is not None


def cut_bundle(viewer: Viewer, meeting_id: int, after: int | None = None) -> int:
    """Make one document of all reports that stand; gives its number. The one before is closed, and its file deleted.

    `after` is the number of the newest bundle that whoever asks has seen, 0 where there was none. The chair and the
    agencies that have a part are told. Raises NotVisible, NotPermitted, Invalid where nothing has come, Conflict where
    there is a newer one or reports keep coming while it is made, and NotKept where the file store does not take it.
    """
    for _ in range(TRIES):
        try:
            return _cut(viewer, meeting_id, after)
        except _Moved:
            continue
    raise Conflict("Reports came while they were being put together. Try again in a minute.")


def close_with(change: Change, report: Report, meeting_id: int) -> str | None:
    """Close the meeting's bundle where a report that is withdrawn stands in it; the caller has locked the meeting.

    Gives what the caller hands to `files.drop_bytes` after the commit. The worker cuts the next bundle without it.
    """
    standing = _standing(change.session, meeting_id)
    if standing is None:
        return None
    is_in_it = select(BundledReport.report_id).where(
        BundledReport.bundle_id == standing.id, BundledReport.report_id == report.id
    )
    if change.session.scalar(is_in_it) is None:
        return None
    return _close(change, standing, BundleEnd.WITHDRAWN)


def next_number(session: Session, meeting_id: int) -> int:
    """The number that the next bundle of a meeting has."""
    highest = session.scalar(select(func.max(ReportBundle.number)).where(ReportBundle.meeting_id == meeting_id))
    return (highest or 0) + 1


def _cut(viewer: Viewer, meeting_id: int, after: int | None) -> int:
    session: Session = db.session()
    meeting = _meeting(session, viewer, meeting_id)
    number = next_number(session, meeting_id)
    if after is not None and number != after + 1:
        raise Conflict(f"Bundle {number - 1} was put together meanwhile. Look at it first.")
    contents = contents_of(session, meeting)
    if not contents.says_something:
        raise Invalid(NOTHING, errors={"bundle": [NOTHING]})
    content = as_pdf(meeting, _children(session, meeting_id), contents, number, viewer.now)
    name = f"Reports {meeting.reference} bundle {number}.pdf"
    purpose = FilePurpose.REPORT_BUNDLE
    with (
        files.making(viewer, purpose=purpose, name=name, media_type=PDF, content=content) as made,
        changing(viewer) as change,
    ):
        locked = select(Meeting.id).where(Meeting.id == meeting_id).with_for_update(of=Meeting, key_share=True)
        change.session.execute(locked)
        meeting = _meeting(change.session, viewer, meeting_id)
        again = contents_of(change.session, meeting)
        if again.seal != contents.seal or next_number(change.session, meeting_id) != number:
            raise _Moved
        standing = _standing(change.session, meeting_id)
        dropped = _close(change, standing, BundleEnd.REPLACED) if standing else None
        _keep(change, meeting, again, number, files.keep_file(change, made).id)
    files.drop_bytes(dropped)
    return number


def _keep(change: Change, meeting: Meeting, contents: Contents, number: int, file_id: int) -> None:
    bundle = ReportBundle(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        number=number,
        cut_at=change.viewer.now,
        cut_by_id=change.viewer.user_id,
        file_id=file_id,
        talks=len(contents.talked),
    )
    change.session.add(bundle)
    change.session.flush()
    change.session.add_all(
        BundledReport(
            partnership_id=meeting.partnership_id,
            bundle_id=bundle.id,
            report_id=one.report_id,
            addenda=len(one.addenda),
            may_see=one.may_see,
            is_later=one.is_later,
        )
        for one in contents.reports
    )
    change.log("bundle.cut", "meeting", meeting.id)
    tell_cut(change, bundle, meeting)


def _close(change: Change, bundle: ReportBundle, because: BundleEnd) -> str | None:
    """Nobody opens it any more; its file goes, since the reports themselves stay."""
    file_id = bundle.file_id
    bundle.file_id, bundle.closed_at, bundle.closed_because = None, change.viewer.now, because
    change.session.flush()
    change.log("bundle.closed", "meeting", bundle.meeting_id)
    return files.drop_if_unused(change, file_id) if file_id is not None else None


def _standing(session: Session, meeting_id: int) -> ReportBundle | None:
    return session.scalars(
        select(ReportBundle)
        .where(ReportBundle.meeting_id == meeting_id, ReportBundle.closed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def _meeting(session: Session, viewer: Viewer, meeting_id: int) -> Meeting:
    meeting = session.scalars(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.meeting_type))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    if not access.may_cut(viewer, meeting):
        raise NotPermitted("The reports are put together by the chair, the coordinator, and the portal itself.")
    return meeting


def _children(session: Session, meeting_id: int) -> tuple[str, ...]:
    """Names for the document alone: whoever has it made reads none of them here."""
    rows = session.execute(
        cases_access.children_of_meeting(meeting_id)
        .order_by(Child.case_id, Child.id)
        .with_only_columns(Child.given_name, Child.surname)
    )
    return tuple(f"{row.given_name} {row.surname}" for row in rows)
