"""Writing a report: each answer kept by itself as it is typed, and never over somebody else's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.report_answers import fault_of, seen, tidied
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.reports.drafts import (
    AlreadySent,
    Draft,
    begin,
    draft_to_write,
    mark_saved,
    put,
)

NOTHING_SEEN = seen("")
"""What a change of an answer is based on where nothing stood there."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody gave to a question, and `seen` of what stood there when they began."""

    value: str
    seen: int


@dataclass(frozen=True, slots=True)
class Lost:
    """An answer that somebody else had changed meanwhile: what stands there now, by whom and when."""

    theirs: str
    by: str
    by_id: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """When the paper was last saved (UTC), and of each question that was sent what came of it."""

    at: datetime
    version: int
    seen: dict[str, int] = field(default_factory=dict)
    """Of each answer that is kept: what the next change of it is based on."""
    lost: dict[str, Lost] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def save_answer(viewer: Viewer, meeting_id: int, code: str, version: int, value: str, *, adding: bool = False) -> Saved:
    """Keep one answer; the first one makes the draft, of which each invitation has one.

    `version` is `seen` of what stood there before. Raises NotVisible, NotPermitted, AlreadySent, Invalid under the
    question's code, and Conflict with both texts where a colleague saved another one in the meantime.
    """
    saved = save_draft(viewer, meeting_id, {code: Typed(value, version)}, adding=adding)
    if saved.faults:
        raise Invalid("This cannot be kept.", errors={code: [words] for code, words in saved.faults.items()})
    if saved.lost:
        raise Conflict(
            f"{saved.lost[code].by} saved another answer while you were writing.",
            mine={code: value},
            theirs={code: saved.lost[code].theirs},
        )
    return saved


def save_draft(
    viewer: Viewer,
    meeting_id: int,
    typed: Mapping[str, Typed],
    *,
    confirmed: Collection[str] = (),
    is_limited: bool | None = None,
    adding: bool = False,
) -> Saved:
    """Keep several answers, each by itself: one that cannot be kept, or that a colleague changed, hinders no other.

    `confirmed` are carried answers that are right as they stand; `is_limited` chooses the short or the full form.
    Raises NotVisible, NotPermitted, and AlreadySent with what was typed.
    """
    try:
        with changing(viewer) as change:
            draft = _draft(change, meeting_id, typed, adding=adding)
            saved, kept = _compared(draft, typed, viewer.now)
            agreed = set(confirmed) - set(saved.lost)
            confirming = [row for code, row in draft.rows.items() if code in agreed and row.is_carried]
            switching = is_limited is not None and not adding and is_limited is not draft.is_limited
            if not (kept or confirming or switching):
                raise AlreadySo
            report = begin(change, draft, adding=adding)
            for code, value in kept.items():
                put(change, draft, code, value)
            for row in confirming:
                row.is_carried = False
            if switching:
                report.is_limited = bool(is_limited)
            mark_saved(change, draft)
            change.log("report.saved", "report", report.id)
            saved = Saved(viewer.now, draft.paper.version if draft.paper else 0, saved.seen, saved.lost, saved.faults)
    except AlreadySo:
        pass
    return saved


def _draft(change: Change, meeting_id: int, typed: Mapping[str, Typed], *, adding: bool) -> Draft:
    try:
        return draft_to_write(change, meeting_id, adding=adding)
    except AlreadySent as late:
        late.mine = {code: one.value for code, one in typed.items()}
        raise


def _compared(draft: Draft, typed: Mapping[str, Typed], now: datetime) -> tuple[Saved, dict[str, str]]:
    """What comes of each answer that was sent, and which of them are to be written."""
    paper = draft.paper
    saved = Saved(paper.saved_at if paper else now, paper.version if paper else 0)
    kept = {}
    for code, one in typed.items():
        question = draft.template.question(code)
        if question is None:
            saved.faults[code] = "This question is not part of the report"
            continue
        value, standing = tidied(question, one.value), draft.value_of(code)
        if seen(value) == one.seen:
            # Left as it was found: whatever stands there now is a colleague's, and stays.
            saved.seen[code] = one.seen
        elif fault := fault_of(question, value):
            saved.faults[code] = fault
        elif value == standing:
            saved.seen[code] = seen(standing)
        elif seen(standing) != one.seen:
            saved.lost[code] = _lost(draft, code)
        else:
            kept[code] = value
            saved.seen[code] = seen(value)
    return saved, kept


def _lost(draft: Draft, code: str) -> Lost:
    row = draft.rows.get(code)
    if row is None:
        return Lost(draft.value_of(code), "Somebody else", None, None)
    return Lost(row.value, row.saved_by.name, row.saved_by_id, row.saved_at)
