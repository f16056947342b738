"""A return as an Excel workbook: downloaded, filled in away from the portal, looked at, and taken back whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.return_sheets import (
    RowChange,
    SheetQuestion,
    Typed,
    choice_name,
    compare,
    is_untouched,
    marks,
    read_row,
    settled,
)
from portal.domain.sheet_cells import HEADINGS, HIDDEN, LINK_FORM, OPEN, WIDTHS, YES_OR_NO, Column, Faults, day_words
from portal.gateways.workbook_reading import MOST_BYTES, NotAWorkbook, RowIn, read_workbook
from portal.gateways.workbooks import Column as SheetColumn
from portal.gateways.workbooks import SheetOut, sheet_names, write_workbook
from portal.services import activity
from portal.services.audits.answering import AnswerText, confirm_answer, save_answer
from portal.services.audits.comments import add_comment
from portal.services.audits.evidence import add_link
from portal.services.audits.holding import hold_return, own_return
from portal.services.audits.workbook_rows import SheetState, sheet_state
from portal.services.changes import changing
from portal.services.invitations.seen import AlreadySo

__all__ = [
    "FIELD",
    "MOST_BYTES",
    "ChangedAgain",
    "Preview",
    "check_open",
    "download",
    "own_return",
    "preview",
    "read_upload",
    "take",
]

COVER = "About this workbook"
AGAIN = "Download the workbook again and put your answers into that one."
FIELD = "workbook"
CHANGED_AGAIN = "Somebody changed an answer while you were looking. Nothing has been taken yet."

_PARTNERSHIP, _RETURN, _EDITION, _VERSION = "Partnership", "Return", "Edition", "Version of the return"
_HOW = (
    "Each sheet is one section, each row one question. Type into the yellow cells only.",
    "Your answer: choose one from the list. In your words: say how you know.",
    "Confirmed: last time’s answers wait with “no”. Write “yes” where one is still true. An answer that you change is "
    "confirmed by that.",
    f"Add evidence: a line for each link, as {LINK_FORM}. Files are added in the portal.",
    "Leave out what you do not want to change. Nothing is deleted by leaving a row away.",
    "Save the file as an Excel workbook (.xlsx), then upload it on the page of your return. You are shown what would "
    "change before anything is taken.",
    "Share this file only with those who need it to keep a child safe, and delete it when it has been taken.",
)


@dataclass(frozen=True)
class Preview:
    """What a workbook would change, against the return as it stands now."""

    state: SheetState
    rows: tuple[RowChange, ...]

    @property
    def conflicts(self) -> int:
        """Cells that somebody must choose between."""
        return sum(len(row.conflicts) for row in self.rows)


class ChangedAgain(Conflict):
    """The return was changed after somebody had looked at what their workbook would do."""


def download(viewer: Viewer, return_id: int) -> tuple[bytes, str]:
    """The workbook and a name for it; the reading is logged. Raises as `sheet_state` does."""
    state = sheet_state(viewer, return_id)
    activity.record_reading(viewer, "audit_return.downloaded", "audit_return", [return_id])
    names = sheet_names([COVER, *(section.title for section in state.sections)])
    columns = [SheetColumn(HEADINGS[column], WIDTHS[column], column in OPEN, column in HIDDEN) for column in Column]
    sheets = [
        SheetOut(name, columns, [question.texts() for question in section.questions], _choices(section.questions))
        for name, section in zip(names[1:], state.sections, strict=True)
    ]
    name = f"{state.facts.agency_name} {state.facts.round_title} version {state.facts.number}.xlsx"
    return write_workbook([_cover(viewer, state, names[0]), *sheets]), name


def read_upload(viewer: Viewer, return_id: int, content: bytes) -> tuple[Typed, ...]:
    """What somebody's workbook says, without the rows that they left as they were.

    Raises NotVisible, NotPermitted, and Invalid with every fault there is, each cell by its name.
    """
    check_open(viewer, return_id)
    state = sheet_state(viewer, return_id)
    try:
        rows = read_workbook(content)
    except NotAWorkbook as refused:
        raise _refused([str(refused)]) from None
    _check_cover(viewer, state, rows)
    faults: list[str] = []
    typed = [found for row in rows if row.sheet != COVER for found in _read(viewer, state, row, faults)]
    seen: set[int] = set()
    for one in typed:
        if one.question_id in seen:
            code = next(code for code, question in state.questions.items() if question.question_id == one.question_id)
            faults.append(f"Question {code} stands in the workbook twice, so it is not clear which is meant.")
        seen.add(one.question_id)
    if faults:
        raise _refused(faults)
    return tuple(typed)


def preview(viewer: Viewer, return_id: int, typed: Sequence[Typed]) -> Preview:
    """What the rows would change now. Raises NotVisible, also for a question that the viewer does not see."""
    check_open(viewer, return_id)
    state = sheet_state(viewer, return_id)
    by_id = {question.question_id: question for question in state.questions.values()}
    if not {one.question_id for one in typed} <= set(by_id):
        raise NotVisible("No such question.")
    changes = [compare(one, by_id[one.question_id], viewer.name) for one in typed]
    return Preview(state, tuple(change for change in changes if not change.is_empty))


def take(
    viewer: Viewer,
    return_id: int,
    typed: Sequence[Typed],
    seen: Mapping[int, int],
    chosen: Mapping[tuple[int, Column], bool],
) -> int:
    """Take a workbook whole, or nothing of it; gives how many answers it changed.

    `seen` is the version of each answer that its owner was shown, `chosen` says of each conflict whether the workbook
    wins. Raises NotVisible, NotPermitted, Invalid, and ChangedAgain where an answer is not the one that was shown.
    """
    try:
        with changing(viewer) as change:
            hold_return(change, return_id)
            shown = preview(viewer, return_id, typed)
            if not shown.rows:
                raise AlreadySo
            for row in shown.rows:
                if seen.get(row.question.question_id) != row.question.version:
                    raise ChangedAgain(CHANGED_AGAIN)
                _check_chosen(row, chosen)
                _save(viewer, return_id, row, chosen)
            change.log("audit_return.workbook_taken", "audit_return", return_id)
    except AlreadySo:
        return 0
    return len(shown.rows)


def check_open(viewer: Viewer, return_id: int) -> None:
    """Raises NotVisible, and NotPermitted where the viewer cannot answer this return now."""
    facts = own_return(viewer, return_id)
    if not access.may_answer(viewer, facts.row, facts.row, given=True):
        raise NotPermitted("This return cannot be answered now.")


def _check_chosen(row: RowChange, chosen: Mapping[tuple[int, Column], bool]) -> None:
    question = row.question
    for cell in row.conflicts:
        if (question.question_id, cell.column) not in chosen:
            words = f"Question {question.number}: choose which of the two is to stand"
            raise Invalid(words, errors={choice_name(question.question_id, cell.column): [words]})


def _save(viewer: Viewer, return_id: int, row: RowChange, chosen: Mapping[tuple[int, Column], bool]) -> None:
    question = row.question
    try:
        for link in row.typed.links:
            add_link(viewer, return_id, question.question_id, link.url, link.title, link.dated_on)
        mine = {cell.column: chosen[question.question_id, cell.column] for cell in row.conflicts}
        rating, narrative = settled(row, mine)
        if (rating, narrative) != (question.rating, question.narrative):
            save_answer(viewer, return_id, question.question_id, question.version, AnswerText(rating, narrative))
        elif row.confirms:
            confirm_answer(viewer, return_id, question.question_id, question.version)
        if row.typed.comment:
            add_comment(viewer, return_id, question.question_id, row.typed.comment)
    except Invalid as refused:
        sentences = [sentence for found in refused.errors.values() for sentence in found] or [str(refused)]
        raise Invalid(f"Question {question.number}: {' '.join(sentences)}.") from None


def _read(viewer: Viewer, state: SheetState, row: RowIn, faults: list[str]) -> Iterator[Typed]:
    """What one row says, if it was changed; faults of its cells are told by their names."""
    code, base = row.text(Column.CODE).strip(), marks(row.text(Column.MARKS))
    broken = [(column, row.cell(column).fault) for column in Column if row.cell(column).fault]
    if base is None:
        faults.append(f"{row.place(Column.CODE)}: the hidden columns of this row were lost. {AGAIN}")
        return
    if not broken and is_untouched(row.text, base):
        return
    question = state.questions.get(code)
    if question is None:
        faults.append(
            f"{row.place(Column.CODE)}: “{code[:60]}” is not a question of this return that is yours to answer."
        )
        return
    found = Faults()
    typed = read_row(row.text, base, question, viewer.today, found)
    at_fault = {column for column, _ in broken}
    reasons = broken + [(column, reason) for column, reason in found if column not in at_fault]
    faults += [f"{row.place(column)}: {reason.rstrip('.')}." for column, reason in reasons]
    if not reasons:
        yield typed


def _cover(viewer: Viewer, state: SheetState, name: str) -> SheetOut:
    facts = state.facts
    about = [
        ("Agency", facts.agency_name),
        (_PARTNERSHIP, viewer.partnership_name),
        ("Round", facts.round_title),
        ("Framework", f"{facts.framework_title}, {facts.guidance_edition}"),
        ("Due", day_words(facts.due_on)),
        ("Downloaded", f"{day_words(viewer.today)}, by {viewer.name}"),
        (_RETURN, str(facts.id)),
        (_VERSION, str(facts.number)),
        (_EDITION, state.edition_digest),
    ]
    steps = [(f"How to fill it in, {number}", step) for number, step in enumerate(_HOW, start=1)]
    return SheetOut(name, [SheetColumn("Audit return", 28), SheetColumn("OFFICIAL-SENSITIVE", 100)], [*about, *steps])


def _check_cover(viewer: Viewer, state: SheetState, rows: Sequence[RowIn]) -> None:
    """Refuse a workbook of another partnership, return, version or edition, each in its own words."""
    said = {row.text(0).strip(): row.text(1).strip() for row in rows if row.sheet == COVER}
    facts = state.facts
    if not {_PARTNERSHIP, _RETURN, _VERSION, _EDITION} <= set(said):
        raise _refused(
            [f"The sheet “{COVER}” is missing or was changed, so it is not clear whose return this is. {AGAIN}"]
        )
    if said[_PARTNERSHIP] != viewer.partnership_name:
        raise _refused([f"This workbook is of another partnership. You are working in {viewer.partnership_name}."])
    if said[_RETURN] != str(facts.id):
        raise _refused([f"This workbook is of another return. This page is for {facts.round_title}."])
    if said[_VERSION] != str(facts.number):
        raise _refused([f"This workbook is of an earlier version: the return was opened again since. {AGAIN}"])
    if said[_EDITION] != state.edition_digest:
        raise _refused([f"This workbook asks the questions of another edition. {AGAIN}"])


def _choices(questions: Sequence[SheetQuestion]) -> dict[tuple[int, int], Sequence[str]]:
    ratings = {(row, int(Column.RATING)): question.choices for row, question in enumerate(questions)}
    confirmed = {(row, int(Column.CONFIRMED)): YES_OR_NO for row in range(len(questions))}
    return {**ratings, **confirmed}


def _refused(faults: Sequence[str]) -> Invalid:
    return Invalid("The workbook was not taken.", errors={FIELD: list(faults)})
