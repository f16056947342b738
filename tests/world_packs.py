"""The packs of the world: what stands in each file is marked, so that whoever may not open it is never sent it.

In each partnership stand, under these names in world.packs:

p.board        a board pack that the business manager had made, in all formats
p.dataset      a dataset with whole numbers, of the safeguarding manager
p.child_lists  child-level lists of the safeguarding manager, in which the child of p.1 stands
p.failed       a board pack that could not be made
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.packs import PackFormat, PackKind, PackState
from portal.models.files import StoredFile
from portal.models.packs import Pack, PackChild, PackFile
from portal.services import files
from tests.world import NOW, PARTNERSHIPS, TODAY, World

ASKED = NOW - timedelta(days=40)
QUARTER = (date(2025, 10, 1), date(2025, 12, 31))
READERS = ("board", "business_manager", "scrutineer", "manager")


class PackBuilder:
    """Writes them in one open transaction, after the families."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        every = tuple(PackFormat)
        for letter in PARTNERSHIPS:
            self._pack(letter, "board", PackKind.BOARD, "business_manager", every, READERS)
            self._pack(letter, "dataset", PackKind.DATASET, "manager", (PackFormat.CSV,), ("manager",), is_whole=True)
            lists = self._pack(
                letter, "child_lists", PackKind.CHILD_LISTS, "manager", (PackFormat.EXCEL,), ("manager",), is_whole=True
            )
            self.session.add(
                PackChild(
                    partnership_id=lists.partnership_id,
                    pack_id=lists.id,
                    case_id=self.world.cases[f"{letter}.1"],
                    child_id=self.world.children[f"{letter}.1"],
                )
            )
            failed = self._row(letter, PackKind.BOARD, "business_manager")
            failed.state, failed.why_failed = PackState.FAILED, "Files could not be kept. Ask again in a few minutes."
            self._add(letter, "failed", failed)
        self.session.flush()

    def _pack(
        self,
        letter: str,
        key: str,
        kind: PackKind,
        by: str,
        formats: Sequence[PackFormat],
        readers: Sequence[str],
        *,
        is_whole: bool = False,
    ) -> Pack:
        pack = self._row(letter, kind, by)
        pack.is_whole, pack.state, pack.step, pack.steps = is_whole, PackState.READY, 3, 3
        pack.made_at, pack.as_at, pack.standing, pack.is_frozen = ASKED, ASKED.date(), "All frozen, revision 1", True
        self._add(letter, key, pack)
        tag = f"ZQ-{letter.upper()}-PACK-{key.upper().replace('_', '-').replace('CHILD-', '')}-QZ"
        text = self.world.mark("pack", letter, {f"{letter}.{name}" for name in readers}, tag)
        for one in formats:
            self.session.add(
                PackFile(
                    pack_id=pack.id,
                    format=one,
                    partnership_id=pack.partnership_id,
                    file_id=self._stored(pack.partnership_id, one, text.encode()).id,
                )
            )
        return pack

    def _row(self, letter: str, kind: PackKind, by: str) -> Pack:
        person = self.world.person(f"{letter}.{by}")
        first, last = QUARTER if kind is not PackKind.CHILD_LISTS else (TODAY - timedelta(days=181), TODAY)
        return Pack(
            partnership_id=self.world.partnerships[letter],
            kind=kind,
            first_on=first,
            last_on=last,
            is_whole=False,
            asked_at=ASKED,
            asked_by_id=person.user_id,
            asked_by_membership_id=person.hat.membership_id,
            state=PackState.WAITING,
            attempts=1,
        )

    def _add(self, letter: str, key: str, pack: Pack) -> None:
        self.session.add(pack)
        self.session.flush()
        self.world.packs[f"{letter}.{key}"] = pack.id

    def _stored(self, partnership_id: int, one: PackFormat, content: bytes) -> StoredFile:
        viewer = Viewer.of_system("tests", NOW, partnership_id)
        with files.making(
            viewer, purpose=FilePurpose.PACK, name=f"Pack.{one}", media_type="application/octet-stream", content=content
        ) as made:
            stored = StoredFile(**asdict(made), given_at=ASKED)
        self.session.add(stored)
        self.session.flush()
        return stored
