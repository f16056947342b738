"""People of agencies who answer by links and need no account: named, changed and ended; and the lead's switch."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from portal.access import agencies as agencies_access
from portal.access import return_links as access
from portal.access.viewer import Viewer
from portal.database.scopes import ACROSS
from portal.database.session import db
from portal.domain.addresses import clean_email, is_private
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.telephones import clean_telephone, masked
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership, User
from portal.models.return_links import AgencyContact
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.people_locks import for_change
from portal.services.sent_forms import once

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person who may be sent links; `telephone` as its owner knows it again, empty where there is none."""

    id: int
    name: str
    email: str
    telephone: str
    version: int


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """Who of an agency answers by links, whether links may answer for it at all, and what the viewer may do."""

    agency_id: int
    agency_name: str
    contacts: tuple[ContactRow, ...]
    is_on: bool
    newest: int
    """Who was named last, still or no longer: by it a form that is sent twice is told from one that is meant anew."""
    may_keep: bool
    may_switch: bool


def contacts_page(viewer: Viewer, agency_id: int) -> ContactsPage:
    """The people of an agency to whom links may be sent. Raises NotVisible."""
    session: Session = db.session()
    listed = _listed(session, viewer, agency_id)
    named = access.contacts_visible_to(viewer).where(AgencyContact.agency_id == agency_id)
    rows = session.scalars(
        _contacts(viewer).where(AgencyContact.agency_id == agency_id).order_by(User.name, AgencyContact.id)
    )
    return ContactsPage(
        agency_id=agency_id,
        agency_name=listed.agency.name,
        contacts=tuple(_row(contact) for contact in rows),
        is_on=listed.link_returns,
        newest=session.scalar(named.with_only_columns(func.max(AgencyContact.id))) or 0,
        may_keep=access.may_keep_contacts(viewer, listed),
        may_switch=access.may_switch(viewer, listed),
    )


def find_contact(viewer: Viewer, agency_id: int, contact_id: int) -> ContactRow:
    """One of them, who is still named. Raises NotVisible."""
    return _row(_contact(db.session(), viewer, agency_id, contact_id))


def name_contact(viewer: Viewer, agency_id: int, *, name: str, email: str, telephone: str) -> int:
    """Name somebody of an agency at their work address; gives the contact's id.

    Whoever has an account in this partnership needs no link. Raises NotVisible, NotPermitted, and Invalid by field.
    """
    words, address, number = _checked(viewer, name, email, telephone)
    with changing(viewer) as change:
        once(change)
        listed = _to_keep(change, agency_id)
        if address == (listed.email or ""):
            raise _bad_address("This is the agency’s own mailbox: enter the person’s")
        user = _person(change, address, words)
        contact = AgencyContact(
            partnership_id=listed.partnership_id,
            agency_id=agency_id,
            user_id=user.id,
            telephone=number,
            added_at=viewer.now,
            added_by_id=_own_id(viewer),
        )
        try:
            with change.session.begin_nested():
                change.session.add(contact)
        except IntegrityError:
            raise _bad_address("This person is named here already") from None
        change.log("agency_contact.named", "agency_contact", contact.id)
        return contact.id


def change_telephone(viewer: Viewer, agency_id: int, contact_id: int, telephone: str, version: int) -> bool:
    """Let codes go to another number, or to none; says whether anything changed.

    Raises NotVisible, NotPermitted, Invalid, and Conflict where somebody else changed it meanwhile.
    """
    number = _number(telephone)
    try:
        with changing(viewer) as change:
            _to_keep(change, agency_id)
            contact = _contact(change.session, viewer, agency_id, contact_id, to_change=True)
            if contact.telephone == number:
                raise AlreadySo
            if contact.version != version:
                raise Conflict(
                    "Somebody else changed this number a moment ago. Nothing was overwritten.",
                    mine={"Telephone": number or "None"},
                    theirs={"Telephone": contact.telephone or "None"},
                )
            contact.telephone = number
            change.log("agency_contact.changed", "agency_contact", contact_id)
    except AlreadySo:
        return False
    return True


def end_contact(viewer: Viewer, agency_id: int, contact_id: int) -> None:
    """Name somebody no longer: their links end, and their number is forgotten. Raises NotVisible, NotPermitted."""
    with changing(viewer) as change:
        _to_keep(change, agency_id)
        contact = _contact(change.session, viewer, agency_id, contact_id, to_change=True)
        contact.ended_at, contact.ended_by_id, contact.telephone = viewer.now, viewer.user_id, None
        change.log("agency_contact.ended", "agency_contact", contact_id)


