"""How many minutes were sent in time, of the meetings of a period: one number of the board's figures."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.access import indicators as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.minutes import PaperDay, Timeliness, timeliness
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.meetings import Meeting
from portal.models.minutes import SentPaper
from portal.services.rule_sets import rule_book


def papers_on_time(viewer: Viewer, kind: PaperKind, first: date, last: date) -> Timeliness:
    """Count, of the meetings counted as held from `first` to `last`, the papers sent in time and those due; no row.

    What was sent keeps the due day that it had then. One that is not due yet and not sent does not count; nor does a
    meeting whose kind has no such paper. By three queries. Raises NotPermitted for whoever reads no figures.
    """
    scope = access.scope(viewer)
    session: Session = db.session()
    book = rule_book(session, scope.partnership_id)
    section = RecordSection.MINUTES if kind is PaperKind.MINUTES else RecordSection.OUTCOMES
    rows = session.execute(
        select(Meeting.meeting_type_id, Meeting.held_on, SentPaper.due_on, SentPaper.sent_on)
        .outerjoin(SentPaper, and_(SentPaper.meeting_id == Meeting.id, SentPaper.kind == kind, SentPaper.number == 1))
        .where(
            Meeting.partnership_id == scope.partnership_id,
            Meeting.status.in_(COUNTED_STATUSES if kind is PaperKind.MINUTES else (MeetingStatus.HELD,)),
            Meeting.held_on >= first,
            Meeting.held_on <= last,
        )
    )
    papers = []
    for row in rows:
        if row.sent_on is not None:
            papers.append(PaperDay(row.due_on, row.sent_on))
        elif row.held_on is not None and section in book.with_id(row.meeting_type_id).sections:
            rule = book.rule(row.meeting_type_id, row.held_on).minutes
            due = rule.minutes_due if kind is PaperKind.MINUTES else rule.decisions_due
            papers.append(PaperDay(due(row.held_on), None))
    return timeliness(papers, viewer.today)
