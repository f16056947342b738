"""An agency's entry in a partnership's list: checked, added, shared and rewritten inside somebody's change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from portal.access import agencies as access
from portal.database.scopes import ACROSS
from portal.domain.addresses import clean_email
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.identifiers import clean_ods_code, clean_urn
from portal.domain.vocabulary import AgencyType
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services import case_facts
from portal.services.changes import Change
from portal.services.reach import under_every_hat

LONGEST_CODE = 40
LONGEST_NAME = 200


class Outcome(StrEnum):
    """What became of an entry."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Put:
    """What became of an entry, and plain sentences about what was kept although something else was given."""

    agency_id: int
    outcome: Outcome
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What people and files say about an agency; `code` and `email` are one partnership's, the rest everybody's.

    `phase` is for schools; files do not name it, and leave it as it is.
    """

    code: str
    name: str
    agency_type: AgencyType
    urn: str | None = None
    ods_code: str | None = None
    email: str | None = None
    phase: SchoolPhase | None = None

    @property
    def description(self) -> tuple[str, AgencyType, str | None, str | None, SchoolPhase | None]:
        """What is the same in every partnership that shares the agency."""
        return self.name, self.agency_type, self.urn, self.ods_code, self.phase

    def checked(self) -> Details:
        """The same, tidied as it will be kept; raises Invalid, its errors by field."""
        errors: dict[str, list[str]] = {}

        def tidy(field: str, clean: Callable[[str], str], typed: str | None) -> str | None:
            if not typed or not typed.strip():
                return None
            try:
                return clean(typed)
            except ValueError as fault:
                errors[field] = [str(fault)]
                return None

        code = tidy("code", _clean_code, self.code)
        name = tidy("name", _clean_name, self.name)
        details = Details(
            code=code or "",
            name=name or "",
            agency_type=self.agency_type,
            urn=tidy("urn", clean_urn, self.urn),
            ods_code=tidy("ods_code", clean_ods_code, self.ods_code),
            email=tidy("email", clean_email, self.email),
            phase=self.phase if self.agency_type is AgencyType.SCHOOL else None,
        )
        for field, words in (("code", code), ("name", name)):
            if words is None and field not in errors:
                errors[field] = [f"Enter the agency’s {field}"]
        if errors:
            raise Invalid("The agency’s details need mending.", errors=errors)
        return details


def _clean_code(typed: str) -> str:
    code = typed.strip()
    if len(code) > LONGEST_CODE or not code.isprintable() or any(letter.isspace() for letter in code):
        raise ValueError(f"Enter a code of at most {LONGEST_CODE} letters, digits and signs, without spaces")
    return code


def _clean_name(typed: str) -> str:
    name = " ".join(typed.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"The agency’s name must be {LONGEST_NAME} characters or fewer")
    return name


def details_of(listed: PartnershipAgency, agency: Agency) -> Details:
    """What is kept of an agency now."""
    return Details(
        listed.code, agency.name, agency.agency_type, agency.urn, agency.ods_code, listed.email, agency.phase
    )


def by_code(session: Session, partnership_id: int | None, code: str) -> PartnershipAgency | None:
    """The entry under a partnership's code, its agency loaded."""
    return session.scalar(
        select(PartnershipAgency)
        .join(PartnershipAgency.agency)
        .options(contains_eager(PartnershipAgency.agency))
        .where(PartnershipAgency.partnership_id == partnership_id, PartnershipAgency.code == code)
    )


def listing_partnerships(session: Session, agency_id: int) -> set[int]:
    """Every partnership that lists the agency."""
    rows = select(PartnershipAgency.partnership_id).where(PartnershipAgency.agency_id == agency_id)
    return set(session.scalars(rows.execution_options(**ACROSS)))


def add_entry(change: Change, given: Details) -> Put:
    """Put an agency on the list under a new code: one that is known by its URN or ODS code already, or a new one."""
    known = _known(change.session, given)
    if known is not None:
        return share(change, known, given)
    agency = Agency(
        name=given.name,
        agency_type=given.agency_type,
        urn=given.urn,
        ods_code=given.ods_code,
        phase=given.phase,
        created_at=change.viewer.now,
    )
    change.session.add(agency)
    _flush(change.session)
    _list(change, agency, given)
    change.log("agency.added", "agency", agency.id)
    return Put(agency.id, Outcome.CREATED)


def share(change: Change, agency: Agency, given: Details) -> Put:
    """Put an agency that other partnerships know on this one's list; what describes it stays."""
    partnership_id = change.viewer.partnership_id
    here = change.session.get(PartnershipAgency, (partnership_id, agency.id))
    if here is not None:
        field = "urn" if given.urn and given.urn == agency.urn else "ods_code" if given.ods_code else "code"
        raise Invalid(
            "The agency is on the list already.",
            errors={field: [f"This agency is on the list already, with the code {here.code}"]},
        )
    _list(change, agency, given)
    change.log("agency.shared", "agency", agency.id)
    return Put(agency.id, Outcome.CREATED, _kept(agency, given))


