"""Opening a meeting: for a family, because of something, on a day, with a chair and the agencies that are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.domain.due_reasons import Trigger
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import MeetingFamily, MeetingVariant, TriggerKind
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.slots import Slot
from portal.domain.vocabulary import Expectation, ExpectationReason, MeetingFormat, MeetingStatus
from portal.models.cases import Case
from portal.models.meetings import LONGEST_MINUTES, Invitation, Meeting
from portal.models.moves import MeetingMove
from portal.models.partnerships import PartnershipAgency, Team
from portal.services import case_facts
from portal.services.cases import ChildFacts, open_case_with_children
from portal.services.changes import Change, changing
from portal.services.invitations.expectations import reasons_for
from portal.services.named_people.naming import name_at_opening
from portal.services.notices.chairs import tell_chairs
from portal.services.notices.meetings import tell_invited
from portal.services.rule_sets import KnownType, RuleBook, rule_book
from portal.services.scheduling.chairs import is_chair
from portal.services.scheduling.due import due_day
from portal.services.scheduling.faults import Faults, check_late, check_slot, check_words
from portal.services.scheduling.lines import side
from portal.services.scheduling.numbering import next_reference


@dataclass(frozen=True, slots=True)
class InvitedAgency:
    """An agency that is asked, what is expected of it, and why."""

    agency_id: int
    expectation: Expectation
    reason: ExpectationReason
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewFamily:
    """A family that the portal does not know yet: its reference, and the children in it."""

    reference: str
    children: tuple[ChildFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A meeting to be opened; faults are told by these names.

    `kind` is the code of the kind of meeting, `family` a case's id or a new family. `follows_id` is the meeting that
    it goes on from. Of a day after the due day `late_reason` says why; `note` goes with it.
    """

    kind: str
    family: int | NewFamily
    scheduled_on: date
    format: MeetingFormat
    start_time: time | None = None
    duration_minutes: int | None = None
    place: str = ""
    link: str = ""
    chair_membership_id: int | None = None
    agencies: tuple[InvitedAgency, ...] = field(default=())
    variant: MeetingVariant | None = None
    trigger_kind: TriggerKind | None = None
    trigger_on: date | None = None
    trigger_time: time | None = None
    section_47_on: date | None = None
    follows_id: int | None = None
    late_reason: MoveReason | None = None
    note: str = ""

    @property
    def slot(self) -> Slot:
        """When it is."""
        return Slot(self.scheduled_on, self.start_time, self.duration_minutes)

    @property
    def trigger(self) -> Trigger:
        """What asked for it."""
        return Trigger(self.trigger_on, self.trigger_kind, self.trigger_time)


def open_meeting(viewer: Viewer, opening: Opening) -> int:
    """Open a meeting, ask its agencies and tell its chair; returns its id.

    Raises NotPermitted, NotVisible for a family or a meeting that the viewer does not see, and Invalid by field.
    """
    with changing(viewer) as change:
        return open_within(change, opening)


def open_within(change: Change, opening: Opening) -> int:
    """The same within a change that does more, such as adjourning the meeting that this one goes on from."""
    viewer = change.viewer
    follows = _followed(change.session, viewer, opening.follows_id)
    if not access.may_open(viewer, follows) or viewer.partnership_id is None:
        raise NotPermitted("Meetings are opened by the coordinator.")
    book = rule_book(change.session, viewer.partnership_id)
    known = _checked(change.session, viewer, opening, book)
    case_id = _family(change, opening, follows)
    case_facts.hold(change.session, viewer.partnership_id, [case_id])
    is_late = _check_against_family(change, opening, book, known, case_id)
    meeting = _new(change, opening, known, case_id)
    change.session.add(meeting)
    change.session.flush()
    name_at_opening(change, meeting)
    change.session.add(_first_line(change, opening, meeting, is_late=is_late))
    invitations = [_invitation(change, meeting, asked) for asked in opening.agencies]
    change.session.add_all(invitations)
    change.session.flush()
    case_facts.recount(change.session, meeting.partnership_id, [case_id], book)
    tell_invited(change, meeting.partnership_id, [invitation.id for invitation in invitations])
    tell_chairs(change, meeting.partnership_id, [meeting.id])
    change.log("meeting.scheduled", "meeting", meeting.id)
    return meeting.id


def _followed(session: Session, viewer: Viewer, meeting_id: int | None) -> Meeting | None:
    if meeting_id is None:
        return None
    meeting = session.scalar(meetings_access.visible_to(viewer).where(Meeting.id == meeting_id))
    if meeting is None:
        raise NotVisible("No such meeting.")
    return meeting


def _checked(session: Session, viewer: Viewer, opening: Opening, book: RuleBook) -> KnownType:
    """The kind of meeting, once all that can be said without the family is sound."""
    faults = Faults("The meeting needs mending.")
    known = book.meeting_type(opening.kind)
    if known is None or known.is_retired:
        faults.add("kind", "Choose one of the kinds of meeting shown")
    elif opening.variant is not None and known.family is not MeetingFamily.CONFERENCE:
        faults.add("variant", "Only a conference is held before a birth or for a family that moved here")
    may_be_over = known is not None and known.family is MeetingFamily.STRATEGY
    check_slot(faults, viewer, opening.slot, opening.trigger_on, may_be_over=may_be_over)
    check_words(faults, opening.place, opening.link, opening.note)
    for name, day in (("trigger_on", opening.trigger_on), ("section_47_on", opening.section_47_on)):
        if day is not None and day > viewer.today:
            faults.add(name, "The day must be today or earlier")
    if opening.trigger_time is not None and opening.trigger_on is None:
        faults.add("trigger_on", "Enter the day, too")
    if opening.duration_minutes is not None and not 1 <= opening.duration_minutes <= LONGEST_MINUTES:
        faults.add("duration_minutes", "A meeting takes between a minute and a day")
    if opening.chair_membership_id is not None and not is_chair(session, viewer, opening.chair_membership_id):
        faults.add("chair_membership_id", "Choose one of the chairs shown")
    _check_agencies(faults, session, viewer, opening.agencies)
    faults.raise_if_any()
    assert known is not None  # noqa: S101 - a fault otherwise
    return known


