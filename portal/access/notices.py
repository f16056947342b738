"""Whose notices are whose, which kinds a role is ever told of, and who watches the mails that carry them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Select, exists, false, select

from portal.access.closed_notices import open_notices_where
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.message_vocabulary import MailState, NoticeKind
from portal.models.messages import Mail, Notice
from portal.models.people import Membership

_ESCALATIONS = frozenset({Permission.ESCALATIONS_VIEW, Permission.ESCALATIONS_FIGURES})
_ALERTS = frozenset({Permission.ALERTS_RAISE, Permission.ESCALATIONS_ANSWER})
_PEOPLE = frozenset({Permission.PEOPLE_MANAGE})

TOLD_WITH: Mapping[NoticeKind, frozenset[Permission]] = {
    NoticeKind.INVITATION: frozenset({Permission.INVITATIONS_ANSWER}),
    NoticeKind.INVITATION_CHANGED: frozenset({Permission.INVITATIONS_ANSWER}),
    NoticeKind.PART_ENDED: frozenset({Permission.INVITATIONS_ANSWER}),
    NoticeKind.REPORT_DUE: frozenset({Permission.REPORTS_WRITE}),
    NoticeKind.REPORT_TO_SIGN: frozenset({Permission.REPORTS_WRITE}),
    NoticeKind.REPORT_SENT_BACK: frozenset({Permission.REPORTS_WRITE}),
    NoticeKind.BUNDLE_CUT: frozenset({Permission.REPORTS_READ}),
    NoticeKind.CONSULTATION_RECORDED: frozenset({Permission.REPORTS_WRITE}),
    NoticeKind.REPORT_WITHDRAWN: frozenset({Permission.REPORTS_READ}),
    NoticeKind.WITHDRAWAL_LISTED: frozenset({Permission.WITHDRAWALS_VIEW}),
    NoticeKind.RECORD_OPENED: frozenset({Permission.RESTRICTIONS_KEEP}),
    NoticeKind.OPENING_REVIEWED: frozenset({Permission.GLASS_BREAK}),
    NoticeKind.ATTENDANCE_TO_SAY: frozenset({Permission.ATTENDANCE_DECLARE}),
    NoticeKind.REGISTER_TO_CLOSE: frozenset({Permission.REGISTER_KEEP}),
    NoticeKind.PROPOSALS: frozenset({Permission.ESCALATIONS_PROPOSED}),
    NoticeKind.CONTEST_RAISED: frozenset({Permission.EXPECTATIONS_SET}),
    NoticeKind.CONTEST_UPHELD: frozenset({Permission.EXPECTATIONS_CONTEST}),
    NoticeKind.CONTEST_KEPT: frozenset({Permission.EXPECTATIONS_CONTEST}),
    NoticeKind.QUORACY_AT_RISK: frozenset({Permission.REGISTER_KEEP}),
    NoticeKind.QUORACY_ASKED: frozenset({Permission.INVITATIONS_ANSWER}),
    NoticeKind.QUORACY_FAILED: frozenset({Permission.REGISTER_REOPEN}),
    NoticeKind.CHAIRING: frozenset({Permission.OUTCOMES_DECIDE}),
    NoticeKind.CHAIRING_ENDED: frozenset({Permission.OUTCOMES_DECIDE}),
    NoticeKind.DECISIONS_SENT: frozenset({Permission.VIEWS_GIVE}),
    NoticeKind.MINUTES_SENT: frozenset({Permission.VIEWS_GIVE}),
    NoticeKind.CORRECTION_ASKED: frozenset({Permission.MEETINGS_RECORD}),
    NoticeKind.CORRECTION_ANSWERED: frozenset({Permission.VIEWS_GIVE}),
    NoticeKind.AUDIT_OPENED: frozenset({Permission.AUDITS_ANSWER}),
    NoticeKind.AUDIT_DUE: frozenset({Permission.AUDITS_ANSWER}),
    NoticeKind.AUDIT_SECTIONS: frozenset({Permission.AUDITS_ANSWER}),
    NoticeKind.AUDIT_TO_SIGN: frozenset({Permission.AUDITS_SIGN}),
    NoticeKind.AUDIT_REOPENED: frozenset({Permission.AUDITS_ANSWER}),
    NoticeKind.SAMPLE_PROPOSED: frozenset({Permission.SAMPLES_DRAW}),
    NoticeKind.SAMPLE_REVIEW: frozenset({Permission.SAMPLES_GRADE}),
    NoticeKind.SAMPLE_DIFFERS: frozenset({Permission.SAMPLES_DRAW}),
    NoticeKind.ACTION_GIVEN: frozenset({Permission.ACTIONS_OWN}),
    NoticeKind.ACTION_DUE: frozenset({Permission.ACTIONS_OWN}),
    NoticeKind.ACTION_SENT_BACK: frozenset({Permission.ACTIONS_OWN}),
    NoticeKind.IMPROVEMENT_GIVEN: frozenset({Permission.IMPROVEMENT_UPDATE}),
    NoticeKind.IMPROVEMENT_DUE: frozenset({Permission.IMPROVEMENT_UPDATE}),
    NoticeKind.ESCALATION_RAISED: _ESCALATIONS,
    NoticeKind.ESCALATION_STAGE: _ESCALATIONS,
    NoticeKind.ESCALATION_REPLY: _ESCALATIONS,
    NoticeKind.ESCALATION_DUE: _ESCALATIONS,
    NoticeKind.ESCALATION_CLOSED: _ESCALATIONS,
    NoticeKind.ALERT_RAISED: _ALERTS,
    NoticeKind.ALERT_STAGE: _ALERTS,
    NoticeKind.ALERT_REPLY: _ALERTS,
    NoticeKind.ALERT_CLOSED: _ALERTS,
    NoticeKind.VIEW_READY: frozenset({Permission.VIEWS_SAVE}),
    NoticeKind.SCRUTINY_ASKED: frozenset({Permission.SCRUTINY_REPLY}),
    NoticeKind.SCRUTINY_DUE: frozenset({Permission.SCRUTINY_REPLY}),
    NoticeKind.SCRUTINY_REPLIED: frozenset({Permission.SCRUTINY_ASK}),
    NoticeKind.SCRUTINY_CLOSED: frozenset({Permission.SCRUTINY_REPLY}),
    NoticeKind.QUOTATION_PROPOSED: frozenset({Permission.QUOTATIONS_AGREE}),
    NoticeKind.QUOTATION_ANSWERED: frozenset({Permission.QUOTATIONS_PROPOSE}),
    NoticeKind.SECTOR_REMINDED: frozenset({Permission.AUDITS_LEAD}),
    NoticeKind.SECTOR_REMARKED: frozenset({Permission.AUDITS_LEAD}),
    NoticeKind.JOINING: frozenset({Permission.INBOX}),
    NoticeKind.PASSWORD_CHANGED: frozenset({Permission.INBOX}),
    NoticeKind.PEOPLE_TO_CONFIRM: _PEOPLE,
    NoticeKind.ACCOUNT_ASLEEP: _PEOPLE,
    NoticeKind.WORK_HANDED_OVER: frozenset({Permission.INBOX}),
    NoticeKind.MAIL_FAILED: _PEOPLE,
}
"""A role is told of a kind where it holds one of these: nobody is asked about messages that they never get."""


def visible_to(viewer: Viewer) -> Select[Notice]:
    """A person's own notices, under all of their current memberships; nobody else's, not even an administrator's.

    What they were told of a record before it was closed to them has gone from it, for as long as it is.
    """
    if viewer.user_id is None or not viewer.hats:
        return select(Notice).where(false())
    own = [hat.membership_id for hat in viewer.hats]
    return select(Notice).where(
        Notice.user_id == viewer.user_id, Notice.membership_id.in_(own), open_notices_where(viewer.hats)
    )


def may_view(viewer: Viewer, notice: Notice) -> bool:
    """Whether this notice is the viewer's own."""
    return (
        viewer.user_id is not None
        and notice.user_id == viewer.user_id
        and any(hat.membership_id == notice.membership_id for hat in viewer.hats)
    )


