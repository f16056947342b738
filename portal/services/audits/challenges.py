"""Challenge sessions: planned within the round's days, held over an agenda that the portal makes, then released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from portal.access import actions as actions_access
from portal.access import challenges as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.agendas import Group, Point, grouped
from portal.domain.audit_vocabulary import SessionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.working_days import london_day
from portal.models.audits import AuditReturn, AuditRound
from portal.models.moderation import ChallengeSession, Moderation
from portal.services.audits.moderating import release_return
from portal.services.audits.scrutiny import Desk, Examination, Examined, examine, find_desk
from portal.services.changes import Change, changing

AGREED = "Agreed in the challenge session."
NOTES_LIMIT = 20_000
PANEL_LIMIT = 500
PLACE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where a session is to be, and who sits on it."""

    held_on: date
    start_time: time | None
    place: str
    panel: str


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A return's session, if it has one, and its agenda: live until it was held, as it stood then afterwards."""

    desk: Desk
    session: ChallengeSession | None
    agenda: list[Group]
    answers: Mapping[int, Examined]
    hidden_up_to: int | None
    may_plan: bool
    may_hold: bool
    may_release: bool
    may_add_action: bool

    @property
    def points(self) -> list[Point]:
        """Everything on the agenda, in the order of its numbers."""
        return [point for group in self.agenda for _number, point in group.points]


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an agency knows of its session before anything is released."""

    round_title: str
    status: SessionStatus
    held_on: date
    start_time: time | None
    place: str
    panel: str


def open_session(viewer: Viewer, return_id: int) -> SessionPage:
    """The session of a return that the viewer may read. Raises NotVisible."""
    desk = find_desk(viewer, return_id)
    session = _find(viewer, desk)
    if session is not None and not access.may_see_outcome(viewer, session):
        raise NotVisible("Nothing of this session is released.")
    examined = examine(viewer, desk)
    return SessionPage(
        desk,
        session,
        grouped(_agenda(session, examined), {answer.question_id: answer.scale for answer in examined.answers}),
        {answer.question_id: answer for answer in examined.answers},
        examined.hidden_up_to,
        may_plan=access.may_plan(viewer, desk.audit_return, session),
        may_hold=access.may_hold(viewer, desk.audit_return, session),
        may_release=access.may_release(viewer, desk.audit_return, session),
        may_add_action=actions_access.may_add(viewer, desk.audit_return, given=False, on_panel=desk.on_panel),
    )


def announced(viewer: Viewer, return_id: int) -> Announcement:
    """When and where an agency's session is, before it may read anything else of it. Raises NotVisible."""
    rows = (
        access.visible_to(viewer)
        .join(AuditReturn, AuditReturn.id == ChallengeSession.return_id)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(ChallengeSession.return_id == return_id)
        .with_only_columns(
            AuditRound.title,
            ChallengeSession.status,
            ChallengeSession.held_on,
            ChallengeSession.start_time,
            ChallengeSession.place,
            ChallengeSession.panel,
        )
    )
    row = db.session.execute(rows).one_or_none()
    if row is None:
        raise NotVisible("There is no session for this return.")
    return Announcement(*row)


def plan_session(viewer: Viewer, return_id: int, plan: Plan, *, version: int) -> None:
    """Give a return its session, or move it; `version` is 0 where it has none.

    Raises NotVisible, NotPermitted, Invalid by field, Conflict where somebody else planned it first.
    """
    with changing(viewer) as change:
        desk = find_desk(viewer, return_id, locked=True)
        session = _find(viewer, desk)
        if not access.may_plan(viewer, desk.audit_return, session):
            raise NotPermitted("This session is not the viewer's to plan.")
        _check_plan(desk, plan)
        _check_version(session, version)
        if session is None:
            session = ChallengeSession(
                partnership_id=desk.audit_return.partnership_id,
                return_id=desk.audit_return.id,
                status=SessionStatus.PLANNED,
                notes="",
            )
            change.session.add(session)
        session.held_on = plan.held_on
        session.start_time = plan.start_time
        session.place = plan.place.strip()
        session.panel = plan.panel.strip()
        change.session.flush()
        change.log("challenge_session.planned", "challenge_session", session.id)


