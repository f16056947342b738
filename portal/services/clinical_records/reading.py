"""A file is read and matched with a child of the meeting; what it says is offered line by line, and not stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from portal.access.viewer import Viewer
from portal.domain.clinical_answers import typed_in_word
from portal.domain.clinical_records import (
    ClinicalPart,
    ClinicalRecord,
    Line,
    Mismatch,
    NotARecord,
    Whose,
    Written,
    is_taken_at_first,
    matching,
)
from portal.domain.errors import Invalid, PortalError
from portal.domain.files import Upload
from portal.domain.report_templates import TemplateQuestion
from portal.services import activity
from portal.services.clinical_records.asking import Place, children_here, open_place
from portal.services.clinical_records.sealing import Opened, seal
from portal.services.clinical_records.uploads import FIELD, read_file


class NotThisChild(PortalError):
    """The record is not, or not surely, that of a child of the meeting: nothing of it is taken."""

    def __init__(self, place: Place, mismatch: Mismatch, whose: Whose) -> None:
        super().__init__("This record is not of a child of the meeting.")
        self.place = place
        self.mismatch = mismatch
        self.whose = whose


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A line with the number under which it is chosen."""

    number: int
    line: Line
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class OfferedPart:
    """The lines of one part of the record, and the question that takes them; `is_open` where it can be filled."""

    part: ClinicalPart
    question: TemplateQuestion
    is_open: bool
    lines: tuple[OfferedLine, ...]
    cut_off: int


@dataclass(frozen=True, slots=True)
class OfferedAnswer:
    """What somebody typed into the Word document, and the question that it answers."""

    written: Written
    question: TemplateQuestion
    is_open: bool
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page shows to choose from."""

    place: Place
    child: str
    parts: tuple[OfferedPart, ...]
    answers: tuple[OfferedAnswer, ...]
    record: ClinicalRecord
    not_asked: Mapping[ClinicalPart, int]
    """Lines of parts that this report has no question for."""
    sealed: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could be taken."""
        return not any(part.lines and part.is_open for part in self.parts) and not any(
            answer.is_open for answer in self.answers
        )


def read_record(viewer: Viewer, meeting_id: int, upload: Upload) -> Offer:
    """What a file offers for the report of the viewer's agency on a meeting.

    Raises NotVisible, NotPermitted, Invalid (or TooLarge) under `record` where the file cannot be read, and
    NotThisChild, which is logged.
    """
    place = open_place(viewer, meeting_id)
    try:
        record = read_file(viewer, meeting_id, upload, place.desk.template)
        child_id = _child_of(viewer, place, record.whose)
        sealed = seal(viewer, meeting_id, child_id, record)
    except NotARecord as refused:
        raise Invalid(str(refused), errors={FIELD: [str(refused).removesuffix(".")]}) from None
    return offer(viewer, place, Opened(record, child_id), sealed)


def offer(
    viewer: Viewer,
    place: Place,
    opened: Opened,
    sealed: str,
    *,
    chosen: Collection[int] | None = None,
    answers: Collection[str] | None = None,
) -> Offer:
    """A record as a page shows it: ticked as it was before, or at first what is recent and about the child alone."""
    record = opened.record
    ticked = (
        {number for number, line in enumerate(record.lines) if is_taken_at_first(line, viewer.today)}
        if chosen is None
        else set(chosen)
    )
    return Offer(
        place=place,
        child=next((child.name for number, child in children_here(place.meeting_id) if number == opened.child_id), ""),
        parts=tuple(
            OfferedPart(
                part, question, place.is_open(question.code), _lines(record, part, ticked), record.cut_off.get(part, 0)
            )
            for part, question in place.questions.items()
        ),
        answers=tuple(
            OfferedAnswer(one, question, place.is_open(one.code), is_ticked=answers is None or one.code in answers)
            for one in record.written
            if (question := typed_in_word(place.desk.template, place.desk.is_limited).get(one.code)) is not None
        ),
        record=record,
        not_asked={
            part: number
            for part in ClinicalPart
            if part not in place.questions and (number := sum(line.part is part for line in record.lines))
        },
        sealed=sealed,
    )


def _lines(record: ClinicalRecord, part: ClinicalPart, ticked: Collection[int]) -> tuple[OfferedLine, ...]:
    return tuple(
        OfferedLine(number, line, number in ticked) for number, line in enumerate(record.lines) if line.part is part
    )


def _child_of(viewer: Viewer, place: Place, whose: Whose) -> int:
    """The child whose record it is. Raises NotThisChild."""
    children = children_here(place.meeting_id)
    found = matching(whose, [child for _number, child in children])
    if isinstance(found, Mismatch):
        activity.record_reading(viewer, "clinical_record.not_matched", "meeting", [place.meeting_id])
        raise NotThisChild(place, found, whose)
    return next(number for number, child in children if child is found)
