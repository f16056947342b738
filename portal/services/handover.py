"""Handing over somebody's open work: a leaver's on one page, and what falls into days away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.access import absences as absences_access
from portal.access import people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.absences import WorkKind, may_take, work_words
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import AGENCY_ROLES, ANSWERING_ROLES, Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn, SectionGiven
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.absences.colleagues import Colleague, colleagues_where
from portal.services.absences.listing import found_absence
from portal.services.changes import Change, changing
from portal.services.named_people.naming import name_chairs
from portal.services.notices.telling import Telling, tell
from portal.services.open_work import Bound, Span, bound_work, count_open_work
from portal.services.people_locks import lock_memberships
from portal.services.scheduling.chairing import note_handover

LEADS_ALONE = frozenset({WorkKind.SECTIONS})
"""What nobody hands over for themselves: the lead says who answers a section of an audit."""

_GIVEN = cast(Table, SectionGiven.__table__)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """So many things of one kind, and who can take them."""

    kind: WorkKind
    number: int
    takers: tuple[Colleague, ...]

    @property
    def words(self) -> str:
        """Such as "3 meetings to chair"."""
        return work_words(self.kind, self.number)


@dataclass(frozen=True, slots=True)
class HandOver:
    """Whose work is handed over, what it is, and who can take all of it."""

    membership_id: int
    name: str
    role: Role
    agency: str | None
    has_ended: bool
    work: tuple[OpenWork, ...]

    @property
    def takers_of_all(self) -> tuple[Colleague, ...]:
        """Whoever can take every kind that somebody can take at all; empty where there is but one kind."""
        offered = [one.takers for one in self.work if one.takers]
        if len(offered) <= 1:
            return ()
        common = set.intersection(*({taker.membership_id for taker in takers} for takers in offered))
        return tuple(taker for taker in offered[0] if taker.membership_id in common)


@dataclass(frozen=True, slots=True)
class _Scope:
    membership: Membership
    span: Span
    without: frozenset[WorkKind] = frozenset()


def work_of(viewer: Viewer, membership_id: int) -> HandOver:
    """All open work of one of the people whom the viewer looks after. Raises NotVisible, NotPermitted."""
    return _page(db.session(), _of_person(viewer, membership_id))


def work_in_absence(viewer: Viewer, absence_id: int) -> HandOver:
    """What falls into days away, for whoever plans them. Raises NotVisible, NotPermitted."""
    return _page(db.session(), _of_absence(viewer, absence_id))


def hand_over(viewer: Viewer, membership_id: int, takers: Mapping[WorkKind, int]) -> int:
    """Give all open work of these kinds to these memberships, at once; says how many things went over.

    Everybody concerned is told. Raises NotVisible, NotPermitted, and Invalid for somebody who cannot take it.
    """
    return _give(viewer, _of_person(viewer, membership_id), takers)


def hand_over_absence(viewer: Viewer, absence_id: int, takers: Mapping[WorkKind, int]) -> int:
    """The same for what falls into days away."""
    scope = _of_absence(viewer, absence_id)
    return _give(viewer.wearing(scope.membership.id) or viewer, scope, takers)


def _of_person(viewer: Viewer, membership_id: int) -> _Scope:
    found = db.session.scalar(access.visible_to(viewer).where(Membership.id == membership_id))
    if found is None:
        raise NotVisible("There is no such person.")
    if not access.may_hand_over(viewer, found):
        raise NotPermitted("Nobody hands over their own work here: plan days away, or ask whoever looks after it.")
    return _Scope(found, Span.all_from(viewer.today))


def _of_absence(viewer: Viewer, absence_id: int) -> _Scope:
    absence, membership = found_absence(viewer, absence_id)
    if not absences_access.may_change(viewer, absence, membership):
        raise NotPermitted("These days away are over, or somebody else’s.")
    is_own = absences_access.is_own(viewer, membership)
    # One's own list counts nothing of a record that is closed to oneself; a leaver's must be whole, whoever hands over.
    seen_by = viewer.wearing(membership.id) if is_own else None
    span = Span.within(viewer.today, absence.begins_on, absence.ends_on, seen_by)
    return _Scope(membership, span, LEADS_ALONE if is_own else frozenset())


def _page(session: Session, scope: _Scope) -> HandOver:
    membership = scope.membership
    name, agency = session.execute(
        select(User.name, Agency.name)
        .select_from(User)
        .outerjoin(Agency, Agency.id == membership.agency_id)
        .where(User.id == membership.user_id)
    ).one()
    counts = count_open_work(session, [membership.id], scope.span).get(membership.id, {})
    kinds = [kind for kind in WorkKind if counts.get(kind) and kind not in scope.without]
    takers = _takers(session, membership) if kinds else {}
    return HandOver(
        membership.id,
        name,
        membership.role,
        agency,
        membership.ended_at is not None,
        tuple(OpenWork(kind, counts[kind], takers[kind]) for kind in kinds),
    )


def _takers(session: Session, membership: Membership) -> dict[WorkKind, tuple[Colleague, ...]]:
    agency_id = membership.agency_id if membership.role in AGENCY_ROLES else None
    answering = and_(Membership.agency_id == agency_id, Membership.role.in_(ANSWERING_ROLES))
    wide = Membership.role.in_((Role.CHAIR, Role.SAFEGUARDING_MANAGER))
    known = colleagues_where(session, membership, or_(answering, wide))
    return {
        kind: tuple(one for one in known if may_take(kind, agency_id, one.role, one.agency_id)) for kind in WorkKind
    }


def _give(viewer: Viewer, scope: _Scope, takers: Mapping[WorkKind, int]) -> int:
    wanted = {kind: taker for kind, taker in takers.items() if kind not in scope.without}
    membership_id = scope.membership.id
    if not wanted or not count_open_work(db.session(), [membership_id], scope.span):
        return 0
    with changing(viewer) as change:
        membership = lock_memberships(change, membership_id, *wanted.values())[membership_id]
        known = _takers(change.session, membership)
        names = {one.membership_id: one for one in (taker for found in known.values() for taker in found)}
        wrong = [kind for kind, taker in wanted.items() if taker not in {one.membership_id for one in known[kind]}]
        if wrong:
            raise Invalid(
                "Somebody cannot take this.",
                errors={kind.value: ["Choose one of the people shown"] for kind in wrong},
            )
        given: dict[int, dict[WorkKind, int]] = {}
        for bound in bound_work(scope.span):
            taker = names.get(wanted.get(bound.kind, 0))
            number = _move(change, membership, bound, taker) if taker is not None else 0
            if number and taker is not None:
                given.setdefault(taker.membership_id, {})[bound.kind] = number
        if not given:
            # A colleague was quicker, or it was done meanwhile: there is nothing left to hand over.
            raise Invalid("There was nothing left to hand over.")
        _tell_all(change, membership, given)
    return sum(number for kinds in given.values() for number in kinds.values())


def _move(change: Change, membership: Membership, bound: Bound, taker: Colleague) -> int:
    """Move the rows of one kind, locked in the order of their ids; their versions go on, as for any other change."""
    if bound.kind is WorkKind.SECTIONS:
        ids = _move_sections(change.session, membership, bound, taker)
    else:
        model: Any = bound.owner.class_
        rows = select(model.id).where(bound.owner == membership.id, *bound.conditions).order_by(model.id)
        ids = list(change.session.scalars(rows.with_for_update()))
        values: dict[str, Any] = {bound.owner.key: taker.membership_id, "version": model.version + 1}
        if model is Action:
            values["owner_name"] = taker.name
        change.session.execute(
            update(model).where(model.id.in_(ids)).values(values).execution_options(synchronize_session=False)
        )
        change.session.expire_all()
        if model is Meeting:
            name_chairs(change, ids)
            note_handover(change, ids, membership.id)
    for row_id in ids:
        change.log("work.handed_over", bound.subject, row_id)
    return len(ids)


def _move_sections(session: Session, membership: Membership, bound: Bound, taker: Colleague) -> list[int]:
    """Sections go to a practitioner; a lead has all of them anyway, and gets no row."""
    theirs = (bound.owner == membership.id, *bound.conditions)
    # Giving a section locks its return: so does this, and neither undoes the other.
    returns = session.scalars(
        select(AuditReturn.id)
        .where(AuditReturn.id.in_(select(SectionGiven.return_id).where(*theirs)))
        .order_by(AuditReturn.id)
        .with_for_update()
    ).all()
    rows = session.execute(
        select(SectionGiven.return_id, SectionGiven.standard_id)
        .where(*theirs)
        .order_by(SectionGiven.return_id, SectionGiven.standard_id)
    ).all()
    session.execute(delete(_GIVEN).where(_GIVEN.c.membership_id == membership.id, _GIVEN.c.return_id.in_(returns)))
    if taker.role is Role.PRACTITIONER:
        has = {
            (row.return_id, row.standard_id)
            for row in session.execute(
                select(_GIVEN.c.return_id, _GIVEN.c.standard_id).where(
                    _GIVEN.c.membership_id == taker.membership_id, _GIVEN.c.return_id.in_(returns)
                )
            )
        }
        new = [
            {
                "partnership_id": membership.partnership_id,
                "return_id": row.return_id,
                "standard_id": row.standard_id,
                "membership_id": taker.membership_id,
            }
            for row in rows
            if (row.return_id, row.standard_id) not in has
        ]
        if new:
            session.execute(insert(_GIVEN), new)
    return [row.return_id for row in rows]


def _tell_all(change: Change, membership: Membership, given: Mapping[int, Mapping[WorkKind, int]]) -> None:
    """Tell whoever took something, and whoever it was taken from."""
    name = change.session.scalar(select(User.name).where(User.id == membership.user_id))
    minute = int(change.viewer.now.timestamp()) // 60

    def telling(what: str) -> Telling:
        return Telling(NoticeKind.WORK_HANDED_OVER, "membership", membership.id, place=minute, what=what[:200])

    total: dict[WorkKind, int] = {}
    for taker, kinds in given.items():
        tell(change, membership.partnership_id, [taker], telling(f"{_in_words(kinds)}, from {name}"))
        for kind, number in kinds.items():
            total[kind] = total.get(kind, 0) + number
    tell(change, membership.partnership_id, [membership.id], telling(f"Yours went to a colleague: {_in_words(total)}"))


def _in_words(kinds: Mapping[WorkKind, int]) -> str:
    return ", ".join(work_words(kind, number) for kind, number in kinds.items())
