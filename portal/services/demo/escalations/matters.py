"""One invented matter from its beginning to its end, planned into the partnership's diary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.escalation_vocabulary import ChildSafe, EntryKind, LadderKind, Learning, Resolution
from portal.domain.working_days import add_working_days
from portal.models.escalations import Escalation
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import Who
from portal.services.demo.escalations.stories import Story
from portal.services.escalations import acting, ending, raising
from portal.services.escalations.raising import Cause, Raised

Act = Callable[[Viewer, Escalation], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What one side does, so many working days after it was raised; `says` is what the matter's story says there."""

    after: int
    hour: int
    is_asked: bool
    says: Callable[[Story], str]
    does: Callable[[Viewer, Escalation, str], None]


@dataclass(frozen=True, slots=True)
class Matter:
    """What is raised by whom with which agency, so many working days from the demonstration's day, and what follows.

    `expected_after` is the day, counted from there, by which a practice alert should be resolved.
    """

    kind: LadderKind
    story: Story
    by: Who
    asked: str
    opened: int
    steps: tuple[Step, ...] = ()
    stage: int = 1
    expected_after: int | None = None
    is_positive: bool = False
    meeting_id: int | None = None
    causes: tuple[Cause, ...] = ()


def plan(cast: Cast, matters: Sequence[Matter]) -> None:
    """Plan them, each with all that follows."""
    for matter in matters:
        _plan(cast, matter)


def replied(after: int) -> Step:
    """The agency that is asked replies."""
    return Step(after, 14, True, lambda story: story.reply, lambda v, e, said: acting.reply(v, e.id, said, e.version))


def asked_again(after: int, text: str) -> Step:
    """The reply is not enough."""
    return Step(after, 15, False, lambda _story: text, lambda v, e, said: acting.ask_again(v, e.id, said, e.version))


def spoke(after: int, text: str, kind: EntryKind = EntryKind.CONTACT) -> Step:
    """Those who raised it note that the sides spoke, or met."""

    def note(viewer: Viewer, escalation: Escalation, said: str) -> None:
        acting.add_contact(viewer, escalation.id, kind, said)

    return Step(after, 11, False, lambda _story: text, note)


def moved_up(after: int, to_stage: int, reason: str, urgent_reason: str = "") -> Step:
    """Those who raised it do not wait for the clock; for an urgent reason they may skip stages."""
    return Step(
        after,
        12,
        False,
        lambda _story: reason,
        lambda v, e, said: acting.move_up(v, e.id, to_stage, said, urgent_reason, e.version),
    )


def more_time(after: int, working_days: int, reason: str) -> Step:
    """Those who raised it give the other side more time."""
    return Step(
        after,
        12,
        False,
        lambda _story: reason,
        lambda v, e, said: acting.extend(v, e.id, working_days, said, e.version),
    )


def resolved(after: int, how: Resolution, safe: ChildSafe, learning: Learning | None = None) -> Step:
    """Those who raised it close it."""
    return Step(
        after,
        15,
        False,
        lambda story: story.ending,
        lambda v, e, said: ending.resolve(v, e.id, how, said, safe, learning, e.version),
    )


def withdrawn(after: int, text: str) -> Step:
    """It was raised in error."""
    return Step(after, 15, False, lambda _story: text, lambda v, e, said: ending.withdraw(v, e.id, said, e.version))


def written(cast: Cast, text: str) -> str:
    """A narrative with a mark of its own, so that a leaked one can be traced; nothing where nothing is said."""
    return f"{text} Our file {cast.mark('L')}." if text else ""


def _plan(cast: Cast, matter: Matter) -> None:
    story, expected = matter.story, matter.expected_after
    raised = Raised(
        kind=matter.kind,
        category=story.category,
        raised_with_agency_id=cast.ids[matter.asked],
        meeting_id=matter.meeting_id,
        summary=written(cast, story.summary),
        wanted=written(cast, story.wanted),
        stage=matter.stage,
        expected_on=None if expected is None else add_working_days(cast.today, matter.opened + expected),
        is_positive=matter.is_positive,
    )
    ids: list[int] = []
    cast.at(
        matter.opened, lambda viewer: ids.append(raising.raise_escalation(viewer, raised, matter.causes)), matter.by, 9
    )
    for step in matter.steps:
        _follow(cast, matter, step, ids)


def _follow(cast: Cast, matter: Matter, step: Step, ids: list[int]) -> None:
    said = written(cast, step.says(matter.story))
    who = cast.lead(matter.asked) if step.is_asked else matter.by
    cast.at(
        matter.opened + step.after,
        lambda viewer: step.does(viewer, db.session.get_one(Escalation, ids[0]), said),
        who,
        step.hour,
    )
