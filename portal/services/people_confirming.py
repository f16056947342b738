"""Each quarter a lead says of everybody in the agency whether they still work there; whoever has left loses access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from portal.access import people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.periods import quarter_began
from portal.domain.vocabulary import Post, Role
from portal.models.absences import PeopleConfirmation
from portal.models.messages import Notice
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership, User
from portal.services import people
from portal.services.changes import Change, changing
from portal.services.open_work import Span, count_open_work, has_open_work
from portal.services.people_locks import for_change


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody of the agency, of whom the lead says whether they still work there."""

    membership_id: int
    name: str
    role: Role
    post: Post | None
    last_signed_in_at: datetime | None
    is_asleep: bool


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody whose role has ended, and how much open work is still theirs."""

    membership_id: int
    name: str
    role: Role
    number: int


def people_to_confirm(viewer: Viewer) -> list[Listed]:
    """Everybody in the lead's agency but the lead, by name. Raises NotPermitted for whoever leads none."""
    if not access.may_confirm(viewer):
        raise NotPermitted("Leads say who still works in their agency.")
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(Membership.ended_at.is_(None), Membership.user_id != viewer.user_id)
        .with_only_columns(
            Membership.id,
            User.name,
            Membership.role,
            Membership.post,
            User.last_signed_in_at,
            User.asleep_at.is_not(None),
        )
        .order_by(User.name, Membership.id)
    )
    return [Listed(*row) for row in rows]


def confirmed_at(viewer: Viewer) -> datetime | None:
    """When the people of the viewer's agency were confirmed in this quarter, if they were."""
    return db.session.scalar(
        select(PeopleConfirmation.confirmed_at).where(
            PeopleConfirmation.partnership_id == viewer.partnership_id,
            PeopleConfirmation.agency_id == viewer.agency_id,
            PeopleConfirmation.quarter_begins_on == quarter_began(viewer.today),
        )
    )


def confirm_people(viewer: Viewer, still_here: Mapping[int, bool]) -> int:
    """Take a lead's word of everybody at once: the roles of those who have left end; says how many.

    Raises Invalid, by membership, where somebody is left out: also somebody who was added meanwhile.
    """
    with changing(viewer) as change:
        # Two leads of an agency one after the other: the second finds what the first has said.
        change.session.execute(
            for_change(
                select(PartnershipAgency).where(
                    PartnershipAgency.partnership_id == viewer.partnership_id,
                    PartnershipAgency.agency_id == viewer.agency_id,
                )
            )
        )
        listed = {one.membership_id for one in people_to_confirm(viewer)}
        if missing := listed - still_here.keys():
            sentence = "Say whether this person still works with you"
            raise Invalid("Somebody is left out.", errors={str(number): [sentence] for number in sorted(missing)})
        leavers = sorted(number for number in listed if not still_here[number])
        for number in leavers:
            people.end_membership(viewer, number)
        _store(change)
    return len(leavers)


def _store(change: Change) -> None:
    viewer = change.viewer
    quarter = quarter_began(viewer.today)
    before = change.session.get(PeopleConfirmation, (viewer.partnership_id, viewer.agency_id, quarter))
    if before is None:
        before = PeopleConfirmation(
            partnership_id=viewer.partnership_id, agency_id=viewer.agency_id, quarter_begins_on=quarter
        )
        change.session.add(before)
    before.confirmed_at, before.confirmed_by_id = viewer.now, viewer.user_id or 0
    # What was asked for is done, by whichever lead.
    change.session.execute(
        update(Notice)
        .where(
            Notice.partnership_id == viewer.partnership_id,
            Notice.kind == NoticeKind.PEOPLE_TO_CONFIRM,
            Notice.subject == "agency",
            Notice.subject_id == viewer.agency_id,
            Notice.settled_at.is_(None),
        )
        .values(settled_at=viewer.now)
        .execution_options(synchronize_session=False)
    )
    change.log("people.confirmed", "agency", viewer.agency_id)


def leavers_with_work(viewer: Viewer) -> list[Leaver]:
    """People whom the viewer looks after, whose role has ended and who still have open work, by name."""
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(Membership.ended_at.is_not(None), has_open_work(viewer.today), Membership.user_id != viewer.user_id)
        .with_only_columns(Membership.id, User.name, Membership.role)
        .order_by(User.name, Membership.id)
    ).all()
    counts = count_open_work(db.session(), [row.id for row in rows], Span.all_from(viewer.today))
    return [Leaver(row.id, row.name, row.role, sum(counts.get(row.id, {}).values())) for row in rows]
