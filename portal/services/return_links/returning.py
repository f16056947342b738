"""What is done by a link: the page that it opens, a draft that is kept, and the return that is sent.

Each change holds the link, its meeting and its invitation first and looks again whether the link works, so that whoever
signed in, closed the register or withdrew the link a moment ago has the last word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from portal.access import meetings as access
from portal.access.viewer import OneInvitation, Viewer
from portal.database.session import db, writing
from portal.domain.answering import has_begun
from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.return_links import Part, still_asked
from portal.domain.vocabulary import Answer, Attendance
from portal.models.meetings import Invitation
from portal.models.return_links import ReturnLink
from portal.services.changes import changing
from portal.services.clinical_records import taking
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.own import own_invitation, own_to_change
from portal.services.meetings.children import NamedChild, children_of_meeting
from portal.services.reports import sending
from portal.services.reports import writing as report_writing
from portal.services.reports.desk import Desk, open_desk
from portal.services.reports.writing import Saved, Typed
from portal.services.return_links.ending import FoundLink, find_link, hold_link
from portal.services.return_links.opening import LinkOver


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """The one page of a link. `desk` is empty where no report is asked for, or somebody else is writing it."""

    link: FoundLink
    invitation: Invitation
    children: tuple[NamedChild, ...]
    asks_answer: bool
    asks_attendance: bool
    desk: Desk | None
    left: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to the invitation, and what the page had shown of it (seen_answer)."""

    answer: Answer
    note: str
    seen: int

    @property
    def ends_part(self) -> bool:
        """Whether it says that the child is not the agency's: nothing else is asked of it then."""
        return self.answer is Answer.NOT_OURS


@dataclass(frozen=True, slots=True)
class Declared:
    """Who came, and what the page had shown of it (seen_declaration)."""

    attendance: Attendance
    seen: int


@contextmanager
def through_link(viewer: Viewer) -> Iterator[tuple[ReturnLink, FoundLink]]:
    """A change by a link that still works, with all that could end it held. Raises LinkOver."""
    with writing() as session:
        link, found = hold_link(session, scope_of(viewer).link_id, viewer.now)
        if found.end is not None:
            raise LinkOver("This link does not work any more.", found)
        yield link, found


def return_page(viewer: Viewer) -> ReturnPage:
    """The invitation of a link with the children whom it is about: the reading is logged. Raises LinkOver."""
    scope = scope_of(viewer)
    found = find_link(db.session(), ReturnLink.id == scope.link_id, viewer.now)
    if found is None or found.end is not None:
        raise LinkOver("This link does not work any more.", found)
    desk = open_desk(viewer, scope.meeting_id) if found.takes_report else None
    invitation = desk.invitation if desk else own_invitation(viewer, scope.meeting_id)
    meeting = invitation.meeting
    is_over = has_begun(viewer.now, meeting.day, meeting.start_time)
    return ReturnPage(
        link=found,
        invitation=invitation,
        children=desk.named if desk else children_of_meeting(viewer, meeting.id, meeting.case_id),
        asks_answer=access.may_answer(viewer, invitation, meeting) and not is_over,
        asks_attendance=access.may_declare(viewer, invitation, meeting) and is_over,
        desk=desk if desk and desk.may_write else None,
        left=left_of(viewer, invitation, is_report_out=found.is_report_out),
    )


def keep_draft(
    viewer: Viewer, typed: Mapping[str, Typed], *, confirmed: Collection[str] = (), is_limited: bool | None = None
) -> Saved:
    """Keep what was written of the report. Raises LinkOver and what `save_draft` of the reports raises."""
    with through_link(viewer) as (_link, found):
        _refuse_others_draft(found)
        return report_writing.save_draft(
            viewer, scope_of(viewer).meeting_id, typed, confirmed=confirmed, is_limited=is_limited
        )


def take_lines(viewer: Viewer, sealed: str, chosen: Collection[int], answers: Collection[str]) -> int:
    """Fill the draft from a clinical record. Raises LinkOver and what `take_lines` of the records raises."""
    with through_link(viewer) as (_link, found):
        _refuse_others_draft(found)
        return taking.take_lines(viewer, scope_of(viewer).meeting_id, sealed, chosen, answers)


def send_return(
    viewer: Viewer, answered: Answered | None, declared: Declared | None, *, report_version: int | None
) -> tuple[Part, ...]:
    """Send what was chosen, all of it or none: the answer, who came, the report (by its draft's version).

    Gives what is still asked: with nothing left, and with "not ours", the link is used up. Raises LinkOver,
    NotPermitted, Invalid by field or where nothing was chosen, and Conflict where what the page showed has changed.
    """
    meeting_id = scope_of(viewer).meeting_id
    if answered is None and declared is None and report_version is None:
        raise Invalid("Nothing was chosen to be sent.")
    with through_link(viewer) as (link, found), changing(viewer) as change:
        invitation = own_to_change(change, meeting_id)
        if declared is not None:
            declare_attendance(viewer, meeting_id, declared.attendance, declared.seen)
        is_theirs = answered is None or not answered.ends_part
        if report_version is not None and is_theirs:
            _refuse_others_draft(found)
            sending.submit_report(viewer, meeting_id, report_version)
        if answered is not None:
            answer_invitation(viewer, meeting_id, answered.answer, answered.note, answered.seen)
        left = (
            left_of(viewer, invitation, is_report_out=found.is_report_out or report_version is not None)
            if is_theirs
            else ()
        )
        link.last_used_at = viewer.now
        link.used_at = None if left else viewer.now
        change.log("return_link.used", "invitation", invitation.id)
    return left


def left_of(viewer: Viewer, invitation: Invitation, *, is_report_out: bool) -> tuple[Part, ...]:
    """What is asked of the agency and not done; `is_report_out`: it was sent, or waits for the lead's signature."""
    meeting = invitation.meeting
    is_over = has_begun(viewer.now, meeting.day, meeting.start_time)
    return still_asked(
        may_answer=access.may_answer(viewer, invitation, meeting) and not is_over,
        is_answered=invitation.answer is not None,
        may_declare=access.may_declare(viewer, invitation, meeting) and is_over,
        is_declared=invitation.declared_attendance is not None,
        is_report_due=invitation.report_due_on is not None and invitation.expectation in ASKED_TO_REPORT,
        is_report_sent=is_report_out,
    )


def _refuse_others_draft(found: FoundLink) -> None:
    if found.has_others_draft:
        raise NotPermitted("Somebody at your agency is writing the report in the portal.")


def scope_of(viewer: Viewer) -> OneInvitation:
    """What the viewer's link opens. Raises NotPermitted for whoever came by none."""
    if viewer.link is None:
        raise NotPermitted("Only a link opens this.")
    return viewer.link
