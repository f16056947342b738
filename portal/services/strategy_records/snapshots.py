"""A strategy record as it is read: the same for what is being written and for each version that was signed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from portal.domain.labels import label
from portal.domain.strategy_records import Answer, asked, said, tidied
from portal.domain.strategy_vocabulary import OF_EACH_AGENCY, StrategyQuestion
from portal.domain.strategy_words import lines_of
from portal.domain.vocabulary import PRESENT, Attendance, MeetingFormat
from portal.services.strategy_records.stored import Stored


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency: how it took part, since when, whether it could decide, and what it shared."""

    invitation_id: int
    agency: str
    attendance: Attendance | None
    is_deputy: bool
    left_early: bool
    joined_at: str
    can_decide: str
    information: str

    @property
    def is_present(self) -> bool:
        """Whether it was there by the register."""
        return self.attendance in PRESENT

    @property
    def joined_words(self) -> str:
        """How it joined, such as "Video, deputy, left early"; empty while nobody has said."""
        if self.attendance is None:
            return ""
        further = [words for words, is_so in (("deputy", self.is_deputy), ("left early", self.left_early)) if is_so]
        return ", ".join([label(self.attendance), *further])


@dataclass(frozen=True, slots=True)
class Shown:
    """All of it in words."""

    held_on: date | None
    held_at: time | None
    format: MeetingFormat
    asked_for_on: date | None
    asked_for_at: time | None
    due_on: date | None
    is_late: bool
    chair: str
    agencies: tuple[AgencyLine, ...]
    sections: tuple[tuple[StrategyQuestion, tuple[tuple[str, str], ...]], ...]
    """Each question for the meeting, with what was said under it as (what it is called, words)."""


def snapshot_of(stored: Stored) -> str:
    """The record with what it takes from its meeting, as a version keeps it."""
    meeting, of_agencies = stored.meeting, stored.of_agencies
    return json.dumps(
        {
            "held_on": _iso(meeting.held_on),
            "held_at": _iso(meeting.held_time),
            "format": meeting.format.value,
            "asked_for_on": _iso(meeting.trigger_on),
            "asked_for_at": _iso(meeting.trigger_time),
            "due_on": _iso(meeting.due_on),
            "is_late": stored.facts.is_late,
            "chair": meeting.chair.user.name if meeting.chair else "",
            "agencies": [
                {
                    "invitation_id": row.id,
                    "agency": row.agency,
                    "attendance": row.attendance,
                    "is_deputy": row.is_deputy,
                    "left_early": row.left_early,
                    **{
                        question.value: of_agencies.get((question, row.id), {})
                        for question in StrategyQuestion
                        if question in OF_EACH_AGENCY
                    },
                }
                for row in stored.invited
            ],
            "answers": {
                question.value: stored.of_meeting.get(question, {})
                for question in asked(stored.facts, stored.of_meeting)
                if question not in OF_EACH_AGENCY
            },
        },
        ensure_ascii=False,
    )


def shown_from(snapshot: str) -> Shown:
    """A version, or what is being written, in words."""
    kept: Mapping[str, Any] = json.loads(snapshot)
    names = {str(one["invitation_id"]): one["agency"] for one in kept["agencies"]}
    return Shown(
        held_on=_day(kept["held_on"]),
        held_at=_time(kept["held_at"]),
        format=MeetingFormat(kept["format"]),
        asked_for_on=_day(kept["asked_for_on"]),
        asked_for_at=_time(kept["asked_for_at"]),
        due_on=_day(kept["due_on"]),
        is_late=kept["is_late"],
        chair=kept["chair"],
        agencies=tuple(_agency(one) for one in kept["agencies"]),
        sections=_sections(kept["answers"], names),
    )


def _sections(
    answers: Mapping[str, Answer], names: Mapping[str, str]
) -> tuple[tuple[StrategyQuestion, tuple[tuple[str, str], ...]], ...]:
    found = []
    for value, answer in answers.items():
        question = StrategyQuestion(value)
        if question is not StrategyQuestion.WAITED_FOR or said(answer):
            found.append((question, tuple(lines_of(question, answer, names))))
    return tuple(found)


def _agency(kept: Mapping[str, Any]) -> AgencyLine:
    joined = tidied(StrategyQuestion.JOINED, kept[StrategyQuestion.JOINED.value])
    shared = tidied(StrategyQuestion.INFORMATION, kept[StrategyQuestion.INFORMATION.value])
    decides = dict(lines_of(StrategyQuestion.JOINED, {"can_decide": joined["can_decide"]}, {}))
    return AgencyLine(
        invitation_id=kept["invitation_id"],
        agency=kept["agency"],
        attendance=Attendance(kept["attendance"]) if kept["attendance"] else None,
        is_deputy=kept["is_deputy"],
        left_early=kept["left_early"],
        joined_at=_text(joined["joined_at"]),
        can_decide="".join(decides.values()),
        information=_text(shared["text"]),
    )


def _text(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ""


def _iso(moment: date | time | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)
