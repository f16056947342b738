"""Escalations in the world, with what led to them; each text marked.

In each partnership stand, under these names:

escalations  p.missed (non-attendance: the second chair with other_gp, about p.past_initial; stage 1, a reply is due),
             p.disagreement (a school's practitioner with the police; stage 3, urgent, replied to, its executive
             was told), p.alert (a practice alert of the chair to social care's west team, about p.strategy; informal),
             p.closed (the GP's lead with social care; resolved)
proposals    p.open (school, at p.past_initial; not dealt with) and p.waived (social care, at p.past_initial)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.escalation_vocabulary import (
    Category,
    ChildSafe,
    EntryKind,
    EscalationStatus,
    LadderEvent,
    LadderKind,
    Learning,
    ProposalStatus,
    Resolution,
    Side,
    Told,
    Turn,
    WaiverReason,
)
from portal.models.escalations import Escalation, EscalationCause, EscalationEntry, EscalationTold
from portal.models.ladders import EscalationProposal
from tests.world import NOW, PARTNERSHIPS, World

DUE = datetime(2026, 6, 11, 16, tzinfo=UTC)
"""Tomorrow, when offices close in London."""


@dataclass(frozen=True)
class Matter:
    """One escalation; `read_by` is written by hand, without the partnership's letter."""

    key: str
    kind: LadderKind
    category: Category
    raised_by: str
    raised_with: str
    stage: int
    turn: Turn
    read_by: frozenset[str]
    from_agency: str | None = None
    team: str | None = None
    meeting: str | None = None
    is_urgent: bool = False


MATTERS = (
    Matter(
        "missed",
        LadderKind.NON_ATTENDANCE,
        Category.NON_ATTENDANCE,
        "second_chair",
        "other_gp",
        1,
        Turn.RAISED_WITH,
        frozenset({"other_gp.lead", "other_gp.practitioner", "second_chair", "manager"}),
        meeting="past_initial",
    ),
    Matter(
        "disagreement",
        LadderKind.DISAGREEMENT,
        Category.THRESHOLD,
        "school.practitioner",
        "police",
        3,
        Turn.RAISED_BY,
        frozenset({"school.lead", "school.practitioner", "police.lead", "police.practitioner", "manager"}),
        from_agency="school",
        is_urgent=True,
    ),
    Matter(
        "alert",
        LadderKind.PRACTICE_ALERT,
        Category.VISITS,
        "chair",
        "social_care",
        1,
        Turn.RAISED_WITH,
        frozenset({"social_care.lead", "social_care.west", "chair", "manager"}),
        team="west",
        meeting="strategy",
    ),
    Matter(
        "closed",
        LadderKind.DISAGREEMENT,
        Category.INACTION,
        "gp.lead",
        "social_care",
        2,
        Turn.NOBODY,
        frozenset({"gp.lead", "gp.practitioner", "social_care.lead", "social_care.practitioner", "manager"}),
        from_agency="gp",
    ),
)


class EscalationBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Everything of this file, in both partnerships."""
        for letter in PARTNERSHIPS:
            for number, matter in enumerate(MATTERS, start=1):
                self._matter(letter, number, matter)
            self._causes(letter)
            self._proposals(letter)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def people(self, letter: str, names: frozenset[str]) -> set[str]:
        """People's keys from their names in a partnership; `both` is police in A and in B."""
        everybody = {f"{letter}.{name}" for name in names}
        return everybody | {"both"} if names & {"police.practitioner", "police.lead"} else everybody

    def _matter(self, letter: str, number: int, matter: Matter) -> None:
        world, readers = self.world, self.people(letter, matter.read_by)
        person = world.person(f"{letter}.{matter.raised_by}")
        tag = f"ZQ-{letter.upper()}-{{}}-{matter.key.upper()}-QZ"
        is_closed = matter.turn is Turn.NOBODY
        opened = NOW - timedelta(days=1 if matter.stage == 1 else 9)
        meeting = world.meeting(f"{letter}.{matter.meeting}") if matter.meeting else None
        row = self.add(
            Escalation(
                partnership_id=world.partnerships[letter],
                reference=f"E-{number:04d}",
                kind=matter.kind,
                category=matter.category,
                is_positive=False,
                raised_by_membership_id=person.hat.membership_id,
                raised_by_agency_id=world.agencies[f"{letter}.{matter.from_agency}"] if matter.from_agency else None,
                raised_by_team_id=None,
                raised_with_agency_id=world.agencies[f"{letter}.{matter.raised_with}"],
                raised_with_team_id=world.teams[f"{letter}.{matter.team}"] if matter.team else None,
                meeting_id=meeting.id if meeting else None,
                case_id=meeting.case_id if meeting else None,
                summary=world.mark("escalation", letter, readers, tag.format("SUMMARY")),
                wanted=world.mark("escalation", letter, readers, tag.format("WANTED")),
                is_urgent=matter.is_urgent,
                stage=matter.stage,
                turn=matter.turn,
                status=EscalationStatus.RESOLVED if is_closed else EscalationStatus.OPEN,
                opened_at=opened,
                stage_entered_at=NOW - timedelta(days=1),
                due_at=None if is_closed else DUE,
                formal_at=None if matter.kind is LadderKind.PRACTICE_ALERT else opened,
                extended_days=0,
                is_noted=False,
                expected_on=date(2026, 6, 11) if matter.kind is LadderKind.PRACTICE_ALERT else None,
                closed_at=NOW - timedelta(hours=3) if is_closed else None,
                closed_by_id=person.user_id if is_closed else None,
                resolution=Resolution.PLAN_AGREED if is_closed else None,
                child_safe=ChildSafe.SAFE if is_closed else None,
                learning=Learning.COMMUNICATION if is_closed else None,
            )
        )
        world.escalations[f"{letter}.{matter.key}"] = row.id
        entries = [(EntryKind.RAISED, Side.RAISED_BY if matter.from_agency else Side.PARTNERSHIP, person)]
        if matter.turn is not Turn.RAISED_WITH:
            entries.append(
                (EntryKind.REPLY, Side.RAISED_WITH, world.person(f"{letter}.{matter.raised_with}.lead")),
            )
        for place, (kind, side, writer) in enumerate(entries, start=1):
            self.add(
                EscalationEntry(
                    partnership_id=row.partnership_id,
                    escalation_id=row.id,
                    number=place,
                    kind=kind,
                    side=side,
                    at=opened + timedelta(hours=place),
                    by_membership_id=writer.hat.membership_id,
                    by_user_id=writer.user_id,
                    text=world.mark("escalation entry", letter, readers, tag.format(f"ENTRY-{place}")),
                    told=[],
                )
            )
        if matter.key == "disagreement":
            executive = world.person(f"{letter}.police.executive")
            self.add(
                EscalationTold(
                    escalation_id=row.id,
                    stage=3,
                    membership_id=executive.hat.membership_id,
                    partnership_id=row.partnership_id,
                    told_as=Told.EXECUTIVE,
                    at=NOW - timedelta(days=1),
                )
            )

    def _causes(self, letter: str) -> None:
        meeting = self.world.meeting(f"{letter}.past_initial")
        self.add(
            EscalationCause(
                partnership_id=self.world.partnerships[letter],
                escalation_id=self.world.escalations[f"{letter}.missed"],
                invitation_id=meeting.invitations["other_gp"].id,
                event=LadderEvent.REPORT_MISSING,
                happened_on=date(2026, 5, 19),
            )
        )

    def _proposals(self, letter: str) -> None:
        world, meeting = self.world, self.world.meeting(f"{letter}.past_initial")
        keepers = {f"{letter}.second_chair", f"{letter}.manager"}
        note = world.mark("proposal", letter, keepers, f"ZQ-{letter.upper()}-WAIVED-QZ")
        rule = {"events": ["report_late"], "count": 1, "opens_stage": 1, "within_months": None, "is_in_a_row": False}
        for key, agency in (("open", "school"), ("waived", "social_care")):
            invitation_id, is_open = meeting.invitations[agency].id, key == "open"
            row = self.add(
                EscalationProposal(
                    partnership_id=world.partnerships[letter],
                    meeting_id=meeting.id,
                    invitation_id=invitation_id,
                    agency_id=world.agencies[f"{letter}.{agency}"],
                    events=["report_late"],
                    stage=1,
                    counted=[
                        {
                            "invitation_id": invitation_id,
                            "on": "2026-05-19",
                            "events": ["report_late"],
                            "meeting": "Initial child protection conference",
                        }
                    ],
                    rule=rule,
                    made_at=NOW - timedelta(days=20),
                    status=ProposalStatus.OPEN if is_open else ProposalStatus.WAIVED,
                    escalation_id=None,
                    waiver=None if is_open else WaiverReason.OTHER,
                    waiver_note=None if is_open else note,
                    decided_at=None if is_open else NOW - timedelta(days=19),
                    decided_by_id=None if is_open else world.person(f"{letter}.second_chair").user_id,
                )
            )
            world.proposals[f"{letter}.{key}"] = row.id
