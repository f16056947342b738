"""People and their roles: adding, changing and ending them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.access import people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.addresses import clean_email
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType, JoiningPurpose, Post, Role
from portal.models.people import JoiningLink, Membership, User
from portal.services import joining
from portal.services.changes import Change, changing
from portal.services.people_locks import current_memberships, for_change, lock_memberships, lock_person
from portal.services.positions import Position, check_agency, check_post, check_team, in_words, position_of
from portal.services.sessions import end_sessions
from portal.services.sleeping import wake_in

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Added:
    """A new membership, and the link's token where the person needs one to get in.

    `is_new` says whether the person was unknown until now; `needs_other` that they have no password yet and roles
    that the viewer does not look after, so that somebody who does must give them a link; `is_mailed` that their link
    goes to them by mail, so that there is none to hand over.
    """

    membership: Membership
    joining_token: str | None
    is_new: bool
    needs_other: bool
    is_mailed: bool = False


def add_person(
    viewer: Viewer,
    *,
    email: str,
    name: str,
    role: Role,
    agency_id: int | None = None,
    post: Post | None = None,
    team_id: int | None = None,
    sector: AgencyType | None = None,
) -> Added:
    """Give somebody a role in the viewer's partnership; a person of this address who exists already keeps their name.

    Raises NotPermitted for a role that the viewer may not give or for themselves, NotVisible for an agency that is
    not theirs to choose, Invalid for an address, name or team that will not do or a role that the person has already.
    """
    address, words = _checked(email, name)
    position = Position(role, post, team_id, sector).tidied()
    if viewer.partnership_id is None or not access.may_give(viewer, role, agency_id):
        raise NotPermitted("This role is not yours to give.")
    with changing(viewer) as change:
        check_agency(change, agency_id, role)
        check_post(position)
        check_team(change, agency_id, position.team_id)
        user, is_new = _find_or_add(change, address, words)
        lock_memberships(change)
        if not access.may_give_to(viewer, user.id):
            raise NotPermitted("Nobody gives a role to themselves.")
        current = current_memberships(change.session, user.id)
        _refuse_same(viewer, current, role, agency_id)
        membership = Membership(
            partnership_id=viewer.partnership_id,
            user_id=user.id,
            agency_id=agency_id,
            role=role,
            post=position.post,
            team_id=position.team_id,
            sector=position.sector,
            created_at=viewer.now,
        )
        if user.deactivated_at is not None:
            # Counted anew how long the account is not used: it could not be.
            user.deactivated_at, user.woken_at = None, viewer.now
            change.log("person.reactivated", "person", user.id)
        if user.asleep_at is not None:
            wake_in(change, user.id)
        change.session.add(membership)
        change.session.flush()
        change.log("membership.added", "membership", membership.id)
        _end_links(change, user.id)
        needs_link = user.password_hash is None
        may_hand = needs_link and access.may_hand_link(viewer, [*current, membership])
        token = joining.hand_over_link(change, user.id, JoiningPurpose.JOIN) if may_hand else None
        return Added(
            membership,
            token,
            is_new,
            needs_other=needs_link and not may_hand,
            is_mailed=may_hand and token is None,
        )


def change_membership(viewer: Viewer, membership_id: int, position: Position, *, version: int) -> bool:
    """Change somebody's role, post, team or sector; says whether anything changed. Their sessions end.

    Raises Conflict where somebody else changed it since the page was drawn, NotPermitted for a role that the viewer
    may not give and for the viewer's own membership, Invalid for a team or role that will not do.
    """
    wanted = position.tidied()
    if position_of(find_membership(viewer, membership_id)) == wanted:
        return False
    with changing(viewer) as change:
        _user, membership = lock_person(change, membership_id)
        if not access.may_manage(viewer, membership):
            raise NotPermitted("This role is not yours to change.")
        if not access.may_give(viewer, wanted.role, membership.agency_id):
            raise NotPermitted("This role is not yours to give.")
        if membership.version != version:
            raise Conflict(
                "Somebody else changed this role a moment ago. Nothing was overwritten.",
                mine=in_words(change, wanted),
                theirs=in_words(change, position_of(membership)),
            )
        check_agency(change, membership.agency_id, wanted.role)
        check_post(wanted)
        check_team(change, membership.agency_id, wanted.team_id)
        others = [row for row in current_memberships(change.session, membership.user_id) if row.id != membership.id]
        _refuse_same(viewer, others, wanted.role, membership.agency_id)
        if membership.role is not wanted.role:
            _end_links(change, membership.user_id)
        membership.role, membership.post = wanted.role, wanted.post
        membership.team_id, membership.sector = wanted.team_id, wanted.sector
        end_sessions(change.session, membership.user_id)
        change.log("membership.changed", "membership", membership.id)
        return True


def end_membership(viewer: Viewer, membership_id: int) -> bool:
    """End somebody's role; says whether it was their last, so that they cannot sign in at all. Their sessions end.

    Ending what has ended already changes nothing.
    """
    if find_membership(viewer, membership_id).ended_at is not None:
        return False
    with changing(viewer) as change:
        user, membership = lock_person(change, membership_id)
        if not access.may_manage(viewer, membership):
            raise NotPermitted("This role is not yours to end.")
        membership.ended_at = viewer.now
        change.session.flush()
        change.log("membership.ended", "membership", membership.id)
        was_last = not current_memberships(change.session, user.id)
        if was_last:
            user.deactivated_at = viewer.now
            _end_links(change, user.id)
            change.log("person.deactivated", "person", user.id)
        end_sessions(change.session, user.id)
    return was_last


def find_membership(viewer: Viewer, membership_id: int) -> Membership:
    """A membership that the viewer sees, on its own; raises NotVisible."""
    found = db.session.scalar(access.visible_to(viewer).where(Membership.id == membership_id))
    if found is None:
        raise NotVisible("There is no such person.")
    return found


def _checked(email: str, name: str) -> tuple[str, str]:
    errors: dict[str, list[str]] = {}
    address, words = "", " ".join(name.split())
    try:
        address = clean_email(email)
    except ValueError as fault:
        errors["email"] = [str(fault)]
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        errors["name"] = [f"Enter the person’s name, {LONGEST_NAME} characters or fewer"]
    if errors:
        raise Invalid("The person’s details need mending.", errors=errors)
    return address, words


def _refuse_same(viewer: Viewer, current: list[Membership], role: Role, agency_id: int | None) -> None:
    here = (viewer.partnership_id, role, agency_id)
    if any((row.partnership_id, row.role, row.agency_id) == here for row in current):
        raise Invalid("The role is there already.", errors={"email": ["This person has this role already"]})


def _find_or_add(change: Change, address: str, name: str) -> tuple[User, bool]:
    """The person of an address, locked until the commit, so that their roles change one after the other."""
    known = for_change(select(User).where(User.email == address))
    user = change.session.scalar(known)
    if user is not None:
        return user, False
    try:
        with change.session.begin_nested():
            user = User(email=address, name=name, created_at=change.viewer.now)
            change.session.add(user)
    except IntegrityError:
        # Somebody else added the same address between the two statements: it is one person all the same.
        return change.session.scalars(known).one(), False
    change.log("person.added", "person", user.id)
    return user, True


def _end_links(change: Change, user_id: int) -> None:
    """End the links that a person has not used yet, because they would open more than when they were made.

    Whoever holds a link can become the person: a lead who made one must not hold a chair's when its owner is made
    chair the day after.
    """
    change.session.execute(
        update(JoiningLink)
        .where(
            JoiningLink.user_id == user_id, JoiningLink.used_at.is_(None), JoiningLink.expires_at > change.viewer.now
        )
        .values(expires_at=change.viewer.now)
        .execution_options(synchronize_session=False)
    )
