"""What the world keeps for how long, holds, and has erased; each text of it marked.

In each partnership stand, under these names:

holds     p.agency (on whatever p.other_gp took part in) and p.lifted
erasures  p.due, a family of forty years ago that is proposed, and p.erased, a certificate
requests  p.child_1, for all that is held on the child of p.1; `records_of` has the markers in that family's rows
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.database.encryption import keyring
from portal.database.types import EncryptedText
from portal.domain.retention import DEFAULTS, Cause, ErasureState, HoldScope, RecordClass
from portal.models.cases import Case, Child
from portal.models.records import Erasure, LegalHold, RecordsContact, RetentionRule, SubjectExport
from portal.services.records.certificates import seal
from portal.services.records.closure import Found, gather, tables, written_columns
from portal.services.subject_access.gathering import Reader
from tests.world import NOW, PARTNERSHIPS, World

LONG_AGO = NOW - timedelta(days=40 * 366)


class RecordBuilder:
    """Writes them in one open transaction, after the families."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Rules, holds, erasures and a request in both partnerships."""
        for letter in PARTNERSHIPS:
            self._rules(letter)
            self._holds(letter)
            self._erasures(letter)
            self._request(letter)
        self.session.flush()

    def _rules(self, letter: str) -> None:
        partnership_id = self.world.partnerships[letter]
        for rule in DEFAULTS:
            self.session.add(
                RetentionRule(
                    partnership_id=partnership_id,
                    record_class=rule.record_class,
                    years=rule.years,
                    reason=rule.reason,
                    source=rule.source,
                    effective_from=rule.effective_from,
                    made_at=NOW,
                )
            )
        self.session.add(
            RecordsContact(
                partnership_id=partnership_id,
                name="The information governance team",
                email=f"rights.{letter}@example.org",
                telephone="020 7946 0000",
                address="1 High Street",
            )
        )

    def _holds(self, letter: str) -> None:
        manager = self.world.person(f"{letter}.manager").user_id
        for name, lifted in (("agency", False), ("lifted", True)):
            hold = LegalHold(
                partnership_id=self.world.partnerships[letter],
                scope=HoldScope.AGENCY,
                agency_id=self.world.agencies[f"{letter}.other_gp"],
                reason=self.world.mark("hold", letter, {f"{letter}.manager"}, f"ZQ-{letter.upper()}-HOLD-{name}-QZ"),
                placed_at=NOW - timedelta(days=30),
                placed_by_id=manager,
                lifted_at=NOW if lifted else None,
                lifted_by_id=manager if lifted else None,
                lifted_because="The claim is settled." if lifted else None,
            )
            self.session.add(hold)
            self.session.flush()
            self.world.legal_holds[f"{letter}.{name}"] = hold.id

    def _erasures(self, letter: str) -> None:
        partnership_id = self.world.partnerships[letter]
        reference = self.world.mark("old family", letter, {f"{letter}.manager"}, f"ZQ-{letter.upper()}-OLD-FAMILY-QZ")
        family = Case(partnership_id=partnership_id, reference=reference, created_at=LONG_AGO)
        self.session.add(family)
        self.session.flush()
        self.world.old_families[letter] = family.id
        due = Erasure(
            partnership_id=partnership_id,
            cause=Cause.RETENTION,
            record_class=RecordClass.CONFERENCE,
            root_id=family.id,
            state=ErasureState.PROPOSED,
            due_on=date(2021, 5, 1),
            rule="35 years",
            proposed_at=NOW,
        )
        erased = Erasure(
            partnership_id=partnership_id,
            cause=Cause.RETENTION,
            record_class=RecordClass.CONFERENCE,
            root_id=900_000,
            state=ErasureState.ERASED,
            due_on=date(2025, 5, 1),
            rule="35 years",
            proposed_at=NOW,
            erased_at=NOW,
            erased_by="A manager of long ago",
            certificate={
                "tables": {"cases": {"rows": 1, "digest": "0" * 64}},
                "typed": {},
                "files": {"number": 0, "digest": "0" * 64},
                "reference_digests": [],
                "blotted": {},
                "not_sought": 0,
                "checked": {"tables": 1, "texts": 0, "unreadable": 0, "left": {}},
            },
        )
        seal(erased)
        self.session.add_all([due, erased])
        self.session.flush()
        self.world.erasures |= {f"{letter}.due": due.id, f"{letter}.erased": erased.id}

    def _request(self, letter: str) -> None:
        request = SubjectExport(
            partnership_id=self.world.partnerships[letter],
            child_id=self.world.children[f"{letter}.1"],
            asked_by=self.world.mark("request", letter, {f"{letter}.manager"}, f"ZQ-{letter.upper()}-REQUEST-QZ"),
            asked_at=NOW,
            asked_by_id=self.world.person(f"{letter}.manager").user_id,
            progress={},
        )
        self.session.add(request)
        self.session.flush()
        child = self.session.get_one(Child, self.world.children[f"{letter}.1"])
        marked = Counter(one.kind for one in Reader(self.session, child).record().marked)
        request.progress = {kind: [number, 0] for kind, number in marked.items()}
        self.world.subject_exports[f"{letter}.child_1"] = request.id
        said = "\n".join(said_in(gather(self.session, child.partnership_id, {"cases": [child.case_id]})))
        self.world.records_of[request.id] = frozenset(one.text for one in self.world.markers if one.is_in(said))


def said_in(found: Found) -> Iterator[str]:
    """Every value of these rows, opened."""
    for name, of_table in found.rows.items():
        for row in of_table.values():
            for column in written_columns(tables()[name]):
                value = row[column.name]
                if isinstance(column.type, EncryptedText) and value is not None:
                    yield keyring.decrypt(bytes(value), column.type.place)
                elif value is not None and not isinstance(value, bytes):
                    yield str(value)
