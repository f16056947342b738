"""What a partnership's rules propose when a register is closed: foreseen on the closing page, kept with the closing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.escalation_vocabulary import LadderEvent, LadderKind, ProposalStatus
from portal.domain.ladder_events import (
    EXCUSED,
    Gathering,
    Occasion,
    Part,
    Proposal,
    events_of,
    months_needed,
    proposed,
)
from portal.domain.ladder_rules import EscalationRules, Stage
from portal.domain.ladder_words import Happened, history_words, proposal_words, stage_words
from portal.domain.quoracy import present_types
from portal.domain.vocabulary import COUNTED_STATUSES, PRESENT, AgencyType, Attendance, Expectation
from portal.domain.working_days import add_months
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.services.changes import Change
from portal.services.escalation_rules import rules_on
from portal.services.registers.sheet import Register, is_left_open
from portal.services.rule_sets import RuleBook, rule_book

MOST_MOVED = timedelta(days=366)
"""How far from its planned day a meeting is ever held: the index knows the planned one."""


@dataclass(frozen=True, slots=True)
class AtClosing:
    """The meeting whose register is closed, as far as it decides what is proposed; `on` is the day it was held."""

    id: int
    partnership_id: int
    type_code: str
    type_name: str
    on: date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the rules propose about one agency, and the stage that this would be."""

    agency_id: int
    agency: str
    proposal: Proposal
    stage: Stage

    @property
    def stage_words(self) -> str:
        """At which stage it would begin."""
        return stage_words(self.stage.number, self.stage.name)

    @property
    def words(self) -> str:
        """Why, in a few words."""
        return proposal_words(self.proposal)

    @property
    def history(self) -> list[Happened]:
        """What was counted, the newest first."""
        return history_words(self.proposal)


def foresee(viewer: Viewer, sheet: Register, held_on: date | None, book: RuleBook | None = None) -> list[Foreseen]:
    """What closing a register would propose as its rows stand, to whoever decides about it; nothing to others.

    Whoever is not marked counts as absent, as closing would record it. `held_on` is the day as far as it is said.
    """
    if not viewer.may(Permission.ESCALATIONS_PROPOSED) or viewer.partnership_id is None:
        return []
    day = held_on or sheet.held_on or sheet.scheduled_on
    meeting = AtClosing(sheet.meeting_id, viewer.partnership_id, sheet.type_code, sheet.type_name, day)
    session: Session = db.session()
    return _work_out(session, viewer, meeting, book or rule_book(session, meeting.partnership_id))


def propose(change: Change, meeting: AtClosing, book: RuleBook) -> int:
    """Keep what the rules propose about each agency, in the transaction that has just closed the register.

    Returns how many proposals there are. Nobody is told: they wait on the chair's Home.
    """
    found = _work_out(change.session, change.viewer, meeting, book)
    if not found:
        return 0
    change.session.add_all(
        EscalationProposal(
            partnership_id=meeting.partnership_id,
            meeting_id=meeting.id,
            invitation_id=one.proposal.counted[0].invitation_id,
            agency_id=one.agency_id,
            events=sorted(one.proposal.events),
            stage=one.stage.number,
            counted=[occasion.to_json() for occasion in one.proposal.counted],
            rule=one.proposal.rule_to_json(),
            made_at=change.viewer.now,
            status=ProposalStatus.OPEN,
        )
        for one in found
    )
    change.log("proposals.made", "meeting", meeting.id)
    return len(found)


def _work_out(session: Session, viewer: Viewer, meeting: AtClosing, book: RuleBook) -> list[Foreseen]:
    """The proposals by agency's name, by a number of statements that grows neither with agencies nor with history."""
    rules = rules_on(session, meeting.partnership_id, meeting.on)
    rows = session.execute(
        access.invitations_visible_to(viewer)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting.id)
        .order_by(Agency.name, Invitation.id)
        .with_only_columns(
            *_OF_INVITATION,
            Invitation.confirmed_attendance,
            Agency.agency_type,
            Agency.name,
            # Closed a second time, a register proposes nothing that it has proposed before, whatever was decided.
            exists().where(EscalationProposal.invitation_id == Invitation.id).label("was_proposed"),
        )
    ).all()
    gathering = Gathering(
        meeting.on,
        book.on(meeting.on).rule_for(meeting.type_code).quorum,
        present_types((row.agency_type, _at_closing(row)) for row in rows),
    )
    counted = frozenset[LadderEvent]().union(*(trigger.events for trigger in rules.triggers))
    news = {}
    for row in rows:
        events = events_of(gathering, _part(row, row.agency_type, _at_closing(row)), viewer.today)
        if events & counted and not row.was_proposed:
            news[row.agency_id] = row, Occasion(row.id, meeting.on, events, meeting=meeting.type_name)
    agencies = {agency_id: row.agency_type for agency_id, (row, _) in news.items()}
    earlier = _earlier(session, viewer.today, meeting, rules, agencies, book)
    ladder = rules.ladder(LadderKind.NON_ATTENDANCE)
    return [
        Foreseen(agency_id, row.name, found, ladder.stage(found.stage))
        for agency_id, (row, new) in news.items()
        if (found := proposed(rules.triggers, [new, *earlier.get(agency_id, ())]))
    ]


