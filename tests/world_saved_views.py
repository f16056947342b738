"""Saved views of the figures in the world: each person's own, with a name that nobody else reads.

In each partnership stand p.board (sent every week), p.lead (the practice's lead, never sent) and p.chair (every month).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from portal.domain.saved_views import SendEvery
from portal.models.saved_views import SavedView
from tests.world import NOW, PARTNERSHIPS, World

OWNERS = {"board": "board", "lead": "gp.lead", "chair": "chair"}
_SENT = {
    "board": (SendEvery.WEEK, date(2026, 6, 15)),
    "lead": (SendEvery.NEVER, None),
    "chair": (SendEvery.MONTH, date(2026, 7, 1)),
}
_ADDRESS = {"board": "/figures/room?span=quarter", "lead": "/figures/room", "chair": "/figures/own"}


class SavedViewBuilder:
    """Writes them in one open transaction."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        for letter in PARTNERSHIPS:
            for key, owner in OWNERS.items():
                every, next_on = _SENT[key]
                whose = f"{letter}.{owner}"
                view = SavedView(
                    partnership_id=self.world.partnerships[letter],
                    membership_id=self.world.person(whose).hat.membership_id,
                    name=self.world.mark("saved_view", letter, {whose}, f"ZQ-{letter.upper()}-VIEW-{key.upper()}-QZ"),
                    address=_ADDRESS[key],
                    send_every=every,
                    next_on=next_on,
                    created_at=NOW,
                )
                self.session.add(view)
                self.session.flush()
                self.world.saved_views[f"{letter}.{key}"] = view.id
