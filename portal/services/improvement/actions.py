"""What is said of an action, and changing it; adding.py adds one, and how it goes is said in updates.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_actions import ActionDetails, Lead
from portal.domain.improvement_timing import Timing, day_words, next_due
from portal.domain.improvement_vocabulary import ImprovementSource, ImprovementStep
from portal.domain.labels import label
from portal.domain.months import Month
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.models.improvement_history import ImprovementTick
from portal.services.changes import LOST, Change, changing
from portal.services.improvement.history import hold_plan, month_for, write_entry
from portal.services.improvement.leads import NamedLead, check_leads, leads_of, memberships_of, names_of, write_leads
from portal.services.improvement.origins import check_origin
from portal.services.notices.improvement import tell_given


def change_action(viewer: Viewer, action_id: int, details: ActionDetails, *, version: int) -> bool:
    """Change what is said of an action; says whether anything changed. New leads are told.

    What comes again starts anew where its rhythm changes: it is not late with weeks that were never asked for. Raises
    NotVisible, NotPermitted, Conflict, Invalid by field.
    """
    found = kept_action(viewer, db.session(), action_id)
    if details_of(db.session(), found) == details:
        return False
    with changing(viewer) as change:
        session = change.session
        action = kept_action(viewer, session, action_id)
        before = details_of(session, action)
        if action.version != version:
            mine, theirs = (in_words(session, viewer, one) for one in (details, before))
            raise Conflict(LOST, mine=mine, theirs=theirs)
        put_change(change, action, before, details)
    return True


def put_change(change: Change, action: ImprovementAction, before: ActionDetails, details: ActionDetails) -> None:
    """Change an action within a change, for those who have asked what they may."""
    viewer, session = change.viewer, change.session
    if not access.may_change(viewer, action):
        raise NotPermitted("An action that is complete or stopped is opened again before it is changed.")
    details = replace(details, timing=_begun_anew(before.timing, details.timing, viewer.today))
    month = check_details(change, action.partnership_id, details, but=action.id, before=before)
    words = in_words(session, viewer, before)
    write_details(action, details)
    if details.leads != before.leads:
        write_leads(change, action, details.leads)
        # Leads are rows of their own: whoever has the page open is told of a change of theirs, too.
        action.version += 1
    refresh_due(session, action)
    write_entry(change, action, ImprovementStep.CHANGED, month, before=words, after=in_words(session, viewer, details))
    change.log("improvement_action.changed", "improvement_action", action.id)
    new = [lead for lead in details.leads if lead not in before.leads]
    tell_given(change, action, memberships_of(session, action.partnership_id, new))


@dataclass(frozen=True, slots=True)
class Found:
    """An action as its form shows it."""

    id: int
    details: ActionDetails
    leads: tuple[NamedLead, ...]
    version: int


def find_details(viewer: Viewer, action_id: int) -> Found:
    """An action that the viewer may change in its wording. Raises NotVisible, NotPermitted."""
    session = db.session()
    action = kept_action(viewer, session, action_id)
    named = tuple(leads_of(session, [action.id]).get(action.id, ()))
    return Found(action.id, _details(action, tuple(one.lead for one in named)), named, action.version)


def kept_action(viewer: Viewer, session: Session, action_id: int) -> ImprovementAction:
    """An action that the viewer may change in its wording. Raises NotVisible, NotPermitted."""
    action: ImprovementAction | None = session.scalar(
        access.visible_to(viewer).where(ImprovementAction.id == action_id)
    )
    if action is None:
        raise NotVisible("There is no such action.")
    if not access.may_change(viewer, action):
        raise NotPermitted("This action is not the viewer's to change, or not open.")
    return action


def details_of(session: Session, action: ImprovementAction) -> ActionDetails:
    """What is said of an action now, by one query."""
    return _details(action, tuple(one.lead for one in leads_of(session, [action.id]).get(action.id, ())))


def _details(action: ImprovementAction, leads: tuple[Lead, ...]) -> ActionDetails:
    return ActionDetails(
        area_id=action.area_id,
        reference=action.reference,
        what=action.what,
        timing=timing_of(action),
        leads=leads,
        outcome=action.outcome or "",
        measure_words=action.measure_words or "",
        source=action.source,
        source_name=action.source_name or "",
        round_id=action.round_id,
        sample_id=action.sample_id,
    )


def timing_of(action: ImprovementAction) -> Timing:
    """By when an action is to be done."""
    return Timing(action.by_when, action.due_on, action.starts_on, action.ends_on)


def source_words(source: ImprovementSource, name: str) -> str:
    """What an action came from, with which one it was."""
    return f"{label(source)}: {name}" if name else label(source)


def refresh_due(session: Session, action: ImprovementAction) -> None:
    """Work out anew when an action is next to be done."""
    timing = timing_of(action)
    ticked: Sequence[ImprovementTick] = ()
    if timing.repeats:
        session.flush()
        rows = select(ImprovementTick).where(
            ImprovementTick.action_id == action.id, ImprovementTick.by_when == timing.by_when
        )
        ticked = session.scalars(rows).all()
    action.next_due_on = next_due(timing, action.status, {one.begins_on for one in ticked})


def _begun_anew(before: Timing, after: Timing, today: date) -> Timing:
    """The new timing; where the rhythm changed and nobody chose another first day, it begins today."""
    is_new = after.repeats and before.repeats and after.by_when is not before.by_when
    if not is_new or after.starts_on != before.starts_on:
        return after
    return replace(after, starts_on=today if after.ends_on is None else min(today, after.ends_on))


def write_details(action: ImprovementAction, details: ActionDetails) -> None:
    """Write what is said of an action into its row; its leads are rows of their own."""
    timing = details.timing.tidied()
    action.area_id, action.reference = details.area_id, details.reference
    action.what, action.outcome = details.what, details.outcome or None
    action.measure_words = details.measure_words or None
    action.source, action.source_name = details.source, details.source_name or None
    action.round_id, action.sample_id = details.round_id, details.sample_id
    action.by_when, action.due_on = timing.by_when, timing.due_on
    action.starts_on, action.ends_on = timing.starts_on, timing.ends_on


def check_details(
    change: Change,
    partnership_id: int,
    details: ActionDetails,
    *,
    but: int | None = None,
    before: ActionDetails | None = None,
) -> Month:
    """Refuse what cannot be so, and hold the month open for which the change counts."""
    session = change.session
    faults = details.faults()
    if faults:
        raise Invalid("Something is missing.", errors={name: [words] for name, words in faults.items()})
    hold_plan(session, partnership_id)
    area = session.scalar(
        select(ImprovementArea.id).where(
            ImprovementArea.partnership_id == partnership_id, ImprovementArea.id == details.area_id
        )
    )
    if area is None:
        raise Invalid("No such area.", errors={"area": ["Choose an area of the plan"]})
    month = month_for(change, area)
    taken = session.scalar(
        select(ImprovementAction.id).where(
            ImprovementAction.partnership_id == partnership_id, ImprovementAction.reference == details.reference
        )
    )
    if taken is not None and taken != but:
        words = f"There is an action {details.reference} already: choose another number"
        raise Invalid("The number is taken.", errors={"reference": [words]})
    check_leads(session, partnership_id, details.leads, before.leads if before else ())
    check_origin(session, change.viewer, details, before.sample_id if before else None)
    return month


def in_words(session: Session, viewer: Viewer, details: ActionDetails) -> dict[str, str]:
    """What is said of an action, by what pages call it."""
    area = session.execute(
        select(ImprovementArea.number, ImprovementArea.title).where(
            ImprovementArea.partnership_id == viewer.partnership_id, ImprovementArea.id == details.area_id
        )
    ).one_or_none()
    names = names_of(session, viewer.partnership_id or 0, details.leads)
    timing = details.timing
    return {
        "Area": "" if area is None else f"{area.number}. {area.title}",
        "Number": details.reference,
        "Action": details.what,
        "Expected outcome": details.outcome,
        "Leads": "; ".join(names[lead] for lead in details.leads),
        "By when": timing.words,
        "Done from": day_words(timing.starts_on) if timing.repeats and timing.starts_on else "",
        "Measures in words": details.measure_words,
        "Came from": source_words(details.source, details.source_name),
    }
