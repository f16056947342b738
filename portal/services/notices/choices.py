"""How a person wants their mails: the day's, from which hour, and which kinds of notices stay in the inbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access import notices as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.messages import DEFAULT_DIGEST_HOUR, must_receive
from portal.domain.notice_words import words_of
from portal.models.messages import MessageChoice
from portal.services.changes import LOST, changing

HOURS = range(7, 19)
"""London hours from which the day's mail may be asked for."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds for a person. `always` comes by mail whatever they choose; `optional` are the kinds they decide on.

    `version` is 0 for somebody who has never chosen.
    """

    wants_digest: bool
    digest_hour: int
    muted: frozenset[NoticeKind]
    always: tuple[NoticeKind, ...]
    optional: tuple[NoticeKind, ...]
    version: int


def read_choices(viewer: Viewer) -> Choices:
    """The viewer's own choices, or the defaults."""
    row = _own(viewer)
    always, optional = _kinds(viewer)
    if row is None:
        return Choices(True, DEFAULT_DIGEST_HOUR, frozenset(), always, optional, 0)
    return Choices(
        row.wants_digest, row.digest_hour, frozenset(map(NoticeKind, row.muted)), always, optional, row.version
    )


def save_choices(
    viewer: Viewer, *, wants_digest: bool, digest_hour: int, muted: Collection[NoticeKind], version: int
) -> None:
    """Keep the viewer's choices. Raises Conflict where they were changed since, Invalid for what is not offered.

    What was muted under a role that the person does not have now stays as it was.
    """
    _always, optional = _kinds(viewer)
    if digest_hour not in HOURS:
        raise Invalid("There is no mail at this hour.", errors={"digest_hour": ["Choose one of the hours shown"]})
    if not set(muted) <= set(optional):
        raise Invalid("This kind is always sent.", errors={"muted": ["Choose only from the messages shown"]})
    try:
        with changing(viewer) as change:
            row = _own(viewer)
            if (0 if row is None else row.version) != version:
                raise Conflict(LOST, theirs=_in_words(row))
            if row is None:
                row = MessageChoice(user_id=viewer.user_id, muted=[])
                change.session.add(row)
            kept = [kind for kind in row.muted if kind not in optional]
            row.wants_digest = wants_digest
            row.digest_hour = digest_hour
            row.muted = sorted({*kept, *(kind.value for kind in muted)})
            change.session.flush()
            change.log("messages.chosen", "person", viewer.user_id)
    except IntegrityError:
        # Two pages saved the first choice at the same moment.
        raise Conflict(LOST, theirs=_in_words(_own(viewer))) from None


def _own(viewer: Viewer) -> MessageChoice | None:
    return db.session.scalar(select(MessageChoice).where(MessageChoice.user_id == viewer.user_id))


def _kinds(viewer: Viewer) -> tuple[tuple[NoticeKind, ...], tuple[NoticeKind, ...]]:
    """The kinds that come by mail anyhow and those that one may do without, in the order of the list of kinds."""
    told = {kind: [hat for hat in viewer.hats if access.is_told(hat, kind)] for kind in NoticeKind}
    always = [kind for kind, hats in told.items() if any(must_receive(hat.role, kind) for hat in hats)]
    optional = [kind for kind, hats in told.items() if hats and kind not in always]
    return tuple(always), tuple(optional)


def _in_words(row: MessageChoice | None) -> dict[str, str]:
    if row is None:
        return {}
    return {
        "One mail a day": f"Yes, from {row.digest_hour:02}:00" if row.wants_digest else "No",
        "Only in the inbox": ", ".join(words_of(NoticeKind(kind)).title for kind in row.muted),
    }