def rewrite(change: Change, listed: PartnershipAgency, agency: Agency, given: Details, *, describes: bool) -> Put:
    """Bring an entry to what was given; without `describes`, what is everybody's is kept and said so."""
    notes: tuple[str, ...] = ()
    retyped = describes and given.agency_type is not agency.agency_type
    if describes:
        _refuse_taken(change.session, agency, given)
        agency.name, agency.agency_type, agency.urn, agency.ods_code, agency.phase = given.description
    else:
        if given.agency_type is not agency.agency_type:
            raise Invalid(
                "The type stays.",
                errors={"agency_type": ["Another partnership shares this agency: its type cannot be changed here"]},
            )
        notes = _kept(agency, given)
    listed.code, listed.email = given.code, given.email
    if not (change.session.is_modified(listed) or change.session.is_modified(agency)):
        return Put(agency.id, Outcome.UNCHANGED, notes)
    # Of what type an agency is decides figures wherever it is listed: the database notes them with the change.
    with under_every_hat(change.viewer):
        _flush(change.session)
        if retyped:
            _recount(change.session, agency.id)
    change.log("agency.changed", "agency", agency.id)
    return Put(agency.id, Outcome.CHANGED, notes)


def put_agency(change: Change, details: Details) -> Put:
    """Bring one line of a file into the list, inside the import's own change: created, changed or unchanged.

    The code says which agency is meant. A new code with the URN or ODS code of an agency of the same type in
    another partnership shares that one. An agency that another partnership shares keeps its name and numbers;
    `notes` say so. Without a `phase` a school keeps the one it has. Raises Invalid, its errors by field: code, name,
    agency_type, urn, ods_code, email.
    """
    if not access.may_manage(change.viewer):
        raise NotPermitted("This role does not keep the list of agencies.")
    given = details.checked()
    listed = by_code(change.session, change.viewer.partnership_id, given.code)
    if listed is None:
        return add_entry(change, given)
    if given.phase is None and given.agency_type is listed.agency.agency_type:
        given = replace(given, phase=listed.agency.phase)
    shared_by = listing_partnerships(change.session, listed.agency_id)
    return rewrite(change, listed, listed.agency, given, describes=shared_by == {change.viewer.partnership_id})


def _list(change: Change, agency: Agency, given: Details) -> None:
    partnership_id = change.viewer.partnership_id
    change.session.add(
        PartnershipAgency(partnership_id=partnership_id, agency_id=agency.id, code=given.code, email=given.email)
    )
    _flush(change.session)


def _known(session: Session, given: Details) -> Agency | None:
    """The agency of this type that carries the URN or the ODS code; raises Invalid where they are two agencies'."""
    same = [
        column == value
        for column, value in ((Agency.urn, given.urn), (Agency.ods_code, given.ods_code))
        if value is not None
    ]
    if not same:
        return None
    found = list(session.scalars(select(Agency).where(Agency.agency_type == given.agency_type, or_(*same))))
    if len(found) > 1:
        both = "The URN and the ODS code belong to two different agencies"
        raise Invalid("These are two agencies.", errors={"ods_code": [both]})
    return found[0] if found else None


def _refuse_taken(session: Session, agency: Agency, given: Details) -> None:
    for field, column, value in (("urn", Agency.urn, given.urn), ("ods_code", Agency.ods_code, given.ods_code)):
        if value is None:
            continue
        same = select(Agency.id).where(Agency.agency_type == given.agency_type, column == value, Agency.id != agency.id)
        with session.no_autoflush:
            if session.scalar(same.limit(1)) is not None:
                raise Invalid("Taken.", errors={field: ["Another agency of this type has this number"]})


def _kept(agency: Agency, given: Details) -> tuple[str, ...]:
    """What was given and is not taken over, because the agency is not this partnership's alone."""
    facts = (
        ("name", agency.name, given.name),
        ("URN", agency.urn, given.urn),
        ("ODS code", agency.ods_code, given.ods_code),
    )
    return tuple(
        f"The {word} stays {kept or 'empty'}: another partnership shares this agency"
        for word, kept, offered in facts
        if offered and offered != kept
    )


def _recount(session: Session, agency_id: int) -> None:
    """Whether a meeting was quorate follows from the types of those present: another type, another answer."""
    meetings = (
        select(Meeting.partnership_id, Meeting.case_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(Invitation.agency_id == agency_id)
        .distinct()
        .order_by(Meeting.partnership_id, Meeting.case_id)
    )
    for partnership_id, rows in groupby(session.execute(meetings).all(), key=itemgetter(0)):
        case_facts.recount(session, partnership_id, [row.case_id for row in rows])


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("Somebody else put this agency on a list a moment ago. Nothing was overwritten.") from None
