"""What tests of bundles and families do again and again: send reports, read a bundle back, look at rows."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.report_bundles import SHARING_QUESTION
from portal.domain.report_templates import Choice, ReportTemplate
from portal.domain.report_vocabulary import AnswerKind
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation
from portal.models.report_bundles import ReportBundle
from portal.models.report_templates import ReportTemplate as TemplateRow
from portal.services.reports.bundle_page import open_bundle
from tests.report_forms import add_report, publish, question, template
from tests.world import MeetingPlace, World

SHARED_FORM: ReportTemplate = template(
    "shared-form",
    question(
        SHARING_QUESTION,
        "Who may have this report?",
        AnswerKind.ONE_OF,
        for_family=False,
        choices=(Choice("family", "All"), Choice("agencies", "The agencies"), Choice("read_out", "Read out")),
    ),
    question("worries", "What you are worried about"),
    question("secret", "Intelligence", for_family=False),
)
WORRY, SECRET = "Two burns that nobody explained.", "An informant lives next door."


def send(
    world: World,
    place: MeetingPlace,
    agency: str,
    at: datetime,
    *,
    who: str = "family",
    worry: str = WORRY,
    secret: str = SECRET,
) -> int:
    """A report as rows, which says who may have it; gives its id."""
    with writing() as session:
        partnership_id = world.partnerships[place.key.partition(".")[0]]
        number = len(session.scalars(select(TemplateRow.id)).all()) + 1
        form = publish(session, partnership_id, SHARED_FORM, number=number)
        invitation = session.get_one(Invitation, place.invitations[agency].id)
        report = add_report(
            session,
            partnership_id=partnership_id,
            invitation_id=invitation.id,
            template_id=form.id,
            status=ReportStatus.SUBMITTED,
            answers={SHARING_QUESTION: who, "worries": worry, "secret": secret},
            at=at,
            by_id=world.person(f"{place.key[0]}.{agency}.lead").user_id,
        )
        invitation.report_received_on = at.date()
        return report.id


def bundles_of(place: MeetingPlace) -> list[ReportBundle]:
    """Every bundle of a meeting, the first first."""
    db.session.rollback()
    rows = select(ReportBundle).where(ReportBundle.meeting_id == place.id).order_by(ReportBundle.number)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def bundle_bytes(viewer: Viewer, place: MeetingPlace, number: int) -> bytes:
    """The document, as its reader takes it along."""
    db.session.rollback()
    _stored, chunks = open_bundle(viewer, place.id, number)
    return b"".join(chunks)


def pdf(content: bytes) -> PdfReader:
    """A document as a reader's program opens it."""
    return PdfReader(BytesIO(content))


def words(content: bytes) -> str:
    """All that a document says, in one line."""
    return " ".join(" ".join(page.extract_text() for page in pdf(content).pages).split())


def invitation_of(place: MeetingPlace, agency: str) -> Invitation:
    """An agency's part, read anew."""
    db.session.rollback()
    row = select(Invitation).where(Invitation.id == place.invitations[agency].id)
    return db.session.scalars(row.execution_options(populate_existing=True)).one()
