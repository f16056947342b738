"""Coming back from a provider: what it brought is taken once, proven, held against the account, and signed in.

Whoever is refused is told why in words, and it stands in the trail: under their name where the provider has proven who
they are, otherwise under nobody's, and then at most ten times in five minutes from one network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Table, or_, select, update
from sqlalchemy.exc import IntegrityError

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.sign_on_activity import verb_of
from portal.domain.signing_in import IDLE_FOR, SignInWay, Step
from portal.domain.single_sign_on import Claimed, ProofRefused, ProviderDown, Refusal, agrees
from portal.models.identities import Identity, ProvidedSession
from portal.models.partnerships import Agency
from portal.models.people import User
from portal.models.sessions import SignInSession
from portal.services import joining, known_people, passwords, sign_in
from portal.services.changes import Change, changing
from portal.services.known_people import KnownPerson
from portal.services.single_sign_on import again, linking
from portal.services.single_sign_on.providers import find
from portal.services.single_sign_on.refusals import log_down, log_known, log_stranger
from portal.services.single_sign_on.vouching import Attempt, SignOnRefused, Vouched, prove, take

_IDENTITIES = cast(Table, Identity.__table__)
_PROVIDED = cast(Table, ProvidedSession.__table__)
_SESSIONS = cast(Table, SignInSession.__table__)


@dataclass(frozen=True, slots=True)
class Returned:
    """A sign-in made by a provider, and the page of the portal that was wanted before."""

    made: sign_in.SignIn
    wanted: str | None
    is_linked_now: bool


@dataclass(frozen=True, slots=True)
class ReturnedAnew:
    """Somebody who was signed in, and has shown anew that it is they: the session's new token, and on to where.

    There is no token where the provider has vouched for them, and a code is asked for besides.
    """

    token: str | None = field(repr=False)
    wanted: str | None


def finish(
    viewer: Viewer, name: str, brought: Mapping[str, str], *, browser: str | None, address: str
) -> Returned | ReturnedAnew:
    """Sign in whoever came back with this; `browser` is what the browser kept, `address` where it is.

    Whoever is signed in, and left to show anew that it is they, stays so. Raises NotVisible, SignOnRefused,
    ProviderDown, and NotConnected and Asleep as signing in with a password does, LinkOver where the joining link ended
    meanwhile, and SignInOver where the sign-in did.
    """
    find(name)
    attempt: Attempt | None = None
    try:
        attempt = take(viewer, name, brought.get("state", ""), browser)
        vouched = prove(viewer, name, attempt, brought)
    except ProofRefused as refused:
        if viewer.is_signed_in and attempt is not None:
            log_known(viewer, verb_of(refused.refusal))
        else:
            log_stranger(viewer, verb_of(refused.refusal), address)
        raise SignOnRefused(refused.refusal, wanted=attempt.wanted if attempt else None) from None
    except ProviderDown as fault:
        log_down(viewer, name, fault, address)
        raise
    if attempt.session_id is not None:
        return ReturnedAnew(again.take(viewer, vouched, attempt.wanted), attempt.wanted)
    if attempt.joining_link_id is not None:
        return Returned(_link(viewer, attempt.joining_link_id, vouched), attempt.wanted, is_linked_now=True)
    return Returned(_sign_in(viewer, vouched, address), attempt.wanted, is_linked_now=False)


def _sign_in(viewer: Viewer, vouched: Vouched, address: str) -> sign_in.SignIn:
    user_id = db.session.scalar(
        select(Identity.user_id).where(Identity.issuer == vouched.issuer, Identity.subject == vouched.claimed.subject)
    )
    person = known_people.find_by_id(user_id) if user_id is not None else None
    if person is None:
        log_stranger(viewer, verb_of(Refusal.UNKNOWN), address)
        raise SignOnRefused(Refusal.UNKNOWN)
    acting = person.at(viewer.now)
    if person.is_deactivated:
        log_known(acting, verb_of(Refusal.CLOSED))
        raise SignOnRefused(Refusal.CLOSED)
    if not person.hats:
        raise sign_in.NotConnected(sign_in.UNCONNECTED)
    if person.is_asleep:
        with changing(acting) as change:
            change.log("person.refused_asleep", "person", person.user_id)
        raise sign_in.Asleep(sign_in.ASLEEP)
    hat = _agreeing(acting, vouched.claimed)
    with changing(acting.wearing(hat.membership_id) or acting) as change:
        used = change.session.execute(
            update(_IDENTITIES)
            .where(
                _IDENTITIES.c.user_id == person.user_id,
                _IDENTITIES.c.issuer == vouched.issuer,
                _IDENTITIES.c.subject == vouched.claimed.subject,
            )
            .values(last_used_at=viewer.now)
            .returning(_IDENTITIES.c.id)
        ).one_or_none()
        row = change.session.execute(
            select(User.deactivated_at, User.asleep_at).where(User.id == person.user_id).with_for_update(key_share=True)
        ).one()
        if used is None or row.deactivated_at is not None or row.asleep_at is not None:
            # Ended in the moment between.
            raise SignOnRefused(Refusal.UNKNOWN)
        return _begin(change, person, vouched)


def _link(viewer: Viewer, link_id: int, vouched: Vouched) -> sign_in.SignIn:
    """Use the joining link up: link its person's account, and sign them in."""
    link = joining.still_open(link_id, viewer.now)
    person = known_people.find_by_id(link.user_id)
    if person is None:
        raise joining.LinkOver("This link does not work any more.")
    if not person.hats:
        raise sign_in.NotConnected(sign_in.UNCONNECTED)
    acting = person.at(viewer.now)
    owner = linking.owner_of(vouched.issuer, vouched.claimed.subject)
    if owner not in (None, person.user_id):
        raise _taken(acting)
    hat = _agreeing(acting, vouched.claimed)
    # Before the transaction, because it takes its time. Nobody knows this password: the account has joined, and the
    # sign-in page takes as long over it as over any other.
    hashed = passwords.hash_password(joining.unknown_password()) if person.password_hash is None else None
    try:
        with changing(acting.wearing(hat.membership_id) or acting) as change:
            made_by = joining.take_up(change, link)
            if hashed is not None:
                passwords.replace_password(change, person.user_id, hashed, before=None)
            linking.put(change, person.user_id, vouched.provider, vouched.issuer, vouched.claimed.subject, made_by)
            joining.wake(change, person)
            return _begin(change, person, vouched)
    except IntegrityError:
        # Somebody else's account was linked with it in the moment between.
        raise _taken(acting) from None


