"""How far what follows a meeting is, in a line for each part of its record: for the meeting's page, by one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, distinct, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.access import minutes as access
from portal.access import outcomes as outcomes_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind, Stance
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import MinutesCorrection, SentPaper
from portal.models.outcomes import AgencyView, Outcome


@dataclass(frozen=True, slots=True)
class Afterwards:
    """One line for each page; empty where the record of this kind has no such part, or there is nothing to say yet."""

    outcomes: str = ""
    views: str = ""
    papers: str = ""


def afterwards(viewer: Viewer, meeting: Meeting) -> Afterwards:
    """How far outcomes, views and papers of a meeting are, as far as its viewer knows; the caller has found it visible.

    Its type is loaded.
    """
    session: Session = db.session()
    row = session.execute(
        select(
            *(
                query.scalar_subquery().label(name)
                for name, query in (
                    *_of_outcomes(viewer, meeting.id),
                    *_of_views(viewer, meeting.id),
                    *_of_papers(viewer, meeting.id),
                )
            )
        )
    ).one()
    sections = meeting.meeting_type.sections
    has_begun = meeting.day <= viewer.today
    return Afterwards(
        outcomes=_outcomes(row, has_begun=has_begun) if RecordSection.OUTCOMES.value in sections else "",
        views=_views(viewer, row) if RecordSection.VIEWS.value in sections else "",
        papers=_papers(row, meeting) if RecordSection.MINUTES.value in sections else "",
    )


def _of_outcomes(viewer: Viewer, meeting_id: int) -> list[tuple[str, Select[Any]]]:
    of_meeting = outcomes_access.visible_to(viewer).where(Outcome.meeting_id == meeting_id)
    children = func.count(distinct(Outcome.child_id))
    return [
        ("signed", of_meeting.where(Outcome.signed_at.is_not(None)).with_only_columns(children)),
        ("drafted", of_meeting.where(Outcome.signed_at.is_(None)).with_only_columns(children)),
        ("amended", of_meeting.where(Outcome.number > 1).with_only_columns(children)),
    ]


def _of_views(viewer: Viewer, meeting_id: int) -> list[tuple[str, Select[Any]]]:
    newer = aliased(AgencyView)
    is_newest = ~exists().where(
        newer.invitation_id == AgencyView.invitation_id,
        newer.child_id == AgencyView.child_id,
        newer.number > AgencyView.number,
    ).correlate(AgencyView)
    of_meeting = outcomes_access.views_visible_to(viewer).where(Invitation.meeting_id == meeting_id)
    own = of_meeting.where(Invitation.agency_id == viewer.agency_id)
    dissents = of_meeting.where(and_(AgencyView.stance == Stance.DISSENTS, is_newest))
    return [
        ("given", own.with_only_columns(func.count(distinct(AgencyView.child_id)))),
        ("dissents", dissents.with_only_columns(func.count(AgencyView.id))),
    ]


def _of_papers(viewer: Viewer, meeting_id: int) -> list[tuple[str, Select[Any]]]:
    of_meeting = access.visible_to(viewer).where(SentPaper.meeting_id == meeting_id)
    minutes = of_meeting.where(SentPaper.kind == PaperKind.MINUTES)
    sheets = of_meeting.where(SentPaper.kind == PaperKind.DECISIONS)
    is_open = MinutesCorrection.outcome == CorrectionOutcome.OPEN
    asked = access.corrections_visible_to(viewer).where(Invitation.meeting_id == meeting_id, is_open)
    return [
        ("minutes_on", minutes.with_only_columns(func.max(SentPaper.sent_on))),
        ("sheets", sheets.with_only_columns(func.count(SentPaper.id))),
        ("corrections", asked.with_only_columns(func.count(MinutesCorrection.id))),
    ]


def _outcomes(row: Any, *, has_begun: bool) -> str:
    if row.amended:
        return "Signed off by the chair, and amended since"
    if row.signed:
        return "Signed off by the chair" if not row.drafted else "Signed off for some of the children"
    if row.drafted:
        return "Begun, and not signed off yet"
    return "Not signed off yet" if has_begun else ""


def _views(viewer: Viewer, row: Any) -> str:
    dissents = f"{row.dissents} {'dissent is' if row.dissents == 1 else 'dissents are'} in the record"
    if viewer.role in AGENCY_ROLES:
        own = "You have given your view" if row.given else "You have not given your view yet"
        return f"{own}. {dissents}" if row.dissents else own
    return dissents if row.dissents else ""


def _papers(row: Any, meeting: Meeting) -> str:
    if row.minutes_on is not None:
        sent = f"Minutes sent {row.minutes_on.day} {row.minutes_on:%B}"
        asked = "1 correction" if row.corrections == 1 else f"{row.corrections} corrections"
        return f"{sent}, {asked} to answer" if row.corrections else sent
    if row.sheets:
        return "Decision sheet sent, minutes not yet"
    return "Minutes not sent yet" if meeting.register_closed_at is not None else ""
