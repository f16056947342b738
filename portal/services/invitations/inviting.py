"""Inviting the agency where a child is now, in the place of one that says that the child is not theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from portal.access import cases as cases_access
from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotVisible
from portal.domain.vocabulary import AgencyType, Answer, Expectation, ExpectationReason
from portal.models.cases import Child
from portal.models.involvements import Involvement
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.services.case_facts import hold, recount
from portal.services.changes import Change, changing
from portal.services.invitations.expectations import check_seen, invitation_to_change
from portal.services.invitations.expecting import expect
from portal.services.involvements import agencies_to_choose
from portal.services.notices import meetings as notices

_BECAUSE: Mapping[AgencyType, ExpectationReason] = {
    AgencyType.GP: ExpectationReason.REGISTERED,
    AgencyType.SCHOOL: ExpectationReason.ON_ROLL,
}
"""Why the agency where a child is now is asked; any other knows the child."""


def agencies_instead(viewer: Viewer, meeting_id: int) -> list[tuple[int, str]]:
    """The agencies that have no part in a meeting yet and can be given one, by name."""
    invited = access.invitations_visible_to(viewer).where(
        Invitation.meeting_id == meeting_id,
        (Invitation.expectation != Expectation.NOT_RELEVANT) | (Invitation.answer == Answer.NOT_OURS),
    )
    there = set(db.session.scalars(invited.with_only_columns(Invitation.agency_id)))
    return [(number, name) for number, name in agencies_to_choose(viewer) if number not in there]


def invite_instead(viewer: Viewer, meeting_id: int, invitation_id: int, agency_id: int | None, seen: int) -> int:
    """Invite another agency for what was expected of one that said "not ours", which is then not relevant.

    All in one: the family's involvement moves with it, the new agency is told. Gives the new invitation's id. Raises
    NotVisible, NotPermitted, Invalid by field ("agency_id"), or Conflict where the answer changed meanwhile.
    """
    with changing(viewer) as change:
        hold_family(change, meeting_id)
        invitation = invitation_to_change(change, meeting_id, invitation_id)
        check_seen(invitation, seen, mine="Invite the agency where the child is now")
        if invitation.answer is not Answer.NOT_OURS or invitation.expectation is Expectation.NOT_RELEVANT:
            raise Invalid("The agency did not say that this is not theirs.")
        expectation = invitation.expectation
        new_id = invite(change, invitation.meeting, agency_id, expectation)
        expect(change, invitation, Expectation.NOT_RELEVANT, ExpectationReason.MOVED_AWAY)
        move_involvements(change, _children(change, invitation), invitation.agency_id, agency_id or 0)
        finish(change, invitation.meeting, new_id)
        return new_id


def hold_family(change: Change, meeting_id: int) -> None:
    """Lock the case and its meetings before an invitation of one is touched. Raises NotVisible."""
    seen = access.visible_to(change.viewer).where(Meeting.id == meeting_id)
    found = change.session.execute(seen.with_only_columns(Meeting.partnership_id, Meeting.case_id)).one_or_none()
    if found is None:
        raise NotVisible("No such meeting.")
    hold(change.session, found.partnership_id, [found.case_id])


def invite(change: Change, meeting: Meeting, agency_id: int | None, expectation: Expectation) -> int:
    """Give an agency a part in a meeting; the id of its invitation. Raises Invalid by field ("agency_id")."""
    if meeting.named_people_only:
        raise Invalid("Named people only.", errors={"agency_id": ["This meeting is for people who are named on it"]})
    if agency_id is None or agency_id not in {number for number, _ in agencies_instead(change.viewer, meeting.id)}:
        raise Invalid("Not on offer.", errors={"agency_id": ["Choose an agency that has no part in this meeting yet"]})
    agency_type = change.session.scalars(select(Agency.agency_type).where(Agency.id == agency_id)).one()
    reason = _BECAUSE.get(agency_type, ExpectationReason.KNOWS_CHILD)
    there = change.session.scalars(
        select(Invitation).where(Invitation.meeting_id == meeting.id, Invitation.agency_id == agency_id)
    ).one_or_none()
    if there is not None:
        expect(change, there, expectation, reason)
        return there.id
    row = Invitation(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        meeting_on=meeting.scheduled_on,
        agency_id=agency_id,
        expectation=expectation,
        expectation_reason=reason,
        created_at=change.viewer.now,
    )
    change.session.add(row)
    change.session.flush()
    change.log("invitation.added", "invitation", row.id)
    return row.id


def move_involvements(change: Change, child_ids: Collection[int], from_agency: int, to_agency: int) -> None:
    """Write down that children whom one agency knew are with another now; each change is logged."""
    viewer, session = change.viewer, change.session
    agency_type = session.scalars(select(Agency.agency_type).where(Agency.id == to_agency)).one()
    current = session.scalars(
        select(Involvement).where(
            Involvement.child_id.in_(child_ids),
            Involvement.agency_id.in_((from_agency, to_agency)),
            Involvement.until.is_(None),
        )
    ).all()
    for row in current:
        if row.agency_id == from_agency:
            row.until = max(viewer.today, row.since or viewer.today)
            row.ended_at, row.ended_by_id = viewer.now, viewer.user_id
            change.log("involvement.ended", "involvement", row.id)
    there = {row.child_id for row in current if row.agency_id == to_agency}
    for child_id in sorted(set(child_ids) - there):
        new = Involvement(
            partnership_id=viewer.partnership_id,
            child_id=child_id,
            agency_id=to_agency,
            reason=_BECAUSE.get(agency_type, ExpectationReason.KNOWS_CHILD),
            created_at=viewer.now,
            created_by_id=viewer.user_id,
        )
        session.add(new)
        session.flush()
        change.log("involvement.added", "involvement", new.id)


def finish(change: Change, meeting: Meeting, invitation_id: int) -> None:
    """Work out what follows from a new invitation, its report's due day first, then tell the agency."""
    change.session.flush()
    recount(change.session, meeting.partnership_id, [meeting.case_id])
    notices.tell_invited(change, meeting.partnership_id, [invitation_id], again=True)


def _children(change: Change, invitation: Invitation) -> list[int]:
    """The children whom the agency was thought to know: those of its involvements, else all of the meeting's."""
    children = cases_access.children_of_meeting(invitation.meeting_id).with_only_columns(Child.id)
    known = change.session.scalars(
        select(Involvement.child_id).where(
            Involvement.agency_id == invitation.agency_id,
            Involvement.child_id.in_(children),
            Involvement.until.is_(None),
        )
    ).all()
    return list(known or change.session.scalars(children).all())
