"""What agencies think of each child, and what a conference decides: drafted, signed, amended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.agency_views import ViewText
from portal.domain.outcome_vocabulary import PlanDecision, Stance
from portal.domain.outcomes import WITH_PLAN, OutcomeText
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory, ThresholdView
from portal.models.outcomes import Outcome
from portal.services.demo.diary import Deed
from portal.services.demo.meetings import words
from portal.services.demo.meetings.gatherings import Gathering, Stage, invitation_of
from portal.services.demo.meetings.households import code_of
from portal.services.outcomes.agency_views import give_view
from portal.services.outcomes.drafting import save_outcome
from portal.services.outcomes.reading import ChildOutcome, OutcomesPage, outcomes_page
from portal.services.outcomes.signing import amend_outcome, sign_outcomes

START, NO_PLAN, CONTINUE, END = PlanDecision.START, PlanDecision.NO_PLAN, PlanDecision.CONTINUE, PlanDecision.END
_WHY = {
    START: words.WHY_PLAN,
    NO_PLAN: words.WHY_NO_PLAN,
    CONTINUE: words.WHY_GOES_ON,
    END: words.WHY_ENDS,
}
_HARM = (AbuseCategory.NEGLECT, AbuseCategory.EMOTIONAL)
_AGREES = ViewText(ThresholdView.PLAN_NEEDED, (AbuseCategory.NEGLECT,), Stance.AGREES, words.AGREES)
_UNSURE = ViewText(ThresholdView.UNSURE, (), None, words.UNSURE)
_DISSENTS = ViewText(ThresholdView.PLAN_NOT_NEEDED, (), Stance.DISSENTS, words.DISSENTS)


def think(stage: Stage, meeting: Gathering, days: int, *, agree: Sequence[str], unsure: str, dissents: str) -> None:
    """Have agencies say what they think of each child: some agree, one is not sure, one does not agree."""
    for name, text in (*((one, _AGREES) for one in agree), (unsure, _UNSURE), (dissents, _DISSENTS)):
        stage.at(days, _thinking(stage, meeting, name, text), stage.cast.lead(code_of(stage.cast, name)), 13)


def draft(stage: Stage, viewer: Viewer, meeting_id: int, wanted: Sequence[PlanDecision], *, finished: bool) -> None:
    """Write what is decided for each child, the first of `wanted` that its rules offer; not all of it if unfinished."""
    page = outcomes_page(viewer, meeting_id)
    for one in page.children:
        decision = next(each for each in wanted if each in one.rules.offered)
        text = _text(stage, page, one, decision)
        text = text if finished else replace(text, lead_social_worker="", next_on=None)
        save_outcome(viewer, meeting_id, one.child.id, 0, text)


def sign(viewer: Viewer, meeting_id: int) -> None:
    """Sign what stands there."""
    sign_outcomes(viewer, meeting_id, outcomes_page(viewer, meeting_id).seen)


def amend_last(viewer: Viewer, meeting_id: int) -> None:
    """Put right what was signed for the youngest child."""
    one = outcomes_page(viewer, meeting_id).children[-1]
    text = replace(one.text, categories=_HARM, main_category=AbuseCategory.EMOTIONAL)
    amend_outcome(viewer, meeting_id, one.child.id, one.number, words.AMENDED, text)


def is_decided(meeting_id: int) -> bool:
    """Whether anything was written of what a meeting decided."""
    return db.session.query(Outcome.id).filter(Outcome.meeting_id == meeting_id).first() is not None


def _thinking(stage: Stage, meeting: Gathering, name: str, text: ViewText) -> Deed:
    def give(viewer: Viewer) -> None:
        invitation = invitation_of(stage, meeting, code_of(stage.cast, name))
        for child_id in meeting.family.child_ids:
            said = replace(text, reason=stage.said(text.reason, "G"))
            give_view(viewer, meeting.id, invitation.id, child_id, 0, said)

    return give


def _text(stage: Stage, page: OutcomesPage, one: ChildOutcome, decision: PlanDecision) -> OutcomeText:
    why = stage.said(_WHY[decision], "O")
    if decision not in WITH_PLAN:
        return OutcomeText(decision, ends_because=PlanEnd.NO_LONGER_AT_RISK if decision is END else None, why=why)
    following, core_group = one.rules.next, one.rules.core_group
    return OutcomeText(
        decision=decision,
        categories=(AbuseCategory.NEGLECT,),
        next_on=following.last_working_day if following else None,
        core_group_on=core_group.last_working_day if core_group and decision is START else None,
        core_group=tuple(page.agencies)[:3],
        core_group_people="The mother\nThe grandmother",
        lead_social_worker="The duty team’s social worker",
        why=why,
    )
