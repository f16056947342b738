"""What a chair makes of a proposal: raise it, add it to an open escalation, or waive it with a reason.

Each is decided once. All three raise NotVisible, NotPermitted, Invalid by field, and Conflict (with what was typed)
where somebody else was quicker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.domain import ladders
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import (
    Category,
    EntryKind,
    EscalationStatus,
    LadderKind,
    ProposalStatus,
    WaiverReason,
)
from portal.domain.labels import label
from portal.domain.ladder_events import Proposal
from portal.domain.ladder_words import proposal_words
from portal.models.escalations import Escalation, EscalationCause
from portal.models.ladders import EscalationProposal
from portal.services.changes import Change, changing
from portal.services.escalation_rules import rules_on
from portal.services.escalations.announcing import enter_stage, tell_of
from portal.services.escalations.checking import Faults
from portal.services.escalations.keeping import Saying, add_entry, locked, standing_of, store, told_so_far
from portal.services.escalations.raising import Cause, Raised, raise_escalation


def raise_proposal(viewer: Viewer, proposal_id: int, version: int, *, summary: str, wanted: str) -> int:
    """Raise it with the agency at the stage that the rules propose; returns the escalation's id."""
    with changing(viewer) as change:
        row, proposal = _held(change, proposal_id, version, {"What has happened": summary, "What you ask for": wanted})
        raised = Raised(
            LadderKind.NON_ATTENDANCE,
            Category.NON_ATTENDANCE,
            row.agency_id,
            row.meeting_id,
            summary,
            wanted,
            # A ladder that has become shorter since ends where it ends.
            stage=_ladder_stage(change, row),
        )
        escalation_id = raise_escalation(viewer, raised, [Cause(*cause) for cause in proposal.causes])
        _decide(change, row, ProposalStatus.RAISED)
        row.escalation_id = escalation_id
        change.log("proposal.raised", "escalation_proposal", row.id)
    return escalation_id


def join_proposal(viewer: Viewer, proposal_id: int, version: int, *, escalation_id: int | None, text: str) -> int:
    """Add it to an open escalation of non-attendance with the same agency, and move that up where the rules say so.

    A chair does not skip a stage here without urgency: what was counted asks for that stage, whoever raised it first.
    """
    with changing(viewer) as change:
        row, proposal = _held(change, proposal_id, version, {"What you add": text})
        faults = Faults()
        said = faults.words("added", text, "Enter what is added to its log")
        if escalation_id is None:
            faults.add("join_to", "Choose the escalation to which you add it")
        faults.stop()
        escalation = _to_join(change, row, escalation_id or 0)
        _add_causes(change.session, escalation, proposal)
        entry = add_entry(change, escalation, EntryKind.JOINED, Saying(said))
        stage, before = _ladder_stage(change, row), standing_of(escalation)
        if stage > before.stage:
            rules = rules_on(change.session, row.partnership_id, viewer.today)
            after = ladders.open_at(rules, escalation.kind, stage, viewer.now, is_urgent=before.is_urgent)
            store(escalation, replace(after, formal_at=before.formal_at or after.formal_at))
            enter_stage(change, escalation, rules, before.stage, f"By the rules: {proposal_words(proposal)}.")
        else:
            tell_of(change, escalation, told_so_far(change.session, escalation), entry)
        _decide(change, row, ProposalStatus.JOINED)
        row.escalation_id = escalation.id
        change.log("proposal.joined", "escalation_proposal", row.id)
        return escalation.id


def waive_proposal(viewer: Viewer, proposal_id: int, version: int, *, reason: WaiverReason | None, note: str) -> None:
    """Do not raise it, for a reason; another reason than those listed is put in words."""
    with changing(viewer) as change:
        row, _proposal = _held(change, proposal_id, version, {"Your reason": label(reason) if reason else note})
        faults = Faults()
        if reason is None:
            faults.add("waiver", "Choose why you do not raise it")
        missing = "Enter the reason" if reason is WaiverReason.OTHER else None
        said = faults.words("waiver_note", note, missing)
        faults.stop()
        _decide(change, row, ProposalStatus.WAIVED)
        row.waiver, row.waiver_note = reason, said or None
        change.log("proposal.waived", "escalation_proposal", row.id)


def _held(
    change: Change, proposal_id: int, version: int, typed: Mapping[str, str]
) -> tuple[EscalationProposal, Proposal]:
    """The proposal, locked so that it is decided once, and what it says."""
    row = change.session.scalar(
        access.proposals_visible_to(change.viewer)
        .where(EscalationProposal.id == proposal_id)
        .with_for_update(key_share=True, of=EscalationProposal)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotVisible("No such proposal.")
    if row.status is not ProposalStatus.OPEN or row.version != version:
        raise Conflict(
            "Somebody else has decided this a moment ago. Nothing was overwritten.",
            mine=typed,
            theirs={"Decided": label(row.status)},
        )
    if not access.may_decide(change.viewer, row):
        raise NotPermitted("This is not the viewer's to decide.")
    return row, Proposal.from_json(row.stage, row.rule, row.counted)


def _decide(change: Change, row: EscalationProposal, status: ProposalStatus) -> None:
    row.status = status
    row.decided_at, row.decided_by_id = change.viewer.now, change.viewer.user_id


def _ladder_stage(change: Change, row: EscalationProposal) -> int:
    rules = rules_on(change.session, row.partnership_id, change.viewer.today)
    return rules.ladder(LadderKind.NON_ATTENDANCE).stage(row.stage).number


def _to_join(change: Change, row: EscalationProposal, escalation_id: int) -> Escalation:
    escalation = locked(change, escalation_id)
    fits = escalation.kind is LadderKind.NON_ATTENDANCE and escalation.raised_with_agency_id == row.agency_id
    if escalation.status is not EscalationStatus.OPEN:
        raise Invalid("Closed meanwhile.", errors={"join_to": ["This one has been closed. Raise it anew instead"]})
    if not fits or not access.may_drive(change.viewer, escalation):
        raise Invalid("Another matter.", errors={"join_to": ["Choose one of the escalations shown"]})
    return escalation


def _add_causes(session: Session, escalation: Escalation, proposal: Proposal) -> None:
    """Add what was counted; what had led to it before is there already."""
    known = {
        (row.invitation_id, row.event)
        for row in session.execute(
            select(EscalationCause.invitation_id, EscalationCause.event).where(
                EscalationCause.escalation_id == escalation.id
            )
        )
    }
    session.add_all(
        EscalationCause(
            partnership_id=escalation.partnership_id,
            escalation_id=escalation.id,
            invitation_id=invitation_id,
            event=event,
            happened_on=day,
        )
        for invitation_id, event, day in proposal.causes
        if (invitation_id, event) not in known
    )
