"""What an agency gets back: the panel's replies, its scores beside similar agencies and last time, and its actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import and_, literal
from sqlalchemy.orm import Session, contains_eager

from portal.access import audit_results as access
from portal.access import audits as audit_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_levels import AuditLevels
from portal.domain.audit_results import (
    Comparable,
    Tally,
    as_percentage,
    change,
    compared,
    effective,
    level_words,
    mean_of_others,
    similar,
)
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ActionStatus
from portal.domain.errors import NotVisible
from portal.domain.figure_words import all_of_type
from portal.domain.labels import short_label
from portal.domain.ratings import Colour, scales_from_plain
from portal.domain.vocabulary import AgencyType
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency
from portal.services.audits.result_counts import Cells, tallies
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class Reply:
    """A question in which the panel's rating is another than the agency's, in words."""

    question: str
    own: str
    panel: str
    agreed: str
    reason: str


@dataclass(frozen=True, slots=True)
class StandardLine:
    """The agency in one standard (or in all): now, beside others, and last time over questions that compare."""

    title: str
    now: str
    others: Decimal | None
    before: Decimal | None
    change: Decimal | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """An action of the agency's, as the letter repeats it."""

    what: str
    owner: str
    due_on: date
    state: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All that the letter says."""

    round_title: str
    framework: str
    agency: str
    partnership: str
    written_on: date
    is_draft: bool
    others: str
    """Who the similar agencies are; empty where there are too few."""
    last_round: str
    """The title of the round that this one is held against; empty where there is none."""
    replies: tuple[Reply, ...]
    standards: tuple[StandardLine, ...]
    actions: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer with what the panel made of it; the last three are None where it made nothing of it."""

    code: str
    digest: str
    text: str
    scale: str
    weight: int
    standard_id: int
    standard: str
    own: str | None
    panel: str | None
    agreed: str | None
    reason: str | None

    @property
    def counted(self) -> tuple[str | None, int]:
        """Its rating and weight as they count."""
        return effective(self.own, self.panel, self.agreed), self.weight


def letter(viewer: Viewer, return_id: int) -> Letter:
    """Return what is fed back to the agency of a return. Raises NotVisible."""
    session = db.session()
    found = _return(session, viewer, return_id)
    answers = _answers(session, viewer, found, with_panel=True)
    last = _last_return(session, viewer, found)
    before = _answers(session, viewer, last, with_panel=last.released_at is not None) if last else []
    peers = _peers(session, viewer, found)
    cells = tallies(session, access.compared_with(viewer, found), found.round_id) if peers else {}
    levels = rule_book(session, found.partnership_id).on(found.round.opens_on).audit_levels
    return Letter(
        round_title=found.round.title,
        framework=found.round.edition.title,
        agency=found.agency.name,
        partnership=viewer.partnership_name,
        written_on=viewer.today,
        is_draft=found.released_at is None,
        others=peers[0] if peers else "",
        last_round=last.round.title if last else "",
        replies=_replies(found.round.edition, answers),
        standards=_standards(answers, before, peers[1] if peers else (), cells, levels),
        actions=_actions(session, viewer, found),
    )


def _return(session: Session, viewer: Viewer, return_id: int) -> AuditReturn:
    found = session.scalars(
        access.letters_visible_to(viewer)
        .where(AuditReturn.id == return_id)
        .join(AuditReturn.round)
        .join(AuditRound.edition)
        .join(AuditReturn.agency)
        .options(
            contains_eager(AuditReturn.round).contains_eager(AuditRound.edition), contains_eager(AuditReturn.agency)
        )
    ).one_or_none()
    if found is None or not access.may_read_letter(viewer, found):
        raise NotVisible
    return found


def _last_return(session: Session, viewer: Viewer, found: AuditReturn) -> AuditReturn | None:
    """The agency's last signed return of the same framework."""
    return session.scalars(
        audit_access.visible_to(viewer)
        .join(AuditReturn.round)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .where(
            AuditReturn.agency_id == found.agency_id,
            AuditReturn.id != found.id,
            AuditReturn.status.in_(SIGNED_STATUSES),
            FrameworkEdition.code == found.round.edition.code,
            AuditRound.opens_on < found.round.opens_on,
        )
        .order_by(AuditRound.opens_on.desc(), AuditRound.id.desc())
        .limit(1)
        .options(contains_eager(AuditReturn.round))
    ).first()


