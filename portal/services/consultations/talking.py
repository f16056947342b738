"""Writing down what an agency told the chair by telephone; the agency confirms it, and then it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import consultations as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.report_sharing import LONGEST_TALK, talk_faults, too_long
from portal.domain.sharing_vocabulary import ConsultationState
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation
from portal.services import activity
from portal.services.changes import Change, changing
from portal.services.notices.bundles import tell_recorded
from portal.services.report_sharing.rows import part_of, part_to_change
from portal.services.sent_forms import once

CONFIRMED = "The agency has confirmed this, so it cannot be taken back."
ONCE = "A colleague has confirmed this a moment ago. Nothing was overwritten."


@dataclass(frozen=True, slots=True)
class TalkPage:
    """One talk with the part in the meeting that it stands for."""

    talk: Consultation
    invitation: Invitation
    may_settle: bool
    may_take_back: bool


def part_to_talk_of(viewer: Viewer, meeting_id: int, invitation_id: int) -> Invitation:
    """Whose talk the chair would write down. Raises NotVisible and NotPermitted."""
    invitation = part_of(db.session(), viewer, meeting_id, invitation_id)
    _check_records(viewer, invitation)
    return invitation


def record_talk(
    viewer: Viewer, meeting_id: int, invitation_id: int, *, talked_on: date | None, talked_with: str, said: str
) -> int:
    """Keep it as the chair wrote it down, and ask the agency to confirm it; gives its id.

    Raises NotVisible, NotPermitted, Invalid by field, and SentAlready for the same form once more.
    """
    with changing(viewer) as change:
        once(change)
        invitation = part_to_change(change, meeting_id, invitation_id)
        _check_records(viewer, invitation)
        faults = talk_faults(talked_on, talked_with, said, viewer.today)
        if talked_on is None or faults:
            raise Invalid("This cannot be kept.", errors=faults)
        talk = Consultation(
            partnership_id=invitation.partnership_id,
            invitation_id=invitation.id,
            talked_on=talked_on,
            talked_with=talked_with.strip(),
            said=said.strip(),
            recorded_at=viewer.now,
            recorded_by_id=viewer.user_id,
            state=ConsultationState.WAITING,
        )
        change.session.add(talk)
        change.session.flush()
        change.log("consultation.recorded", "invitation", invitation.id)
        tell_recorded(change, talk, invitation)
        return talk.id


def read_talk(viewer: Viewer, meeting_id: int, talk_id: int) -> TalkPage:
    """A talk for whoever reads it; the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    talk = session.scalars(
        access.visible_to(viewer)
        .where(Consultation.id == talk_id)
        .options(joinedload(Consultation.recorded_by), joinedload(Consultation.settled_by))
    ).one_or_none()
    if talk is None:
        raise NotVisible("No such talk.")
    invitation = part_of(session, viewer, meeting_id, talk.invitation_id)
    activity.record_reading(viewer, "consultation.read", "invitation", [invitation.id])
    rows = talk, invitation, invitation.meeting
    return TalkPage(talk, invitation, access.may_settle(viewer, *rows), access.may_take_back(viewer, *rows))


def settle_talk(
    viewer: Viewer, meeting_id: int, talk_id: int, version: int, correction: str = "", *, is_read_out: bool = False
) -> None:
    """Confirm what the chair wrote down, or with a `correction` put it right: from now on it counts.

    It stands with the reports for the meeting, unless the agency says that it is to be read out there and no more.
    Raises NotVisible, NotPermitted, Invalid by field, and Conflict where a colleague has done so.
    """
    words = correction.strip()
    with changing(viewer) as change:
        talk = _to_settle(change, talk_id)
        invitation = part_to_change(change, meeting_id, talk.invitation_id)
        if talk.state is not ConsultationState.WAITING or talk.version != version:
            if invitation.agency_id != viewer.agency_id:
                raise NotPermitted("The agency confirms what it said.")
            raise Conflict(ONCE, mine={"correction": words}, theirs={"correction": talk.correction or ""})
        if not access.may_settle(viewer, talk, invitation, invitation.meeting):
            raise NotPermitted("The agency confirms what it said.")
        if faults := too_long("correction", words, LONGEST_TALK):
            raise Invalid("This cannot be kept.", errors=faults)
        talk.state = ConsultationState.CORRECTED if words else ConsultationState.CONFIRMED
        talk.correction = words or None
        talk.is_read_out = is_read_out
        talk.settled_at, talk.settled_by_id = viewer.now, viewer.user_id
        change.session.flush()
        _count(change, invitation)
        change.log("consultation.corrected" if words else "consultation.confirmed", "invitation", invitation.id)


def take_back_talk(viewer: Viewer, meeting_id: int, talk_id: int) -> None:
    """Take back what was written down of the wrong agency or family: from now on nobody reads it.

    Raises NotVisible, NotPermitted, and Conflict where the agency has confirmed it.
    """
    with changing(viewer) as change:
        talk = _to_settle(change, talk_id)
        invitation = part_to_change(change, meeting_id, talk.invitation_id)
        _check_records(viewer, invitation)
        if not access.may_take_back(viewer, talk, invitation, invitation.meeting):
            raise Conflict(CONFIRMED)
        talk.taken_back_at, talk.taken_back_by_id = viewer.now, viewer.user_id
        change.log("consultation.taken_back", "invitation", invitation.id)


def _count(change: Change, invitation: Invitation) -> None:
    """Figures count the first talk that the agency has confirmed."""
    days = change.session.scalars(
        select(Consultation.talked_on).where(
            Consultation.invitation_id == invitation.id, Consultation.state != ConsultationState.WAITING
        )
    ).all()
    invitation.consulted_on = min(days)


def _to_settle(change: Change, talk_id: int) -> Consultation:
    talk = change.session.scalars(
        access.visible_to(change.viewer).where(Consultation.id == talk_id).execution_options(populate_existing=True)
    ).one_or_none()
    if talk is None:
        raise NotVisible("No such talk.")
    return talk


def _check_records(viewer: Viewer, invitation: Invitation) -> None:
    if not access.may_record(viewer, invitation, invitation.meeting):
        raise NotPermitted("The meeting’s chair writes down a talk with an agency that has a part.")
