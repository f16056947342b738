"""Whether somebody's agencies let them sign in with a password of the portal's own."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, select, tuple_

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.reach import under_every_hat

_LISTED = cast(Table, PartnershipAgency.__table__)
_AGENCIES = cast(Table, Agency.__table__)


def agency_without(acting: Viewer) -> str | None:
    """The agency that asks for single sign-on, of those that somebody works for; None where all take a password.

    Of several memberships the strictest holds: one password opens all of them.
    """
    wanted = [(hat.partnership_id, hat.agency_id) for hat in acting.hats if hat.agency_id is not None]
    if not wanted:
        return None
    with under_every_hat(acting):
        found: str | None = (
            db.session.connection()
            .execute(
                select(_AGENCIES.c.name)
                .join(_LISTED, _LISTED.c.agency_id == _AGENCIES.c.id)
                .where(
                    tuple_(_LISTED.c.partnership_id, _LISTED.c.agency_id).in_(wanted),
                    _LISTED.c.local_sign_in.is_(False),
                )
                .order_by(_AGENCIES.c.name)
                .limit(1)
            )
            .scalar_one_or_none()
        )
    return found


def why_off(agency: str) -> str:
    """What somebody is told who typed a right password for an account that takes none."""
    return (
        f"People of {agency} sign in here by single sign-on. Choose it above. If your account is not linked with it "
        "yet, ask your partnership’s administrator for a link"
    )
