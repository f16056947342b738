"""What people do to an escalation: reply, ask again, note a contact, move it up, give it more time, correct an entry.

Every act is an entry of its log, and the other side is told. Each raises NotVisible, NotPermitted, Conflict (with what
was typed) where the escalation was changed meanwhile, and Invalid by field. How it ends is in `ending.py`.
"""

from __future__ import annotations

from sqlalchemy import select

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.domain import ladders
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import EntryKind, Resolution, Side
from portal.domain.message_vocabulary import NoticeKind
from portal.models.escalations import EscalationEntry
from portal.services.changes import changing
from portal.services.escalation_rules import rules_on
from portal.services.escalations.announcing import both_sides, enter_stage, tell_closed, tell_of
from portal.services.escalations.checking import Faults, based_on, permit, said_at
from portal.services.escalations.keeping import (
    Saying,
    add_entry,
    locked,
    raisers,
    shut,
    standing_of,
    store,
    tell_people,
    told_so_far,
)
from portal.services.sent_forms import once

CONTACTS = (EntryKind.CONTACT, EntryKind.MEETING)
"""What people note down that changes nothing else."""


def reply(viewer: Viewer, escalation_id: int, text: str, version: int) -> None:
    """Answer for the agency that is asked; praise needs no more than thanks, and is closed by them."""
    with changing(viewer) as change:
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"Your reply": text})
        permit(access.may_reply, viewer, escalation)
        faults = Faults()
        said = faults.words("text", text, None if escalation.is_positive else "Enter your reply")
        faults.stop()
        if escalation.is_positive:
            shut(change, escalation, Resolution.ACKNOWLEDGED)
            add_entry(change, escalation, EntryKind.RESOLUTION, Saying(said, resolution=Resolution.ACKNOWLEDGED))
            tell_closed(change, escalation)
        else:
            rules = rules_on(change.session, escalation.partnership_id, viewer.today)
            store(escalation, ladders.reply(rules, escalation.kind, standing_of(escalation), viewer.now))
            entry = add_entry(change, escalation, EntryKind.REPLY, Saying(said, moves_clock=True))
            tell_of(change, escalation, raisers(change.session, escalation), entry)
        change.log("escalation.replied", "escalation", escalation.id)


def ask_again(viewer: Viewer, escalation_id: int, text: str, version: int) -> None:
    """Say that the reply is not enough, and ask the same people again."""
    with changing(viewer) as change:
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"What you ask": text})
        permit(access.may_drive, viewer, escalation)
        faults = Faults()
        said = faults.words("text", text, "Enter what is still needed")
        faults.stop()
        rules = rules_on(change.session, escalation.partnership_id, viewer.today)
        with said_at("text"):
            store(escalation, ladders.ask_again(rules, escalation.kind, standing_of(escalation), viewer.now))
        entry = add_entry(change, escalation, EntryKind.ASKED_AGAIN, Saying(said, moves_clock=True))
        told = told_so_far(change.session, escalation)
        # By its place in the log, because the same people may be asked at the same stage by the same time once more.
        again = str(entry.number)
        tell_people(change, escalation, told, NoticeKind.ESCALATION_DUE, place=escalation.stage, again=again)
        change.log("escalation.asked_again", "escalation", escalation.id)


def add_contact(viewer: Viewer, escalation_id: int, kind: EntryKind, text: str) -> None:
    """Note that the sides spoke, wrote or met (one of CONTACTS); neither the turn nor the clock changes."""
    with changing(viewer) as change:
        once(change)
        escalation = locked(change, escalation_id)
        permit(access.may_add, viewer, escalation)
        faults = Faults()
        if kind not in CONTACTS:
            faults.add("kind", "Choose whether you were in contact or met")
        said = faults.words("text", text, "Enter who spoke with whom, and what was said")
        faults.stop()
        entry = add_entry(change, escalation, kind, Saying(said))
        asked = entry.side is Side.RAISED_WITH
        tell_of(change, escalation, (raisers if asked else told_so_far)(change.session, escalation), entry)
        change.log("escalation.contact_added", "escalation", escalation.id)


def move_up(viewer: Viewer, escalation_id: int, to_stage: int, reason: str, urgent_reason: str, version: int) -> None:
    """Move it to a higher stage: the next, or any where it is urgent (`urgent_reason`, empty where it is not)."""
    with changing(viewer) as change:
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"Your reason": reason, "Why it is urgent": urgent_reason})
        permit(access.may_drive, viewer, escalation)
        faults = Faults()
        said = faults.words("reason", reason, "Enter why you move it up")
        urgent = faults.words("urgent_reason", urgent_reason, None)
        faults.stop()
        rules = rules_on(change.session, escalation.partnership_id, viewer.today)
        before = standing_of(escalation)
        with said_at("to_stage"):
            after = ladders.move_to(rules, escalation.kind, before, to_stage, viewer.now, is_urgent=bool(urgent))
        store(escalation, after)
        enter_stage(change, escalation, rules, before.stage, f"{said}\n\nUrgent: {urgent}" if urgent else said)
        change.log("escalation.moved_up", "escalation", escalation.id)


def extend(viewer: Viewer, escalation_id: int, working_days: int, reason: str, version: int) -> None:
    """Give the stage that it is at more working days."""
    with changing(viewer) as change:
        escalation = locked(change, escalation_id)
        based_on(escalation, version, {"Your reason": reason})
        permit(access.may_drive, viewer, escalation)
        faults = Faults()
        said = faults.words("reason", reason, "Enter why more time is needed")
        faults.stop()
        rules = rules_on(change.session, escalation.partnership_id, viewer.today)
        with said_at("working_days"):
            store(
                escalation,
                ladders.extend(rules, escalation.kind, standing_of(escalation), working_days, viewer.now),
            )
        entry = add_entry(change, escalation, EntryKind.EXTENSION, Saying(said, moves_clock=True))
        tell_of(change, escalation, both_sides(change.session, escalation), entry)
        change.log("escalation.extended", "escalation", escalation.id)


def amend(viewer: Viewer, escalation_id: int, entry_number: int, text: str) -> None:
    """Correct an entry by another one that names it; whoever wrote it may, also when the escalation is closed."""
    with changing(viewer) as change:
        once(change)
        escalation = locked(change, escalation_id)
        amended = change.session.scalar(
            select(EscalationEntry).where(
                EscalationEntry.escalation_id == escalation.id, EscalationEntry.number == entry_number
            )
        )
        if amended is None:
            raise NotVisible("No such entry.")
        if not access.may_amend(viewer, escalation, amended.by_user_id):
            raise NotPermitted("Only whoever wrote an entry may correct it.")
        if amended.kind is EntryKind.AMENDMENT:
            raise Invalid("Correct the entry itself.", errors={"text": ["Correct the entry that this one corrects"]})
        faults = Faults()
        said = faults.words("text", text, "Enter what it should say")
        faults.stop()
        entry = add_entry(change, escalation, EntryKind.AMENDMENT, Saying(said, amends=entry_number))
        tell_of(change, escalation, both_sides(change.session, escalation), entry)
        change.log("escalation.amended", "escalation", escalation.id)
