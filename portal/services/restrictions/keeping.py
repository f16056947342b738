"""Closing a family's record to people, changing whom a restriction is about, and ending it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.access import restrictions as access
from portal.access.closed_notices import closed_notice_where
from portal.access.roles import CASE_ROLES
from portal.access.viewer import Hat, Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailPlace
from portal.domain.restriction_vocabulary import Reach
from portal.domain.restrictions import REASON_LIMIT, Closure, nobody_left
from portal.models.cases import Case
from portal.models.messages import Notice
from portal.models.restrictions import CaseRestriction, RestrictedPerson
from portal.services import case_facts
from portal.services.changes import LOST, Change, changing
from portal.services.closed_records import closures, keepers, meetings_about, shut_out
from portal.services.restrictions.people import by_address, candidates, memberships_of
from portal.services.sent_forms import once

NOBODY_LEFT = (
    "Nobody would be left who keeps this record: one safeguarding manager or coordinator at least must go on seeing it"
)
UNKNOWN = "Nobody with this address works in the partnership"


@dataclass(frozen=True, slots=True)
class Closing:
    """What is asked for; `address` is one more person, who need not be among those shown."""

    reach: Reach
    people: frozenset[int]
    reason: str
    begins_on: date
    until: date | None = None
    address: str = ""


def close_record(viewer: Viewer, case_id: int, closing: Closing) -> int:
    """Close a family's record to people; gives the restriction's id.

    Those who are shut out see nothing of it from their next request on, and are told nothing more. Raises NotVisible,
    NotPermitted, Invalid by field.
    """
    with changing(viewer) as change:
        once(change)
        found = _kept(change, case_id)
        session = change.session
        people = _people(change, found, closing)
        _check(viewer, closing, people)
        before = closures(session, [found.partnership_id]).get(found.partnership_id, {}).get(case_id, [])
        closure = Closure(closing.reach, closing.begins_on, closing.until, people)
        first = max(closing.begins_on, viewer.today)
        _leave_somebody(session, found.partnership_id, [*before, closure], first, field="people")
        restriction = CaseRestriction(
            partnership_id=found.partnership_id,
            case_id=case_id,
            reach=closing.reach,
            reason=closing.reason.strip(),
            begins_on=closing.begins_on,
            until=closing.until,
            made_at=viewer.now,
            made_by_id=_user(viewer),
        )
        session.add(restriction)
        session.flush()
        session.add_all(_row(change, restriction, user_id) for user_id in sorted(people))
        session.flush()
        change.log("restriction.made", "case", case_id)
        forget(change, found.partnership_id, case_id)
        return restriction.id


def put_on_list(viewer: Viewer, restriction_id: int, user_id: int | None, address: str = "") -> None:
    """Put one more person on a restriction's list; somebody who stands there already stays.

    Raises NotVisible, NotPermitted, Invalid by field.
    """
    with changing(viewer) as change:
        restriction = _restriction(change, restriction_id)
        session = change.session
        person = _person(session, restriction, user_id, address)
        listed = on_list(session, restriction_id)
        if person not in listed:
            _relist(change, restriction, listed | {person})
            session.add(_row(change, restriction, person))
            session.flush()
        change.log("restriction.person_added", "case", restriction.case_id)
        forget(change, restriction.partnership_id, restriction.case_id)


def take_off_list(viewer: Viewer, restriction_id: int, user_id: int) -> None:
    """Take somebody off a restriction's list; once more changes nothing.

    Raises NotVisible, NotPermitted, and Invalid for the last one, or where nobody would be left who keeps the record.
    """
    with changing(viewer) as change:
        restriction = _restriction(change, restriction_id)
        listed = on_list(change.session, restriction_id)
        if user_id in listed:
            if len(listed) == 1:
                raise Invalid("One person at least stands on the list: end the restriction instead")
            _relist(change, restriction, listed - {user_id})
            change.session.execute(
                update(RestrictedPerson)
                .where(
                    RestrictedPerson.restriction_id == restriction_id,
                    RestrictedPerson.user_id == user_id,
                    RestrictedPerson.ended_at.is_(None),
                )
                .values(ended_at=viewer.now, ended_by_id=viewer.user_id)
                .execution_options(synchronize_session=False)
            )
        change.log("restriction.person_removed", "case", restriction.case_id)
        forget(change, restriction.partnership_id, restriction.case_id)


def end_restriction(viewer: Viewer, restriction_id: int, version: int) -> int:
    """Open a record again to whom a restriction closes it; gives the family.

    Raises NotVisible, NotPermitted, Conflict.
    """
    with changing(viewer) as change:
        restriction = _restriction(change, restriction_id)
        if restriction.version != version:
            raise Conflict(LOST)
        restriction.ended_at, restriction.ended_by_id = viewer.now, viewer.user_id
        change.log("restriction.ended", "case", restriction.case_id)
        return restriction.case_id


def on_list(session: Session, restriction_id: int) -> frozenset[int]:
    """The users on a restriction's list now."""
    rows = select(RestrictedPerson.user_id).where(
        RestrictedPerson.restriction_id == restriction_id, RestrictedPerson.ended_at.is_(None)
    )
    return frozenset(session.scalars(rows))


