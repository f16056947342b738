"""What leads on from a meeting's page: the next step, the parts of its record with how far each is, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import url_for

from portal.access import feedback as feedback_access
from portal.access import restrictions as restrictions_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.vocabulary import AGENCY_ROLES, MeetingKind, MeetingStatus
from portal.services.meetings.page import MeetingPage
from portal.services.meetings.record import MeetingRecord
from portal.services.return_links.lines import links_line


class Part(NamedTuple):
    """One part of the record: its name, where it is, and how far; `colour` is that of the word's tag."""

    name: str
    href: str
    state: str = ""
    colour: str = "grey"


_STRATEGY = {
    None: ("", "grey"),
    StrategyRecordState.DRAFT: ("Being written", "blue"),
    StrategyRecordState.SIGNED: ("Signed", "green"),
    StrategyRecordState.AMENDING: ("Being amended", "yellow"),
}


def record_parts(viewer: Viewer, page: MeetingPage) -> list[Part]:
    """The parts that this kind of meeting has and this person may open, in the order of a meeting."""
    return [
        *_of_those_invited(viewer, page),
        *_of_links(viewer, page),
        *_of_reports(page),
        *_of_what_was_said(viewer, page),
        *_of_feedback(viewer, page),
        *_of_quotations(page.record),
    ]


def _of_those_invited(viewer: Viewer, page: MeetingPage) -> Iterator[Part]:
    record, here, is_agency = page.record, page.meeting.id, viewer.role in AGENCY_ROLES
    if len(page.children) > 1 and is_agency and page.own is not None:
        yield Part("Which of the children you know", url_for("siblings.say", invitation_id=page.own.id))
    elif len(page.children) > 1:
        yield Part("Which agency knows which child", url_for("siblings.table", meeting_id=here))
    if record.has("family"):
        number = f"{record.family} named" if record.family else ""
        yield Part("The family, and what the children think", url_for("families.show", meeting_id=here), number, "blue")


def _of_links(viewer: Viewer, page: MeetingPage) -> Iterator[Part]:
    """While there is something to answer; what was sent and used is told in a word."""
    if page.meeting.register_closed_at is None and page.meeting.status is not MeetingStatus.CANCELLED:
        line = links_line(viewer, page.meeting.id)
        if line is not None:
            yield Part(
                "Links to answer by, without an account",
                url_for("return_links.index", meeting_id=page.meeting.id),
                line,
            )


def _of_reports(page: MeetingPage) -> Iterator[Part]:
    record, here = page.record, page.meeting.id
    if not any(part.report_due_on or part.report_received_on for part in page.parts):
        return
    bundle = (f"Bundle {record.bundle}", "green") if record.bundle else ("", "grey")
    yield Part("All reports as one document", url_for("report_bundles.show", meeting_id=here), *bundle)
    unseen = record.reports_unseen
    words = f"{unseen} {'report' if unseen == 1 else 'reports'} not shared" if unseen else ""
    yield Part("What the family has seen", url_for("report_sharing.index", meeting_id=here), words, "yellow")


def _of_what_was_said(viewer: Viewer, page: MeetingPage) -> Iterator[Part]:
    record, here, is_agency = page.record, page.meeting.id, viewer.role in AGENCY_ROLES
    if record.has("strategy"):
        yield Part("Strategy record", url_for("strategy_records.show", meeting_id=here), *_STRATEGY[record.strategy])
    if record.has("views"):
        yield Part("What each agency thinks", url_for("outcomes.views", meeting_id=here))
    if record.has("outcomes") and (not is_agency or record.outcomes_signed_at is not None):
        yield Part("What was decided", url_for("outcomes.index", meeting_id=here), *_outcomes(record))
    if record.has("minutes"):
        yield Part("Decision sheet and minutes", url_for("minutes.show", meeting_id=here), *_papers(record))
    if record.has("actions"):
        yield Part("Actions", url_for("meeting_actions.index", meeting_id=here), *_actions(record))
        if viewer.may(Permission.MEETINGS_RECORD):
            yield Part("Actions of the family’s other meetings", url_for("meeting_actions.carry", meeting_id=here))


def _of_feedback(viewer: Viewer, page: MeetingPage) -> Iterator[Part]:
    if feedback_access.may_ask(viewer, page.meeting, page.meeting.meeting_type.code):
        yield Part("Ask for feedback", url_for("feedback_cards.index", meeting_id=page.meeting.id))


