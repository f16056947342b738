"""One's own passkeys: the list, one more, and one less. Whoever has none signs in as before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from portal.access import passkeys as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.passkeys import (
    LONGEST_NAME,
    MOST_PER_PERSON,
    ChallengePurpose,
    Site,
    leaves_a_second_step,
)
from portal.gateways import passkeys as gateway
from portal.models.passkeys import Passkey
from portal.models.people import User
from portal.services import known_people, passkey_challenges, passkey_proofs
from portal.services.changes import Change, changing
from portal.services.mailing import goes_by_mail, queue_account_mail
from portal.services.sent_forms import once
from portal.services.sessions import SignInOver, end_sessions

LAST = (
    "This is the only second step that your account has, and your role asks for one. "
    "Add another passkey first, then remove this one."
)
NO_MORE = f"You have {MOST_PER_PERSON} passkeys. Remove one that you no longer use first."

_USERS = cast(Table, User.__table__)
_PASSKEYS = cast(Table, Passkey.__table__)


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """One of the viewer's passkeys, as their account page shows it."""

    id: int
    name: str
    made_at: datetime
    last_used_at: datetime | None


def list_own(viewer: Viewer) -> list[OwnPasskey]:
    """The viewer's passkeys, in the order in which they were made."""
    rows = db.session.scalars(access.visible_to(viewer).order_by(Passkey.id))
    return [_shown(row) for row in rows]


def find_own(viewer: Viewer, passkey_id: int) -> OwnPasskey:
    """One of them. Raises NotVisible."""
    return _shown(_found(db.session(), viewer, passkey_id))


def options(viewer: Viewer, site: Site, address: str) -> str:
    """What the viewer's browser is asked to make a passkey, as JSON. Raises Throttled, and Invalid for too many."""
    if not access.may_add(viewer):
        raise NotPermitted("Only whoever is signed in adds a passkey.")
    known = passkey_proofs.known_keys(viewer.user_id or 0)
    if len(known) >= MOST_PER_PERSON:
        raise Invalid(NO_MORE)
    challenge = passkey_challenges.give(viewer.now, ChallengePurpose.ADD, address, session_id=viewer.session_id)
    return gateway.making_options(
        site,
        handle=_handle(viewer),
        email=viewer.email,
        name=viewer.name,
        challenge=challenge,
        known=known,
    )


def add(viewer: Viewer, site: Site, name: str, answer: str) -> None:
    """Keep a passkey that the viewer's browser has made. Raises PasskeyRefused, and Invalid for too many.

    They are told by mail, in case it was not they who made it.
    """
    try:
        claim = gateway.read_claim(answer)
    except gateway.Unproven as fault:
        raise _refused(viewer, str(fault)) from None
    given = passkey_challenges.take(claim.challenge, viewer.now, ChallengePurpose.ADD, session_id=viewer.session_id)
    if not given:
        with changing(viewer) as change:
            # Whoever sends the very same again is led to what it made.
            once(change)
            raise _refused(viewer, "no such challenge was given, or it was taken before")
    try:
        made = gateway.check_making(site, claim.challenge, answer)
    except gateway.Unproven as fault:
        raise _refused(viewer, str(fault)) from None
    with changing(viewer) as change:
        if not access.may_add(viewer):
            raise NotPermitted("Only whoever is signed in adds a passkey.")
        once(change)
        _lock(change)
        if change.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
            raise _refused(viewer, "somebody has this passkey already")
        if _how_many(change) >= MOST_PER_PERSON:
            raise Invalid(NO_MORE)
        passkey = Passkey(
            user_id=viewer.user_id or 0,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=",".join(made.transports),
            name=name[:LONGEST_NAME],
            made_at=viewer.now,
        )
        change.session.add(passkey)
        change.session.flush()
        change.log("passkey.added", "passkey", passkey.id)
        tell(change, viewer.user_id or 0, "added")


