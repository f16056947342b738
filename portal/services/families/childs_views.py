"""What each child thinks, as a meeting heard it: written by those who keep the record, one entry for each child."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.families import NEEDS_WORDS
from portal.domain.family_vocabulary import ViewsGiven
from portal.domain.labels import label
from portal.models.families import ChildViews
from portal.services.changes import LOST, changing
from portal.services.families.found import children_of, meeting_to_keep

WORDS_LIMIT = 20_000

_ASKED_FOR = "Write what the child thinks, in their own words where you can"
_ASKED_WHY = "Say why they were not given"


@dataclass(frozen=True, slots=True)
class Views:
    """How one child's views were given, and what they are; of views not given, why."""

    given: ViewsGiven
    words: str
    for_chair_only: bool


def write_views(viewer: Viewer, meeting_id: int, child_id: int, views: Views, *, version: int) -> None:
    """Write down what a child thinks, or put it right; `version` is 0 where nothing stood there.

    Raises NotVisible, NotPermitted, Invalid by field, or Conflict, with both texts, where somebody else wrote first.
    """
    words = views.words.strip() if views.given in NEEDS_WORDS else ""
    with changing(viewer) as change:
        meeting = meeting_to_keep(change, meeting_id)
        if child_id not in {child.id for child in children_of(viewer, meeting)}:
            raise NotVisible("No such child at this meeting.")
        row = change.session.scalars(
            select(ChildViews)
            .where(ChildViews.meeting_id == meeting_id, ChildViews.child_id == child_id)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if (row.version if row else 0) != version:
            mine = {"How": label(views.given), "Views": words}
            theirs = {"How": label(row.given) if row else "", "Views": (row.words or "") if row else ""}
            raise Conflict(LOST, mine=mine, theirs=theirs)
        _check(views.given, words)
        if row is None:
            row = ChildViews(partnership_id=meeting.partnership_id, meeting_id=meeting_id, child_id=child_id)
            change.session.add(row)
        row.given, row.words, row.for_chair_only = views.given, words or None, views.for_chair_only
        row.written_at, row.written_by_id = viewer.now, viewer.user_id
        change.session.flush()
        change.log("child_views.written", "child_views", row.id)


def _check(given: ViewsGiven, words: str) -> None:
    sentence = ""
    if given in NEEDS_WORDS and not words:
        sentence = _ASKED_WHY if given is ViewsGiven.NOT_GIVEN else _ASKED_FOR
    elif len(words) > WORDS_LIMIT:
        sentence = f"Shorten this to {WORDS_LIMIT:,} characters or fewer. It has {len(words):,} now"
    if sentence:
        raise Invalid(sentence, errors={"words": [sentence]})
