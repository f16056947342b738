"""What an agency wants of its reports: whether its lead signs them off before they go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, contains_eager

from portal.access import agencies as agencies_access
from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.models.partnerships import PartnershipAgency
from portal.services.changes import changing
from portal.services.invitations.seen import AlreadySo

LEADS_ALONE = "Only the agency’s lead says whether its reports are signed off."


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """One agency's, and whether the viewer may change them."""

    agency_id: int
    agency_name: str
    signed_off: bool
    may_change: bool


def settings_of(viewer: Viewer, agency_id: int) -> ReportSettings:
    """What an agency that the viewer sees wants. Raises NotVisible."""
    listed = _listed(db.session(), viewer, agency_id)
    may_change = access.may_set_sign_off(viewer, listed)
    return ReportSettings(agency_id, listed.agency.name, listed.reports_signed_off, may_change)


def set_sign_off(viewer: Viewer, agency_id: int, *, signed_off: bool) -> bool:
    """Say whether the lead signs reports off; False where it was so already. What waits for a signature stays there.

    Raises NotVisible, and NotPermitted for anybody but the agency's lead.
    """
    try:
        with changing(viewer) as change:
            listed = _listed(change.session, viewer, agency_id)
            if not access.may_set_sign_off(viewer, listed):
                raise NotPermitted(LEADS_ALONE)
            if listed.reports_signed_off is signed_off:
                raise AlreadySo
            listed.reports_signed_off = signed_off
            change.log("agency.reports_signed" if signed_off else "agency.reports_unsigned", "agency", agency_id)
    except AlreadySo:
        return False
    return True


def _listed(session: Session, viewer: Viewer, agency_id: int) -> PartnershipAgency:
    listed = session.scalars(
        agencies_access.visible_to(viewer)
        .where(PartnershipAgency.agency_id == agency_id)
        .options(contains_eager(PartnershipAgency.agency))
    ).one_or_none()
    if listed is None:
        raise NotVisible("No such agency.")
    return listed
