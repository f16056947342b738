"""One escalation as one person sees it: whose turn it is, its ladder, its log, and what led to it.

Who raised it with whom, why, how far it is and how it ended is for whoever sees it. What it says, and the family and
the meeting that it is about, are read from `readable_to` alone: structured roles get them empty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased, defer, joinedload

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.escalation_vocabulary import EscalationStatus, Turn
from portal.domain.escalation_words import must_do
from portal.domain.labels import role_name
from portal.domain.ladder_rules import Ladder, Stage
from portal.domain.working_days import london_day
from portal.models.escalations import Escalation, EscalationEntry
from portal.models.partnerships import Team
from portal.models.people import Membership, User
from portal.services import activity
from portal.services.escalation_rules import ladder_on
from portal.services.escalations.log import LogEntry, log_page, one_entry
from portal.services.escalations.steps import Step, steps
from portal.services.escalations.subjects import Cause, Subject, causes_of, subject_of
from portal.services.paging import page_number

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class EscalationPage:
    """All of it. The escalation's own narrative, case and meeting stay closed: what may be read is in `subject`."""

    escalation: Escalation
    raised_by: str
    """The agency, or the role of whoever raised it for the partnership."""
    raiser: str
    raised_with: str
    team: str
    closed_by: str
    ladder: Ladder
    steps: tuple[Step, ...]
    subject: Subject | None
    causes: tuple[Cause, ...]
    log: tuple[LogEntry, ...]
    log_page: int
    log_total: int
    is_overdue: bool
    due_on: date | None
    """London's day on which the clock ends."""
    is_my_side: bool
    may_reply: bool
    may_drive: bool
    may_add: bool
    may_record_outcome: bool

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.escalation.status is EscalationStatus.OPEN

    @property
    def whose(self) -> str:
        """The side whose turn it is."""
        return self.raised_by if self.escalation.turn is Turn.RAISED_BY else self.raised_with

    @property
    def must_do(self) -> str:
        """What that side has to do."""
        until = self.ladder.stage(self.escalation.stage).until
        return must_do(self.escalation.turn, until, is_late=self.is_overdue)

    @property
    def higher(self) -> tuple[Stage, ...]:
        """The stages that it could be moved up to."""
        if self.escalation.due_at is None:
            return ()
        return tuple(stage for stage in self.ladder.stages if stage.number > self.escalation.stage)

    @property
    def days_to_give(self) -> int:
        """How many more working days the stage that it is at may still be given."""
        if self.escalation.due_at is None:
            return 0
        return max(0, self.ladder.stage(self.escalation.stage).more_days(self.escalation.extended_days))

    @property
    def may_ask_again(self) -> bool:
        """Whether there is a reply that the viewer may find wanting."""
        return self.may_drive and self.escalation.turn is Turn.RAISED_BY

    @property
    def may_move_up(self) -> bool:
        """Whether the viewer may take it to a higher stage."""
        return self.may_drive and bool(self.higher)

    @property
    def may_extend(self) -> bool:
        """Whether the viewer may give it more time."""
        return self.may_drive and self.days_to_give > 0


def escalation_page(viewer: Viewer, escalation_id: int, *, page: int = 1) -> EscalationPage:
    """An escalation for whoever sees it, with one page of its log; a reading of its narrative is logged.

    By seven statements at most, whatever its length; one more where its ladder has become shorter than it has climbed.
    Raises NotVisible.
    """
    session: Session = db.session()
    escalation, found = _found(session, viewer, escalation_id)
    subject = subject_of(session, viewer, escalation_id)
    if subject is not None:
        activity.record_reading(viewer, "escalation.read", "escalation", [escalation_id])
    ladder = _ladder_of(session, escalation, viewer.today)
    number = page_number(page, found.newest)
    is_open = escalation.status is EscalationStatus.OPEN
    due_at = escalation.due_at
    return EscalationPage(
        escalation=escalation,
        raised_by=escalation.raised_by_agency.name if escalation.raised_by_agency else role_name(found.role),
        raiser=found.raiser,
        raised_with=escalation.raised_with_agency.name,
        team=found.team or "",
        closed_by=found.closer or "",
        ladder=ladder,
        steps=steps(session, escalation, ladder),
        subject=subject,
        causes=causes_of(session, viewer, escalation_id) if subject is not None else (),
        log=tuple(log_page(session, viewer, escalation, newest=found.newest, page=number, reads=subject is not None)),
        log_page=number,
        log_total=found.newest,
        is_overdue=is_open and due_at is not None and due_at <= viewer.now,
        due_on=london_day(due_at) if due_at else None,
        is_my_side=_is_turn_of(viewer, escalation),
        may_reply=access.may_reply(viewer, escalation),
        may_drive=access.may_drive(viewer, escalation),
        may_add=access.may_add(viewer, escalation),
        may_record_outcome=access.may_record_outcome(viewer, escalation),
    )


def _ladder_of(session: Session, escalation: Escalation, today: date) -> Ladder:
    """The ladder that an escalation climbs, or had climbed when it was closed.

    Where a shorter one holds by now, the stages up to its own stand there as they were when it reached that.
    """
    day = london_day(escalation.closed_at) if escalation.closed_at else today
    ladder = ladder_on(session, escalation.partnership_id, day, escalation.kind)
    if escalation.stage <= ladder.last:
        return ladder
    climbed = ladder_on(session, escalation.partnership_id, london_day(escalation.stage_entered_at), escalation.kind)
    return replace(ladder, stages=ladder.stages + climbed.stages[ladder.last : escalation.stage])


def entry_to_correct(viewer: Viewer, escalation_id: int, number: int) -> LogEntry:
    """An entry that the viewer reads, to write a correction of. Raises NotVisible where there is none."""
    session: Session = db.session()
    escalation, _ = _found(session, viewer, escalation_id)
    if session.scalar(
        access.readable_to(viewer).where(Escalation.id == escalation_id).with_only_columns(Escalation.id)
    ):
        entry = one_entry(session, viewer, escalation, number)
        if entry is not None:
            return entry
    raise NotVisible("No such entry.")


def _found(session: Session, viewer: Viewer, escalation_id: int) -> tuple[Escalation, _Row]:
    """The escalation with its narrative closed, and beside it names and the newest number of its log."""
    closer = aliased(User)
    newest = select(func.max(EscalationEntry.number)).where(EscalationEntry.escalation_id == Escalation.id)
    row = session.execute(
        access.visible_to(viewer)
        .where(Escalation.id == escalation_id)
        .join(Membership, Membership.id == Escalation.raised_by_membership_id)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Team, Team.id == Escalation.raised_with_team_id)
        .outerjoin(closer, closer.id == Escalation.closed_by_id)
        .options(
            joinedload(Escalation.raised_by_agency),
            joinedload(Escalation.raised_with_agency),
            *(
                defer(closed, raiseload=True)
                for closed in (Escalation.summary, Escalation.wanted, Escalation.case_id, Escalation.meeting_id)
            ),
        )
        .add_columns(
            User.name.label("raiser"),
            Membership.role,
            Team.name.label("team"),
            closer.name.label("closer"),
            func.coalesce(newest.correlate(Escalation).scalar_subquery(), 0).label("newest"),
        )
    ).one_or_none()
    if row is None:
        raise NotVisible("No such escalation.")
    return row[0], row


def _is_turn_of(viewer: Viewer, escalation: Escalation) -> bool:
    if escalation.turn is Turn.RAISED_WITH:
        return access.is_raised_with(viewer, escalation)
    return escalation.turn is Turn.RAISED_BY and access.is_raised_by(viewer, escalation)
