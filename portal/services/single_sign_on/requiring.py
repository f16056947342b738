"""Whether people of an agency may sign in with a password, or by single sign-on only: an administrator says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, exists, func, select, update
from sqlalchemy.orm import contains_eager

from portal.access import agencies as agencies_access
from portal.access import identities as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.signing_in import SessionEnd
from portal.models.identities import ProvidedSession
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership
from portal.models.sessions import SignInSession
from portal.services.changes import LOST, changing
from portal.services.single_sign_on.providers import offered

_SESSIONS = cast(Table, SignInSession.__table__)
_PROVIDED = cast(Table, ProvidedSession.__table__)
_HATS = cast(Table, Membership.__table__)


@dataclass(frozen=True, slots=True)
class LocalSignIn:
    """What holds for an agency, for the page on which an administrator decides it."""

    agency_id: int
    agency_name: str
    is_on: bool
    may_change: bool
    has_codes: bool
    """Whether a URN or an ODS code is kept, against which a provider's organisation can be held."""
    version: int


def local_sign_in_of(viewer: Viewer, agency_id: int) -> LocalSignIn:
    """What holds for an agency; raises NotVisible."""
    listed = _listed(viewer, agency_id)
    return LocalSignIn(
        agency_id=agency_id,
        agency_name=listed.agency.name,
        is_on=listed.local_sign_in,
        may_change=access.may_set_local(viewer),
        has_codes=bool(listed.agency.urn or listed.agency.ods_code),
        version=listed.version,
    )


def set_local_sign_in(viewer: Viewer, agency_id: int, *, is_on: bool, version: int) -> bool:
    """Say whether an agency's people may sign in with a password; off, their sign-ins made so end. False: as before.

    Raises NotVisible, NotPermitted, Conflict where somebody changed the agency since, and Invalid where there is no
    single sign-on to sign in by.
    """
    if not access.may_set_local(viewer):
        raise NotPermitted("Only an administrator says how people of an agency sign in.")
    if _listed(viewer, agency_id).local_sign_in is is_on:
        return False
    if not is_on and not offered():
        words = "No provider of single sign-on is set up: nobody of the agency could sign in"
        raise Invalid(words, errors={"way": [words]})
    with changing(viewer) as change:
        listed = _listed(viewer, agency_id)
        if listed.version != version:
            raise Conflict(LOST)
        listed.local_sign_in = is_on
        if not is_on:
            _end_local_sessions(viewer, agency_id)
        verb = "agency.local_sign_in_allowed" if is_on else "agency.local_sign_in_refused"
        change.log(verb, "agency", agency_id)
    return True


def _end_local_sessions(viewer: Viewer, agency_id: int) -> None:
    people = select(_HATS.c.user_id).where(
        _HATS.c.partnership_id == viewer.partnership_id, _HATS.c.agency_id == agency_id, _HATS.c.ended_at.is_(None)
    )
    provided = exists().where(_PROVIDED.c.session_id == _SESSIONS.c.id).correlate(_SESSIONS)
    db.session.execute(
        update(_SESSIONS)
        .where(_SESSIONS.c.user_id.in_(people), _SESSIONS.c.ended_at.is_(None), ~provided)
        .values(ended_at=func.current_timestamp(), ended_by=SessionEnd.ACCESS_CHANGED)
    )


def _listed(viewer: Viewer, agency_id: int) -> PartnershipAgency:
    rows = agencies_access.visible_to(viewer).options(contains_eager(PartnershipAgency.agency))
    listed = db.session.scalar(rows.where(PartnershipAgency.agency_id == agency_id))
    if listed is None:
        raise NotVisible("There is no such agency.")
    return listed
