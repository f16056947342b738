"""A signed return as its panel examines it: each answer with what backs it and what speaks against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session, contains_eager

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.agendas import Answer, Point, agenda
from portal.domain.audit_vocabulary import SIGNED_STATUSES, SessionStatus
from portal.domain.contradictions import Counted, contradictions
from portal.domain.errors import NotVisible
from portal.domain.frameworks import Check
from portal.domain.ratings import Scale, scales_from_plain
from portal.domain.vocabulary import AGENCY_ROLES
from portal.domain.working_days import london_day
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, PanelMember, Response
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.moderation import ChallengeSession, Moderation
from portal.models.partnerships import Agency
from portal.services.audits.own_figures import hides_small, own_figures
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class Desk:
    """A return that the viewer may read, with its round, edition and agency."""

    audit_return: AuditReturn
    on_panel: bool
    scales: Mapping[str, Scale]

    @property
    def round(self) -> AuditRound:
        """The round that it answers."""
        return self.audit_return.round

    @property
    def agency(self) -> str:
        """Whose it is."""
        return self.audit_return.agency.name


@dataclass(frozen=True, slots=True)
class Before:
    """Last time's rating of the same question; `share` where it has not been altered since."""

    label: str
    share: float | None


@dataclass(frozen=True, slots=True)
class PanelRating:
    """What the panel rated, and what it and the agency agreed on in the session."""

    rating: str
    agreed: str | None


@dataclass(frozen=True, slots=True)
class Examined:
    """One answer, without its text: what it was rated, by whom, and why it would be asked about."""

    question_id: int
    response_id: int
    code: str
    text: str
    standard: str
    scale: Scale
    rating: str | None
    checks: tuple[Check, ...]
    before: Before | None
    panel: PanelRating | None
    point: Point | None


@dataclass(frozen=True, slots=True)
class Examination:
    """All answers of a return in the order of the questions, and what is on the agenda, the weightiest first."""

    answers: list[Examined]
    agenda: list[Point]
    figures: Mapping[str, Counted]
    hidden_up_to: int | None


def find_desk(viewer: Viewer, return_id: int, *, locked: bool = False) -> Desk:
    """A signed return for those who read it from outside, a released one for its agency. Raises NotVisible."""
    on_panel = exists().where(
        PanelMember.round_id == AuditReturn.round_id, PanelMember.membership_id == viewer.membership_id
    )
    rows = (
        access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .where(AuditReturn.id == return_id)
        .options(
            contains_eager(AuditReturn.round).contains_eager(AuditRound.edition), contains_eager(AuditReturn.agency)
        )
        .add_columns(on_panel.correlate(AuditReturn).label("on_panel"))
    )
    if locked:
        rows = rows.with_for_update(of=AuditReturn, key_share=True).execution_options(populate_existing=True)
    row = db.session.execute(rows).one_or_none()
    if row is None or not _reads(viewer, row[0], row.on_panel):
        raise NotVisible("There is no such return.")
    return Desk(row[0], bool(row.on_panel), scales_from_plain(row[0].round.edition.scales))


def _reads(viewer: Viewer, audit_return: AuditReturn, on_panel: bool) -> bool:
    if viewer.role in AGENCY_ROLES:
        return audit_return.released_at is not None
    return access.may_read(viewer, audit_return, given=False, on_panel=on_panel)


