"""The log of an escalation as a document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import EntryKind
from portal.domain.labels import label, short_label
from portal.domain.working_days import london_day, london_time
from portal.gateways.pdf import make_pdf
from portal.services.escalations.exports import MARKING, Log
from portal.services.escalations.log import LogEntry

WITHOUT_NARRATIVE = "This copy has no narrative: it is for somebody who sees the structured fields of the log alone."


def as_pdf(viewer: Viewer, log: Log) -> bytes:
    """Return the log as a tagged PDF; what was written is in it for those who read it."""
    page, subject = log.page, log.page.subject
    data = {
        "title": f"Log of {log.reference}: {label(page.escalation.kind)}",
        "marking": MARKING,
        "taken": f"As it stood on {_moment(viewer.now)}, for {viewer.name}.",
        "note": "" if subject else WITHOUT_NARRATIVE,
        "facts": list(_facts(log)),
        "summary": subject.summary if subject else "",
        "wanted": subject.wanted if subject else "",
        "about": _about(log),
        "causes": [[_day(cause.on), label(cause.event), cause.meeting_type] for cause in page.causes],
        "entries": [_entry(one) for one in log.entries],
    }
    return make_pdf("escalation_log", data)


def _facts(log: Log) -> Iterable[list[str]]:
    one, page = log.page.escalation, log.page
    yield ["About", label(one.category)]
    yield ["Raised by", f"{page.raised_by} ({page.raiser})"]
    yield ["Raised with", f"{page.raised_with}, {page.team}" if page.team else page.raised_with]
    yield ["Raised", _moment(one.opened_at)]
    yield ["Urgent", "Yes" if one.is_urgent else "No"]
    yield ["Stage", f"{one.stage}: {page.ladder.stage(one.stage).name}"]
    yield ["Status", label(one.status)]
    if page.is_open:
        yield ["Whose turn", label(one.turn)]
        if one.due_at is not None:
            yield ["Clock ends", f"{_moment(one.due_at)}{' (overdue)' if page.is_overdue else ''}"]
    if one.closed_at is not None:
        yield ["Closed", f"{_moment(one.closed_at)}, by {page.closed_by}"]
    if one.resolution is not None:
        yield ["Outcome", label(one.resolution)]
    if one.child_safe is not None:
        yield ["Was the child safe meanwhile?", label(one.child_safe)]
    if one.learning is not None:
        yield ["Learning", label(one.learning)]


def _about(log: Log) -> list[list[str]]:
    """The case and the meeting, for those who read what the escalation says."""
    subject = log.page.subject
    if subject is None:
        return []
    rows = [["Case", subject.case_reference]] if subject.case_reference else []
    if subject.meeting and subject.meeting_on is not None:
        rows.append(["Meeting", f"{subject.meeting}, {_day(subject.meeting_on)}"])
    return rows


def _entry(one: LogEntry) -> dict[str, str | list[str]]:
    where = f", {one.where}" if one.where else ""
    return {
        "head": f"{one.number}. {label(one.kind)}",
        "who": f"{_moment(one.at)}: {one.who}{where} ({short_label(one.side)})",
        "facts": list(_said(one)),
        "text": one.text,
    }


def _said(one: LogEntry) -> Iterable[str]:
    if one.to_stage is not None:
        yield f"From stage {one.from_stage} to stage {one.to_stage}" if one.from_stage else f"At stage {one.to_stage}"
    if one.told:
        yield f"Told: {', '.join(one.told)}"
    if one.due_at is not None:
        yield f"The clock ends {_moment(one.due_at)}"
    if one.resolution is not None:
        yield f"Outcome: {label(one.resolution)}"
    if one.child_safe is not None:
        yield f"Was the child safe meanwhile? {label(one.child_safe)}"
    if one.learning is not None:
        yield f"Learning: {label(one.learning)}"
    if one.kind is EntryKind.AMENDMENT and one.amends is not None:
        yield f"Corrects entry {one.amends}"


def _moment(instant: datetime) -> str:
    return f"{_day(london_day(instant))}, {london_time(instant):%H:%M}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
