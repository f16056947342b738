"""The lead gives sections of a return to colleagues, who then see and answer those and no others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast
from zlib import crc32

from sqlalchemy import ColumnElement, Select, Table, delete, insert, select
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access import people as people_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import Role
from portal.models.audits import AuditReturn, AuditRound, Response, SectionGiven
from portal.models.frameworks import Standard
from portal.models.people import Membership, User
from portal.services.changes import changing
from portal.services.invitations.seen import AlreadySo
from portal.services.notices.audits import tell_sections

NOBODY = "Nobody: the lead answers it"

_GIVEN = cast(Table, SectionGiven.__table__)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the agency who can be given a section."""

    membership_id: int
    name: str


@dataclass(frozen=True, slots=True)
class GivingPage:
    """A section, who could have it, and who has."""

    return_id: int
    round_title: str
    standard_id: int
    title: str
    summary: str
    colleagues: tuple[Colleague, ...]
    given: frozenset[int]

    @property
    def seen(self) -> int:
        """What a change of it is based on."""
        return seen_given(self.given)


def seen_given(membership_ids: Collection[int]) -> int:
    """Who had the section when a page was drawn, as one number."""
    return crc32(",".join(map(str, sorted(membership_ids))).encode()) & 0x7FFFFFFF


def giving_page(viewer: Viewer, return_id: int, standard_id: int) -> GivingPage:
    """A section to be given. Raises NotVisible, and NotPermitted for whoever does not lead the agency's return."""
    session: Session = db.session()
    row = session.execute(
        access.answers_visible_to(viewer)
        .join(Standard, Standard.id == Response.standard_id)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(
            Response.return_id == return_id,
            Response.standard_id == standard_id,
            Response.number == AuditReturn.number,
        )
        .with_only_columns(AuditReturn, AuditRound.title.label("round_title"), Standard.title, Standard.summary)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotVisible("No such section.")
    _check_leads(viewer, row.AuditReturn)
    given = session.scalars(_of(return_id, standard_id))
    return GivingPage(
        return_id,
        row.round_title,
        standard_id,
        row.title,
        row.summary,
        tuple(colleagues_of(session, viewer)),
        frozenset(given),
    )


def give_section(viewer: Viewer, return_id: int, standard_id: int, membership_ids: Collection[int], seen: int) -> bool:
    """Give a section to these colleagues and take it back from all others.

    Gives False where it was theirs already. Raises NotVisible, NotPermitted, Invalid for somebody who is no
    practitioner of the agency, and Conflict where it is no longer given to those `seen` (seen_given) on the page.
    """
    wanted = frozenset(membership_ids)
    try:
        with changing(viewer) as change:
            session = change.session
            found = session.scalar(access.visible_to(viewer).where(AuditReturn.id == return_id).with_for_update())
            if found is None or not _has_section(session, viewer, found, standard_id):
                raise NotVisible("No such section.")
            _check_leads(viewer, found)
            names = {colleague.membership_id: colleague.name for colleague in colleagues_of(session, viewer)}
            before = frozenset(session.scalars(_of(return_id, standard_id)))
            # Somebody who has left since may have it still: they can be taken away, but not given it.
            if not wanted - before <= names.keys():
                raise Invalid("No such colleague.", errors={"colleagues": ["Choose from the colleagues shown"]})
            if wanted == before:
                raise AlreadySo
            if seen_given(before) != seen:
                raise Conflict(
                    "Somebody else at your agency gave this section to others a moment ago.",
                    mine={"Given to": _words(wanted, names)},
                    theirs={"Given to": _words(before, names)},
                )
            place = {"partnership_id": found.partnership_id, "return_id": return_id, "standard_id": standard_id}
            if taken := before - wanted:
                session.execute(
                    delete(_GIVEN).where(*_where(return_id, standard_id), _GIVEN.c.membership_id.in_(taken))
                )
            if new := wanted - before:
                session.execute(insert(_GIVEN), [{**place, "membership_id": number} for number in sorted(new)])
            tell_sections(change, found, standard_id, new)
            for number in sorted(new):
                change.log("section.given", "membership", number)
            for number in sorted(taken):
                change.log("section.taken_back", "membership", number)
    except AlreadySo:
        return False
    return True


def colleagues_of(session: Session, viewer: Viewer) -> list[Colleague]:
    """The practitioners of the viewer's agency, by name: leads have every section anyway."""
    rows = session.execute(
        people_access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.agency_id == viewer.agency_id,
            Membership.role == Role.PRACTITIONER,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .with_only_columns(Membership.id, User.name)
        .order_by(User.name, Membership.id)
    )
    return [Colleague(number, name) for number, name in rows]


def _check_leads(viewer: Viewer, found: AuditReturn) -> None:
    if not access.may_lead(viewer, found) or found.status not in access.OPEN_STATUSES:
        raise NotPermitted("Sections of this return cannot be given now.")


def _has_section(session: Session, viewer: Viewer, found: AuditReturn, standard_id: int) -> bool:
    query = (
        access.answers_visible_to(viewer)
        .where(
            Response.return_id == found.id,
            Response.number == found.number,
            Response.standard_id == standard_id,
        )
        .with_only_columns(Response.id)
        .limit(1)
    )
    return session.scalar(query) is not None


def _where(return_id: int, standard_id: int) -> tuple[ColumnElement[bool], ...]:
    return _GIVEN.c.return_id == return_id, _GIVEN.c.standard_id == standard_id


def _of(return_id: int, standard_id: int) -> Select[int]:
    return select(_GIVEN.c.membership_id).where(*_where(return_id, standard_id))


def _words(membership_ids: Collection[int], names: dict[int, str]) -> str:
    known = sorted(names.get(number, "Somebody who has left") for number in membership_ids)
    return ", ".join(known) or NOBODY
