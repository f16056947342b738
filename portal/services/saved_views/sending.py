"""Links to saved views, weekly or monthly: a notice for whoever saved one, which goes by mail as all others do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.saved_views import next_day
from portal.domain.working_days import is_working_day
from portal.models.saved_views import SavedView
from portal.services.changes import changing
from portal.services.notices.telling import Telling, tell_all


def send_due(now: datetime) -> int:
    """Tell of every view whose day has come at `now` (UTC); returns how many. None on days off."""
    today = Viewer.of_system("worker", now).today
    if not is_working_day(today):
        return 0
    partnerships = db.session.scalars(
        select(SavedView.partnership_id).where(SavedView.next_on <= today).distinct().order_by(SavedView.partnership_id)
    ).all()
    return sum(_send_in(Viewer.of_system("worker", now, partnership_id)) for partnership_id in partnerships)


def _send_in(viewer: Viewer) -> int:
    with changing(viewer) as change:
        views = change.session.scalars(
            select(SavedView)
            .where(SavedView.partnership_id == viewer.partnership_id, SavedView.next_on <= viewer.today)
            .order_by(SavedView.id)
            # Two workers share them out; a row that somebody renames just now comes with the next round.
            .with_for_update(skip_locked=True)
        ).all()
        # Neither its name nor its address: what somebody wrote is for their own eyes, behind sign-in.
        letters = [
            (
                frozenset({view.membership_id}),
                Telling(NoticeKind.VIEW_READY, "saved_view", view.id, again=str(view.next_on)),
            )
            for view in views
        ]
        made = tell_all(change, viewer.partnership_id or 0, letters)
        for view in views:
            view.next_on = next_day(view.send_every, viewer.today)
        change.log("saved_views.sent", "partnership", viewer.partnership_id)
    return made
