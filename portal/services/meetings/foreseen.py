"""Which meetings to come may not be quorate, what they lack, and which of the invited agencies could still fill it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.answering import has_begun
from portal.domain.inquorate_rules import InquorateRule
from portal.domain.quoracy import COMING, Foresight, foresee, quorum_words, who_could_fill
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import AgencyType, Answer, Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.services.meetings.kinds import Kind, kinds
from portal.services.meetings.outlook import HAS_PART


@dataclass(frozen=True, slots=True)
class Invited:
    """An agency that has a part in a meeting, and how it has answered."""

    meeting_id: int
    invitation_id: int
    agency_id: int
    agency_name: str
    agency_type: AgencyType
    team_id: int | None
    expectation: Expectation
    answer: Answer | None
    report_received_on: date | None

    @property
    def is_coming(self) -> bool:
        """Whether it has said that it, or a deputy, will come."""
        return self.answer in COMING


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A meeting to come, with its quorum as far as the answers tell."""

    meeting_id: int
    partnership_id: int
    chair_membership_id: int | None
    named_people_only: bool
    type_code: str
    type_name: str
    on: date
    at: time | None
    rule: QuorumRule
    inquorate: InquorateRule
    foresight: Foresight
    coming: tuple[Invited, ...]
    needed: tuple[Invited, ...]
    """The agencies that could still make it quorate, those expected before the others; none where it is, or none can.

    Where those who are expected would do, nobody else is asked to come who was not expected to.
    """

    @property
    def is_at_risk(self) -> bool:
        """Whether somebody must still be won for it."""
        return self.foresight.is_at_risk

    @property
    def rule_words(self) -> str:
        """The rule, such as "social care and 2 more"."""
        return quorum_words(self.rule)

    @property
    def lacking(self) -> list[str]:
        """What those who said that they come would still lack: "a health agency", "one more agency"."""
        return self.foresight.missing.words()


def foreseen_for(viewer: Viewer, meeting_ids: Collection[int]) -> Mapping[int, Foreseen]:
    """The quorum foreseen of those of some meetings that the viewer sees, that are to come and need one; three queries.

    Nothing is foreseen of a meeting that has begun, or of a kind without a quorum.
    """
    if not meeting_ids:
        return {}
    session: Session = db.session()
    return foreseen_where(session, viewer, is_among(Meeting.id, "foreseen"), {"foreseen": bound_ids(meeting_ids)})


def foreseen_where(
    session: Session, viewer: Viewer, which: Any, bound: Mapping[str, Any] | None = None
) -> Mapping[int, Foreseen]:
    """The same of all visible meetings to come for which a condition on `Meeting` holds."""
    meetings = session.execute(
        access.visible_to(viewer)
        .where(
            which,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.register_closed_at.is_(None),
            Meeting.scheduled_on >= viewer.today,
        )
        .with_only_columns(
            Meeting.id,
            Meeting.partnership_id,
            Meeting.meeting_type_id,
            Meeting.chair_membership_id,
            Meeting.named_people_only,
            Meeting.scheduled_on,
            Meeting.start_time,
        )
        .order_by(Meeting.scheduled_on, Meeting.start_time, Meeting.id),
        dict(bound or {}),
    ).all()
    ahead = [row for row in meetings if not has_begun(viewer.now, row.scheduled_on, row.start_time)]
    if not ahead:
        return {}
    known = kinds(session.connection(), {row.partnership_id for row in ahead})
    needing = {row.id: row for row in ahead if known[row.meeting_type_id].quorum_on(row.scheduled_on) is not None}
    invited = _invited(session, needing)
    found = {}
    for meeting_id, row in needing.items():
        foreseen = _foreseen(row, known[row.meeting_type_id], invited.get(meeting_id, ()))
        if foreseen is not None:
            found[meeting_id] = foreseen
    return found


def _foreseen(row: Row[*tuple[Any, ...]], kind: Kind, invited: Iterable[Invited]) -> Foreseen | None:
    rule, parts = kind.quorum_on(row.scheduled_on), tuple(invited)
    foresight = foresee(rule, [(part.agency_type, part.answer) for part in parts])
    if rule is None or foresight is None:
        return None
    return Foreseen(
        meeting_id=row.id,
        partnership_id=row.partnership_id,
        chair_membership_id=row.chair_membership_id,
        named_people_only=row.named_people_only,
        type_code=kind.code,
        type_name=kind.name,
        on=row.scheduled_on,
        at=row.start_time,
        rule=rule,
        inquorate=kind.inquorate_on(row.scheduled_on),
        foresight=foresight,
        coming=tuple(part for part in parts if part.is_coming),
        needed=needed_of(rule, parts),
    )


def needed_of(rule: QuorumRule, parts: Collection[Invited]) -> tuple[Invited, ...]:
    """Which of those who do not come could still make a meeting quorate, in the order in which to call them."""
    coming = frozenset(part.agency_type for part in parts if part.is_coming)
    expected = [part for part in parts if part.expectation is Expectation.EXPECTED]
    helping: frozenset[AgencyType] = frozenset()
    asked: Collection[Invited] = ()
    for asked in (expected, parts):
        helping = who_could_fill(rule, coming, frozenset(part.agency_type for part in asked))
        if helping:
            break
    needed = [part for part in asked if part.agency_type in helping and not part.is_coming]
    return tuple(sorted(needed, key=_place))


def _place(part: Invited) -> tuple[int, bool, str]:
    """Those expected first, and of these those who have said nothing yet before those who have said no."""
    return list(Expectation).index(part.expectation), part.answer is not None, part.agency_name


_INVITED: Select[*tuple[Any, ...]] = (
    select(
        Invitation.meeting_id,
        Invitation.id,
        Invitation.agency_id,
        Agency.name,
        Agency.agency_type,
        Invitation.team_id,
        Invitation.expectation,
        Invitation.answer,
        Invitation.report_received_on,
    )
    .join(Agency, Agency.id == Invitation.agency_id)
    .where(is_among(Invitation.meeting_id, "meetings"), HAS_PART)
    .order_by(Agency.name, Invitation.id)
)


def _invited(session: Session, meeting_ids: Collection[int]) -> Mapping[int, list[Invited]]:
    """Who has a part in meetings that the caller has found visible, by one query."""
    found: dict[int, list[Invited]] = defaultdict(list)
    if meeting_ids:
        for row in session.execute(_INVITED, {"meetings": bound_ids(meeting_ids)}):
            found[row.meeting_id].append(Invited(*row))
    return found
