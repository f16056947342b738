"""What every change of an escalation is made of: its standing stored, an entry added to its log, people told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import escalations as access
from portal.domain.errors import NotVisible
from portal.domain.escalation_vocabulary import (
    POSTS_TOLD,
    ChildSafe,
    EntryKind,
    EscalationStatus,
    LadderKind,
    Learning,
    Resolution,
    Side,
    Told,
    Turn,
)
from portal.domain.labels import short_label
from portal.domain.ladder_rules import Stage
from portal.domain.ladders import Standing
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.models.escalations import Escalation, EscalationEntry, EscalationTold
from portal.models.partnerships import Partnership
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell

_BOARD = frozenset({Role.BUSINESS_MANAGER, Role.SCRUTINEER})
"""Who hears of a matter that has come to the board: its members see figures alone."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What an entry says beyond its kind."""

    text: str = ""
    from_stage: int | None = None
    to_stage: int | None = None
    moves_clock: bool = False
    told: tuple[str, ...] = ()
    resolution: Resolution | None = None
    child_safe: ChildSafe | None = None
    learning: Learning | None = None
    amends: int | None = None


def locked(change: Change, escalation_id: int) -> Escalation:
    """An escalation that the viewer sees, locked so that people and clocks wait for each other. Raises NotVisible."""
    found = change.session.scalar(
        access.visible_to(change.viewer)
        .where(Escalation.id == escalation_id)
        .with_for_update(key_share=True, of=Escalation)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotVisible("No such escalation.")
    return found


def next_reference(session: Session, partnership_id: int) -> str:
    """The next reference of a partnership, such as E-0042; whoever else raises one waits until this one is there."""
    session.execute(select(Partnership.id).where(Partnership.id == partnership_id).with_for_update(key_share=True))
    latest = session.scalar(select(func.max(Escalation.id)).where(Escalation.partnership_id == partnership_id))
    number = 0
    if latest is not None:
        reference = session.scalar(select(Escalation.reference).where(Escalation.id == latest))
        number = int((reference or "E-0").partition("-")[2])
    return f"E-{number + 1:04d}"


def standing_of(escalation: Escalation) -> Standing:
    """Where a stored escalation stands."""
    return Standing(
        stage=escalation.stage,
        turn=escalation.turn,
        entered_at=escalation.stage_entered_at,
        due_at=escalation.due_at,
        is_urgent=escalation.is_urgent,
        formal_at=escalation.formal_at,
        extended_days=escalation.extended_days,
        is_noted=escalation.is_noted,
    )


def store(escalation: Escalation, standing: Standing) -> None:
    """Write where it stands now; closing it is `shut`."""
    escalation.stage = standing.stage
    escalation.turn = standing.turn
    escalation.stage_entered_at = standing.entered_at
    escalation.due_at = standing.due_at
    escalation.is_urgent = standing.is_urgent
    escalation.formal_at = standing.formal_at
    escalation.extended_days = standing.extended_days
    escalation.is_noted = standing.is_noted


def shut(change: Change, escalation: Escalation, resolution: Resolution) -> None:
    """Close it at whatever stage it is."""
    escalation.turn, escalation.due_at = Turn.NOBODY, None
    escalation.status = EscalationStatus.WITHDRAWN if resolution is Resolution.WITHDRAWN else EscalationStatus.RESOLVED
    escalation.closed_at, escalation.closed_by_id = change.viewer.now, change.viewer.user_id
    escalation.resolution = resolution


def side_of(change: Change, escalation: Escalation) -> Side:
    """For whom the viewer writes in this log."""
    if change.viewer.is_system:
        return Side.CLOCK
    if access.is_raised_with(change.viewer, escalation):
        return Side.RAISED_WITH
    return Side.RAISED_BY if access.is_raised_by(change.viewer, escalation) else Side.PARTNERSHIP


def add_entry(change: Change, escalation: Escalation, kind: EntryKind, saying: Saying = Saying()) -> EscalationEntry:
    """Add to the log; the escalation must be locked or new, so that no two entries take one number."""
    last = change.session.scalar(
        select(func.max(EscalationEntry.number)).where(EscalationEntry.escalation_id == escalation.id)
    )
    entry = EscalationEntry(
        partnership_id=escalation.partnership_id,
        escalation_id=escalation.id,
        number=(last or 0) + 1,
        kind=kind,
        side=side_of(change, escalation),
        at=change.viewer.now,
        by_membership_id=change.viewer.membership_id,
        by_user_id=change.viewer.user_id,
        text=saying.text,
        from_stage=saying.from_stage,
        to_stage=saying.to_stage,
        due_at=escalation.due_at if saying.moves_clock else None,
        told=list(saying.told),
        resolution=saying.resolution,
        child_safe=saying.child_safe,
        learning=saying.learning,
        amends=saying.amends,
    )
    change.session.add(entry)
    change.session.flush()
    return entry


def tell_stage(change: Change, escalation: Escalation, stage: Stage, *, is_new: bool = False) -> tuple[str, ...]:
    """Tell whoever a stage tells, and keep who they were; returns the posts that were told, as words for the log.

    `is_new`: it was raised at this stage, and has not moved there.

    Where a stage names posts that nobody in the agency holds, its leads are told instead, so that a stage never begins
    unheard; and where it has no lead either, the safeguarding manager.
    """
    told: dict[int, Told] = {}
    people = _people(change.session, escalation)
    for post in stage.told:
        for person in people:
            if _is_told(person, post, escalation):
                told.setdefault(person.id, post)
    if not any(person.id in told for person in people if person.agency_id is not None):
        leads = [person for person in people if _is_told(person, Told.AGENCY_LEAD, escalation)]
        fallback = leads or [person for person in people if _is_told(person, Told.SAFEGUARDING_MANAGER, escalation)]
        stand_in = Told.AGENCY_LEAD if leads else Told.SAFEGUARDING_MANAGER
        told.update({person.id: stand_in for person in fallback})
    known = set(
        change.session.scalars(
            select(EscalationTold.membership_id).where(
                EscalationTold.escalation_id == escalation.id, EscalationTold.stage == stage.number
            )
        )
    )
    change.session.add_all(
        EscalationTold(
            escalation_id=escalation.id,
            stage=stage.number,
            membership_id=membership_id,
            partnership_id=escalation.partnership_id,
            told_as=post,
            at=change.viewer.now,
        )
        for membership_id, post in told.items()
        if membership_id not in known
    )
    is_alert = escalation.kind is LadderKind.PRACTICE_ALERT
    if is_new:
        kind = NoticeKind.ALERT_RAISED if is_alert else NoticeKind.ESCALATION_RAISED
    else:
        kind = NoticeKind.ALERT_STAGE if is_alert else NoticeKind.ESCALATION_STAGE
    tell_people(change, escalation, told, kind, place=stage.number)
    return tuple(dict.fromkeys(short_label(post) for post in told.values()))


def tell_people(
    change: Change,
    escalation: Escalation,
    memberships: Iterable[int],
    kind: NoticeKind,
    *,
    place: int = 0,
    again: str = "",
) -> None:
    """Tell some people something about an escalation; an urgent one is urgent to them too."""
    tell(
        change,
        escalation.partnership_id,
        memberships,
        Telling(
            kind,
            "escalation",
            escalation.id,
            place=place,
            what=f"{escalation.reference}: {short_label(escalation.kind)}",
            due_at=escalation.due_at,
            urgency=Urgency.URGENT if escalation.is_urgent else Urgency.SOON,
            again=again,
        ),
    )


def raisers(session: Session, escalation: Escalation) -> set[int]:
    """The memberships that hear of replies: whoever raised it, and the leads of their agency.

    Where whoever raised it has left, and no lead is there, the safeguarding manager hears in their place.
    """
    is_raiser = Membership.id == escalation.raised_by_membership_id
    if escalation.raised_by_agency_id is not None:
        is_raiser |= (Membership.agency_id == escalation.raised_by_agency_id) & (Membership.role == Role.AGENCY_LEAD)
    found = session.scalars(
        select(Membership.id).where(
            Membership.partnership_id == escalation.partnership_id, Membership.ended_at.is_(None), is_raiser
        )
    )
    return set(found) or managers(session, escalation.partnership_id)


def told_so_far(session: Session, escalation: Escalation) -> set[int]:
    """The memberships that were told of any stage."""
    return set(
        session.scalars(select(EscalationTold.membership_id).where(EscalationTold.escalation_id == escalation.id))
    )


def managers(session: Session, partnership_id: int) -> set[int]:
    """The memberships of a partnership's safeguarding managers."""
    return set(
        session.scalars(
            select(Membership.id).where(
                Membership.partnership_id == partnership_id,
                Membership.role == Role.SAFEGUARDING_MANAGER,
                Membership.ended_at.is_(None),
            )
        )
    )


def _people(session: Session, escalation: Escalation) -> list[Any]:
    """Everybody whom a stage could tell: of the agency that is asked, and of the partnership itself."""
    return list(
        session.execute(
            select(Membership.id, Membership.agency_id, Membership.team_id, Membership.role, Membership.post)
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.partnership_id == escalation.partnership_id,
                Membership.ended_at.is_(None),
                User.deactivated_at.is_(None),
                (Membership.agency_id == escalation.raised_with_agency_id)
                | Membership.role.in_(_BOARD | {Role.SAFEGUARDING_MANAGER}),
            )
            .order_by(Membership.id)
        )
    )


def _is_told(person: Any, told: Told, escalation: Escalation) -> bool:
    """Whether a person is one whom `told` means, for this escalation."""
    if told is Told.BOARD:
        return person.role in _BOARD
    if told is Told.SAFEGUARDING_MANAGER:
        return person.role is Role.SAFEGUARDING_MANAGER
    if person.agency_id != escalation.raised_with_agency_id:
        return False
    if told is Told.AGENCY_LEAD:
        return person.role is Role.AGENCY_LEAD
    if told is Told.PRACTITIONERS:
        return (
            person.role in ANSWERING_ROLES
            and person.role is not Role.AGENCY_LEAD
            and escalation.raised_with_team_id is not None
            and person.team_id == escalation.raised_with_team_id
        )
    return person.post in POSTS_TOLD[told]
