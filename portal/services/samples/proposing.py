"""Samples before they are drawn: proposed each month by the worker, or set up for a theme by the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.months import Month
from portal.domain.sample_vocabulary import SampleKind, SampleStatus
from portal.domain.sampling import proposed_for
from portal.domain.working_days import london_day
from portal.models.samples import DipRule, PracticeSample
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.notices.samples import tell_proposed
from portal.services.samples.rules import kinds_to_sample
from portal.services.samples.tools import tool_called
from portal.services.sent_forms import once

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Theme:
    """A thematic audit to be drawn; `meeting_type_id` empty for meetings of any kind."""

    title: str
    theme: str
    meeting_type_id: int | None
    from_on: date
    until_on: date
    how_many: int
    tool_code: str


def propose_due(now: datetime) -> int:
    """Propose last month's dip samples by every rule in force, from the first working day on; returns how many.

    Each in a short transaction of its own; a month that was proposed already, by whichever worker, is left alone.
    """
    month = proposed_for(london_day(now))
    if month is None:
        return 0
    waiting = db.session.execute(_unproposed(month)).all()
    db.session.rollback()
    return sum(propose(Viewer.of_system(WORKER, now, row.partnership_id), row.id, month) for row in waiting)


def propose(viewer: Viewer, rule_id: int, month: Month) -> bool:
    """Propose a rule's sample of a month and tell the managers; False where it has been proposed before."""
    try:
        with changing(viewer) as change:
            rule = change.session.scalar(
                access.rules_visible_to(viewer)
                .where(DipRule.id == rule_id, DipRule.is_active)
                .options(joinedload(DipRule.meeting_type))
                .with_for_update(of=DipRule)
            )
            if rule is None or change.session.scalar(_of_month(rule.id, month)) is not None:
                raise AlreadySo
            sample = PracticeSample(
                partnership_id=rule.partnership_id,
                kind=SampleKind.DIP,
                status=SampleStatus.PROPOSED,
                rule_id=rule.id,
                meeting_type_id=rule.meeting_type_id,
                title=f"{rule.meeting_type.name}, {month.words}",
                from_on=month.first,
                until_on=month.last,
                how_many=rule.how_many,
                tool_code=rule.tool_code,
                agency_types=[],
                created_at=viewer.now,
            )
            _add(change, sample, "practice_sample.proposed")
            tell_proposed(change, sample, rule.meeting_type.name)
    except AlreadySo:
        return False
    return True


def add_theme(viewer: Viewer, theme: Theme) -> int:
    """Set up a thematic audit, to be drawn next; gives its id. Raises NotPermitted, and Invalid by field."""
    if viewer.partnership_id is None or not access.may_draw(viewer):
        raise NotPermitted("Practice audits are set up by the safeguarding manager.")
    _check(viewer, theme)
    with changing(viewer) as change:
        once(change)
        sample = PracticeSample(
            partnership_id=viewer.partnership_id,
            kind=SampleKind.THEMATIC,
            status=SampleStatus.PROPOSED,
            meeting_type_id=theme.meeting_type_id,
            title=theme.title,
            theme=theme.theme or None,
            from_on=theme.from_on,
            until_on=theme.until_on,
            how_many=theme.how_many,
            tool_code=theme.tool_code,
            agency_types=[],
            created_at=viewer.now,
        )
        _add(change, sample, "practice_sample.set_up")
        return sample.id


def _check(viewer: Viewer, theme: Theme) -> None:
    tool_called(viewer, theme.tool_code)
    errors: dict[str, list[str]] = {}
    if theme.until_on < theme.from_on:
        errors["until_on"] = ["The last day must not be before the first day"]
    if theme.until_on > viewer.today:
        errors["until_on"] = ["The last day must be today or earlier: only meetings that were held are drawn"]
    kinds = {known.id for known in kinds_to_sample(viewer)}
    if theme.meeting_type_id is not None and theme.meeting_type_id not in kinds:
        errors["meeting_type"] = ["Choose a kind of meeting, or any kind"]
    if errors:
        raise Invalid("Something about the audit cannot be", errors=errors)


def _add(change: Change, sample: PracticeSample, verb: str) -> None:
    change.session.add(sample)
    change.session.flush()
    change.log(verb, "practice_sample", sample.id)


def _unproposed(month: Month) -> Select[int, int]:
    there = exists().where(PracticeSample.rule_id == DipRule.id, PracticeSample.from_on == month.first)
    return (
        select(DipRule.id, DipRule.partnership_id)
        .where(DipRule.is_active, DipRule.from_on <= month.first, ~there.correlate(DipRule))
        .order_by(DipRule.id)
    )


def _of_month(rule_id: int, month: Month) -> Select[int]:
    return select(PracticeSample.id).where(PracticeSample.rule_id == rule_id, PracticeSample.from_on == month.first)
