"""Which messages reach whom by mail, and when: the day's digest, what goes at once, and what nobody can switch off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.domain.ladder_rules import OfficeHours
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import Role
from portal.domain.working_days import add_working_days, london_day, london_time

DEFAULT_DIGEST_HOUR = 8
"""The London hour from which the day's mail goes to whoever has not chosen another."""

RETRY_GAPS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
"""How long after each attempt the next one comes; when the one after the last fails too, the mail has failed."""

_ALWAYS = frozenset(
    {
        NoticeKind.INVITATION,
        NoticeKind.INVITATION_CHANGED,
        NoticeKind.PART_ENDED,
        NoticeKind.REPORT_DUE,
        NoticeKind.REPORT_TO_SIGN,
        NoticeKind.REPORT_SENT_BACK,
        NoticeKind.REPORT_WITHDRAWN,
        NoticeKind.WITHDRAWAL_LISTED,
        NoticeKind.RECORD_OPENED,
        NoticeKind.OPENING_REVIEWED,
        NoticeKind.QUORACY_ASKED,
        NoticeKind.QUORACY_FAILED,
        NoticeKind.ESCALATION_RAISED,
        NoticeKind.ESCALATION_STAGE,
        NoticeKind.ESCALATION_DUE,
        NoticeKind.ALERT_RAISED,
        NoticeKind.ALERT_STAGE,
        NoticeKind.JOINING,
        NoticeKind.PASSWORD_CHANGED,
        NoticeKind.ACCOUNT_ASLEEP,
        NoticeKind.WORK_HANDED_OVER,
        NoticeKind.MAIL_FAILED,
    }
)
_LEADS_AUDITS = frozenset(
    {
        NoticeKind.AUDIT_OPENED,
        NoticeKind.AUDIT_DUE,
        NoticeKind.AUDIT_TO_SIGN,
        NoticeKind.AUDIT_REOPENED,
        NoticeKind.PEOPLE_TO_CONFIRM,
    }
)
_BY_ROLE = {
    Role.AGENCY_LEAD: _LEADS_AUDITS,
    Role.SIGNATORY: frozenset({NoticeKind.AUDIT_TO_SIGN}),
}


@dataclass(frozen=True, slots=True)
class MailWish:
    """How somebody wants their mails: the day's from which London hour, whether at all, and which kinds not."""

    digest_hour: int = DEFAULT_DIGEST_HOUR
    wants_digest: bool = True
    muted: frozenset[NoticeKind] = frozenset()


def must_receive(role: Role, kind: NoticeKind) -> bool:
    """Say whether a role gets a kind of notice by mail whatever the person has chosen.

    These are what an agency owes somebody (answers, reports, replies to escalations and alerts), the audits for those
    who lead or sign them, and what concerns one's own or one's people's accounts.
    """
    return kind in _ALWAYS or kind in _BY_ROLE.get(role, ())


def goes_by_mail(role: Role, kind: NoticeKind, wish: MailWish, *, at_once: bool) -> bool:
    """Say whether a notice leaves the inbox; without the digest, what goes at once still does unless it is muted."""
    return must_receive(role, kind) or (kind not in wish.muted and (wish.wants_digest or at_once))


def at_once_until(now: datetime) -> date:
    """Return the last London day on which something may be due to be told at once: the next working day."""
    return add_working_days(london_day(now), 1)


def goes_at_once(urgency: Urgency, due_at: datetime | None, now: datetime) -> bool:
    """Say whether a notice does not wait for the day's mail: it is soon or urgent, or due within a working day."""
    return urgency is not Urgency.ROUTINE or (due_at is not None and london_day(due_at) <= at_once_until(now))


def may_go_now(urgency: Urgency, office: OfficeHours, now: datetime) -> bool:
    """Say whether people may be disturbed: in office hours, and for what is urgent at any hour."""
    return urgency is Urgency.URGENT or office.is_open(now)


def digest_day(now: datetime, hour: int, office: OfficeHours) -> date | None:
    """Return the London day whose digest may go now; None outside office hours and before the hour has come.

    An hour that is not in office hours counts as their first or last one, so that nobody chooses never.
    """
    if not office.is_open(now):
        return None
    here = london_time(now)
    last = max(office.opens, time(max(office.closes.hour - 1, 0)))
    return here.date() if here.time() >= min(time(hour), last) else None


def shared_office(offices: Iterable[OfficeHours]) -> OfficeHours:
    """Return the hours in which all of several offices are open; those of the first where there are none."""
    known = list(dict.fromkeys(offices)) or [OfficeHours()]
    opens, closes = max(one.opens for one in known), min(one.closes for one in known)
    return OfficeHours(opens, closes) if opens < closes else known[0]


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """Return when to try a mail again after so many attempts (UTC); None after the last."""
    return now + RETRY_GAPS[attempts - 1] if attempts <= len(RETRY_GAPS) else None
