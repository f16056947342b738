"""Strategy meetings of the last fortnight with their records: written, signed, or on the way there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import TriggerKind
from portal.domain.scheduling_vocabulary import MoveReason
from portal.domain.strategy_records import NO, YES, Answer
from portal.domain.strategy_vocabulary import LateReason, ReturnInterview, Section47, StrategyQuestion
from portal.domain.vocabulary import AgencyType, MeetingKind
from portal.services.demo.diary import Deed, Who
from portal.services.demo.meetings import words
from portal.services.demo.meetings.gatherings import WENT_AHEAD, Gathering, Stage, hold, invitation_of
from portal.services.demo.meetings.households import code_of
from portal.services.named_people.families import add_family
from portal.services.named_people.naming import name_person
from portal.services.strategy_records.signing import seen, sign_record
from portal.services.strategy_records.stored import Place, Stored, stored_record
from portal.services.strategy_records.writing import save_answer

WITH_SAFETY_PLAN = replace(WENT_AHEAD, interim_safety_plan=True)
_Answers = dict[StrategyQuestion, Answer]


def plan(stage: Stage) -> Gathering:
    """Plan all of them; gives the one from which a conference follows."""
    chair, other = stage.cast.chairs()
    signed = _asked_for(stage, ("Mabel", "Otis"), ("CHILDREN", "POLICE", "HV", "SCH-2", "GP-1"), -10, chair)
    hold(stage, signed, closing=WITH_SAFETY_PLAN)
    _share(stage, signed, ("SCH-2", "HV"), -10)
    _write_and_sign(stage, signed, -9)

    being_written = _asked_for(stage, ("Ines",), ("CHILDREN", "POLICE", "HV", "SCH-2"), -3, other)
    hold(stage, being_written, closing=WITH_SAFETY_PLAN)
    _share(stage, being_written, ("CHILDREN", "SCH-2"), -3)
    stage.at(-2, lambda viewer: _write(stage, being_written, viewer, finished=False), other, 12)

    late = Gathering(
        MeetingKind.STRATEGY_MEETING,
        stage.households.new(("Rafe",), ("CHILDREN", "POLICE", "SN", "SCH-3")),
        day=-6,
        chair=chair,
        opened=-11,
        trigger=TriggerKind.CONCERN,
        triggered=-11,
        late=MoveReason.AGENCY_CANNOT_COME,
    )
    hold(stage, late, absent={AgencyType.SCHOOL}, closing=WITH_SAFETY_PLAN)
    _share(stage, late, ("SN",), -7)
    _write_and_sign(stage, late, -5)

    _plan_missing(stage, other)
    _plan_complex(stage, signed, chair)
    return signed


def _asked_for(
    stage: Stage, given: Sequence[str], known_to: Sequence[str], day: int, chair: Who, kind: str = "strategy_meeting"
) -> Gathering:
    """One that is held on the day on which somebody asks for it."""
    family = stage.households.new(given, known_to)
    return Gathering(kind, family, day, chair, opened=day, trigger=TriggerKind.REFERRAL, triggered=day)


def _plan_missing(stage: Stage, chair: Who) -> None:
    known_to = ("CHILDREN", "POLICE", "SN", "SCH-2")
    missing = _asked_for(stage, ("Tess",), known_to, -5, chair, "missing_child_strategy")
    hold(stage, missing)
    _share(stage, missing, ("SN",), -5)
    _write_and_sign(stage, missing, -4)


def _plan_complex(stage: Stage, further: Gathering, chair: Who) -> None:
    """About two families, for the people named on it alone."""
    cast = stage.cast
    about_several = Gathering(
        "complex_strategy",
        stage.households.new(("Silas", "Dora"), ("CHILDREN", "POLICE", "HV")),
        day=-8,
        chair=chair,
        opened=-9,
        trigger=TriggerKind.CONCERN,
        triggered=-9,
    )
    hold(stage, about_several)
    named = (cast.lead(code_of(cast, "CHILDREN")), cast.practitioner(code_of(cast, "POLICE")))

    def name(viewer: Viewer) -> None:
        for who in (*named, cast.lead(code_of(cast, "HV"))):
            name_person(viewer, about_several.id, cast.membership(who, viewer.now))
        add_family(viewer, about_several.id, further.family.reference)

    stage.at(-9, name, stage.coordinator, 10)
    _share(stage, about_several, ("HV",), -8)
    _write_and_sign(stage, about_several, -7)


def _share(stage: Stage, meeting: Gathering, names: Sequence[str], days: int) -> None:
    """Have agencies write what they know themselves, an hour before it begins."""
    for name in names:
        said = stage.said(words.SHARED[name.split("-")[0]], "S")
        stage.at(days, _sharing(stage, meeting, name, said), stage.cast.lead(code_of(stage.cast, name)), 12)


def _sharing(stage: Stage, meeting: Gathering, name: str, said: str) -> Deed:
    def share(viewer: Viewer) -> None:
        invitation = invitation_of(stage, meeting, code_of(stage.cast, name))
        save_answer(viewer, meeting.id, Place(StrategyQuestion.INFORMATION, invitation.id), 0, {"text": said})

    return share


def _write_and_sign(stage: Stage, meeting: Gathering, days: int) -> None:
    def sign(viewer: Viewer) -> None:
        sign_record(viewer, meeting.id, seen(_stored(viewer, meeting)))

    stage.at(meeting.day, lambda viewer: _write(stage, meeting, viewer, finished=True), meeting.chair, 18)
    stage.at(days, sign, meeting.chair, 9)


def _stored(viewer: Viewer, meeting: Gathering) -> Stored:
    return stored_record(db.session(), viewer, meeting.id)


def _write(stage: Stage, meeting: Gathering, viewer: Viewer, *, finished: bool) -> None:
    """Write what is still empty, as the chair does after it."""
    stored = _stored(viewer, meeting)
    said = _of_meeting(stage, stored) if finished else _of_meeting(stage, stored, (StrategyQuestion.THRESHOLD,))
    for question, answer in said.items():
        save_answer(viewer, meeting.id, Place(question), 0, answer)
    for place, answer in _of_agencies(stored) if finished else ():
        save_answer(viewer, meeting.id, place, 0, answer)


def _of_agencies(stored: Stored) -> Iterator[tuple[Place, Answer]]:
    for part in stored.facts.parts:
        if not part.is_present:
            continue
        yield Place(StrategyQuestion.JOINED, part.invitation_id), {"joined_at": "At the beginning", "can_decide": YES}
        place = Place(StrategyQuestion.INFORMATION, part.invitation_id)
        if place not in stored.answers:
            yield place, {"text": words.NOTHING_SHARED}


def _of_meeting(stage: Stage, stored: Stored, only: Sequence[StrategyQuestion] = tuple(StrategyQuestion)) -> _Answers:
    said: _Answers = {
        StrategyQuestion.THRESHOLD: {"met": YES, "reason": stage.said(words.THRESHOLD, "S")},
        StrategyQuestion.SECTION_47: {"enquiry": Section47.JOINT.value},
        StrategyQuestion.NEXT_STEPS: {"text": words.NEXT_STEPS},
        StrategyQuestion.SAFETY_PLAN: {"exists": YES, "text": words.SAFETY_PLAN},
        StrategyQuestion.SEXUAL_ABUSE: {"suspected": NO},
    }
    facts = stored.facts
    if facts.is_missing_child:
        said[StrategyQuestion.MISSING_CHILD] = {
            "last_seen": words.LAST_SEEN,
            "return_interview": ReturnInterview.OFFERED.value,
            "police_reference": f"{stage.cast.place.prefix} 4471",
        }
    if facts.is_late:
        police = next(str(row.id) for row in stored.invited if row.agency_type is AgencyType.POLICE)
        said[StrategyQuestion.WAITED_FOR] = {"agencies": [police], "note": ""}
        said[StrategyQuestion.LATE] = {"reasons": [LateReason.WAITED_FOR_AGENCY.value], "note": words.LATE_NOTE}
    return {question: answer for question, answer in said.items() if question in only}
