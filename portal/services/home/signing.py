"""Signing on Home: a return that is complete and to be sent, and one that waits for this person's signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import audits as audits_access
from portal.access import signing as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.audit_vocabulary import ReturnStatus, SignOffStep
from portal.domain.sign_off import SIGNING_ROLES, Place, Signed, offer, signer_of
from portal.models.audits import AuditReturn, AuditRound, Response, SignOff
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.home.tasks import Task, TaskKind


def returns_to_sign(session: Session, viewer: Viewer) -> list[Task]:
    """What the person's memberships have to sign, or to send to be signed; by one query, or two."""
    hats = {hat.membership_id: hat for hat in viewer.hats if hat.role in SIGNING_ROLES}
    worn = {number: one for number in hats if (one := viewer.wearing(number)) is not None}
    if not worn:
        return []
    rows = session.execute(union_all(*(select(_returns(one).subquery()) for one in worn.values()))).all()
    found: dict[tuple[int, int], list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault((row.membership_id, row.id), []).append(row)
    places = _places(session, {row.membership_id: worn[row.membership_id] for row in rows if row.is_waiting})
    tasks: dict[int, Task] = {}
    for (number, return_id), lines in found.items():
        task = _task(hats[number], viewer.user_id, lines, places.get(number, []))
        if task is not None:
            # Somebody who is head and designated lead in two memberships has one thing to sign, not two.
            tasks.setdefault(return_id, task)
    return list(tasks.values())


def _returns(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's returns that wait for a signature, each signature on a row; for a lead also complete ones."""
    is_open = or_(Response.rating.is_(None), Response.is_confirmed.is_(False))
    newest = and_(Response.return_id == AuditReturn.id, Response.number == AuditReturn.number)
    is_complete = exists().where(newest).correlate(AuditReturn) & ~exists().where(newest, is_open).correlate(
        AuditReturn
    )
    is_waiting = AuditReturn.status == ReturnStatus.SUBMITTED
    wanted = is_waiting
    if viewer.may(Permission.AUDITS_LEAD):
        ready = and_(AuditReturn.status == ReturnStatus.IN_PROGRESS, AuditRound.closed_at.is_(None), is_complete)
        wanted = or_(is_waiting, ready)
    return (
        audits_access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .outerjoin(SignOff, and_(SignOff.return_id == AuditReturn.id, SignOff.number == AuditReturn.number))
        .where(wanted)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            AuditReturn.id,
            AuditReturn.due_on,
            is_waiting.label("is_waiting"),
            AuditRound.title,
            Agency.name,
            FrameworkEdition.sign_off,
            SignOff.step,
            SignOff.user_id,
        )
    )


def _places(session: Session, worn: Mapping[int, Viewer]) -> dict[int, list[Place]]:
    """Who may have to sign in the agency of each of these memberships."""
    if not worn:
        return {}
    parts = [
        access.signers_visible_to(one)
        .join(User, User.id == Membership.user_id)
        .where(User.deactivated_at.is_(None))
        .with_only_columns(
            literal(number).label("worn"),
            Membership.id,
            Membership.user_id,
            User.name,
            Membership.role,
            Membership.post,
        )
        for number, one in worn.items()
    ]
    found: dict[int, list[Place]] = {}
    for row in session.execute(union_all(*parts)):
        found.setdefault(row.worn, []).append(Place(row.id, row.user_id, row.name, row.role, row.post))
    return found


def _task(
    hat: Hat, user_id: int | None, lines: Sequence[Row[*tuple[Any, ...]]], places: Sequence[Place]
) -> Task | None:
    first = lines[0]
    kind = TaskKind.AUDIT_READY
    if first.is_waiting:
        order = tuple(map(SignOffStep, first.sign_off))
        signed = sorted(
            (Signed(row.step, row.user_id) for row in lines if row.step is not None),
            key=lambda one: order.index(one.step),
        )
        if not offer(order, signed, signer_of(places, user_id)).steps:
            return None
        kind = TaskKind.SIGN_AUDIT
    return Task(kind, hat, first.due_on, subject=first.name, subject_id=first.id, what=first.title)
