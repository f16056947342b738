"""The invented agencies and people of each partnership."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.vocabulary import ANSWERING_ROLES, AgencyType, Post, Role
from portal.services.demo.schools import PHASES, TRUSTS
from portal.services.readiness import DEMO_DOMAIN

PASSWORD = "heron-lantern-saltmarsh"  # noqa: S105 - every invented person's, printed by flask demo accounts


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """One invented agency; `shared` ones serve both partnerships."""

    code: str
    name: str
    agency_type: AgencyType
    urn: str = ""
    ods_code: str = ""
    shared: bool = False
    phase: SchoolPhase | None = None

    @property
    def ages(self) -> SchoolPhase | None:
        """The ages at a school."""
        return self.phase or PHASES.get(self.code)


@dataclass(frozen=True, slots=True)
class DemoPartnership:
    """One invented partnership: agencies that conferences invite, and trusts whose schools are only audited."""

    name: str
    prefix: str
    agencies: tuple[DemoAgency, ...]
    trusts: tuple[tuple[DemoAgency, ...], ...] = ()

    @property
    def listed(self) -> tuple[DemoAgency, ...]:
        """All of its agencies."""
        return (*self.agencies, *(school for trust in self.trusts for school in trust))

    def of_type(self, kind: AgencyType) -> list[DemoAgency]:
        """Its agencies of a type."""
        return [agency for agency in self.listed if agency.agency_type is kind]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One invented person's membership; `agency` is the agency's code, for the roles that belong to one."""

    name: str
    role: Role
    partnership: str
    agency: str | None = None
    post: Post | None = None
    sector: AgencyType | None = None

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return address(self.name)


def address(name: str) -> str:
    """The address of an invented person."""
    plain = name.casefold().replace("á", "a").replace(" ", ".")
    return f"{plain}{DEMO_DOMAIN}"


POLICE = DemoAgency("SALT-POLICE", "Saltmere Police", AgencyType.POLICE, shared=True)
TRUST = DemoAgency("SALT-TRUST", "Saltmere Vale Health Trust", AgencyType.HOSPITAL, ods_code="ZZ9", shared=True)


def _trusts(prefix: str, first: int) -> Iterator[tuple[DemoAgency, ...]]:
    numbers = count(first)
    for trust in TRUSTS:
        yield tuple(
            DemoAgency(f"{prefix}-SCH-{number}", name, AgencyType.SCHOOL, urn=f"99{100 + number:04d}", phase=phase)
            for (name, phase), number in zip(trust.schools, numbers, strict=False)
        )