def _of_quotations(record: MeetingRecord) -> Iterator[Part]:
    """For the chair alone, and while one waits: the list says from which meeting each is."""
    if record.quotations_waiting:
        number = record.quotations_waiting
        words = f"{number} {'waits' if number == 1 else 'wait'} for your yes"
        yield Part("Quotations for the board", url_for("quotations.put_to_me"), words, "yellow")


def _outcomes(record: MeetingRecord) -> tuple[str, str]:
    if record.outcomes_open:
        return "Not signed", "blue"
    return ("Signed", "green") if record.outcomes_signed_at else ("", "grey")


def _papers(record: MeetingRecord) -> tuple[str, str]:
    if record.minutes_sent_at:
        return "Minutes sent", "green"
    return ("Decisions sent", "blue") if record.decisions_sent_at else ("", "grey")


def _actions(record: MeetingRecord) -> tuple[str, str]:
    if record.actions_open:
        return f"{record.actions_open} of {record.actions} open", "blue"
    return (f"{record.actions} closed", "green") if record.actions else ("", "grey")


class Way(NamedTuple):
    """A step that leads on from the page."""

    words: str
    href: str


def next_step(viewer: Viewer, page: MeetingPage, *, may_keep_register: bool) -> Way | None:
    """What whoever runs the meeting does next, in the order of a meeting; None where it waits for nobody of them."""
    meeting = page.meeting
    if may_keep_register:
        return Way("Open the register", url_for("registers.show", meeting_id=meeting.id))
    if viewer.may(Permission.REGISTER_KEEP) and page.foresight is not None and page.foresight.is_at_risk:
        return Way("See who is still needed", url_for("quoracy.show", meeting_id=meeting.id))
    if meeting.register_closed_at is None or not viewer.may(Permission.MEETINGS_RECORD):
        return None
    return next(_to_write(page.record, meeting.id, is_held=meeting.status is MeetingStatus.HELD), None)


def _to_write(record: MeetingRecord, here: int, *, is_held: bool) -> Iterator[Way]:
    """What is still to be written and sent once the register is closed, the first first."""
    decided, sent = record.outcomes_signed_at, record.decisions_sent_at
    if is_held and record.has("strategy") and record.strategy is not StrategyRecordState.SIGNED:
        yield Way("Write the strategy record", url_for("strategy_records.show", meeting_id=here))
    if is_held and record.has("outcomes"):
        if record.outcomes_open or decided is None:
            yield Way("Decide for each child", url_for("outcomes.index", meeting_id=here))
        elif sent is None or sent < decided:
            yield Way("Send the decision sheet", url_for("minutes.show", meeting_id=here))
    if record.has("minutes") and record.minutes_sent_at is None:
        yield Way("Write the minutes", url_for("minutes.write", meeting_id=here))


def further_ways(viewer: Viewer, page: MeetingPage) -> Iterator[Way]:
    """What goes on from a meeting, and who may see it; at the end of its page."""
    meeting = page.meeting
    if viewer.may(Permission.MEETINGS_PLAN):
        yield from _planning_ways(page)
    if meeting.named_people_only:
        yield Way("Who may see it", url_for("named_people.people", meeting_id=meeting.id))
    if restrictions_access.may_hold(viewer, meeting):
        # Not to whoever has opened the record in an emergency: they change nothing of who sees it.
        yield Way("Who may not see the family’s record", url_for("restrictions.of_case", case_id=meeting.case_id))
        yield Way("Hold a report back from an agency", url_for("restrictions.holds", meeting_id=meeting.id))


def _planning_ways(page: MeetingPage) -> Iterator[Way]:
    meeting = page.meeting
    kind, family = meeting.meeting_type.code, meeting.meeting_type.family
    if meeting.status is MeetingStatus.HELD and family is MeetingFamily.CONFERENCE:
        yield Way("Open the next review", url_for("scheduling_opening.new", after=meeting.id))
    if meeting.status is MeetingStatus.HELD and family is MeetingFamily.STRATEGY:
        yield Way("Open a meeting that follows from it", url_for("scheduling_opening.new", after=meeting.id))
    goes_on = kind == MeetingKind.INITIAL_CONFERENCE or family is MeetingFamily.CORE_GROUP
    if goes_on and meeting.status is not MeetingStatus.CANCELLED:
        yield Way("Plan core groups", url_for("scheduling_series.series", meeting_id=meeting.id))
    if meeting.meeting_type.several_families:
        yield Way("Families it is about", url_for("named_people.families", meeting_id=meeting.id))
