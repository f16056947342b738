"""The audits' side of the world: rounds under way and to come, returns in every state, each text marked.

In each partnership stand, under these names:

editions  p.section_11 and p.schools, published; p.draft, the next edition of section 11, with its question 1.2 altered
rounds    p.section_11 and p.schools, opened last month and due next month; p.next, which opens in September and asks
          the GPs. The board member sits on the panel of p.schools
returns   p.gp (in progress; its practitioner was given standard 1), p.other_gp (not started), p.police (complete, to be
          signed), p.social_care (signed), p.school (signed; the panel has written a moderation that is not released)
closures  p.gp and p.school: a fortnight in August, with a cover
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import FrameworkStatus
from portal.models.audits import Response, ResponseComment, SectionGiven
from portal.models.closures import ClosurePeriod
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.moderation import Moderation
from tests import audits
from tests.world import BEFORE, PARTNERSHIPS, EditionPlace, ReturnPlace, World

SEES_ROUNDS = {"board", "business_manager", "scrutineer", "sector_lead"}
POLICE_SIGNERS = {"police.lead", "police.executive"}
SCHOOL_SIGNERS = {"school.lead", "school.head", "school.governor"}
READS_SIGNED = {"business_manager", "scrutineer"}
CLOSED = date(2026, 8, 3), date(2026, 8, 14)


class AuditBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Everything about audits, in both partnerships."""
        for letter in PARTNERSHIPS:
            self._section_11(letter)
            self._schools(letter)
            self._draft(letter)
            for agency in ("gp", "school"):
                self._closure(letter, agency)

    def people(self, letter: str, *names: str) -> set[str]:
        """People's keys from their names in a partnership; `both` leads the police in B."""
        both = {"both"} if letter == "b" and "police.lead" in names else set()
        return {f"{letter}.{name}" for name in names} | both

    def _section_11(self, letter: str) -> None:
        world = self.world
        edition = audits.published_edition(world.partnerships[letter])
        asks = ("gp", "other_gp", "police", "social_care")
        leads = {f"{agency}.lead" for agency in asks} | POLICE_SIGNERS
        asked = audits.open_round(
            edition,
            *(world.agencies[f"{letter}.{agency}"] for agency in asks),
            title=self._title(letter, "SECTION-11", leads | {"gp.practitioner"}),
        )
        world.rounds[f"{letter}.section_11"] = asked.id
        self._edition(f"{letter}.section_11", edition)
        ids = {agency: world.agencies[f"{letter}.{agency}"] for agency in asks}
        lead = {agency: world.person(f"{letter}.{agency}.lead").hat.membership_id for agency in asks if agency != "gp"}
        audits.answered_return(asked, ids["gp"])
        audits.submitted_return(
            asked,
            ids["police"],
            by=lead["police"],
            narrative=world.mark(
                "audit answer", letter, self.people(letter, *POLICE_SIGNERS), self._text(letter, "POL")
            ),
        )
        audits.signed_return(
            asked,
            ids["social_care"],
            by=lead["social_care"],
            narrative=world.mark(
                "audit answer", letter, self.people(letter, "social_care.lead", *READS_SIGNED), self._text(letter, "SC")
            ),
        )
        for agency in asks:
            self._place(letter, asked, agency)
        self._gp_answers(letter)
        coming = audits.open_round(
            edition,
            ids["gp"],
            ids["other_gp"],
            title=self._title(letter, "NEXT", set()),
            opens_on=date(2026, 9, 1),
            due_on=date(2026, 10, 30),
        )
        world.rounds[f"{letter}.next"] = coming.id

    def _gp_answers(self, letter: str) -> None:
        """Standard 1 is the practitioner's too, with a comment on its first question; standard 2 the lead's alone."""
        world, place = self.world, self.world.returns[f"{letter}.gp"]
        lead, practitioner = (world.person(f"{letter}.gp.{name}") for name in ("lead", "practitioner"))
        for standard, names in (("1", ("gp.lead", "gp.practitioner")), ("2", ("gp.lead",))):
            readers = self.people(letter, *names)
            text = world.mark("audit answer", letter, readers, self._text(letter, f"GP-{standard}"))
            self.session.execute(
                update(Response)
                .where(Response.return_id == place.id, Response.standard_id == place.standards[standard])
                .values(narrative=text)
            )
        partnership_id = world.partnerships[letter]
        self.session.add(
            SectionGiven(
                partnership_id=partnership_id,
                return_id=place.id,
                standard_id=place.standards["1"],
                membership_id=practitioner.hat.membership_id,
            )
        )
        comment = world.mark(
            "audit comment",
            letter,
            self.people(letter, "gp.lead", "gp.practitioner"),
            f"ZQ-{letter.upper()}-COMMENT-GP-QZ",
        )
        self.session.add(
            ResponseComment(
                partnership_id=partnership_id,
                return_id=place.id,
                question_id=place.questions["1.1"],
                text=comment,
                said_at=BEFORE,
                said_by_id=lead.user_id,
            )
        )
        self.session.flush()

    def _schools(self, letter: str) -> None:
        world = self.world
        edition = audits.published_edition(world.partnerships[letter], audits.SCHOOLS)
        asked = audits.open_round(
            edition,
            world.agencies[f"{letter}.school"],
            title=self._title(letter, "SCHOOLS", SCHOOL_SIGNERS),
            panel=[world.person(f"{letter}.board").hat.membership_id],
        )
        world.rounds[f"{letter}.schools"] = asked.id
        self._edition(f"{letter}.schools", edition)
        readers = self.people(letter, *SCHOOL_SIGNERS, "board", *READS_SIGNED)
        audits.signed_return(
            asked,
            world.agencies[f"{letter}.school"],
            narrative=world.mark("audit answer", letter, readers, self._text(letter, "SCHOOL")),
        )
        place = self._place(letter, asked, "school")
        manager = world.person(f"{letter}.business_manager")
        panel = self.people(letter, "board", *READS_SIGNED)
        self.session.add(
            Moderation(
                partnership_id=world.partnerships[letter],
                return_id=place.id,
                response_id=place.responses["1.1"],
                rating="amber",
                reason=world.mark("moderation", letter, panel, f"ZQ-{letter.upper()}-MODERATION-SCHOOL-QZ"),
                moderated_at=BEFORE,
                moderated_by_id=manager.user_id,
            )
        )
        self.session.flush()

    def _draft(self, letter: str) -> None:
        """What nobody but whoever keeps the frameworks sees before it is published."""
        keepers = self.people(letter, "business_manager")
        draft = audits.published_edition(
            self.world.partnerships[letter],
            number=2,
            status=FrameworkStatus.DRAFT,
            altered=["1.2"],
            title=self.world.mark("draft edition", letter, keepers, f"ZQ-{letter.upper()}-DRAFT-EDITION-QZ"),
        )
        self._edition(f"{letter}.draft", draft)

    def _edition(self, key: str, edition: FrameworkEdition) -> None:
        """Where an edition stands in the world."""
        standards = select(Standard.code, Standard.id).where(Standard.edition_id == edition.id)
        questions = select(Question.code, Question.id).where(Question.edition_id == edition.id)
        self.world.editions[key] = EditionPlace(
            id=edition.id,
            standards=dict(self.session.execute(standards).all()),
            questions=dict(self.session.execute(questions).all()),
        )

    def _closure(self, letter: str, agency: str) -> None:
        world = self.world
        chases = {"business_manager", "sector_lead"} if agency == "gp" else {"business_manager"}
        readers = self.people(letter, f"{agency}.lead", *chases)
        tag = f"ZQ-{letter.upper()}-COVER-{agency.upper()}-QZ"
        row = ClosurePeriod(
            partnership_id=world.partnerships[letter],
            agency_id=world.agencies[f"{letter}.{agency}"],
            name="Summer closure",
            begins_on=CLOSED[0],
            ends_on=CLOSED[1],
            cover_name=world.mark("cover", letter, readers, tag),
            cover_contact="020 7946 0018",
        )
        self.session.add(row)
        self.session.flush()
        world.closures[f"{letter}.{agency}"] = row.id

    def _title(self, letter: str, name: str, agencies: set[str]) -> str:
        readers = self.people(letter, *SEES_ROUNDS, *agencies)
        return self.world.mark("audit round", letter, readers, f"ZQ-{letter.upper()}-ROUND-{name}-QZ")

    def _text(self, letter: str, name: str) -> str:
        return f"ZQ-{letter.upper()}-ANSWER-{name}-QZ"

    def _place(self, letter: str, asked: audits.AuditRound, agency: str) -> ReturnPlace:
        """Where an agency's return stands in the world."""
        found = audits.return_of(asked, self.world.agencies[f"{letter}.{agency}"])
        rows = select(Question.code, Question.id).where(Question.edition_id == asked.edition_id)
        questions: dict[str, int] = dict(self.session.execute(rows).all())
        responses = {response.question_id: response.id for response in audits.responses_of(found)}
        place = ReturnPlace(
            id=found.id,
            round_id=asked.id,
            agency=agency,
            standards=dict(
                self.session.execute(
                    select(Standard.code, Standard.id).where(Standard.edition_id == asked.edition_id)
                ).all()
            ),
            questions=questions,
            responses={code: responses[number] for code, number in questions.items() if number in responses},
        )
        self.world.returns[f"{letter}.{agency}"] = place
        return place
