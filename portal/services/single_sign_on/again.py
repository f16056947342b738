"""Showing anew that it is you by the provider that one came by: there may be nothing else to show it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, select, update

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.sign_on_activity import verb_of
from portal.domain.signing_in import Step, is_fresh
from portal.domain.single_sign_on import Refusal
from portal.models.identities import ProvidedSession
from portal.services import known_people, sessions
from portal.services.changes import changing
from portal.services.single_sign_on import linking, providers
from portal.services.single_sign_on.refusals import log_known
from portal.services.single_sign_on.vouching import SignOnRefused, Vouched

_PROVIDED = cast(Table, ProvidedSession.__table__)


@dataclass(frozen=True, slots=True)
class ProviderWay:
    """The provider by which somebody signed in, and may show anew that it is they."""

    name: str
    title: str
    is_trusted: bool
    """Whether its second step counted when they signed in."""
    has_vouched: bool
    """Whether it has done so within the last minutes, so that nothing but a code is asked for."""


def way_of(viewer: Viewer) -> ProviderWay | None:
    """The provider of the viewer's sign-in; None where none made it, or the settings have it no longer."""
    held = db.session.execute(
        select(ProvidedSession.provider, ProvidedSession.has_second_step, ProvidedSession.proved_at).where(
            ProvidedSession.session_id == viewer.session_id
        )
    ).one_or_none()
    if held is None or held.provider not in {each.name for each in providers.offered()}:
        return None
    return ProviderWay(
        name=held.provider,
        title=providers.title_of(held.provider),
        is_trusted=held.has_second_step,
        has_vouched=is_fresh(held.proved_at, viewer.now),
    )


def take(viewer: Viewer, vouched: Vouched, wanted: str | None) -> str | None:
    """Take the provider's word anew: the session's new token, or None where a code is asked for besides.

    As for signing in, its word alone is enough where it says that a second step was taken, or no role asks for one.
    Raises SignOnRefused and SignInOver.
    """
    person = known_people.find_by_id(viewer.user_id or 0)
    owner = linking.owner_of(vouched.issuer, vouched.claimed.subject)
    if person is None or owner != person.user_id:
        raise _refused(viewer, Refusal.ANOTHER, wanted)
    step = Step.NONE if vouched.has_second_step else person.next_step
    if step is Step.SET_UP_CODE:
        raise _refused(viewer, Refusal.WEAKER, wanted)
    with changing(viewer) as change:
        change.session.execute(
            update(_PROVIDED)
            .where(_PROVIDED.c.session_id == viewer.session_id)
            .values(proved_at=viewer.now, id_token=vouched.id_token)
        )
        if step is not Step.NONE:
            change.log("sign_on.vouched_anew", "person", viewer.user_id)
            return None
        token = sessions.renew(change, viewer.session_id)
        change.log("session.proved", "person", viewer.user_id)
    return token


def _refused(viewer: Viewer, refusal: Refusal, wanted: str | None) -> SignOnRefused:
    log_known(viewer, verb_of(refusal))
    return SignOnRefused(refusal, wanted=wanted)
