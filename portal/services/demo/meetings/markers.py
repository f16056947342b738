"""The strings planted in what meetings record, each kind of text with who may read it by the rules of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select

from portal.access import actions as action_access
from portal.access import contests as contest_access
from portal.access import families as family_access
from portal.access import minutes as minutes_access
from portal.access import outcomes as outcome_access
from portal.access import strategy_records as strategy_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.actions import Action
from portal.models.contests import Contest
from portal.models.families import ChildViews, FamilyAttendance
from portal.models.meetings import Invitation
from portal.models.minutes import MinutesCorrection, MinutesDraft, SentPaper
from portal.models.outcomes import AgencyView, Outcome
from portal.models.partnerships import Partnership
from portal.models.strategy_records import StrategyAnswer, StrategyRecord, StrategyVersion
from portal.services.demo.marks import Held, Marker, markers_in, seen_by

Viewers = Sequence[Viewer]


def list_of_meetings(partnership: Partnership, viewers: Viewers) -> Iterator[Marker]:
    """The markers of a partnership's meetings; `viewers` are all of its people, each under each of their hats."""
    for kind, held in _KINDS.items():
        yield from markers_in(held(partnership, viewers), kind, partnership.name)


def _strategy_records(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """What is being written, and what was signed, which says the same to more people."""
    of_answers = _rows(StrategyAnswer, partnership).join(StrategyRecord, StrategyRecord.id == StrategyAnswer.record_id)
    seen = seen_by(viewers, lambda v: strategy_access.answers_visible_to(v).with_only_columns(StrategyAnswer.id))
    answers = of_answers.with_only_columns(StrategyAnswer.id, StrategyAnswer.content, StrategyRecord.meeting_id)
    for row in db.session.execute(answers):
        yield Held(f"meeting {row.meeting_id}", row.content, seen.get(row.id, ()))
    of_versions = select(StrategyVersion.record_id, StrategyVersion.content, StrategyRecord.meeting_id).join(
        StrategyRecord, StrategyRecord.id == StrategyVersion.record_id
    )
    seen = seen_by(
        viewers, lambda v: strategy_access.versions_visible_to(v).with_only_columns(StrategyVersion.record_id)
    )
    for row in db.session.execute(of_versions.where(StrategyVersion.partnership_id == partnership.id)):
        yield Held(f"meeting {row.meeting_id}", row.content, seen.get(row.record_id, ()))


def _family_views(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """What children think, and why somebody was kept out, which those alone read who run meetings."""
    seen = seen_by(viewers, lambda v: family_access.views_visible_to(v).with_only_columns(ChildViews.id))
    for views in db.session.scalars(_rows(ChildViews, partnership)):
        yield Held(f"meeting {views.meeting_id}", views.words or "", seen.get(views.id, ()))
    keepers = [viewer for viewer in viewers if family_access.reads_all(viewer)]
    seen = seen_by(keepers, lambda v: family_access.visible_to(v).with_only_columns(FamilyAttendance.id))
    for person in db.session.scalars(_rows(FamilyAttendance, partnership)):
        yield Held(f"meeting {person.meeting_id}", person.exclusion_note or "", seen.get(person.id, ()))


def _outcomes(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """Why it was so decided; an amendment that says it again is read by the same people."""
    seen = seen_by(viewers, lambda v: outcome_access.visible_to(v).with_only_columns(Outcome.id))
    for outcome in db.session.scalars(_rows(Outcome, partnership)):
        yield Held(f"meeting {outcome.meeting_id}", outcome.why, seen.get(outcome.id, ()))


def _agency_views(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    seen = seen_by(viewers, lambda v: outcome_access.views_visible_to(v).with_only_columns(AgencyView.id))
    of_meetings = _rows(AgencyView, partnership).join(Invitation, Invitation.id == AgencyView.invitation_id)
    for row in db.session.execute(
        of_meetings.with_only_columns(AgencyView.id, AgencyView.reason, Invitation.meeting_id)
    ):
        yield Held(f"meeting {row.meeting_id}", row.reason or "", seen.get(row.id, ()))


def _minutes(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """What was sent, what is being written, and what an agency says is wrong in it."""
    seen = seen_by(viewers, lambda v: minutes_access.visible_to(v).with_only_columns(SentPaper.id))
    for paper in db.session.scalars(_rows(SentPaper, partnership)):
        yield Held(f"minutes {paper.meeting_id}", paper.text or "", seen.get(paper.id, ()))
    seen = seen_by(viewers, lambda v: minutes_access.drafts_visible_to(v).with_only_columns(MinutesDraft.id))
    for draft in db.session.scalars(_rows(MinutesDraft, partnership)):
        yield Held(f"minutes draft {draft.meeting_id}", draft.text, seen.get(draft.id, ()))
    seen = seen_by(viewers, lambda v: minutes_access.corrections_visible_to(v).with_only_columns(MinutesCorrection.id))
    of_meetings = _rows(MinutesCorrection, partnership).join(
        Invitation, Invitation.id == MinutesCorrection.invitation_id
    )
    for row in db.session.execute(
        of_meetings.with_only_columns(MinutesCorrection.id, MinutesCorrection.text, Invitation.meeting_id)
    ):
        yield Held(f"correction {row.meeting_id}", row.text, seen.get(row.id, ()))


def _actions(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    seen = seen_by(viewers, lambda v: action_access.visible_to(v).with_only_columns(Action.id))
    for action in db.session.scalars(_rows(Action, partnership).where(action_access.FROM_MEETING)):
        yield Held(f"action {action.id}", action.what, seen.get(action.id, ()))


def _contests(partnership: Partnership, viewers: Viewers) -> Iterator[Held]:
    """Why an agency contests, and what it was told."""
    seen = seen_by(viewers, lambda v: contest_access.visible_to(v).with_only_columns(Contest.id))
    for contest in db.session.scalars(_rows(Contest, partnership)):
        words = f"{contest.words or ''}\n{contest.answer or ''}"
        yield Held(f"contest {contest.id}", words, seen.get(contest.id, ()))


def _rows(model: Any, partnership: Partnership) -> Select[Any]:
    return select(model).where(model.partnership_id == partnership.id).order_by(model.id)


_KINDS: dict[str, Callable[[Partnership, Viewers], Iterator[Held]]] = {
    "strategy_record": _strategy_records,
    "family_views": _family_views,
    "outcome": _outcomes,
    "agency_view": _agency_views,
    "minutes": _minutes,
    "meeting_action": _actions,
    "contest": _contests,
}