def _taken(acting: Viewer) -> SignOnRefused:
    log_known(acting, verb_of(Refusal.TAKEN))
    return SignOnRefused(Refusal.TAKEN)


def _begin(change: Change, person: KnownPerson, vouched: Vouched) -> sign_in.SignIn:
    step = Step.NONE if vouched.has_second_step else None
    made = sign_in.begin(change, person, step=step, way=SignInWay.PROVIDER)
    # Sign-ins that ran out have left theirs behind, and nobody signs out of them any more.
    over = or_(_SESSIONS.c.ended_at.is_not(None), _SESSIONS.c.last_seen_at <= change.viewer.now - IDLE_FOR)
    change.session.execute(
        update(_PROVIDED)
        .where(_PROVIDED.c.session_id.in_(select(_SESSIONS.c.id).where(_SESSIONS.c.user_id == person.user_id, over)))
        .values(id_token=None)
    )
    change.session.add(
        ProvidedSession(
            session_id=made.viewer.session_id,
            provider=vouched.provider,
            has_second_step=vouched.has_second_step,
            id_token=vouched.id_token,
        )
    )
    return made


def _agreeing(acting: Viewer, claimed: Claimed) -> Hat:
    """The membership to begin with: one whose agency the provider vouches for, the last worn where it is such a one."""
    worn = acting.hat
    assert worn is not None  # noqa: S101  # nosec B101 - asked before: they have memberships
    if claimed.code is None:
        return worn
    ids = {hat.agency_id for hat in acting.hats if hat.agency_id is not None}
    rows = db.session.execute(select(Agency.id, Agency.urn, Agency.ods_code).where(Agency.id.in_(ids)))
    right = {row.id for row in rows if agrees(claimed, row.urn, row.ods_code)}
    found = [hat for hat in (worn, *acting.hats) if hat.agency_id in right]
    if found:
        return found[0]
    log_known(acting, verb_of(Refusal.ORGANISATION))
    raise SignOnRefused(Refusal.ORGANISATION, agency=worn.agency_name or "")
