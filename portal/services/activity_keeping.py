"""Anchors that are kept by themselves: one a day, each naming the one before it, and held against the trail first.

So a trail whose end was cut off, that was written anew, or that went back to an old copy is found the next day, without
anybody looking; and an anchor that was taken away or exchanged is missed by the next one and by the database's list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from portal.access.activity import may_see_anchors
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.gateways.anchor_store import AnchorStore, anchor_name, number_of
from portal.models.activity import Activity, ActivityAnchor
from portal.models.messages import WorkerBeat
from portal.services.activity_anchors import (
    Anchor,
    Link,
    anchor_now,
    digest_of,
    from_bytes,
    to_bytes,
    to_json,
)
from portal.services.activity_chains import Falsified, refuse_people, snapshot
from portal.services.activity_checkpoints import beginning
from portal.services.activity_store import anchor_store
from portal.services.changes import changing
from portal.services.viewers import system_viewer

WORK = "anchors"
EVERY = timedelta(days=1)
OLD_AFTER = timedelta(days=2)
"""A day is missed when the place was away for a while; two are worth saying."""


@dataclass(frozen=True, slots=True)
class KeptAnchor:
    """An anchor as it lies in its place."""

    name: str
    digest: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class AnchorState:
    """How it stands with anchors, for an administrator: the last one, its age, and what stopped the next."""

    name: str | None
    made_at: datetime | None
    reason: str | None
    hours_old: int
    """Whole hours since then; 0 where there is none, and where a clock was wrong."""
    is_old: bool
    is_falsified: bool
    """Whether the worker found that the trail, or an anchor, is not what it was."""
    is_failing: bool
    """Whether the worker could not keep the next one for another reason."""


def keep_due(now: datetime) -> int:
    """The worker's: keep an anchor where the last one is a day old, or of a day to come. Says how many it kept."""
    last = db.session.scalar(select(ActivityAnchor.made_at).order_by(ActivityAnchor.id.desc()).limit(1))
    if last is not None and timedelta(0) <= now - last < EVERY:
        return 0
    keep(system_viewer("activity anchors", now))
    return 1


def keep(viewer: Viewer, *, reason: str | None = None) -> str:
    """Keep an anchor of how far each chain goes now; its name.

    It is held first against the last one that was kept. With a `reason` it is not, and those before it count no more:
    that is for whoever has restored a copy and knows what was lost with it. Raises Falsified, and OSError where the
    place does not answer.
    """
    refuse_people(viewer)
    store = anchor_store()
    names = store.listed()
    last = _read(store, names[-1]) if names and reason is None else None
    if reason is None:
        _miss_none(names)
    if last is not None:
        _hold_against(last.anchor.links)
    links = anchor_now(viewer)
    before = (last.name, last.digest) if last else None
    content = to_bytes(to_json(links, viewer.now, before=before, reason=reason))
    name = anchor_name(number_of(names[-1]) + 1 if names else 1, digest_of(content))
    store.put(name, content)
    with changing(viewer) as change:
        row = ActivityAnchor(name=name, digest=digest_of(content), made_at=viewer.now, reason=reason)
        change.session.add(row)
        change.session.flush()
        change.log("activity.anchored" if reason is None else "activity.anchored_anew", "activity_anchor", row.id)
    return name


def kept_anchors(viewer: Viewer) -> list[KeptAnchor]:
    """Every anchor that counts, the newest first: back to the first one, or to the last one that was made anew.

    Raises Falsified where one is missing or was altered, and OSError where the place does not answer.
    """
    refuse_people(viewer)
    store = anchor_store()
    names = store.listed()
    _miss_none(names)
    found: list[KeptAnchor] = []
    wanted: tuple[str, str | None] | None = (names[-1], None) if names else None
    while wanted is not None:
        one = _read(store, *wanted)
        found.append(one)
        wanted = one.anchor.before
    return found


def anchor_state(viewer: Viewer) -> AnchorState:
    """The last anchor and its age, for the administrator's page. Raises NotPermitted."""
    if not may_see_anchors(viewer):
        raise NotPermitted("Anchors are for administrators.")
    last = db.session.scalar(select(ActivityAnchor).order_by(ActivityAnchor.id.desc()).limit(1))
    beat = db.session.get(WorkerBeat, WORK)
    was_stopped = beat is not None and beat.last_fault_at is not None and beat.last_fault_at >= beat.last_run_at
    is_falsified = was_stopped and beat is not None and beat.fault == Falsified.__name__
    return AnchorState(
        name=last.name if last else None,
        made_at=last.made_at if last else None,
        reason=last.reason if last else None,
        hours_old=max(0, (viewer.now - last.made_at) // timedelta(hours=1)) if last else 0,
        is_old=last is None or abs(viewer.now - last.made_at) > OLD_AFTER,
        is_falsified=is_falsified,
        is_failing=was_stopped and not is_falsified,
    )


def _miss_none(names: list[str]) -> None:
    """Raise Falsified where an anchor that the database has on its list is no longer in its place.

    Those before the last one that was made anew are not asked for: they may lie in a place of before.
    """
    rows = db.session.execute(
        select(ActivityAnchor.name, ActivityAnchor.reason).order_by(ActivityAnchor.id.desc())
    ).all()
    there = set(names)
    for row in rows:
        if row.name not in there:
            raise Falsified(f"the anchor {row.name} is gone from the place where it was kept")
        if row.reason is not None:
            return


def _read(store: AnchorStore, name: str, digest: str | None = None) -> KeptAnchor:
    try:
        content = store.get(name)
    except (FileNotFoundError, ValueError):
        raise Falsified(f"the anchor {name} is gone from the place where it was kept") from None
    try:
        anchor = from_bytes(content)
    except Falsified as fault:
        raise Falsified(f"the anchor {name} is not what was kept: {fault}") from None
    if digest is not None and digest_of(content) != digest:
        raise Falsified(f"the anchor {name} is not the one that the next one knows")
    return KeptAnchor(name, digest_of(content), anchor)


def _hold_against(links: tuple[Link, ...]) -> None:
    """Raise Falsified where the row at which an anchor found a chain's end is not there any more, or another one."""
    with snapshot() as connection:
        for link in links:
            _hold_link(connection, link)


def _hold_link(connection: Connection, link: Link) -> None:
    begins = beginning(connection, link.chain)
    if link.sequence == 0 or link.sequence < begins.sequence:
        return
    if link.sequence == begins.sequence:
        seal: bytes | None = begins.seal
    else:
        row = select(Activity.seal).where(Activity.chain_id == link.chain, Activity.sequence == link.sequence)
        seal = connection.scalar(row)
    if seal != link.seal:
        what = "is missing" if seal is None else "is another one"
        whose = link.partnership or "the system's"
        raise Falsified(
            f"activity chain {link.chain} ({whose}), row {link.sequence}: {what}, which the last anchor knows: "
            "run flask activity verify --kept"
        )