def is_told(hat: Hat, kind: NoticeKind) -> bool:
    """Whether anybody with this membership's role is ever told of a kind."""
    return bool(hat.permissions & TOLD_WITH[kind])


def mails_visible_to(viewer: Viewer) -> Select[Mail]:
    """Mails to people of the active partnership, for those who watch them: how far each is, nothing of what it says.

    A mail goes to a person, so somebody who works in two partnerships is seen by those who watch in either.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.MESSAGES_WATCH):
        return select(Mail).where(false())
    works_here = (
        exists()
        .where(
            Membership.user_id == Mail.user_id,
            Membership.partnership_id == viewer.partnership_id,
            Membership.ended_at.is_(None),
        )
        .correlate(Mail)
    )
    return select(Mail).where(works_here)


def may_watch(viewer: Viewer, memberships: Collection[Membership]) -> bool:
    """Whether the viewer sees the mails of somebody who holds these memberships."""
    return viewer.may(Permission.MESSAGES_WATCH) and any(
        membership.partnership_id == viewer.partnership_id and membership.ended_at is None for membership in memberships
    )


def may_retry(viewer: Viewer, mail: Mail, memberships: Collection[Membership]) -> bool:
    """Whether the viewer has a mail tried again: one that has failed for good."""
    return may_watch(viewer, memberships) and mail.state is MailState.FAILED
