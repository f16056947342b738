"""What an answer of an authenticator proves: whose passkey signed which challenge, and that it is not a copy's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from sqlalchemy import Table, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import PortalError
from portal.domain.passkeys import ChallengePurpose, Site, counter_went_back
from portal.gateways import passkeys as gateway
from portal.models.passkeys import Passkey
from portal.models.people import User
from portal.services import known_people, passkey_challenges, throttle
from portal.services.changes import Change, changing

log = structlog.get_logger("portal.passkeys")

REFUSED = "This passkey was not accepted. Try again, or sign in another way"
REFUSED_VERB = "session.passkey_refused"
WENT_BACK_VERB = "passkey.counter_went_back"

_PASSKEYS = cast(Table, Passkey.__table__)


class PasskeyRefused(PortalError):
    """The answer does not prove what was asked. Whoever sent it is told no more than that."""

    def __init__(self, *, owner_id: int | None = None, went_back: bool = False) -> None:
        super().__init__(REFUSED)
        self.owner_id = owner_id
        """Whose passkey it named, where there is such a one."""
        self.went_back = went_back
        """Whether all was right but its count, which another copy of it must have shown before."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A passkey that has signed what it was given; `use` writes that down."""

    passkey_id: int
    user_id: int
    sign_count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer must be an answer to."""

    purpose: ChallengePurpose
    now: datetime
    session_id: int | None = None
    browser: str = ""
    user_id: int | None = None
    """Whose passkey it must be; without one anybody's who has an account."""


def options(site: Site, asked: Asked, address: str) -> str:
    """What a browser is asked so that it can answer, as JSON. Raises Throttled."""
    challenge = passkey_challenges.give(
        asked.now, asked.purpose, address, session_id=asked.session_id, browser=asked.browser
    )
    known = [] if asked.user_id is None else known_keys(asked.user_id)
    return gateway.asking_options(site, challenge=challenge, known=known)


def known_keys(user_id: int) -> list[gateway.KnownKey]:
    """Somebody's passkeys, as browsers are told of them."""
    rows = db.session.execute(
        select(Passkey.credential_id, Passkey.transports).where(Passkey.user_id == user_id).order_by(Passkey.id)
    )
    return [gateway.KnownKey(row.credential_id, tuple(filter(None, row.transports.split(",")))) for row in rows]


def check(site: Site, asked: Asked, answer: str) -> Proof:
    """Whose passkey answered. Its challenge is used up, whatever comes of it. Raises PasskeyRefused."""
    try:
        claim = gateway.read_claim(answer)
    except gateway.Unproven as fault:
        raise _refused(str(fault)) from None
    given = passkey_challenges.take(
        claim.challenge, asked.now, asked.purpose, session_id=asked.session_id, browser=asked.browser
    )
    row = db.session.execute(
        select(Passkey.id, Passkey.user_id, Passkey.public_key, Passkey.sign_count, User.passkey_handle)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == claim.credential_id)
    ).first()
    owner_id = None if row is None else row.user_id
    if not given:
        raise _refused("no such challenge was given, or it was taken before", owner_id)
    if row is None:
        raise _refused("nobody has this passkey")
    if asked.user_id is not None and row.user_id != asked.user_id:
        raise _refused("it is another person's", asked.user_id)
    if asked.user_id is None and claim.user_handle is None:
        raise _refused("it does not say whose it is", owner_id)
    if claim.user_handle is not None and claim.user_handle != row.passkey_handle:
        raise _refused("it says that it is another person's", owner_id)
    try:
        count = gateway.check_signing(site, claim.challenge, answer, row.public_key)
    except gateway.Unproven as fault:
        raise _refused(str(fault), owner_id) from None
    if counter_went_back(row.sign_count, count):
        log.warning("passkey refused", reason="its count went back", passkey=row.id)
        raise PasskeyRefused(owner_id=owner_id, went_back=True)
    return Proof(row.id, row.user_id, count)


def use(change: Change, proof: Proof) -> None:
    """Write down that a passkey was used. Raises PasskeyRefused where it was removed, or its count shown, meanwhile."""
    count = _PASSKEYS.c.sign_count
    onwards = count < proof.sign_count if proof.sign_count else count == 0
    done = change.session.execute(
        update(_PASSKEYS)
        .where(_PASSKEYS.c.id == proof.passkey_id, _PASSKEYS.c.user_id == proof.user_id, onwards)
        .values(sign_count=proof.sign_count, last_used_at=change.viewer.now)
        .returning(_PASSKEYS.c.id)
    ).first()
    if done is None:
        raise PasskeyRefused(owner_id=proof.user_id, went_back=True)


def note_refusal(viewer: Viewer, refused: PasskeyRefused, guess: int) -> None:
    """Let a wrong guess stand, and write it into the trail of whose passkey it was, where that is known.

    `viewer` is nobody yet, or whose second step or proof it was to be.
    """
    owner_id, acting = viewer.user_id or refused.owner_id, viewer
    if viewer.hat is None and owner_id is not None:
        owner = known_people.find_by_id(owner_id)
        acting = viewer if owner is None else owner.at(viewer.now)
    if acting.user_id is None:
        with writing() as session:
            throttle.stand(session, guess, viewer.now)
        return
    with changing(acting) as change:
        throttle.stand(change.session, guess, viewer.now)
        throttle.log_wrong(change, WENT_BACK_VERB if refused.went_back else REFUSED_VERB)


def _refused(reason: str, owner_id: int | None = None) -> PasskeyRefused:
    log.info("passkey refused", reason=reason[:200])
    return PasskeyRefused(owner_id=owner_id)
