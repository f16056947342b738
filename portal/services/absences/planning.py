"""Planning days away with a deputy, for oneself and for the people whom one looks after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.access import absences as access
from portal.access import people as people_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.absences import LONGEST_ABSENCE
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.notice_words import day_words
from portal.domain.vocabulary import Role
from portal.models.absences import Absence
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.absences.colleagues import Colleague, deputies_of
from portal.services.absences.listing import AbsenceDetails, details_of, find_absence, found_absence
from portal.services.changes import LOST, Change, changing
from portal.services.notices.telling import Telling, tell
from portal.services.people_locks import lock_memberships


@dataclass(frozen=True, slots=True)
class Planning:
    """Whose days away are planned, and who can stand in."""

    membership_id: int
    name: str
    role: Role
    agency: str | None
    is_own: bool
    deputies: tuple[Colleague, ...]


def planning_for(viewer: Viewer, membership_id: int) -> Planning:
    """Whose days away are planned, with the deputies to choose from. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    membership = _membership(session, viewer, membership_id)
    name, agency = session.execute(
        select(User.name, Agency.name)
        .select_from(User)
        .outerjoin(Agency, Agency.id == membership.agency_id)
        .where(User.id == membership.user_id)
    ).one()
    return Planning(
        membership.id,
        name,
        membership.role,
        agency,
        access.is_own(viewer, membership),
        tuple(deputies_of(session, membership)),
    )


def plan_absence(viewer: Viewer, membership_id: int, details: AbsenceDetails) -> int:
    """Plan days away and tell the deputy; gives the id.

    Raises NotVisible, NotPermitted, and Invalid for days that are over, too many or planned already, and for a deputy
    who cannot stand in.
    """
    with changing(_acting(viewer, membership_id)) as change:
        membership = _locked(change, viewer, membership_id)
        _check(change, membership, details)
        absence = Absence(
            partnership_id=membership.partnership_id,
            membership_id=membership.id,
            deputy_membership_id=details.deputy_membership_id,
            begins_on=details.begins_on,
            ends_on=details.ends_on,
            made_at=viewer.now,
            made_by_id=viewer.user_id,
        )
        change.session.add(absence)
        change.session.flush()
        change.log("absence.planned", "absence", absence.id)
        _tell_deputy(change, absence, membership)
        return absence.id


def change_absence(viewer: Viewer, absence_id: int, details: AbsenceDetails, *, version: int) -> bool:
    """Change days away or who stands in; says whether anything changed. Raises Conflict where somebody else did."""
    if find_absence(viewer, absence_id).details == details:
        return False
    membership_id = _own(viewer, absence_id).membership_id
    with changing(_acting(viewer, membership_id)) as change:
        membership = _locked(change, viewer, membership_id)
        absence = _own(viewer, absence_id)
        if absence.version != version:
            raise Conflict(
                LOST, mine=_in_words(change.session, details), theirs=_in_words(change.session, details_of(absence))
            )
        _check(change, membership, details, but=absence.id)
        absence.begins_on, absence.ends_on = details.begins_on, details.ends_on
        absence.deputy_membership_id = details.deputy_membership_id
        change.session.flush()
        change.log("absence.changed", "absence", absence.id)
        _tell_deputy(change, absence, membership)
    return True


def remove_absence(viewer: Viewer, absence_id: int) -> None:
    """Take days away back."""
    membership_id = _own(viewer, absence_id).membership_id
    with changing(_acting(viewer, membership_id)) as change:
        absence = _own(viewer, absence_id)
        change.session.delete(absence)
        change.log("absence.removed", "absence", absence_id)


def _acting(viewer: Viewer, membership_id: int) -> Viewer:
    """The viewer under the membership that is away where it is theirs, so that its partnership's trail tells of it."""
    return viewer.wearing(membership_id) or viewer


def _membership(session: Session, viewer: Viewer, membership_id: int) -> Membership:
    hats = [hat.membership_id for hat in viewer.hats]
    looked_after = people_access.visible_to(viewer).with_only_columns(Membership.id)
    found = session.scalar(
        select(Membership).where(
            Membership.id == membership_id, or_(Membership.id.in_(hats), Membership.id.in_(looked_after))
        )
    )
    if found is None:
        raise NotVisible("There is no such person.")
    if not access.may_plan(viewer, found):
        raise NotPermitted("Days away are planned by each person, and by whoever looks after their account.")
    return found


def _locked(change: Change, viewer: Viewer, membership_id: int) -> Membership:
    """The membership, locked, so that two absences planned at once cannot overlap."""
    _membership(change.session, viewer, membership_id)
    return lock_memberships(change, membership_id)[membership_id]


def _own(viewer: Viewer, absence_id: int) -> Absence:
    absence, membership = found_absence(viewer, absence_id)
    if not access.may_change(viewer, absence, membership):
        raise NotPermitted("These days away are over, or somebody else’s.")
    return absence


def _check(change: Change, membership: Membership, details: AbsenceDetails, *, but: int | None = None) -> None:
    errors: dict[str, list[str]] = {}
    if details.ends_on < details.begins_on:
        errors["ends_on"] = ["The last day must be the first day or later"]
    elif details.ends_on < change.viewer.today:
        errors["ends_on"] = ["The last day must be today or later"]
    elif (details.ends_on - details.begins_on).days >= LONGEST_ABSENCE:
        errors["ends_on"] = ["Days away are a year at most: after that, end the role"]
    else:
        _refuse_overlap(change, membership, details, but, errors)
    if details.deputy_membership_id not in {one.membership_id for one in deputies_of(change.session, membership)}:
        errors["deputy"] = ["Choose one of the people shown"]
    if errors:
        raise Invalid("The days away need mending.", errors=errors)


def _refuse_overlap(
    change: Change, membership: Membership, details: AbsenceDetails, but: int | None, errors: dict[str, list[str]]
) -> None:
    other = change.session.execute(
        select(Absence.begins_on, Absence.ends_on)
        .where(
            Absence.membership_id == membership.id,
            Absence.id != (but or 0),
            Absence.begins_on <= details.ends_on,
            Absence.ends_on >= details.begins_on,
        )
        .order_by(Absence.begins_on)
        .limit(1)
    ).first()
    if other is not None:
        errors["begins_on"] = [f"Some of these days are planned already: {_days(*other, change.viewer.today)}"]


def _tell_deputy(change: Change, absence: Absence, membership: Membership) -> None:
    name = change.session.scalar(select(User.name).where(User.id == membership.user_id))
    days = _days(absence.begins_on, absence.ends_on, change.viewer.today)
    told = Telling(
        NoticeKind.WORK_HANDED_OVER,
        "absence",
        absence.id,
        place=absence.version,
        what=f"You stand in for {name}: {days}"[:200],
    )
    tell(change, absence.partnership_id, [absence.deputy_membership_id], told)


def _days(first: date, last: date, today: date) -> str:
    if first == last:
        return day_words(first, today)
    return f"{day_words(first, today)} to {day_words(last, today)}"


def _in_words(session: Session, details: AbsenceDetails) -> dict[str, str]:
    deputy = session.scalar(
        select(User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.id == details.deputy_membership_id)
    )
    return {
        "First day": f"{details.begins_on.day} {details.begins_on:%B %Y}",
        "Last day": f"{details.ends_on.day} {details.ends_on:%B %Y}",
        "Deputy": deputy or "",
    }
