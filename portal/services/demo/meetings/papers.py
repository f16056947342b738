"""What is sent after a conference: its decision sheet and its minutes, who reads them, and what is said to be wrong."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.services.demo.meetings import words
from portal.services.demo.meetings.gatherings import Gathering, Stage
from portal.services.demo.meetings.households import code_of
from portal.services.minutes.corrections import ask_correction
from portal.services.minutes.drafting import save_minutes
from portal.services.minutes.reading import read_decisions, read_minutes
from portal.services.minutes.sending import send_decisions, send_minutes

FIRST = 1
"""The number of the version that is sent first."""


def tell_decisions(viewer: Viewer, meeting_id: int) -> None:
    """Send the decision sheet as it is signed."""
    send_decisions(viewer, meeting_id)


def write(viewer: Viewer, meeting_id: int, text: str) -> None:
    """Write minutes and leave them."""
    save_minutes(viewer, meeting_id, 0, text)


def send_out(stage: Stage, meeting: Gathering) -> None:
    """Have the minutes sent, read by some agencies, and one of them say what is wrong."""
    cast = stage.cast
    text, wrong = stage.said(words.MINUTES, "M"), stage.said(words.CORRECTION, "M")
    health = cast.lead(code_of(cast, "HV"))
    readers = (health, cast.lead(code_of(cast, "POLICE")), cast.lead(code_of(cast, "SCH-2")))

    def send(viewer: Viewer) -> None:
        send_minutes(viewer, meeting.id, save_minutes(viewer, meeting.id, 0, text).version)

    def read(viewer: Viewer) -> None:
        read_decisions(viewer, meeting.id, FIRST)
        read_minutes(viewer, meeting.id, FIRST)

    stage.at(-5, send, meeting.chair, 10)
    for reader in readers:
        stage.at(-4, read, reader, 14)
    stage.at(-2, lambda viewer: _ask(viewer, meeting, wrong), health, 11)


def _ask(viewer: Viewer, meeting: Gathering, wrong: str) -> None:
    ask_correction(viewer, meeting.id, wrong)
