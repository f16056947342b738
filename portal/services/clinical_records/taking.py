"""The chosen lines of a record become answers of the draft, each to be confirmed; the rest is forgotten."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from portal.access.viewer import Viewer
from portal.domain.clinical_answers import (
    answer_of,
    codes_to_fill,
    filled_by_parts,
    too_much,
    typed_answer,
    typed_in_word,
)
from portal.domain.clinical_records import ChildHere, Line
from portal.domain.errors import Invalid, NotVisible
from portal.domain.report_answers import fault_of
from portal.services.changes import changing
from portal.services.clinical_records.asking import Place, children_here, open_place
from portal.services.clinical_records.reading import Offer, offer
from portal.services.clinical_records.sealing import Opened, unseal
from portal.services.invitations.own import own_invitation
from portal.services.reports import carrying
from portal.services.reports.drafts import Draft, draft_to_write

NOTHING = "Tick at least one line, or go back without taking any"
SOURCE = "clinical_record"


def take_lines(
    viewer: Viewer, meeting_id: int, sealed: str, chosen: Collection[int], answers: Collection[str] = ()
) -> int:
    """Fill the draft with the chosen lines (by their numbers) and typed answers (by their questions' codes).

    Gives how many answers were filled. Raises NotVisible, NotPermitted, AlreadySent, and Invalid: under a question's
    code where its lines are too many, under `lines` where nothing was chosen, under nothing where the record's time
    is over.
    """
    own_invitation(viewer, meeting_id)
    opened = unseal(viewer, meeting_id, sealed)
    lines = [line for number, line in enumerate(opened.record.lines) if number in set(chosen)]
    written = {one.code: one.words for one in opened.record.written if one.code in set(answers)}
    if not lines and not written:
        raise Invalid(NOTHING, errors={"lines": [NOTHING]})
    with changing(viewer) as change:
        draft = draft_to_write(change, meeting_id)
        about = _about(meeting_id, opened.child_id)
        said = _answers(viewer, draft, lines, about)
        typed = typed_in_word(draft.template, draft.is_limited)
        said.update({code: typed_answer(typed[code], words) for code, words in written.items() if code in typed})
        _check(draft, said)
        return carrying.bring(change, draft, said, SOURCE)


def shown_again(
    viewer: Viewer, meeting_id: int, sealed: str, chosen: Collection[int], answers: Collection[str]
) -> Offer:
    """The page once more as it was sent. Raises Invalid where the record's time is over, NotVisible, NotPermitted."""
    opened: Opened = unseal(viewer, meeting_id, sealed)
    place: Place = open_place(viewer, meeting_id)
    return offer(viewer, place, opened, sealed, chosen=chosen, answers=answers)


def _answers(viewer: Viewer, draft: Draft, lines: Sequence[Line], about: str) -> dict[str, str]:
    questions = filled_by_parts(draft.template, draft.is_limited)
    by_code = {question.code: question for question in questions.values()}
    return {
        code: answer_of(by_code[code], found, viewer.today, about=about, standing=draft.value_of(code))
        for code, found in codes_to_fill(lines, questions).items()
    }


def _check(draft: Draft, said: dict[str, str]) -> None:
    """Raises Invalid where an answer does not hold what was chosen for it."""
    faults = {}
    for code, value in said.items():
        question = draft.template.question(code)
        if question is not None and fault_of(question, value):
            faults[code] = [too_much(question, value)]
    if faults:
        raise Invalid("Some lines are too many for their answer.", errors=faults)


def _about(meeting_id: int, child_id: int) -> str:
    """The child's given name where the report is on several. Raises NotVisible where the child is there no longer."""
    children: dict[int, ChildHere] = dict(children_here(meeting_id))
    if child_id not in children:
        raise NotVisible("The meeting is no longer about this child.")
    return children[child_id].given_name if len(children) > 1 else ""
