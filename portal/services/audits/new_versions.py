"""A new version of a return: the same answers and evidence once more, while those that were signed stay as they are."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, insert, literal, select

from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn, Response, ReturnVersion
from portal.models.evidence import Evidence
from portal.services.changes import Change

_RESPONSES = cast(Table, Response.__table__)
_EVIDENCE = cast(Table, Evidence.__table__)
_ANSWER = (
    "partnership_id",
    "return_id",
    "standard_id",
    "question_id",
    "rating",
    "narrative",
    "is_confirmed",
    "carried_from_id",
    "answered_at",
    "answered_by_id",
)
_PIECE = (
    "partnership_id",
    "kind",
    "title",
    "url",
    "file_id",
    "given_from_id",
    "dated_on",
    "added_at",
    "added_by_id",
)


def open_next(change: Change, found: AuditReturn, opened_by_id: int, reason: str) -> None:
    """Make the next version of a return that is locked, and put it in progress."""
    before = found.number
    change.session.add(
        ReturnVersion(
            partnership_id=found.partnership_id,
            return_id=found.id,
            number=before + 1,
            opened_at=change.viewer.now,
            opened_by_id=opened_by_id,
            reason=reason,
        )
    )
    found.number = before + 1
    found.status = ReturnStatus.IN_PROGRESS
    # What the panel made of it belongs to the answers that it read; these are to be signed and read anew.
    found.submitted_at = found.signed_at = found.moderated_at = found.released_at = None
    change.session.flush()
    _copy_answers(change, found.id, before)
    _copy_evidence(change, found.id, before)


def _copy_answers(change: Change, return_id: int, before: int) -> None:
    """Within the database, so that what is encrypted is never opened for it."""
    then = [_RESPONSES.c[name] for name in _ANSWER]
    rows = select(*then, literal(before + 1), literal(1)).where(
        _RESPONSES.c.return_id == return_id, _RESPONSES.c.number == before
    )
    change.session.connection().execute(
        insert(_RESPONSES).from_select([*_ANSWER, "number", "version"], rows.order_by(_RESPONSES.c.id))
    )


def _copy_evidence(change: Change, return_id: int, before: int) -> None:
    then, now = _RESPONSES.alias("then"), _RESPONSES.alias("now")
    rows = (
        select(*(_EVIDENCE.c[name] for name in _PIECE), now.c.id)
        .join(then, then.c.id == _EVIDENCE.c.response_id)
        .join(now, (now.c.return_id == then.c.return_id) & (now.c.question_id == then.c.question_id))
        .where(then.c.return_id == return_id, then.c.number == before, now.c.number == before + 1)
        .order_by(_EVIDENCE.c.id)
    )
    change.session.connection().execute(insert(_EVIDENCE).from_select([*_PIECE, "response_id"], rows))
