"""Saying that a report is not needed, because; and asking for it after all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import report_waivers as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.report_sharing import waiver_faults
from portal.domain.sharing_vocabulary import NotNeededReason
from portal.models.meetings import Invitation
from portal.models.report_waivers import ReportWaiver
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.report_sharing.rows import part_of, part_to_change

NOT_YOURS = "The chair and the coordinator say whether a report is needed."
NONE_DUE = "No report is due here, or it has come already."
ALREADY = "This was decided a moment ago. See what stands there now."


@dataclass(frozen=True, slots=True)
class WaiverPage:
    """What stands decided of one agency's report, the newest decision first."""

    invitation: Invitation
    waivers: tuple[ReportWaiver, ...]
    may_decide: bool
    may_waive: bool

    @property
    def standing(self) -> ReportWaiver | None:
        """Why it is not needed now."""
        return next((one for one in self.waivers if one.ended_at is None), None)


def waiver_page(viewer: Viewer, meeting_id: int, invitation_id: int) -> WaiverPage:
    """Whether an agency's report is needed, and what was decided about that. Raises NotVisible."""
    session: Session = db.session()
    invitation = part_of(session, viewer, meeting_id, invitation_id)
    waivers = session.scalars(
        access.visible_to(viewer)
        .where(ReportWaiver.invitation_id == invitation.id)
        .order_by(ReportWaiver.id.desc())
        .options(joinedload(ReportWaiver.waived_by), joinedload(ReportWaiver.ended_by))
    ).all()
    may_decide = access.may_decide(viewer, invitation, invitation.meeting)
    return WaiverPage(invitation, tuple(waivers), may_decide, may_decide and _is_due(invitation))


def why_not_needed(viewer: Viewer, invitation: Invitation) -> ReportWaiver | None:
    """What the chair or the coordinator decided of a report that the viewer has found theirs, while it stands."""
    session: Session = db.session()
    return session.scalars(
        access.visible_to(viewer)
        .where(ReportWaiver.invitation_id == invitation.id, ReportWaiver.ended_at.is_(None))
        .options(joinedload(ReportWaiver.waived_by))
    ).one_or_none()


def waive(viewer: Viewer, meeting_id: int, invitation_id: int, reason: NotNeededReason, words: str = "") -> None:
    """Say that a report is not needed: from now on it is due on no day, and figures ask for none.

    Said twice, it is one decision. Raises NotVisible, NotPermitted, Invalid by field, and Conflict where somebody else
    has decided it, or with another reason.
    """
    try:
        _waive(viewer, meeting_id, invitation_id, reason, words.strip())
    except AlreadySo:
        return


def _waive(viewer: Viewer, meeting_id: int, invitation_id: int, reason: NotNeededReason, words: str) -> None:
    with changing(viewer) as change:
        invitation = _to_decide(change, meeting_id, invitation_id)
        standing = _standing(change.session, invitation)
        if standing is not None:
            said = standing.reason, standing.words or "", standing.waived_by_id
            raise AlreadySo if said == (reason, words, viewer.user_id) else Conflict(ALREADY)
        if not _is_due(invitation):
            raise NotPermitted(NONE_DUE)
        if faults := waiver_faults(reason, words):
            raise Invalid("Say why it is not needed.", errors=faults)
        waiver = ReportWaiver(
            partnership_id=invitation.partnership_id,
            invitation_id=invitation.id,
            reason=reason,
            words=words or None,
            waived_at=viewer.now,
            waived_by_id=viewer.user_id,
        )
        change.session.add(waiver)
        _follow(change, invitation)
        change.log("report.not_needed", "invitation", invitation.id)


def ask_after_all(viewer: Viewer, meeting_id: int, invitation_id: int) -> None:
    """Take that back: the report is due again, on the day that the rules say.

    Raises NotVisible, NotPermitted, and Conflict where nothing stands to be taken back.
    """
    with changing(viewer) as change:
        invitation = _to_decide(change, meeting_id, invitation_id)
        standing = _standing(change.session, invitation)
        if standing is None:
            raise Conflict(ALREADY)
        standing.ended_at, standing.ended_by_id = viewer.now, viewer.user_id
        _follow(change, invitation)
        change.log("report.needed", "invitation", invitation.id)


def _to_decide(change: Change, meeting_id: int, invitation_id: int) -> Invitation:
    viewer = change.viewer
    seen = part_of(change.session, viewer, meeting_id, invitation_id)
    # The case first: what is due is worked out for all of its meetings.
    case_facts.hold(change.session, seen.partnership_id, [seen.meeting.case_id])
    invitation = part_to_change(change, meeting_id, invitation_id)
    if not access.may_decide(viewer, invitation, invitation.meeting):
        raise NotPermitted(NOT_YOURS)
    return invitation


def _is_due(invitation: Invitation) -> bool:
    return (
        invitation.expectation in ASKED_TO_REPORT
        and invitation.report_due_on is not None
        and invitation.report_received_on is None
    )


def _standing(session: Session, invitation: Invitation) -> ReportWaiver | None:
    return session.scalars(
        select(ReportWaiver)
        .where(ReportWaiver.invitation_id == invitation.id, ReportWaiver.ended_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def _follow(change: Change, invitation: Invitation) -> None:
    change.session.flush()
    case_facts.recount(change.session, invitation.partnership_id, [invitation.meeting.case_id])
