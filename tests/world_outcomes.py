"""What was decided at the world's conferences, what agencies think, and what was written and sent; each text marked.

In each partnership stand, under these names:

outcomes     of p.past_initial, signed by its chair; of p.initial, a draft of its chair
views        of the school on p.past_initial, who dissents; of the practice on p.initial, before it is held
papers       of p.past_initial: the decision sheet and the minutes, opened by the police; drafts of minutes of it and
             of p.strategy
corrections  p.past_initial.school, which waits for an answer
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind, PlanDecision, Stance
from portal.domain.vocabulary import AbuseCategory, ThresholdView
from portal.models.minutes import MinutesCorrection, MinutesDraft, PaperReading, SentPaper
from portal.models.outcomes import AgencyView, CoreGroupMember, Outcome
from tests.world import NOW, PARTNERSHIPS, World

SIGNED = datetime(2026, 5, 19, 15, 30, tzinfo=UTC)
SHEET_SENT = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
MINUTES_SENT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ASKED = datetime(2026, 6, 9, 9, 0, tzinfo=UTC)

KEEPERS = {"manager", "coordinator"}


class OutcomeBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Everything of this file, in both partnerships."""
        for letter in PARTNERSHIPS:
            self._signed(letter)
            self._draft(letter)
            self._views(letter)
            self._papers(letter)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def people(self, letter: str, *names: str) -> set[str]:
        """People's keys from their names in a partnership."""
        return {f"{letter}.{name}" for name in names}

    def mark(self, kind: str, letter: str, seen_by: set[str] | frozenset[str], what: str) -> str:
        """A text found nowhere else."""
        return self.world.mark(kind, letter, seen_by, f"ZQ-{letter.upper()}-{what}-QZ")

    def _signed(self, letter: str) -> None:
        world, meeting = self.world, self.world.meeting(f"{letter}.past_initial")
        chair = world.person(f"{letter}.second_chair")
        readers = meeting.seen_by
        outcome = self.add(
            Outcome(
                partnership_id=world.partnerships[letter],
                meeting_id=meeting.id,
                child_id=world.children[f"{letter}.2"],
                number=1,
                decision=PlanDecision.START.value,
                categories=AbuseCategory.NEGLECT.value,
                main_category="",
                ends_because="",
                next_on=date(2026, 8, 12),
                core_group_on=date(2026, 5, 29),
                core_group_people=self.mark("outcome", letter, readers, "PARENT"),
                lead_social_worker=self.mark("outcome", letter, readers, "LEAD-WORKER"),
                why=self.mark("outcome", letter, readers, "WHY"),
                saved_at=SIGNED,
                saved_by_id=chair.user_id,
                signed_at=SIGNED,
                signed_by_id=chair.user_id,
            )
        )
        world.outcomes[f"{letter}.past_initial"] = outcome.id
        for agency in ("social_care", "school"):
            self.add(
                CoreGroupMember(
                    outcome_id=outcome.id,
                    invitation_id=meeting.invitations[agency].id,
                    partnership_id=outcome.partnership_id,
                )
            )

    def _draft(self, letter: str) -> None:
        world, meeting = self.world, self.world.meeting(f"{letter}.initial")
        outcome = self.add(
            Outcome(
                partnership_id=world.partnerships[letter],
                meeting_id=meeting.id,
                child_id=world.children[f"{letter}.1"],
                number=1,
                decision="",
                categories="",
                main_category="",
                ends_because="",
                core_group_people="",
                lead_social_worker="",
                why=self.mark("outcome draft", letter, self.people(letter, "chair", "coordinator"), "DRAFT-WHY"),
                saved_at=NOW,
                saved_by_id=world.person(f"{letter}.chair").user_id,
            )
        )
        world.outcomes[f"{letter}.initial"] = outcome.id

    def _views(self, letter: str) -> None:
        past, coming = self.world.meeting(f"{letter}.past_initial"), self.world.meeting(f"{letter}.initial")
        gp = self.people(letter, "gp.lead", "gp.practitioner", "chair", *KEEPERS)
        for meeting, agency, child, stance, readers, what in (
            (past, "school", "2", Stance.DISSENTS, past.seen_by, "DISSENT"),
            (coming, "gp", "1", None, gp, "EARLY-VIEW"),
        ):
            view = self.add(
                AgencyView(
                    partnership_id=self.world.partnerships[letter],
                    invitation_id=meeting.invitations[agency].id,
                    child_id=self.world.children[f"{letter}.{child}"],
                    number=1,
                    threshold=ThresholdView.PLAN_NOT_NEEDED.value,
                    categories="",
                    stance=stance,
                    of_number=1 if stance else None,
                    reason=self.mark("view", letter, readers, what),
                    on_behalf=False,
                    said_at=SIGNED,
                    said_by_id=self.world.person(f"{letter}.{agency}.lead").user_id,
                )
            )
            self.world.views[f"{meeting.key}.{agency}"] = view.id

    def _papers(self, letter: str) -> None:
        world, meeting = self.world, self.world.meeting(f"{letter}.past_initial")
        partnership_id, coordinator = world.partnerships[letter], world.person(f"{letter}.coordinator").user_id
        for kind, text, because, at, due in (
            (PaperKind.DECISIONS, None, None, SHEET_SENT, date(2026, 5, 20)),
            (PaperKind.MINUTES, self.mark("minutes", letter, meeting.seen_by, "MINUTES"), None, MINUTES_SENT, None),
        ):
            paper = self.add(
                SentPaper(
                    partnership_id=partnership_id,
                    meeting_id=meeting.id,
                    kind=kind,
                    number=1,
                    text=text,
                    because=because,
                    due_on=due or date(2026, 6, 17),
                    sent_at=at,
                    sent_on=at.date(),
                    sent_by_id=coordinator,
                )
            )
            world.papers[f"{letter}.past_initial.{kind}"] = paper.id
        self.add(
            PaperReading(
                paper_id=paper.id,
                agency_id=world.agencies[f"{letter}.police"],
                partnership_id=partnership_id,
                read_at=MINUTES_SENT,
                read_by_id=world.person(f"{letter}.police.practitioner").user_id,
            )
        )
        for key, chair in (("past_initial", "second_chair"), ("strategy", "chair")):
            writers = self.people(letter, chair, "coordinator")
            self.add(
                MinutesDraft(
                    partnership_id=partnership_id,
                    meeting_id=world.meeting(f"{letter}.{key}").id,
                    text=self.mark("draft minutes", letter, writers, f"DRAFT-{key.upper()}"),
                    saved_at=MINUTES_SENT,
                    saved_by_id=coordinator,
                )
            )
        readers = self.people(letter, "school.lead", "school.practitioner", "second_chair", *KEEPERS)
        correction = self.add(
            MinutesCorrection(
                partnership_id=partnership_id,
                paper_id=paper.id,
                invitation_id=meeting.invitations["school"].id,
                text=self.mark("correction", letter, readers, "CORRECTION"),
                asked_at=ASKED,
                asked_by_id=world.person(f"{letter}.school.lead").user_id,
                outcome=CorrectionOutcome.OPEN,
            )
        )
        world.corrections[f"{letter}.past_initial.school"] = correction.id
