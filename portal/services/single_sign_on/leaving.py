"""Signing out at the provider too: otherwise whoever sits down next is signed in there, and one click from here."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.single_sign_on import ProviderDown
from portal.models.identities import ProvidedSession
from portal.services.single_sign_on.providers import find, title_of


@dataclass(frozen=True, slots=True)
class Leaving:
    """The provider at which somebody is signed in still, and where they sign out there; None where it cannot be."""

    title: str
    address: str | None = field(repr=False)


def leaving_of(viewer: Viewer) -> Leaving | None:
    """Where the viewer signs out besides here; None for a sign-in that no provider made. Ask before it ends."""
    if viewer.session_id is None:
        return None
    held = db.session.execute(
        select(ProvidedSession.provider, ProvidedSession.id_token).where(
            ProvidedSession.session_id == viewer.session_id
        )
    ).one_or_none()
    if held is None:
        return None
    address = None
    if held.id_token is not None:
        try:
            installed, provider = find(held.provider)
            address = provider.leaving(viewer.now, id_token=held.id_token, back=installed.signed_out)
        except (NotVisible, ProviderDown):
            # Signing out here must work whatever happens there: the page says that they are still signed in there.
            address = None
    return Leaving(title_of(held.provider), address)
