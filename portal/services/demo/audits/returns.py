"""One agency's return in the demonstration: filled in, backed, sent, signed and opened again, each by who would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from math import ceil

from sqlalchemy import Row, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.files import Upload
from portal.domain.ratings import Scale, scales_from_plain
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.frameworks import FrameworkEdition, Question
from portal.models.partnerships import PartnershipAgency
from portal.services.audits.answering import AnswerText, confirm_section, save_answer
from portal.services.audits.evidence import add_files, add_link
from portal.services.audits.sections import give_section, seen_given
from portal.services.audits.signing import reopen_return, sign_return, submit_return
from portal.services.audits.starting import start_return
from portal.services.demo.audits import texts
from portal.services.demo.audits.answers import Manner
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import Deed, Who

MARKED = frozenset({"safeguarding-culture", "board-oversight", "sexual-and-criminal-exploitation"})
"""Questions whose answers carry a mark by which a leaked one can be traced."""

MINUTES_EACH = 2
"""An answer takes that long."""

FIRST_STEP, NEXT_STEP = 15, 11
"""The hours at which a return is sent and signed by its lead, and at which others sign on the days after."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a return as it stands, with what its edition's scale allows."""

    id: int
    code: str
    standard_id: int
    hints: Sequence[str]
    scale: Scale
    needs_evidence: bool
    version: int
    rating: str | None


def asked(return_id: int) -> list[Asked]:
    """The questions of a return's newest version, in order."""
    rows = db.session.execute(
        select(
            Question.id,
            Question.code,
            Question.standard_id,
            Question.hints,
            Question.scale,
            Question.needs_evidence,
            Response.version,
            Response.rating,
            FrameworkEdition.scales,
        )
        .join(Response, Response.question_id == Question.id)
        .join(AuditReturn, (AuditReturn.id == Response.return_id) & (AuditReturn.number == Response.number))
        .join(FrameworkEdition, FrameworkEdition.id == Question.edition_id)
        .where(Response.return_id == return_id)
        .order_by(Question.position)
    ).all()
    scales = scales_from_plain(rows[0].scales) if rows else {}
    return [_asked(row, scales[row.scale]) for row in rows]


def question(return_id: int, code: str) -> Asked:
    """One question of a return by its code."""
    return next(one for one in asked(return_id) if one.code == code)


def returns_of(round_id: int) -> dict[str, int]:
    """The returns of a round by the agency's code."""
    rows = db.session.execute(
        select(PartnershipAgency.code, AuditReturn.id)
        .join(
            PartnershipAgency,
            (PartnershipAgency.partnership_id == AuditReturn.partnership_id)
            & (PartnershipAgency.agency_id == AuditReturn.agency_id),
        )
        .where(AuditReturn.round_id == round_id)
        .order_by(AuditReturn.id)
    )
    return {row.code: row.id for row in rows}


def version_of(return_id: int) -> int:
    """The return's version, as a page that was just drawn has it."""
    return db.session.scalars(select(AuditReturn.version).where(AuditReturn.id == return_id)).one()


