"""What agencies are told of audits when it happens: opened, sections given, ready to be signed, opened again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.sign_off import SIGNING_ROLES, Place, Signed, offer, signer_of
from portal.models.audits import AuditReturn, AuditRound, SignOff
from portal.models.frameworks import FrameworkEdition
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.recipients import NOBODY, people_of, tell_leads
from portal.services.notices.telling import Addressed, Telling, tell, tell_all
from portal.services.notices.timing import office_day

SIGNATURES_IN_PLACE = 10
"""A signature's place is the return's version so many times over, and the signatures that stand under it."""


def tell_opened(change: Change, asked: AuditRound, agency_ids: Collection[int]) -> int:
    """Tell the leads of agencies that a round asks them, once it has opened; returns how many people were told."""
    if asked.opens_on > change.viewer.today or not agency_ids:
        return 0
    rows = change.session.execute(
        select(AuditReturn.id, AuditReturn.agency_id, AuditReturn.due_on).where(
            AuditReturn.round_id == asked.id, is_among(AuditReturn.agency_id, "agencies")
        ),
        {"agencies": bound_ids(sorted(agency_ids))},
    ).all()
    people = people_of(change.session, asked.partnership_id, agency_ids)
    day = office_day(change.session, asked.partnership_id, change.viewer.today)
    return tell_all(
        change,
        asked.partnership_id,
        [
            (
                people.get(row.agency_id, NOBODY).leads,
                Telling(
                    NoticeKind.AUDIT_OPENED, "audit_return", row.id, what=asked.title, due_at=day.end_of(row.due_on)
                ),
            )
            for row in rows
        ],
    )


def tell_sections(change: Change, found: AuditReturn, standard_id: int, memberships: Iterable[int]) -> int:
    """Tell colleagues that a section of a return is theirs to answer; returns how many were told."""
    return tell(
        change,
        found.partnership_id,
        memberships,
        Telling(
            NoticeKind.AUDIT_SECTIONS,
            "audit_return",
            found.id,
            place=standard_id,
            what=_title(change.session, found.round_id),
            due_at=_end_of(change, found.partnership_id, found.due_on),
            # Given, taken back and given again is told once a day.
            again=change.viewer.today.isoformat(),
        ),
    )


def tell_reopened(change: Change, found: AuditReturn) -> int:
    """Tell an agency's leads that its return is open again; returns how many were told."""
    return tell_leads(
        change,
        found.partnership_id,
        found.agency_id,
        Telling(
            NoticeKind.AUDIT_REOPENED,
            "audit_return",
            found.id,
            place=found.number,
            what=_title(change.session, found.round_id),
            due_at=_end_of(change, found.partnership_id, found.due_on),
        ),
    )


def tell_next_signers(change: Change, found: AuditReturn) -> int:
    """Tell whoever signs next, once a return waits to be signed; returns how many people were told."""
    change.session.flush()
    return tell_all(
        change, found.partnership_id, to_sign(change.session, change.viewer.today, found.partnership_id, [found.id])
    )


def to_sign(
    session: Session, today: date, partnership_id: int, return_ids: Collection[int], *, again: str = ""
) -> list[Addressed]:
    """Who signs next under each of these returns, and what they are told; by four queries."""
    rows = _waiting(session, partnership_id, return_ids)
    signed = _signatures(session, return_ids)
    places = _places(session, partnership_id, {row.agency_id for row in rows})
    day = office_day(session, partnership_id, today)
    return [
        (
            _next_signers(tuple(map(SignOffStep, row.sign_off)), signed.get(row.id, []), places.get(row.agency_id, [])),
            Telling(
                NoticeKind.AUDIT_TO_SIGN,
                "audit_return",
                row.id,
                place=row.version * SIGNATURES_IN_PLACE + len(signed.get(row.id, [])),
                what=row.title,
                due_at=day.end_of(row.due_on),
                again=again,
            ),
        )
        for row in rows
    ]


def _waiting(session: Session, partnership_id: int, return_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(
        select(
            AuditReturn.id,
            AuditReturn.agency_id,
            AuditReturn.version,
            AuditReturn.due_on,
            AuditRound.title,
            FrameworkEdition.sign_off,
        )
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .where(AuditReturn.partnership_id == partnership_id, is_among(AuditReturn.id, "returns"))
        .order_by(AuditReturn.id),
        {"returns": bound_ids(sorted(return_ids))},
    ).all()


def _signatures(session: Session, return_ids: Collection[int]) -> dict[int, list[tuple[SignOffStep, int]]]:
    """The signatures under the newest version of each of these returns."""
    found: dict[int, list[tuple[SignOffStep, int]]] = {}
    rows = session.execute(
        select(SignOff.return_id, SignOff.step, SignOff.user_id)
        .join(AuditReturn, AuditReturn.id == SignOff.return_id)
        .where(SignOff.number == AuditReturn.number, is_among(SignOff.return_id, "returns")),
        {"returns": bound_ids(sorted(return_ids))},
    )
    for return_id, step, user_id in rows:
        found.setdefault(return_id, []).append((step, user_id))
    return found


def _places(session: Session, partnership_id: int, agency_ids: Collection[int]) -> Mapping[int, list[Place]]:
    """Who may have to sign for each of these agencies."""
    found: dict[int, list[Place]] = {}
    rows = session.execute(
        select(Membership.agency_id, Membership.id, Membership.user_id, User.name, Membership.role, Membership.post)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == partnership_id,
            is_among(Membership.agency_id, "agencies"),
            Membership.role.in_(SIGNING_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(Membership.id),
        {"agencies": bound_ids(sorted(agency_ids))},
    )
    for row in rows:
        if row.agency_id is not None:
            place = Place(row.id, row.user_id, row.name, row.role, row.post)
            found.setdefault(row.agency_id, []).append(place)
    return found


def _next_signers(
    order: Sequence[SignOffStep], signatures: Sequence[tuple[SignOffStep, int]], places: Sequence[Place]
) -> frozenset[int]:
    """One membership of everybody who may sign now: the one that holds the step, where they have several."""
    signed = sorted((Signed(*one) for one in signatures), key=lambda one: order.index(one.step))
    chosen: dict[int, int] = {}
    for user_id in {place.user_id for place in places}:
        steps = offer(order, signed, signer_of(places, user_id)).steps
        if steps:
            own = [place for place in places if place.user_id == user_id]
            holding = [place for place in own if place.holds(steps[0])] or own
            chosen[user_id] = holding[0].membership_id
    return frozenset(chosen.values())


def _title(session: Session, round_id: int) -> str:
    return session.scalars(select(AuditRound.title).where(AuditRound.id == round_id)).one()


def _end_of(change: Change, partnership_id: int, day: date) -> datetime:
    return office_day(change.session, partnership_id, change.viewer.today).end_of(day)
