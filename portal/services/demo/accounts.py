"""The invented people's accounts: made as anybody's are, and listed with what is needed to sign in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

import pyotp
from sqlalchemy import and_, exists, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Unusable
from portal.domain.signing_in import Step
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership, User
from portal.services import authenticator, joining, known_people, passwords, people, sessions, sign_in
from portal.services.demo.people import PASSWORD, DemoPerson
from portal.services.readiness import DEMO_DOMAIN

ADDRESS = "127.0.0.1"
_HAS_ACCOUNT = and_(User.email.endswith(DEMO_DOMAIN), exists().where(Membership.user_id == User.id).correlate(User))
"""Not those who answer by links alone."""


@dataclass(frozen=True, slots=True)
class DemoMembership:
    """One hat of an account."""

    partnership: str
    agency_code: str | None
    agency_type: str | None
    role: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What scripts and people need to sign in as somebody."""

    email: str
    password: str
    totp_secret: str | None
    name: str
    memberships: tuple[DemoMembership, ...]

    def as_json(self) -> dict[str, object]:
        """The account as `flask demo accounts --json` prints it."""
        return asdict(self)


@cache
def _hashed() -> str:
    """The one hash of the one password: making it takes a tenth of a second, and there are over a hundred people."""
    return passwords.hash_password(PASSWORD)


def admit(operator: Viewer, person: DemoPerson, agency_id: int | None) -> None:
    """Add a person, and let them use their joining link and set up their authenticator app."""
    added = people.add_person(
        operator,
        email=person.email,
        name=person.name,
        role=person.role,
        agency_id=agency_id,
        post=person.post,
        sector=person.sector,
    )
    if added.joining_token is None:
        return
    begun = joining.use_link(Viewer.nobody(operator.now), added.joining_token, person.name, PASSWORD, hashed=_hashed())
    if begun is None:
        raise RuntimeError(f"{person.email} has no membership to sign in under")
    if begun.step is Step.SET_UP_CODE:
        key = authenticator.set_up(begun.viewer).key.replace(" ", "")
        code = pyotp.TOTP(key).at(operator.now)
        begun, _codes = sign_in.set_up_code(begun.viewer, code, ADDRESS)
    sessions.end(begun.viewer)


def have_signed_in(now: datetime) -> None:
    """Have everybody signed in at `now`: they have worked here ever since they joined, and no account is unused."""
    with writing() as session:
        session.execute(update(User).where(_HAS_ACCOUNT).values(last_signed_in_at=now))


def viewer_of(email: str, partnership_id: int, now: datetime, agency_id: int | None = None) -> Viewer:
    """An invented person at work in one partnership (and agency, for who has several) at `now`.

    Raises Unusable for an unknown address.
    """
    person = known_people.find_by_email(email)
    if person is None:
        raise Unusable([f"no demo account has the address {email!r}: see flask demo accounts"])
    for hat in person.hats:
        if hat.partnership_id == partnership_id and agency_id in (None, hat.agency_id):
            worn = person.at(now).wearing(hat.membership_id)
            if worn is not None:
                return worn
    raise Unusable([f"{email!r} has no membership in that partnership"])


def list_accounts() -> list[DemoAccount]:
    """Every invented person's account, in the order in which they were added."""
    codes = {
        (row.partnership_id, row.agency_id): row.code
        for row in db.session.execute(
            select(PartnershipAgency.partnership_id, PartnershipAgency.agency_id, PartnershipAgency.code)
        )
    }
    found = []
    for user in _demo_users():
        known = known_people.find_by_email(user.email)
        hats = known.hats if known else ()
        found.append(
            DemoAccount(
                email=user.email,
                password=PASSWORD,
                totp_secret=user.totp_secret,
                name=user.name,
                memberships=tuple(
                    DemoMembership(
                        partnership=hat.partnership_name,
                        agency_code=codes.get((hat.partnership_id, hat.agency_id)) if hat.agency_id else None,
                        agency_type=str(hat.agency_type) if hat.agency_type else None,
                        role=str(hat.role),
                    )
                    for hat in hats
                ),
            )
        )
    return found


def current_code(email: str, now: datetime) -> str:
    """The account's authenticator code at `now`. Raises Unusable for an unknown account or one without an app."""
    user = db.session.scalar(select(User).where(User.email == known_people.tidy_email(email), _HAS_ACCOUNT))
    if user is None:
        raise Unusable([f"no demo account has the address {email!r}: see flask demo accounts"])
    if user.totp_secret is None:
        raise Unusable([f"{email} signs in without a code"])
    return pyotp.TOTP(user.totp_secret).at(now)


def _demo_users() -> list[User]:
    return list(db.session.scalars(select(User).where(_HAS_ACCOUNT).order_by(User.id)))
