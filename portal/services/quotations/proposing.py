"""Proposing a quotation: by the manager of a meeting that they see, by the scrutineer of one that they heard."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from portal.access import meetings as meetings_access
from portal.access import quotations as access
from portal.access.closed_records import open_meetings_where
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.quotations import LONGEST
from portal.domain.scrutiny_vocabulary import QuotationState, Voice
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.models.people import Membership
from portal.models.quotations import Quotation
from portal.services.changes import LOST, Change, changing
from portal.services.notices import quotations as notices
from portal.services.quotations.names import names_said
from portal.services.sent_forms import once

NO_CHAIR = "No chair can be asked about a meeting with this reference. Check it with the coordinator"
"""Said of a reference that is nobody's, of a meeting without a chair, and of one that is for named people only."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was said by whom, and at which meeting."""

    text: str
    voice: Voice
    reference: str
    """The meeting's own, as on its papers."""


def propose(viewer: Viewer, proposal: Proposal) -> int:
    """Put a quotation to the meeting's chair; gives its id. Raises NotPermitted, and Invalid by field.

    A name of the family is refused here only to somebody who sees the meeting. To the scrutineer, who does not, the
    refusal itself would say what a family is called: there the chair has to take it out before agreeing.
    """
    if not access.may_propose(viewer):
        raise NotPermitted("Quotations are proposed by the safeguarding manager and the scrutineer.")
    text = proposal.text.strip()
    _check(text)
    with changing(viewer) as change:
        once(change)
        meeting = _meeting(change, proposal.reference.strip())
        if viewer.may(Permission.MEETINGS_VIEW):
            refuse_names(change, meeting, text)
        quotation = Quotation(
            partnership_id=meeting.partnership_id,
            meeting_id=meeting.id,
            voice=proposal.voice,
            proposed_text=text,
            state=QuotationState.PROPOSED,
            proposed_at=viewer.now,
            proposed_by_membership_id=viewer.membership_id or 0,
        )
        change.session.add(quotation)
        change.session.flush()
        notices.tell_proposed(change, quotation, meeting)
        change.log("quotation.proposed", "quotation", quotation.id)
        return quotation.id


def withdraw(viewer: Viewer, quotation_id: int, *, version: int) -> None:
    """Take back what one has proposed, before the chair has answered. Raises NotVisible, NotPermitted, Conflict."""
    with changing(viewer) as change:
        quotation = change.session.scalar(
            access.own_to(viewer)
            .where(Quotation.id == quotation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if quotation is None:
            raise NotVisible("There is no such quotation.")
        if not access.may_withdraw(viewer, quotation):
            raise NotPermitted("The chair has answered about this quotation already.")
        if quotation.version != version:
            raise Conflict(LOST)
        quotation.state = QuotationState.WITHDRAWN
        change.log("quotation.withdrawn", "quotation", quotation.id)


def refuse_names(change: Change, meeting: Meeting, text: str, *, field: str = "text") -> None:
    """Raise Invalid by field where a text holds a name of the meeting's families."""
    found = names_said(change.session, meeting, text)
    if found:
        listed = ", ".join(f"“{name}”" for name in found)
        sentence = f"Put it without {listed}: in this family somebody is called so"
        raise Invalid(sentence, errors={field: [sentence]})


def _check(text: str) -> None:
    if not text:
        raise Invalid("", errors={"text": ["Enter what was said"]})
    if len(text) > LONGEST:
        sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(text):,} now"
        raise Invalid(sentence, errors={"text": [sentence]})


def _meeting(change: Change, reference: str) -> Meeting:
    viewer = change.viewer
    meeting = change.session.scalar(
        _findable(viewer)
        .join(Membership, Membership.id == Meeting.chair_membership_id)
        .where(
            Meeting.reference == reference,
            Meeting.status != MeetingStatus.CANCELLED,
            Meeting.scheduled_on <= viewer.today,
            Membership.ended_at.is_(None),
        )
    )
    if meeting is None:
        raise Invalid(NO_CHAIR, errors={"reference": [NO_CHAIR]})
    return meeting


def _findable(viewer: Viewer) -> Select[Meeting]:
    """Meetings whose reference is taken: those seen; for the scrutineer, who sees none, all but named people's."""
    if viewer.may(Permission.MEETINGS_VIEW):
        return meetings_access.visible_to(viewer)
    return select(Meeting).where(
        Meeting.partnership_id == viewer.partnership_id,
        Meeting.named_people_only.is_(False),
        open_meetings_where(viewer),
    )
