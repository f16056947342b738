"""The bundle as a document: contents, then each agency's report in the standard order, marked on every page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from portal.domain.bundle_vocabulary import MaySee
from portal.domain.labels import label
from portal.domain.working_days import london_day, london_time
from portal.gateways.pdf import make_pdf
from portal.models.meetings import Meeting
from portal.services.reports.bundle_contents import BundledPart, Contents, Contribution, Talk
from portal.services.reports.reading import Line

MARKING = "OFFICIAL-SENSITIVE"
READ_OUT = "Its report may only be read out in the meeting. It is with the chair."
TALK_READ_OUT = "What it told the chair by telephone may only be read out in the meeting. It is with the chair."
WARNING = (
    "For the chair and the agencies of this meeting only. It is not for the family: each report has a version that is."
)


def as_pdf(meeting: Meeting, children: tuple[str, ...], contents: Contents, number: int, at: datetime) -> bytes:
    """Return the bundle as a tagged PDF; what may only be read out is named, and no word of it stands there."""
    return make_pdf("report_bundle", plain(meeting, children, contents, number, at))


def plain(meeting: Meeting, children: tuple[str, ...], contents: Contents, number: int, at: datetime) -> dict[str, Any]:
    """What the document says, as values for its template."""
    return {
        "title": f"Reports for the {_in_a_title(meeting.meeting_type.name)}, {_day(meeting.day)}",
        "marking": MARKING,
        "reference": f"Meeting {meeting.reference}",
        "about": f"About {', '.join(children)}" if children else "The children are not named yet",
        "made": f"Bundle {number}, put together on {_moment(at)}",
        "warning": WARNING,
        "left_out": [[one.agency_name, why] for one in contents.contributions if (why := _left_out(one))],
        "contributions": [_contribution(one) for one in contents.contributions if _has_pages(one)],
    }


def _has_pages(one: Contribution) -> bool:
    return bool(one.talks) or (one.report is not None and one.report.may_see is not MaySee.READ_OUT)


def _left_out(one: Contribution) -> str:
    """What of an agency does not stand here, and why; empty where all does."""
    if one.report is not None and one.report.may_see is MaySee.READ_OUT:
        return READ_OUT
    if one.talk_read_out:
        return TALK_READ_OUT
    if one.report is not None:
        return ""
    if one.received_on is not None:
        return f"Its report came on {_day(one.received_on)} in another way. The chair has it."
    if one.talks:
        return "It sent no report, and talked with the chair."
    if one.due_on is None:
        return "No report is asked of it."
    return f"No report has come. It was due on {_day(one.due_on)}."


def _contribution(one: Contribution) -> dict[str, Any]:
    report = one.report if one.report is not None and one.report.may_see is not MaySee.READ_OUT else None
    is_later = report.is_later if report is not None else all(talk.is_later for talk in one.talks)
    later = " (addendum)" if is_later else ""
    return {
        "heading": f"{one.agency_name}{later}",
        "facts": list(_facts(one, report)) if report else [],
        "parts": [
            {"title": part.title, "lines": [_line(line) for line in part.lines if line.words or line.changes]}
            for part in (report.parts if report else ())
            if any(line.words or line.changes for line in part.lines)
        ],
        "talks": [_talk(talk) for talk in one.talks],
    }


def _facts(one: Contribution, report: BundledPart) -> Iterator[str]:
    yield f"{label(one.agency_type)}. Sent on {_moment(report.sent_at)} by {report.sent_by}."
    if one.due_on is not None and one.received_on is not None and one.received_on > one.due_on:
        yield f"It was due on {_day(one.due_on)}, and came late."
    if report.is_limited:
        yield "The short form, of an agency that hardly knows the family."
    for addendum in report.addenda:
        yield f"Added to or corrected on {_moment(addendum.at)} by {addendum.by}."
    if report.is_later:
        yield "Addendum: this came, or was added to, after the reports were first put together."
    if report.may_see is MaySee.AGENCIES:
        yield "Its agency says that it is for the agencies only, and not for the family."
    if report.attachments:
        files = "1 file is" if report.attachments == 1 else f"{report.attachments} files are"
        yield f"{files} attached to it, which the chair has."


def _line(line: Line) -> dict[str, Any]:
    hidden = "" if line.for_family else " (not for the family)"
    return {
        "title": f"{line.title}{hidden}",
        "words": line.words or "Taken back.",
        "changes": [
            f"Changed on {_moment(change.addendum.at)}. Before, it said: {change.before or 'nothing'}"
            for change in line.changes
        ],
    }


def _talk(talk: Talk) -> dict[str, str]:
    later = " (addendum)" if talk.is_later else ""
    return {
        "title": f"Told the chair by telephone on {_day(talk.on)}, by {talk.talked_with}{later}",
        "said": talk.said,
        "correction": talk.correction,
    }


def _in_a_title(name: str) -> str:
    return name[:1].lower() + name[1:]


def _moment(instant: datetime) -> str:
    return f"{_day(london_day(instant))}, {london_time(instant):%H:%M}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