def examine(viewer: Viewer, desk: Desk) -> Examination:
    """Look at every answer of the newest version, by a number of queries that does not grow with them."""
    session: Session = db.session()
    audit_return = desk.audit_return
    rows = _answers(session, viewer, audit_return)
    panel_ratings = _panel_ratings(session, viewer, audit_return)
    dates = _evidence_dates(session, audit_return)
    with_action = set(session.scalars(select(Action.question_id).where(Action.return_id == audit_return.id)))
    before = _last_time(session, viewer, desk)
    figures = own_figures(session, audit_return, desk.round.opens_on, viewer.now)
    rules = rule_book(session, audit_return.partnership_id).on(desk.round.opens_on)
    known, found = {}, []
    for row in rows:
        scale = desk.scales[row.scale]
        checks = tuple(Check.from_plain(check) for check in row.checks)
        last = _before(row, before)
        panel = panel_ratings.get(row.response_id)
        known[row.question_id] = (row, scale, checks, last, panel)
        found.append(
            Answer(
                question_id=row.question_id,
                position=row.position,
                weight=row.weight,
                scale=scale,
                rating=row.rating,
                evidence=tuple(dates[row.response_id]),
                has_action=row.question_id in with_action,
                share_before=last.share if last else None,
                rating_before=last.label if last else "",
                panel_rating=panel.rating if panel else None,
                contradictions=contradictions(scale, row.rating, checks, figures),
            )
        )
    signed_on = london_day(audit_return.signed_at) if audit_return.signed_at else viewer.today
    points = agenda(found, signed_on=signed_on, evidence_months=rules.evidence_months)
    by_question = {point.question_id: point for point in points}
    answers = [
        Examined(
            row.question_id,
            row.response_id,
            row.code,
            row.text,
            row.standard,
            scale,
            row.rating,
            checks,
            last,
            panel,
            by_question.get(row.question_id),
        )
        for row, scale, checks, last, panel in known.values()
    ]
    return Examination(answers, points, figures, rules.small_count_limit if hides_small(viewer) else None)


def _answers(session: Session, viewer: Viewer, audit_return: AuditReturn) -> list[Row[*tuple[Any, ...]]]:
    rows = (
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Question.standard_id)
        .where(Response.return_id == audit_return.id, Response.number == audit_return.number)
        .with_only_columns(
            Response.id.label("response_id"),
            Response.rating,
            Question.id.label("question_id"),
            Question.code,
            Question.text,
            Question.position,
            Question.weight,
            Question.scale,
            Question.checks,
            Question.digest,
            Standard.title.label("standard"),
        )
        .order_by(Question.position)
    )
    return list(session.execute(rows))


def _panel_ratings(session: Session, viewer: Viewer, audit_return: AuditReturn) -> dict[int, PanelRating]:
    rows = (
        access.moderations_visible_to(viewer)
        .outerjoin(ChallengeSession, ChallengeSession.return_id == Moderation.return_id)
        .where(Moderation.return_id == audit_return.id, Response.number == audit_return.number)
        .with_only_columns(Moderation.response_id, Moderation.rating, Moderation.agreed_rating, ChallengeSession.status)
    )
    # What was agreed in the session is the session's: the agency reads it when that is released.
    hides_agreed = viewer.role in AGENCY_ROLES
    return {
        row.response_id: PanelRating(
            row.rating, None if hides_agreed and row.status is not SessionStatus.RELEASED else row.agreed_rating
        )
        for row in session.execute(rows)
    }


def _evidence_dates(session: Session, audit_return: AuditReturn) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    rows = (
        select(Evidence.response_id, Evidence.dated_on)
        .join(Response, Response.id == Evidence.response_id)
        .where(Response.return_id == audit_return.id, Response.number == audit_return.number)
    )
    for response_id, dated_on in session.execute(rows):
        found[response_id].append(dated_on)
    return found


def _last_time(session: Session, viewer: Viewer, desk: Desk) -> dict[str, Row[*tuple[Any, ...]]]:
    """Ratings alone, by the question's code, of the agency's last signed return to the same framework."""
    code = desk.round.edition.code
    last = (
        access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .where(
            AuditReturn.agency_id == desk.audit_return.agency_id,
            AuditReturn.status.in_(SIGNED_STATUSES),
            AuditRound.opens_on < desk.round.opens_on,
            FrameworkEdition.code == code,
        )
        .with_only_columns(AuditReturn.id, AuditReturn.number, FrameworkEdition.scales)
        .order_by(AuditRound.opens_on.desc(), AuditReturn.id.desc())
        .limit(1)
        .subquery()
    )
    rows = (
        select(Question.code, Question.digest, Question.scale, Response.rating, last.c.scales)
        .join(last, (last.c.id == Response.return_id) & (last.c.number == Response.number))
        .join(Question, Question.id == Response.question_id)
    )
    return {row.code: row for row in session.execute(rows)}


def _before(row: Row[*tuple[Any, ...]], last_time: Mapping[str, Row[*tuple[Any, ...]]]) -> Before | None:
    last = last_time.get(row.code)
    if last is None or last.rating is None:
        return None
    scale = Scale.from_plain(last.scales[last.scale])
    return Before(scale.label(last.rating), scale.share(last.rating) if last.digest == row.digest else None)
