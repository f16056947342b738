"""Opening a round of the demonstration, its panel, and what the panel makes of returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import RoundKind
from portal.domain.ratings import Scale
from portal.domain.rounds import RoundPlan
from portal.domain.vocabulary import AgencyType, Role
from portal.domain.working_days import add_working_days
from portal.models.audits import AuditRound
from portal.models.frameworks import FrameworkEdition
from portal.models.moderation import ChallengeSession
from portal.services.audits import challenges
from portal.services.audits.asked import Asking
from portal.services.audits.moderating import moderate, release
from portal.services.audits.panels import panel_candidates, set_panel
from portal.services.audits.rounds import close_round, open_round
from portal.services.demo.audits import texts
from portal.services.demo.audits.cast import Cast
from portal.services.demo.audits.returns import asked, question, returns_of, version_of

SET_UP_BEFORE = 5
"""Working days before its opening on which a round is set up."""

CHALLENGED_FOR = 25
"""Working days from the due day on which challenge sessions are held."""

Returns = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Opening:
    """A round: what it asks whom, between which days (working days from the demonstration's day), with which panel."""

    framework: str
    title: str
    opens: int
    due: int
    types: Collection[AgencyType]
    sector: AgencyType
    """The sector lead who sits on the panel beside the board member and the scrutineer."""
    follows: str = ""
    """The title of the full round that it is the update of."""


def open_on(cast: Cast, opening: Opening, then: Callable[[Returns], None]) -> None:
    """Plan a round; once it is set up, `then` plans its returns."""
    manager = cast.wide(Role.BUSINESS_MANAGER)
    panel = [
        cast.wide(Role.BOARD_MEMBER),
        cast.wide(Role.SCRUTINEER),
        cast.wide(Role.SECTOR_LEAD, opening.sector),
    ]

    def deed(viewer: Viewer) -> None:
        due_on = add_working_days(cast.today, opening.due)
        plan = RoundPlan(
            opening.title,
            RoundKind.UPDATE if opening.follows else RoundKind.FULL,
            _edition(viewer, opening.framework),
            _round(viewer, opening.follows) if opening.follows else None,
            add_working_days(cast.today, opening.opens),
            due_on,
            challenge_from=due_on,
            challenge_to=add_working_days(due_on, CHALLENGED_FOR),
        )
        round_id = open_round(viewer, plan, Asking(types=frozenset(opening.types)))
        candidates = {one.membership_id for one in panel_candidates(viewer)}
        set_panel(viewer, round_id, candidates & {cast.membership(one, viewer.now) for one in panel})
        then(returns_of(round_id))

    cast.at(opening.opens - SET_UP_BEFORE, deed, manager, hour=9)


def close_on(cast: Cast, day: int, title: str) -> None:
    """Plan that a round is closed."""
    manager = cast.wide(Role.BUSINESS_MANAGER)
    cast.at(day, lambda viewer: close_round(viewer, _round(viewer, title)), manager, hour=17)


def rate(cast: Cast, day: int, return_id: int, *, number: int, untouched: Collection[str] = ()) -> None:
    """Plan that the panel rates some good answers of a return, every third one lower than the agency did."""

    def deed(viewer: Viewer) -> None:
        good = [one for one in asked(return_id) if one.scale.is_good(one.rating) and one.code not in untouched]
        for index, one in enumerate(cast.chance.sample(good, number)):
            lower = index % 3 == 0
            rating = _weak(one.scale) if lower else one.rating
            reason = cast.chance.choice(texts.PANEL_LOWER if lower else texts.PANEL_SAME)
            moderate(viewer, return_id, one.id, rating=rating, reason=reason, version=0)

    cast.at(day, deed, cast.wide(Role.BOARD_MEMBER), hour=9)


def rate_one(cast: Cast, day: int, return_id: int, code: str, rating: str, reason: str) -> None:
    """Plan that the panel rates one answer."""

    def deed(viewer: Viewer) -> None:
        moderate(viewer, return_id, question(return_id, code).id, rating=rating, reason=reason, version=0)

    cast.at(day, deed, cast.wide(Role.BOARD_MEMBER), hour=11)


def release_on(cast: Cast, day: int, return_id: int) -> None:
    """Plan that a return's agency is shown what the panel made of it."""
    manager = cast.wide(Role.BUSINESS_MANAGER)
    cast.at(day, lambda viewer: release(viewer, return_id, version=version_of(return_id)), manager, hour=16)


def invite_to_session(cast: Cast, day: int, return_id: int, *, held: int) -> None:
    """Plan that a challenge session is arranged."""

    def deed(viewer: Viewer) -> None:
        panel = "A board member (in the chair), the independent scrutineer and a sector lead"
        plan = challenges.Plan(add_working_days(cast.today, held), time(14), texts.PLACE, panel)
        challenges.plan_session(viewer, return_id, plan, version=0)

    cast.at(day, deed, cast.wide(Role.BUSINESS_MANAGER), hour=10)


def hold_session(cast: Cast, day: int, return_id: int, *, notes: str, agreed: Mapping[str, str]) -> None:
    """Plan that a session is held, written up, and its outcome sent to the agency on the next working day."""
    manager = cast.wide(Role.BUSINESS_MANAGER)

    def hold(viewer: Viewer) -> None:
        ratings = {one.id: agreed[one.code] for one in asked(return_id) if one.code in agreed}
        challenges.hold_session(viewer, return_id, notes=notes, agreed=ratings, version=_session_version(return_id))

    def send(viewer: Viewer) -> None:
        challenges.release_session(viewer, return_id, version=_session_version(return_id))

    cast.at(day, hold, manager, hour=16)
    cast.at(day + 1, send, manager, hour=10)


def _weak(scale: Scale) -> str:
    return [point.code for point in scale.points if scale.is_weak(point.code)][-1]


def _edition(viewer: Viewer, code: str) -> int:
    rows = select(FrameworkEdition.id).where(
        FrameworkEdition.partnership_id == viewer.partnership_id, FrameworkEdition.code == code
    )
    return db.session.scalars(rows).one()


def _round(viewer: Viewer, title: str) -> int:
    rows = select(AuditRound.id).where(AuditRound.partnership_id == viewer.partnership_id, AuditRound.title == title)
    return db.session.scalars(rows).one()


def _session_version(return_id: int) -> int:
    return db.session.scalars(select(ChallengeSession.version).where(ChallengeSession.return_id == return_id)).one()
