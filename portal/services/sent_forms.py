"""A form that makes something new is taken once: after a double click, a lost answer, or going back and sending again.

Rows that are changed have a version for this; what is new has none. So the service that makes it begins with

    with changing(viewer) as change:
        once(change)

and whoever sends the very same again on the same day (London's) is led to what the first made, and told so.
"""

from __future__ import annotations

from datetime import time
from typing import cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import writing_apart
from portal.domain.errors import SentAlready
from portal.domain.working_days import london_instant
from portal.models.sent_forms import LONGEST_ADDRESS, SentForm
from portal.services.changes import Change

_SENT = cast(Table, SentForm.__table__)


def once(change: Change) -> None:
    """Take what the viewer posted, with the rest of the change or not at all; raises SentAlready.

    A change by a command, or by a test that posts nothing, is not a form and goes on.
    """
    viewer, session = change.viewer, change.session
    if viewer.posted is None or viewer.user_id is None:
        return
    mine, digest = _SENT.c.user_id == viewer.user_id, keyring.seal(viewer.posted.digest)
    session.execute(delete(_SENT).where(mine, _SENT.c.sent_at < london_instant(viewer.today, time())))
    before = session.execute(
        select(_SENT.c.sent_at, _SENT.c.leads_to).where(mine, _SENT.c.digest == digest)
    ).one_or_none()
    if before is not None:
        raise SentAlready(before.sent_at, before.leads_to)
    try:
        with session.begin_nested():
            session.execute(insert(_SENT).values(user_id=viewer.user_id, digest=digest, sent_at=viewer.now))
    except IntegrityError:
        # On PostgreSQL the other of two clicks was quicker, and this one has waited for it.
        raise SentAlready(viewer.now, None) from None
    viewer.posted.is_taken = True


def remember(viewer: Viewer, address: str) -> None:
    """Keep which page a form that was taken has led to."""
    if viewer.posted is None or len(address) > LONGEST_ADDRESS:
        return
    with writing_apart() as connection:
        connection.execute(
            update(_SENT)
            .where(_SENT.c.user_id == viewer.user_id, _SENT.c.digest == keyring.seal(viewer.posted.digest))
            .values(leads_to=address)
        )
