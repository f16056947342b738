"""Scrutiny, remarks of sector leads and keys of the API in the world; each text marked with who may read it.

In each partnership stand, under these names:

challenges  p.other_gp (asks the agency, open, with a draft of its lead), p.business (asks the business manager by role,
            replied to), p.school (asks p.school.lead by name, closed)
quotations  p.proposed (by the manager, from p.past_initial), p.agreed (by the scrutineer, from p.past_initial, in other
            words), p.refused (by the manager, from p.strategy)
remarks     p.gp, in two wordings; its leads were reminded on the day of the first
keys        p.gp (the agency's) and p.whole (the partnership's); what they are is world.api_keys["a.gp"].key
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.api_keys import digest_of, ending_of
from portal.domain.scrutiny_vocabulary import QuotationState, ScrutinyState, ScrutinyStep, Voice
from portal.domain.vocabulary import Role
from portal.models.api_keys import ApiKey
from portal.models.quotations import Quotation
from portal.models.scrutiny import ScrutinyChallenge, ScrutinyDraft, ScrutinyEntry
from portal.models.sector_remarks import RemarkWording, SectorRemark, SectorReminder
from tests.world import NOW, PARTNERSHIPS, World

READERS = ("board", "business_manager", "scrutineer", "sector_lead", "manager")
DUE = date(2026, 6, 30)
ASKED = NOW - timedelta(days=20)


@dataclass(frozen=True)
class KeyPlace:
    """A key's place, and the key itself."""

    id: int
    key: str


class ScrutinyBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        for letter in PARTNERSHIPS:
            self._challenges(letter)
            self._quotations(letter)
            self._remark(letter)
            self._keys(letter)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _text(self, letter: str, kind: str, words: str, *names: str) -> str:
        seen_by = {f"{letter}.{name}" for name in names}
        return self.world.mark(kind, letter, seen_by, f"ZQ-{letter.upper()}-{words}-QZ")

    def _membership(self, letter: str, name: str) -> int:
        return self.world.person(f"{letter}.{name}").hat.membership_id

    def _challenges(self, letter: str) -> None:
        lead = self.world.person(f"{letter}.other_gp.lead")
        asked = self._challenge(
            letter, "other_gp", 1, ScrutinyState.OPEN, "other_gp.lead", agency=self.world.agencies[f"{letter}.other_gp"]
        )
        self.add(
            ScrutinyDraft(
                partnership_id=self.world.partnerships[letter],
                challenge_id=asked.id,
                text=self._text(letter, "draft reply", "CHALLENGE-DRAFT", "other_gp.lead"),
                saved_at=NOW - timedelta(days=1),
                saved_by_id=lead.user_id,
            )
        )
        self._challenge(letter, "business", 2, ScrutinyState.REPLIED, "business_manager", role=Role.BUSINESS_MANAGER)
        self._challenge(
            letter, "school", 3, ScrutinyState.CLOSED, "school.lead", person=self._membership(letter, "school.lead")
        )

    def _challenge(
        self,
        letter: str,
        name: str,
        number: int,
        state: ScrutinyState,
        asked: str,
        *,
        person: int | None = None,
        role: Role | None = None,
        agency: int | None = None,
    ) -> ScrutinyChallenge:
        words = name.upper().replace("_", "-")
        question = self._text(letter, "challenge", f"CHALLENGE-{words}", *READERS, asked)
        challenge = self.add(
            ScrutinyChallenge(
                partnership_id=self.world.partnerships[letter],
                number=number,
                title=self._text(letter, "challenge", f"CHALLENGE-TITLE-{words}", *READERS, asked),
                question=question,
                asked_membership_id=person,
                asked_role=role,
                asked_agency_id=agency,
                due_on=DUE,
                state=state,
                round=1,
                asked_at=ASKED,
                asked_by_membership_id=self._membership(letter, "scrutineer"),
                closed_at=NOW - timedelta(days=2) if state is ScrutinyState.CLOSED else None,
            )
        )
        steps = [(ScrutinyStep.ASKED, question, "scrutineer")]
        if state is not ScrutinyState.OPEN:
            reply = self._text(letter, "challenge", f"CHALLENGE-REPLY-{words}", *READERS, asked)
            steps.append((ScrutinyStep.REPLIED, reply, asked))
        if state is ScrutinyState.CLOSED:
            steps.append((ScrutinyStep.CLOSED, "It was put right.", "scrutineer"))
        for place, (step, text, by) in enumerate(steps):
            self.add(
                ScrutinyEntry(
                    partnership_id=challenge.partnership_id,
                    challenge_id=challenge.id,
                    step=step,
                    text=text,
                    due_on=DUE if step is ScrutinyStep.ASKED else None,
                    made_at=ASKED + timedelta(days=place),
                    made_by_id=self.world.person(f"{letter}.{by}").user_id,
                )
            )
        self.world.challenges[f"{letter}.{name}"] = challenge.id
        return challenge

    def _quotations(self, letter: str) -> None:
        self._quotation(letter, "proposed", "past_initial", "manager", "second_chair", QuotationState.PROPOSED)
        self._quotation(
            letter,
            "agreed",
            "past_initial",
            "scrutineer",
            "second_chair",
            QuotationState.AGREED,
            agreed=self._text(letter, "quotation", "QUOTATION-BOARD", *READERS, "second_chair"),
        )
        self._quotation(
            letter,
            "refused",
            "strategy",
            "manager",
            "chair",
            QuotationState.REFUSED,
            reason=self._text(letter, "quotation", "QUOTATION-WHY-NOT", "manager", "chair"),
        )

    def _quotation(
        self,
        letter: str,
        name: str,
        meeting: str,
        proposer: str,
        chair: str,
        state: QuotationState,
        *,
        agreed: str | None = None,
        reason: str | None = None,
    ) -> None:
        is_answered = state is not QuotationState.PROPOSED
        row = self.add(
            Quotation(
                partnership_id=self.world.partnerships[letter],
                meeting_id=self.world.meeting(f"{letter}.{meeting}").id,
                voice=Voice.FAMILY,
                proposed_text=self._text(letter, "quotation", f"QUOTATION-{name.upper()}", proposer, chair),
                agreed_text=agreed,
                state=state,
                reason=reason,
                proposed_at=ASKED,
                proposed_by_membership_id=self._membership(letter, proposer),
                answered_at=ASKED + timedelta(days=1) if is_answered else None,
                answered_by_id=self.world.person(f"{letter}.{chair}").user_id if is_answered else None,
            )
        )
        self.world.quotations[f"{letter}.{name}"] = row.id

    def _remark(self, letter: str) -> None:
        lead = self.world.person(f"{letter}.sector_lead")
        remark = self.add(
            SectorRemark(
                partnership_id=self.world.partnerships[letter],
                agency_id=self.world.agencies[f"{letter}.gp"],
                written_by_membership_id=lead.hat.membership_id,
                number=2,
            )
        )
        for number in (1, 2):
            self.add(
                RemarkWording(
                    partnership_id=remark.partnership_id,
                    remark_id=remark.id,
                    number=number,
                    text=self._text(letter, "remark", f"REMARK-{number}", "gp.lead", "sector_lead", "business_manager"),
                    written_at=ASKED + timedelta(days=number),
                    written_by_id=lead.user_id,
                )
            )
        self.world.remarks[f"{letter}.gp"] = remark.id
        self.add(
            SectorReminder(
                partnership_id=remark.partnership_id,
                agency_id=remark.agency_id,
                for_day=ASKED.date(),
                reminded_at=ASKED,
                reminded_by_id=lead.user_id,
                told=1,
            )
        )

    def _keys(self, letter: str) -> None:
        keepers = ("business_manager", "administrator")
        self._key(letter, "gp", self.world.agencies[f"{letter}.gp"], "gp.lead", *keepers)
        self._key(letter, "whole", None, *keepers)

    def _key(self, letter: str, name: str, agency_id: int | None, *readers: str) -> None:
        key = f"spk_test-{letter}-{name}-0123456789abcdefghijklmnopqrstuv"
        row = self.add(
            ApiKey(
                partnership_id=self.world.partnerships[letter],
                agency_id=agency_id,
                name=self._text(letter, "key", f"KEY-{name.upper()}", *readers),
                digest=digest_of(key),
                ending=ending_of(key),
                made_at=ASKED,
                made_by_id=self.world.person(f"{letter}.{readers[0]}").user_id,
                ends_on=date(2026, 12, 31),
                uses=0,
            )
        )
        self.world.api_keys[f"{letter}.{name}"] = KeyPlace(row.id, key)
