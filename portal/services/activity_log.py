"""A partnership's trail as an administrator reads it: who, when, what, which record; never its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, or_, select

from portal.access import activity as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.activity_words import did, record
from portal.domain.vocabulary import ActivityOutcome
from portal.domain.working_days import london_instant
from portal.models.activity import Activity, ActivityChain
from portal.models.people import Membership, User

PER_PAGE = 50
SYSTEM = "The portal itself"
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; `person` is part of a name or address, the days are London's and both included."""

    person: str = ""
    verb: str = ""
    from_day: date | None = None
    to_day: date | None = None
    refused_only: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    number: int
    at: datetime
    who: str
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
    written meanwhile moves nothing from one page to the next.
    """
    chain = select(ActivityChain.id).where(ActivityChain.partnership_id == viewer.partnership_id).scalar_subquery()
    rows = _narrowed(access.visible_to(viewer).where(Activity.chain_id == chain), viewer, wanted)
    if before is not None:
        rows = rows.where(Activity.sequence < min(max(before, 0), _LARGEST))
    found = list(db.session.scalars(rows.order_by(Activity.sequence.desc()).limit(PER_PAGE + 1)))
    shown = found[:PER_PAGE]
    names = _names({row.user_id for row in shown if row.user_id is not None})
    entries = [
        Entry(
            number=row.sequence,
            at=row.at,
            who=SYSTEM if row.user_id is None else names.get(row.user_id, f"Person {row.user_id}"),
            what=did(row.verb),
            record=record(row.subject, row.subject_id),
            is_refusal=row.outcome is ActivityOutcome.REFUSED,
        )
        for row in shown
    ]
    return Stretch(entries, shown[-1].sequence if len(found) > PER_PAGE else None)


def _narrowed(rows: Select[Activity], viewer: Viewer, wanted: Wanted) -> Select[Activity]:
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
    if wanted.verb:
        rows = rows.where(Activity.verb == wanted.verb)
    if wanted.from_day is not None:
        rows = rows.where(Activity.at >= london_instant(wanted.from_day, time.min))
    if wanted.to_day is not None:
        rows = rows.where(Activity.at < london_instant(wanted.to_day + timedelta(days=1), time.min))
    if wanted.refused_only:
        rows = rows.where(Activity.outcome == ActivityOutcome.REFUSED)
    return rows


def _names(user_ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}
