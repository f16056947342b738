"""Having a pack made, having one tried again, and deleting what one says."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import packs as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.packs import OFFERS, PackKind, PackState, days_of_pack
from portal.domain.periods import Days
from portal.domain.quarters import Quarter
from portal.models.packs import Pack, PackFile
from portal.services import files
from portal.services.changes import Change, changing
from portal.services.sent_forms import once

CHANGED = "Somebody else has dealt with this pack meanwhile. Look at it as it is now."


def ask_for_pack(viewer: Viewer, kind: PackKind, quarter: Quarter) -> int:
    """Put a pack into the queue; gives its id. `quarter` is one that is over.

    Raises NotPermitted, SentAlready, Invalid for a quarter that goes on, and Conflict where the same pack is waited for
    already.
    """
    with changing(viewer) as change:
        once(change)
        if not quarter.is_over(viewer.today):
            raise Invalid(f"{quarter.words} is not over yet: packs are made of quarters that are.")
        if not access.may_make(viewer, kind):
            raise NotPermitted(f"{OFFERS[kind].title}: these are made by others.")
        days = days_of_pack(kind, quarter, viewer.today)
        is_whole = access.makes_whole(viewer, kind)
        _refuse_twice(change, kind, days, is_whole=is_whole)
        pack = Pack(
            partnership_id=viewer.partnership_id,
            kind=kind,
            first_on=days.first,
            last_on=days.last,
            is_whole=is_whole,
            asked_at=viewer.now,
            asked_by_id=viewer.user_id,
            asked_by_membership_id=viewer.membership_id,
            state=PackState.WAITING,
        )
        change.session.add(pack)
        change.session.flush()
        change.log("pack.asked", "pack", pack.id)
        return pack.id


def ask_again(viewer: Viewer, pack_id: int, version: int) -> None:
    """Have a pack tried again that could not be made. Raises NotVisible, NotPermitted, Conflict."""
    with changing(viewer) as change:
        pack = _held(change, pack_id)
        if pack.version != version or pack.state is not PackState.FAILED:
            raise Conflict(CHANGED)
        if not access.may_ask_again(viewer, pack):
            raise NotPermitted("A pack is asked for again by those who have such packs made.")
        pack.state, pack.why_failed, pack.claimed_until = PackState.WAITING, None, None
        pack.attempts = pack.step = pack.steps = 0
        change.log("pack.asked_again", "pack", pack.id)


def delete_pack(viewer: Viewer, pack_id: int, version: int) -> None:
    """Delete a pack's files; who made and who opened it stays. Raises NotVisible, NotPermitted, Conflict."""
    with changing(viewer) as change:
        pack = _held(change, pack_id)
        if pack.version != version or pack.state is PackState.DELETED:
            raise Conflict(CHANGED)
        if not access.may_delete(viewer, pack):
            raise NotPermitted("A pack is deleted by those who have such packs made, once it is made.")
        kept = change.session.scalars(select(PackFile).where(PackFile.pack_id == pack.id)).all()
        for one in kept:
            change.session.delete(one)
        dropped = [files.drop_if_unused(change, one.file_id) for one in kept]
        pack.state, pack.deleted_at, pack.deleted_by_id = PackState.DELETED, viewer.now, viewer.user_id
        change.log("pack.deleted", "pack", pack.id)
    files.drop_bytes(*dropped)


def _held(change: Change, pack_id: int) -> Pack:
    rows = access.visible_to(change.viewer).where(Pack.id == pack_id)
    pack = change.session.scalars(rows.with_for_update(of=Pack)).one_or_none()
    if pack is None:
        raise NotVisible("No such pack.")
    return pack


def _refuse_twice(change: Change, kind: PackKind, days: Days, *, is_whole: bool) -> None:
    """One that is still to be made says the same: somebody pressed twice, or a colleague was quicker."""
    rows = access.visible_to(change.viewer).where(
        Pack.kind == kind,
        Pack.first_on == days.first,
        Pack.last_on == days.last,
        Pack.is_whole.is_(is_whole),
        Pack.state.in_((PackState.WAITING, PackState.MAKING)),
    )
    if kind is PackKind.CHILD_LISTS:
        rows = rows.where(Pack.asked_by_membership_id == change.viewer.membership_id)
    if change.session.scalar(rows.with_only_columns(Pack.id).limit(1)) is not None:
        raise Conflict("This pack is being made already. It stands below, with how far it is.")
