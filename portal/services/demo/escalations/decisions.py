"""What chairs make of some of the proposals that closed registers have left; the rest waits for them."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import WaiverReason
from portal.services.demo.audits.cast import Cast
from portal.services.demo.escalations.matters import written
from portal.services.escalations import deciding
from portal.services.escalations.proposals import ShownProposal, joinable, open_proposals

DECIDED = -1
"""Working days to the demonstration's day."""
_TO_RAISE, _TO_WAIVE, _TO_JOIN = 2, 3, 4
"""So many must wait, for one of them to be raised, waived and joined: something is always left."""

WANTED = (
    "Please tell us who takes part from now on, and send what you know of the family within the time of this stage."
)
WAIVED = "They rang the coordinator that morning: their building was closed by the flood."
JOINED = "It has happened again, at another family's conference."


def plan(cast: Cast) -> None:
    """Have each chair decide some of their own."""
    for chair in cast.chairs():
        cast.at(DECIDED, lambda viewer: _decide(cast, viewer), chair, 9)


def _decide(cast: Cast, chair: Viewer) -> None:
    waiting = sorted(open_proposals(chair).rows, key=lambda one: (-one.stage, one.agency, one.id))
    if len(waiting) >= _TO_RAISE:
        _raise(cast, chair, waiting.pop(0))
    if len(waiting) >= _TO_WAIVE - 1:
        _waive(cast, chair, waiting.pop())
    if len(waiting) >= _TO_JOIN - 2:
        _join(cast, chair, waiting)


def _raise(cast: Cast, chair: Viewer, one: ShownProposal) -> None:
    summary = written(cast, one.summary)
    deciding.raise_proposal(chair, one.id, one.version, summary=summary, wanted=written(cast, WANTED))


def _waive(cast: Cast, chair: Viewer, one: ShownProposal) -> None:
    note = f"{WAIVED} Our note {cast.mark('W')}."
    deciding.waive_proposal(chair, one.id, one.version, reason=WaiverReason.OTHER, note=note)


def _join(cast: Cast, chair: Viewer, waiting: list[ShownProposal]) -> None:
    for one in waiting:
        for open_one in joinable(chair, one.agency_id)[:1]:
            said = written(cast, JOINED)
            deciding.join_proposal(chair, one.id, one.version, escalation_id=open_one.id, text=said)
            return
