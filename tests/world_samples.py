"""Practice audits of the world, added beside what was there: each finding in words marked.

In each partnership stand, under these names in world.samples, world.sampled, world.sample_reviews and world.dip_rules:

rules    p.strategy    three strategy meetings a month, from May 2026
samples  p.closed      the dip sample of May, closed; its meeting p.graded (p.strategy), by p.graded_first
         (second_chair)
         p.theme       an audit of a theme, at work; its meetings p.past (p.past_initial) and p.strategy (p.strategy)
         p.set_up      another, that nobody has drawn yet
reviews  p.past_first (manager), p.past_police, done, and p.past_other_gp; p.strategy_first (manager), done, and
         p.strategy_second (second_chair)

Nothing of it is due in the next two weeks, so that nobody's Home tells of it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.domain.sample_vocabulary import Grade, Judged, ReviewPart, ReviewState, SampleKind, SampleStatus
from portal.domain.sampling import digest_of, ordered
from portal.gateways.practice_tool_files import shipped
from portal.models.samples import DipRule, PracticeSample, SampledMeeting, SampleReview
from tests.world import NOW, PARTNERSHIPS, World

DUE = date(2026, 8, 31)
SEED = "0123456789abcdef"
POLICE = ("police.lead", "police.practitioner")
OTHER_GP = ("other_gp.lead", "other_gp.practitioner")


class SampleBuilder:
    """Writes them in one open transaction, after the meetings."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        for letter in PARTNERSHIPS:
            self._rule(letter)
            self._closed(letter)
            self._theme(letter)
            self._set_up(letter)
        self.session.flush()

    def _rule(self, letter: str) -> None:
        rule = DipRule(
            partnership_id=self.world.partnerships[letter],
            meeting_type_id=self.world.meeting_types[f"{letter}.strategy_meeting"],
            how_many=3,
            from_on=date(2026, 5, 1),
            tool_code="strategy-meeting",
            is_active=True,
        )
        self.session.add(rule)
        self.session.flush()
        self.world.dip_rules[f"{letter}.strategy"] = rule.id

    def _closed(self, letter: str) -> None:
        summary = self.world.mark("sample", letter, {f"{letter}.manager"}, f"ZQ-{letter.upper()}-SAMPLE-SUMMARY-QZ")
        sample = self._sample(
            letter,
            "closed",
            ["strategy"],
            kind=SampleKind.DIP,
            status=SampleStatus.CLOSED,
            rule_id=self.world.dip_rules[f"{letter}.strategy"],
            meeting_type_id=self.world.meeting_types[f"{letter}.strategy_meeting"],
            title="Strategy meeting, May 2026",
            from_on=date(2026, 5, 1),
            until_on=date(2026, 5, 31),
            tool_code="strategy-meeting",
            closed_at=NOW - timedelta(days=1),
            closed_by_id=self.world.person(f"{letter}.manager").user_id,
            strengths="Meetings were quick.",
            improvements="Plans need names and days.",
            summary=summary,
        )
        sampled = self._sampled(letter, "graded", sample, "strategy", settled=True)
        readers = {"manager", "second_chair", "chair"}
        self._review(letter, "graded_first", sampled, ReviewPart.FIRST, readers, done=True, by="second_chair")

    def _theme(self, letter: str) -> None:
        sample = self._sample(
            letter,
            "theme",
            ["past_initial", "strategy"],
            kind=SampleKind.THEMATIC,
            status=SampleStatus.OPEN,
            title="Who is there when it is decided",
            theme="Do those who know the child come?",
            from_on=date(2026, 5, 1),
            until_on=date(2026, 5, 31),
            tool_code="multi-agency",
            agency_types=["gp", "police"],
        )
        past = self._sampled(letter, "past", sample, "past_initial")
        self._review(letter, "past_first", past, ReviewPart.FIRST, {"manager"}, by="manager")
        police = {"manager", *POLICE}
        self._review(letter, "past_police", past, ReviewPart.AGENCY, police, done=True, agency="police")
        self._review(letter, "past_other_gp", past, ReviewPart.AGENCY, {"manager", *OTHER_GP}, agency="other_gp")
        strategy = self._sampled(letter, "strategy", sample, "strategy")
        self._review(letter, "strategy_first", strategy, ReviewPart.FIRST, {"manager"}, done=True, by="manager")
        seconds = {"manager", "second_chair"}
        self._review(letter, "strategy_second", strategy, ReviewPart.SECOND, seconds, by="second_chair")
        self._open_to(letter, "second_chair")

    def _open_to(self, letter: str, reviewer: str) -> None:
        """Mark what a review opens to a chair who does not see the meeting otherwise."""
        tag = f"ZQ-{letter.upper()}-"
        opened = tuple(tag + name for name in ("SURNAME-3-", "CHILD-3-", "MEETING-STRATEGY-", "STRATEGY-SIGNED-"))
        self.world.markers[:] = [
            replace(one, seen_by=one.seen_by | {f"{letter}.{reviewer}"}) if one.text.startswith(opened) else one
            for one in self.world.markers
        ]

    def _set_up(self, letter: str) -> None:
        self._sample(
            letter,
            "set_up",
            [],
            kind=SampleKind.THEMATIC,
            status=SampleStatus.PROPOSED,
            title="Babies under one",
            from_on=date(2026, 5, 1),
            until_on=date(2026, 5, 31),
            tool_code="multi-agency",
        )

    def _sample(self, letter: str, key: str, frame: list[str], *, tool_code: str, **facts: object) -> PracticeSample:
        sample = PracticeSample(
            partnership_id=self.world.partnerships[letter],
            how_many=2,
            tool_code=tool_code,
            created_at=NOW - timedelta(days=9),
            **{"agency_types": [], **facts},
        )
        if frame:
            ids = sorted(self.world.meeting(f"{letter}.{one}").id for one in frame)
            sample.seed, sample.frame, sample.frame_size, sample.frame_digest = SEED, ids, len(ids), digest_of(ids)
            sample.tool = shipped(tool_code).to_plain()
            sample.drawn_at, sample.due_on = NOW - timedelta(days=8), DUE
            sample.drawn_by_id = self.world.person(f"{letter}.manager").user_id
        self.session.add(sample)
        self.session.flush()
        self.world.samples[f"{letter}.{key}"] = sample.id
        return sample

    def _sampled(
        self, letter: str, key: str, sample: PracticeSample, meeting: str, *, settled: bool = False
    ) -> SampledMeeting:
        meeting_id = self.world.meeting(f"{letter}.{meeting}").id
        sampled = SampledMeeting(
            partnership_id=sample.partnership_id,
            sample_id=sample.id,
            meeting_id=meeting_id,
            place=ordered(sample.frame or [], SEED).index(meeting_id) + 1,
            is_moderated=False,
        )
        if settled:
            sampled.grade, sampled.grades = Grade.GOOD, _grades(sample, agency=False)
            sampled.settled_at = NOW - timedelta(days=2)
        self.session.add(sampled)
        self.session.flush()
        self.world.sampled[f"{letter}.{key}"] = sampled.id
        return sampled

    def _review(
        self,
        letter: str,
        key: str,
        sampled: SampledMeeting,
        part: ReviewPart,
        readers: set[str],
        *,
        done: bool = False,
        by: str = "",
        agency: str = "",
    ) -> None:
        people = {f"{letter}.{name}" for name in readers} | ({"both"} if agency == "police" else set())
        words = self.world.mark("sample", letter, people, f"ZQ-{letter.upper()}-FOUND-{key.upper()}-QZ")
        sample = self.session.get_one(PracticeSample, sampled.sample_id)
        review = SampleReview(
            partnership_id=sampled.partnership_id,
            sampled_id=sampled.id,
            part=part,
            membership_id=self.world.person(f"{letter}.{by}").hat.membership_id if by else None,
            agency_id=self.world.agencies[f"{letter}.{agency}"] if agency else None,
            state=ReviewState.DONE if done else ReviewState.ASKED,
            due_on=DUE,
            asked_at=NOW - timedelta(days=8),
            grade=Grade.GOOD if done else None,
            grades=_grades(sample, agency=bool(agency)) if done else {},
            findings=json.dumps({"overall": words}),
            saved_at=NOW - timedelta(days=3),
            done_at=NOW - timedelta(days=2) if done else None,
        )
        self.session.add(review)
        self.session.flush()
        self.world.sample_reviews[f"{letter}.{key}"] = review.id


def _grades(sample: PracticeSample, *, agency: bool) -> dict[str, str]:
    questions = shipped(sample.tool_code).questions_for(agency=agency)
    return {question.code: Judged.GOOD.value for question in questions}
