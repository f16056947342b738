"""A file of the plan, read line by line: each line is an action, or its faults are noted and reading goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_actions import REFERENCE, Lead
from portal.domain.improvement_rules import MOST_LEADS
from portal.domain.improvement_timing import BY_WHEN_HELP, Timing, read_by_when
from portal.domain.improvement_vocabulary import LEADING_ROLES, ByWhen, ImprovementSource
from portal.domain.labels import role_name
from portal.domain.vocabulary import AgencyType
from portal.models.rule_sets import MeetingType
from portal.services.imports.cells import Record
from portal.services.imports.faults import Faults
from portal.services.imports.importing import without_repeats
from portal.services.imports.reading import read_records
from portal.services.improvement.areas import MOST_AREAS
from portal.services.improvement.leads import by_email
from portal.services.improvement.measures import MeasureLink, faults_of

COLUMNS = ("area_number", "area", "reference", "action", "leads", "by_when")
OPTIONAL = (
    "outcome", "measures", "measures_in_words", "starts_on", "ends_on", "source", "source_name", "rag", "evidence",
)  # fmt: skip
"""How an action goes (`rag`, `evidence`) is taken from a file once, when it is new; from then on its leads say it."""

LONGEST_POST, LONGEST_AREA = 120, 200
MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class FileRow:
    """An action as a file says it."""

    record: Record = field(compare=False, repr=False)
    area_number: int
    area: str
    reference: str
    what: str
    leads: tuple[Lead, ...]
    timing: Timing
    says_start: bool
    """Whether the file says from when; otherwise what comes again begins on the day that it is brought in."""
    outcome: str = ""
    measures: tuple[MeasureLink, ...] = ()
    measure_words: str = ""
    source: ImprovementSource = ImprovementSource.PLAN
    source_name: str = ""
    rag: ActionRag | None = None
    evidence: str = ""

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.record.line

    @property
    def texts(self) -> dict[str, str]:
        """What it says of each field, as it is compared and kept."""
        return {
            "area": str(self.area_number),
            "what": self.what,
            "outcome": self.outcome,
            "leads": lead_text(self.leads),
            "by_when": timing_text(self.timing, with_start=self.says_start),
            "measures": measure_text(self.measures),
            "measure_words": self.measure_words,
            "source": f"{self.source.value}:{self.source_name}",
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What cells are looked up in."""

    people: Mapping[str, int]
    meeting_types: frozenset[str]
    today: date


def read_rows(session: Session, partnership_id: int, content: bytes, label: str, today: date) -> list[FileRow]:
    """Read a whole file, by two queries. Raises Unusable with a line for each fault."""
    faults = Faults(label)
    records = read_records(content, faults, COLUMNS, OPTIONAL)
    codes = session.scalars(select(MeetingType.code).where(MeetingType.partnership_id == partnership_id))
    known = _Known(by_email(session, partnership_id), frozenset(codes), today)
    if len(records) > MOST_ROWS:
        faults.add(records[MOST_ROWS].line, "reference", f"is one too many: a plan has {MOST_ROWS:,} actions at most")
    rows = [_row(record, known) for record in records[:MOST_ROWS]]
    rows = without_repeats(rows, faults, "reference", lambda row: row.reference or row.line)
    titles: dict[int, FileRow] = {}
    for row in rows:
        first = titles.setdefault(row.area_number, row)
        if first.area != row.area:
            faults.add(row.line, "area", f"line {first.line} calls area {row.area_number} otherwise")
    faults.raise_if_any()
    return rows


def lead_text(leads: tuple[Lead, ...]) -> str:
    """Leads as they are compared and kept."""
    return "; ".join(str(lead) for lead in leads)


def timing_text(timing: Timing, *, with_start: bool) -> str:
    """By when, as it is compared and kept; without its first day where the file does not say it."""
    parts = (timing.due_on, timing.starts_on if with_start else None, timing.ends_on)
    return "|".join((timing.by_when.value, *("" if day is None else day.isoformat() for day in parts)))


def measure_text(links: tuple[MeasureLink, ...]) -> str:
    """Measures as a file writes them: `attendance:police:review_conference; quorate`."""
    return "; ".join(
        ":".join((link.measure_id, link.agency_type or "", link.meeting_type or "")).rstrip(":") for link in links
    )


