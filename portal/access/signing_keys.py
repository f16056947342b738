"""Who sees a partnership's signing key and the keys that it trusts, and who keeps them. Private halves never leave."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.signing_keys import SigningKey, TrustedKey


def own_visible_to(viewer: Viewer) -> Select[SigningKey]:
    """The active partnership's own key: for its business manager, and the leads whose returns it signs."""
    rows = select(SigningKey).where(SigningKey.partnership_id == viewer.partnership_id)
    return rows if may_use(viewer) else rows.where(false())


def trusted_visible_to(viewer: Viewer) -> Select[TrustedKey]:
    """The keys that the active partnership trusts, for the same people."""
    rows = select(TrustedKey).where(TrustedKey.partnership_id == viewer.partnership_id)
    return rows if may_use(viewer) else rows.where(false())


def may_use(viewer: Viewer) -> bool:
    """Whether returns are signed and checked for the viewer."""
    return viewer.partnership_id is not None and (may_keep(viewer) or viewer.may(Permission.AUDITS_LEAD))


def may_keep(viewer: Viewer) -> bool:
    """Whether the viewer says which partnerships are trusted."""
    return viewer.partnership_id is not None and viewer.may(Permission.AUDITS_RUN)
