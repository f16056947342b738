"""Raising an escalation or a practice alert: with whom, about what, at which stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access import escalations as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain import ladders
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import (
    CATEGORIES,
    Category,
    EntryKind,
    EscalationStatus,
    LadderEvent,
    LadderKind,
)
from portal.domain.ladder_rules import LONGEST_CLOCK, EscalationRules
from portal.domain.ladders import Standing
from portal.domain.vocabulary import ANSWERING_ROLES, AgencyType
from portal.models.escalations import Escalation, EscalationCause
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency, Team
from portal.services.changes import Change, changing
from portal.services.escalation_rules import rules_on
from portal.services.escalations.checking import Faults
from portal.services.escalations.keeping import Saying, add_entry, next_reference, store, tell_stage
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class Raised:
    """What somebody raises; faults are told by these names.

    `stage` is where it begins: above the first for what is urgent (with a reason), for a formal practice alert, and
    where the rules propose it. `expected_on` is the day by which a practice alert should be resolved. `is_positive` is
    praise. The team is the one that was invited to the meeting, unless another is named.
    """

    kind: LadderKind
    category: Category | None
    raised_with_agency_id: int | None
    meeting_id: int | None
    summary: str
    wanted: str
    is_urgent: bool = False
    urgent_reason: str = ""
    stage: int = 1
    expected_on: date | None = None
    is_positive: bool = False
    raised_with_team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that happened and leads to an escalation of non-attendance."""

    invitation_id: int
    event: LadderEvent
    happened_on: date


@dataclass(frozen=True, slots=True)
class _About:
    """The meeting that it is about, and the team that was invited to it."""

    meeting_id: int | None = None
    case_id: int | None = None
    team_id: int | None = None


def agencies_to_raise_with(viewer: Viewer, kind: LadderKind) -> list[tuple[int, str]]:
    """The agencies of the partnership that the viewer may raise something of a kind with, by name.

    Never their own; practice alerts are for children's social care. None where the viewer may not raise it.
    """
    if not access.may_raise(viewer, kind):
        return []
    rows = db.session.execute(_askable(viewer, kind).order_by(Agency.name, Agency.id))
    return [(row.id, row.name) for row in rows]


def teams_to_raise_with(viewer: Viewer, agency_id: int) -> list[tuple[int, str]]:
    """The teams of an agency of the partnership, by name; none where it is not divided."""
    rows = db.session.execute(
        select(Team.id, Team.name)
        .where(Team.partnership_id == viewer.partnership_id, Team.agency_id == agency_id)
        .order_by(Team.name, Team.id)
    )
    return [(row.id, row.name) for row in rows]


def raise_escalation(viewer: Viewer, raised: Raised, causes: Sequence[Cause] = ()) -> int:
    """Raise it, tell the people of its first stage, and give back its id.

    Raises NotPermitted, NotVisible for a meeting that the viewer does not see, and Invalid by field.
    """
    if not access.may_raise(viewer, raised.kind) or viewer.partnership_id is None:
        raise NotPermitted("This is not the viewer's to raise.")
    with changing(viewer) as change:
        once(change)
        rules = rules_on(change.session, viewer.partnership_id, viewer.today)
        about = _about(change.session, viewer, raised)
        summary, wanted, urgent_reason = _checked(change.session, viewer, raised, rules)
        escalation = _new(change, raised, about)
        escalation.summary, escalation.wanted = summary, wanted
        store(escalation, _standing(rules, raised, viewer.now))
        change.session.add(escalation)
        change.session.flush()
        change.session.add_all(
            EscalationCause(
                partnership_id=escalation.partnership_id,
                escalation_id=escalation.id,
                invitation_id=cause.invitation_id,
                event=cause.event,
                happened_on=cause.happened_on,
            )
            for cause in causes
        )
        stage = rules.ladder(raised.kind).stage(escalation.stage)
        told = tell_stage(change, escalation, stage, is_new=True)
        saying = Saying(urgent_reason, to_stage=escalation.stage, moves_clock=True, told=told)
        add_entry(change, escalation, EntryKind.RAISED, saying)
        change.log("escalation.raised", "escalation", escalation.id)
        return escalation.id


def _askable(viewer: Viewer, kind: LadderKind) -> Select[int, str]:
    asked = (
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == viewer.partnership_id, PartnershipAgency.left_at.is_(None))
    )
    if viewer.agency_id is not None:
        asked = asked.where(Agency.id != viewer.agency_id)
    if kind is LadderKind.PRACTICE_ALERT:
        asked = asked.where(Agency.agency_type == AgencyType.SOCIAL_CARE)
    return asked


def _about(session: Session, viewer: Viewer, raised: Raised) -> _About:
    if raised.meeting_id is None:
        return _About(team_id=raised.raised_with_team_id)
    meeting = session.scalar(meetings_access.visible_to(viewer).where(Meeting.id == raised.meeting_id))
    if meeting is None:
        raise NotVisible("No such meeting.")
    invited = session.scalar(
        select(Invitation.team_id).where(
            Invitation.meeting_id == meeting.id, Invitation.agency_id == raised.raised_with_agency_id
        )
    )
    return _About(meeting.id, meeting.case_id, raised.raised_with_team_id or invited)


