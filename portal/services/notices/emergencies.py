"""What is told of a record that was opened in an emergency: at once to its keepers; its review to whoever opened."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Exists, exists, select

from portal.access.cases import is_about
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.restrictions import is_shut_out
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.models.restrictions import CaseRestriction, EmergencyOpening
from portal.services.changes import Change
from portal.services.closed_records import closures
from portal.services.notices.telling import Telling, tell

SUBJECT = "emergency_opening"


def tell_opened(change: Change, opening: EmergencyOpening) -> int:
    """Tell the managers, whoever made a restriction that stands, and the chairs of the family's meetings, at once.

    Where none of them may see the record, the coordinators who may are told; where nobody keeps it any more, the other
    managers: somebody always is. Neither whoever opened it nor anybody else to whom it is closed hears of it.
    """
    session, here = change.session, opening.partnership_id
    standing = closures(session, [here]).get(here, {}).get(opening.case_id, [])
    makers = set(
        session.scalars(
            select(CaseRestriction.made_by_id).where(
                CaseRestriction.case_id == opening.case_id, CaseRestriction.ended_at.is_(None)
            )
        )
    )
    chairs = set(session.scalars(select(Meeting.chair_membership_id).where(is_about(opening.case_id))))
    told: set[int] = set()
    coordinators: set[int] = set()
    managers: set[int] = set()
    for membership_id, user_id, role in _keeping(change, here):
        if user_id == opening.user_id:
            continue
        if role is Role.SAFEGUARDING_MANAGER:
            managers.add(membership_id)
        if is_shut_out(standing, user_id, change.viewer.today):
            continue
        if role is Role.COORDINATOR:
            coordinators.add(membership_id)
        if role is Role.SAFEGUARDING_MANAGER or user_id in makers or membership_id in chairs:
            told.add(membership_id)
    telling = Telling(
        NoticeKind.RECORD_OPENED, SUBJECT, opening.id, what="Record opened in an emergency", urgency=Urgency.URGENT
    )
    return tell(change, here, told or coordinators or managers, telling)


def tell_reviewed(change: Change, opening: EmergencyOpening) -> int:
    """Tell whoever opened it that somebody has said whether it was justified."""
    telling = Telling(NoticeKind.OPENING_REVIEWED, SUBJECT, opening.id, what="Opening in an emergency")
    return tell(change, opening.partnership_id, [opening.membership_id], telling)


def still_wanted() -> tuple[str, tuple[NoticeKind, ...], Exists]:
    """The subject, its kind, and the condition that a review still waits."""
    waits = exists().where(EmergencyOpening.id == Notice.subject_id, EmergencyOpening.reviewed_at.is_(None))
    return SUBJECT, (NoticeKind.RECORD_OPENED,), waits.correlate(Notice)


def _keeping(change: Change, partnership_id: int) -> Iterator[tuple[int, int, Role]]:
    rows = change.session.execute(
        select(Membership.id, Membership.user_id, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == partnership_id,
            Membership.role.in_((Role.SAFEGUARDING_MANAGER, Role.COORDINATOR, Role.CHAIR)),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )
    for row in rows:
        yield row.id, row.user_id, row.role