EASTMARSH = DemoPartnership(
    "Eastmarsh",
    "EM",
    (
        DemoAgency("EM-CHILDREN", "Eastmarsh Children’s Services", AgencyType.SOCIAL_CARE),
        POLICE,
        TRUST,
        DemoAgency("EM-GP-1", "Marsh Lane Surgery", AgencyType.GP, ods_code="ZZ9101"),
        DemoAgency("EM-GP-2", "Harbour View Practice", AgencyType.GP, ods_code="ZZ9102"),
        DemoAgency("EM-GP-3", "Ropewalk Health Centre", AgencyType.GP, ods_code="ZZ9103"),
        DemoAgency("EM-GP-4", "Saltings Medical Group", AgencyType.GP, ods_code="ZZ9104"),
        DemoAgency("EM-GP-5", "Old Pier Surgery", AgencyType.GP, ods_code="ZZ9105"),
        DemoAgency("EM-SCH-1", "Tidewater Primary School", AgencyType.SCHOOL, urn="990101"),
        DemoAgency("EM-SCH-2", "Heronsgate Academy", AgencyType.SCHOOL, urn="990102"),
        DemoAgency("EM-SCH-3", "Samphire Lane Infants", AgencyType.SCHOOL, urn="990103"),
        DemoAgency("EM-SCH-4", "Eastmarsh High School", AgencyType.SCHOOL, urn="990104"),
        DemoAgency("EM-SCH-5", "Sluice Road Primary School", AgencyType.SCHOOL, urn="990105"),
        DemoAgency("EM-HV", "Eastmarsh Health Visiting", AgencyType.HEALTH_VISITING, ods_code="ZZ9111"),
        DemoAgency("EM-SN", "Eastmarsh School Nursing", AgencyType.SCHOOL_NURSING, ods_code="ZZ9112"),
        DemoAgency("EM-MH", "Eastmarsh Mental Health Service", AgencyType.MENTAL_HEALTH, ods_code="ZZ9113"),
        DemoAgency("EM-PROB", "Saltmere Probation, Eastmarsh office", AgencyType.PROBATION),
        DemoAgency("EM-YJS", "Eastmarsh Youth Justice Service", AgencyType.YOUTH_JUSTICE),
        DemoAgency("EM-HOUS", "Eastmarsh Homes", AgencyType.HOUSING),
        DemoAgency("EM-EH", "Eastmarsh Family Hubs", AgencyType.EARLY_HELP),
        DemoAgency("EM-VOL", "Breakwater Families", AgencyType.VOLUNTARY),
        DemoAgency("EM-FIRE", "Saltmere Fire and Rescue", AgencyType.OTHER),
    ),
    tuple(_trusts("EM", first=6)),
)
WESTMOOR = DemoPartnership(
    "Westmoor",
    "WM",
    (
        DemoAgency("WM-CHILDREN", "Westmoor Children and Families", AgencyType.SOCIAL_CARE),
        POLICE,
        TRUST,
        DemoAgency("WM-GP-1", "Moor Top Surgery", AgencyType.GP, ods_code="ZZ9201"),
        DemoAgency("WM-GP-2", "Packhorse Practice", AgencyType.GP, ods_code="ZZ9202"),
        DemoAgency("WM-GP-3", "Heather Road Surgery", AgencyType.GP, ods_code="ZZ9203"),
        DemoAgency("WM-SCH-1", "Curlew Primary School", AgencyType.SCHOOL, urn="990201"),
        DemoAgency("WM-SCH-2", "Westmoor Academy", AgencyType.SCHOOL, urn="990202"),
        DemoAgency("WM-SCH-3", "Drystone Infants", AgencyType.SCHOOL, urn="990203"),
        DemoAgency("WM-HV", "Westmoor Health Visiting", AgencyType.HEALTH_VISITING, ods_code="ZZ9211"),
        DemoAgency("WM-SN", "Westmoor School Nursing", AgencyType.SCHOOL_NURSING, ods_code="ZZ9212"),
        DemoAgency("WM-MH", "Westmoor Minds", AgencyType.MENTAL_HEALTH, ods_code="ZZ9213"),
        DemoAgency("WM-PROB", "Saltmere Probation, Westmoor office", AgencyType.PROBATION),
        DemoAgency("WM-YJS", "Westmoor Youth Justice Team", AgencyType.YOUTH_JUSTICE),
        DemoAgency("WM-HOUS", "Westmoor Housing", AgencyType.HOUSING),
        DemoAgency("WM-EH", "Westmoor Early Help", AgencyType.EARLY_HELP),
        DemoAgency("WM-VOL", "Stepping Stones Westmoor", AgencyType.VOLUNTARY),
        DemoAgency("WM-AMB", "Saltmere Ambulance", AgencyType.OTHER),
    ),
)
PARTNERSHIPS = (EASTMARSH, WESTMOOR)

WIDE_ROLES = (
    Role.CHAIR,
    Role.CHAIR,
    Role.SAFEGUARDING_MANAGER,
    Role.COORDINATOR,
    Role.SECTOR_LEAD,
    Role.SECTOR_LEAD,
    Role.BOARD_MEMBER,
    Role.BUSINESS_MANAGER,
    Role.SCRUTINEER,
    Role.ADMINISTRATOR,
)
SECTORS = (AgencyType.GP, AgencyType.SCHOOL)

_LEAD_POSTS = {AgencyType.SCHOOL: Post.DESIGNATED_LEAD, AgencyType.GP: Post.NAMED_GP}
_PRACTITIONER_POSTS = {AgencyType.POLICE: Post.CONFERENCE_LIAISON, AgencyType.SCHOOL: Post.DEPUTY_LEAD}

_SIGNERS = {AgencyType.SCHOOL: (Post.HEAD, Post.GOVERNOR), AgencyType.POLICE: (Post.EXECUTIVE,)}
"""Who signs the audit of an agency of a kind, besides its lead: head and governor serve all schools that conferences
invite."""

