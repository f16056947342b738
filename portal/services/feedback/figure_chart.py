"""The picture of one side's feedback: what its table says, as bars, and no other figures."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.feedback_labels import AUDIENCE_WORDS, REPLY_WORDS
from portal.domain.feedback_vocabulary import Audience, Reply
from portal.domain.periods import Days
from portal.domain.ratings import Colour
from portal.domain.vocabulary import MeetingKind
from portal.gateways.charts import Bar, Rating, Shape, Shares, drawn
from portal.services.feedback.figures import Side, feedback_page

_COLOURS = {Reply.YES: Colour.GREEN, Reply.NO: Colour.RED, Reply.NOT_SURE: Colour.GREY}


def chart(viewer: Viewer, days: Days, kind: MeetingKind | None, audience: Audience, *, is_narrow: bool) -> bytes:
    """How one side answered, as SVG. Raises NotPermitted, and NotVisible where there is nothing to draw."""
    side = next(one for one in feedback_page(viewer, days, kind).sides if one.audience is audience)
    bars = shares(side)
    if bars is None:
        raise NotVisible("There is nothing to draw.")
    return drawn(bars, Shape.NARROW if is_narrow else Shape.WIDE)


def shares(side: Side) -> Shares | None:
    """A bar for each question that anybody answered, of those who answered it; None where all is withheld."""
    bars = []
    for one in side.answers:
        known = {Reply.YES: one.yes, Reply.NO: one.no, Reply.NOT_SURE: one.not_sure}
        if None in known.values():
            continue
        whole = sum(count or 0 for count in known.values())
        if whole:
            bars.append(Bar(one.question.words, tuple(100.0 * (known[reply] or 0) / whole for reply in Reply)))
    if not bars:
        return None
    ratings = tuple(Rating(REPLY_WORDS[reply], _COLOURS[reply]) for reply in Reply)
    return Shares(
        f"Bars of how each question was answered: {AUDIENCE_WORDS[side.audience].lower()}", ratings, tuple(bars)
    )
