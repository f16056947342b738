"""Which of the things that people were told still want doing; what has been done, by whomever, is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from portal.access.audits import OPEN_STATUSES
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.domain.audit_vocabulary import ActionStatus, ReturnStatus
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.escalation_vocabulary import EscalationStatus, ProposalStatus, Turn
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.outcome_vocabulary import CorrectionOutcome
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import MeetingStatus
from portal.domain.withdrawal_vocabulary import RegulatorStep
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, SectionGiven, SignOff
from portal.models.consultations import Consultation
from portal.models.contests import Contest
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.minutes import MinutesCorrection
from portal.models.people import Membership
from portal.models.report_withdrawals import ReportWithdrawal
from portal.services.changes import Change
from portal.services.meetings.foreseen import foreseen_for
from portal.services.meetings.outlook import HAS_PART, REPORT_ASKED
from portal.services.meetings.outstanding import unanswered_where, untold_where
from portal.services.notices.audits import SIGNATURES_IN_PLACE
from portal.services.notices.emergencies import still_wanted as openings_wanted
from portal.services.notices.improvement import waits_in_plan
from portal.services.notices.quotations import waits_for_chair
from portal.services.notices.report_signing import still_with_lead
from portal.services.notices.samples import still_wanted as samples_wanted
from portal.services.notices.scrutiny import waits_for_reply

_WITH_LEAD = (NoticeKind.REPORT_TO_SIGN, NoticeKind.REPORT_SENT_BACK)
_INVITATIONS = (NoticeKind.INVITATION, NoticeKind.REPORT_DUE, NoticeKind.ATTENDANCE_TO_SAY, *_WITH_LEAD)
_RETURNS = (
    NoticeKind.AUDIT_OPENED,
    NoticeKind.AUDIT_DUE,
    NoticeKind.AUDIT_SECTIONS,
    NoticeKind.AUDIT_TO_SIGN,
    NoticeKind.AUDIT_REOPENED,
)
_CHALLENGES = (NoticeKind.SCRUTINY_ASKED, NoticeKind.SCRUTINY_DUE)
_ACTIONS = (NoticeKind.ACTION_GIVEN, NoticeKind.ACTION_DUE, NoticeKind.ACTION_SENT_BACK)
_PLAN = (NoticeKind.IMPROVEMENT_GIVEN, NoticeKind.IMPROVEMENT_DUE)
_STAGES = (
    NoticeKind.ESCALATION_RAISED,
    NoticeKind.ESCALATION_STAGE,
    NoticeKind.ALERT_RAISED,
    NoticeKind.ALERT_STAGE,
)
"""What tells of a stage; `place` is its number. Replies and closings only inform, and are never settled."""


def settle(change: Change, user_ids: Sequence[int]) -> int:
    """Settle what these people were told, that waits for a mail or to be read and has been done; returns how much.

    It is not mailed any more, and their inbox says that it is done. One statement for each kind of subject.
    """
    if not user_ids:
        return 0
    today = change.viewer.today
    return (
        _settle(change, user_ids, "invitation", _INVITATIONS, _invitations(today))
        + _settle(change, user_ids, "meeting", (NoticeKind.REGISTER_TO_CLOSE,), _registers())
        + _settle_quoracy(change, user_ids)
        + _settle(change, user_ids, "meeting", (NoticeKind.PROPOSALS,), _proposals(EscalationProposal.meeting_id))
        + _settle(change, user_ids, "escalation_proposal", (NoticeKind.PROPOSALS,), _proposals(EscalationProposal.id))
        + _settle(change, user_ids, "contest", (NoticeKind.CONTEST_RAISED,), _contests())
        + _settle(change, user_ids, "meeting", (NoticeKind.CORRECTION_ASKED,), _corrections())
        + _settle(change, user_ids, "meeting", (NoticeKind.CONSULTATION_RECORDED,), _talks())
        + _settle(change, user_ids, "withdrawal", (NoticeKind.WITHDRAWAL_LISTED,), _withdrawals())
        + _settle(change, user_ids, "scrutiny_challenge", _CHALLENGES, waits_for_reply())
        + _settle(change, user_ids, "quotation", (NoticeKind.QUOTATION_PROPOSED,), waits_for_chair())
        + sum(_settle(change, user_ids, *one) for one in samples_wanted())
        + _settle(change, user_ids, *openings_wanted())
        + _settle(change, user_ids, "audit_return", _RETURNS, _returns())
        + _settle(change, user_ids, "action", _ACTIONS, _actions())
        + _settle(change, user_ids, "improvement_action", _PLAN, waits_in_plan())
        + _settle(change, user_ids, "escalation", (*_STAGES, NoticeKind.ESCALATION_DUE), _escalations())
    )


def _settle(
    change: Change, user_ids: Sequence[int], subject: str, kinds: Sequence[NoticeKind], still_wanted: Exists
) -> int:
    waits = Notice.mail_place == MailPlace.WAITING
    settled = change.session.execute(
        update(Notice)
        .where(
            is_among(Notice.user_id, "people"),
            Notice.subject == subject,
            Notice.kind.in_(kinds),
            Notice.settled_at.is_(None),
            or_(waits, Notice.read_at.is_(None)),
            ~still_wanted,
        )
        .values(
            settled_at=change.viewer.now,
            mail_place=case((waits, MailPlace.DROPPED.value), else_=Notice.mail_place),
        )
        .returning(Notice.id)
        .execution_options(synchronize_session=False),
        {"people": bound_ids(sorted(user_ids))},
    )
    return len(settled.all())


def _invitations(today: date) -> Exists:
    wanted = _any_of(
        (NoticeKind.INVITATION, unanswered_where(today)),
        (NoticeKind.REPORT_DUE, and_(REPORT_ASKED, Invitation.report_received_on.is_(None))),
        (NoticeKind.ATTENDANCE_TO_SAY, untold_where(today)),
        *((kind, still_with_lead()) for kind in _WITH_LEAD),
    )
    return (
        exists()
        .where(
            Invitation.id == Notice.subject_id,
            Meeting.id == Invitation.meeting_id,
            Meeting.status != MeetingStatus.CANCELLED,
            HAS_PART,
            wanted,
        )
        .correlate(Notice)
    )


def _settle_quoracy(change: Change, user_ids: Sequence[int]) -> int:
    """Who was told that a meeting is not sure of its quorum hears no more of it once it is, or is over."""
    told = change.session.execute(
        select(Notice.partnership_id, func.coalesce(Invitation.meeting_id, Notice.subject_id))
        .outerjoin(Invitation, and_(Notice.subject == "invitation", Invitation.id == Notice.subject_id))
        .where(
            is_among(Notice.user_id, "people"),
            Notice.kind.in_((NoticeKind.QUORACY_AT_RISK, NoticeKind.QUORACY_ASKED)),
            Notice.settled_at.is_(None),
            or_(Notice.mail_place == MailPlace.WAITING, Notice.read_at.is_(None)),
        )
        .distinct(),
        {"people": bound_ids(sorted(user_ids))},
    ).all()
    by_partnership: dict[int, set[int]] = {}
    for partnership_id, meeting_id in told:
        by_partnership.setdefault(partnership_id, set()).add(meeting_id)
    at_risk: list[int] = []
    needed: list[int] = []
    for partnership_id, meeting_ids in by_partnership.items():
        worker = Viewer.of_system("worker", change.viewer.now, partnership_id)
        for meeting_id, foreseen in foreseen_for(worker, meeting_ids).items():
            if foreseen.is_at_risk:
                at_risk.append(meeting_id)
                needed.extend(part.invitation_id for part in foreseen.needed)
    if not told:
        return 0
    is_at_risk = exists().where(Meeting.id == Notice.subject_id, Meeting.id.in_(at_risk)).correlate(Notice)
    is_needed = exists().where(Invitation.id == Notice.subject_id, Invitation.id.in_(needed)).correlate(Notice)
    return _settle(change, user_ids, "meeting", (NoticeKind.QUORACY_AT_RISK,), is_at_risk) + _settle(
        change, user_ids, "invitation", (NoticeKind.QUORACY_ASKED,), is_needed
    )


def _registers() -> Exists:
    # One that was opened again is wanted although its meeting was held.
    return (
        exists()
        .where(
            Meeting.id == Notice.subject_id,
            Meeting.status != MeetingStatus.CANCELLED,
            Meeting.register_closed_at.is_(None),
        )
        .correlate(Notice)
    )


def _proposals(subject_id: Any) -> Exists:
    is_open = EscalationProposal.status == ProposalStatus.OPEN
    return exists().where(subject_id == Notice.subject_id, is_open).correlate(Notice)


def _contests() -> Exists:
    is_open = Contest.status == ContestStatus.OPEN
    return exists().where(Contest.id == Notice.subject_id, is_open).correlate(Notice)


def _corrections() -> Exists:
    is_open = MinutesCorrection.outcome == CorrectionOutcome.OPEN
    return exists().where(MinutesCorrection.id == Notice.place, is_open).correlate(Notice)


def _talks() -> Exists:
    waits = Consultation.state == ConsultationState.WAITING
    stands = Consultation.taken_back_at.is_(None)
    return exists().where(Consultation.id == Notice.place, waits, stands).correlate(Notice)


def _withdrawals() -> Exists:
    """Until it is decided about the regulator: then no hours are counted any more."""
    is_open = ReportWithdrawal.regulator == RegulatorStep.NOT_DECIDED
    return exists().where(ReportWithdrawal.id == Notice.subject_id, is_open).correlate(Notice)


def _returns() -> Exists:
    answerable = AuditReturn.status.in_(OPEN_STATUSES)
    # A stand-in was told of a section that is somebody else's, who has the same notice in their inbox alone.
    away = aliased(Notice)
    stood_in_for = select(away.membership_id).where(
        away.kind == Notice.kind,
        away.subject == Notice.subject,
        away.subject_id == Notice.subject_id,
        away.place == Notice.place,
        away.mail_place == MailPlace.INBOX_ONLY,
    )
    given = exists().where(
        SectionGiven.return_id == AuditReturn.id,
        SectionGiven.standard_id == Notice.place,
        or_(
            SectionGiven.membership_id == Notice.membership_id,
            SectionGiven.membership_id.in_(stood_in_for.correlate(Notice).scalar_subquery()),
        ),
    )
    signatures = (
        select(func.count())
        .select_from(SignOff)
        .where(SignOff.return_id == AuditReturn.id, SignOff.number == AuditReturn.number)
        .correlate(AuditReturn)
        .scalar_subquery()
    )
    wanted = _any_of(
        (NoticeKind.AUDIT_OPENED, AuditReturn.status == ReturnStatus.NOT_STARTED),
        (NoticeKind.AUDIT_DUE, answerable),
        (NoticeKind.AUDIT_SECTIONS, and_(answerable, given.correlate(AuditReturn, Notice))),
        (
            NoticeKind.AUDIT_TO_SIGN,
            and_(
                AuditReturn.status == ReturnStatus.SUBMITTED,
                Notice.place == AuditReturn.version * SIGNATURES_IN_PLACE + signatures,
            ),
        ),
        (NoticeKind.AUDIT_REOPENED, and_(answerable, AuditReturn.number == Notice.place)),
    )
    return (
        exists()
        .where(
            AuditReturn.id == Notice.subject_id,
            AuditRound.id == AuditReturn.round_id,
            AuditRound.closed_at.is_(None),
            wanted,
        )
        .correlate(Notice)
    )


def _actions() -> Exists:
    return exists().where(Action.id == Notice.subject_id, Action.status == ActionStatus.OPEN).correlate(Notice)


def _escalations() -> Exists:
    """Open, at the stage that was told and not replied to; or the clock that was told of still runs for the person."""
    asked = exists().where(
        Membership.id == Notice.membership_id, Membership.agency_id == Escalation.raised_with_agency_id
    )
    wanted = _any_of(
        *((kind, Escalation.turn == Turn.RAISED_WITH) for kind in _STAGES),
        (
            NoticeKind.ESCALATION_DUE,
            and_(
                Escalation.due_at == Notice.due_at,
                or_(Escalation.turn == Turn.RAISED_WITH, ~asked.correlate(Escalation, Notice)),
            ),
        ),
    )
    return (
        exists()
        .where(
            Escalation.id == Notice.subject_id,
            Escalation.status == EscalationStatus.OPEN,
            Escalation.stage == Notice.place,
            wanted,
        )
        .correlate(Notice)
    )


def _any_of(*each: tuple[NoticeKind, ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*(and_(Notice.kind == kind, wanted) for kind, wanted in each))
