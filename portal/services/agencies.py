"""Agencies of a partnership: the list, adding and changing them, and sharing one with another partnership."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from portal.access import agencies as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.scopes import ACROSS
from portal.database.session import db
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.vocabulary import ANSWERING_ROLES, AgencyType
from portal.models.partnerships import Agency, Partnership, PartnershipAgency
from portal.models.people import Membership, User
from portal.services.agency_entries import (
    Details,
    Outcome,
    Put,
    add_entry,
    by_code,
    details_of,
    listing_partnerships,
    rewrite,
    share,
)
from portal.services.changes import Change, changing
from portal.services.paging import PER_PAGE, Page, count, page_number


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One line of the list; `people` is empty for those who do not look after it."""

    id: int
    code: str
    name: str
    agency_type: AgencyType
    urn: str | None
    ods_code: str | None
    also_in: tuple[str, ...]
    people: int | None


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """An agency's own page."""

    id: int
    details: Details
    version: int
    agency_version: int
    also_in: tuple[str, ...]
    people: int | None
    may_change: bool
    may_describe: bool


def list_agencies(
    viewer: Viewer, *, search: str = "", agency_type: AgencyType | None = None, page: int = 1
) -> Page[AgencyRow]:
    """The agencies that the viewer sees, by name; `search` is part of a name, or a whole code, URN or ODS code."""
    rows = access.visible_to(viewer).with_only_columns(
        PartnershipAgency.agency_id,
        PartnershipAgency.code,
        Agency.name,
        Agency.agency_type,
        Agency.urn,
        Agency.ods_code,
    )
    words = search.strip()
    if words:
        rows = rows.where(
            or_(
                Agency.name.icontains(words, autoescape=True),
                func.lower(PartnershipAgency.code) == words.lower(),
                Agency.urn == words,
                Agency.ods_code == words.upper(),
            )
        )
    if agency_type is not None:
        rows = rows.where(Agency.agency_type == agency_type)
    total = count(rows)
    number = page_number(page, total)
    ordered = rows.order_by(Agency.name, PartnershipAgency.agency_id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    found = db.session.execute(ordered).all()
    ids = [row.agency_id for row in found]
    shared = _also_in(viewer, ids)
    people = _people(viewer, ids)
    listed = [
        AgencyRow(*row, shared.get(row.agency_id, ()), people[row.agency_id] if people else None) for row in found
    ]
    return Page(listed, number, total)


def find_agency(viewer: Viewer, agency_id: int) -> AgencyEntry:
    """One agency with what its page says; raises NotVisible."""
    listed = _listed(viewer, agency_id)
    shared_by = listing_partnerships(db.session(), agency_id)
    people = _people(viewer, [agency_id])
    return AgencyEntry(
        id=agency_id,
        details=details_of(listed, listed.agency),
        version=listed.version,
        agency_version=listed.agency.version,
        also_in=_also_in(viewer, [agency_id]).get(agency_id, ()),
        people=people[agency_id] if people else None,
        may_change=access.may_manage(viewer),
        may_describe=access.may_describe(viewer, shared_by),
    )


def agency_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """(id, name) of every agency that the viewer sees, by name, to choose one from."""
    rows = access.visible_to(viewer).with_only_columns(PartnershipAgency.agency_id, Agency.name)
    return [(row.agency_id, row.name) for row in db.session.execute(rows.order_by(Agency.name, Agency.id))]


def adoptable(viewer: Viewer) -> list[tuple[int, str]]:
    """(id, name) of agencies that the viewer sees in another of their partnerships and that are not in this one."""
    here = select(PartnershipAgency.agency_id).where(PartnershipAgency.partnership_id == viewer.partnership_id)
    found: dict[int, str] = {}
    for other in access.under_each_hat(viewer):
        if other.partnership_id != viewer.partnership_id:
            rows = access.visible_to(other).with_only_columns(PartnershipAgency.agency_id, Agency.name)
            found.update(
                (row.agency_id, row.name)
                for row in db.session.execute(rows.where(PartnershipAgency.agency_id.not_in(here)))
            )
    return sorted(found.items(), key=lambda agency: (agency[1], agency[0]))


def id_of_code(viewer: Viewer, code: str) -> int:
    """The agency that files and scripts know by this code; raises NotVisible."""
    rows = access.visible_to(viewer).with_only_columns(PartnershipAgency.agency_id)
    found = db.session.scalar(rows.where(PartnershipAgency.code == code))
    if found is None:
        raise NotVisible(f"No agency of this partnership has the code {code}.")
    return found


def add_agency(
    viewer: Viewer,
    code: str,
    name: str,
    agency_type: AgencyType,
    urn: str | None = None,
    ods_code: str | None = None,
    email: str | None = None,
    phase: SchoolPhase | None = None,
) -> Put:
    """Put an agency on the partnership's list; one of the same type and URN or ODS code elsewhere is shared.

    Raises Invalid for a code that is taken, or an agency that stands on the list already.
    """
    given = Details(code, name, agency_type, urn, ods_code, email, phase).checked()
    with _keeping_the_list(viewer) as change:
        _refuse_code(change, given.code)
        return add_entry(change, given)


def adopt_agency(viewer: Viewer, agency_id: int, code: str, email: str | None = None) -> Put:
    """Share an agency of another partnership, such as a police force that serves both; its name stays.

    Raises NotVisible where the viewer does not know the agency from a partnership of theirs.
    """
    with _keeping_the_list(viewer) as change:
        agency = change.session.get(Agency, agency_id)
        entries = list(
            change.session.scalars(select(PartnershipAgency).where(PartnershipAgency.agency_id == agency_id))
        )
        if agency is None or not access.may_adopt(viewer, agency, entries):
            raise NotVisible("There is no such agency.")
        given = Details(code, agency.name, agency.agency_type, agency.urn, agency.ods_code, email).checked()
        _refuse_code(change, given.code)
        return share(change, agency, given)


def change_agency(viewer: Viewer, agency_id: int, details: Details, *, version: int, agency_version: int) -> Outcome:
    """Change an agency's entry; what describes it everywhere only where the viewer keeps every list it is on.

    `version` is the entry's and `agency_version` the agency's own, as the page was drawn. Raises Conflict where
    somebody changed one since, Invalid for a code or number that is another's.
    """
    given = details.checked()
    if find_agency(viewer, agency_id).details == given:
        return Outcome.UNCHANGED
    with _keeping_the_list(viewer) as change:
        listed = _listed(viewer, agency_id)
        now = details_of(listed, listed.agency)
        describes = access.may_describe(viewer, listing_partnerships(change.session, agency_id))
        if not describes and given.description != now.description:
            raise NotPermitted("Another partnership shares this agency: its name and type stay.")
        if (listed.version, listed.agency.version) != (version, agency_version):
            raise Conflict(
                "Somebody else changed this agency a moment ago. Nothing was overwritten.",
                mine=_in_words(given),
                theirs=_in_words(now),
            )
        if given.code != listed.code:
            _refuse_code(change, given.code)
        return rewrite(change, listed, listed.agency, given, describes=describes).outcome


@contextmanager
def _keeping_the_list(viewer: Viewer) -> Iterator[Change]:
    if not access.may_manage(viewer):
        raise NotPermitted("This role does not keep the list of agencies.")
    with changing(viewer) as change:
        yield change


def _refuse_code(change: Change, code: str) -> None:
    if by_code(change.session, change.viewer.partnership_id, code) is not None:
        raise Invalid("The code is taken.", errors={"code": ["Another agency has this code: choose another"]})


def _listed(viewer: Viewer, agency_id: int) -> PartnershipAgency:
    rows = access.visible_to(viewer).options(contains_eager(PartnershipAgency.agency))
    listed = db.session.scalar(rows.where(PartnershipAgency.agency_id == agency_id))
    if listed is None:
        raise NotVisible("There is no such agency.")
    return listed


def _also_in(viewer: Viewer, agency_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The other partnerships that share these agencies: by name those that the viewer works in, counted the rest."""
    rows = (
        select(PartnershipAgency.agency_id, Partnership.id, Partnership.name)
        .join(Partnership, Partnership.id == PartnershipAgency.partnership_id)
        .where(PartnershipAgency.agency_id.in_(agency_ids), Partnership.id != viewer.partnership_id)
        .order_by(Partnership.name)
        .execution_options(**ACROSS)
    )
    own = {hat.partnership_id for hat in viewer.hats}
    named: dict[int, list[str]] = {}
    unnamed: Counter[int] = Counter()
    for agency_id, partnership_id, name in db.session.execute(rows):
        if partnership_id in own:
            named.setdefault(agency_id, []).append(name)
        else:
            unnamed[agency_id] += 1
    for agency_id, number in unnamed.items():
        named.setdefault(agency_id, []).append(f"{number} other partnership{'' if number == 1 else 's'}")
    return {agency_id: tuple(names) for agency_id, names in named.items()}


def _people(viewer: Viewer, agency_ids: Sequence[int]) -> dict[int, int] | None:
    """How many people stand for each of these agencies; None for those who do not look after agencies or people."""
    if not (viewer.may(Permission.AGENCIES_MANAGE) or viewer.may(Permission.PEOPLE_VIEW)):
        return None
    rows = (
        select(Membership.agency_id, func.count(Membership.user_id.distinct()))
        .join(User, User.id == Membership.user_id)
        .where(
            User.deactivated_at.is_(None),
            Membership.partnership_id == viewer.partnership_id,
            Membership.agency_id.in_(agency_ids),
            Membership.role.in_(ANSWERING_ROLES),
            Membership.ended_at.is_(None),
        )
        .group_by(Membership.agency_id)
    )
    counted = {agency_id: number for agency_id, number in db.session.execute(rows) if agency_id is not None}
    return {agency_id: counted.get(agency_id, 0) for agency_id in agency_ids}


def _in_words(details: Details) -> dict[str, str]:
    return {
        "Code": details.code,
        "Name": details.name,
        "Type": label(details.agency_type),
        "URN": details.urn or "",
        "ODS code": details.ods_code or "",
        "Ages": label(details.phase) if details.phase else "",
        "Email": details.email or "",
    }
