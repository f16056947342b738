"""The invented improvement plan: brought in as a file, spoken of by those who lead it, closed month by month."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import StringIO

from sqlalchemy import Select, select

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_timing import occurrences, read_by_when
from portal.domain.improvement_vocabulary import ImprovementStep
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType, Role
from portal.domain.working_days import add_working_days, london_instant
from portal.models.improvement import ImprovementAction
from portal.models.improvement_history import ImprovementChange
from portal.models.partnerships import Partnership
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import Deed, Who
from portal.services.demo.improvement_texts import AREAS, Row
from portal.services.demo.marks import Held, Marker, markers_in, seen_by
from portal.services.improvement import files, months, page, ticks, updates
from portal.services.improvement.file_rows import COLUMNS
from portal.services.improvement.updates import Said

MONTHS = 4
"""So many months before the demonstration's the plan began; the last of them waits for its end to be gone through."""

EARLY = 8
"""The hour by which all is done that is done on the demonstration's own day: nobody looks at it before."""

_KEPT_IN_TIME = 0.75
"""Of what has a day or a month, so much is complete by then."""

_AREAS_OF = {"Eastmarsh": len(AREAS), "Westmoor": 2}
_HEADER = (*COLUMNS, "outcome", "measures", "source", "source_name", "starts_on")
_WEEKS = timedelta(weeks=6)
"""What is done every week has been since so long."""
_SOURCES = {
    "learning_review": "Learning review 2025",
    "inspection": "Inspection of July 2025",
    "dip_sample": "Dip samples of spring",
    "multi_agency_audit": "Multi-agency audit of neglect",
    "audit_round": "Section 11 audit",
}
_WIDE = {
    "manager": (Role.SAFEGUARDING_MANAGER, None),
    "board": (Role.BOARD_MEMBER, None),
    "business": (Role.BUSINESS_MANAGER, None),
    "chair": (Role.CHAIR, None),
    "sector_gp": (Role.SECTOR_LEAD, AgencyType.GP),
    "sector_school": (Role.SECTOR_LEAD, AgencyType.SCHOOL),
}
_SAID = (
    (ActionRag.GREEN, "On course: agreed with all agencies.", "Minutes of the quality group."),
    (ActionRag.GREEN, "Done in most teams.", "The training register: 41 of 52 came."),
    (ActionRag.AMBER, "Begun, and a month behind.", "The plan of work."),
    (ActionRag.AMBER, "Waits for two agencies to answer.", ""),
    (ActionRag.RED, "Stands still: nobody is free to do it.", ""),
)


def plan(cast: Cast) -> None:
    """Plan all that happens to one partnership's plan, from the day on which its file is brought in."""
    now = Month.of(cast.today)
    first = now.plus(-MONTHS)
    begins = _working_day(first.first)
    rows = list(_rows(cast, begins))
    _at(cast, begins, 9, _bring_in(_file(cast, rows)), cast.wide(Role.BUSINESS_MANAGER))
    for number in range(MONTHS + 1):
        _speak(cast, rows, first.plus(number))
        if number < MONTHS - 1:
            _close(cast, first.plus(number))
    _tick(cast, rows, begins)


