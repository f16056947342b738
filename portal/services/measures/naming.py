"""What a series or a row is about, in words, and the names of agencies."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.figure_words import all_of_type, many_meetings
from portal.domain.measures import Measure, Of, Source
from portal.domain.vocabulary import AgencyType
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.rule_sets import RuleBook


def in_words(book: RuleBook, measure: Measure | None, of: Of, name: str) -> str:
    """Return what something is about: "Police, review conferences"; `name` is an agency's, or says whose meetings."""
    if name:
        who = name
    elif of.agency_type is not None:
        who = all_of_type(of.agency_type)
    else:
        who = "All agencies" if measure is not None and measure.source is Source.INVITATIONS else ""
    known = book.meeting_type(of.meeting_type) if of.meeting_type else None
    meetings = many_meetings(known.name) if known else ""
    if not meetings and measure is not None and measure.source is Source.INVITATIONS:
        meetings = "conferences"
    if not who:
        return meetings[:1].upper() + meetings[1:] if meetings else "The partnership"
    return f"{who}, {meetings}" if meetings else who


def agencies_named(
    session: Session, partnership_id: int, ids: Collection[int] | None, agency_type: AgencyType | None = None
) -> dict[int, str]:
    """Return a partnership's agencies by id, in the order of their names; `ids` None for all of them."""
    query = (
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == partnership_id)
    )
    if ids is not None:
        query = query.where(Agency.id.in_(ids))
    if agency_type is not None:
        query = query.where(Agency.agency_type == agency_type)
    return {row.id: row.name for row in session.execute(query.order_by(Agency.name, Agency.id))}