def _earlier(
    session: Session,
    today: date,
    meeting: AtClosing,
    rules: EscalationRules,
    agencies: Mapping[int, AgencyType],
    book: RuleBook,
) -> dict[int, list[Occasion]]:
    """The closed meetings to which these agencies were asked before this one, the newest first, by two statements.

    The ladder counts an agency's part in every meeting of the partnership, whoever chairs it and whichever family it
    is about; of each no more leaves here than its kind, its day and what counted.
    """
    months = months_needed(rules.triggers)
    if not agencies or not months:
        return {}
    first = add_months(meeting.on, -months)
    rows = session.execute(
        select(
            *_OF_INVITATION,
            Invitation.meeting_id,
            Meeting.meeting_type_id,
            Meeting.held_on,
            Meeting.quorate,
            Meeting.register_closed_at,
        )
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            Invitation.partnership_id == meeting.partnership_id,
            Invitation.agency_id.in_(agencies),
            Invitation.meeting_on >= first - MOST_MOVED,
            Invitation.expectation.in_(ASKED_TO_REPORT),
            Meeting.id != meeting.id,
            Meeting.status.in_(COUNTED_STATUSES),
            Meeting.held_on.between(first, meeting.on),
            # An import says who came but closes no register: where it says nothing, nothing is known.
            or_(Meeting.register_closed_at.is_not(None), Invitation.confirmed_attendance.is_not(None)),
            ~_is_excused().correlate(Invitation),
        )
        .order_by(Meeting.held_on.desc(), Meeting.id.desc())
    ).all()
    present = _present(session, {row.meeting_id for row in rows if row.quorate is False})
    found: dict[int, list[Occasion]] = defaultdict(list)
    for row in rows:
        # Only of a meeting that was not quorate is it asked who was lacked.
        rule = book.rule(row.meeting_type_id, row.held_on).quorum if row.quorate is False else None
        gathering = Gathering(row.held_on, rule, frozenset(present.get(row.meeting_id, ())))
        part = _part(row, agencies[row.agency_id], row.attendance, was_asked_here=row.register_closed_at is not None)
        found[row.agency_id].append(
            Occasion(
                row.id,
                row.held_on,
                events_of(gathering, part, today),
                is_expected=row.expectation is Expectation.EXPECTED,
                meeting=book.with_id(row.meeting_type_id).name,
            )
        )
    return found


def _present(session: Session, meetings: Collection[int]) -> dict[int, set[AgencyType]]:
    """The agency types of which somebody was at each of these meetings."""
    found: dict[int, set[AgencyType]] = defaultdict(set)
    if meetings:
        rows = session.execute(
            select(Invitation.meeting_id, Agency.agency_type)
            .join(Agency, Agency.id == Invitation.agency_id)
            .where(is_among(Invitation.meeting_id, "meetings"), Invitation.attendance.in_(PRESENT)),
            {"meetings": bound_ids(meetings)},
        )
        for row in rows:
            found[row.meeting_id].add(row.agency_type)
    return found


def _is_excused() -> Exists:
    """Whether a chair has said of an invitation that it was no miss at all."""
    return exists().where(
        EscalationProposal.invitation_id == Invitation.id,
        EscalationProposal.status == ProposalStatus.WAIVED,
        EscalationProposal.waiver.in_(EXCUSED),
    )


def _at_closing(row: Any) -> Attendance | None:
    """What closing records of an agency, or has recorded."""
    if is_left_open(row.confirmed_attendance, row.expectation):
        return Attendance.NO_RESPONSE
    attendance: Attendance | None = row.attendance
    return attendance


def _part(row: Any, agency_type: AgencyType, attendance: Attendance | None, *, was_asked_here: bool = True) -> Part:
    return Part(
        agency_type,
        row.expectation,
        row.answer,
        attendance,
        row.report_due_on,
        row.report_received_on,
        was_asked_here,
    )


_OF_INVITATION = (
    Invitation.id,
    Invitation.agency_id,
    Invitation.expectation,
    Invitation.answer,
    Invitation.attendance,
    Invitation.report_due_on,
    Invitation.report_received_on,
)