def switch(viewer: Viewer, agency_id: int, *, is_on: bool) -> bool:
    """Say for the agency whether links may answer for it; off, those that are out end. False where it was so already.

    Raises NotVisible, NotPermitted for anybody but its lead.
    """
    try:
        with changing(viewer) as change:
            listed = _listed(change.session, viewer, agency_id, to_change=True)
            if not access.may_switch(viewer, listed):
                raise NotPermitted("Only the agency’s lead says whether links may answer for it.")
            if listed.link_returns is is_on:
                raise AlreadySo
            listed.link_returns = is_on
            change.log("agency.links_allowed" if is_on else "agency.links_refused", "agency", agency_id)
    except AlreadySo:
        return False
    return True


def _listed(session: Session, viewer: Viewer, agency_id: int, *, to_change: bool = False) -> PartnershipAgency:
    query = (
        agencies_access.visible_to(viewer)
        .where(PartnershipAgency.agency_id == agency_id)
        .options(contains_eager(PartnershipAgency.agency))
    )
    if to_change:
        query = query.with_for_update(of=PartnershipAgency).execution_options(populate_existing=True)
    listed = session.scalars(query).one_or_none()
    if listed is None or not access.may_keep_contacts(viewer, listed):
        raise NotVisible("No such agency.")
    return listed


def _to_keep(change: Change, agency_id: int) -> PartnershipAgency:
    return _listed(change.session, change.viewer, agency_id, to_change=True)


def _contact(
    session: Session, viewer: Viewer, agency_id: int, contact_id: int, *, to_change: bool = False
) -> AgencyContact:
    query = _contacts(viewer).where(AgencyContact.agency_id == agency_id, AgencyContact.id == contact_id)
    if to_change:
        query = query.with_for_update(of=AgencyContact).execution_options(populate_existing=True)
    contact = session.scalars(query).one_or_none()
    if contact is None:
        raise NotVisible("No such person.")
    return contact


def _contacts(viewer: Viewer) -> Select[AgencyContact]:
    return (
        access.contacts_visible_to(viewer)
        .join(AgencyContact.user)
        .where(AgencyContact.ended_at.is_(None))
        .options(contains_eager(AgencyContact.user))
    )


def _person(change: Change, address: str, name: str) -> User:
    """The person of an address, made where nobody has it; one without any account takes the name that is given now.

    Raises Invalid for somebody who has an account in this partnership.
    """
    session, viewer = change.session, change.viewer
    known = for_change(select(User).where(User.email == address))
    user = session.scalar(known)
    if user is None:
        try:
            with session.begin_nested():
                user = User(email=address, name=name, created_at=viewer.now)
                session.add(user)
        except IntegrityError:
            # Somebody else added the same address between the two statements: it is one person all the same.
            user = session.scalars(known).one()
    works = select(Membership.partnership_id).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    partnerships = set(session.scalars(works.execution_options(**ACROSS)))
    if viewer.partnership_id in partnerships:
        raise _bad_address("This person has an account here: they sign in and need no link")
    is_only_here = not session.scalar(
        select(
            exists().where(
                AgencyContact.user_id == user.id,
                AgencyContact.partnership_id != viewer.partnership_id,
                AgencyContact.ended_at.is_(None),
            )
        ).execution_options(**ACROSS)
    )
    if not partnerships and user.password_hash is None and is_only_here:
        user.name = name
    session.flush()
    return user


def _checked(viewer: Viewer, name: str, email: str, telephone: str) -> tuple[str, str, str | None]:
    errors: dict[str, list[str]] = {}
    words, address, number = " ".join(name.split()), "", None
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        errors["name"] = [f"Enter the person’s name, {LONGEST_NAME} characters or fewer"]
    try:
        address = clean_email(email)
        if is_private(address):
            errors["email"] = ["Enter a work address: this is a private mailbox"]
        elif address == viewer.email:
            errors["email"] = ["Enter the address of somebody else: this is your own"]
    except ValueError as fault:
        errors["email"] = [str(fault)]
    try:
        number = _number(telephone)
    except Invalid as refused:
        errors |= refused.errors
    if errors:
        raise Invalid("The person’s details need mending.", errors=errors)
    return words, address, number


def _number(telephone: str) -> str | None:
    if not telephone.strip():
        return None
    try:
        return clean_telephone(telephone)
    except ValueError as fault:
        raise Invalid("The number needs mending.", errors={"telephone": [str(fault)]}) from None


def _bad_address(sentence: str) -> Invalid:
    return Invalid(f"{sentence}.", errors={"email": [sentence]})


def _own_id(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise NotPermitted("A person names people.")
    return viewer.user_id


def _row(contact: AgencyContact) -> ContactRow:
    telephone = masked(contact.telephone) if contact.telephone else ""
    return ContactRow(contact.id, contact.user.name, contact.user.email, telephone, contact.version)
