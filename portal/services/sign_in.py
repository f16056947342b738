"""Signing in: a password, then a code from an authenticator app, or its set-up, where a role asks for one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.scopes import within
from portal.database.session import writing
from portal.domain.errors import PortalError
from portal.domain.signing_in import SignInWay, Step
from portal.models.people import User
from portal.services import authenticator, known_people, local_sign_in, passwords, sessions, throttle
from portal.services.changes import Change, changing
from portal.services.known_people import KnownPerson
from portal.services.reach import scope_of

WRONG = "The email address or password is not right"
UNCONNECTED = (
    "Your account is not connected to an agency at present. "
    "Ask the person who looks after your agency’s accounts, or your partnership’s administrator"
)

ASLEEP = (
    "Your account is asleep, because nobody has used it for some time. Nothing is lost. "
    "Ask the person who looks after your agency’s accounts, or your partnership’s administrator, to wake it"
)


class Asleep(PortalError):
    """The password is right, and the account was put to sleep because nobody used it."""


class NotConnected(PortalError):
    """The password is right, and the person has no current membership anywhere."""


class LocalSignInOff(NotConnected):
    """The password is right, and people of the person's agency sign in by single sign-on only."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that came a step further: the cookie's new token, whose it is, and what is still asked for."""

    token: str = field(repr=False)
    viewer: Viewer
    step: Step
    codes_left: int | None = None
    """How many recovery codes are left, where one was just used."""


def check_password(viewer: Viewer, email: str, password: str, address: str) -> SignIn:
    """Take the first step; `viewer` is nobody yet.

    Raises Throttled; WrongPassword, the same for a wrong password, an unknown and a deactivated account; and, only
    where the password is right, NotConnected, LocalSignInOff and Asleep.
    """
    guess = throttle.begin(viewer.now, email, address)
    person = known_people.find_by_email(email)
    right = passwords.is_right(person.password_hash if person else None, password)
    if person is None or person.is_deactivated or not right:
        _refuse(viewer, person, guess)
        raise passwords.WrongPassword(WRONG)
    if not person.hats:
        with writing() as session:
            throttle.forget(session, guess)
        raise NotConnected(UNCONNECTED)
    if person.is_asleep:
        with changing(person.at(viewer.now)) as change:
            throttle.forget(change.session, guess)
            change.log("person.refused_asleep", "person", person.user_id)
        raise Asleep(ASLEEP)
    acting = person.at(viewer.now)
    if (agency := local_sign_in.agency_without(acting)) is not None:
        with changing(acting) as change:
            throttle.forget(change.session, guess)
            throttle.log_wrong(change, "session.local_refused")
        raise LocalSignInOff(local_sign_in.why_off(agency))
    stronger = None
    if person.password_hash is not None and passwords.is_outdated(person.password_hash):
        stronger = passwords.hash_password(password)
    with changing(acting) as change:
        throttle.forget(change.session, guess)
        make_sure_unchanged(change, person)
        if stronger is not None:
            passwords.replace_password(change, person.user_id, stronger, before=person.password_hash)
        return begin(change, person)


def begin(
    change: Change, person: KnownPerson, *, step: Step | None = None, way: SignInWay = SignInWay.PASSWORD
) -> SignIn:
    """Start a sign-in for somebody who was found to be this person, in some `way`.

    `step` is what is still asked for; without it what comes after a password.
    """
    step, acting = person.next_step if step is None else step, change.viewer
    if way not in (SignInWay.PASSWORD, SignInWay.PROVIDER) and (agency := local_sign_in.agency_without(acting)):
        # A password is asked about where it is checked; whatever else is the portal's own is so here.
        raise LocalSignInOff(local_sign_in.why_off(agency))
    setup_secret = authenticator.new_secret() if step is Step.SET_UP_CODE else None
    session_id, token = sessions.start(change, acting.membership_id, step, setup_secret, way=way)
    change.log("session.started" if step is Step.NONE else "session.password_accepted", "person", person.user_id)
    if step is Step.NONE:
        note(change, person.user_id)
    standing = Viewer(
        now=acting.now,
        user_id=person.user_id,
        name=person.name,
        email=person.email,
        session_id=session_id,
        hat=acting.hat if step is Step.NONE else None,
        hats=acting.hats if step is Step.NONE else (),
        proved_at=acting.now if step is Step.NONE else None,
        code_pending=step is not Step.NONE,
    )
    return SignIn(token, standing, step)


def check_code(viewer: Viewer, code: str, address: str) -> SignIn:
    """Take the second step: a code from the app, or one of the recovery codes.

    Raises Throttled, WrongCode and SignInOver. Each code is taken once, whoever else sends it at the same moment.
    """
    acting = acting_as(viewer)
    guess = throttle.begin(viewer.now, viewer.email, address)
    with changing(acting) as change:
        accepted = authenticator.accept(change, code)
        if accepted is None:
            throttle.log_wrong(change, "session.code_refused")
        else:
            throttle.forget(change.session, guess)
            token = sessions.renew(change, viewer.session_id, way=SignInWay.PASSWORD_AND_CODE)
            change.log("session.started", "person", viewer.user_id)
            note(change, viewer.user_id)
    if accepted is None:
        raise authenticator.WrongCode("This code is not right, or was used before.")
    return SignIn(token, acting, Step.NONE, accepted.codes_left)


def set_up_code(viewer: Viewer, code: str, address: str) -> tuple[SignIn, list[str]]:
    """Take the second step for the first time: tie the app to the account by a code; gives the recovery codes too.

    Raises Throttled, WrongCode and SignInOver.
    """
    acting = acting_as(viewer)
    guess = throttle.begin(viewer.now, viewer.email, address)
    with changing(acting) as change:
        confirmed = authenticator.confirm(change, viewer.session_id, code)
        if confirmed:
            throttle.forget(change.session, guess)
            recovery_codes = authenticator.write_recovery_codes(change)
            token = sessions.renew(change, viewer.session_id, way=SignInWay.PASSWORD_AND_CODE)
            change.log("person.authenticator_set", "person", viewer.user_id)
            change.log("session.started", "person", viewer.user_id)
            note(change, viewer.user_id)
        else:
            throttle.log_wrong(change, "session.code_refused")
    if not confirmed:
        raise authenticator.WrongCode("This code is not right.")
    return SignIn(token, acting, Step.NONE), recovery_codes


def note(change: Change, user_id: int | None) -> None:
    """Write down that somebody has signed in: an account that nobody uses is put to sleep."""
    change.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(last_signed_in_at=change.viewer.now)
        .execution_options(synchronize_session=False)
    )


def acting_as(viewer: Viewer) -> Viewer:
    """Who a pending viewer is about to be, having just shown who they are. Raises SignInOver."""
    person = known_people.find_by_id(viewer.user_id or 0)
    if person is None or not viewer.code_pending:
        raise sessions.SignInOver("You were signed out while you were signing in. Start again.")
    return replace(person.at(viewer.now), session_id=viewer.session_id, proved_at=viewer.now)


def _refuse(viewer: Viewer, person: KnownPerson | None, guess: int) -> None:
    acting = viewer if person is None else person.at(viewer.now)
    with within(scope_of(acting)), writing() as session:
        throttle.stand(session, guess, viewer.now)
        if person is not None:
            throttle.log_wrong(Change(session, acting), "session.password_refused")


def make_sure_unchanged(change: Change, person: KnownPerson) -> None:
    """Comparing a password takes long enough for it to be changed, or the account deactivated, in between."""
    row = change.session.execute(
        select(User.password_hash, User.deactivated_at, User.asleep_at)
        .where(User.id == person.user_id)
        .with_for_update(key_share=True)
    ).one()
    if row.deactivated_at is not None or row.password_hash != person.password_hash:
        raise passwords.WrongPassword(WRONG)
    if row.asleep_at is not None:
        raise Asleep(ASLEEP)
