"""A partnership's trail as an administrator searches it: who, when, what, which record; never its content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, or_, select

from portal.access import activity as access
from portal.access import agencies as agencies_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.activity_words import did, record
from portal.domain.row_numbers import LARGEST
from portal.domain.vocabulary import ActivityOutcome, Role
from portal.domain.working_days import london_instant
from portal.models.activity import Activity, ActivityChain
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.services import activity

PER_PAGE = 50
SYSTEM = "The portal itself"
READ = "activity.read"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; `person` is part of a name or address, the days are London's and both included."""

    person: str = ""
    verb: str = ""
    subject: str = ""
    subject_id: int | None = None
    agency_id: int | None = None
    from_day: date | None = None
    to_day: date | None = None
    outcome: ActivityOutcome | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it was: a person's name, and the role and agency that their membership has now."""

    name: str
    role: Role | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    number: int
    at: datetime
    who: str
    role: Role | None
    agency: str | None
    what: str
    record: str
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """The newest entries that were asked for; `older_than` is where the next ones begin, if there are any."""

    entries: list[Entry]
    older_than: int | None


def list_activity(viewer: Viewer, wanted: Wanted, *, before: int | None = None) -> Stretch:
    """Entries of the viewer's partnership from the newest on, or from the one before number `before`.

    Pages go by number rather than by counting, so that a long trail is as quick to read as a short one, and what is
    written meanwhile moves nothing from one page to the next. That it was looked through is an entry too, after these.
    """
    rows = rows_of(viewer, wanted)
    if before is not None:
        rows = rows.where(Activity.sequence < min(max(before, 0), LARGEST))
    found = list(db.session.scalars(rows.order_by(Activity.sequence.desc()).limit(PER_PAGE + 1)))
    shown = found[:PER_PAGE]
    hands = hands_of(shown)
    entries = [
        Entry(
            number=row.sequence,
            at=row.at,
            who=hands[row.sequence].name,
            role=hands[row.sequence].role,
            agency=hands[row.sequence].agency,
            what=did(row.verb),
            record=record(row.subject, row.subject_id),
            is_refusal=row.outcome is ActivityOutcome.REFUSED,
        )
        for row in shown
    ]
    if access.may_search(viewer):
        activity.record_reading(viewer, READ, "partnership", [viewer.partnership_id or 0])
    return Stretch(entries, shown[-1].sequence if len(found) > PER_PAGE else None)


def rows_of(viewer: Viewer, wanted: Wanted) -> Select[Activity]:
    """The entries that somebody asks for, as far as they are the viewer's to see."""
    chain = select(ActivityChain.id).where(ActivityChain.partnership_id == viewer.partnership_id).scalar_subquery()
    rows = _of_people(access.visible_to(viewer).where(Activity.chain_id == chain), viewer, wanted)
    if wanted.verb:
        rows = rows.where(Activity.verb == wanted.verb)
    if wanted.subject:
        rows = rows.where(Activity.subject == wanted.subject)
    if wanted.subject_id is not None:
        rows = rows.where(Activity.subject_id == min(wanted.subject_id, LARGEST))
    if wanted.from_day is not None:
        rows = rows.where(Activity.at >= london_instant(wanted.from_day, time.min))
    if wanted.to_day is not None:
        rows = rows.where(Activity.at < london_instant(wanted.to_day + timedelta(days=1), time.min))
    if wanted.outcome is not None:
        rows = rows.where(Activity.outcome == wanted.outcome)
    return rows


def agencies_to_choose(viewer: Viewer) -> list[tuple[int, str]]:
    """The agencies whose people's entries can be asked for, by name."""
    ids = agencies_access.visible_to(viewer).with_only_columns(PartnershipAgency.agency_id)
    rows = db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(ids)).order_by(Agency.name))
    return [(row.id, row.name) for row in rows]


def hands_of(rows: Iterable[Activity]) -> Mapping[int, Hand]:
    """Whose hand each entry of one chain is, by its number: names, roles, agencies; by two statements."""
    listed = list(rows)
    users = select(User.id, User.name).where(User.id.in_({row.user_id for row in listed if row.user_id is not None}))
    hats = select(Membership.id, Membership.role, Agency.name).outerjoin(Agency, Agency.id == Membership.agency_id)
    hats = hats.where(Membership.id.in_({row.membership_id for row in listed if row.membership_id is not None}))
    names = {row.id: row.name for row in db.session.execute(users)}
    worn = {row.id: row for row in db.session.execute(hats)}
    found = {}
    for row in listed:
        name = SYSTEM if row.user_id is None else names.get(row.user_id, f"Person {row.user_id}")
        hat = worn.get(row.membership_id) if row.membership_id is not None else None
        found[row.sequence] = Hand(name, hat.role if hat else None, hat.name if hat else None)
    return found


def _of_people(rows: Select[Activity], viewer: Viewer, wanted: Wanted) -> Select[Activity]:
    words = wanted.person.strip()
    if words:
        people = (
            select(Membership.user_id)
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.partnership_id == viewer.partnership_id,
                or_(User.name.icontains(words, autoescape=True), User.email.icontains(words, autoescape=True)),
            )
        )
        rows = rows.where(Activity.user_id.in_(people))
    if wanted.agency_id is not None:
        rows = rows.where(Activity.agency_id == wanted.agency_id)
    return rows