def list_of_plan(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """The marks in what was said of actions, with whoever reads them."""

    def rows(viewer: Viewer) -> Select[int]:
        return access.visible_to(viewer).with_only_columns(ImprovementAction.id)

    seen = seen_by(viewers, rows)
    said = db.session.execute(
        select(ImprovementChange.action_id, ImprovementChange.words)
        .where(ImprovementChange.partnership_id == partnership.id, ImprovementChange.action_id.is_not(None))
        .order_by(ImprovementChange.id)
    )
    held = (Held(f"improvement action {row.action_id}", row.words, seen.get(row.action_id, [])) for row in said)
    yield from markers_in(held, "improvement_update", partnership.name)


def _rows(cast: Cast, begins: date) -> Iterator[tuple[str, Row, str]]:
    """Every action with its number and by when it is to be done, as a file says it."""
    for area, (_title, rows) in enumerate(AREAS[: _AREAS_OF[cast.place.name]], start=1):
        for place, row in enumerate(rows, start=1):
            yield f"{area}.{place}", row, _by_when(row.by_when, begins)


def _by_when(words: str, begins: date) -> str:
    if words[1:].isdigit():
        if words[0] == "m":
            return str(Month.of(begins).plus(int(words[1:])))
        return (begins + timedelta(days=int(words[1:]))).isoformat()
    return words


def _file(cast: Cast, rows: list[tuple[str, Row, str]]) -> str:
    """The plan as its business manager has it in a spreadsheet."""
    out = StringIO()
    lines = csv.writer(out)
    lines.writerow(_HEADER)
    for reference, row, by_when in rows:
        area = int(reference.partition(".")[0])
        names = [name.strip() for name in row.leads.split(";")]
        leads = "; ".join(name if (who := _lead(cast, name)) is None else who.email for name in names)
        line = (area, AREAS[area - 1][0], reference, row.what, leads, by_when)
        since = _since(cast, by_when)
        lines.writerow(
            (*line, row.outcome, row.measures, row.source, _SOURCES.get(row.source, ""), since and since.isoformat())
        )
    return out.getvalue()


def _since(cast: Cast, by_when: str) -> date | None:
    return cast.today - _WEEKS if by_when == "weekly" else None


def _lead(cast: Cast, name: str) -> Who | None:
    """Who leads under a name of the table; nobody where it is a post in words."""
    if name in _WIDE:
        return cast.wide(*_WIDE[name])
    if name in [kind.value for kind in AgencyType]:
        return cast.lead(cast.place.of_type(AgencyType(name))[0].code)
    return None


def _bring_in(content: str) -> Deed:
    def deed(viewer: Viewer) -> None:
        file = content.encode()
        found = files.look_at(viewer, file, "improvement-plan.csv")
        files.take_file(viewer, file, "improvement-plan.csv", seen=found.digest)

    return deed


def _speak(cast: Cast, rows: list[tuple[str, Row, str]], month: Month) -> None:
    """In the last third of each month some of those who lead actions say how they go; the rest is the manager's."""
    manager = cast.wide(Role.BUSINESS_MANAGER)
    is_now = month == Month.of(cast.today)
    chosen = cast.chance.sample(rows, k=len(rows) // (6 if is_now else 4))
    for place, (reference, row, _by_when_words) in enumerate(chosen):
        rag, text, evidence = cast.chance.choice(_SAID)
        if place == 0:
            text = f"{text} Ref. {cast.mark('M')}"
        who = _lead(cast, row.leads.partition(";")[0]) or manager
        day = _working_day(month.first + timedelta(days=cast.chance.randint(2, 20)))
        _at(cast, day, 11, _say(reference, Said(ImprovementStep.UPDATED, text, rag, evidence)), who)
    for reference, row, by_when in rows:
        due_on = read_by_when(by_when, month.first).due_on
        if due_on is not None and Month.of(due_on) == month and cast.chance.random() < _KEPT_IN_TIME:
            done = Said(ImprovementStep.COMPLETED, "Done as planned.", None, "Looked at by the quality group.")
            who = _lead(cast, row.leads.partition(";")[0]) or manager
            _at(cast, _working_day(due_on - timedelta(days=4)), 13, _say(reference, done), who)
    if not is_now:
        _at(cast, _working_day(month.plus(1).first), 9, _no_change(month, cast.chance.randint(5, 9)), manager)


def _say(reference: str, said: Said) -> Deed:
    def deed(viewer: Viewer) -> None:
        found = page.brief(viewer, _id_of(viewer, reference))
        if found.may_update:
            updates.say(viewer, found.id, said, version=found.version)

    return deed


def _no_change(month: Month, number: int) -> Deed:
    """Go through a month's end: of so many actions nobody has anything to say."""

    def deed(viewer: Viewer) -> None:
        found = months.month_end(viewer)
        for line in found.view.silent[:number] if found is not None and found.view.month == month else ():
            said = Said(ImprovementStep.NO_CHANGE, "Goes on as planned", month=month)
            updates.say(viewer, line.id, said, version=line.version)

    return deed


def _close(cast: Cast, month: Month) -> None:
    def deed(viewer: Viewer) -> None:
        months.close_month(viewer, month, "Looked through with the quality group.")

    _at(cast, _working_day(month.plus(1).first), 15, deed, cast.wide(Role.BUSINESS_MANAGER))


def _tick(cast: Cast, rows: list[tuple[str, Row, str]], begins: date) -> None:
    """Most of what comes again was done in its time; the first of each rhythm is behind with its last ones."""
    behind: set[str] = set()
    for reference, row, by_when in rows:
        timing = read_by_when(by_when, _since(cast, by_when) or begins)
        begun = occurrences(timing, cast.today - timedelta(days=6))
        if begun and by_when not in behind:
            behind.add(by_when)
            begun = begun[:-2]
        who = _lead(cast, row.leads.partition(";")[0]) or cast.wide(Role.BUSINESS_MANAGER)
        for one in begun:
            day = min(_working_day(one.due_on - timedelta(days=3)), cast.today)
            _at(cast, day, 14, _do(reference, one.first), who)


def _do(reference: str, first: date) -> Deed:
    def deed(viewer: Viewer) -> None:
        found = page.brief(viewer, _id_of(viewer, reference))
        if found.may_update:
            ticks.tick(viewer, found.id, first, "Done, and noted in the team’s minutes.")

    return deed


def _id_of(viewer: Viewer, reference: str) -> int:
    rows = access.visible_to(viewer).where(ImprovementAction.reference == reference)
    return int(db.session.scalars(rows.with_only_columns(ImprovementAction.id)).one())


def _working_day(day: date) -> date:
    return add_working_days(day - timedelta(days=1), 1)


def _at(cast: Cast, day: date, hour: int, deed: Deed, who: Who) -> None:
    hour = min(hour, EARLY) if day == cast.today else hour
    when: datetime = london_instant(day, time(hour, cast.chance.randint(0, 50)))
    if day <= cast.today:
        cast.diary.add(when, who, deed)
