"""Everything that is held on one child, kind by kind, with what may be about somebody else marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Table, or_, select, union_all
from sqlalchemy.orm import Session

from portal.domain.record_map import ATTACHED_TITLES, FAMILY_TITLES
from portal.domain.subject_access import Mark, Passage, names_in
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.services.records.closure import Row, key_of, tables
from portal.services.records.hanging import KINDS, Hanging
from portal.services.subject_access.wording import Names, label_of, names_in_rows, shown_columns, words_of

SHORTEST_NAME = 3
LONGEST_PLACE = 120
CONFIDENTIAL = frozenset(
    {
        "strategy_answers",
        "strategy_versions",
        "consultations",
        "legal_holds",
        "subject_exports",
        "case_restrictions",
        "restricted_people",
        "report_holds",
        "emergency_openings",
        "meeting_named_people",
    }
)
"""Tables whose words were said among agencies, or about who may read: somebody looks at each before it is given."""
FILES = "stored_files.name"
"""Where a file is marked and decided about: once, and not at each of the facts that are known of it."""
TITLES = {kind: title for kind, title in {**FAMILY_TITLES, **ATTACHED_TITLES}.items() if kind in KINDS}
"""The kinds of record in which something may be held on a child, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Others:
    """Who else is named in a child's record."""

    children: frozenset[str]
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Record:
    """All that is held on a child, and the rows of the files among it."""

    child: Child
    passages: tuple[Passage, ...]
    files: tuple[Row, ...]

    @property
    def marked(self) -> list[Passage]:
        """What somebody has to look at."""
        return [one for one in self.passages if one.mark is not None]


class Reader:
    """Reads what is held on one child: the child's family's, and of meetings of other families that it is part of."""

    def __init__(self, session: Session, child: Child) -> None:
        self.session = session
        self.child = child
        self.hanging = Hanging(child.partnership_id, child.case_id)

    def counts(self) -> dict[str, int]:
        """How many entries each kind has that has any, by one query."""
        found = {row.kind: row.number for row in self.session.execute(self.hanging.counts(TITLES))}
        return {kind: found[kind] for kind in TITLES if found.get(kind)}

    def rows(self, kind: str) -> list[Row]:
        """The rows of one kind, as they are stored."""
        return list(self.session.execute(self.hanging.rows(kind)).mappings())

    def passages(self, kind: str) -> tuple[Passage, ...]:
        """What one kind holds, by at most five queries."""
        rows = self.rows(kind)
        return tuple(self._passages(kind, rows, names_in_rows(self.session, rows)))

    def record(self) -> Record:
        """Everything, by about one query for each kind."""
        rows = {kind: self.rows(kind) for kind in TITLES}
        names = names_in_rows(self.session, (row for of_kind in rows.values() for row in of_kind))
        passages = tuple(one for kind, of_kind in rows.items() for one in self._passages(kind, of_kind, names))
        return Record(self.child, passages, tuple(rows["stored_files"]))

    @cached_property
    def others(self) -> Others:
        """The other children of every family in it, and the grown-ups of those families, by every name they have."""
        child, meetings = self.child, self.hanging.ids("meetings")
        together, met = tables()["meeting_cases"], tables()["meetings"]
        families = union_all(
            select(together.c.case_id).where(together.c.meeting_id.in_(meetings)),
            select(met.c.case_id).where(met.c.id.in_(meetings)),
        )
        siblings = self.session.scalars(
            select(Child).where(
                Child.partnership_id == child.partnership_id,
                or_(Child.case_id == child.case_id, Child.case_id.in_(families)),
                Child.id != child.id,
            )
        )
        own = _forms(child.given_name, child.surname)
        children = {form for one in siblings for form in _forms(one.given_name, one.surname)} - own
        came = self.session.scalars(
            select(FamilyAttendance.name).where(
                FamilyAttendance.meeting_id.in_(meetings), FamilyAttendance.name.is_not(None)
            )
        )
        people = {name.strip() for name in came if name and len(name.strip()) >= SHORTEST_NAME} - own - children
        return Others(frozenset(children), frozenset(people))

    @cached_property
    def drafts(self) -> frozenset[int]:
        """Reports that were never sent."""
        reports = tables()["reports"]
        unsent = select(reports.c.id).where(
            reports.c.id.in_(self.hanging.ids("reports")), reports.c.submitted_at.is_(None)
        )
        return frozenset(self.session.scalars(unsent))

    def _passages(self, kind: str, rows: Iterable[Row], names: Names) -> Iterator[Passage]:
        table, title = tables()[kind], TITLES[kind]
        columns = shown_columns(table)
        for row in rows:
            row_mark = self._mark_of_row(table, row)
            label = "-".join(str(part) for part in key_of(table, row) if not isinstance(part, bytes))
            for column in columns:
                words = words_of(row[column.name], column, names)
                if not words:
                    continue
                mark, named = self._mark(f"{kind}.{column.name}", words, row_mark)
                yield Passage(
                    place=f"{kind}/{label}/{column.name}"[:LONGEST_PLACE],
                    title=title,
                    row=label,
                    label=label_of(column.name),
                    words=words,
                    mark=mark,
                    others=named,
                )

    def _mark_of_row(self, table: Table, row: Row) -> Mark | None:
        """Rows that are about somebody else as a whole."""
        if table.name == "children" and row["id"] != self.child.id:
            return Mark.OTHER_CHILD
        if table.name == "meeting_cases" and row["case_id"] != self.child.case_id:
            return Mark.OTHER_CHILD
        if "child_id" in table.c and row["child_id"] not in (None, self.child.id):
            return Mark.OTHER_CHILD
        if row.get("for_chair_only"):
            return Mark.CONFIDENTIAL
        if table.name == "reports":
            return Mark.DRAFT if row["submitted_at"] is None else None
        of_draft = "report_id" in table.c and row["report_id"] in self.drafts
        return Mark.DRAFT if of_draft or table.name == "minutes_drafts" else None

    def _mark(self, column: str, words: str, row_mark: Mark | None) -> tuple[Mark | None, tuple[str, ...]]:
        children, people = names_in(words, self.others.children), names_in(words, self.others.people)
        named = (*children, *people)
        if row_mark is not None:
            return row_mark, named
        if column == FILES:
            return Mark.FILE, named
        if column.partition(".")[0] in CONFIDENTIAL:
            return Mark.CONFIDENTIAL, named
        if children:
            return Mark.OTHER_CHILD, named
        return (Mark.OTHER_PERSON if people else None), named


def _forms(given_name: str, surname: str) -> set[str]:
    """The ways in which a child is written: a surname alone is the whole family's."""
    forms = {given_name.strip(), f"{given_name.strip()} {surname.strip()}"}
    return {form for form in forms if len(form) >= SHORTEST_NAME}