@dataclass(frozen=True, slots=True)
class Return:
    """One agency's return, and how its people go about it."""

    cast: Cast
    code: str
    id: int
    manner: Manner
    backed: float = 0.06
    """How many of the good answers have evidence, besides those that need it."""

    @property
    def lead(self) -> Who:
        """Who leads for the agency."""
        return self.cast.lead(self.code)

    def answer(self, day: int, share: float = 1.0) -> None:
        """Start, and answer the first part of the questions."""

        def deed(viewer: Viewer) -> None:
            start_return(viewer, self.id)
            questions = asked(self.id)
            for index, one in enumerate(questions[: ceil(len(questions) * share)]):
                self._after(viewer, index, partial(self._answer, one))

        self.cast.at(day, deed, self.lead)

    def confirm(self, day: int, share: float = 1.0) -> None:
        """Start, say of the first part that last time's answers still hold, and give `manner.fixed` anew."""

        def deed(viewer: Viewer) -> None:
            start_return(viewer, self.id)
            questions = asked(self.id)
            standards = list(dict.fromkeys(one.standard_id for one in questions))
            for index, standard_id in enumerate(standards[: ceil(len(standards) * share)]):
                for one in questions:
                    if one.standard_id == standard_id and one.code in self.manner.fixed:
                        self._after(viewer, index, partial(self._answer, one))
                self._after(viewer, index, partial(self._confirm, standard_id))

        self.cast.at(day, deed, self.lead)

    def give_file(self, day: int, code: str, title: str) -> None:
        """Back an answer with a document; it, and its name, carry a mark."""

        def deed(viewer: Viewer) -> None:
            mark = self.cast.mark("E")
            dated_on = viewer.today - timedelta(days=self.cast.chance.randint(10, 80))
            content = texts.file_text(viewer.agency_name, title, dated_on, mark).encode()
            upload = Upload(f"{title} {mark}.txt", BytesIO(content))
            add_files(viewer, self.id, question(self.id, code).id, [upload], title, dated_on)

        self.cast.at(day, deed, self.lead, hour=14)

    def give_section(self, day: int, code: str) -> None:
        """Give the section of a question to the colleague."""
        colleague = self.cast.practitioner(self.code)

        def deed(viewer: Viewer) -> None:
            membership_id = self.cast.membership(colleague, viewer.now)
            give_section(viewer, self.id, question(self.id, code).standard_id, {membership_id}, seen_given(()))

        self.cast.at(day, deed, self.lead, hour=13)

    def send(self, day: int, *, signatures: int) -> None:
        """Send it to be signed; the first so many sign, the lead on the day itself, one more on each day after."""
        self.cast.at(day, lambda viewer: _sent(viewer, self.id), self.lead, hour=FIRST_STEP)
        for index, step in enumerate(_order(self.id)[:signatures]):
            self._sign(day + index, step, hour=NEXT_STEP if index else FIRST_STEP + 1)

    def correct(self, day: int, code: str, *, signatures: int) -> None:
        """Open it again for a reason, change one answer, and have the new version signed."""

        def deed(viewer: Viewer) -> None:
            reopen_return(viewer, self.id, texts.REOPENED)
            self._answer(question(self.id, code), viewer)

        self.cast.at(day, deed, self.lead)
        self.send(day, signatures=signatures)

    def _sign(self, day: int, step: SignOffStep, hour: int) -> None:
        def deed(viewer: Viewer) -> None:
            sign_return(viewer, self.id, step=step, version=version_of(self.id), name=viewer.name)

        self.cast.at(day, deed, self.cast.signer(self.code, step), hour=hour)

    def _after(self, viewer: Viewer, answers: int, deed: Deed) -> None:
        """Plan what the same person does once they have given so many answers."""
        at = viewer.now + timedelta(minutes=MINUTES_EACH * answers)
        self.cast.diary.add(at, self.lead, deed)

    def _confirm(self, standard_id: int, viewer: Viewer) -> None:
        confirm_section(viewer, self.id, standard_id)

    def _answer(self, one: Asked, viewer: Viewer) -> None:
        chance = self.cast.chance
        rating = self.manner.rating(one.code, one.scale, chance)
        words = texts.narrative(one.code, one.hints, one.scale.share(rating) or 0.0, viewer.today, chance)
        if one.code in MARKED:
            words = f"{words} Our note {self.cast.mark('Q')}."
        if one.needs_evidence or (one.scale.is_good(rating) and chance.random() < self.backed):
            url = f"https://{self.code.lower()}.demo.example/safeguarding/{one.code}"
            dated_on = viewer.today - timedelta(days=chance.randint(5, 300))
            add_link(viewer, self.id, one.id, url, one.hints[0], dated_on)
        save_answer(viewer, self.id, one.id, one.version, AnswerText(rating, words))


def _sent(viewer: Viewer, return_id: int) -> None:
    submit_return(viewer, return_id)


def _asked(row: Row[*tuple[object, ...]], scale: Scale) -> Asked:
    return Asked(row.id, row.code, row.standard_id, row.hints, scale, row.needs_evidence, row.version, row.rating)


def _order(return_id: int) -> list[SignOffStep]:
    order = db.session.scalars(
        select(FrameworkEdition.sign_off)
        .join(AuditRound, AuditRound.edition_id == FrameworkEdition.id)
        .join(AuditReturn, AuditReturn.round_id == AuditRound.id)
        .where(AuditReturn.id == return_id)
    ).one()
    return [SignOffStep(step) for step in order]
