"""Step-up: whoever is signed in shows once more that it is they, before an export, a role or a bulk view."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.passkeys import ChallengePurpose, Site
from portal.domain.signing_in import Step
from portal.services import authenticator, known_people, passkey_proofs, passwords, sessions, throttle
from portal.services.changes import changing
from portal.services.known_people import KnownPerson
from portal.services.passkey_proofs import Asked, PasskeyRefused
from portal.services.single_sign_on.again import ProviderWay, way_of


@dataclass(frozen=True, slots=True)
class Ways:
    """By what somebody can show that it is they."""

    password: bool
    code: bool
    """Whether a code is asked for beside the password, or after what the provider has vouched for."""
    passkey: bool
    provider: ProviderWay | None = None
    """The provider by which they signed in: then it is asked, and no password, which they may not have."""


def ways_of(viewer: Viewer) -> Ways:
    """What the viewer's account has, and the provider by which they came."""
    person = known_people.find_by_id(viewer.user_id or 0)
    return Ways(False, False, False) if person is None else _ways(person, way_of(viewer))


def prove(viewer: Viewer, password: str, code: str, address: str) -> str:
    """Take the password (none where a provider has just vouched) and, where there is an app, a code: the new token.

    Raises Throttled, SignInOver, and Invalid at the field that is wrong. A recovery code is taken too.
    """
    ways = ways_of(viewer)
    if not ways.password and not ways.code:
        raise NotPermitted("This account shows in another way that it is its person's.")
    if ways.password:
        passwords.confirm_password(viewer, password, address)
    if not ways.code:
        return _proved(viewer)
    guess = throttle.begin(viewer.now, viewer.email, address)
    with changing(viewer) as change:
        accepted = authenticator.accept(change, code)
        if accepted is None:
            throttle.log_wrong(change, "session.code_refused")
        else:
            throttle.forget(change.session, guess)
            token = sessions.renew(change, viewer.session_id)
            change.log("session.proved", "person", viewer.user_id)
    if accepted is None:
        raise Invalid("That is not your code.", errors={"code": ["This code is not right, or was used before"]})
    return token


def passkey_options(viewer: Viewer, site: Site, address: str) -> str:
    """What the viewer's browser is asked, as JSON. Raises Throttled."""
    return passkey_proofs.options(site, _asked(viewer), address)


def prove_by_passkey(viewer: Viewer, site: Site, answer: str, address: str) -> str:
    """Take a passkey of the viewer's; gives the session's new token. Raises Throttled, PasskeyRefused, SignInOver."""
    guess = throttle.begin(viewer.now, viewer.email, address)
    try:
        proof = passkey_proofs.check(site, _asked(viewer), answer)
        with changing(viewer) as change:
            passkey_proofs.use(change, proof)
            throttle.forget(change.session, guess)
            token = sessions.renew(change, viewer.session_id)
            change.log("session.proved", "person", viewer.user_id)
    except PasskeyRefused as refused:
        passkey_proofs.note_refusal(viewer, refused, guess)
        raise
    return token


def _proved(viewer: Viewer) -> str:
    with changing(viewer) as change:
        token = sessions.renew(change, viewer.session_id)
        change.log("session.proved", "person", viewer.user_id)
    return token


def _ways(person: KnownPerson, provider: ProviderWay | None) -> Ways:
    """A password alone is enough only where it is enough for signing in."""
    # Where a passkey is the only second step that they have, the provider's word would lead nowhere: it does alone.
    if provider is not None and (provider.is_trusted or person.has_authenticator or person.next_step is Step.NONE):
        code = provider.has_vouched and person.has_authenticator
        return Ways(password=False, code=code, passkey=person.has_passkey, provider=provider)
    enough = person.has_authenticator or person.next_step is Step.NONE
    return Ways(
        password=person.password_hash is not None and enough,
        code=person.has_authenticator,
        passkey=person.has_passkey,
    )


def _asked(viewer: Viewer) -> Asked:
    return Asked(ChallengePurpose.PROVE, viewer.now, session_id=viewer.session_id, user_id=viewer.user_id or 0)
