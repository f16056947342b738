"""The ways back in for people who have lost their password, their link or their authenticator app."""

from __future__ import annotations

from sqlalchemy import delete, select

from portal.access import people as access
from portal.access.viewer import Viewer
from portal.domain.addresses import clean_email
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import JoiningPurpose
from portal.models.people import RecoveryCode, User
from portal.services import joining, passkeys
from portal.services.changes import Change, changing
from portal.services.people_locks import current_memberships, for_change, lock_person
from portal.services.sessions import end_sessions


def reissue_password_link(viewer: Viewer, membership_id: int) -> str | None:
    """A new link for somebody who has forgotten their password or let the first one lapse; older links end.

    Its token for the viewer to hand over; None where it goes to the person by mail.
    Raises NotPermitted unless the viewer looks after every role that the person has, here and elsewhere.
    """
    with changing(viewer) as change:
        user = _taken_over(change, membership_id)
        return joining.hand_over_link(change, user.id, _purpose(user))


def reset_authenticator(viewer: Viewer, membership_id: int) -> None:
    """Let somebody who has lost their telephone set up an authenticator app anew. Passkeys and sessions end.

    Raises NotPermitted unless the viewer looks after every role that the person has, here and elsewhere.
    """
    with changing(viewer) as change:
        user = _taken_over(change, membership_id)
        user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
        change.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        passkeys.forget_all(change, user.id)
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
        user = change.session.scalar(for_change(select(User).where(User.email == address)))
        if user is None:
            raise NotVisible(f"Nobody has the address {address}.")
        partnerships = sorted({row.partnership_id for row in current_memberships(change.session, user.id)})
        if not partnerships:
            raise Invalid(f"{address} has no role any more: flask people invite gives one.")
        for partnership_id in partnerships:
            change.log("joining_link.made", "person", user.id, partnership_id=partnership_id)
        return joining.make_link(change, user.id, _purpose(user))


def _taken_over(change: Change, membership_id: int) -> User:
    """The person whose way back in this is, locked; the viewer looks after every role that they have."""
    user, _membership = lock_person(change, membership_id)
    if not access.may_reissue(change.viewer, current_memberships(change.session, user.id)):
        raise NotPermitted("This person has a role that somebody else looks after.")
    return user


def _purpose(user: User) -> JoiningPurpose:
    return JoiningPurpose.JOIN if user.password_hash is None else JoiningPurpose.NEW_PASSWORD
