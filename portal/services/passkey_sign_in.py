"""Signing in with a passkey: in place of the code after a password, or in place of both."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from portal.access.viewer import Viewer
from portal.database.session import writing
from portal.domain.passkeys import ChallengePurpose, Site
from portal.domain.signing_in import SignInWay, Step
from portal.services import known_people, local_sign_in, passkey_proofs, passwords, sessions, sign_in, throttle
from portal.services.changes import changing
from portal.services.passkey_proofs import Asked, PasskeyRefused
from portal.services.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """What a person has besides the password."""

    has_authenticator: bool
    has_passkey: bool


def options(viewer: Viewer, site: Site, browser: str, address: str) -> str:
    """What the browser of somebody who signs in is asked, as JSON. Raises Throttled.

    Without an address having been typed the browser itself knows whose passkeys it holds, so nobody learns here which
    addresses have an account.
    """
    return passkey_proofs.options(site, _asked(viewer, browser), address)


def check_passkey(viewer: Viewer, site: Site, answer: str, browser: str, address: str) -> SignIn:
    """Sign somebody in by a passkey alone; `viewer` is nobody yet. It has asked for a finger, a face or a PIN itself.

    Raises Throttled; PasskeyRefused, whatever is wrong, also for a deactivated account; and, only where the passkey is
    right, NotConnected, LocalSignInOff and Asleep.
    """
    # No address was typed: what is counted beside the network is this very answer.
    guess = throttle.begin(viewer.now, f"passkey {sha256(answer.encode(errors='replace')).hexdigest()}", address)
    try:
        proof = passkey_proofs.check(site, _asked(viewer, browser), answer)
        person = known_people.find_by_id(proof.user_id)
        if person is None or person.is_deactivated:
            raise PasskeyRefused(owner_id=proof.user_id)
        if not person.hats:
            with writing() as session:
                throttle.forget(session, guess)
            raise sign_in.NotConnected(sign_in.UNCONNECTED)
        acting = person.at(viewer.now)
        if (agency := local_sign_in.agency_without(acting)) is not None:
            with changing(acting) as change:
                throttle.forget(change.session, guess)
                throttle.log_wrong(change, "session.local_refused")
            raise sign_in.LocalSignInOff(local_sign_in.why_off(agency))
        with changing(acting) as change:
            throttle.forget(change.session, guess)
            if person.is_asleep:
                change.log("person.refused_asleep", "person", person.user_id)
            else:
                sign_in.make_sure_unchanged(change, person)
                passkey_proofs.use(change, proof)
                return sign_in.begin(change, person, step=Step.NONE, way=SignInWay.PASSKEY)
    except passwords.WrongPassword:
        # Deactivated, or given another password, a moment ago.
        raise PasskeyRefused from None
    except PasskeyRefused as refused:
        passkey_proofs.note_refusal(viewer, refused, guess)
        raise
    raise sign_in.Asleep(sign_in.ASLEEP)


def check_second_step(viewer: Viewer, site: Site, answer: str, address: str) -> SignIn:
    """Take a passkey in place of the code. Raises Throttled, PasskeyRefused and SignInOver."""
    acting = sign_in.acting_as(viewer)
    guess = throttle.begin(viewer.now, viewer.email, address)
    try:
        proof = passkey_proofs.check(site, _asked(viewer, ""), answer)
        with changing(acting) as change:
            passkey_proofs.use(change, proof)
            throttle.forget(change.session, guess)
            token = sessions.renew(change, viewer.session_id, way=SignInWay.PASSWORD_AND_PASSKEY)
            change.log("session.started", "person", viewer.user_id)
            sign_in.note(change, viewer.user_id)
    except PasskeyRefused as refused:
        passkey_proofs.note_refusal(viewer, refused, guess)
        raise
    return SignIn(token, acting, Step.NONE)


def second_steps(viewer: Viewer) -> SecondSteps:
    """With what somebody whose second step is still to come may take it."""
    person = known_people.find_by_id(viewer.user_id or 0)
    return SecondSteps(person is not None and person.has_authenticator, person is not None and person.has_passkey)


def _asked(viewer: Viewer, browser: str) -> Asked:
    if viewer.code_pending:
        return Asked(
            ChallengePurpose.SECOND_STEP, viewer.now, session_id=viewer.session_id, user_id=viewer.user_id or 0
        )
    return Asked(ChallengePurpose.SIGN_IN, viewer.now, browser=browser)