_EXECUTIVES = {
    "Eastmarsh": (
        ("EM-CHILDREN", "EM-YJS", "EM-EH"),
        ("SALT-TRUST", "EM-HV", "EM-SN", "EM-MH"),
        ("EM-GP-1", "EM-GP-2", "EM-GP-3", "EM-GP-4", "EM-GP-5"),
        ("EM-PROB",),
        ("EM-VOL",),
    ),
    "Westmoor": (
        ("WM-CHILDREN", "WM-YJS", "WM-EH"),
        ("SALT-TRUST", "WM-HV", "WM-SN", "WM-MH"),
        ("WM-GP-1", "WM-GP-2", "WM-GP-3"),
    ),
}
"""Agencies for which one executive signs."""


def everybody(names: Iterator[str]) -> list[DemoPerson]:
    """All memberships: a lead and a practitioner of each kind of agency, a lead in the rest, the wide roles, signers,
    and a team manager of social work, to whom practice alerts go.

    Saltmere Police's conference officer serves both partnerships with one sign-in.
    """
    people: list[DemoPerson] = []
    for partnership in PARTNERSHIPS:
        people += _answering(partnership, names)
    # After everybody else, so that the others' names stay as they are.
    for partnership in PARTNERSHIPS:
        for kind, posts in _SIGNERS.items():
            agency = next(agency for agency in partnership.agencies if agency.agency_type is kind)
            people += [DemoPerson(next(names), Role.SIGNATORY, partnership.name, agency.code, post) for post in posts]
    officer = next(person for person in people if person.agency == POLICE.code and person.role is Role.PRACTITIONER)
    people.append(DemoPerson(officer.name, officer.role, WESTMOOR.name, POLICE.code, officer.post))
    for partnership in PARTNERSHIPS:
        people += _signing(partnership, people, names)
    for partnership in PARTNERSHIPS:
        social_care = partnership.of_type(AgencyType.SOCIAL_CARE)[0].code
        people.append(DemoPerson(next(names), Role.PRACTITIONER, partnership.name, social_care, Post.TEAM_MANAGER))
    return people


def _answering(partnership: DemoPartnership, names: Iterator[str]) -> Iterator[DemoPerson]:
    seen: set[AgencyType] = set()
    for agency in partnership.agencies:
        kind = agency.agency_type
        if kind not in seen:
            post = _PRACTITIONER_POSTS.get(kind)
            yield DemoPerson(next(names), Role.PRACTITIONER, partnership.name, agency.code, post)
        seen.add(kind)
        post = _LEAD_POSTS.get(kind, Post.LINE_MANAGER)
        yield DemoPerson(next(names), Role.AGENCY_LEAD, partnership.name, agency.code, post)
    sectors = iter(SECTORS)
    for role in WIDE_ROLES:
        sector = next(sectors) if role is Role.SECTOR_LEAD else None
        yield DemoPerson(next(names), role, partnership.name, sector=sector)


def _signing(partnership: DemoPartnership, people: list[DemoPerson], names: Iterator[str]) -> list[DemoPerson]:
    """Those who sign for several agencies, and who leads and signs for the trusts' schools."""
    found = []
    schools = [agency.code for agency in partnership.agencies if agency.agency_type is AgencyType.SCHOOL]
    for person in people:
        if person.role is Role.SIGNATORY and (person.partnership, person.agency) == (partnership.name, schools[0]):
            found += [replace(person, agency=code) for code in schools[1:]]
    for codes in _EXECUTIVES[partnership.name]:
        name = next(names)
        found += [DemoPerson(name, Role.SIGNATORY, partnership.name, code, Post.EXECUTIVE) for code in codes]
    for trust in partnership.trusts:
        for role, post in _IN_TRUSTS:
            name = next(names)
            found += [DemoPerson(name, role, partnership.name, school.code, post) for school in trust]
    return found


_IN_TRUSTS = (
    (Role.AGENCY_LEAD, Post.DESIGNATED_LEAD),
    (Role.SIGNATORY, Post.HEAD),
    (Role.SIGNATORY, Post.GOVERNOR),
)


def at_agencies(people: list[DemoPerson], partnership: str) -> dict[str, list[DemoPerson]]:
    """Whoever answers for an agency in a partnership, practitioners first, by the agency's code; not a team manager."""
    found: dict[str, list[DemoPerson]] = {}
    for person in people:
        if person.post is Post.TEAM_MANAGER:
            continue
        if person.partnership == partnership and person.role in ANSWERING_ROLES and person.agency:
            found.setdefault(person.agency, []).append(person)
    return found
