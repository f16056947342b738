"""The decision sheet as a document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from portal.access.viewer import Viewer
from portal.domain.working_days import london_day, london_time
from portal.gateways.pdf import make_pdf
from portal.services.minutes.reading import DecisionSheet, SheetChild
from portal.services.outcomes.texts import OUTCOME_LABELS

MARKING = "OFFICIAL-SENSITIVE"


def as_pdf(viewer: Viewer, sheet: DecisionSheet) -> bytes:
    """Return the sheet as a tagged PDF; who took it along stands on it."""
    sent = f"Version {sheet.number}, sent on {_moment(sheet.sent_at)}" if sheet.sent_at else "As it is signed now"
    data = {
        "title": f"Decision sheet: {sheet.meeting.meeting_type.name}, {_day(sheet.held_on)}",
        "marking": MARKING,
        "reference": f"Meeting {sheet.meeting.reference}",
        "sent": f"{sent}. Taken along by {viewer.name} on {_moment(viewer.now)}.",
        "children": [_child(one) for one in sheet.children],
    }
    return make_pdf("decision_sheet", data)


def _child(one: SheetChild) -> Mapping[str, Any]:
    born = f", born {_day(one.child.born)}" if one.child.born else ""
    signed = f"Signed by {one.signed_by} on {_moment(one.signed_at)}"
    if one.amended_because:
        signed += f" (amendment {one.number - 1}: {one.amended_because})"
    return {
        "name": f"{one.child.name}{born}",
        "facts": [[OUTCOME_LABELS[part], words] for part, words in one.words.items() if words],
        "signed": signed,
        "dissents": [[dissent.agency_name, dissent.reason] for dissent in one.dissents],
    }


def _moment(instant: datetime) -> str:
    return f"{_day(london_day(instant))}, {london_time(instant):%H:%M}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
