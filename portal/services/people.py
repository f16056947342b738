"""People and their roles: adding, changing and ending them, and the links by which people get in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.addresses import clean_email
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType, JoiningPurpose, Post, Role
from portal.models.people import JoiningLink, Membership, RecoveryCode, User
from portal.services import joining
from portal.services.changes import Change, changing
from portal.services.positions import Position, check_agency, check_post, check_team, in_words, position_of
from portal.services.sessions import end_sessions

LONGEST_NAME = 120

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Added:
    """A new membership, and the link's token where the person needs one to get in.

    `is_new` says whether the person was unknown until now; `needs_other` that they have no password yet and roles
    that the viewer does not look after, so that somebody who does must give them a link.
    """

    membership: Membership
    joining_token: str | None
    is_new: bool
    needs_other: bool


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
        _locked_memberships(change)
        if not access.may_give_to(viewer, user.id):
            raise NotPermitted("Nobody gives a role to themselves.")
        current = _current(change.session, user.id)
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
            user.deactivated_at = None
            change.log("person.reactivated", "person", user.id)
        change.session.add(membership)
        change.session.flush()
        change.log("membership.added", "membership", membership.id)
        _end_links(change, user.id)
        needs_link = user.password_hash is None
        token = None
        if needs_link and access.may_hand_link(viewer, [*current, membership]):
            token = joining.make_link(change, user.id, JoiningPurpose.JOIN)
        return Added(membership, token, is_new, needs_other=needs_link and token is None)


def change_membership(viewer: Viewer, membership_id: int, position: Position, *, version: int) -> bool:
    """Change somebody's role, post, team or sector; says whether anything changed. Their sessions end.

    Raises Conflict where somebody else changed it since the page was drawn, NotPermitted for a role that the viewer
    may not give and for the viewer's own membership, Invalid for a team or role that will not do.
    """
    wanted = position.tidied()
    if position_of(find_membership(viewer, membership_id)) == wanted:
        return False
    with changing(viewer) as change:
        _user, membership = _locked(change, membership_id)
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
        others = [row for row in _current(change.session, membership.user_id) if row.id != membership.id]
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
        user, membership = _locked(change, membership_id)
        if not access.may_manage(viewer, membership):
            raise NotPermitted("This role is not yours to end.")
        membership.ended_at = viewer.now
        change.session.flush()
        change.log("membership.ended", "membership", membership.id)
        was_last = not _current(change.session, user.id)
        if was_last:
            user.deactivated_at = viewer.now
            _end_links(change, user.id)
            change.log("person.deactivated", "person", user.id)
        end_sessions(change.session, user.id)
    return was_last


def reissue_password_link(viewer: Viewer, membership_id: int) -> str:
    """A new link for somebody who has forgotten their password or let the first one lapse; older links end.

    Raises NotPermitted unless the viewer looks after every role that the person has, here and elsewhere.
    """
    with changing(viewer) as change:
        user, _membership = _taken_over(change, membership_id)
        return joining.make_link(change, user.id, _purpose(user))


def reset_authenticator(viewer: Viewer, membership_id: int) -> None:
    """Let somebody who has lost their telephone set up an authenticator app anew. Their sessions end.

    Raises NotPermitted unless the viewer looks after every role that the person has, here and elsewhere.
    """
    with changing(viewer) as change:
        user, _membership = _taken_over(change, membership_id)
        user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
        change.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        end_sessions(change.session, user.id)
        change.log("person.authenticator_reset", "person", user.id)


def reissue_by_operator(viewer: Viewer, email: str) -> str:
    """A new link for anybody by their address, for whoever runs the portal: the last way back in.

    It stands in the trail of every partnership that the person works in. Raises NotVisible.
    """
    if not viewer.is_system:
        raise NotPermitted("Only whoever runs the portal does this.")
    try:
        address = clean_email(email)
    except ValueError as fault:
        raise Invalid(str(fault)) from None
    with changing(viewer) as change:
        user = change.session.scalar(_for_change(select(User).where(User.email == address)))
        if user is None:
            raise NotVisible(f"Nobody has the address {address}.")
        partnerships = sorted({row.partnership_id for row in _current(change.session, user.id)})
        if not partnerships:
            raise Invalid(f"{address} has no role any more: flask people invite gives one.")
        for partnership_id in partnerships:
            change.log("joining_link.made", "person", user.id, partnership_id=partnership_id)
        return joining.make_link(change, user.id, _purpose(user))


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
    known = _for_change(select(User).where(User.email == address))
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


def _locked(change: Change, membership_id: int) -> tuple[User, Membership]:
    """A membership that the viewer sees and its person, who is locked first: no two changes to one person cross."""
    visible = access.visible_to(change.viewer).where(Membership.id == membership_id)
    user_id = change.session.scalar(visible.with_only_columns(Membership.user_id))
    if user_id is None:
        raise NotVisible("There is no such person.")
    user = change.session.scalars(_for_change(select(User).where(User.id == user_id))).one()
    return user, _locked_memberships(change, membership_id)[membership_id]


def _locked_memberships(change: Change, *membership_ids: int) -> dict[int, Membership]:
    """These memberships and the viewer's own, which must still be what it was when the request began.

    Of two administrators who end each other's role at once, the second has none any more. Locked in one order, so
    that neither waits for the other for ever.
    """
    own = change.viewer.membership_id
    wanted = [*membership_ids, *([] if own is None else [own])]
    rows = select(Membership).where(Membership.id.in_(wanted)).order_by(Membership.id)
    held = {row.id: row for row in change.session.scalars(_for_change(rows))}
    if own is not None and (held[own].ended_at is not None or held[own].role is not change.viewer.role):
        raise NotPermitted("Your own role has changed meanwhile.")
    return held


def _for_change(rows: Select[T]) -> Select[T]:
    """Lock rows and read them as they are after that; what only points at them (a link, a session) need not wait."""
    return rows.with_for_update(key_share=True).execution_options(populate_existing=True)


def _taken_over(change: Change, membership_id: int) -> tuple[User, Membership]:
    user, membership = _locked(change, membership_id)
    if not access.may_reissue(change.viewer, _current(change.session, user.id)):
        raise NotPermitted("This person has a role that somebody else looks after.")
    return user, membership


def _current(session: Session, user_id: int) -> list[Membership]:
    rows = select(Membership).where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    return list(session.scalars(rows.order_by(Membership.id)))


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


def _purpose(user: User) -> JoiningPurpose:
    return JoiningPurpose.JOIN if user.password_hash is None else JoiningPurpose.NEW_PASSWORD
