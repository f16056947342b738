"""Whose passkeys and sign-ins these are: everybody's own, whatever they work as, and nobody else's."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.passkeys import Passkey
from portal.models.sessions import SignInSession


def visible_to(viewer: Viewer) -> Select[Passkey]:
    """The viewer's own passkeys; administrators see none, only that a person's second step was reset."""
    if not _has_account(viewer):
        return select(Passkey).where(false())
    return select(Passkey).where(Passkey.user_id == viewer.user_id)


def may_view(viewer: Viewer, passkey: Passkey) -> bool:
    """Whether it is the viewer's."""
    return _has_account(viewer) and passkey.user_id == viewer.user_id


def may_add(viewer: Viewer) -> bool:
    """Whether the viewer adds passkeys: whoever is signed in, for themselves."""
    return _has_account(viewer)


def may_remove(viewer: Viewer, passkey: Passkey) -> bool:
    """Whether the viewer removes this passkey; that a second step stays is the domain's rule."""
    return may_view(viewer, passkey)


def sessions_visible_to(viewer: Viewer) -> Select[SignInSession]:
    """The viewer's own sign-ins, open or not, in whatever browser."""
    if not _has_account(viewer):
        return select(SignInSession).where(false())
    return select(SignInSession).where(SignInSession.user_id == viewer.user_id)


def may_end_session(viewer: Viewer, session: SignInSession) -> bool:
    """Whether the viewer ends this sign-in: one of theirs that somebody might still use."""
    return _has_account(viewer) and session.user_id == viewer.user_id and session.ended_at is None


def _has_account(viewer: Viewer) -> bool:
    return viewer.user_id is not None and viewer.is_signed_in and viewer.may(Permission.OWN_ACCOUNT)
