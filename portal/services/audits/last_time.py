"""What one answer was last time, and what was altered in its question since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, aliased

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.domain.ratings import Scale, scales_from_plain
from portal.domain.text_changes import Piece, word_differences
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.frameworks import FrameworkEdition, Question


@dataclass(frozen=True, slots=True)
class Altered:
    """A part of a question that says something else than last time."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LastTime:
    """What was answered last time, and what was altered in the question since."""

    round_title: str
    signed_at: datetime | None
    rating: str
    colour: str
    narrative: str
    is_altered: bool
    altered: tuple[Altered, ...]
    """Where only its scale was altered, nothing."""
    rating_is_gone: bool
    """Its rating is no longer one that can be given."""


def last_time(session: Session, viewer: Viewer, response: Response, now: Question, scale: Scale) -> LastTime | None:
    """What this answer began as: whoever may read the answer may read that too."""
    then, asked_then, returned = aliased(Response), aliased(Question), aliased(AuditReturn)
    found = session.execute(
        access.answers_visible_to(viewer)
        .where(Response.id == response.id)
        .join(then, then.id == Response.carried_from_id)
        .join(asked_then, asked_then.id == then.question_id)
        .join(FrameworkEdition, FrameworkEdition.id == asked_then.edition_id)
        .join(returned, returned.id == then.return_id)
        .join(AuditRound, AuditRound.id == returned.round_id)
        .with_only_columns(
            then.rating,
            then.narrative,
            asked_then.text,
            asked_then.help,
            asked_then.good,
            asked_then.scale,
            asked_then.digest,
            FrameworkEdition.scales,
            AuditRound.title,
            returned.signed_at,
        )
    ).one_or_none()
    if found is None:
        return None
    scale_then = scales_from_plain(found.scales)[found.scale]
    parts = (("Question", found.text, now.text), ("Help", found.help, now.help), ("Good", found.good, now.good))
    return LastTime(
        found.title,
        found.signed_at,
        scale_then.label(found.rating),
        scale_then.colour(found.rating).value,
        found.narrative,
        found.digest != now.digest,
        tuple(
            Altered(name, word_differences(before, after))
            for name, before, after in parts
            if found.digest != now.digest and before.split() != after.split()
        ),
        rating_is_gone=found.rating not in scale.codes,
    )