def hold_session(viewer: Viewer, return_id: int, *, notes: str, agreed: Mapping[int, str], version: int) -> None:
    """Write down what came of a session; the first time freezes its agenda. `agreed` are ratings by question.

    Notes and agreed ratings can be put right until the outcome is released. Raises NotVisible, NotPermitted,
    Invalid by field, Conflict with both notes where somebody else wrote first.
    """
    with changing(viewer) as change:
        desk = find_desk(viewer, return_id, locked=True)
        session = _find(viewer, desk)
        if session is None or not access.may_hold(viewer, desk.audit_return, session):
            raise NotPermitted("This session is not the viewer's to write up.")
        if session.version != version:
            raise Conflict(
                "Somebody else wrote about this session a moment ago.",
                mine={"Notes": notes.strip()},
                theirs={"Notes": session.notes},
            )
        if not notes.strip():
            raise Invalid("There are no notes.", errors={"notes": ["Write down what was said"]})
        if len(notes) > NOTES_LIMIT:
            raise Invalid("Too long.", errors={"notes": [f"Notes must be {NOTES_LIMIT:,} characters or fewer"]})
        examined = examine(viewer, desk)
        points = _agenda(session, examined)
        asked = {answer.question_id: answer for answer in examined.answers}
        _agree(change, desk, {point.question_id: asked[point.question_id] for point in points}, agreed)
        session.agenda = [point.to_plain() for point in points]
        session.notes = notes.strip()
        verb = "held" if session.status is SessionStatus.PLANNED else "written_up"
        session.status = SessionStatus.HELD
        change.session.flush()
        change.log(f"challenge_session.{verb}", "challenge_session", session.id)


def release_session(viewer: Viewer, return_id: int, *, version: int) -> None:
    """Send the outcome to the agency, and with it the panel's ratings where they were not released before.

    Raises NotVisible, NotPermitted, Conflict where the session was changed since the page was drawn.
    """
    with changing(viewer) as change:
        desk = find_desk(viewer, return_id, locked=True)
        session = _find(viewer, desk)
        if session is None or not access.may_release(viewer, desk.audit_return, session):
            raise NotPermitted("This session is not the viewer's to release.")
        _check_version(session, version)
        session.status = SessionStatus.RELEASED
        session.released_at = viewer.now
        if desk.audit_return.released_at is None:
            release_return(change, desk.audit_return)
        change.log("challenge_session.released", "challenge_session", session.id)


def _find(viewer: Viewer, desk: Desk) -> ChallengeSession | None:
    rows = access.visible_to(viewer).where(ChallengeSession.return_id == desk.audit_return.id)
    found: ChallengeSession | None = db.session.scalar(rows.execution_options(populate_existing=True))
    return found


def _agenda(session: ChallengeSession | None, examined: Examination) -> list[Point]:
    if session is None or session.agenda is None:
        return examined.agenda
    asked = {answer.question_id for answer in examined.answers}
    frozen = [Point.from_plain(point) for point in session.agenda]
    return [point for point in frozen if point.question_id in asked]


def _check_plan(desk: Desk, plan: Plan) -> None:
    errors: dict[str, list[str]] = {}
    asked, signed_at = desk.round, desk.audit_return.signed_at
    if signed_at is not None and plan.held_on < london_day(signed_at):
        errors["held_on"] = ["The day must be after the return was signed"]
    elif asked.challenge_from and plan.held_on < asked.challenge_from:
        errors["held_on"] = [f"Sessions of this round are held from {_day(asked.challenge_from)}"]
    elif asked.challenge_to and plan.held_on > asked.challenge_to:
        errors["held_on"] = [f"Sessions of this round are held until {_day(asked.challenge_to)}"]
    for name, text, most in (("place", plan.place, PLACE_LIMIT), ("panel", plan.panel, PANEL_LIMIT)):
        if not text.strip():
            errors[name] = ["Say where it is, or how to join" if name == "place" else "Say who sits on the panel"]
        elif len(text) > most:
            errors[name] = [f"Use {most} characters or fewer"]
    if errors:
        raise Invalid("The session cannot be planned so.", errors=errors)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _check_version(session: ChallengeSession | None, version: int) -> None:
    if (session.version if session else 0) != version:
        raise Conflict("The session was changed since this page was drawn. Nothing was overwritten.")


def _agree(change: Change, desk: Desk, points: Mapping[int, Examined], agreed: Mapping[int, str]) -> None:
    """Keep the ratings agreed on points of the agenda; where the panel had rated nothing, they are its rating too."""
    if change.viewer.user_id is None:
        raise NotPermitted("Only a person can write up a session.")
    rows = {
        row.response_id: row
        for row in change.session.scalars(select(Moderation).where(Moderation.return_id == desk.audit_return.id))
    }
    for question_id, answer in points.items():
        rating = agreed.get(question_id) or None
        if rating is not None and rating not in answer.scale.codes:
            raise Invalid("No such rating.", errors={f"agreed-{question_id}": ["Choose one of the ratings shown"]})
        row = rows.get(answer.response_id)
        if row is None and rating is not None:
            row = Moderation(
                partnership_id=desk.audit_return.partnership_id,
                return_id=desk.audit_return.id,
                response_id=answer.response_id,
                rating=rating,
                reason=AGREED,
                moderated_at=change.viewer.now,
                moderated_by_id=change.viewer.user_id,
            )
            change.session.add(row)
        if row is not None and row.agreed_rating != rating:
            row.agreed_rating = rating
