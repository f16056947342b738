"""What a file of the plan would do: held against how the plan stands, and against what the file before it said.

A file changes what it says otherwise than the one before it. What a person changed in the portal since stays as they
said it, and so does an action that was written in the portal: a note says so. The same file again changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.improvement_actions import Lead
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.labels import label
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.services.improvement.actions import source_words, timing_of
from portal.services.improvement.areas import AreaDetails
from portal.services.improvement.file_rows import FileRow, lead_text, measure_text, timing_text
from portal.services.improvement.leads import leads_of, names_of
from portal.services.improvement.measures import MeasureLink, all_links, measure_words

CALLED: Mapping[str, str] = {
    "area": "Area",
    "what": "Action",
    "outcome": "Expected outcome",
    "leads": "Leads",
    "by_when": "By when",
    "measures": "Measures",
    "measure_words": "Measures in words",
    "source": "Came from",
}
_COLUMNS: Mapping[str, str] = {"area": "area_number", "what": "action", "measure_words": "measures_in_words"}
"""The column of the file that says a field, where it is called otherwise."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """An action that a file would change; `words` holds the field's name, the text before and the text after."""

    row: FileRow
    action_id: int
    fields: tuple[str, ...]
    words: tuple[tuple[str, str, str], ...]
    remembered: Mapping[str, str] = field(compare=False)
    """What the file has said of the action, for the next one to be held against."""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a file would do; `leads` says in words who leads each action that would be added."""

    areas: tuple[AreaDetails, ...]
    added: tuple[FileRow, ...]
    leads: tuple[str, ...]
    changed: tuple[ChangedRow, ...]
    unchanged: int
    notes: tuple[str, ...]

    @property
    def does_nothing(self) -> bool:
        """Whether all of it stands in the plan already, or stays as the portal has it."""
        return not (self.areas or self.added or self.changed)

    @property
    def digest(self) -> str:
        """What tells this from anything else that a file might do: somebody agrees to what they have looked at."""
        said = [
            [area.in_words for area in self.areas],
            [[row.reference, row.texts] for row in self.added],
            [[one.row.reference, one.words] for one in self.changed],
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Stands:
    """The plan as it stands."""

    areas: Mapping[int, ImprovementArea]
    """By number."""
    titles: Mapping[int, tuple[int, str]]
    """Number and title by the area's id."""
    leads: Mapping[int, tuple[Lead, ...]]
    links: Mapping[int, Sequence[MeasureLink]]
    names: Mapping[Lead, str]


def compare(session: Session, partnership_id: int, rows: Sequence[FileRow], label_: str) -> FilePlan:
    """What these rows of a file would do, by five queries."""
    areas = session.scalars(select(ImprovementArea).where(ImprovementArea.partnership_id == partnership_id)).all()
    actions = {
        action.reference: action
        for action in session.scalars(
            select(ImprovementAction).where(ImprovementAction.partnership_id == partnership_id)
        )
    }
    known = [actions[row.reference].id for row in rows if row.reference in actions]
    leads = {action_id: tuple(one.lead for one in named) for action_id, named in leads_of(session, known).items()}
    every_lead = {lead for some in leads.values() for lead in some} | {lead for row in rows for lead in row.leads}
    stands = _Stands(
        {area.number: area for area in areas},
        {area.id: (area.number, area.title) for area in areas},
        leads,
        all_links(session, known),
        names_of(session, partnership_id, every_lead),
    )
    new_areas: dict[int, AreaDetails] = {}
    added: list[FileRow] = []
    changed: list[ChangedRow] = []
    notes: dict[str, None] = {}
    for row in rows:
        area = stands.areas.get(row.area_number)
        if area is None:
            new_areas.setdefault(row.area_number, AreaDetails(row.area_number, row.area))
        elif area.title != row.area:
            notes[f"{label_}:{row.line}: area: area {area.number} keeps its name in the portal"] = None
        action = actions.get(row.reference)
        if action is None:
            added.append(row)
            continue
        one, kept = _held_against(row, action, stands)
        if one.fields and action.status is not ImprovementStatus.OPEN:
            notes[f"{label_}:{row.line}: reference: is {label(action.status).lower()}, and stays as it is"] = None
        elif one.fields:
            changed.append(one)
        for name in kept:
            column = _COLUMNS.get(name, name)
            notes[f"{label_}:{row.line}: {column}: kept as it was said in the portal"] = None
    return FilePlan(
        areas=tuple(new_areas[number] for number in sorted(new_areas)),
        added=tuple(added),
        leads=tuple("; ".join(stands.names[lead] for lead in row.leads) for row in added),
        changed=tuple(changed),
        unchanged=len(rows) - len(added) - len(changed),
        notes=tuple(notes),
    )


def _held_against(row: FileRow, action: ImprovementAction, stands: _Stands) -> tuple[ChangedRow, list[str]]:
    """What the file changes of an action, and which fields stay as the portal has them."""
    last: dict[str, str] = json.loads(action.from_file) if action.from_file else {}
    fields, kept, remembered = [], [], dict(last)
    for name, said in row.texts.items():
        if said == _text_now(name, action, stands, with_start=row.says_start):
            remembered[name] = said
        elif name in last and last[name] != said and _is_as_the_last_file_said(name, last[name], action, stands):
            fields.append(name)
            remembered[name] = said
        else:
            kept.append(name)
    words = tuple((CALLED[name], *_words(name, row, action, stands)) for name in fields)
    return ChangedRow(row, action.id, tuple(fields), words, remembered), kept


def _is_as_the_last_file_said(name: str, last: str, action: ImprovementAction, stands: _Stands) -> bool:
    """Whether nobody has changed a field in the portal since a file said it."""
    says_start = name == "by_when" and last.split("|")[2:3] not in ([], [""])
    return _text_now(name, action, stands, with_start=says_start) == last


def _text_now(name: str, action: ImprovementAction, stands: _Stands, *, with_start: bool) -> str:
    """A field as it stands, written as a row of a file writes it."""
    if name == "by_when":
        return timing_text(timing_of(action), with_start=with_start)
    return {
        "area": str(stands.titles[action.area_id][0]),
        "what": action.what,
        "outcome": action.outcome or "",
        "leads": lead_text(stands.leads.get(action.id, ())),
        "measures": measure_text(tuple(stands.links.get(action.id, ()))),
        "measure_words": action.measure_words or "",
        "source": f"{action.source.value}:{action.source_name or ''}",
    }[name]


def _words(name: str, row: FileRow, action: ImprovementAction, stands: _Stands) -> tuple[str, str]:
    """A field before and after, as pages say it."""
    if name == "area":
        number, title = stands.titles[action.area_id]
        return f"{number}. {title}", f"{row.area_number}. {row.area}"
    if name == "leads":
        return _named(stands.leads.get(action.id, ()), stands), _named(row.leads, stands)
    if name == "by_when":
        return timing_of(action).words, row.timing.words
    if name == "measures":
        return measure_words(stands.links.get(action.id, ())), measure_words(row.measures)
    if name == "source":
        return source_words(action.source, action.source_name or ""), source_words(row.source, row.source_name)
    return _text_now(name, action, stands, with_start=False), row.texts[name]


def _named(leads: Sequence[Lead], stands: _Stands) -> str:
    return "; ".join(stands.names[lead] for lead in leads)
