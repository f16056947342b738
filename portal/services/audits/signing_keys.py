"""The key that a partnership signs returns with, made when first needed, and the keys of others that it trusts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.access import signing_keys as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.gateways import signatures
from portal.models.partnerships import Partnership
from portal.models.signing_keys import SigningKey, TrustedKey
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo


@dataclass(frozen=True, slots=True)
class Keys:
    """A partnership's keys, as its business manager sees them; `own` is None until a key is made."""

    own: SigningKey | None
    trusted: Sequence[TrustedKey]


def keys_of(viewer: Viewer) -> Keys:
    """The viewer's partnership's keys."""
    return Keys(
        db.session.scalar(access.own_visible_to(viewer)),
        db.session.scalars(access.trusted_visible_to(viewer).order_by(TrustedKey.name, TrustedKey.id)).all(),
    )


def make_key(viewer: Viewer) -> bool:
    """Make the partnership's key; gives False where it has one. Raises NotPermitted."""
    _check_keeper(viewer)
    try:
        with changing(viewer) as change:
            before = change.session.scalar(access.own_visible_to(viewer))
            if before is not None:
                raise AlreadySo
            own_key(change)
    except AlreadySo:
        return False
    return True


def own_key(change: Change) -> SigningKey:
    """The partnership's key, made now if this is the first time that it is needed."""
    viewer = change.viewer
    # Two who need it at the same moment wait for each other here, so that there is never a second key.
    place = select(Partnership).where(Partnership.id == viewer.partnership_id).with_for_update(key_share=True)
    partnership = change.session.scalars(place).one()
    found = change.session.scalar(access.own_visible_to(viewer))
    if found is not None:
        return found
    private_key = signatures.new_private_key()
    public_key = signatures.public_key_of(private_key)
    made = SigningKey(
        partnership_id=partnership.id,
        private_key=private_key,
        public_key=public_key,
        fingerprint=signatures.fingerprint(public_key),
        made_at=viewer.now,
    )
    change.session.add(made)
    change.session.flush()
    change.log("signing_key.made", "partnership", partnership.id)
    return made


def trust(viewer: Viewer, name: str, public_key: str) -> bool:
    """Trust another partnership's key; gives False where it is trusted already.

    Raises NotPermitted, and Invalid by field where it is no key, or the partnership's own.
    """
    _check_keeper(viewer)
    try:
        key = signatures.read_public_key(public_key)
    except signatures.NotAKey:
        words = "This is not a public key. Copy all of it from the other partnership’s page; it ends with “=”"
        raise Invalid("Not a key.", errors={"public_key": [words]}) from None
    fingerprint = signatures.fingerprint(key)
    try:
        with changing(viewer) as change:
            # Two who enter the same key at the same moment wait for each other here.
            place = select(Partnership.id).where(Partnership.id == viewer.partnership_id)
            partnership_id = change.session.scalars(place.with_for_update(key_share=True)).one()
            own = change.session.scalar(access.own_visible_to(viewer))
            if own is not None and own.public_key == key:
                words = "This is your own partnership’s key. Enter the other partnership’s"
                raise Invalid("Own key.", errors={"public_key": [words]})
            if change.session.scalar(access.trusted_visible_to(viewer).where(TrustedKey.fingerprint == fingerprint)):
                raise AlreadySo
            added = TrustedKey(
                partnership_id=partnership_id,
                name=name,
                public_key=key,
                fingerprint=fingerprint,
                added_at=viewer.now,
                added_by_id=viewer.user_id,
            )
            change.session.add(added)
            change.session.flush()
            change.log("trusted_key.added", "trusted_key", added.id)
    except AlreadySo:
        return False
    return True


def distrust(viewer: Viewer, fingerprint: str) -> bool:
    """Trust a key no longer; gives False where it was not trusted. Raises NotPermitted."""
    _check_keeper(viewer)
    try:
        with changing(viewer) as change:
            query = access.trusted_visible_to(viewer).where(TrustedKey.fingerprint == fingerprint)
            found = change.session.scalar(query.with_for_update())
            if found is None:
                raise AlreadySo
            change.session.delete(found)
            change.log("trusted_key.removed", "trusted_key", found.id)
    except AlreadySo:
        return False
    return True


def _check_keeper(viewer: Viewer) -> None:
    if not access.may_keep(viewer) or viewer.user_id is None:
        raise NotPermitted("Keys are kept by the business manager.")
