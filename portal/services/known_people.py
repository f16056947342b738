"""Who a person is and which hats they may wear now: what sign-in and every request ask first, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Row, Select, Table, and_, bindparam, exists, select

from portal.access.roles import CODE_ROLES
from portal.access.viewer import Hat, Viewer
from portal.database.scopes import ACROSS
from portal.database.session import db
from portal.domain.signing_in import Step
from portal.models.partnerships import Agency, Partnership
from portal.models.passkeys import Passkey
from portal.models.people import Membership, User
from portal.models.sessions import SignInSession
from portal.services.closed_records import worn_at

# Plain tables: this runs at every request, and loading objects takes nearly twice as long.
_USERS = cast(Table, User.__table__)
_HATS = cast(Table, Membership.__table__)
_PARTNERSHIPS = cast(Table, Partnership.__table__)
_AGENCIES = cast(Table, Agency.__table__)
_SESSIONS = cast(Table, SignInSession.__table__)
_PASSKEYS = cast(Table, Passkey.__table__)

HAS_PASSKEY = exists().where(_PASSKEYS.c.user_id == _USERS.c.id).correlate(_USERS).label("has_passkey")

HAT_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _HATS.c.id.label("hat_id"),
    _HATS.c.partnership_id,
    _PARTNERSHIPS.c.name.label("partnership_name"),
    _HATS.c.role,
    _HATS.c.agency_id,
    _AGENCIES.c.name.label("agency_name"),
    _AGENCIES.c.agency_type,
    _HATS.c.team_id,
    _HATS.c.post,
    _HATS.c.sector,
)
"""What a hat is made of, in the order of its fields: the last columns of whatever reads hats."""


def with_hats(source: FromClause) -> FromClause:
    """Join to `source`, which holds users, a row for each current membership; one without any keeps one row."""
    return (
        source.outerjoin(_HATS, and_(_HATS.c.user_id == _USERS.c.id, _HATS.c.ended_at.is_(None)))
        .outerjoin(_PARTNERSHIPS, _PARTNERSHIPS.c.id == _HATS.c.partnership_id)
        .outerjoin(_AGENCIES, _AGENCIES.c.id == _HATS.c.agency_id)
    )


def hats_of(rows: Sequence[Row[Any]]) -> tuple[Hat, ...]:
    """The hats in rows of `with_hats` that end with HAT_COLUMNS, in the order of the memberships' ids."""
    ends = [row[-len(HAT_COLUMNS) :] for row in rows]
    return tuple(_hat(*end) for end in ends if end[0] is not None)


@lru_cache(maxsize=4096)
def _hat(*columns: Any) -> Hat:
    """A hat, made once: a person's is the same with each of their pages."""
    return Hat(*columns)


def hat_to_wear(hats: Sequence[Hat], membership_id: int | None) -> Hat | None:
    """The hat of that membership; failing that the first, or none."""
    for hat in hats:
        if hat.membership_id == membership_id:
            return hat
    return hats[0] if hats else None


def step_after_password(hats: Sequence[Hat], *, has_authenticator: bool, has_passkey: bool = False) -> Step:
    """What comes after the password: a code wherever the person has one, its set-up where a role asks for one.

    A passkey takes the code's place. Nobody is asked for it whose roles ask for no second step: it needs scripts.
    """
    if has_authenticator:
        return Step.CODE
    if not needs_second_step(hats):
        return Step.NONE
    return Step.CODE if has_passkey else Step.SET_UP_CODE


def needs_second_step(hats: Sequence[Hat]) -> bool:
    """Whether one of the roles asks for more than a password."""
    return any(hat.role in CODE_ROLES for hat in hats)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as sign-in needs them."""

    user_id: int
    name: str
    email: str
    password_hash: str | None = field(repr=False)
    is_deactivated: bool
    is_asleep: bool
    has_authenticator: bool
    has_passkey: bool
    hats: tuple[Hat, ...]
    last_membership_id: int | None
    """The membership that they worked under last."""

    @property
    def next_step(self) -> Step:
        """What comes after the password."""
        return step_after_password(self.hats, has_authenticator=self.has_authenticator, has_passkey=self.has_passkey)

    def at(self, now: datetime) -> Viewer:
        """The viewer under whose name an act of signing in is logged: its hat says in which trail."""
        hats = worn_at(db.session.connection(), self.hats, self.user_id, now)
        hat = hat_to_wear(hats, self.last_membership_id)
        return Viewer(now=now, user_id=self.user_id, name=self.name, email=self.email, hat=hat, hats=hats)


def _statement(condition: ColumnElement[bool]) -> Select[Any]:
    last = (
        select(_SESSIONS.c.membership_id)
        .where(_SESSIONS.c.user_id == _USERS.c.id, _SESSIONS.c.membership_id.is_not(None))
        .order_by(_SESSIONS.c.id.desc())
        .limit(1)
        .correlate(_USERS)
        .scalar_subquery()
    )
    return (
        select(
            _USERS.c.id.label("user_id"),
            _USERS.c.name,
            _USERS.c.email,
            _USERS.c.password_hash,
            _USERS.c.deactivated_at,
            _USERS.c.asleep_at,
            _USERS.c.totp_confirmed_at,
            HAS_PASSKEY,
            last.label("last_membership_id"),
            *HAT_COLUMNS,
        )
        .select_from(with_hats(_USERS))
        .where(condition)
        .order_by(_HATS.c.id)
        .execution_options(**ACROSS)
    )


_BY_EMAIL = _statement(_USERS.c.email == bindparam("email"))
_BY_ID = _statement(_USERS.c.id == bindparam("user_id"))


def tidy_email(typed: str) -> str:
    """An address as accounts keep it."""
    return typed.strip().lower()


def find_by_email(email: str) -> KnownPerson | None:
    """Whoever has this address, deactivated or not."""
    return _known(_BY_EMAIL, {"email": tidy_email(email)})


def find_by_id(user_id: int) -> KnownPerson | None:
    """Whoever has this id, deactivated or not."""
    return _known(_BY_ID, {"user_id": user_id})


def _known(statement: Select[Any], parameters: dict[str, Any]) -> KnownPerson | None:
    rows = db.session.execute(statement, parameters).all()
    if not rows:
        return None
    first = rows[0]
    return KnownPerson(
        user_id=first.user_id,
        name=first.name,
        email=first.email,
        password_hash=first.password_hash,
        is_deactivated=first.deactivated_at is not None,
        is_asleep=first.asleep_at is not None,
        has_authenticator=first.totp_confirmed_at is not None,
        has_passkey=first.has_passkey,
        hats=hats_of(rows),
        last_membership_id=first.last_membership_id,
    )
