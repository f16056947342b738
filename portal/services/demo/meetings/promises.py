"""What meetings asked for: open, overdue, said to be done, checked."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.meeting_vocabulary import TriggerKind
from portal.models.actions import Action
from portal.services.actions.progress import close_action, say_done, say_progress
from portal.services.demo.diary import Who
from portal.services.demo.meetings import words
from portal.services.demo.meetings.gatherings import Gathering, Stage, hold
from portal.services.demo.meetings.households import code_of
from portal.services.meeting_actions.recording import MeetingPromise, add_meeting_action


@dataclass(slots=True)
class _Promise:
    """One action; its id is known once it is written down."""

    owner: Who
    what: str
    measure: str
    due: int
    id: int = 0

    @property
    def version(self) -> int:
        """As it stands now."""
        return db.session.get_one(Action, self.id).version


def plan(stage: Stage, meeting: Gathering) -> None:
    """What a strategy meeting asked of four agencies, and how far each is."""
    cast, chair = stage.cast, meeting.chair
    owners = ("HV", "SCH-2", "POLICE", "CHILDREN")
    dues = (6, -2, 3, -4)
    promises = [
        _Promise(cast.lead(code_of(cast, name)), stage.said(what, "T"), measure, due)
        for name, (what, measure), due in zip(owners, words.TO_DO, dues, strict=True)
    ]
    for promise in promises:
        _write_down(stage, meeting, promise)
    going_on, _overdue, to_check, closed = promises
    stage.at(
        -5,
        lambda viewer: say_progress(
            viewer, going_on.id, rag=ActionRag.AMBER, text=words.PROGRESS, version=going_on.version
        ),
        going_on.owner,
        11,
    )
    for done, days in ((to_check, -2), (closed, -6)):
        _do(stage, done, days)
    stage.at(
        -4, lambda viewer: close_action(viewer, closed.id, checked=words.CHECKED, version=closed.version), chair, 12
    )


def plan_panel(stage: Stage) -> None:
    """A panel on sexual exploitation, which has no chair of its own, with what it asked of one agency."""
    cast, (chair, _other) = stage.cast, stage.cast.chairs()
    family = stage.households.new(("Romy",), ("CHILDREN", "POLICE", "SN", "SCH-3", "YJS"))
    panel = Gathering(
        "mase", family, -4, chair, opened=-10, trigger=TriggerKind.CONCERN, triggered=-10, has_chair=False
    )
    hold(stage, panel)
    what, measure = words.TO_DO[3]
    promise = _Promise(cast.lead(code_of(cast, "YJS")), stage.said(what, "T"), measure, 8)
    _write_down(stage, panel, promise)


def _write_down(stage: Stage, meeting: Gathering, promise: _Promise) -> None:
    cast = stage.cast

    def write(viewer: Viewer) -> None:
        assert promise.owner.agency_id is not None  # noqa: S101 - leads have one
        said = MeetingPromise(
            what=promise.what,
            measure=promise.measure,
            agency_id=promise.owner.agency_id,
            owner_membership_id=cast.membership(promise.owner, viewer.now),
            owner_name="",
            due_on=stage.day(promise.due),
            child_id=meeting.family.child_ids[0],
        )
        promise.id = add_meeting_action(viewer, meeting.id, said)

    stage.at(meeting.day, write, meeting.chair if meeting.has_chair else stage.coordinator, 19)


def _do(stage: Stage, promise: _Promise, days: int) -> None:
    stage.at(
        days,
        lambda viewer: say_done(viewer, promise.id, evidence=words.DONE, version=promise.version),
        promise.owner,
        15,
    )