def _check_agencies(faults: Faults, session: Session, viewer: Viewer, asked: Sequence[InvitedAgency]) -> None:
    numbers = [one.agency_id for one in asked]
    here = set(
        session.scalars(
            select(PartnershipAgency.agency_id).where(
                PartnershipAgency.partnership_id == viewer.partnership_id,
                PartnershipAgency.agency_id.in_(numbers),
                PartnershipAgency.left_at.is_(None),
            )
        )
    )
    if len(set(numbers)) != len(numbers) or here != set(numbers):
        faults.add("agencies", "Choose each agency once, from those of this partnership")
    if any(one.reason not in reasons_for(one.expectation) for one in asked):
        faults.add("agencies", "Choose for each agency a reason that fits what is expected of it")
    with_team = {(one.team_id, one.agency_id) for one in asked if one.team_id is not None}
    if with_team:
        teams = select(Team.id, Team.agency_id).where(
            Team.partnership_id == viewer.partnership_id, Team.id.in_([team for team, _ in with_team])
        )
        if with_team != {(row.id, row.agency_id) for row in session.execute(teams)}:
            faults.add("agencies", "A team must be the agency’s own")


def _family(change: Change, opening: Opening, follows: Meeting | None) -> int:
    """The family's case: one that the viewer sees, or a new one with its children."""
    if isinstance(opening.family, NewFamily):
        if follows is not None:
            raise Invalid("A meeting that goes on from another is about the same family.")
        return open_case_with_children(change, opening.family.reference, opening.family.children)
    if follows is not None and follows.case_id != opening.family:
        raise Invalid("A meeting that goes on from another is about the same family.")
    found = cases_access.visible_to(change.viewer).where(Case.id == opening.family).with_only_columns(Case.id)
    case_id = change.session.scalar(found)
    if case_id is None:
        raise NotVisible("No such case.")
    return case_id


def _check_against_family(change: Change, opening: Opening, book: RuleBook, known: KnownType, case_id: int) -> bool:
    """Whether the day is late, once it is sound for this family."""
    faults = Faults("The meeting needs mending.")
    twin = select(Meeting.id).where(
        Meeting.case_id == case_id,
        Meeting.meeting_type_id == known.id,
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.scheduled_on == opening.scheduled_on,
        Meeting.start_time == opening.start_time if opening.start_time else Meeting.start_time.is_(None),
    )
    if change.session.scalar(twin.limit(1)) is not None:
        # A button that was pressed twice, or two coordinators who heard of the same discussion.
        faults.add("scheduled_on", "The family has such a meeting at that time already")
    due = due_day(
        change.session,
        book,
        known,
        case_id=case_id,
        meeting_on=opening.scheduled_on,
        trigger=opening.trigger,
        today=change.viewer.today,
    )
    check_late(faults, due, opening.slot, opening.late_reason, opening.note)
    faults.raise_if_any()
    return due.is_late(opening.slot)


def _new(change: Change, opening: Opening, known: KnownType, case_id: int) -> Meeting:
    viewer = change.viewer
    assert viewer.partnership_id is not None  # noqa: S101 - whoever opens one wears a hat
    return Meeting(
        partnership_id=viewer.partnership_id,
        reference=next_reference(change, viewer.partnership_id),
        meeting_type_id=known.id,
        case_id=case_id,
        chair_membership_id=opening.chair_membership_id,
        variant=opening.variant,
        follows_id=opening.follows_id,
        named_people_only=known.named_people_only,
        trigger_kind=opening.trigger_kind,
        section_47_on=opening.section_47_on,
        trigger_on=opening.trigger_on,
        trigger_time=opening.trigger_time,
        scheduled_on=opening.scheduled_on,
        start_time=opening.start_time,
        duration_minutes=opening.duration_minutes,
        status=MeetingStatus.SCHEDULED,
        format=opening.format,
        place=opening.place.strip() or None,
        link=opening.link.strip() or None,
        created_at=viewer.now,
    )


def _first_line(change: Change, opening: Opening, meeting: Meeting, *, is_late: bool) -> MeetingMove:
    return MeetingMove(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        number=0,
        kind=MoveKind.OPENED,
        late_reason=opening.late_reason if is_late else None,
        note=opening.note.strip() or None,
        moved_at=change.viewer.now,
        moved_by_id=change.viewer.user_id,
        **side("to", meeting),
    )


def _invitation(change: Change, meeting: Meeting, asked: InvitedAgency) -> Invitation:
    return Invitation(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        meeting_on=meeting.scheduled_on,
        agency_id=asked.agency_id,
        team_id=asked.team_id,
        expectation=asked.expectation,
        expectation_reason=asked.reason,
        created_at=change.viewer.now,
    )
