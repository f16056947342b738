"""Putting the reports of a meeting together: thirty of them, each as long as a thorough one, as one tagged document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

from sqlalchemy import select

from benchmarks.databases import settle
from benchmarks.measuring import Limit, Result
from benchmarks.papers import conference_template
from benchmarks.run import Run
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.vocabulary import Expectation, MeetingFormat, MeetingStatus, ReportStatus
from portal.models.cases import Case
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.report_bundles import ReportBundle
from portal.models.rule_sets import MeetingType
from portal.services.reports.bundling import cut_bundle
from tests.report_forms import add_report
from tests.world import viewer_of

REPORTS = 30
SECONDS = Limit(2)
_ANSWERED = ("involvement", "strengths", "worries", "needs", "lived_experience", "child_voice")
_TEXT = "They come to school on most days, and say little of home. The mother rings when they are ill. " * 8


def measure(run: Run) -> Iterator[Result]:
    """From the click to the kept file: read, decrypted, set, encrypted, and told to everybody who comes."""
    with run.app.app_context():
        chair = viewer_of(run.area.people["chair"], now=run.area.now)
        meeting_id = _meeting(run, chair)
        settle(db.engine)
        db.session.remove()
        seconds = []
        for round_ in range(run.rounds):
            later = replace(chair, now=chair.now + timedelta(minutes=round_))
            start = perf_counter()
            cut_bundle(later, meeting_id)
            seconds.append(perf_counter() - start)
        size = db.session.scalar(
            select(StoredFile.size).join(ReportBundle, ReportBundle.file_id == StoredFile.id).limit(1)
        )
        db.session.remove()
    yield Result(
        what=f"A bundle of {REPORTS} reports as a tagged PDF, in seconds",
        database=run.database.kind,
        how="in process",
        values=tuple(seconds),
        limit=SECONDS,
        samples=f"{run.rounds} × 1",
        rows=f"{REPORTS} reports of {len(_ANSWERED) * len(_TEXT):,} characters, {run.area.rows}",
        aside=f"{(size or 0) / 1024:,.0f} KB",
    )


def _meeting(run: Run, chair: Viewer) -> int:
    """A conference of today to which thirty agencies have reported."""
    area, before = run.area, run.area.now - timedelta(days=3)
    own = {"partnership_id": area.partnership_id, "created_at": before}
    with writing() as session:
        case = Case(**own, reference="CASE-BUNDLE")
        session.add(case)
        session.flush()
        kind = session.scalars(select(MeetingType.id).order_by(MeetingType.position).limit(1)).one()
        meeting = Meeting(
            **own,
            reference="BUNDLE",
            meeting_type_id=kind,
            case_id=case.id,
            chair_membership_id=chair.membership_id,
            scheduled_on=area.today,
            status=MeetingStatus.SCHEDULED,
            format=MeetingFormat.HYBRID,
        )
        session.add(meeting)
        session.flush()
        template = session.scalars(conference_template(area.partnership_id)).one()
        agencies = session.scalars(
            select(PartnershipAgency.agency_id)
            .where(PartnershipAgency.partnership_id == area.partnership_id)
            .order_by(PartnershipAgency.agency_id)
            .limit(REPORTS)
        ).all()
        for agency_id in agencies:
            invitation = Invitation(
                **own,
                meeting_id=meeting.id,
                meeting_on=area.today,
                agency_id=agency_id,
                expectation=Expectation.EXPECTED,
                report_due_on=area.today,
                report_received_on=before.date(),
            )
            session.add(invitation)
            session.flush()
            add_report(
                session,
                partnership_id=area.partnership_id,
                invitation_id=invitation.id,
                template_id=template,
                status=ReportStatus.SUBMITTED,
                answers=dict.fromkeys(_ANSWERED, _TEXT),
                at=before,
                by_id=chair.user_id or 0,
            )
        return meeting.id
