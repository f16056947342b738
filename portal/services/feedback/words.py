"""What people wrote in their own words, for the chairs' manager: by month, in no order that means anything."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access import feedback as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.feedback_vocabulary import Audience, Language
from portal.domain.months import Month
from portal.models.feedback import Feedback
from portal.services import activity

MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Written:
    """What one person wrote: whose side, in which language, and the words."""

    audience: Audience
    language: Language
    words: str


@dataclass(frozen=True, slots=True)
class WordsOfMonth:
    """What was written about the conferences of one month."""

    month: Month
    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class WordsPage:
    """One month's words, and the months that have any, newest first."""

    months: tuple[Month, ...]
    shown: WordsOfMonth | None


def words_page(viewer: Viewer, asked: Month | None) -> WordsPage:
    """What was written about a month's conferences, else the newest month's; the reading is logged.

    Feedback is numbered by chance, so that its own order, by number, tells nothing. Raises NotPermitted.
    """
    months = [
        Month.of(day)
        for day in db.session.scalars(
            access.words_visible_to(viewer)
            .with_only_columns(Feedback.month)
            .distinct()
            .order_by(Feedback.month.desc())
            .limit(MOST_MONTHS)
        )
    ]
    if viewer.partnership_id is None:
        raise NotPermitted("What was written is read within a partnership.")
    month = asked if asked in months else next(iter(months), None)
    if month is None:
        return WordsPage((), None)
    rows = db.session.scalars(
        access.words_visible_to(viewer).where(Feedback.month == month.first).order_by(Feedback.audience, Feedback.id)
    )
    written = tuple(Written(row.audience, row.language, row.words or "") for row in rows)
    activity.record_reading(viewer, "feedback.read", "partnership", [viewer.partnership_id])
    return WordsPage(tuple(months), WordsOfMonth(month, written))