def remove(viewer: Viewer, passkey_id: int) -> None:
    """Take one of the viewer's passkeys away: it opens nothing any more, and their other sign-ins end.

    Raises NotVisible, and Invalid where it is the last second step of somebody whose role asks for one.
    """
    with changing(viewer) as change:
        _lock(change)
        passkey = _found(change.session, viewer, passkey_id)
        if not access.may_remove(viewer, passkey):
            raise NotPermitted("This passkey is not yours to remove.")
        if not _may_go(change):
            raise Invalid(LAST)
        change.session.execute(delete(_PASSKEYS).where(_PASSKEYS.c.id == passkey.id))
        # Whoever else had the device may be signed in with it.
        end_sessions(change.session, viewer.user_id or 0, except_id=viewer.session_id)
        change.log("passkey.removed", "passkey", passkey_id)
        tell(change, viewer.user_id or 0, "removed")


def may_go(viewer: Viewer) -> bool:
    """Whether the viewer can do with one passkey less."""
    person = known_people.find_by_id(viewer.user_id or 0)
    left = len(list_own(viewer)) - 1
    return person is not None and leaves_a_second_step(
        needed=known_people.needs_second_step(person.hats),
        has_authenticator=person.has_authenticator,
        passkeys_left=left,
    )


def forget_all(change: Change, user_id: int) -> None:
    """Take all passkeys of somebody whose second step is set up anew: the lost telephone may have held one."""
    gone = change.session.execute(delete(_PASSKEYS).where(_PASSKEYS.c.user_id == user_id).returning(_PASSKEYS.c.id))
    if gone.all():
        tell(change, user_id, "removed")


def tell(change: Change, user_id: int, what: str) -> None:
    """Tell somebody by mail that a passkey was `added` to their account or `removed` from it."""
    if goes_by_mail(change):
        queue_account_mail(change, user_id, f"passkey_{what}:{user_id}:{change.viewer.now.timestamp():.6f}")


def _shown(row: Passkey) -> OwnPasskey:
    return OwnPasskey(row.id, row.name, row.made_at, row.last_used_at)


def _found(session: Session, viewer: Viewer, passkey_id: int) -> Passkey:
    row = session.scalar(access.visible_to(viewer).where(Passkey.id == passkey_id))
    if row is None:
        raise NotVisible("There is no such passkey.")
    return row


def _handle(viewer: Viewer) -> bytes:
    """By which authenticators know the viewer's account: made once, and never of anything that says who it is."""
    known = select(_USERS.c.passkey_handle).where(_USERS.c.id == viewer.user_id)
    found = db.session.scalar(known)
    if found is None:
        with changing(viewer) as change:
            change.session.execute(
                update(_USERS)
                .where(_USERS.c.id == viewer.user_id, _USERS.c.passkey_handle.is_(None))
                .values(passkey_handle=secrets.token_bytes(32))
            )
            change.log("passkey.begun", "person", viewer.user_id)
            found = change.session.scalar(known)
    if found is None:
        raise SignInOver("You were signed out meanwhile. Sign in again.")
    return bytes(found)


def _lock(change: Change) -> None:
    """One after the other: two browsers that each remove one must not together remove the last."""
    change.session.execute(select(_USERS.c.id).where(_USERS.c.id == change.viewer.user_id).with_for_update())


def _how_many(change: Change) -> int:
    count = select(func.count()).select_from(_PASSKEYS).where(_PASSKEYS.c.user_id == change.viewer.user_id)
    return change.session.scalar(count) or 0


def _may_go(change: Change) -> bool:
    confirmed = change.session.scalar(select(_USERS.c.totp_confirmed_at).where(_USERS.c.id == change.viewer.user_id))
    return leaves_a_second_step(
        needed=known_people.needs_second_step(change.viewer.hats),
        has_authenticator=confirmed is not None,
        passkeys_left=_how_many(change) - 1,
    )


def _refused(viewer: Viewer, reason: str) -> passkey_proofs.PasskeyRefused:
    passkey_proofs.log.info("passkey not added", reason=reason[:200])
    return passkey_proofs.PasskeyRefused(owner_id=viewer.user_id)
