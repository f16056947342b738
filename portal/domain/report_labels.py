"""What pages call the values of the reports' vocabulary: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.report_vocabulary import AnswerKind, TemplateState

REPORT_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    AnswerKind: {
        AnswerKind.SHORT: ("In a line", "A line"),
        AnswerKind.LONG: ("In several lines", "Several lines"),
        AnswerKind.YES_NO: ("Yes or no", "Yes or no"),
        AnswerKind.DAY: ("A day", "A day"),
        AnswerKind.NUMBER: ("A number", "A number"),
        AnswerKind.ONE_OF: ("One of the choices", "One choice"),
        AnswerKind.SEVERAL_OF: ("Any of the choices", "Choices"),
    },
    TemplateState: {
        TemplateState.DRAFT: ("Draft, asked of nobody", "Draft"),
        TemplateState.TO_COME: ("Published, not in use yet", "To come"),
        TemplateState.IN_USE: ("In use", "In use"),
        TemplateState.OUT_OF_USE: ("No longer in use", "Out of use"),
    },
}