def forget(change: Change, partnership_id: int, case_id: int) -> None:
    """Drop what waits to be mailed about a record to those to whom it is closed, and count it as unread no more.

    Their inbox leaves it out by itself for as long as it is closed (access/notices.py).
    """
    session, viewer = change.session, change.viewer
    by_case = {case_id: closures(session, [partnership_id]).get(partnership_id, {}).get(case_id, [])}
    meetings = meetings_about(session, [case_id]).get(case_id, frozenset())
    waits = Notice.mail_place == MailPlace.WAITING
    for membership_id, user_id, role in memberships_of(session, partnership_id):
        if role not in CASE_ROLES or not shut_out(by_case, user_id, role, viewer.today):
            continue
        hat = Hat(membership_id, partnership_id, "", role, closed_cases=frozenset({case_id}), closed_meetings=meetings)
        session.execute(
            update(Notice)
            .where(closed_notice_where(hat))
            .values(
                settled_at=case((Notice.settled_at.is_(None), viewer.now), else_=Notice.settled_at),
                mail_place=case((waits, MailPlace.DROPPED.value), else_=Notice.mail_place),
            )
            .execution_options(synchronize_session=False)
        )


def _person(session: Session, restriction: CaseRestriction, user_id: int | None, address: str) -> int:
    if address.strip():
        known = by_address(session, restriction.partnership_id, address)
        if known is None:
            raise Invalid(UNKNOWN, errors={"address": [UNKNOWN]})
        return known
    offered = {one.user_id for one in candidates(session, restriction.partnership_id, restriction.case_id)}
    if user_id is None or user_id not in offered:
        raise Invalid("", errors={"person": ["Choose one of the people shown, or enter an address"]})
    return user_id


def _people(change: Change, found: Case, closing: Closing) -> frozenset[int]:
    """Who stands on the list: also whoever closes a record to all others, since they must go on keeping it."""
    session = change.session
    offered = {one.user_id for one in candidates(session, found.partnership_id, found.id)}
    if not closing.people <= offered:
        raise Invalid("", errors={"people": ["Choose from the people shown"]})
    people = set(closing.people)
    if closing.address.strip():
        user_id = by_address(session, found.partnership_id, closing.address)
        if user_id is None:
            raise Invalid(UNKNOWN, errors={"address": [UNKNOWN]})
        people.add(user_id)
    if closing.reach is Reach.ALL_OTHERS and change.viewer.user_id is not None:
        people.add(change.viewer.user_id)
    return frozenset(people)


def _check(viewer: Viewer, closing: Closing, people: Iterable[int]) -> None:
    errors: dict[str, list[str]] = {}
    if not people:
        errors["people"] = ["Choose at least one person, or enter an address"]
    if not closing.reason.strip():
        errors["reason"] = ["Say why the record is closed to them"]
    elif len(closing.reason) > REASON_LIMIT:
        errors["reason"] = [f"Use {REASON_LIMIT:,} characters or fewer"]
    if closing.begins_on < viewer.today:
        errors["begins_on"] = ["Enter today, or a day to come"]
    if closing.until is not None and closing.until < closing.begins_on:
        errors["until"] = ["Enter a day that is not before the first one"]
    if errors:
        raise Invalid("", errors=errors)


def _relist(change: Change, restriction: CaseRestriction, people: frozenset[int]) -> None:
    """Look whether the record would still be kept with this list, and raise the restriction's version."""
    session, partnership_id = change.session, restriction.partnership_id
    own = Closure(restriction.reach, restriction.begins_on, restriction.until, people)
    before = Closure(restriction.reach, restriction.begins_on, restriction.until, on_list(session, restriction.id))
    standing = list(closures(session, [partnership_id]).get(partnership_id, {}).get(restriction.case_id, []))
    if before in standing:
        standing.remove(before)
    _leave_somebody(session, partnership_id, [*standing, own], max(restriction.begins_on, change.viewer.today))
    # A new version, so that whoever ends it meanwhile is told that its list is another.
    flag_modified(restriction, "until")


def _leave_somebody(
    session: Session, partnership_id: int, standing: list[Closure], day: date, *, field: str | None = None
) -> None:
    # As if each held for good: two that follow one another must not leave the record to nobody either.
    lasting = [replace(one, begins_on=min(one.begins_on, day), until=None) for one in standing if _counts(one, day)]
    if nobody_left(keepers(session, partnership_id), lasting, day):
        raise Invalid(NOBODY_LEFT, errors={field: [NOBODY_LEFT]} if field else None)


def _counts(one: Closure, day: date) -> bool:
    return one.until is None or one.until >= day


def _row(change: Change, restriction: CaseRestriction, user_id: int) -> RestrictedPerson:
    return RestrictedPerson(
        partnership_id=restriction.partnership_id,
        restriction_id=restriction.id,
        user_id=user_id,
        added_at=change.viewer.now,
        added_by_id=_user(change.viewer),
    )


def _kept(change: Change, case_id: int) -> Case:
    """The family, locked so that two who close its record do so one after the other."""
    found = change.session.scalar(access.kept_cases(change.viewer).where(Case.id == case_id))
    if found is None:
        raise NotVisible("No such case.")
    case_facts.hold(change.session, found.partnership_id, [case_id])
    return found


def _restriction(change: Change, restriction_id: int) -> CaseRestriction:
    rows = access.visible_to(change.viewer).where(CaseRestriction.id == restriction_id)
    found = change.session.scalar(rows.with_for_update(of=CaseRestriction).execution_options(populate_existing=True))
    if found is None:
        raise NotVisible("No such restriction.")
    if not access.may_change(change.viewer, found):
        raise NotPermitted("This restriction has ended.")
    return found


def _user(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise NotPermitted("Somebody must have closed it.")
    return viewer.user_id
