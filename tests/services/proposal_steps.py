"""What tests of proposals do again and again: have agencies miss meetings, close a register, read what it proposed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.vocabulary import Attendance, Expectation
from portal.models.escalations import Escalation, EscalationCause
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.services.escalations.deciding import raise_proposal
from portal.services.registers.closing import close_register
from tests.services.register_steps import IN_PERSON, closing, save
from tests.services.rows import change

SUMMARY, WANTED = "Nobody came, and nothing was sent.", "Send the report by Friday."


def proposal_of(place, agency) -> EscalationProposal | None:
    """What the rules proposed about one agency at a meeting, as it is kept."""
    db.session.rollback()
    query = select(EscalationProposal).where(EscalationProposal.invitation_id == place.invitations[agency].id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def proposals_at(place) -> list[EscalationProposal]:
    """All that closing a meeting's register proposed."""
    db.session.rollback()
    return list(db.session.scalars(select(EscalationProposal).where(EscalationProposal.meeting_id == place.id)))


def escalations_about(place) -> list[Escalation]:
    """What was raised about a meeting."""
    db.session.rollback()
    return list(db.session.scalars(select(Escalation).where(Escalation.meeting_id == place.id)))


def causes_of(escalation_id) -> list[EscalationCause]:
    """What led to an escalation, the newest first."""
    wanted = select(EscalationCause).where(EscalationCause.escalation_id == escalation_id)
    return list(db.session.scalars(wanted.order_by(EscalationCause.happened_on.desc(), EscalationCause.id.desc())))


def notices() -> int:
    """How often anybody was told anything."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Notice)) or 0


def close(chair, place, *absent, **said) -> None:
    """Close a register with everybody there but for these."""
    for agency, invited in place.invitations.items():
        change(Invitation, invited.id, report_received_on=date(2026, 6, 1), answer="attend")
        if agency in absent:
            change(Invitation, invited.id, report_received_on=None)
        elif agency != "other_gp":
            save(chair, place, agency, IN_PERSON)
    close_register(chair, place.id, closing(chair, place, **said))


def missed(world, meeting, agency, on=None) -> None:
    """Have an agency be expected at a meeting that is over, and be neither there nor heard of."""
    place = world.meeting(meeting)
    change(
        Invitation,
        place.invitations[agency].id,
        expectation=Expectation.EXPECTED,
        attendance=Attendance.NO_RESPONSE,
        confirmed_attendance=Attendance.NO_RESPONSE,
        report_received_on=None,
        answer="attend",
    )
    if on is not None:
        change(Meeting, place.id, held_on=on, scheduled_on=on)
        change(Invitation, place.invitations[agency].id, meeting_on=on)


def raise_it(viewer, row, **said):
    """Raise a proposal as it stands."""
    return raise_proposal(viewer, row.id, row.version, **({"summary": SUMMARY, "wanted": WANTED} | said))
