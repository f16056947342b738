"""Papers, actions and audits by month: how many fell due, and how many of them were done by then.

They are counted from their own rows along their indexes: what falls due in a few years of one partnership, however many
invitations the database holds. No rollup keeps them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import case, func, select

from portal.domain.audit_results import POINTS, WHOLE
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ActionSource
from portal.domain.months import Month
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.periods import Days
from portal.domain.protected_work import Counted
from portal.domain.working_days import london_day
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.moderation import Moderation
from portal.services.indicators.papers import papers_by_month
from portal.services.indicators.published import months_of_years
from portal.services.measures.asking import Asking

Found = defaultdict[Month, dict[str, int]]


def count_papers(asking: Asking, years: Sequence[int]) -> Counted:
    """Count minutes and decision sheets by the month of their meeting; by one query."""
    found: Found = defaultdict(dict)
    names = {PaperKind.MINUTES: "minutes", PaperKind.DECISIONS: "decisions"}
    months = months_of_years(years, asking.now)
    days = Days(months[0].first, months[-1].last)
    by_month = papers_by_month(asking.session, asking.partnership_id, asking.book, days, asking.today)
    for month, kept in by_month.items():
        for kind, name in names.items():
            found[month] |= {f"{name}_on_time": kept[kind].on_time, f"{name}_due": kept[kind].of}
    return Counted(
        found,
        sums={
            "minutes_due": (),
            "minutes_on_time": ("minutes_due",),
            "decisions_due": (),
            "decisions_on_time": ("decisions_due",),
        },
    )


def count_actions(asking: Asking, years: Sequence[int]) -> Counted:
    """Count actions by the month of a due day that has passed; done is what their owner said, on London's day."""
    found: Found = defaultdict(lambda: defaultdict(int))
    months = months_of_years(years, asking.now)
    rows = asking.session.execute(
        select(Action.source, Action.due_on, Action.done_at).where(
            Action.partnership_id == asking.partnership_id,
            Action.due_on >= months[0].first,
            Action.due_on < asking.today,
        )
    )
    for source, due_on, done_at in rows:
        name = "meeting_actions" if source is ActionSource.MEETING else "other_actions"
        counts = found[Month.of(due_on)]
        counts[f"{name}_due"] += 1
        counts[f"{name}_on_time"] += done_at is not None and london_day(done_at) <= due_on
    return Counted(
        found,
        sums={
            "meeting_actions_due": (),
            "meeting_actions_on_time": ("meeting_actions_due",),
            "other_actions_due": (),
            "other_actions_on_time": ("other_actions_due",),
        },
    )


def count_audits(asking: Asking, years: Sequence[int]) -> Counted:
    """Count returns and ratings by the month in which a round was due, of rounds whose day has passed; two queries."""
    found: Found = defaultdict(lambda: defaultdict(int))
    months = months_of_years(years, asking.now)
    days = Days(months[0].first, asking.today)
    due = (
        AuditRound.partnership_id == asking.partnership_id,
        AuditRound.due_on >= days.first,
        AuditRound.due_on < days.last,
    )
    is_signed = AuditReturn.status.in_(SIGNED_STATUSES)
    rounds = asking.session.execute(
        select(AuditRound.due_on, func.count(), func.count().filter(is_signed))
        .join(AuditReturn, AuditReturn.round_id == AuditRound.id)
        .where(*due)
        .group_by(AuditRound.due_on)
    )
    for due_on, asked, returned in rounds:
        found[Month.of(due_on)]["audit_asked"] += asked
        found[Month.of(due_on)]["audit_returned"] += returned
    points = case(POINTS, value=func.coalesce(Moderation.agreed_rating, Moderation.rating, Response.rating))
    answers = asking.session.execute(
        select(AuditRound.due_on, func.count(points), func.count().filter(points == WHOLE))
        .join(AuditReturn, AuditReturn.round_id == AuditRound.id)
        .join(Response, (Response.return_id == AuditReturn.id) & (Response.number == AuditReturn.number))
        .outerjoin(Moderation, Moderation.response_id == Response.id)
        .where(*due, is_signed)
        .group_by(AuditRound.due_on)
    )
    for due_on, rated, met in answers:
        found[Month.of(due_on)]["audit_rated"] += rated
        found[Month.of(due_on)]["audit_met"] += met
    return Counted(
        found,
        sums={
            "audit_asked": (),
            "audit_returned": ("audit_asked",),
            "audit_rated": (),
            "audit_met": ("audit_rated",),
        },
    )
