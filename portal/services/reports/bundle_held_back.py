"""A bundle for an agency from which something is held back: made when it is opened, as it was cut, and without that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import cases as cases_access
from portal.access import restrictions as access
from portal.access.viewer import Viewer
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.services.reports.bundle_contents import AsCut, contents_of
from portal.services.reports.bundle_documents import as_pdf

PDF = "application/pdf"


def held_from(session: Session, viewer: Viewer, meeting_id: int) -> frozenset[int]:
    """The invitations to a meeting of which the viewer's agency gets neither report nor talk."""
    held = select(Invitation.id).where(Invitation.meeting_id == meeting_id, Invitation.id.in_(access.held_from(viewer)))
    return frozenset(session.scalars(held))


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document that is made for one agency, as a kept file describes itself."""

    name: str
    media_type: str
    size: int


def made_without(session: Session, bundle: ReportBundle, held: frozenset[int]) -> tuple[MadeDocument, Iterator[bytes]]:
    """The document of a bundle that the caller has found openable, without these invitations' papers.

    It names neither their agencies nor that anything is left out.
    """
    meeting = session.scalars(
        select(Meeting).where(Meeting.id == bundle.meeting_id).options(joinedload(Meeting.meeting_type))
    ).one()
    counted = session.execute(
        select(BundledReport.report_id, BundledReport.addenda).where(BundledReport.bundle_id == bundle.id)
    )
    cut = AsCut({row.report_id: row.addenda for row in counted}, bundle.cut_at, held)
    content = as_pdf(
        meeting, _children(session, meeting.id), contents_of(session, meeting, cut), bundle.number, bundle.cut_at
    )
    name = f"Reports {meeting.reference} bundle {bundle.number}.pdf"
    return MadeDocument(name, PDF, len(content)), iter([content])


def _children(session: Session, meeting_id: int) -> tuple[str, ...]:
    rows = session.execute(
        cases_access.children_of_meeting(meeting_id)
        .order_by(Child.case_id, Child.id)
        .with_only_columns(Child.given_name, Child.surname)
    )
    return tuple(f"{row.given_name} {row.surname}" for row in rows)
