"""Making, listing and ending keys of the API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.access import api_keys as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.api_keys import (
    LONGEST_LIFE,
    LONGEST_NAME,
    MOST_KEYS,
    PREFIX,
    digest_of,
    ending_of,
    holds,
)
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import Role
from portal.models.api_keys import ApiKey
from portal.models.partnerships import Partnership
from portal.models.people import User
from portal.services.changes import changing
from portal.services.sent_forms import once

MOST_LISTED = 200
_BYTES = 32
"""Of chance in a key: nobody guesses 256 bits."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as its keepers see it: never the key itself."""

    id: int
    name: str
    opens: str
    """Whose figures, in words: an agency's name, or the whole partnership."""
    ending: str
    made_at: datetime
    made_by: str
    ends_on: date
    ended_at: datetime | None
    last_used_at: datetime | None
    uses: int
    holds: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that was just made: shown this once, and kept nowhere."""

    id: int
    name: str
    ends_on: date
    key: str = field(repr=False)


def list_keys(viewer: Viewer) -> list[KeyRow]:
    """The keys that the viewer keeps, those that hold first, the newest first; by one query."""
    rows = db.session.scalars(
        access.visible_to(viewer)
        .options(
            joinedload(ApiKey.agency),
            joinedload(ApiKey.made_by).load_only(User.name),
        )
        .order_by(ApiKey.id.desc())
        .limit(MOST_LISTED)
    ).all()
    listed = [_row(viewer, one) for one in rows]
    return sorted(listed, key=lambda row: not row.holds)


def find_key(viewer: Viewer, key_id: int) -> KeyRow:
    """One of them. Raises NotVisible."""
    found = db.session.scalar(
        access.visible_to(viewer)
        .where(ApiKey.id == key_id)
        .options(joinedload(ApiKey.agency), joinedload(ApiKey.made_by).load_only(User.name))
    )
    if found is None:
        raise NotVisible("There is no such key.")
    return _row(viewer, found)


def opens_words(viewer: Viewer) -> str:
    """Whose figures a key would read that the viewer makes."""
    return viewer.agency_name if viewer.role is Role.AGENCY_LEAD else viewer.partnership_name


def make_key(viewer: Viewer, name: str, ends_on: date) -> MadeKey:
    """Make a key: a lead's to the own agency's figures, the others' to the partnership's.

    Raises NotPermitted, and Invalid by field ("name", "ends_on").
    """
    if not access.may_make(viewer):
        raise NotPermitted("Keys are made by an agency’s lead, the business manager and the administrator.")
    name = name.strip()
    _check(viewer, name, ends_on)
    agency_id = viewer.agency_id if viewer.role is Role.AGENCY_LEAD else None
    key = PREFIX + secrets.token_urlsafe(_BYTES)
    with changing(viewer) as change:
        once(change)
        # One at a time: so many keys are allowed, however many are made at once.
        change.session.execute(select(Partnership.id).where(Partnership.id == viewer.partnership_id).with_for_update())
        living = change.session.scalar(
            select(func.count(ApiKey.id)).where(
                ApiKey.partnership_id == viewer.partnership_id,
                ApiKey.agency_id == agency_id if agency_id is not None else ApiKey.agency_id.is_(None),
                ApiKey.ended_at.is_(None),
                ApiKey.ends_on >= viewer.today,
            )
        )
        if (living or 0) >= MOST_KEYS:
            raise Invalid(f"There are {MOST_KEYS} keys already. End one that is not used any more")
        made = ApiKey(
            partnership_id=viewer.partnership_id or 0,
            agency_id=agency_id,
            name=name,
            digest=digest_of(key),
            ending=ending_of(key),
            made_at=viewer.now,
            made_by_id=viewer.user_id,
            ends_on=ends_on,
            uses=0,
        )
        change.session.add(made)
        change.session.flush()
        change.log("api_key.made", "api_key", made.id)
        return MadeKey(made.id, name, ends_on, key)


def end_key(viewer: Viewer, key_id: int) -> None:
    """End a key at once; one that has been ended stays so. Raises NotVisible, NotPermitted."""
    row = find_key(viewer, key_id)
    if row.ended_at is not None:
        return
    if not row.may_end:
        raise NotPermitted("This key is somebody else’s to end.")
    with changing(viewer) as change:
        key = change.session.scalar(
            access.visible_to(viewer)
            .where(ApiKey.id == key_id)
            .with_for_update(of=ApiKey)
            .execution_options(populate_existing=True)
        )
        if key is None:
            raise NotVisible("There is no such key.")
        if key.ended_at is None:
            key.ended_at = viewer.now
            key.ended_by_id = viewer.user_id
        change.log("api_key.ended", "api_key", key.id)


def _check(viewer: Viewer, name: str, ends_on: date) -> None:
    if not name:
        raise Invalid("", errors={"name": ["Enter a name for the key"]})
    if len(name) > LONGEST_NAME:
        raise Invalid("", errors={"name": [f"Shorten this to {LONGEST_NAME} characters or fewer"]})
    if not viewer.today <= ends_on <= viewer.today + LONGEST_LIFE:
        raise Invalid("", errors={"ends_on": ["Choose a day between today and a year from now"]})


def _row(viewer: Viewer, key: ApiKey) -> KeyRow:
    return KeyRow(
        id=key.id,
        name=key.name,
        opens=key.agency.name if key.agency else viewer.partnership_name,
        ending=key.ending,
        made_at=key.made_at,
        made_by=key.made_by.name if key.made_by else "",
        ends_on=key.ends_on,
        ended_at=key.ended_at,
        last_used_at=key.last_used_at,
        uses=key.uses,
        holds=holds(key.ends_on, key.ended_at, viewer.today),
        may_end=access.may_end(viewer, key),
    )