def _answers(session: Session, viewer: Viewer, found: AuditReturn, *, with_panel: bool) -> list[_Answer]:
    """The answers of a return, beside what the panel made of them where the letter may repeat it."""
    rows = session.execute(
        audit_access.answers_visible_to(viewer)
        .where(Response.return_id == found.id, Response.number == found.number)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Response.standard_id)
        .outerjoin(Moderation, and_(Moderation.response_id == Response.id, literal(with_panel)))
        .order_by(Question.position)
        .with_only_columns(
            Question.code,
            Question.digest,
            Question.text,
            Question.scale,
            Question.weight,
            Standard.id,
            Standard.title,
            Response.rating,
            Moderation.rating,
            Moderation.agreed_rating,
            Moderation.reason,
            maintain_column_froms=True,
        )
    )
    return [_Answer(*tuple(row)) for row in rows]


def _peers(session: Session, viewer: Viewer, found: AuditReturn) -> tuple[str, Sequence[int]] | None:
    """The most alike of the other agencies that are enough of them, with their returns."""
    rows = session.execute(
        access.compared_with(viewer, found)
        .where(AuditReturn.id != found.id, AuditReturn.status.in_(SIGNED_STATUSES))
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .with_only_columns(AuditReturn.id, Agency.agency_type, Agency.phase, maintain_column_froms=True)
    ).all()
    kind, phase = found.agency.agency_type, found.agency.phase
    groups: list[tuple[str, Sequence[int]]] = [
        (f"Other {_plural(kind)}", [row.id for row in rows if row.agency_type is kind]),
        ("All other agencies", [row.id for row in rows]),
    ]
    if phase is not None:
        alike = [row.id for row in rows if row.agency_type is kind and row.phase is phase]
        groups.insert(0, (f"Other {_plural(kind)} ({short_label(phase).lower()})", alike))
    return similar(groups)


def _plural(kind: AgencyType) -> str:
    words = all_of_type(kind)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _replies(edition: FrameworkEdition, answers: Iterable[_Answer]) -> tuple[Reply, ...]:
    scales = scales_from_plain(edition.scales)
    return tuple(
        Reply(
            one.text,
            scales[one.scale].label(one.own) or "No rating",
            scales[one.scale].label(one.panel),
            scales[one.scale].label(one.agreed),
            one.reason or "",
        )
        for one in answers
        if one.panel is not None and (one.panel != one.own or one.agreed not in (None, one.own))
    )


def _standards(
    answers: Sequence[_Answer], before: Sequence[_Answer], peers: Iterable[int], cells: Cells, levels: AuditLevels
) -> tuple[StandardLine, ...]:
    marks = compared({one.code: one.digest for one in answers}, {one.code: one.digest for one in before})
    same = {code for code, mark in marks.items() if mark is Comparable.SAME}
    last = {one.code: one for one in before if one.code in same}
    others = [cells.get(return_id, {}) for return_id in peers]
    titles = {one.standard_id: one.standard for one in answers}
    lines = []
    for standard_id, title in titles.items():
        own = [one for one in answers if one.standard_id == standard_id]
        shares = [found.get(standard_id, Tally()).share for found in others]
        level = Tally.of(one.counted for one in own).level(levels)
        lines.append(_line(title, level, own, last, shares, bool(before)))
    whole = [sum(found.values(), Tally()).share for found in others]
    # As in the heat map: over everything, one red answer would leave hardly anybody green.
    level = levels.level_of(Tally.of(one.counted for one in answers).share)
    return (*lines, _line("All standards", level, answers, last, whole, bool(before)))


def _line(
    title: str,
    level: Colour,
    own: Sequence[_Answer],
    last: Mapping[str, _Answer],
    shares: Iterable[Fraction | None],
    has_last: bool,
) -> StandardLine:
    now = Tally.of(one.counted for one in own)
    compares = [one for one in own if one.code in last]
    then = Tally.of((last[one.code].counted[0], one.weight) for one in compares).share
    note = f"{len(compares)} of {len(own)} questions compare" if has_last and len(compares) < len(own) else ""
    others = mean_of_others(shares)
    return StandardLine(
        title,
        level_words(level) if now.score is None else f"{level_words(level)}, {now.score} %",
        None if others is None else as_percentage(others),
        None if then is None else as_percentage(then),
        change(Tally.of(one.counted for one in compares).share, then),
        note,
    )


def _actions(session: Session, viewer: Viewer, found: AuditReturn) -> tuple[Promise, ...]:
    rows = session.scalars(access.actions_in_letter(viewer, found).order_by(Action.due_on, Action.id))
    return tuple(Promise(one.what, one.owner_name, one.due_on, _state(one, viewer.today)) for one in rows)


def _state(action: Action, today: date) -> str:
    is_late = action.status is ActionStatus.OPEN and action.due_on < today
    return "Overdue" if is_late else short_label(action.status)
