"""Making a pack: each part and each file is a step; then the files are kept, with the day and revision they quote."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from portal.access import packs as access
from portal.access.roles import CASE_ROLES
from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.pack_papers import Paper, PaperPart
from portal.domain.packs import OFFERS, PackFormat, PackKind, file_stem
from portal.domain.vocabulary import Role
from portal.models.packs import LONGEST_STANDING, PackChild, PackFile
from portal.models.partnerships import Partnership
from portal.services import files, known_people
from portal.services.changes import changing
from portal.services.files import NotKept
from portal.services.packs.child_lists import child_lists
from portal.services.packs.formats import MARKING, MEDIA_TYPES, WRITERS
from portal.services.packs.papers import PARTS, paper_of
from portal.services.packs.queue import (
    NEVER_FINISHED,
    TRIES,
    WORKER,
    Claimed,
    Clock,
    Lost,
    claim,
    fail,
    finish,
    note_step,
    ticking,
)
from portal.services.packs.source import Source
from portal.services.packs.standing import Standing, standing_of
from portal.services.rule_sets import rule_book

log = structlog.get_logger("portal.packs")

NOT_THEIRS = "Whoever asked for it no longer has the role for it."
STORE_AWAY = "Files could not be kept. Ask again in a few minutes."
FAULT = "The portal met a fault while making it. Ask again; if it fails again, tell whoever runs the portal."
NO_MEMBERSHIP = 0
"""The board's eyes are nobody's own."""

_RUN_SECONDS = 60


class Unmakeable(Exception):
    """It cannot be made, for a reason that people are told."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a pack says, and what is kept beside its files."""

    paper: Paper
    as_at: date
    standing: str
    is_frozen: bool
    listed: frozenset[tuple[int, int | None]] = frozenset()


def make_packs(now: datetime) -> int:
    """Make what waits at `now` (UTC), for about a minute, in all partnerships; says how many were made.

    One that cannot be made says why and leaves the queue; the first fault of ours is raised at last.
    """
    clock = ticking(now)
    made, faults = 0, list[Exception]()
    while (clock() - now).total_seconds() < _RUN_SECONDS and (mine := claim(clock())) is not None:
        try:
            made += _try(mine, clock)
        except Exception as fault:
            log.exception("a pack could not be made", pack=mine.pack_id, kind=mine.kind)
            fail(mine, FAULT, clock())
            faults.append(fault)
    if faults:
        raise faults[0]
    return made


def _try(mine: Claimed, clock: Clock) -> bool:
    if mine.attempts > TRIES:
        fail(mine, NEVER_FINISHED, clock())
        return False
    try:
        _make(mine, clock)
    except Lost:
        return False
    except Unmakeable as why:
        fail(mine, str(why), clock())
        return False
    except NotKept:
        fail(mine, STORE_AWAY, clock())
        return False
    return True


def _make(mine: Claimed, clock: Clock) -> None:
    formats = OFFERS[mine.kind].formats
    partnership = db.session.get_one(Partnership, mine.partnership_id).name
    viewer = _eyes(mine, partnership, clock())
    if mine.kind is PackKind.CHILD_LISTS:
        steps = 1 + len(formats)
        made = _lists(viewer, partnership, mine)
        note_step(mine, 1, steps, clock())
    else:
        steps = len(PARTS[mine.kind]) + len(formats)
        made = _figures(viewer, partnership, mine, steps, clock)
    written: list[tuple[PackFormat, bytes]] = []
    for place, one in enumerate(formats, start=1):
        written.append((one, WRITERS[one](made.paper, mine.kind)))
        note_step(mine, steps - len(formats) + place, steps, clock())
    _keep(mine, made, written, clock())


def _figures(viewer: Viewer, partnership: str, mine: Claimed, steps: int, clock: Clock) -> _Made:
    book = rule_book(db.session(), mine.partnership_id)
    standing = standing_of(viewer, mine.days)
    source = Source(
        kind=mine.kind,
        viewer=viewer,
        partnership=partnership,
        days=mine.days,
        standing=standing,
        book=book,
        hidden_up_to=None if mine.is_whole else book.on(viewer.today).small_count_limit,
    )
    parts: list[PaperPart] = []
    for place, build in enumerate(PARTS[mine.kind], start=1):
        parts.append(build(source))
        note_step(mine, place, steps, clock())
    return _Made(paper_of(source, parts), standing.as_at, _short(standing), standing.is_frozen)


def _lists(viewer: Viewer, partnership: str, mine: Claimed) -> _Made:
    lists = child_lists(db.session(), viewer, partnership, mine.days.last)
    return _Made(lists.paper, mine.days.last, "Child by child, from the records of that day", False, lists.listed)


def _short(standing: Standing) -> str:
    return standing.words if len(standing.words) <= LONGEST_STANDING else f"{standing.words[: LONGEST_STANDING - 1]}…"


def _eyes(mine: Claimed, partnership: str, now: datetime) -> Viewer:
    """With whose eyes a pack is made: the board's, or those of whoever asked where whole numbers stand in it."""
    if not mine.is_whole:
        board = Hat(NO_MEMBERSHIP, mine.partnership_id, partnership, Role.BOARD_MEMBER)
        return Viewer(now=now, name=WORKER, hat=board)
    person = known_people.find_by_id(mine.asked_by_id)
    viewer = person.at(now).wearing(mine.asked_by_membership_id) if person and not person.is_deactivated else None
    if viewer is None or viewer.role not in CASE_ROLES or not access.may_make(viewer, mine.kind):
        raise Unmakeable(NOT_THEIRS)
    return viewer


def _keep(mine: Claimed, made: _Made, written: Sequence[tuple[PackFormat, bytes]], now: datetime) -> None:
    system = Viewer.of_system(WORKER, now, mine.partnership_id)
    stem = f"{file_stem(mine.kind, mine.days)} {MARKING}"
    with ExitStack() as stack:
        received = [
            stack.enter_context(
                files.making(
                    system,
                    purpose=FilePurpose.PACK,
                    name=f"{stem}.{one.value}",
                    media_type=MEDIA_TYPES[one],
                    content=content,
                )
            )
            for one, content in written
        ]
        change = stack.enter_context(changing(system))
        finish(change.session, mine, made_at=now, as_at=made.as_at, standing=made.standing, is_frozen=made.is_frozen)
        for (one, _content), file in zip(written, received, strict=True):
            kept = files.keep_file(change, file)
            change.session.add(
                PackFile(pack_id=mine.pack_id, format=one, partnership_id=mine.partnership_id, file_id=kept.id)
            )
        change.session.add_all(
            PackChild(partnership_id=mine.partnership_id, pack_id=mine.pack_id, case_id=case_id, child_id=child_id)
            for case_id, child_id in sorted(made.listed, key=lambda pair: (pair[0], pair[1] or 0))
        )
        change.log("pack.made", "pack", mine.pack_id)