def _row(record: Record, known: _Known) -> FileRow:
    reference = record.text("reference", required=True)
    if reference and not REFERENCE.fullmatch(reference):
        record.fault("reference", "is not a number such as 3.2: letters, digits, full stops and hyphens, 20 at most")
    area = record.text("area", required=True)
    if len(area) > LONGEST_AREA:
        record.fault("area", f"is longer than {LONGEST_AREA} characters")
    timing, says_start = _timing(record, known.today)
    evidence = record.text("evidence")
    rag = record.word("rag", ActionRag, required=False)
    if rag is ActionRag.GREEN and not evidence:
        record.fault("evidence", "is empty: green is said with what shows it")
    return FileRow(
        record=record,
        area_number=_area_number(record),
        area=area,
        reference=reference,
        what=record.text("action", required=True),
        leads=_leads(record, known.people),
        timing=timing,
        says_start=says_start,
        outcome=record.text("outcome"),
        measures=_measures(record, known.meeting_types),
        measure_words=record.text("measures_in_words"),
        source=record.word("source", ImprovementSource, required=False) or ImprovementSource.PLAN,
        source_name=record.text("source_name"),
        rag=rag,
        evidence=evidence,
    )


def _area_number(record: Record) -> int:
    text = record.text("area_number", required=True)
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_AREAS)) and 1 <= int(text) <= MOST_AREAS:
        return int(text)
    if text:
        record.fault("area_number", f"is not a whole number from 1 to {MOST_AREAS}")
    return 0


def _timing(record: Record, today: date) -> tuple[Timing, bool]:
    nothing = Timing(ByWhen.ONGOING)
    text = record.text("by_when", required=True)
    starts_on, ends_on = record.day("starts_on"), record.day("ends_on")
    if not text:
        return nothing, False
    try:
        timing = read_by_when(text, today)
    except ValueError as fault:
        record.fault("by_when", str(fault) if str(fault) else f"is not {BY_WHEN_HELP}")
        return nothing, False
    if not timing.repeats:
        for column, day in (("starts_on", starts_on), ("ends_on", ends_on)):
            if day is not None:
                record.fault(column, "is for what comes again: weekly, monthly or quarterly")
        return timing, False
    timing = replace(timing, starts_on=starts_on or timing.starts_on, ends_on=ends_on)
    if timing.ends_on and timing.starts_on and timing.ends_on < timing.starts_on:
        record.fault("ends_on", "is before the first day")
    return timing, starts_on is not None


def _leads(record: Record, people: Mapping[str, int]) -> tuple[Lead, ...]:
    roles = {word: role for role in LEADING_ROLES for word in (role.value, role_name(role).casefold())}
    found: list[Lead] = []
    for part in record.text("leads", required=True).split(";"):
        words = " ".join(part.split())
        if not words:
            continue
        if "@" in words:
            membership_id = people.get(words.lower())
            if membership_id is None:
                record.fault("leads", "names an address of nobody here who can lead an action")
                continue
            found.append(Lead(membership_id=membership_id))
        elif words.casefold() in roles:
            found.append(Lead(role=roles[words.casefold()]))
        elif len(words) > LONGEST_POST:
            record.fault("leads", f"names a post of more than {LONGEST_POST} characters")
        else:
            found.append(Lead(post=words))
    if len(found) > MOST_LEADS:
        record.fault("leads", f"names more than {MOST_LEADS} leads")
    return tuple(dict.fromkeys(found))


def _measures(record: Record, meeting_types: frozenset[str]) -> tuple[MeasureLink, ...]:
    links: list[MeasureLink] = []
    for part in record.text("measures").split(";"):
        pieces = [piece.strip() for piece in part.split(":")]
        if not any(pieces):
            continue
        measure_id, agency_type, meeting_type, *rest = (*pieces, "", "")
        if any(rest) or agency_type not in ("", *AgencyType):
            record.fault("measures", "is not written as measure:agency_type:meeting_type")
            continue
        links.append(MeasureLink(measure_id, AgencyType(agency_type) if agency_type else None, meeting_type or None))
    links = list(dict.fromkeys(links))
    if faults_of(links, set(meeting_types)):
        record.fault("measures", "names a measure that there is not, or one that is not counted so")
    return tuple(links)