def _new(change: Change, raised: Raised, about: _About) -> Escalation:
    viewer = change.viewer
    by_agency = viewer.hat if viewer.hat is not None and viewer.role in ANSWERING_ROLES else None
    partnership_id = viewer.partnership_id or 0
    return Escalation(
        partnership_id=partnership_id,
        reference=next_reference(change.session, partnership_id),
        kind=raised.kind,
        category=raised.category,
        is_positive=raised.is_positive,
        raised_by_membership_id=viewer.membership_id,
        raised_by_agency_id=by_agency.agency_id if by_agency else None,
        raised_by_team_id=by_agency.team_id if by_agency else None,
        raised_with_agency_id=raised.raised_with_agency_id,
        raised_with_team_id=about.team_id,
        meeting_id=about.meeting_id,
        case_id=about.case_id,
        status=EscalationStatus.OPEN,
        opened_at=viewer.now,
        expected_on=raised.expected_on,
    )


def _standing(rules: EscalationRules, raised: Raised, now: datetime) -> Standing:
    if raised.is_positive:
        return ladders.open_without_clock(now)
    return ladders.open_at(
        rules, raised.kind, raised.stage, now, is_urgent=raised.is_urgent, expected_on=raised.expected_on
    )


def _checked(session: Session, viewer: Viewer, raised: Raised, rules: EscalationRules) -> tuple[str, str, str]:
    """Raise Invalid by field, or return what was typed, tidied: what happened, what is asked for, why it is urgent."""
    faults = Faults()
    if raised.category not in _categories(raised):
        faults.add("category", "Choose what it is about")
    asked = select(_askable(viewer, raised.kind).subquery().c.id)
    if raised.raised_with_agency_id not in set(session.scalars(asked)):
        faults.add("raised_with_agency_id", "Choose the agency that you raise it with")
    elif raised.raised_with_team_id is not None:
        teams = dict(teams_to_raise_with(viewer, raised.raised_with_agency_id or 0))
        if raised.raised_with_team_id not in teams:
            faults.add("raised_with_team_id", "Choose one of the agency’s teams")
    summary = faults.words("summary", raised.summary, "Enter what has happened")
    wanted = faults.words("wanted", raised.wanted, None if raised.is_positive else "Enter what you ask for")
    missing = "Enter why it is urgent" if raised.is_urgent else None
    urgent_reason = faults.words("urgent_reason", raised.urgent_reason, missing)
    _check_stage(faults, raised, rules)
    _check_expected(faults, raised, rules, viewer)
    faults.stop()
    return summary, wanted, urgent_reason if raised.is_urgent else ""


def _categories(raised: Raised) -> tuple[Category, ...]:
    if raised.is_positive:
        return CATEGORIES[LadderKind.PRACTICE_ALERT] if raised.kind is LadderKind.PRACTICE_ALERT else ()
    return tuple(one for one in CATEGORIES[raised.kind] if one is not Category.GOOD_PRACTICE)


def _check_stage(faults: Faults, raised: Raised, rules: EscalationRules) -> None:
    ladder = rules.ladder(raised.kind)
    if not 1 <= raised.stage <= ladder.last:
        faults.add("stage", "Choose one of the stages shown")
        return
    if raised.is_positive and (raised.is_urgent or raised.stage > 1):
        faults.add("stage", "Good practice begins at the first stage, and is not urgent")
    is_proposed = raised.kind is LadderKind.NON_ATTENDANCE
    is_formal_start = raised.kind is LadderKind.PRACTICE_ALERT and raised.stage == ladder.first_formal()
    if raised.stage > 1 and not (is_proposed or is_formal_start or raised.is_urgent):
        faults.add("stage", "Only what is urgent begins at a higher stage")


def _check_expected(faults: Faults, raised: Raised, rules: EscalationRules, viewer: Viewer) -> None:
    """The day of a practice alert: there, ahead, and for a formal one within what all formal stages may take."""
    if raised.kind is not LadderKind.PRACTICE_ALERT or raised.is_positive:
        if raised.expected_on is not None:
            faults.add("expected_on", "Only a practice alert has a day by which it should be resolved")
        return
    if raised.expected_on is None:
        faults.add("expected_on", "Enter the day by which it should be resolved")
        return
    ladder = rules.ladder(raised.kind)
    limit = LONGEST_CLOCK
    if ladder.stage(raised.stage).is_formal and ladder.whole_working_days is not None:
        limit = ladder.whole_working_days
    ends = ladders.closing_of(rules, raised.expected_on)
    if ends <= viewer.now:
        faults.add("expected_on", "The day must lie ahead")
    elif ends > rules.office.end_of_working_day(viewer.now, limit):
        faults.add("expected_on", f"Choose a day within {limit} working days")
