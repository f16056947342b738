"""The panel's rating beside the agency's own, with its reason; the agency reads it once it is released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from portal.access import actions as actions_access
from portal.access import audits as access
from portal.access import challenges as challenge_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.ratings import Scale
from portal.models.audits import AuditReturn, Response
from portal.models.evidence import Evidence
from portal.models.frameworks import Question
from portal.models.moderation import ChallengeSession, Moderation
from portal.services.audits.own_figures import counted_days
from portal.services.audits.scrutiny import Desk, Examination, Examined, examine, find_desk
from portal.services.changes import Change, changing

REASON_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class ModerationPage:
    """A return with every answer's ratings, and what the viewer may do about it."""

    desk: Desk
    examined: Examination
    session: ChallengeSession | None
    may_moderate: bool
    may_release: bool
    may_plan: bool

    @property
    def rated(self) -> int:
        """How many answers the panel has rated."""
        return sum(answer.panel is not None for answer in self.examined.answers)

    @property
    def sections(self) -> list[tuple[str, list[Examined]]]:
        """The answers by standard, in their order."""
        return [(title, list(group)) for title, group in groupby(self.examined.answers, lambda answer: answer.standard)]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One answer with all that the panel reads before it rates."""

    desk: Desk
    answer: Examined
    narrative: str
    evidence: list[Evidence]
    good: str
    moderation: Moderation | None
    examined: Examination
    counted: tuple[date, date]
    before_id: int | None
    after_id: int | None
    may_moderate: bool
    may_add_action: bool


def open_moderation(viewer: Viewer, return_id: int) -> ModerationPage:
    """The whole return as its panel sees it, or as its agency does once it is released. Raises NotVisible."""
    desk = find_desk(viewer, return_id)
    session = db.session.scalar(
        challenge_access.visible_to(viewer).where(ChallengeSession.return_id == desk.audit_return.id)
    )
    return ModerationPage(
        desk,
        examine(viewer, desk),
        session,
        may_moderate=_may_moderate(viewer, desk),
        may_release=may_release(viewer, desk.audit_return),
        may_plan=challenge_access.may_plan(viewer, desk.audit_return, session),
    )


def open_question(viewer: Viewer, return_id: int, question_id: int) -> QuestionPage:
    """One answer, its text and evidence, last time, and the agency's own figures. Raises NotVisible."""
    desk = find_desk(viewer, return_id)
    examined = examine(viewer, desk)
    places = [answer.question_id for answer in examined.answers]
    if question_id not in places:
        raise NotVisible("There is no such question in this return.")
    place = places.index(question_id)
    answer = examined.answers[place]
    row = db.session.execute(
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .where(Response.id == answer.response_id)
        .with_only_columns(Response.narrative, Question.good)
    ).one()
    evidence = db.session.scalars(
        select(Evidence)
        .options(joinedload(Evidence.file))
        .where(Evidence.response_id == answer.response_id)
        .order_by(Evidence.dated_on.desc(), Evidence.id)
    ).all()
    return QuestionPage(
        desk,
        answer,
        row.narrative,
        list(evidence),
        row.good,
        db.session.scalar(access.moderations_visible_to(viewer).where(Moderation.response_id == answer.response_id)),
        examined,
        counted_days(desk.round.opens_on),
        places[place - 1] if place else None,
        places[place + 1] if place + 1 < len(places) else None,
        may_moderate=_may_moderate(viewer, desk),
        may_add_action=actions_access.may_add(viewer, desk.audit_return, given=False, on_panel=desk.on_panel),
    )


def moderate(
    viewer: Viewer, return_id: int, question_id: int, *, rating: str | None, reason: str, version: int
) -> None:
    """Put the panel's rating and its reason beside the agency's own; `version` is 0 where there was none.

    Raises NotVisible, NotPermitted, Invalid by field, Conflict with both sides where another member was quicker.
    """
    with changing(viewer) as change:
        desk = find_desk(viewer, return_id, locked=True)
        if not _may_moderate(viewer, desk):
            raise NotPermitted("This return is not the viewer's to moderate.")
        answer = _answer(viewer, desk, question_id)
        scale = desk.scales[answer.scale]
        rated = _checked(scale, rating, reason)
        row = change.session.scalar(
            select(Moderation).where(Moderation.response_id == answer.id).execution_options(populate_existing=True)
        )
        if (row.version if row else 0) != version:
            raise Conflict(
                "Somebody else on the panel rated this answer a moment ago.",
                mine={"Rating": scale.label(rated), "Reason": reason.strip()},
                theirs={"Rating": scale.label(row.rating), "Reason": row.reason} if row else {},
            )
        if row is None:
            row = Moderation(
                partnership_id=desk.audit_return.partnership_id,
                return_id=desk.audit_return.id,
                response_id=answer.id,
            )
            change.session.add(row)
        row.rating = rated
        row.reason = reason.strip()
        row.moderated_at = viewer.now
        row.moderated_by_id = _user(viewer)
        change.session.flush()
        change.log("moderation.saved", "audit_return", desk.audit_return.id)


def release(viewer: Viewer, return_id: int, *, version: int) -> None:
    """Let the agency read what the panel made of its answers; answers without the panel's rating stand as they are.

    Raises NotVisible, NotPermitted, Conflict where the return was changed since the page was drawn.
    """
    with changing(viewer) as change:
        desk = find_desk(viewer, return_id, locked=True)
        if not may_release(viewer, desk.audit_return):
            raise NotPermitted("This return is not the viewer's to release.")
        if desk.audit_return.version != version:
            raise Conflict("The return was changed since this page was drawn. Nothing was released.")
        release_return(change, desk.audit_return)


def release_return(change: Change, audit_return: AuditReturn) -> None:
    """Mark a return as moderated and released, within a change that has asked whether it may be."""
    audit_return.status = ReturnStatus.MODERATED
    audit_return.moderated_at = change.viewer.now
    audit_return.released_at = change.viewer.now
    change.log("audit_return.released", "audit_return", audit_return.id)


def may_release(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the viewer may let the agency read the panel's ratings: the business manager, once."""
    return viewer.may(Permission.AUDITS_RUN) and access.may_moderate(viewer, audit_return, on_panel=False)


def _may_moderate(viewer: Viewer, desk: Desk) -> bool:
    return access.may_moderate(viewer, desk.audit_return, on_panel=desk.on_panel)


def _answer(viewer: Viewer, desk: Desk, question_id: int) -> Row[int, str]:
    row = db.session.execute(
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .where(
            Response.return_id == desk.audit_return.id,
            Response.number == desk.audit_return.number,
            Response.question_id == question_id,
        )
        .with_only_columns(Response.id, Question.scale)
    ).one_or_none()
    if row is None:
        raise NotVisible("There is no such question in this return.")
    return row


def _checked(scale: Scale, rating: str | None, reason: str) -> str:
    errors: dict[str, list[str]] = {}
    if rating not in scale.codes:
        errors["rating"] = ["Choose the panel’s rating"]
    if not reason.strip():
        errors["reason"] = ["Say why the panel rates it so"]
    elif len(reason) > REASON_LIMIT:
        errors["reason"] = [f"The reason must be {REASON_LIMIT:,} characters or fewer"]
    if errors or rating is None:
        raise Invalid("The rating is not complete.", errors=errors)
    return rating


def _user(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise NotPermitted("Only a person can moderate.")
    return viewer.user_id
